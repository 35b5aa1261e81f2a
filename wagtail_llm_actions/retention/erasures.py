"""What becomes of the runs on a deleted page, snippet or image, and of those of a deleted user."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.utils import timezone

from wagtail_llm_actions.models import LLMErasure, LLMRollupSpan, LLMRun, RedactionReason
from wagtail_llm_actions.retention.work import Work
from wagtail_llm_actions.runs.redaction import redact
from wagtail_llm_actions.runs.unstored import discard_all
from wagtail_llm_actions.spending.periods import day_of

if TYPE_CHECKING:
    from uuid import UUID

    from wagtail_llm_actions.models.run_queryset import LLMRunQuerySet


class ObjectErasure(Work):
    """The runs on a deleted page, snippet or image lose their texts and its title.

    Args:
        content_type_id: Of its model.
        object_id: Its primary key as text.
    """

    verb = "redact"

    def __init__(self, content_type_id: int, object_id: str) -> None:
        self._of_object: dict[str, Any] = {
            "target_content_type": content_type_id,
            "target_object_id": object_id,
        }

    def due(self) -> LLMRunQuerySet:
        """Return those that have either."""
        runs = LLMRun.objects.filter(**self._of_object).finished()
        return runs.exclude(redacted_at__isnull=False, target_label="")

    def do(self, keys: list[UUID]) -> None:
        """Empty both."""
        redact(keys, RedactionReason.OBJECT)
        LLMRun.objects.filter(pk__in=keys).update(target_label="")

    def begin(self, size: int) -> None:
        """Empty a batch at once, and what is in no row, also of runs under way; remember the rest."""
        if LLMRun.objects.filter(**self._of_object).exists():
            discard_all(LLMRun.objects.filter(**self._of_object))
            self.do_batch(size)
            self.remember()

    def remember(self) -> None:
        """Leave the rest for later: the runs that are not written yet, and those under way."""
        under_way = LLMRun.objects.filter(**self._of_object).unfinished()
        if (self.due() | under_way).exists():
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

    verb = "anonymise"

    def __init__(self, user_key: str) -> None:
        self._user_key: Any = user_key

    def due(self) -> LLMRunQuerySet:
        """Return their runs, also those under way."""
        return LLMRun.objects.filter(user=self._user_key)

    def begin(self, size: int) -> None:
        """Anonymise a batch at once, and remember the rest."""
        if self.do_batch(size):
            self.remember()

    def do(self, keys: list[UUID]) -> None:
        """Take their name away, and their words."""
        runs = LLMRun.objects.filter(pk__in=keys)
        typed = runs.exclude(instruction="")
        # What is under way is emptied when it has ended.
        typed.unfinished().update(content_expires_at=timezone.now())
        redact(list(typed.values_list("pk", flat=True)), RedactionReason.PERSON)
        discard_all(runs)  # They may hold an instruction, which their rows do not.
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
