"""One client of an SDK per event loop.

An asynchronous client keeps connections that belong to the loop which opened them. Used from
another loop, such as the new one of a forked process, it would wait on sockets of the old one.
"""

from __future__ import annotations

from asyncio import AbstractEventLoop, get_running_loop, to_thread
from typing import TYPE_CHECKING, Generic, TypeVar
from weakref import WeakKeyDictionary

if TYPE_CHECKING:
    from collections.abc import Callable

Client = TypeVar("Client")


class ClientPerLoop(Generic[Client]):
    """Builds clients when needed; one built ahead serves the first loop that asks.

    Building takes about 100 ms, most of it for the TLS context.
    """

    def __init__(self, build: Callable[[], Client]) -> None:
        self._build = build
        self._ahead: list[Client] = []
        self._by_loop: WeakKeyDictionary[AbstractEventLoop, Client] = WeakKeyDictionary()

    def build_ahead(self) -> None:
        """Build a client that has no connection yet, which is safe to take through a fork."""
        if not self._ahead:
            self._ahead.append(self._build())

    async def prepare(self, warm_up: Callable[[], None]) -> None:
        """Have a client for the running loop, if need be after importing the SDK.

        In a thread, because the calls that already run share this loop.
        """
        if not self.has_one():
            await to_thread(warm_up)

    def has_one(self) -> bool:
        """Return whether ``get`` will not have to build one."""
        return bool(self._ahead) or get_running_loop() in self._by_loop

    def get(self) -> Client:
        """Return the running loop's client."""
        loop = get_running_loop()
        if loop not in self._by_loop:
            self._by_loop[loop] = self._ahead.pop() if self._ahead else self._build()
        return self._by_loop[loop]
