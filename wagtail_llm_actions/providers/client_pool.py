"""One client of a client library per event loop.

An asynchronous client keeps connections that belong to the loop which opened them. On another
loop, such as the new one of a forked process, it would wait on the old loop's sockets.
"""

from __future__ import annotations

from asyncio import AbstractEventLoop, get_running_loop, to_thread
from threading import Lock
from typing import TYPE_CHECKING, Generic, TypeVar
from weakref import WeakKeyDictionary

if TYPE_CHECKING:
    from collections.abc import Callable

Client = TypeVar("Client")


class ClientPerLoop(Generic[Client]):
    """Builds a client for each loop on first use; one built ahead serves the first loop that asks.

    Building takes about 0.1 s, most of it for the TLS context.
    """

    def __init__(self, build: Callable[[], Client]) -> None:
        self._build = build
        self._ahead: list[Client] = []
        self._has_built = False
        self._lock = Lock()
        self._by_loop: WeakKeyDictionary[AbstractEventLoop, Client] = WeakKeyDictionary()

    def build_ahead(self) -> None:
        """Build a client that has no connection yet, and can therefore be taken through a fork.

        Only the first call builds one; others wait for it.
        """
        with self._lock:
            if not self._has_built:
                self._ahead.append(self._build())
                self._has_built = True

    async def prepare(self, warm_up: Callable[[], None]) -> None:
        """Make sure that ``get`` need not build a client; calls ``warm_up`` where it would.

        In a thread, because calls that are already running share this loop.
        """
        if not self.has_one():
            await to_thread(warm_up)

    def has_one(self) -> bool:
        """Return whether ``get`` will not have to build a client."""
        return bool(self._ahead) or get_running_loop() in self._by_loop

    def get(self) -> Client:
        """Return the running loop's client."""
        loop = get_running_loop()
        if loop not in self._by_loop:
            self._by_loop[loop] = self._ahead.pop() if self._ahead else self._build()
        return self._by_loop[loop]
