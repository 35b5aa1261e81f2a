"""One call to a provider within a run: receives the streamed text, and stores how it ended."""

from __future__ import annotations

import time
from dataclasses import replace
from decimal import Decimal
from functools import partial
from typing import TYPE_CHECKING, TypedDict

from django.core.exceptions import ImproperlyConfigured
from django.utils import timezone

from wagtail_llm_actions.answers.structured import object_schema
from wagtail_llm_actions.conf import first_token_timeout_seconds
from wagtail_llm_actions.database.prepared_query import Parameter, PreparedQuery
from wagtail_llm_actions.database.sqlite import sqlite_transaction
from wagtail_llm_actions.errors import (
    AuthenticationFailed,
    ContentFiltered,
    ErrorCode,
    InvalidOutput,
    NothingToChange,
    OnlyReasoning,
    ProviderError,
    ProviderTimeout,
)
from wagtail_llm_actions.generation import (
    FinishReason,
    GenerationRequest,
    GenerationResult,
    ReasoningDelta,
    TextDelta,
    Usage,
)
from wagtail_llm_actions.models import LLMAttempt
from wagtail_llm_actions.prompts.tokens import approximate_tokens
from wagtail_llm_actions.provider_registry import get_provider
from wagtail_llm_actions.providers.streaming import ProviderStream
from wagtail_llm_actions.runs.contract import contract_of
from wagtail_llm_actions.runs.findings import (
    findings_of,
    store_begins_in_reasoning,
    store_corrections,
)
from wagtail_llm_actions.runs.lifecycle.answer import Answer
from wagtail_llm_actions.runs.lifecycle.billing import UNKNOWN_USAGE, bill, counts
from wagtail_llm_actions.runs.lifecycle.db_retry import retry_on_db_outage
from wagtail_llm_actions.runs.lifecycle.outcome import error_fields
from wagtail_llm_actions.runs.lifecycle.transitions import set_reasoning
from wagtail_llm_actions.runs.request.image import image_input
from wagtail_llm_actions.runs.request.parameters import clamp_to_capabilities
from wagtail_llm_actions.runs.unstored import is_unstored

if TYPE_CHECKING:
    from datetime import datetime

    from wagtail_llm_actions.conf import ModelSettings
    from wagtail_llm_actions.errors import LLMActionsError
    from wagtail_llm_actions.models import LLMRun
    from wagtail_llm_actions.providers.base import Provider
    from wagtail_llm_actions.providers.corrections.correction import Correction
    from wagtail_llm_actions.runs.lifecycle.lease import Lease

WAIT_SECONDS = 0.25
"""How long to wait for the next piece of text before looking for a cancel request or a timeout."""
MAX_CHARS_PER_TOKEN = 20
"""Above the average of any real model: a stream that never ends is cut at this length."""
_ROW = PreparedQuery(
    lambda: LLMAttempt.objects.order_by().filter(pk=Parameter("pk", LLMAttempt._meta.pk))
)
_END_COLUMNS = (
    "first_token_at",
    "finished_at",
    "input_tokens",
    "cached_input_tokens",
    "cache_write_tokens",
    "cache_write_1h_tokens",
    "output_tokens",
    "reasoning_tokens",
    "usage_source",
    "usage_repairs",
    "cost_usd",
    "price",
    "error_code",
    "error_context",
    "error_detail",
)
"""What is known of a call when it has ended."""
ABORTED = {ErrorCode.CANCELLED, ErrorCode.INTERRUPTED, ErrorCode.TIMEOUT}
"""Calls that we abort while the provider is still generating; it bills them, so usage is estimated."""


class _ErrorSource(TypedDict):
    provider: str
    model: str


class Attempt:
    """One call to one model; its row is created at once, so that no call goes unrecorded.

    Args:
        run: Has the prompt and the parameters.
        lease: Checked while the text arrives.
        model: To be called; the run's own, or its fallback.
        number: Of this attempt within the run, from 1.
        repair: The prompt that asks to repair an earlier answer, which the editor sees meanwhile;
            without one, the run's own prompt is sent.
    """

    def __init__(
        self, run: LLMRun, lease: Lease, model: ModelSettings, number: int, *, repair: str = ""
    ) -> None:
        self._run = run
        self._lease = lease
        self._model = model
        self._parameters = clamp_to_capabilities(
            model, temperature=run.temperature, max_tokens=run.max_tokens
        )
        found = findings_of(model)
        if found.requested_context:
            self._parameters["context_tokens"] = found.requested_context
        self._begins_in_reasoning = found.begins_in_reasoning
        schema = contract_of(run).destination.schema()
        self._schema = object_schema(schema) if schema else None
        self.answer = Answer(
            run,
            max_chars=self._parameters["max_tokens"] * MAX_CHARS_PER_TOKEN,
            begins_in_reasoning=self._begins_in_reasoning,
            is_hidden=bool(schema) or is_unstored(run),
        )
        self._prompt = repair or run.prompt
        self._images = () if repair or run.image is None else (image_input(run.image),)
        self._is_reasoning = False
        self._response_model = ""
        self._provider: Provider | None = None
        self._known_corrections: tuple[Correction, ...] = ()
        with sqlite_transaction():
            self.row = LLMAttempt.objects.create(
                run=run,
                number=number,
                is_repair=bool(repair),
                model_key=model.key,
                provider_name=model.provider,
                request_model=model.name,
                sent_parameters=self._parameters,
                started_at=timezone.now(),
            )

    def receive(self, deadline: datetime) -> GenerationResult:
        """Call the provider; collect the text and pass it on to the stream as it arrives.

        Args:
            deadline: Of the run; the first token, of text or of reasoning, has a limit of its
                own as well.

        Returns:
            The provider's result; its text is in ``answer``.

        Raises:
            LLMActionsError: The call failed, or gave no usable text.
            Cancelled: The editor has cancelled the run.
            LeaseLost: Another process has failed the run.
        """
        left_seconds = (deadline - timezone.now()).total_seconds()
        first_token_seconds = first_token_timeout_seconds(self._model)
        started = called = time.monotonic()
        has_begun = False
        self._provider = self._get_provider()
        self._known_corrections = self._provider.corrections(self._model.name)
        with ProviderStream(self._provider, self._request()) as stream, self.answer.arriving():
            while True:
                item = stream.next(
                    timeout_seconds=WAIT_SECONDS, gather_seconds=self.answer.seconds_to_flush()
                )
                has_begun = has_begun or isinstance(item, (TextDelta, ReasoningDelta))
                if isinstance(item, TextDelta):
                    self.answer.add(item.text)
                elif isinstance(item, ReasoningDelta):
                    self.answer.add_reasoning(item.text)
                elif isinstance(item, GenerationResult):
                    return self._checked(item)
                self._tell_progress()
                if self.answer.was_cut_off:
                    return self._checked(
                        GenerationResult(
                            finish_reason=FinishReason.LENGTH, response_model=self._model.name
                        )
                    )
                self._lease.check()
                now = time.monotonic()
                if not stream.is_ready:
                    called = now
                is_late = not has_begun and now - called > first_token_seconds
                if is_late or now - started > left_seconds:
                    raise ProviderTimeout(**self._error_source)

    def succeed(self, result: GenerationResult) -> None:
        """Store the end of a call that gave a text; without a reported usage, tokens stay unknown."""
        self._response_model = result.response_model
        self._finish(result.usage)

    def fail(self, error: LLMActionsError) -> None:
        """Store how the call failed; usage that came with the error is billed."""
        for name, value in error_fields(error).items():
            setattr(self.row, name, value)
        if isinstance(error, ProviderError):
            self._finish(error.usage, is_unbilled=error.is_unbilled)
        else:
            self._finish(None)

    def abort(self, code: ErrorCode) -> None:
        """Store that the call was given up for a reason other than the provider's answer."""
        self.row.error_code = code
        self._finish(None)

    def _finish(self, usage: Usage | None, *, is_unbilled: bool = False) -> None:
        row, code = self.row, self.row.error_code
        usage = usage or UNKNOWN_USAGE
        has_begun = bool(self.answer.raw) or self.answer.has_reasoned
        if self.answer.was_cut_off or code in ABORTED or (code and has_begun):
            # Broken off while the provider was generating.
            self._bill(self._with_estimates(usage), is_estimated=None in counts(usage))
        elif is_unbilled and usage == UNKNOWN_USAGE:
            row.cost_usd = Decimal(0)
        else:
            self._bill(usage)
        row.first_token_at = self.answer.first_text_at
        row.finished_at = timezone.now()
        ended = {name: getattr(row, name) for name in _END_COLUMNS}
        retry_on_db_outage(lambda: _ROW.update(ended, pk=row.pk))
        corrections = self._provider.corrections(self._model.name) if self._provider else ()
        if corrections != self._known_corrections:
            retry_on_db_outage(partial(store_corrections, self._model, corrections))
        if self.answer.cleaned.has_reasoned_unopened and not self._begins_in_reasoning:
            retry_on_db_outage(partial(store_begins_in_reasoning, self._model))

    def _bill(self, usage: Usage, *, is_estimated: bool = False) -> None:
        # A deployment at Azure may have any name; its answers name the model.
        names = (self._model.name, self._response_model or self._model.name)
        bill(self.row, usage, self._model, names, is_estimated=is_estimated)

    def _with_estimates(self, usage: Usage) -> Usage:
        """Estimate from the texts, and the image, what is not reported; reasoning that is hidden cannot be known."""
        input_tokens, output_tokens = counts(usage)
        if input_tokens is None:
            input_tokens = approximate_tokens(self._run.system_instructions + self._prompt)
            input_tokens += len(self._images) * self._model.capabilities.image_tokens
        if output_tokens is None:
            output_tokens = self.answer.approximate_tokens()
        return replace(usage, input_tokens=input_tokens, output_tokens=output_tokens)

    @property
    def _error_source(self) -> _ErrorSource:
        return {"provider": self._model.provider, "model": self._model.name}

    def _checked(self, result: GenerationResult) -> GenerationResult:
        if result.finish_reason is FinishReason.CONTENT_FILTER:
            raise ContentFiltered(**self._error_source, detail=result.detail, usage=result.usage)
        self.answer.end(is_cut_off=result.finish_reason == FinishReason.LENGTH)
        if not self.answer.cleaned.text and not self.answer.cleaned.is_decorative:
            raise self._without_text()(**self._error_source, usage=result.usage)
        return result

    def _without_text(self) -> type[ProviderError]:
        """Return the error of an answer in which there is no text."""
        if self.answer.cleaned.is_unchanged:
            return NothingToChange
        has_reasoned = self.answer.has_reasoned or self.answer.cleaned.is_only_reasoning
        return OnlyReasoning if has_reasoned else InvalidOutput

    def _get_provider(self) -> Provider:
        try:
            return get_provider(self._model.provider)
        except ImproperlyConfigured as error:
            raise AuthenticationFailed(
                **self._error_source, detail=str(error), is_unbilled=True
            ) from None

    def _request(self) -> GenerationRequest:
        return GenerationRequest(
            model=self._model.name,
            prompt=self._prompt,
            system_instructions=self._run.system_instructions,
            schema=self._schema,
            images=self._images,
            options=self._model.options,
            **self._parameters,
        )

    def _tell_progress(self) -> None:
        """Show the text, and store whether the model reasons; of a repair editors see only the end."""
        if self.row.is_repair:
            return
        self.answer.flush()
        is_reasoning = self.answer.has_reasoned and self.answer.first_text_at is None
        if is_reasoning != self._is_reasoning:
            self._is_reasoning = is_reasoning
            set_reasoning(self._lease, is_reasoning)
