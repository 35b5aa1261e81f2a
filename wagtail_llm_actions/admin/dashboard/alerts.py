"""Alerts of the home panel: what needs an admin's attention."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from django.core.exceptions import ImproperlyConfigured
from django.db.models import Count, Max
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from wagtail_llm_actions.admin.links import FAILED, counted_runs_url, models_url
from wagtail_llm_actions.conf import get_settings
from wagtail_llm_actions.configuration.warnings import field_warnings
from wagtail_llm_actions.errors import (
    EXCLUDED_ERRORS,
    AuthenticationFailed,
    ModelNotFound,
    QueueUnavailable,
    QuotaExhausted,
)
from wagtail_llm_actions.messages.errors import entry_for, sentence_of, troubleshooting_of
from wagtail_llm_actions.messages.labels import model_label
from wagtail_llm_actions.messages.model_state import circuit_breaker_status
from wagtail_llm_actions.messages.workers import QUEUE_DOWN, worker_problem_sentence
from wagtail_llm_actions.models import LLMAttempt, LLMRun
from wagtail_llm_actions.permissions.policies import ACTION_POLICY, can_view_runs
from wagtail_llm_actions.queues import get_queue
from wagtail_llm_actions.reporting.metrics import counted_runs
from wagtail_llm_actions.reporting.period import ONE_DAY, Period, today
from wagtail_llm_actions.runs.lifecycle.circuit_breaker import open_circuit_breakers
from wagtail_llm_actions.spending.periods import day_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from wagtail_llm_actions.models import LLMAction
    from wagtail_llm_actions.permissions import User

RECENT = timedelta(hours=24)
MIN_FINISHED_RUNS = 5
"""With fewer, a rate of failures says little about a model."""
MAX_LISTED_ACTIONS = 5
FOR_AN_ADMIN = (AuthenticationFailed, ModelNotFound, QuotaExhausted)
"""Errors that stay until somebody acts on an account, a key or the settings."""

Status = LLMRun.Status


@dataclass(frozen=True, slots=True)
class Alert:
    """A sentence, and where it leads to."""

    sentence: str
    url: str = ""
    """Of its page; empty if the user may not open that page."""
    troubleshooting: str = ""
    """What to check, for those who can."""


def alerts(actions: Iterable[LLMAction], user: User) -> list[Alert]:
    """Return the current alerts.

    Args:
        actions: All active actions.
        user: The user who reads the alerts; only pages that they may open are linked.
    """
    try:
        get_settings()
        return [
            *_queue(),
            *_open_circuit_breakers(user),
            *_for_an_admin(user),
            *_failing_models(user),
            *_unconfigured_models(actions, user),
            *_missing_fields(actions, user),
        ]
    except (ImproperlyConfigured, ImportError) as error:
        sentence = _("The settings of LLM actions are invalid: %(problem)s")
        return [Alert(sentence % {"problem": error})]


def _queue() -> Iterator[Alert]:
    try:
        if problem := get_queue().worker_problem():
            yield Alert(worker_problem_sentence(problem))
    except QueueUnavailable:
        yield Alert(str(QUEUE_DOWN))


def _open_circuit_breakers(user: User) -> Iterator[Alert]:
    circuit_breakers = open_circuit_breakers()
    url = models_url(user)
    for model in get_settings().models.values():
        if circuit_breaker := circuit_breakers.get((model.provider, model.name)):
            yield Alert(f"{model.label}: {circuit_breaker_status(circuit_breaker)}", url)


def _for_an_admin(user: User) -> Iterator[Alert]:
    """Yield models whose newest call failed for what only an admin can mend.

    Calls, not runs: a fallback model hides from editors that an account is empty.
    """
    since = timezone.now() - RECENT
    # By the ids of runs: joined, SQLite reads every attempt ever.
    runs = LLMRun.objects.filter(queued_at__gte=since - ONE_DAY).order_by().values("pk")
    calls = LLMAttempt.objects.filter(run__in=runs, finished_at__gte=since)
    codes = {error.code for error in FOR_AN_ADMIN}
    failures = (
        calls.filter(error_code__in=codes)
        .values_list("model_key", "error_code", "error_context__reason")
        .annotate(newest=Max("finished_at"))
        .order_by("newest")
    )
    failed = {
        key: (code, reason or "", failed_at)
        for key, code, reason, failed_at in failures
        if issubclass(entry_for(code, reason or "").error, FOR_AN_ADMIN)
    }
    # Mostly there are none, and no other call has to be read.
    newest = (
        calls.filter(model_key__in=failed).values_list("model_key").annotate(Max("finished_at"))
    )
    ended = dict(newest) if failed else {}
    for key, (code, reason, failed_at) in sorted(failed.items()):
        if ended.get(key) == failed_at:
            url = models_url(user)
            what_to_check = troubleshooting_of(code, reason, key) if url else ""
            yield Alert(sentence_of(code, reason, key), url, what_to_check)


def _failing_models(user: User) -> Iterator[Alert]:
    # The history is narrowed to the same second.
    since = (timezone.now() - RECENT).replace(microsecond=0)
    # Bounds the query by an index; few runs wait in the queue for longer than a day.
    period = Period(day_of(since) - ONE_DAY, today())
    runs = counted_runs(period).filter(
        status__in=(Status.SUCCEEDED, Status.FAILED), finished_at__gte=since
    )
    succeeded: Counter[str] = Counter()
    failed: defaultdict[str, Counter[str]] = defaultdict(Counter)
    rows = runs.values_list("model_key", "error_code").annotate(Count("pk"))
    for key, error_code, count in rows:
        if not error_code:
            succeeded[key] += count
        elif error_code not in EXCLUDED_ERRORS:
            failed[key][error_code] += count
    for key in sorted(failed):
        by_code = failed[key]
        failures = by_code.total()
        finished = failures + succeeded[key]
        if finished >= MIN_FINISHED_RUNS and 2 * failures > finished:
            sentence = _("%(model)s: %(failed)d of %(finished)d runs failed in the last 24 hours.")
            yield Alert(
                sentence % {"model": model_label(key), "failed": failures, "finished": finished},
                counted_runs_url(
                    period,
                    **FAILED,
                    finished_since=since.isoformat(),
                    model_key=key,
                    error_code=list(by_code),
                )
                if can_view_runs(user)
                else "",
            )


def _unconfigured_models(actions: Iterable[LLMAction], user: User) -> Iterator[Alert]:
    models = get_settings().models
    missing = [
        (action, key)
        for action in actions
        for key in (action.model, action.fallback_model, action.cheaper_model)
        if key and key not in models
    ]
    for action, key in missing[:MAX_LISTED_ACTIONS]:
        if key == action.model:
            sentence = _("“%(action)s” uses the model %(model)s, which is not configured any more.")
        else:
            sentence = _(
                "“%(action)s” has the fallback model %(model)s, which is not configured any more."
            )
        yield Alert(sentence % {"action": action.label, "model": key}, _edit_url(action, user))
    if (more := len(missing) - MAX_LISTED_ACTIONS) > 0:
        sentence = ngettext(
            "%(count)d more model of an action is not configured any more.",
            "%(count)d more models of actions are not configured any more.",
            more,
        )
        yield Alert(sentence % {"count": more}, models_url(user))


def _missing_fields(actions: Iterable[LLMAction], user: User) -> Iterator[Alert]:
    """Yield actions whose fields went away, or whose prompt template reads what their type lacks."""
    missing = [(action, text) for action in actions for text in field_warnings(action)]
    for action, text in missing[:MAX_LISTED_ACTIONS]:
        sentence = _("“%(action)s”: %(problem)s") % {"action": action.label, "problem": text}
        yield Alert(sentence, _edit_url(action, user))
    if (more := len(missing) - MAX_LISTED_ACTIONS) > 0:
        sentence = ngettext(
            "%(count)d more field of an action is missing.",
            "%(count)d more fields of actions are missing.",
            more,
        )
        yield Alert(sentence % {"count": more})


def _edit_url(action: LLMAction, user: User) -> str:
    can_change = ACTION_POLICY.user_has_permission(user, "change")
    return reverse("wagtail_llm_actions_actions:edit", args=[action.pk]) if can_change else ""
