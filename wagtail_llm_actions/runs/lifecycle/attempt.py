"""One call to a provider within a run: the text as it arrives, and how it ended."""

from __future__ import annotations

import math
import time
from typing import TYPE_CHECKING, TypedDict

from django.core.exceptions import ImproperlyConfigured
from django.utils import timezone

from wagtail_llm_actions.conf import get_settings
from wagtail_llm_actions.errors import (
    AuthenticationFailed,
    ContentFiltered,
    ErrorCode,
    InvalidOutput,
    ProviderTimeout,
)
from wagtail_llm_actions.generation import (
    FinishReason,
    GenerationRequest,
    GenerationResult,
    TextDelta,
    Usage,
)
from wagtail_llm_actions.models import LLMAttempt
from wagtail_llm_actions.pricing import cost_usd, price_of
from wagtail_llm_actions.prompts.tokens import approximate_tokens
from wagtail_llm_actions.providers.registry import get_provider
from wagtail_llm_actions.providers.streaming import ProviderStream
from wagtail_llm_actions.runs.lifecycle.db_retry import retry_on_db_outage
from wagtail_llm_actions.runs.request.parameters import clamp_to_capabilities
from wagtail_llm_actions.streams import get_stream

if TYPE_CHECKING:
    from datetime import datetime

    from wagtail_llm_actions.conf import ModelSettings
    from wagtail_llm_actions.models import LLMRun
    from wagtail_llm_actions.pricing import Price
    from wagtail_llm_actions.providers.base import Provider
    from wagtail_llm_actions.runs.lifecycle.lease import Lease

# How long to wait for the provider before looking at the flags beside the stream.
WAIT_SECONDS = 0.25
# No token of a real model is longer on average; a stream without an end is cut here.
MAX_CHARS_PER_TOKEN = 20
GIVEN_UP = {ErrorCode.CANCELLED, ErrorCode.INTERRUPTED, ErrorCode.TIMEOUT}
"""How a call ends by us while the provider works, and bills it."""


class _Place(TypedDict):
    provider: str
    model: str


class Attempt:
    """The answer of one model to one run."""

    def __init__(self, run: LLMRun, lease: Lease, model: ModelSettings, number: int) -> None:
        self.text = ""
        self._run = run
        self._lease = lease
        self._model = model
        self._parameters = clamp_to_capabilities(
            model, temperature=run.temperature, max_tokens=run.max_tokens
        )
        self._was_cut_off = False
        self._unshown = ""
        self._shown_at = -math.inf
        self._stream = get_stream()
        self.row = LLMAttempt.objects.create(
            run=run,
            number=number,
            model_key=model.key,
            provider_name=model.provider,
            model=model.name,
            sent_parameters=self._parameters,
            started_at=timezone.now(),
        )

    def receive(self, deadline: datetime) -> GenerationResult:
        """Return the end of the answer; the text is collected and shown on the way.

        Args:
            deadline: Of the run; the first token has a limit of its own.

        Raises:
            LLMActionsError: The call failed, or gave no usable text.
            Cancelled: The editor does not want it any more.
            LeaseLost: The run is not ours any more.
        """
        left_seconds = (deadline - timezone.now()).total_seconds()
        first_token_seconds = min(left_seconds, get_settings().first_token_timeout_seconds)
        started = time.monotonic()
        with ProviderStream(self._provider(), self._request()) as stream:
            while True:
                item = stream.next(
                    timeout_seconds=WAIT_SECONDS, gather_seconds=self._gather_seconds()
                )
                if isinstance(item, TextDelta):
                    self._add(item.text)
                elif isinstance(item, GenerationResult):
                    return self._checked(item)
                self._show()
                if self._was_cut_off:
                    return GenerationResult(
                        finish_reason=FinishReason.LENGTH, response_model=self._model.name
                    )
                self._lease.check()
                limit = left_seconds if self.text else first_token_seconds
                if time.monotonic() - started > limit:
                    raise ProviderTimeout(**self._place)

    def end(self, usage: Usage | None = None, **values: object) -> None:
        """Store how the call ended, and what it cost.

        Args:
            usage: As the provider reported it. Without, it is estimated where we gave the call up
                or it broke off: the provider had been at work. An answer that came to its own end
                without a report stays unknown.
            **values: Of the attempt.
        """
        error_code = values.get("error_code")
        if usage is not None:
            values |= self._bill(usage, LLMAttempt.UsageSource.REPORTED)
        elif self._was_cut_off or error_code in GIVEN_UP or (error_code and self.text):
            values |= self._bill(self._estimate(), LLMAttempt.UsageSource.ESTIMATED)
        for name, value in values.items():
            setattr(self.row, name, value)
        self.row.finished_at = timezone.now()
        retry_on_db_outage(self.row.save)

    def _bill(self, usage: Usage, source: LLMAttempt.UsageSource) -> dict[str, object]:
        price = self._price(usage)
        return {
            "input_tokens": usage.input_tokens,
            "cached_input_tokens": usage.cached_input_tokens,
            "output_tokens": usage.output_tokens,
            "reasoning_tokens": usage.reasoning_tokens,
            "usage_source": source,
            "cost_usd": cost_usd(usage, price.listed) if price else None,
            "price": price.as_json() if price else None,
        }

    def _estimate(self) -> Usage:
        """Count the texts themselves; what a model thought before it wrote cannot be known."""
        return Usage(
            input_tokens=approximate_tokens(self._run.system_instructions + self._run.prompt),
            output_tokens=approximate_tokens(self.text),
        )

    @property
    def _place(self) -> _Place:
        return {"provider": self._model.provider, "model": self._model.name}

    def _checked(self, result: GenerationResult) -> GenerationResult:
        if result.finish_reason is FinishReason.CONTENT_FILTER:
            raise ContentFiltered(**self._place, usage=result.usage)
        if not self.text.strip():
            raise InvalidOutput(**self._place, usage=result.usage)
        return result

    def _provider(self) -> Provider:
        try:
            return get_provider(self._model.provider)
        except ImproperlyConfigured as error:
            raise AuthenticationFailed(**self._place, detail=str(error)) from None

    def _request(self) -> GenerationRequest:
        return GenerationRequest(
            model=self._model.name,
            prompt=self._run.prompt,
            system_instructions=self._run.system_instructions,
            **self._parameters,
        )

    def _price(self, usage: Usage) -> Price | None:
        provider = get_settings().providers[self._model.provider]
        return price_of(
            vendor=provider.vendor,
            base_url=provider.base_url,
            model=self._model.name,
            override=self._model.price,
            when=self.row.started_at,
            input_tokens=usage.input_tokens,
        )

    def _add(self, text: str) -> None:
        if not self.text:
            self.row.first_token_at = timezone.now()
        room = self._run.max_tokens * MAX_CHARS_PER_TOKEN - len(self.text)
        self._was_cut_off = len(text) > room
        storable = _storable(text[:room])
        self.text += storable
        self._unshown += storable

    def _gather_seconds(self) -> float:
        """Seconds until text may be shown again; none before the first."""
        return self._shown_at + self._stream.flush_seconds - time.monotonic()

    def _show(self) -> None:
        now = time.monotonic()
        if self._unshown and now - self._shown_at >= self._stream.flush_seconds:
            self._stream.append(self._run.pk, self._unshown)
            self._unshown = ""
            self._shown_at = now


def _storable(text: str) -> str:
    """Leave out what databases refuse: NUL, and halves of surrogate pairs."""
    return text.replace("\0", "").encode(errors="ignore").decode()
