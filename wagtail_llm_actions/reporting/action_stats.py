"""Recent runs of each action, for the list of actions."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from django.db.models import Count, Max, Q
from django.utils import timezone

from wagtail_llm_actions.errors import ErrorCode
from wagtail_llm_actions.models import LLMRun
from wagtail_llm_actions.reporting.metrics import COUNTED_TRIGGERS

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from wagtail_llm_actions.models import LLMAction

RECENT = timedelta(days=30)


def with_recent_stats(actions: QuerySet[LLMAction]) -> QuerySet[LLMAction]:
    """Annotate actions with their counted runs of the last 30 days.

    Returns:
        The same actions with the numbers of runs ``recent_runs``, ``recent_succeeded`` and
        ``recent_failed`` (runs that a limit stopped excluded), and with ``last_run_at``, ``None``
        where an action never ran.
    """
    # `exclude(runs__trigger=…)` would drop every action that was ever tested.
    counted = Q(runs__trigger__in=COUNTED_TRIGGERS)
    recent = counted & Q(runs__queued_at__gt=timezone.now() - RECENT)
    annotated: QuerySet[LLMAction] = actions.annotate(
        recent_runs=Count("runs", filter=recent),
        recent_succeeded=Count("runs", filter=recent & Q(runs__status=LLMRun.Status.SUCCEEDED)),
        recent_failed=Count("runs", filter=recent & Q(runs__status=LLMRun.Status.FAILED))
        - Count("runs", filter=recent & Q(runs__error_code=ErrorCode.LIMIT_REACHED)),
        last_run_at=Max("runs__queued_at", filter=counted),
    )
    return annotated
