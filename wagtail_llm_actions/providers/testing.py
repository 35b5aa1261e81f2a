"""A provider that plays scripts instead of calling a model, for tests and demonstrations."""

from __future__ import annotations

import asyncio
import math
from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from wagtail_llm_actions.errors import (
    AuthenticationFailed,
    ProviderError,
    RateLimited,
    RequestRejected,
)
from wagtail_llm_actions.generation import (
    FinishReason,
    GenerationResult,
    ModelStatus,
    ReasoningDelta,
    TextDelta,
    Usage,
)
from wagtail_llm_actions.providers.base import Failure, Provider
from wagtail_llm_actions.providers.options import read_options

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Iterator, Mapping, Sequence

    from wagtail_llm_actions.generation import GenerationRequest, StreamItem

REFUSALS = (AuthenticationFailed, RateLimited, RequestRejected)
"""Errors of calls that a provider does not take, and does not bill."""

Step: TypeAlias = (
    str | float | ReasoningDelta | Usage | FinishReason | Exception | type[ProviderError]
)


@dataclass(frozen=True, kw_only=True, slots=True)
class ScriptedOptions:
    """``OPTIONS`` of a scripted provider."""

    script: Sequence[Step] = ()
    """Played by every call for which ``ScriptedProvider.script`` has queued none."""
    delay_seconds: float = 0.0
    """Waited before each piece of text."""
    pieces: int = 5
    """Number of pieces of the default answer."""


class ScriptedProvider(Provider):
    """Answers without a model, a network or a key.

    Without a script, the answer is ``Scripted answer to: `` and the prompt, in several pieces,
    and every word counts as a token. A script is a sequence of steps:

    - text: the next piece of the answer;
    - a ``ReasoningDelta``: the next piece of the model's reasoning;
    - a number: seconds to wait; ``math.inf`` waits until the call is cancelled;
    - an exception, or a subclass of ``ProviderError``: the call fails with it;
    - a ``Usage``: the token counts of the result;
    - a ``FinishReason``: that of the result, instead of ``STOP``.

    Where the test and the run share a process, queue the scripts on the provider itself::

        WAGTAIL_LLM_ACTIONS = {"PROVIDERS": {"test": {
            "BACKEND": "wagtail_llm_actions.providers.testing.ScriptedProvider",
        }}, ...}

        provider = get_provider("test")
        provider.script("A title", FinishReason.LENGTH)
        provider.script(RateLimited)
        ...
        assert "A summary" in provider.requests[0].prompt

    For another process, such as a worker, put a script into the settings::

        "OPTIONS": {"script": ["A ", 0.5, "title"], "delay_seconds": 0.1}
    """

    sends_images = True

    def __init__(
        self,
        *,
        alias: str,
        api_key: str | None = None,
        base_url: str | None = None,
        options: Mapping[str, object] | None = None,
    ) -> None:
        super().__init__(alias=alias, api_key=api_key, base_url=base_url, options=options)
        self.options = read_options(ScriptedOptions, self.options)
        self.requests: list[GenerationRequest] = []
        """All requests so far, including failed ones."""
        self.cancelled: list[GenerationRequest] = []
        """The requests that were cancelled."""
        self._scripts: deque[Sequence[Step]] = deque()

    def script(self, *steps: Step) -> None:
        """Queue a script for the next call that has none yet."""
        self._scripts.append(steps)

    async def stream(self, request: GenerationRequest) -> AsyncGenerator[StreamItem]:
        """Play the next script."""
        self.requests.append(request)
        finish_reason, usage = FinishReason.STOP, None
        try:
            for step in self._next_script(request):
                if isinstance(step, FinishReason):
                    finish_reason = step
                elif isinstance(step, Usage):
                    usage = step
                elif isinstance(step, ReasoningDelta):
                    yield step
                elif isinstance(step, str):
                    await asyncio.sleep(self.options.delay_seconds)
                    yield TextDelta(text=step)
                else:
                    await self._wait_or_fail(step, request)
        except (asyncio.CancelledError, GeneratorExit):
            self.cancelled.append(request)
            raise
        yield GenerationResult(
            finish_reason=finish_reason, response_model=request.model, usage=usage
        )

    async def check_model(self, model: str) -> ModelStatus:
        """Return that the model is available."""
        return ModelStatus(reachable=True, key_accepted=True, present=True)

    def _next_script(self, request: GenerationRequest) -> Sequence[Step]:
        try:
            return self._scripts.popleft()
        except IndexError:
            return self.options.script or self._answer(request)

    def _answer(self, request: GenerationRequest) -> Sequence[Step]:
        text = f"Scripted answer to: {request.prompt}"
        size = math.ceil(len(text) / self.options.pieces)
        return [
            *_pieces(text, size),
            Usage(
                input_tokens=len(f"{request.system_instructions} {request.prompt}".split()),
                output_tokens=len(text.split()),
            ),
        ]

    async def _wait_or_fail(
        self, step: float | Exception | type[ProviderError], request: GenerationRequest
    ) -> None:
        if isinstance(step, type):
            refusal = issubclass(step, REFUSALS)
            failure = Failure(kind=step, message="As the script says.", is_unbilled=refusal)
            raise self.error(failure, request.model)
        if isinstance(step, Exception):
            raise step
        if math.isinf(step):
            await asyncio.get_running_loop().create_future()
        await asyncio.sleep(step)


def _pieces(text: str, size: int) -> Iterator[str]:
    return (text[start : start + size] for start in range(0, len(text), size))
