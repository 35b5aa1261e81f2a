"""The event loop on which all calls of a process run.

``anyio.from_thread.BlockingPortalProvider`` would start one too, but it stops its loop, and with it
all open connections, whenever no call is running, and a forked child inherits a dead one.
"""

from __future__ import annotations

import asyncio
import os
import threading


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
                self._loop = asyncio.new_event_loop()
                threading.Thread(
                    target=self._loop.run_forever, name="llm-actions-providers", daemon=True
                ).start()
            return self._loop

    def reset_after_fork(self) -> None:
        """Start a new loop on demand: in a forked child, the parent's thread does not run."""
        # Kept for ever: collecting the parent's loop could close sockets that the parent still uses.
        self._inherited.append(self._loop)
        self._loop = None
        self._lock = threading.Lock()


loop_thread = LoopThread()
if hasattr(os, "register_at_fork"):  # pragma: no branch - Windows has no fork
    os.register_at_fork(after_in_child=loop_thread.reset_after_fork)
