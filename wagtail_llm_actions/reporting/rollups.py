"""Build the rollups of days that are over, keep those of deleted runs, and verify them."""

from __future__ import annotations

import time
import uuid
from collections import defaultdict
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import Max, Min
from django.utils import timezone

from wagtail_llm_actions.database.locks import let_locks_expire, unlocked
from wagtail_llm_actions.database.sqlite import yielding_writes
from wagtail_llm_actions.models import LLMAction, LLMRollupSpan, LLMRun, LLMRunRollup
from wagtail_llm_actions.models.rollup import SPAN_DAYS, span_start
from wagtail_llm_actions.queues import get_queue
from wagtail_llm_actions.reporting.metrics import COUNTED_TRIGGERS, counted_runs
from wagtail_llm_actions.reporting.period import ONE_DAY, Period
from wagtail_llm_actions.reporting.reading import Span, add_rollups, parts, stored_spans
from wagtail_llm_actions.reporting.run_tallies import tally_days
from wagtail_llm_actions.reporting.tally import TOTAL, Group, Tallies, Tally
from wagtail_llm_actions.runs.lifecycle.recovery import Throttle
from wagtail_llm_actions.spending.periods import day_of

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping
    from uuid import UUID

    from django.db.models import QuerySet


refresh_throttle = Throttle(seconds=60.0)
GRACE = timedelta(hours=1)
"""After the end of a day: a run that was clicked before midnight may be saved after it."""
REFRESH_SECONDS = 1.0
"""Of one refresh: a worker and a view go on with something else after that."""


@yielding_writes()
def refresh(period: Period | None = None, *, seconds: float | None = None) -> int:
    """Build the spans that are missing or stale, newest days first; return how many were built.

    Days that are not over, days with unfinished runs, and days that other processes are changing are
    left for later.

    Args:
        period: Builds nothing outside of it; by default all days since the first run.
        seconds: Begins nothing after so many.
    """
    period = _closed_days(period)
    if period is None:
        return 0
    deadline = None if seconds is None else time.monotonic() + seconds
    current = {span for span, row in stored_spans(period).items() if row.is_current}
    count = 0
    for span in _spans(period):
        if span in current or not current.issuperset(parts(span)):
            continue
        if deadline is not None and time.monotonic() > deadline:
            break
        if _build(span):
            current.add(span)
            count += 1
    return count


def refresh_throttled() -> None:
    """Refresh if this process has not done so for a minute; workers call this."""
    if refresh_throttle.allows():
        refresh(seconds=REFRESH_SECONDS)


def refresh_without_worker() -> None:
    """Refresh as often where web processes execute the runs; the usage report calls this."""
    if get_queue().executes_here:
        refresh_throttled()


def rebuild() -> int:
    """Build all spans anew; return how many these were."""
    LLMRollupSpan.objects.update(stale_token=uuid.uuid4())
    return refresh()


def archive(run_ids: Collection[UUID]) -> None:
    """Let the reports go on counting finished runs that are about to be deleted.

    Has to be in the transaction that deletes them, and that has locked them.
    """
    counted = LLMRun.objects.filter(pk__in=run_ids, trigger__in=COUNTED_TRIGGERS).order_by()
    days = tally_days(counted, seen=_groups_left(counted))
    if days:
        LLMRollupSpan.objects.mark_stale(days)
        for span in LLMRollupSpan.objects.filter(days=1, start__in=days):
            _insert(span, _without_messages(days[span.start]), is_archived=True)


def differences() -> Iterator[Span]:
    """Yield the spans whose rollups are not the sums of their runs, although they pass for it."""
    period = _closed_days()
    stored = stored_spans(period) if period else {}
    actions = set(LLMAction.objects.values_list("pk", flat=True))
    for span, row in sorted(stored.items()):
        if not row.is_current:
            continue
        kept = LLMRunRollup.objects.filter(span=row.pk)
        if span.days == 1:
            kept = kept.filter(is_archived=False)
        if _columns(_read(kept), actions) != _columns(_sums(span), actions):
            yield span


def _closed_days(period: Period | None = None) -> Period | None:
    """Return the days that are over, of a period or since the first run or rollup; ``None`` for none."""
    last = day_of(timezone.now() - GRACE) - ONE_DAY
    if period is not None:
        return Period(period.start, min(period.end, last)) if period.start <= last else None
    oldest = LLMRun.objects.aggregate(queued_at=Min("queued_at"))["queued_at"]
    start = LLMRollupSpan.objects.filter(days=1).aggregate(start=Min("start"))["start"]
    first = min(filter(None, [start, oldest and day_of(oldest)]), default=None)
    return Period(first, last) if first and first <= last else None


def _spans(period: Period) -> Iterator[Span]:
    """Yield all spans inside a period, the days first, and of each length the newest first."""
    for days in SPAN_DAYS:
        start = span_start(period.end, days)
        while start >= period.start:
            if start + (days - 1) * ONE_DAY <= period.end:
                yield Span(days, start)
            start -= days * ONE_DAY


def _build(span: Span) -> bool:
    """Store the rollups of a span; return whether its runs are finished and did not change meanwhile."""
    row, _is_new = LLMRollupSpan.objects.get_or_create(
        days=span.days, start=span.start, defaults={"stale_token": uuid.uuid4()}
    )
    if row.stale_token is None:  # It is of another time zone.
        LLMRollupSpan.objects.filter(pk=row.pk, stale_token=None).update(stale_token=uuid.uuid4())
        row.refresh_from_db()
    tallies = _sums(span)
    if TOTAL in tallies and tallies[TOTAL].unfinished:
        return False
    unchanged = LLMRollupSpan.objects.filter(pk=row.pk, stale_token=row.stale_token)
    try:
        with transaction.atomic():
            let_locks_expire()
            if not unlocked(unchanged).update(stale_token=None, time_zone=settings.TIME_ZONE):
                return False
            row.rollups.filter(is_archived=False).delete()
            _insert(row, tallies, is_archived=False)
            for days in SPAN_DAYS[SPAN_DAYS.index(span.days) + 1 :][:1]:
                LLMRollupSpan.objects.mark_stale([span_start(span.start, days)], days)
    except IntegrityError:  # An action was deleted meanwhile.
        return False
    return True


def _sums(span: Span) -> Mapping[Group, Tally]:
    """Return the sums of the runs of a day, or of the parts of a span."""
    if span.days == 1:
        day = span.start
        return tally_days(counted_runs(Period(day, day))).get(day, {})
    of_span = parts(span)
    rows = LLMRollupSpan.objects.filter(
        days=of_span[0].days, start__in=[part.start for part in of_span]
    )
    return _read(LLMRunRollup.objects.filter(span__in=rows))


def _read(rollups: QuerySet[LLMRunRollup]) -> Tallies:
    tallies = Tallies()
    targets: defaultdict[tuple[int, str], list[Tallies]] = defaultdict(lambda: [tallies])
    add_rollups(rollups, targets)
    return tallies


def _insert(span: LLMRollupSpan, tallies: Mapping[Group, Tally], *, is_archived: bool) -> None:
    LLMRunRollup.objects.bulk_create(
        [
            LLMRunRollup(span=span, is_archived=is_archived, **group.columns, **tally.columns)
            for group, tally in tallies.items()
        ],
        batch_size=500,
    )


def _without_messages(tallies: Mapping[Group, Tally]) -> Tallies:
    """Return the sums without what tells the messages of providers apart, which are deleted."""
    merged = Tallies()
    for group, tally in tallies.items():
        merged[group._replace(error_detail_hash="")].merge(tally)
    return merged


def _groups_left(runs: QuerySet[LLMRun]) -> Iterable[UUID | None]:
    """Return the candidates' groups of these runs that others with a proposal are left of."""
    groups = set(runs.exclude(candidate_group=None).values_list("candidate_group", flat=True))
    if not groups:
        return ()
    # There is no index of groups, whose runs are of the same moment.
    bounds = runs.aggregate(first=Min("queued_at"), last=Max("queued_at"))
    others = LLMRun.objects.succeeded().exclude(pk__in=runs.values("pk"))
    near = others.filter(
        queued_at__gte=bounds["first"] - ONE_DAY, queued_at__lte=bounds["last"] + ONE_DAY
    )
    return near.filter(candidate_group__in=groups).values_list("candidate_group", flat=True)


def _columns(
    tallies: Mapping[Group, Tally], action_ids: Collection[int]
) -> Mapping[Group, Mapping[str, Any]]:
    for tally in tallies.values():
        if tally.occurrences:
            tally.occurrences.forget_deleted(action_ids)
    return {group: tally.columns for group, tally in tallies.items()}
