"""What threads share: objects that are built once, threads of the operating system, and signals.

gevent and eventlet patch the modules ``threading`` and ``_thread``, so that greenlets stand in for
threads. Locks and conditions of the patched modules serve the greenlets of one thread; a socket
works between any two threads.
"""

from __future__ import annotations

import _thread
import threading
from contextlib import suppress
from functools import cache, wraps  # noqa: TID251 - what the ban points to
from importlib.machinery import BuiltinImporter
from importlib.util import module_from_spec
from socket import socketpair
from types import BuiltinFunctionType
from typing import TYPE_CHECKING, ParamSpec, Protocol, TypeVar, cast

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable
    from importlib.machinery import ModuleSpec

P = ParamSpec("P")
T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)


class BuiltOnce(Protocol[P, T_co]):
    """A function whose results are kept."""

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> T_co:
        """Return the object of these arguments."""

    def cache_clear(self) -> None:
        """Forget all objects."""


def built_once(build: Callable[P, T]) -> BuiltOnce[P, T]:
    """Keep what a function returns, as ``functools.cache``, and never call it twice at the same time.

    ``cache`` alone gives each of several threads that come first an object of its own. The arguments
    are positional and hashable.
    """
    once, lock = cache(build), threading.RLock()

    # Only the first calls wait for the lock, and come here at all.
    @cache
    @wraps(build)
    def built(*args: Hashable) -> T:
        with lock:
            return once(*args)

    forget = built.cache_clear

    def cache_clear() -> None:
        with lock:
            once.cache_clear()
            forget()

    built.cache_clear = cache_clear  # type: ignore[method-assign]
    return cast("BuiltOnce[P, T]", built)


def start_native_thread(target: Callable[[], None], *, name: str) -> None:
    """Call a function in a daemon thread of the operating system; the name is for debuggers."""
    if isinstance(_thread.start_new_thread, BuiltinFunctionType):
        threading.Thread(target=target, name=name, daemon=True).start()
    else:
        _unpatched_start_new_thread()(target, ())


def _unpatched_start_new_thread() -> Callable[[Callable[[], None], tuple[()]], int]:
    # A built-in module that is loaded once more has its original functions, whoever has patched it.
    module = module_from_spec(cast("ModuleSpec", BuiltinImporter.find_spec("_thread")))
    BuiltinImporter.exec_module(module)
    start: Callable[[Callable[[], None], tuple[()]], int] = module.start_new_thread
    return start


class Signal:
    """Wakes the one thread, or greenlet, that waits for it, from any other thread."""

    def __init__(self) -> None:
        self._receiver, self._sender = socketpair()
        self._sender.settimeout(0)

    def set(self) -> None:
        """Wake the waiting thread, or let its next wait return at once."""
        # Full: it will wake anyway. Closed: it waits no more.
        with suppress(OSError):
            self._sender.send(b"\0")

    def wait(self, timeout_seconds: float | None) -> None:
        """Return after ``set``, or when the time is over; possibly earlier."""
        self._receiver.settimeout(timeout_seconds)
        # A timeout of 0 blocks not at all, which is an error of its own.
        with suppress(TimeoutError, BlockingIOError):
            self._receiver.recv(4096)

    def close(self) -> None:
        """Release the sockets."""
        self._receiver.close()
        self._sender.close()
