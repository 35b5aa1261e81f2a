"""The event loop on which all calls of a process run, in an operating system's thread of its own.

Django refuses to use its database in a thread that runs an event loop. Where a server such as
gunicorn's gevent worker has replaced Python's threads by greenlets, all share one such thread, so
the loop must not start as one of them.

``anyio.from_thread.BlockingPortalProvider`` would start a loop too, but it stops it, and with it
all open connections, whenever no call is running, and a forked child inherits a dead one.
"""

from __future__ import annotations

import asyncio
import os
import threading
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TYPE_CHECKING, Any, TypeVar

from wagtail_llm_actions.threads import Signal, start_native_thread

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine

T = TypeVar("T")


class LoopThread:
    """An event loop on a daemon thread; both start with the first call."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._inherited: list[asyncio.AbstractEventLoop | None] = []

    def loop(self) -> asyncio.AbstractEventLoop:
        """Return the running loop of this process."""
        with self._lock:
            if self._loop is None:
                started = Signal()
                start_native_thread(lambda: self._run(started), name="llm-actions-providers")
                started.wait(None)
                started.close()
            if self._loop is None:
                raise RuntimeError("The event loop of the providers could not be started.")
            return self._loop

    def run(self, coroutine: Coroutine[Any, Any, T]) -> T:
        """Run a coroutine on the loop, wait until it has ended, and return its result."""
        loop, ended = self.loop(), Signal()
        tasks: list[asyncio.Task[T]] = []

        def start() -> None:
            tasks.append(loop.create_task(coroutine))
            tasks[0].add_done_callback(lambda _: ended.set())

        loop.call_soon_threadsafe(start)
        while not (tasks and tasks[0].done()):
            ended.wait(None)
        ended.close()
        return tasks[0].result()

    def reset_after_fork(self) -> None:
        """Start a new loop on demand: in a forked child, the parent's thread does not run."""
        # Kept for ever: collecting the parent's loop could close sockets that the parent still uses.
        self._inherited.append(self._loop)
        self._loop = None
        self._lock = threading.Lock()

    def _run(self, started: Signal) -> None:
        try:
            # Built here, since the sockets of greenlets belong to the thread that opened them.
            self._loop = asyncio.new_event_loop()
        finally:
            started.set()
        self._loop.set_default_executor(DaemonExecutor())
        self._loop.run_forever()


class DaemonExecutor(ThreadPoolExecutor):
    """Executes each call, such as the look-up of a host name, in a daemon thread.

    Python joins the threads of the standard executor at exit, so a slow look-up would keep a
    process from ending; and the greenlets of another thread cannot be joined at all.
    """

    def submit(self, call: Callable[..., T], /, *args: Any, **kwargs: Any) -> Future[T]:
        """Start a call."""
        future: Future[T] = Future()

        def execute() -> None:
            # Cancelled: nobody waits for the result any more.
            if not future.set_running_or_notify_cancel():
                return
            try:
                result = call(*args, **kwargs)
            except BaseException as error:  # noqa: BLE001 - raised where the result is awaited
                future.set_exception(error)
            else:
                future.set_result(result)

        threading.Thread(target=execute, daemon=True).start()
        return future


loop_thread = LoopThread()
if hasattr(os, "register_at_fork"):  # pragma: no branch - Windows has no fork
    os.register_at_fork(after_in_child=loop_thread.reset_after_fork)
