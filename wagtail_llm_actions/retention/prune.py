"""Redact the texts, and delete the rows, of runs that are older than they are kept, or were deleted.

And delete the reservations of days and months that are over. In short transactions, with a pause after
each that is as long as it took, so that clicks and saves get their turn. Nothing is remembered between them: what was killed goes on where it was.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from django.utils import timezone

from wagtail_llm_actions.conf import get_settings
from wagtail_llm_actions.models import LLMAction
from wagtail_llm_actions.retention.ageing import Deletion, Expiry, Redaction
from wagtail_llm_actions.retention.batch_size import BatchSize
from wagtail_llm_actions.retention.erasures import erasures
from wagtail_llm_actions.retention.reservations import reservation_deletions

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from wagtail_llm_actions.retention.work import Work


@dataclass(frozen=True, kw_only=True, slots=True)
class Periods:
    """For how many days runs are kept; ``None`` is for ever."""

    redact_after_days: int | None
    delete_after_days: int | None


def due_work(given: Periods | None = None) -> list[Work]:
    """Return what may be due now, action by action, so that each query is one look at an index.

    Args:
        given: In place of what the settings and the actions say.
    """
    now = timezone.now()
    works: list[Work] = [*erasures(), *reservation_deletions(), Expiry()]
    for action_id, periods in _periods(given):
        deleted_before = None
        if periods.delete_after_days:
            deleted_before = now - timedelta(days=periods.delete_after_days)
            works.append(Deletion(action_id, deleted_before))
        if periods.redact_after_days:
            before = now - timedelta(days=periods.redact_after_days)
            works.append(Redaction(action_id, before, deleted_before))
    return works


def prune(
    works: Iterable[Work],
    *,
    max_seconds: float | None = None,
    progress: Callable[[Work, int], None] | None = None,
) -> None:
    """Do what is due.

    Args:
        works: As ``due_work`` has them.
        max_seconds: When to stop after a batch; ``None``: when nothing is left.
        progress: Called after each batch, with how many rows it had.
    """
    started, size = time.monotonic(), BatchSize()
    for work in works:
        while True:
            batch_started = time.monotonic()
            count = work.do_batch(size.rows)
            now = time.monotonic()
            batch_seconds = now - batch_started
            if count and progress:
                progress(work, count)
            if max_seconds is not None and now - started >= max_seconds:
                return
            if not count:
                break
            size.adapt(batch_seconds)
            time.sleep(batch_seconds)


def _periods(given: Periods | None) -> Iterator[tuple[int | None, Periods]]:
    site = get_settings().retention
    default = given or Periods(
        redact_after_days=site.redact_after_days, delete_after_days=site.delete_after_days
    )
    yield None, default
    own = LLMAction.objects.order_by("pk").values_list(
        "pk", "redact_after_days", "delete_after_days"
    )
    for action_id, redact_days, delete_days in own:
        yield (
            action_id,
            given
            or Periods(
                redact_after_days=redact_days or default.redact_after_days,
                delete_after_days=delete_days or default.delete_after_days,
            ),
        )
