"""Execute one queued run: call the model, retry or fall back on failure, store the outcome."""

from __future__ import annotations

import logging
import time
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

from django.db import InternalError, connection
from django.db.models import Exists, OuterRef
from django.utils import timezone

from wagtail_llm_actions.answers.facts.check import unsourced_facts
from wagtail_llm_actions.conf import get_settings
from wagtail_llm_actions.database.prepared_query import Parameter, PreparedQuery
from wagtail_llm_actions.database.sqlite import yielding_writes
from wagtail_llm_actions.errors import (
    ErrorCode,
    InvalidInput,
    LLMActionsError,
    ProviderTimeout,
    RunInterrupted,
)
from wagtail_llm_actions.generation import FinishReason
from wagtail_llm_actions.models import LLMReservation, LLMRun
from wagtail_llm_actions.prompts.variables import content_in
from wagtail_llm_actions.queues import get_queue
from wagtail_llm_actions.runs.contract import contract_of, faults_of
from wagtail_llm_actions.runs.findings import sees_images
from wagtail_llm_actions.runs.lifecycle.attempt import WAIT_SECONDS, Attempt
from wagtail_llm_actions.runs.lifecycle.circuit_breaker import circuit_breaker
from wagtail_llm_actions.runs.lifecycle.db_retry import DB_CONNECTION_ERRORS, retry_on_db_outage
from wagtail_llm_actions.runs.lifecycle.lease import Cancelled, LeaseLost
from wagtail_llm_actions.runs.lifecycle.outcome import outcome_of
from wagtail_llm_actions.runs.lifecycle.repair import has_time, is_sensible, repair_request
from wagtail_llm_actions.runs.lifecycle.retry_policy import REQUEUE_ABOVE_SECONDS, wait_seconds
from wagtail_llm_actions.runs.lifecycle.transitions import (
    cancel_running,
    claim,
    fail,
    requeue,
    set_fallback,
    set_repairing,
    set_retry_at,
    succeed,
)
from wagtail_llm_actions.runs.priority import priority_of
from wagtail_llm_actions.runs.unstored import is_unstored, loggable, restore_request, without_detail
from wagtail_llm_actions.spending.settlement import settle
from wagtail_llm_actions.streams import get_stream

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from wagtail_llm_actions.conf import ModelSettings
    from wagtail_llm_actions.generation import GenerationResult
    from wagtail_llm_actions.models import LLMAttempt
    from wagtail_llm_actions.runs.lifecycle.answer import Answer
    from wagtail_llm_actions.runs.lifecycle.lease import Lease
    from wagtail_llm_actions.runs.lifecycle.outcome import RunOutcome

logger = logging.getLogger(__name__)

_RUN = PreparedQuery(
    lambda: (
        LLMRun.objects.annotate(
            has_reservation=Exists(LLMReservation.objects.filter(run=OuterRef("pk")))
        )
        .order_by()
        .filter(pk=Parameter("run_id", LLMRun._meta.pk))
    )
)


@yielding_writes()
def execute(run_id: UUID) -> None:
    """Execute a run to its end, if it is queued and due; otherwise do nothing.

    Every end is stored on the run: a text, an error of the provider, a cancel, a defect of our own.
    A run whose next attempt is due much later is put back into the queue instead.

    Raises:
        OperationalError: The database cannot be reached for longer than half a minute; the run
            stays queued.
    """
    # Where the database has no connection left for the moment, the job must not fail: it would count as
    # rejected, and three of them as a worker that suits no run. A missing table is such a worker.
    retry_on_db_outage(connection.ensure_connection)
    lease = claim(run_id)
    run = _RUN.first(run_id=run_id) if lease else None
    if lease is None or run is None:
        return
    execution = _Execution(run, lease)
    try:
        execution.run_to_end()
    except LeaseLost:
        execution.abort_attempt(ErrorCode.INTERRUPTED)
    except Cancelled:
        execution.abort_attempt(ErrorCode.CANCELLED)
        cancel_running(lease, execution.outcome())
    except LLMActionsError as error:
        fail(lease, execution.outcome(), error)
    except DB_CONNECTION_ERRORS:
        logger.warning("Run %s is given up: the database is not available", run_id, exc_info=True)
        execution.abort_attempt(ErrorCode.INTERRUPTED)
        fail(lease, execution.outcome(), RunInterrupted())
    except Exception as error:
        # The run must end whatever happens; the traceback is for the log only.
        logger.error("Run %s failed unexpectedly", run_id, exc_info=loggable(run, error))  # noqa: TRY400
        execution.abort_attempt(ErrorCode.INTERNAL)
        fail(lease, execution.outcome(), LLMActionsError())
    finally:
        get_stream().close(run_id)
        if run.has_reservation:
            # Recovery settles what this process cannot: the database is away, or it was frozen meanwhile.
            with suppress(*DB_CONNECTION_ERRORS, InternalError):
                settle([run_id])


class _Execution:
    """The attempts of one claim of a run."""

    def __init__(self, run: LLMRun, lease: Lease) -> None:
        self._run = run
        self._lease = lease
        lease.is_unstored = is_unstored(run)
        self._attempt: Attempt | None = None
        self._answer: Answer | None = None
        # Those of earlier claims too: a requeued run goes on counting.
        self._rows: list[LLMAttempt] = [] if lease.is_first else list(run.attempts.all())
        started_at = run.started_at or timezone.now()
        self._deadline = started_at + timedelta(seconds=get_settings().run_timeout_seconds)

    def run_to_end(self) -> None:
        """Make attempts until one succeeds, or the run is requeued.

        Raises:
            LLMActionsError: The last attempt failed, and no other is worth making.
            Cancelled: The editor has cancelled the run.
            LeaseLost: Another process has failed the run.
        """
        restore_request(self._run)
        while True:
            model = self._model()
            if timezone.now() >= self._deadline:
                raise ProviderTimeout(provider=model.provider, model=model.name)
            try:
                with circuit_breaker(model, text=self._arrived_text), without_detail(self._run):
                    attempt = self._start_attempt(model)
                    result = attempt.receive(self._deadline)
            except LLMActionsError as error:
                self._fail_attempt(error)
                if not self._prepare_next_attempt(error, model):
                    return
            else:
                attempt.succeed(result)
                result = self._repaired(attempt, model, result)
                facts = self._unsourced_facts()
                succeed(self._lease, replace(self.outcome(), unsourced_facts=facts), result)
                return

    def abort_attempt(self, code: ErrorCode) -> None:
        """Store the end of a call that was under way."""
        if self._attempt and self._attempt.row.finished_at is None:
            self._attempt.abort(code)

    def outcome(self) -> RunOutcome:
        """Return the text that has arrived, and what all attempts cost."""
        outcome, answer = outcome_of(self._text, self._rows), self._answer
        if answer is None:
            return outcome
        return replace(outcome, raw_output=answer.raw, removed=answer.cleaned.removed)

    @property
    def _text(self) -> str:
        """Of the last attempt, or its repair; only one without any text is followed by another."""
        return self._answer.text if self._answer else ""

    def _arrived_text(self) -> str:
        return self._attempt.answer.text if self._attempt else ""

    def _model(self) -> ModelSettings:
        key = self._run.current_model_key
        try:
            return get_settings().models[key]
        except KeyError:
            raise InvalidInput(InvalidInput.Reason.UNKNOWN_MODEL, key) from None

    def _start_attempt(self, model: ModelSettings) -> Attempt:
        attempt = self._new_attempt(model)
        self._answer = attempt.answer
        return attempt

    def _unsourced_facts(self) -> list[str]:
        run = self._run
        # What can be seen on an image is in no text.
        if not run.check_facts or run.image:
            return []
        text = contract_of(run).as_read(self._text)
        source = f"{run.system_instructions}\n{run.prompt}"
        return unsourced_facts(text, source, content="\n".join(content_in(run.prompt)))

    def _new_attempt(self, model: ModelSettings, repair: str = "") -> Attempt:
        number = len(self._rows) + 1
        self._attempt = Attempt(self._run, self._lease, model, number, repair=repair)
        self._rows.append(self._attempt.row)
        return self._attempt

    def _repaired(
        self, attempt: Attempt, model: ModelSettings, result: GenerationResult
    ) -> GenerationResult:
        """Ask the model once to repair an answer that does not fit its field.

        The repair is taken where it is whole, has fewer faults, and is the text, rewritten. One that
        fails costs the editor nothing but the time, and one that is cancelled not even that.
        """
        text = attempt.answer.cleaned.text
        faults = faults_of(self._run, text)
        if not faults or not has_time(attempt.row.started_at, timezone.now(), self._deadline):
            return result
        set_repairing(self._lease)
        try:
            with circuit_breaker(model, text=self._arrived_text), without_detail(self._run):
                repair = self._new_attempt(model, repair_request(self._run.prompt, text, faults))
                repaired = repair.receive(self._deadline)
        except LLMActionsError as error:
            self._fail_attempt(error)
            return result
        except Cancelled:
            self.abort_attempt(ErrorCode.CANCELLED)
            return result
        repair.succeed(repaired)
        new = repair.answer.cleaned.text
        is_better = (
            repaired.finish_reason is FinishReason.STOP
            and len(faults_of(self._run, new)) < len(faults)
            and is_sensible(new, run=self._run, before=text, faults=faults)
        )
        if not is_better:
            return result
        self._answer = repair.answer
        return repaired

    def _fail_attempt(self, error: LLMActionsError) -> None:
        # An open circuit breaker fails before there is an attempt.
        if self._attempt and self._attempt.row.finished_at is None:
            self._attempt.fail(error)

    def _prepare_next_attempt(self, error: LLMActionsError, model: ModelSettings) -> bool:
        """Wait for the retry, or switch to the fallback model; false when the run was requeued.

        Raises:
            LLMActionsError: ``error`` itself, where no further attempt is worth making.
        """
        left_seconds = (self._deadline - timezone.now()).total_seconds()
        if self._text or left_seconds <= 0:
            raise error
        attempts = sum(row.model_key == model.key for row in self._rows)
        seconds = wait_seconds(error, attempts=attempts, left_seconds=left_seconds)
        if seconds is None:
            if not error.allows_fallback or not self._switch_to_fallback():
                raise error
            return True
        retry_at = timezone.now() + timedelta(seconds=seconds)
        if seconds > REQUEUE_ABOVE_SECONDS:
            requeue(self._lease, retry_at)
            get_queue().enqueue_later(self._run.pk, priority_of(self._run), seconds)
            return False
        self._wait_until(retry_at)
        return True

    def _wait_until(self, retry_at: datetime) -> None:
        set_retry_at(self._lease, retry_at)
        while (left := (retry_at - timezone.now()).total_seconds()) > 0:
            time.sleep(min(left, WAIT_SECONDS))
            self._lease.check()
        set_retry_at(self._lease, None)

    def _switch_to_fallback(self) -> bool:
        run = self._run
        model = get_settings().models.get(run.fallback_model_key)
        if run.used_fallback or model is None or (run.image and not sees_images(model)):
            return False
        run.used_fallback = True
        request = run.fallback_request or {}
        for name, value in request.items():
            setattr(run, name, value)
        set_fallback(self._lease, provider_name=model.provider, request_model=model.name, **request)
        return True
