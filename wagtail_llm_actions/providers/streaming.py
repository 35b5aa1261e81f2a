"""A synchronous reader of ``Provider.stream``, for the executor of runs.

The call itself runs on an event loop, because only asyncio can cancel it at any moment, also while
it waits for the first byte. One loop per process, on a daemon thread, serves all streams.
"""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import TYPE_CHECKING
from weakref import WeakSet

from wagtail_llm_actions.generation import GenerationResult, ReasoningDelta, TextDelta
from wagtail_llm_actions.providers.event_loop import loop_thread
from wagtail_llm_actions.threads import Signal

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import TracebackType
    from typing import Self

    from wagtail_llm_actions.generation import GenerationRequest, StreamItem
    from wagtail_llm_actions.providers.base import Provider

WARM: WeakSet[Provider] = WeakSet()
"""Those that have loaded what their first call needs."""
CLOSE_SECONDS = 2.0
MANY = 10
"""Streams of one process; of fewer, each piece is read as it arrives, and so is the end."""
READING_SECONDS = 0.02
"""Before what was gathered is returned, it is read."""

CONTRACT = (
    "Provider.stream must yield TextDelta or ReasoningDelta objects and then exactly one "
    "GenerationResult"
)

_open: set[ProviderStream] = set()
"""Those of this process; only the loop's thread touches it."""


class ProviderStream:
    """One running call, which starts at once; leaving the ``with`` block closes its connection.

    Use it from one thread.
    """

    def __init__(self, provider: Provider, request: GenerationRequest) -> None:
        self._provider = provider
        self._request = request
        self._signal = Signal()
        self._is_gathering = False
        self._gathers_until = 0.0
        self._is_first_of_read = True
        """Whether the next delta is the first one that a read from the connection brings."""
        self._is_closed = False
        self._deltas: deque[TextDelta | ReasoningDelta] = deque()
        self._result: GenerationResult | None = None
        self._error: BaseException | None = None
        self.is_ready = False
        """Whether the provider has been called; before that, it may load its client library."""
        self._has_ended = False
        """Whether the connection is closed too."""
        self._loop = loop_thread.loop()
        self._loop.call_soon_threadsafe(self._start)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def next(self, timeout_seconds: float, gather_seconds: float = 0.0) -> StreamItem | None:
        """Return what has arrived: text since the last call as one piece, reasoning, or the result.

        Args:
            timeout_seconds: How long to wait for anything.
            gather_seconds: How long to collect text first; the end of the answer is returned at
                once, unless there are more than ``MANY`` streams. These cost less when not every token is read
                by itself, and none wakes a thread.

        Returns:
            ``None`` when nothing arrived in time.

        Raises:
            ProviderError: The call failed.
            TypeError: The provider broke the contract of ``Provider.stream``.
            RuntimeError: The stream is closed.
        """
        self._gathers_until = time.monotonic() + gather_seconds
        self._is_gathering = True
        self._wait_for(lambda: self._has_ended, gather_seconds)
        self._is_gathering = False
        self._wait_for(self._has_news, timeout_seconds)
        # Read before the deltas, because the loop sets them after those.
        result, error = self._result, self._error
        if self._deltas:
            return self._merged()
        if error is not None:
            raise error
        if result is not None:
            self._result = None
        return result

    def close(self) -> None:
        """Cancel the call if it is still running, and wait up to 2 s until its connection is closed."""
        if not self._is_closed:
            self._is_closed = True
            self._loop.call_soon_threadsafe(self._cancel)
            self._wait_for(lambda: self._has_ended, CLOSE_SECONDS)
            self._signal.close()

    def _merged(self) -> TextDelta | ReasoningDelta:
        """Take the deltas up to the next change between reasoning and text, as one."""
        kind, pieces = type(self._deltas[0]), []
        while self._deltas and type(self._deltas[0]) is kind:
            pieces.append(self._deltas.popleft().text)
        return kind(text="".join(pieces))

    def _has_news(self) -> bool:
        return bool(self._deltas) or self._error is not None or self._result is not None

    def _wait_for(self, condition: Callable[[], bool], timeout_seconds: float) -> None:
        deadline = time.monotonic() + timeout_seconds
        while not condition() and (left := deadline - time.monotonic()) > 0:
            self._signal.wait(left)

    # The methods below run on the loop's thread.

    def _start(self) -> None:
        self._task = self._loop.create_task(self._read())
        self._task.add_done_callback(self._end)
        _open.add(self)

    def _cancel(self) -> None:
        self._task.cancel()

    async def _read(self) -> None:
        await self._get_ready()
        items = self._provider.stream(self._request)
        if not isinstance(items, AsyncGenerator):
            raise self._broken_contract(f"returned a {type(items).__name__}")
        result = None
        async with aclosing(items):
            async for item in items:
                if result is not None:
                    raise self._broken_contract(f"yielded a {type(item).__name__} after its result")
                if isinstance(item, (TextDelta, ReasoningDelta)):
                    await self._take(item)
                elif isinstance(item, GenerationResult):
                    result = item
                else:
                    raise self._broken_contract(f"yielded a {type(item).__name__}")
        if result is None:
            raise self._broken_contract("ended its stream without a result")
        self._result = result
        self._signal.set()

    async def _take(self, delta: TextDelta | ReasoningDelta) -> None:
        self._deltas.append(delta)
        if not self._is_gathering:
            self._signal.set()
        if self._is_first_of_read and len(_open) > MANY:
            # What arrives meanwhile stays in the socket, so that one read brings all of it. What the
            # last read has brought follows at once: before the next one, the loop makes its calls.
            self._is_first_of_read = False
            await asyncio.sleep(self._gathers_until - READING_SECONDS - time.monotonic())
            self._loop.call_soon(self._expect_read)

    def _expect_read(self) -> None:
        self._is_first_of_read = True

    async def _get_ready(self) -> None:
        if self._provider not in WARM:
            # In a thread, because calls that are already running share this loop.
            await asyncio.to_thread(self._provider.warm_up)
            WARM.add(self._provider)
        self.is_ready = True

    def _broken_contract(self, what: str) -> TypeError:
        return TypeError(f"{self._provider!r} {what}. {CONTRACT}.")

    def _end(self, task: asyncio.Task[None]) -> None:
        _open.discard(self)
        # A task, unlike a future of another thread, counts as cancelled only when it has ended.
        if task.cancelled():
            self._error = RuntimeError("The call was cancelled.")
        else:
            self._error = task.exception()
        self._has_ended = True
        self._signal.set()
