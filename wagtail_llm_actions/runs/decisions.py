"""Record what the editor did with a proposal, and with the other candidates of its click."""

from __future__ import annotations

import re
from difflib import SequenceMatcher
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from wagtail_llm_actions.answers.characters import visible
from wagtail_llm_actions.database.locks import let_locks_expire
from wagtail_llm_actions.database.sqlite import yielding_writes
from wagtail_llm_actions.models import LLMAction, LLMRollupSpan, LLMRun
from wagtail_llm_actions.runs.candidates import siblings
from wagtail_llm_actions.runs.lifecycle.cancel import cancel
from wagtail_llm_actions.runs.lifecycle.dispatch import send_on_commit
from wagtail_llm_actions.runs.redaction import redact_decided
from wagtail_llm_actions.signals import run_decided
from wagtail_llm_actions.spending.periods import day_of

if TYPE_CHECKING:
    from datetime import datetime

    from django.db.models import QuerySet

Decision = LLMRun.Decision

_SUCCEEDED = Q(status=LLMRun.Status.SUCCEEDED)
_BROKE_OFF = Q(status=LLMRun.Status.FAILED) & ~Q(output="")
"""Its text may be whole all the same; a person can tell."""

_WORD = re.compile(
    # Thai to Burmese, Khmer, and the scripts of Chinese and Japanese put no spaces between words.
    r"[\u0e00-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]"
    r"|[^\s\u0e00-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]+"
)
# The time grows with the square: 0.2 s for these, 4 s for three times as many.
MAX_COMPARED_WORDS = 1_000


def accept(run: LLMRun, text: str) -> None:
    """Record that ``text`` was put into the field: as proposed, or edited.

    With a text that is redacted meanwhile there is nothing to compare, so it counts as proposed.
    """
    proposed, taken = _words(run.output), _words(text)
    similarity: float | None
    if run.redacted_at:
        proposed, similarity = taken, None
    elif proposed == taken:
        similarity = 1.0
    else:
        compared = proposed[:MAX_COMPARED_WORDS], taken[:MAX_COMPARED_WORDS]
        similarity = SequenceMatcher(None, *compared, autojunk=False).ratio()
    decision = Decision.ACCEPTED if proposed == taken else Decision.EDITED
    if _decide(run, decision, similarity=similarity):
        _dismiss_siblings(run)


def record_save(run: LLMRun, output: str, saved: str, saved_at: datetime) -> bool:
    """Let what was saved decide whether an accepted text counts; return whether it was saved.

    It was while at least half as much of the output is left as when it was accepted. A later save
    decides again: an autosave may have been under way when the text was accepted.

    Args:
        run: Accepted, by its last decision or before a save without its text.
        output: That of the run, as it is compared.
        saved: The text of the field.
        saved_at: A save before the decision does not speak against it.
    """
    if run.redacted_at:  # Nothing is left to compare.
        return run.decision in LLMRun.ACCEPTED_DECISIONS
    is_last = run.write_mode == LLMAction.WriteMode.APPEND
    similarity = run.decision_similarity or 0
    is_saved = kept_share(output, saved, from_end=is_last) >= similarity / 2
    if is_saved:
        decision = Decision.ACCEPTED if similarity == 1 else Decision.EDITED
    else:
        decision = Decision.UNSAVED
    is_change = is_saved == (run.decision == Decision.UNSAVED)
    if is_change and run.decided_at and saved_at > run.decided_at:
        _decide(run, decision, similarity=similarity, instead_of=Decision(run.decision))
    return is_saved


def kept_share(output: str, text: str, *, from_end: bool = False) -> float:
    """Return the share of an output that a text holds in the order of its words, from 0.0 to 1.0.

    A word counts by its length, so that "the" and "of" do not make two texts alike.

    Args:
        output: Compared with up to its first 1,000 words.
        text: Compared with as many of its words.
        from_end: Take the text's last words instead of its first.
    """
    words, held = _words(output)[:MAX_COMPARED_WORDS], _words(text)
    held = held[-MAX_COMPARED_WORDS:] if from_end else held[:MAX_COMPARED_WORDS]
    if not words:  # Of an image that is decorative.
        return float(not held)
    blocks = SequenceMatcher(None, words, held, autojunk=False).get_matching_blocks()
    kept = (word for block in blocks for word in words[block.a : block.a + block.size])
    return sum(map(len, kept)) / sum(map(len, words))


def _words(text: str) -> list[str]:
    return _WORD.findall(visible(text))


def dismiss(run: LLMRun, reason: str = "") -> None:
    """Record that the editor wants none of the candidates.

    A text that was accepted before, and was then proposed a second time, stays accepted.

    Args:
        run: The candidate that the editor looked at.
        reason: Why not, a ``DismissReason``; empty without a reason.
    """
    if run.decision in {Decision.ACCEPTED, Decision.EDITED}:
        return
    _decide(run, Decision.DISMISSED, reason=reason)
    _dismiss_siblings(run)


def undo(run: LLMRun) -> None:
    """Take an acceptance back: the run and its dismissed siblings are proposals again."""
    _decide(run, Decision.NONE)
    for sibling in siblings(run).filter(decision=Decision.DISMISSED):
        _decide(sibling, Decision.NONE, instead_of=Decision.DISMISSED)


def _dismiss_siblings(run: LLMRun) -> None:
    """Dismiss the other candidates, and cancel those that are still under way."""
    if run.candidate_group is None:
        return  # Django builds the whole query even where it knows that nothing can be found.
    for sibling in siblings(run):
        if not sibling.is_final:
            cancel(sibling.pk)
        # One that has succeeded before the cancel is dismissed as well.
        _decide(sibling, Decision.DISMISSED, instead_of=Decision.NONE)


@yielding_writes()
def _decide(
    run: LLMRun,
    decision: LLMRun.Decision,
    *,
    similarity: float | None = None,
    reason: str = "",
    instead_of: LLMRun.Decision | None = None,
) -> bool:
    """Record a decision on a run that has a text; return whether it has.

    A text that broke off is no proposal: it can be accepted, but need not be dismissed.

    Args:
        run: Changes with its row.
        decision: What the editor did; ``NONE`` takes an earlier decision back.
        similarity: Of the accepted text to the output, from 0.0 to 1.0.
        reason: Why the output was dismissed.
        instead_of: Only change a run with this decision.
    """
    decidable = _SUCCEEDED if decision == Decision.DISMISSED else _SUCCEEDED | _BROKE_OFF
    rows = LLMRun.objects.filter(decidable, pk=run.pk)
    if instead_of is not None:
        rows = rows.filter(decision=instead_of)
    decided_at = None if decision == Decision.NONE else timezone.now()
    values = {
        "decision": decision,
        "decided_at": decided_at,
        "decision_similarity": similarity,
        "dismiss_reason": reason,
    }
    if not _update(rows, run, values):
        return False
    for name, value in values.items():
        setattr(run, name, value)
    redact_decided(run)
    send_on_commit(run_decided, [run.pk])
    return True


def _update(rows: QuerySet[LLMRun], run: LLMRun, values: dict[str, Any]) -> int:
    """Change the row; the rollups of a day that is over have to be built again."""
    day = day_of(run.queued_at)
    if day >= day_of(timezone.now()):
        return rows.update(**values)
    with transaction.atomic(savepoint=False):
        let_locks_expire()
        changed = rows.update(**values)
        if changed:
            LLMRollupSpan.objects.mark_stale([day])
    return changed
