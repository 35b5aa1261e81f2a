"""The event loop that all calls of a process run on."""

from __future__ import annotations

import asyncio
import os
import threading


class LoopThread:
    """An event loop that starts with the first stream."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._inherited: list[asyncio.AbstractEventLoop | None] = []

    def loop(self) -> asyncio.AbstractEventLoop:
        """Return the running loop of this process."""
        with self._lock:
            if self._loop is None:
                self._loop = asyncio.new_event_loop()
                threading.Thread(
                    target=self._loop.run_forever, name="llm-actions-providers", daemon=True
                ).start()
            return self._loop

    def leave_to_parent(self) -> None:
        """In a forked child, whose thread is gone, start anew when needed."""
        # Kept for ever: to collect the parent's loop here could close what the parent still uses.
        self._inherited.append(self._loop)
        self._loop = None
        self._lock = threading.Lock()


loop_thread = LoopThread()
if hasattr(os, "register_at_fork"):  # pragma: no branch - Windows has no fork
    os.register_at_fork(after_in_child=loop_thread.leave_to_parent)
