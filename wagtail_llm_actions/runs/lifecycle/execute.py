"""Execute a run in a worker: ask its model, again or another one where that helps, to an end."""

from __future__ import annotations

import logging
import time
from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.db.models import Count, Sum
from django.utils import timezone

from wagtail_llm_actions.conf import get_settings
from wagtail_llm_actions.errors import (
    ErrorCode,
    InvalidInput,
    LLMActionsError,
    ProviderError,
    ProviderTimeout,
    RunInterrupted,
)
from wagtail_llm_actions.models import LLMAttempt, LLMRun
from wagtail_llm_actions.queues import get_queue
from wagtail_llm_actions.runs.lifecycle.attempt import WAIT_SECONDS, Attempt
from wagtail_llm_actions.runs.lifecycle.circuit_breaker import circuit_breaker
from wagtail_llm_actions.runs.lifecycle.db_retry import DB_CONNECTION_ERRORS, retry_on_db_outage
from wagtail_llm_actions.runs.lifecycle.lease import Cancelled, Lease, LeaseLost, claim
from wagtail_llm_actions.runs.lifecycle.retry_policy import REQUEUE_ABOVE_SECONDS, wait_seconds
from wagtail_llm_actions.runs.lifecycle.transitions import finish, requeue, update_running
from wagtail_llm_actions.runs.outcome import error_fields
from wagtail_llm_actions.runs.priority import priority_of
from wagtail_llm_actions.streams import get_stream

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from wagtail_llm_actions.conf import ModelSettings
    from wagtail_llm_actions.generation import GenerationResult

logger = logging.getLogger(__name__)


def execute(run_id: UUID) -> None:
    """Execute a queued run to its end; do nothing with any other.

    Every end is stored on the run: an error of the provider, a cancel, a defect of our own. A run
    that has to wait for long is queued again in place of an end.
    """
    lease = claim(run_id)
    if lease is None:
        return
    execution = _Execution(LLMRun.objects.get(pk=run_id), lease)
    try:
        execution.run_to_end()
    except LeaseLost:
        execution.end_attempt(error_code=ErrorCode.INTERRUPTED)
        return
    except Cancelled:
        execution.end_attempt(error_code=ErrorCode.CANCELLED)
        execution.finish(LLMRun.Status.CANCELLED)
    except LLMActionsError as error:
        execution.fail(error)
    except DB_CONNECTION_ERRORS:
        logger.warning("Run %s could not be written down, and is given up", run_id, exc_info=True)
        execution.end_attempt(error_code=ErrorCode.INTERRUPTED)
        execution.fail(RunInterrupted())
    except Exception:
        # The run must end whatever happens; the traceback is for the log only.
        logger.exception("Run %s failed unexpectedly", run_id)
        execution.end_attempt(error_code=ErrorCode.INTERNAL)
        execution.fail(LLMActionsError())
    finally:
        get_stream().close(run_id)


class _Execution:
    def __init__(self, run: LLMRun, lease: Lease) -> None:
        self._run = run
        self._lease = lease
        self._attempt: Attempt | None = None
        started_at = run.started_at or timezone.now()
        self._deadline = started_at + timedelta(seconds=get_settings().run_timeout_seconds)

    @property
    def text(self) -> str:
        """What has arrived; a call that is tried again has shown none."""
        return self._attempt.text if self._attempt else ""

    def run_to_end(self) -> None:
        """Make attempts until one succeeds, none helps any more, or a long wait is due."""
        asked = list(self._run.attempts.values_list("model_key", flat=True))
        while True:
            model = self._model()
            if timezone.now() >= self._deadline:
                raise ProviderTimeout(provider=model.provider, model=model.name)
            try:
                with circuit_breaker(model, text=lambda: self.text):
                    asked.append(model.key)
                    self._attempt = Attempt(self._run, self._lease, model, number=len(asked))
                    result = self._attempt.receive(self._deadline)
            except LLMActionsError as error:
                self._end_failed_attempt(error)
                if not self._goes_on(error, attempts=asked.count(model.key)):
                    return
            else:
                self._succeed(result)
                return

    def end_attempt(self, **values: Any) -> None:
        """Store the end of a call that is under way."""
        if self._attempt and self._attempt.row.finished_at is None:
            self._attempt.end(**values)

    def fail(self, error: LLMActionsError) -> None:
        """End the run; the text that had arrived is kept."""
        self.finish(LLMRun.Status.FAILED, **error_fields(error))

    def finish(self, status: str, **values: Any) -> None:
        """End the run with what has arrived and what it cost."""
        row = self._attempt.row if self._attempt else None
        ending = {
            "output": self.text,
            "first_token_at": row.first_token_at if row else None,
            **retry_on_db_outage(self._usage),
            **values,
        }
        finish(self._run.pk, self._lease.token, status, **ending)

    def _model(self) -> ModelSettings:
        key = self._run.current_model_key
        try:
            return get_settings().models[key]
        except KeyError:
            raise InvalidInput(InvalidInput.Reason.UNKNOWN_MODEL, key) from None

    def _end_failed_attempt(self, error: LLMActionsError) -> None:
        values = error_fields(error)
        usage = error.usage if isinstance(error, ProviderError) else None
        self.end_attempt(
            usage=usage,
            error_code=values["error_code"],
            error_context=values["error_context"],
            error_detail=values["error_detail"],
        )

    def _goes_on(self, error: LLMActionsError, attempts: int) -> bool:
        """Wait, or change to the fallback model; false where the run was handed back.

        Raises:
            LLMActionsError: The same error, where nothing helps.
        """
        left_seconds = (self._deadline - timezone.now()).total_seconds()
        if self.text or left_seconds <= 0:
            raise error
        seconds = wait_seconds(error, attempts=attempts, left_seconds=left_seconds)
        if seconds is None:
            if not error.allows_fallback or not self._fall_back():
                raise error
            return True
        retry_at = timezone.now() + timedelta(seconds=seconds)
        if seconds > REQUEUE_ABOVE_SECONDS:
            requeue(self._run.pk, self._lease.token, retry_at)
            get_queue().enqueue_later(self._run.pk, priority_of(self._run), seconds)
            return False
        self._wait_until(retry_at)
        return True

    def _wait_until(self, retry_at: datetime) -> None:
        update_running(self._run.pk, self._lease.token, retry_at=retry_at)
        while (left := (retry_at - timezone.now()).total_seconds()) > 0:
            time.sleep(min(left, WAIT_SECONDS))
            self._lease.check()
        update_running(self._run.pk, self._lease.token, retry_at=None)

    def _fall_back(self) -> bool:
        run = self._run
        model = get_settings().models.get(run.fallback_model_key)
        if run.used_fallback or model is None:
            return False
        run.used_fallback = True
        update_running(
            run.pk,
            self._lease.token,
            used_fallback=True,
            provider_name=model.provider,
            request_model=model.name,
        )
        return True

    def _succeed(self, result: GenerationResult) -> None:
        attempt = self._attempt
        assert attempt is not None  # noqa: S101 - for the type checker
        attempt.end(usage=result.usage)
        self.finish(
            LLMRun.Status.SUCCEEDED,
            output=attempt.text.strip(),
            response_model=result.response_model,
            finish_reason=result.finish_reason.value,
        )

    def _usage(self) -> dict[str, Any]:
        """Add up what all attempts used; ``None`` where no provider has said it, 0 without a call."""
        counts = ("input_tokens", "cached_input_tokens", "output_tokens", "reasoning_tokens")
        totals = LLMAttempt.objects.filter(run=self._run).aggregate(
            calls=Count("pk"), **{f"all_{name}": Sum(name) for name in (*counts, "cost_usd")}
        )
        last = self._attempt.row if self._attempt else None
        if not totals["calls"]:
            return {"cost_usd": Decimal(0)}
        return {
            **{name: totals[f"all_{name}"] for name in counts},
            "cost_usd": totals["all_cost_usd"] if last and last.price else None,
            "price": last.price if last else None,
        }
