"""How many runs a person, and the whole site, may have at once and start in a minute.

Bulk runs are neither limited nor counted: the queue keeps them behind all others.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.contrib.auth import get_user_model
from django.db.models import Count, F, Q
from django.utils import timezone

from wagtail_llm_actions.conf import get_settings
from wagtail_llm_actions.errors import ErrorCode, LimitExceeded
from wagtail_llm_actions.models import LLMRun

if TYPE_CHECKING:
    from django.db.models import QuerySet

MINUTE = timedelta(minutes=1)
UNDER_WAY = timedelta(hours=1)
"""An unfinished run that is older waits for a worker that nobody starts, and locks nobody out."""
REFUSALS_APART = timedelta(minutes=1)
"""Only one refusal of a user in this time is recorded, so that a flood of them fills nothing."""


def check_limits(run: LLMRun, count: int) -> None:
    """Refuse the runs of a click that would be too many; call it in the transaction that saves them.

    The limits of a user are exact: their row stays locked until the transaction ends. Those of the
    site can be exceeded by clicks of several users at the same instant. A click is never refused
    for its own number of candidates alone.

    Args:
        run: The first run of the click, not saved yet.
        count: How many runs the click starts.

    Raises:
        LimitExceeded: They may not be started now.
    """
    if run.trigger == LLMRun.Trigger.BULK:
        return
    limits = get_settings().limits
    if limits.user_concurrent or limits.user_per_minute:
        _lock(run.user_id)
        _check(
            _counted().filter(user=run.user_id),
            count,
            concurrent=(LimitExceeded.USER_CONCURRENT, limits.user_concurrent),
            per_minute=(LimitExceeded.USER_PER_MINUTE, limits.user_per_minute),
        )
    if limits.site_concurrent or limits.site_per_minute:
        _check(
            _counted(),
            count,
            concurrent=(LimitExceeded.SITE_CONCURRENT, limits.site_concurrent),
            per_minute=(LimitExceeded.SITE_PER_MINUTE, limits.site_per_minute),
        )


def was_refused_lately(user: Any) -> bool:
    """Return whether the history tells of a refusal of this user just now."""
    since = timezone.now() - REFUSALS_APART
    refused = LLMRun.objects.filter(user=user, error_code=ErrorCode.LIMIT_REACHED)
    return refused.filter(queued_at__gt=since).exists()


def _lock(user_id: Any) -> None:
    # A write, and no SELECT FOR UPDATE: SQLite has no row locks, and a transaction that reads first
    # cannot always write later there.
    key = get_user_model()._meta.pk.name
    get_user_model()._default_manager.filter(pk=user_id).update(**{key: F(key)})


def _counted() -> QuerySet[LLMRun]:
    return (
        LLMRun.objects.exclude(trigger=LLMRun.Trigger.BULK)
        .exclude(error_code=ErrorCode.LIMIT_REACHED)
        .order_by("queued_at")
    )


def _check(
    runs: QuerySet[LLMRun],
    count: int,
    *,
    concurrent: tuple[str, int | None],
    per_minute: tuple[str, int | None],
) -> None:
    now = timezone.now()
    in_minute = Q(queued_at__gt=now - MINUTE)
    found = runs.filter(queued_at__gt=now - UNDER_WAY).aggregate(
        concurrent=Count("pk", filter=Q(status__in=LLMRun.UNFINISHED)),
        per_minute=Count("pk", filter=in_minute),
    )
    limit, number = concurrent
    there = found["concurrent"]
    if number and there and there + count > number:
        raise LimitExceeded(limit, number, count=there)
    limit, number = per_minute
    there = found["per_minute"]
    if number and there and there + count > number:
        # As many as must be older than a minute before there is room.
        leaving = min(there, there + count - number)
        times = runs.filter(in_minute).values_list("queued_at", flat=True)
        last = list(times[:leaving])[-1]
        seconds = max(0.0, (last + MINUTE - now).total_seconds())
        raise LimitExceeded(limit, number, count=there, retry_after_seconds=seconds)
