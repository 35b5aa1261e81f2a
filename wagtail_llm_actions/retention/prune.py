"""Redact the texts, and delete the rows, of runs that are older than they are kept.

In short transactions, with a pause after each that is as long as it took, so that clicks and saves
get their turn. Nothing is remembered between them: what was killed goes on where it was.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, ClassVar

from django.db import connection, transaction
from django.utils import timezone

from wagtail_llm_actions.conf import get_settings
from wagtail_llm_actions.models import LLMAction, LLMAttempt, LLMRun, RedactionReason
from wagtail_llm_actions.runs.redaction import redact
from wagtail_llm_actions.sqlite import yielding_writes

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime
    from uuid import UUID

    from wagtail_llm_actions.models.run_queryset import LLMRunQuerySet

BATCH_SIZE = 500
"""Rows of one transaction: about 0.05 s on SQLite and PostgreSQL; docs/retention.md has it measured."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Periods:
    """For how many days runs are kept; ``None`` is for ever."""

    redact_after_days: int | None
    delete_after_days: int | None


class Work:
    """What is due for the runs of one action, or of all that have none."""

    verb: ClassVar[str]
    """In the past tense, for a line of output."""

    def __init__(self, action_id: int | None, before: datetime) -> None:
        self._action_id = action_id
        self._before = before

    def due(self) -> LLMRunQuerySet:
        """Return the runs, the oldest first."""
        runs = LLMRun.objects.filter(action=self._action_id, queued_at__lt=self._before)
        return runs.finished().order_by("queued_at")

    def do(self, run_ids: list[UUID]) -> int:
        """Write a batch, inside a transaction; return how many runs were changed."""
        raise NotImplementedError

    def do_batch(self) -> int:
        """Write the next batch; return how many runs it had, 0 at the end."""
        with yielding_writes(), transaction.atomic():
            due = self.due().values_list("pk", flat=True)
            # What a worker or another process is writing to is left for the next time.
            skip_locked = connection.features.has_select_for_update_skip_locked
            run_ids = list(due.select_for_update(skip_locked=skip_locked)[:BATCH_SIZE])
            return self.do(run_ids) if run_ids else 0


class Redaction(Work):
    """Their texts have to be emptied."""

    verb = "redacted"

    def due(self) -> LLMRunQuerySet:
        """Return those that still have texts."""
        return super().due().filter(redacted_at=None)

    def do(self, run_ids: list[UUID]) -> int:
        """Empty their texts."""
        return redact(run_ids, RedactionReason.AGE)


class Deletion(Work):
    """They have to be deleted."""

    verb = "deleted"

    def do(self, run_ids: list[UUID]) -> int:
        """Delete their attempts, then their rows, without loading either."""
        attempts, runs = LLMAttempt.objects.filter(run__in=run_ids), LLMRun.objects
        attempts._raw_delete(attempts.db)
        rows = runs.filter(pk__in=run_ids)
        return rows._raw_delete(rows.db)


def due_work(given: Periods | None = None) -> list[Work]:
    """Return what may be due now, action by action, so that each query is one look at an index.

    Args:
        given: In place of what the settings and the actions say.
    """
    now = timezone.now()
    works: list[Work] = []
    for action_id, periods in _periods(given):
        if periods.delete_after_days:
            before = now - timedelta(days=periods.delete_after_days)
            works.append(Deletion(action_id, before))
        if periods.redact_after_days:
            before = now - timedelta(days=periods.redact_after_days)
            works.append(Redaction(action_id, before))
    return works


def prune(
    works: list[Work],
    *,
    max_seconds: float | None = None,
    progress: Callable[[Work, int], None] | None = None,
) -> None:
    """Do what is due.

    Args:
        works: As ``due_work`` has them.
        max_seconds: When to stop after a batch; ``None``: when nothing is left.
        progress: Called after each batch, with how many runs it had.
    """
    started = time.monotonic()
    for work in works:
        while True:
            batch_started = time.monotonic()
            count = work.do_batch()
            now = time.monotonic()
            if count and progress:
                progress(work, count)
            if max_seconds is not None and now - started >= max_seconds:
                return
            if not count:
                break
            time.sleep(now - batch_started)


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
