"""What an admin should look at soon, in sentences."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.core.exceptions import ImproperlyConfigured
from django.db.models import Count, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from wagtail_llm_actions.admin.usage.formatting import history_url
from wagtail_llm_actions.conf import get_settings
from wagtail_llm_actions.errors import ErrorCode, QueueUnavailable
from wagtail_llm_actions.messages.circuit_breaker import circuit_breaker_status
from wagtail_llm_actions.messages.labels import model_label
from wagtail_llm_actions.models import LLMAction, LLMRun
from wagtail_llm_actions.permissions.policies import ACTION_POLICY, can_view_models
from wagtail_llm_actions.queues import get_queue
from wagtail_llm_actions.reporting.period import Period, day_of, today
from wagtail_llm_actions.runs.lifecycle.circuit_breaker import open_circuit_breakers

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

RECENT = timedelta(hours=24)
ENOUGH_RUNS = 5
SHOWN_ACTIONS = 5

Status = LLMRun.Status


@dataclass(frozen=True, slots=True)
class Alert:
    """A sentence, and where to go; empty where this reader cannot do anything about it."""

    sentence: str
    url: str = ""


def alerts(actions: Iterable[LLMAction], user: Any) -> list[Alert]:
    """Return everything that needs attention now.

    Args:
        actions: All active ones.
        user: The reader; links lead only where they may go.
    """
    try:
        get_settings()
        return [
            *_queue(),
            *_resting_models(user),
            *_failing_models(),
            *_lost_models(actions, user),
        ]
    except (ImproperlyConfigured, ImportError) as error:
        sentence = _("The settings of the LLM actions are wrong: %(problem)s")
        return [Alert(sentence % {"problem": error})]


def _queue() -> Iterator[Alert]:
    try:
        if not get_queue().has_worker():
            yield Alert(_("No worker is running, so no run will start."))
    except QueueUnavailable:
        yield Alert(_("The queue server cannot be reached, so no run will start."))


def _resting_models(user: Any) -> Iterator[Alert]:
    circuits = open_circuit_breakers()
    url = _models_url(user)
    for model in get_settings().models.values():
        if circuit := circuits.get((model.provider, model.name)):
            yield Alert(f"{model.label}: {circuit_breaker_status(circuit)}", url)


def _failing_models() -> Iterator[Alert]:
    since = timezone.now() - RECENT
    period = Period(day_of(since), today())
    runs = LLMRun.objects.filter(
        status__in=(Status.SUCCEEDED, Status.FAILED),
        finished_at__gt=since,
        # For the index: a run ends soon after it was queued.
        queued_at__gt=since - RECENT,
    ).exclude(trigger=LLMRun.Trigger.TEST)
    runs = runs.exclude(error_code=ErrorCode.LIMIT_REACHED)
    rows: Any = runs.order_by("model_key").values_list("model_key")
    for key, ended, failed in rows.annotate(
        Count("pk"), failed=Count("pk", filter=Q(status=Status.FAILED))
    ):
        if ended >= ENOUGH_RUNS and 2 * failed > ended:
            sentence = _("%(model)s: %(failed)d of %(ended)d runs failed in the last 24 hours.")
            yield Alert(
                sentence % {"model": model_label(key), "failed": failed, "ended": ended},
                history_url(period, model_key=key, status=Status.FAILED.value),
            )


def _lost_models(actions: Iterable[LLMAction], user: Any) -> Iterator[Alert]:
    models = get_settings().models
    can_change = ACTION_POLICY.user_has_permission(user, "change")
    lost = [
        (action, key)
        for action in actions
        for key in (action.model, action.fallback_model)
        if key and key not in models
    ]
    for action, key in lost[:SHOWN_ACTIONS]:
        if key == action.model:
            sentence = _("“%(action)s” uses the model %(model)s, which is not configured any more.")
        else:
            sentence = _(
                "“%(action)s” has the fallback model %(model)s, which is not configured any more."
            )
        url = reverse("wagtail_llm_actions_actions:edit", args=[action.pk]) if can_change else ""
        yield Alert(sentence % {"action": action.label, "model": key}, url)
    if (more := len(lost) - SHOWN_ACTIONS) > 0:
        sentence = ngettext(
            "%(count)d more model of an action is not configured any more.",
            "%(count)d more models of actions are not configured any more.",
            more,
        )
        yield Alert(sentence % {"count": more}, _models_url(user))


def _models_url(user: Any) -> str:
    return reverse("wagtail_llm_actions:models") if can_view_models(user) else ""
