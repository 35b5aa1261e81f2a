"""What came of each action lately, for the list of actions."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from django.db.models import Count, Max, Q
from django.utils import timezone

from wagtail_llm_actions.errors import ErrorCode
from wagtail_llm_actions.models import LLMRun

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from wagtail_llm_actions.models import LLMAction

RECENT = timedelta(days=30)


def with_recent_stats(actions: QuerySet[LLMAction]) -> QuerySet[LLMAction]:
    """Add what each action did in the last 30 days; tests are left out.

    Returns:
        The same actions, each with the numbers of runs ``recent_runs``, ``recent_succeeded`` and
        ``recent_failed`` (without what a limit refused), and with ``last_run_at``, ``None`` where it never ran.
    """
    # Not a negation, which would leave out every action that was ever tested.
    triggers = [trigger for trigger in LLMRun.Trigger if trigger != LLMRun.Trigger.TEST]
    no_test = Q(runs__trigger__in=triggers)
    recent = no_test & Q(runs__queued_at__gt=timezone.now() - RECENT)
    annotated: QuerySet[LLMAction] = actions.annotate(
        recent_runs=Count("runs", filter=recent),
        recent_succeeded=Count("runs", filter=recent & Q(runs__status=LLMRun.Status.SUCCEEDED)),
        recent_failed=Count("runs", filter=recent & Q(runs__status=LLMRun.Status.FAILED))
        - Count("runs", filter=recent & Q(runs__error_code=ErrorCode.LIMIT_REACHED)),
        last_run_at=Max("runs__queued_at", filter=no_test),
    )
    return annotated
