"""Record what the editor did with a proposal, and with the other candidates beside it."""

from __future__ import annotations

from difflib import SequenceMatcher
from typing import TYPE_CHECKING

from django.utils import timezone

from wagtail_llm_actions.models import LLMRun
from wagtail_llm_actions.runs.candidates import siblings
from wagtail_llm_actions.runs.lifecycle.cancel import cancel

if TYPE_CHECKING:
    from django.db.models import QuerySet


# The time grows with the square: 0.2 s for these, 4 s for three times as many.
MAX_COMPARED_WORDS = 1_000


def accept(run: LLMRun, text: str) -> None:
    """Record that ``text`` was put into the field: as proposed, or edited."""
    proposed, taken = run.output.split(), text.split()
    if proposed == taken:
        decided = _decide(_one(run), LLMRun.Decision.ACCEPTED, 1.0)
    else:
        compared = proposed[:MAX_COMPARED_WORDS], taken[:MAX_COMPARED_WORDS]
        similarity = SequenceMatcher(None, *compared, autojunk=False).ratio()
        decided = _decide(_one(run), LLMRun.Decision.EDITED, similarity)
    if decided:
        _dismiss_siblings(run)


def dismiss(run: LLMRun) -> None:
    """Record that the editor wanted none of the candidates.

    Not of a text that was accepted, and then proposed a second time: it was wanted once.
    """
    if run.decision in {LLMRun.Decision.ACCEPTED, LLMRun.Decision.EDITED}:
        return
    _decide(_one(run), LLMRun.Decision.DISMISSED)
    _dismiss_siblings(run)


def undo(run: LLMRun) -> None:
    """Take an acceptance back; the proposal is open again, and the others that had come."""
    _decide(_one(run), LLMRun.Decision.NONE)
    _decide(siblings(run).filter(decision=LLMRun.Decision.DISMISSED), LLMRun.Decision.NONE)


def _dismiss_siblings(run: LLMRun) -> None:
    """Dismiss the other candidates that have come, and let no more of them come."""
    for other in siblings(run).filter(status__in=LLMRun.UNFINISHED):
        cancel(other.pk)
    _decide(siblings(run).filter(decision=LLMRun.Decision.NONE), LLMRun.Decision.DISMISSED)


def _one(run: LLMRun) -> QuerySet[LLMRun]:
    return LLMRun.objects.filter(pk=run.pk)


def _decide(
    runs: QuerySet[LLMRun], decision: LLMRun.Decision, similarity: float | None = None
) -> int:
    """Record a decision on those that have a text; return how many these are."""
    return runs.filter(status=LLMRun.Status.SUCCEEDED).update(
        decision=decision,
        decided_at=None if decision == LLMRun.Decision.NONE else timezone.now(),
        decision_similarity=similarity,
    )
