"""A provider that plays a script, for the tests of sites and of this package."""

from __future__ import annotations

import asyncio
import math
from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias, cast

from wagtail_llm_actions.errors import ProviderError
from wagtail_llm_actions.generation import (
    FinishReason,
    GenerationResult,
    ModelStatus,
    TextDelta,
    Usage,
)
from wagtail_llm_actions.providers.base import Failure, Provider

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Iterator, Mapping, Sequence

    from wagtail_llm_actions.generation import GenerationRequest

Step: TypeAlias = str | float | Usage | FinishReason | Exception | type[ProviderError]


@dataclass(frozen=True, kw_only=True, slots=True)
class ScriptedOptions:
    """``OPTIONS`` of a scripted provider."""

    script: Sequence[Step] = ()
    """Played at every call that no ``ScriptedProvider.script`` was given for."""
    delay_seconds: float = 0.0
    """Wait before each piece of text."""
    pieces: int = 5
    """How many pieces the answer comes in when there is no script."""


class ScriptedProvider(Provider):
    """Answers without a model, a network or a key.

    Without a script the answer is ``Scripted answer to: `` and the prompt, in several pieces, with
    words counted as tokens. A script is a sequence of steps:

    - text: the next piece of the answer;
    - a number: seconds to wait; ``math.inf`` waits until the call is cancelled;
    - an exception, or a subclass of ``ProviderError``: the call fails so;
    - a ``Usage``: reported with the result;
    - a ``FinishReason``: reported with the result in place of ``STOP``.

    In a test in one process, give the scripts to the provider itself::

        WAGTAIL_LLM_ACTIONS = {"PROVIDERS": {"test": {
            "BACKEND": "wagtail_llm_actions.providers.testing.ScriptedProvider",
        }}, ...}

        provider = get_provider("test")
        provider.script("A title", FinishReason.LENGTH)
        provider.script(RateLimited)
        ...
        assert "A summary" in provider.requests[0].prompt

    For other processes, such as a worker, write one into the settings::

        "OPTIONS": {"script": ["A ", 0.5, "title"], "delay_seconds": 0.1}
    """

    def __init__(
        self,
        *,
        alias: str,
        api_key: str | None = None,
        base_url: str | None = None,
        options: Mapping[str, object] | None = None,
    ) -> None:
        super().__init__(alias=alias, api_key=api_key, base_url=base_url, options=options)
        self.options = ScriptedOptions(**cast("Mapping[str, Any]", self._options))
        self.requests: list[GenerationRequest] = []
        """Every request so far, the failed ones included."""
        self.cancelled: list[GenerationRequest] = []
        """The requests that were given up before their end."""
        self._scripts: deque[Sequence[Step]] = deque()

    def script(self, *steps: Step) -> None:
        """Play these steps at the next call; several scripts are played in their order."""
        self._scripts.append(steps)

    async def stream(
        self, request: GenerationRequest
    ) -> AsyncGenerator[TextDelta | GenerationResult]:
        """Play the next script."""
        self.requests.append(request)
        finish_reason, usage = FinishReason.STOP, None
        try:
            for step in self._next_script(request):
                if isinstance(step, FinishReason):
                    finish_reason = step
                elif isinstance(step, Usage):
                    usage = step
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
        """Be there, always."""
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
            raise self.error(Failure(kind=step, words="As the script says."), request.model)
        if isinstance(step, Exception):
            raise step
        if math.isinf(step):
            await asyncio.get_running_loop().create_future()
        await asyncio.sleep(step)


def _pieces(text: str, size: int) -> Iterator[str]:
    return (text[start : start + size] for start in range(0, len(text), size))
