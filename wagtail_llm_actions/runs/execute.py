"""Execute a run in a worker: call the provider, show the text as it arrives, store the end."""

from __future__ import annotations

import logging
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
    LLMActionsError,
    ProviderTimeout,
)
from wagtail_llm_actions.generation import (
    FinishReason,
    GenerationRequest,
    GenerationResult,
    TextDelta,
)
from wagtail_llm_actions.models import LLMAttempt, LLMRun
from wagtail_llm_actions.providers.registry import get_provider
from wagtail_llm_actions.providers.streaming import ProviderStream
from wagtail_llm_actions.runs.finish import error_fields, finish
from wagtail_llm_actions.runs.lease import Cancelled, Lease, LeaseLost, claim
from wagtail_llm_actions.streams import get_stream

if TYPE_CHECKING:
    from uuid import UUID

    from wagtail_llm_actions.providers.base import Provider

logger = logging.getLogger(__name__)

# How long to wait for the provider before looking at the flags beside the stream.
WAIT_SECONDS = 0.25


def execute(run_id: UUID) -> None:
    """Execute a queued run to its end; do nothing with any other.

    Every end is stored on the run: an error of the provider, a cancel, a defect of our own.
    """
    lease = claim(run_id)
    if lease is None:
        return
    run = LLMRun.objects.get(pk=run_id)
    answer = _Answer(run, lease)
    try:
        result = answer.receive()
    except LeaseLost:
        answer.attempt_ended(error_code=ErrorCode.INTERRUPTED)
        return
    except Cancelled:
        answer.attempt_ended(error_code=ErrorCode.CANCELLED)
        finish(run_id, lease.token, LLMRun.Status.CANCELLED, output=answer.text)
    except LLMActionsError as error:
        _fail(answer, error)
    except Exception:
        # The run must end whatever happens; the traceback is for the log only.
        logger.exception("Run %s failed unexpectedly", run_id)
        _fail(answer, LLMActionsError())
    else:
        _succeed(answer, result)
    finally:
        get_stream().close(run_id)


class _Place(TypedDict):
    provider: str
    model: str


class _Answer:
    """The provider's answer to one run as it arrives."""

    def __init__(self, run: LLMRun, lease: Lease) -> None:
        self.run = run
        self.lease = lease
        self.text = ""
        self._unshown = ""
        self._shown_at = 0.0
        self._stream = get_stream()
        self.attempt = LLMAttempt.objects.create(
            run=run,
            number=1,
            provider_name=run.provider_name,
            model=run.request_model,
            sent_parameters={"temperature": run.temperature, "max_tokens": run.max_tokens},
            started_at=timezone.now(),
        )

    def receive(self) -> GenerationResult:
        """Return the end of the answer; the text is collected and shown on the way."""
        settings = get_settings()
        started = time.monotonic()
        with ProviderStream(self._provider(), self._request()) as stream:
            while True:
                item = stream.next(timeout_seconds=WAIT_SECONDS)
                if isinstance(item, TextDelta):
                    self._add(item.text)
                elif isinstance(item, GenerationResult):
                    return self._checked(item)
                self._show()
                self.lease.check()
                waited = time.monotonic() - started
                if waited > settings.run_timeout_seconds or (
                    not self.text and waited > settings.first_token_timeout_seconds
                ):
                    raise ProviderTimeout(**self._place)

    def attempt_ended(self, **values: object) -> None:
        """Store how the call ended."""
        for name, value in values.items():
            setattr(self.attempt, name, value)
        self.attempt.finished_at = timezone.now()
        self.attempt.save()

    @property
    def _place(self) -> _Place:
        return {"provider": self.run.provider_name, "model": self.run.request_model}

    def _checked(self, result: GenerationResult) -> GenerationResult:
        if result.finish_reason is FinishReason.CONTENT_FILTER:
            raise ContentFiltered(**self._place)
        if not self.text.strip():
            raise InvalidOutput(**self._place)
        return result

    def _provider(self) -> Provider:
        try:
            return get_provider(self.run.provider_name)
        except ImproperlyConfigured as error:
            raise AuthenticationFailed(**self._place, detail=str(error)) from None

    def _request(self) -> GenerationRequest:
        return GenerationRequest(
            model=self.run.request_model,
            prompt=self.run.prompt,
            system_instructions=self.run.system_instructions,
            temperature=self.run.temperature,
            max_tokens=self.run.max_tokens,
        )

    def _add(self, text: str) -> None:
        if not self.text:
            self.attempt.first_token_at = timezone.now()
        storable = _storable(text)
        self.text += storable
        self._unshown += storable

    def _show(self) -> None:
        now = time.monotonic()
        if self._unshown and now - self._shown_at >= self._stream.flush_seconds:
            self._stream.append(self.run.pk, self._unshown)
            self._unshown = ""
            self._shown_at = now


def _storable(text: str) -> str:
    """Leave out what databases refuse: NUL, and halves of surrogate pairs."""
    return text.replace("\0", "").encode(errors="ignore").decode()


def _succeed(answer: _Answer, result: GenerationResult) -> None:
    usage = result.usage
    tokens = {
        "input_tokens": usage.input_tokens if usage else None,
        "output_tokens": usage.output_tokens if usage else None,
    }
    answer.attempt_ended(**tokens, usage_source=LLMAttempt.UsageSource.REPORTED if usage else "")
    finish(
        answer.run.pk,
        answer.lease.token,
        LLMRun.Status.SUCCEEDED,
        output=answer.text.strip(),
        response_model=result.response_model,
        finish_reason=result.finish_reason.value,
        first_token_at=answer.attempt.first_token_at,
        **tokens,
        cached_input_tokens=usage.cached_input_tokens if usage else None,
        reasoning_tokens=usage.reasoning_tokens if usage else None,
    )


def _fail(answer: _Answer, error: LLMActionsError) -> None:
    values = error_fields(error)
    answer.attempt_ended(error_code=values["error_code"], error_detail=values["error_detail"])
    finish(
        answer.run.pk,
        answer.lease.token,
        LLMRun.Status.FAILED,
        output=answer.text,
        first_token_at=answer.attempt.first_token_at,
        **values,
    )
