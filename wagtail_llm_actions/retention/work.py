"""What can be due for many runs, and is written batch by batch in short transactions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from django.db import connection, transaction
from django.utils import timezone

from wagtail_llm_actions.models import (
    LLMAttempt,
    LLMErasure,
    LLMReservation,
    LLMRollupSpan,
    LLMRun,
    RedactionReason,
)
from wagtail_llm_actions.reporting.rollups import archive
from wagtail_llm_actions.runs.redaction import redact
from wagtail_llm_actions.spending.periods import day_of
from wagtail_llm_actions.sqlite import yielding_writes

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from wagtail_llm_actions.models.run_queryset import LLMRunQuerySet

BATCH_SIZE = 200
"""Rows of one transaction; docs/retention.md says how long one takes."""


class Work:
    """Something that is due for a set of runs."""

    verb: ClassVar[str]
    """In the past tense, for a line of output."""

    def due(self) -> LLMRunQuerySet:
        """Return the runs that it is due for, in the order in which they are written."""
        raise NotImplementedError

    def do(self, run_ids: list[UUID]) -> None:
        """Write a batch, inside a transaction."""
        raise NotImplementedError

    def end(self) -> None:
        """Do what is left when no run is due any more; nothing by default."""

    def do_batch(self) -> int:
        """Write the next batch; return how many runs it had, 0 at the end."""
        with yielding_writes(), transaction.atomic():
            due = self.due().values_list("pk", flat=True)
            # What a worker or another process is writing to is left for the next time.
            skip_locked = connection.features.has_select_for_update_skip_locked
            run_ids = list(due.select_for_update(skip_locked=skip_locked)[:BATCH_SIZE])
            if run_ids:
                self.do(run_ids)
            else:
                self.end()
            return len(run_ids)


class Redaction(Work):
    """The texts of an action's old runs are emptied.

    Args:
        action_id: Of the action; ``None`` for the runs that have none.
        before: Older runs are due.
    """

    verb = "redacted"

    def __init__(self, action_id: int | None, before: datetime) -> None:
        self._old = LLMRun.objects.filter(action=action_id, queued_at__lt=before)

    def due(self) -> LLMRunQuerySet:
        """Return those that still have texts, the oldest first."""
        return self._old.filter(redacted_at=None).finished().order_by("queued_at")

    def do(self, run_ids: list[UUID]) -> None:
        """Empty them."""
        redact(run_ids, RedactionReason.AGE)


class Expiry(Work):
    """Texts are emptied that are not kept, and that nobody has decided on in time."""

    verb = "redacted"

    def due(self) -> LLMRunQuerySet:
        """Return the runs that have them."""
        return LLMRun.objects.filter(content_expires_at__lt=timezone.now()).finished()

    def do(self, run_ids: list[UUID]) -> None:
        """Empty them."""
        redact(run_ids, RedactionReason.MODE)


class Deletion(Redaction):
    """The rows of an action's old runs are deleted."""

    verb = "deleted"

    def due(self) -> LLMRunQuerySet:
        """Return all that have ended, the oldest first."""
        return self._old.finished().order_by("queued_at")

    def do(self, run_ids: list[UUID]) -> None:
        """Delete their attempts, then their rows, without loading either; reports still count them."""
        archive(run_ids)
        attempts = LLMAttempt.objects.filter(run__in=run_ids)
        attempts._raw_delete(attempts.db)
        LLMReservation.objects.filter(run__in=run_ids).update(run=None)
        runs = LLMRun.objects.filter(pk__in=run_ids)
        runs._raw_delete(runs.db)


class ObjectErasure(Work):
    """The runs on a deleted page or snippet lose their texts and its title.

    Args:
        content_type_id: Of its model.
        object_id: Its primary key as text.
    """

    verb = "redacted"

    def __init__(self, content_type_id: int, object_id: str) -> None:
        self._of_object: dict[str, Any] = {
            "target_content_type": content_type_id,
            "target_object_id": object_id,
        }

    def due(self) -> LLMRunQuerySet:
        """Return those that have either."""
        runs = LLMRun.objects.filter(**self._of_object).finished()
        return runs.exclude(redacted_at__isnull=False, target_label="")

    def do(self, run_ids: list[UUID]) -> None:
        """Empty both."""
        redact(run_ids, RedactionReason.OBJECT)
        LLMRun.objects.filter(pk__in=run_ids).update(target_label="")

    def remember(self) -> None:
        """Leave the rest for later: the runs that are not written yet, and those under way."""
        if LLMRun.objects.filter(**self._of_object).exclude(target_label="").exists():
            LLMErasure.objects.create(
                target_content_type_id=self._of_object["target_content_type"],
                target_object_id=self._of_object["target_object_id"],
            )

    def end(self) -> None:
        """Forget the object, unless a run on it is under way."""
        if not LLMRun.objects.filter(**self._of_object).unfinished().exists():
            LLMErasure.objects.filter(**self._of_object).delete()


class PersonErasure(Work):
    """The runs of a person do not name them any more, and lose their texts where they typed a part of them.

    Args:
        user_key: The primary key of the user as text.
    """

    verb = "anonymised"

    def __init__(self, user_key: str) -> None:
        self._user_key: Any = user_key

    def due(self) -> LLMRunQuerySet:
        """Return their runs, also those under way."""
        return LLMRun.objects.filter(user=self._user_key)

    def do(self, run_ids: list[UUID]) -> None:
        """Take their name away, and their words."""
        runs = LLMRun.objects.filter(pk__in=run_ids)
        typed = runs.exclude(instruction="")
        # What is under way is emptied when it has ended.
        typed.unfinished().update(content_expires_at=timezone.now())
        redact(list(typed.values_list("pk", flat=True)), RedactionReason.PERSON)
        days = {day_of(moment) for moment in runs.values_list("queued_at", flat=True)}
        runs.update(user=None, client_request_id=None)
        # Their user is one of the dimensions of the rollups.
        LLMRollupSpan.objects.mark_stale(days)

    def remember(self) -> None:
        """Leave the runs that are not written yet for later."""
        if LLMRun.objects.filter(user=self._user_key).exists():
            LLMErasure.objects.create(user_key=self._user_key)

    def end(self) -> None:
        """Forget the user, unless a run of theirs was just written by somebody else."""
        if not LLMRun.objects.filter(user=self._user_key).exists():
            LLMErasure.objects.filter(user_key=self._user_key).delete()


def erasures() -> list[Work]:
    """Return what is left of earlier deletions."""
    return [
        PersonErasure(row.user_key)
        if row.target_content_type_id is None
        else ObjectErasure(row.target_content_type_id, row.target_object_id)
        for row in LLMErasure.objects.order_by("pk")
    ]
