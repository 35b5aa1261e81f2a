"""What reading a streamed answer takes, whatever its protocol.

Nothing that a server sends is trusted: SDKs build their types without validating them.
"""

from __future__ import annotations

from contextlib import asynccontextmanager
from traceback import clear_frames
from typing import TYPE_CHECKING, TypeVar

from wagtail_llm_actions.errors import InvalidOutput
from wagtail_llm_actions.providers.base import Failure

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

    from wagtail_llm_actions.errors import ProviderError
    from wagtail_llm_actions.generation import Usage

T = TypeVar("T")

MAX_COUNT = 100_000_000
"""More than any model takes in or writes; the sum of a run's calls still fits into a database."""


class ResponseError(Exception):
    """The server answered, but not with a text; becomes a ``ProviderError``."""

    def __init__(self, kind: type[ProviderError], words: str, usage: Usage | None = None) -> None:
        super().__init__(words)
        self.failure = Failure(kind=kind, words=words, usage=usage)


def read(value: object, name: str, kind: type[T]) -> T | None:
    """Return an attribute, or ``None`` where there is none.

    Raises:
        ResponseError: It is of another type.
    """
    found = getattr(value, name, None)
    if found is None or isinstance(found, kind):
        return found
    raise wrong_shape(name)


def read_count(value: object, name: str) -> int | None:
    """Return a count of tokens, or ``None`` where there is none, or one that cannot be.

    A whole answer is not thrown away because its server counts badly.
    """
    found = getattr(value, name, None)
    is_count = type(found) is int and 0 <= found <= MAX_COUNT
    return found if is_count else None


def wrong_shape(name: str) -> ResponseError:
    """Build the error of a chunk that is not in the provider's protocol."""
    return ResponseError(InvalidOutput, f"The server sent a chunk with a wrong {name!r}.")


@asynccontextmanager
async def closing(stream: object) -> AsyncGenerator[None]:
    """End the generator inside an SDK's stream, which holds the stream that holds it.

    The stream's own ``close`` closes the connection only, and leaves the generator to the collector.
    """
    try:
        yield
    finally:
        await stream._iterator.aclose()  # type: ignore[attr-defined]


def release_frames(error: BaseException | None) -> None:
    """Empty the frames of a caught exception, which hold a half-read answer in reference cycles.

    Its generators are closed here, on the event loop's own thread. Collected later on another one,
    they would be closed while the loop closes them too.
    """
    while error is not None:
        clear_frames(error.__traceback__)
        error = error.__cause__ or error.__context__


def why_empty(finish_reason: str, usage: Usage | None) -> str:
    """Explain an answer without visible text; ``finish_reason`` is the provider's own word."""
    words = f"The model wrote no visible text (finish reason: {finish_reason})."
    if usage and usage.reasoning_tokens:
        words += (
            f" {usage.reasoning_tokens} of its {usage.output_tokens} tokens went into reasoning."
        )
    return words
