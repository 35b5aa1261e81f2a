"""Rate limits: how many runs a user, and the site, may have at once, and start in a minute or a day.

Bulk runs are neither limited nor counted; the queue gives them a lower priority. Requests that cost
the web process something without a run are limited per user, as long as the site's cache can count them:
runs are counted by the database.
"""

from __future__ import annotations

from contextlib import suppress
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.contrib.auth import get_user_model
from django.core.cache import cache
from django.db.models import F, Q
from django.utils import timezone

from wagtail_llm_actions.conf import get_settings
from wagtail_llm_actions.database.prepared_query import Parameter, PreparedQuery, count_where
from wagtail_llm_actions.errors import ErrorCode, LimitExceeded
from wagtail_llm_actions.models import LLMRun
from wagtail_llm_actions.site_cache import cache_may_fail

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.db.models import QuerySet

    from wagtail_llm_actions.permissions import User

MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
MAX_CONCURRENT_AGE = timedelta(hours=1)
"""Older unfinished runs do not count: without a worker, they would lock the user out for ever."""
RECORD_INTERVAL = timedelta(minutes=1)
"""A user's exceeded limit is recorded as a failed run once in this time, so that no flood is."""


def check_limits(run: LLMRun, count: int) -> None:
    """Check the limits in the transaction that saves the runs of a click.

    The limits of a user are exact, as their row stays locked until the transaction ends. Those of
    the site may be exceeded by clicks at the same instant. The candidates of a single click never
    exceed a limit by themselves.

    Args:
        run: The first run of the click, not saved yet.
        count: The number of runs that the click starts.

    Raises:
        LimitExceeded: The runs may not be started now.
    """
    if run.trigger == LLMRun.Trigger.BULK:
        return
    limits = get_settings().limits
    in_time = [
        (LimitExceeded.USER_PER_MINUTE, limits.user_per_minute, MINUTE),
        (LimitExceeded.USER_PER_DAY, limits.user_per_day, DAY),
    ]
    if limits.user_concurrent or any(number for _limit, number, _time in in_time):
        _lock(run.user_id)
        concurrent = (LimitExceeded.USER_CONCURRENT, limits.user_concurrent)
        _check(count, concurrent, in_time, user=run.user_id)
    in_time = [
        (LimitExceeded.SITE_PER_MINUTE, limits.site_per_minute, MINUTE),
        (LimitExceeded.SITE_PER_DAY, limits.site_per_day, DAY),
    ]
    if limits.site_concurrent or any(number for _limit, number, _time in in_time):
        concurrent = (LimitExceeded.SITE_CONCURRENT, limits.site_concurrent)
        _check(count, concurrent, in_time)


def check_requests(user: User, kind: str, per_minute: int) -> None:
    """Count a request of a user, and check that it is not one too many in this minute of the clock.

    A cache that fails, or keeps nothing, limits nothing.

    Args:
        user: Who asks.
        kind: What the request is for, such as ``preview``; each kind is counted by itself.
        per_minute: How many are allowed.

    Raises:
        LimitExceeded: There were so many in this minute already.
    """
    minute, second = divmod(timezone.now().timestamp(), MINUTE.total_seconds())
    key = f"wagtail_llm_actions:requests:{kind}:{user.pk}:{minute:.0f}"
    count = 0
    # A value error: the cache keeps nothing, or was cleared in this moment.
    with cache_may_fail("requests without a run are not counted"), suppress(ValueError):
        cache.add(key, 0, 2 * MINUTE.total_seconds())
        count = cache.incr(key)
    if count > per_minute:
        raise LimitExceeded(
            LimitExceeded.REQUESTS_PER_MINUTE,
            per_minute,
            count=count - 1,
            retry_after_seconds=MINUTE.total_seconds() - second,
        )


def was_recorded_recently(run: LLMRun) -> bool:
    """Return whether an exceeded limit of its user was recorded within ``RECORD_INTERVAL``."""
    since = timezone.now() - RECORD_INTERVAL
    refused = LLMRun.objects.filter(user=run.user_id, error_code=ErrorCode.LIMIT_REACHED)
    return refused.filter(queued_at__gt=since).exists()


def _lock(user_id: Any) -> None:
    # A write instead of SELECT FOR UPDATE: SQLite has no row locks, and a transaction that begins
    # with a read cannot always write later.
    key = get_user_model()._meta.pk.name
    get_user_model()._default_manager.filter(pk=user_id).update(**{key: F(key)})


def _counted(**of_user: Any) -> QuerySet[LLMRun]:
    # Named, and not all but one, so that an index finds them among any number of bulk runs.
    runs = LLMRun.objects.filter(trigger__in=(LLMRun.Trigger.EDITOR, LLMRun.Trigger.TEST))
    return runs.filter(**of_user).exclude(error_code=ErrorCode.LIMIT_REACHED).order_by("queued_at")


def _numbers(**of_user: Any) -> QuerySet[LLMRun, Any]:
    """Return how many runs are unfinished, and were queued within a minute and a day, since ``oldest``."""
    oldest, unfinished, minute, day = (
        Q(queued_at__gt=Parameter(name, LLMRun._meta.get_field("queued_at")))
        for name in ("oldest", "unfinished", "minute", "day")
    )
    runs = _counted(**of_user).filter(oldest).order_by()
    return runs.values_list(
        count_where(unfinished & Q(status__in=LLMRun.UNFINISHED)),
        count_where(minute),
        count_where(day),
    )


_OF_SITE = PreparedQuery(_numbers)
_OF_USER = PreparedQuery(lambda: _numbers(user=Parameter("user", LLMRun._meta.get_field("user"))))


def _check(
    count: int,
    concurrent: tuple[str, int | None],
    in_time: Sequence[tuple[str, int | None, timedelta]],
    **of_user: Any,
) -> None:
    now = timezone.now()
    limited = [(limit, number, time) for limit, number, time in in_time if number]
    # What is limited in no longer time is read of no longer time.
    oldest = max([MAX_CONCURRENT_AGE, *(time for _limit, _number, time in limited)])
    query = _OF_USER if of_user else _OF_SITE
    ((unfinished, in_minute, in_day),) = query.rows(
        oldest=now - oldest,
        unfinished=now - MAX_CONCURRENT_AGE,
        minute=now - MINUTE,
        day=now - DAY,
        **of_user,
    )
    limit, number = concurrent
    if number and unfinished and unfinished + count > number:
        raise LimitExceeded(limit, number, count=unfinished)
    for limit, number, time in limited:
        there = in_minute if time == MINUTE else in_day
        if there and there + count > number:
            # So many of the oldest have to be over before there is room.
            leaving = min(there, there + count - number)
            runs = _counted(**of_user).filter(queued_at__gt=now - time)
            last = list(runs.values_list("queued_at", flat=True)[:leaving])[-1]
            seconds = max(0.0, (last + time - now).total_seconds())
            raise LimitExceeded(limit, number, count=there, retry_after_seconds=seconds)
