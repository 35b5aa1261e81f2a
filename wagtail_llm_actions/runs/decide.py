"""Record what the editor did with a proposal."""

from __future__ import annotations

from difflib import SequenceMatcher
from typing import TYPE_CHECKING

from django.utils import timezone

from wagtail_llm_actions.models import LLMRun

if TYPE_CHECKING:
    from uuid import UUID


# Comparing longer texts word by word would take seconds.
MAX_COMPARED_WORDS = 5_000


def accept(run: LLMRun, text: str) -> None:
    """Record that ``text`` was put into the field: as proposed, or edited."""
    proposed = run.output.split()[:MAX_COMPARED_WORDS]
    taken = text.split()[:MAX_COMPARED_WORDS]
    similarity = SequenceMatcher(None, proposed, taken, autojunk=False).ratio()
    decision = LLMRun.Decision.ACCEPTED if proposed == taken else LLMRun.Decision.EDITED
    _decide(run.pk, decision, similarity)


def dismiss(run: LLMRun) -> None:
    """Record that the editor did not want the proposal."""
    _decide(run.pk, LLMRun.Decision.DISMISSED, None)


def undo(run: LLMRun) -> None:
    """Take an acceptance back; the proposal is open again."""
    _decide(run.pk, LLMRun.Decision.NONE, None)


def _decide(run_id: UUID, decision: LLMRun.Decision, similarity: float | None) -> None:
    LLMRun.objects.filter(pk=run_id, status=LLMRun.Status.SUCCEEDED).update(
        decision=decision,
        decided_at=None if decision == LLMRun.Decision.NONE else timezone.now(),
        decision_similarity=similarity,
    )
