"""The circuit breaker of each model: consecutive failures open it, and calls fail at once.

After a wait it is half-open: one call at a time, the probe, finds out whether the model works again.
Every change is a conditional UPDATE, so that any number of workers may fail, probe and succeed at
the same moment.
"""

from __future__ import annotations

import math
import uuid
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from functools import partial, reduce
from operator import or_
from typing import TYPE_CHECKING

from django.db.models import Case, F, Q, When
from django.utils import timezone

from wagtail_llm_actions.conf import first_token_timeout_seconds
from wagtail_llm_actions.database.prepared_query import Parameter, PreparedQuery
from wagtail_llm_actions.errors import CircuitOpen, ProviderError, ProviderTimeout
from wagtail_llm_actions.models import LLMCircuitBreaker
from wagtail_llm_actions.runs.lifecycle.db_retry import retry_on_db_outage

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from datetime import datetime
    from uuid import UUID

    from django.db.models import QuerySet

    from wagtail_llm_actions.conf import ModelSettings

FAILURE_THRESHOLD = 5
"""Consecutive failures that open the breaker; the retries of one run count as well."""
FAILURE_WINDOW = timedelta(minutes=5)
"""After a longer time without a failure, counting starts again."""
INITIAL_OPEN_SECONDS = 30
"""From the opening to the first probe; doubled after each failed probe."""
MAX_OPEN_SECONDS = 300
PROBE_SLACK_SECONDS = 10
"""A probe without an end so long after its limit for the first token counts as lost."""


@dataclass(frozen=True, slots=True)
class _Entry:
    """The state of the breaker when a call began."""

    circuit: LLMCircuitBreaker | None
    probe_token: UUID | None = None


@contextmanager
def circuit_breaker(model: ModelSettings, text: Callable[[], str]) -> Iterator[None]:
    """Guard one call to a model: refuse it while the breaker is open, and record how it ends.

    Takes one query for a healthy model.

    Args:
        model: The model that is called.
        text: Returns the text that has arrived when the call has ended.

    Raises:
        CircuitOpen: The breaker is open, or another call is the probe.
    """
    entry = _before_call(model)
    try:
        yield
    except ProviderError as error:
        # A timeout after the first token means a long answer, not an unhealthy model.
        is_slow = isinstance(error, ProviderTimeout) and text()
        if error.opens_circuit and not is_slow:
            retry_on_db_outage(partial(_on_failure, model, entry, error))
        else:
            retry_on_db_outage(partial(_on_success, model, entry))
        raise
    except BaseException:
        retry_on_db_outage(partial(_on_abort, model, entry))
        raise
    retry_on_db_outage(partial(_on_success, model, entry))


def open_circuit_breakers() -> Mapping[tuple[str, str], LLMCircuitBreaker]:
    """Return the open circuit breakers, by provider and model name."""
    circuits = LLMCircuitBreaker.objects.exclude(opened_at=None)
    return {(circuit.provider_name, circuit.request_model): circuit for circuit in circuits}


def reset(model: ModelSettings) -> None:
    """Close the breaker of a model: forget its failures."""
    _rows(model).delete()


def allow_probe(models: Iterable[ModelSettings]) -> None:
    """Make the open breakers of these models half-open now, instead of at ``retry_at``."""
    places = [Q(provider_name=model.provider, request_model=model.name) for model in models]
    if places:
        waiting = LLMCircuitBreaker.objects.filter(reduce(or_, places), retry_at__gt=timezone.now())
        waiting.update(retry_at=timezone.now())


def _rows(model: ModelSettings) -> QuerySet[LLMCircuitBreaker]:
    return LLMCircuitBreaker.objects.filter(provider_name=model.provider, request_model=model.name)


_META = LLMCircuitBreaker._meta
_CIRCUIT = PreparedQuery(
    lambda: LLMCircuitBreaker.objects.order_by().filter(
        provider_name=Parameter("provider_name", _META.get_field("provider_name")),
        request_model=Parameter("request_model", _META.get_field("request_model")),
    )
)


def _before_call(model: ModelSettings) -> _Entry:
    circuit = _CIRCUIT.first(provider_name=model.provider, request_model=model.name)
    if circuit is None or circuit.opened_at is None:
        return _Entry(circuit)
    token, now = uuid.uuid4(), timezone.now()
    expiry = now + timedelta(seconds=first_token_timeout_seconds(model) + PROBE_SLACK_SECONDS)
    is_free = Q(probe_expires_at=None) | Q(probe_expires_at__lte=now)
    if (
        _rows(model)
        .filter(is_free, retry_at__lte=now)
        .update(probe_token=token, probe_expires_at=expiry)
    ):
        return _Entry(circuit, token)
    raise CircuitOpen(
        provider=model.provider,
        model=model.name,
        failures=circuit.failures,
        since=circuit.opened_at,
        retry_at=circuit.retry_at if circuit.retry_at and circuit.retry_at > now else None,
    )


def _on_success(model: ModelSettings, entry: _Entry) -> None:
    if entry.circuit is not None:
        reset(model)


def _on_failure(model: ModelSettings, entry: _Entry, error: ProviderError) -> None:
    now = timezone.now()
    # Not the provider's words: they may quote what was sent, and outlive it here.
    failure = {"failed_at": now, "error_code": error.code.value}
    if entry.circuit is not None and entry.probe_token is not None:
        _rows(model).filter(probe_token=entry.probe_token).update(
            failures=F("failures") + 1,
            probe_token=None,
            probe_expires_at=None,
            **failure,
            **_wait(2 * entry.circuit.wait_seconds, error, now),
        )
        return
    new = LLMCircuitBreaker(provider_name=model.provider, request_model=model.name, failed_at=now)
    LLMCircuitBreaker.objects.bulk_create([new], ignore_conflicts=True)
    # A call that began before the breaker opened, and fails after that, changes nothing.
    closed = _rows(model).filter(opened_at=None)
    closed.update(
        failures=Case(When(failed_at__gt=now - FAILURE_WINDOW, then=F("failures") + 1), default=1),
        **failure,
    )
    closed.filter(failures__gte=FAILURE_THRESHOLD).update(
        opened_at=now, **_wait(INITIAL_OPEN_SECONDS, error, now)
    )


def _on_abort(model: ModelSettings, entry: _Entry) -> None:
    """Release the probe of a call that said nothing about the model: cancelled, or a defect."""
    if entry.probe_token is not None:
        _rows(model).filter(probe_token=entry.probe_token).update(
            probe_token=None, probe_expires_at=None
        )


def _wait(seconds: int, error: ProviderError, now: datetime) -> dict[str, object]:
    """Return the next wait: at least as long as the provider asks for, within our own limit."""
    asked_for = math.ceil(error.retry_after_seconds or 0)
    seconds = min(MAX_OPEN_SECONDS, max(seconds, asked_for))
    return {"wait_seconds": seconds, "retry_at": now + timedelta(seconds=seconds)}
