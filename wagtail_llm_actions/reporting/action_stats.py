"""Recent runs of each action, for the list of actions."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.db.models import Count, OuterRef, Subquery
from django.utils import timezone

from wagtail_llm_actions.errors import EXCLUDED_ERRORS
from wagtail_llm_actions.models import LLMRun
from wagtail_llm_actions.reporting.metrics import COUNTED_TRIGGERS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.db.models import QuerySet

    from wagtail_llm_actions.models import LLMAction

RECENT = timedelta(days=30)


def with_last_run(actions: QuerySet[LLMAction]) -> QuerySet[LLMAction]:
    """Annotate actions with ``last_run_at`` of their counted runs, ``None`` where there is none."""
    # Newest first by the index of each action: a join would read all runs ever.
    runs = LLMRun.objects.filter(action=OuterRef("pk"), trigger__in=COUNTED_TRIGGERS)
    newest = runs.order_by("-queued_at").values("queued_at")[:1]
    annotated: QuerySet[LLMAction] = actions.annotate(last_run_at=Subquery(newest))
    return annotated


def add_recent_stats(actions: Sequence[Any]) -> None:
    """Set the numbers of counted runs of the last 30 days on actions, by one query.

    They are ``recent_runs``, ``recent_succeeded``, and ``recent_failed`` without the excluded
    ones.
    """
    runs = LLMRun.objects.filter(
        action__in=[llm_action.pk for llm_action in actions],
        queued_at__gt=timezone.now() - RECENT,
        trigger__in=COUNTED_TRIGGERS,
    )
    counts: dict[str, Counter[Any]] = {
        "runs": Counter(),
        "succeeded": Counter(),
        "failed": Counter(),
    }
    rows = runs.order_by().values_list("action", "status", "error_code").annotate(Count("pk"))
    for action, status, error_code, count in rows:
        counts["runs"][action] += count
        if status in counts and error_code not in EXCLUDED_ERRORS:
            counts[status][action] += count
    for llm_action in actions:
        for name, by_action in counts.items():
            setattr(llm_action, f"recent_{name}", by_action[llm_action.pk])
