"""A synchronous bridge to ``Provider.stream``, for the executor of runs.

The call itself runs on an event loop, because only asyncio can give it up at every moment, also
while it waits for the first byte. One loop per process, on a daemon thread, serves all streams.
"""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from wagtail_llm_actions.generation import TextDelta
from wagtail_llm_actions.providers.event_loop import loop_thread

if TYPE_CHECKING:
    import asyncio
    from types import TracebackType
    from typing import Self

    from wagtail_llm_actions.generation import GenerationRequest, GenerationResult
    from wagtail_llm_actions.providers.base import Provider

CLOSE_SECONDS = 2.0


class ProviderStream:
    """One running call; the connection is closed when the ``with`` block is left.

    Use it from one thread. It starts at once.
    """

    def __init__(self, provider: Provider, request: GenerationRequest) -> None:
        self._provider = provider
        self._request = request
        self._news = threading.Condition()
        self._text: list[str] = []
        self._result: GenerationResult | None = None
        self._error: BaseException | None = None
        self._ended = threading.Event()
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

    def next(
        self, timeout_seconds: float, gather_seconds: float = 0.0
    ) -> TextDelta | GenerationResult | None:
        """Return what has arrived: all text since the last call as one piece, or the result.

        Args:
            timeout_seconds: How long to wait for anything.
            gather_seconds: How long to let text come together first; the end is not waited out.
                Many streams in one process cost less when not every token wakes a thread.

        Returns:
            ``None`` when nothing arrived in time.

        Raises:
            ProviderError: The call failed.
            RuntimeError: The provider broke the contract, or the stream is closed.
        """
        if gather_seconds > 0:
            self._ended.wait(gather_seconds)
        with self._news:
            self._news.wait_for(self._has_news, timeout_seconds)
            if self._text:
                text = "".join(self._text)
                self._text.clear()
                return TextDelta(text=text)
            if self._error is not None:
                raise self._error
            result, self._result = self._result, None
            return result

    def close(self) -> None:
        """Cancel the call if it still runs, and wait up to 2 s until its connection is closed."""
        self._loop.call_soon_threadsafe(self._cancel)
        self._ended.wait(CLOSE_SECONDS)

    def _has_news(self) -> bool:
        return bool(self._text) or self._error is not None or self._result is not None

    # Below here: on the loop's thread.

    def _start(self) -> None:
        self._task = self._loop.create_task(self._pump())
        self._task.add_done_callback(self._end)

    def _cancel(self) -> None:
        self._task.cancel()

    async def _pump(self) -> None:
        result = None
        async for item in self._provider.stream(self._request):
            if isinstance(item, TextDelta):
                with self._news:
                    self._text.append(item.text)
                    self._news.notify()
            else:
                result = item
        if result is None:
            msg = f"{self._provider!r} ended its stream without a result."
            raise RuntimeError(msg)
        with self._news:
            self._result = result
            self._news.notify()

    def _end(self, task: asyncio.Task[None]) -> None:
        with self._news:
            if task.cancelled():
                self._error = RuntimeError("The call was cancelled.")
            else:
                self._error = task.exception()
            self._news.notify()
        self._ended.set()
