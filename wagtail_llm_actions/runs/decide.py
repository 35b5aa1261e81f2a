"""Record what the editor did with a proposal."""

from __future__ import annotations

from difflib import SequenceMatcher
from typing import TYPE_CHECKING

from django.utils import timezone

from wagtail_llm_actions.models import LLMRun

if TYPE_CHECKING:
    from uuid import UUID


# The time grows with the square: 0.2 s for these, 4 s for three times as many.
MAX_COMPARED_WORDS = 1_000


def accept(run: LLMRun, text: str) -> None:
    """Record that ``text`` was put into the field: as proposed, or edited."""
    proposed, taken = run.output.split(), text.split()
    if proposed == taken:
        _decide(run.pk, LLMRun.Decision.ACCEPTED, 1.0)
        return
    compared = proposed[:MAX_COMPARED_WORDS], taken[:MAX_COMPARED_WORDS]
    similarity = SequenceMatcher(None, *compared, autojunk=False).ratio()
    _decide(run.pk, LLMRun.Decision.EDITED, similarity)


def dismiss(run: LLMRun) -> None:
    """Record that the editor did not want the proposal.

    Not of a text that was accepted, and then proposed a second time: it was wanted once.
    """
    if run.decision not in {LLMRun.Decision.ACCEPTED, LLMRun.Decision.EDITED}:
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
