"""What the editor did with a proposal is recorded on the run."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.factories import LLMRunFactory
from wagtail_llm_actions.runs.decide import accept, dismiss, undo

if TYPE_CHECKING:
    from wagtail_llm_actions.models import LLMRun

pytestmark = pytest.mark.django_db


def decision_of(run: LLMRun) -> tuple[str, float | None, bool]:
    run.refresh_from_db()
    return run.decision, run.decision_similarity, run.decided_at is not None


def test_a_text_that_is_taken_as_it_is_counts_as_accepted() -> None:
    run = LLMRunFactory(succeeded=True)

    accept(run, "The tide came early.")

    assert decision_of(run) == ("accepted", 1.0, True)


def test_white_space_does_not_make_an_edit() -> None:
    run = LLMRunFactory(succeeded=True)

    accept(run, " The tide\r\ncame  early.\n")

    assert decision_of(run) == ("accepted", 1.0, True)


def test_a_changed_text_counts_as_edited_by_how_many_words_stayed() -> None:
    run = LLMRunFactory(succeeded=True)

    accept(run, "The tide came late.")

    assert decision_of(run) == ("edited", 0.75, True)


def test_an_emptied_text_has_nothing_in_common_with_the_proposal() -> None:
    run = LLMRunFactory(succeeded=True)

    accept(run, "")

    assert decision_of(run) == ("edited", 0.0, True)


def test_the_beginning_of_a_long_edited_text_is_compared() -> None:
    words = [f"word{number % 997}" for number in range(20_000)]
    run = LLMRunFactory(succeeded=True, output=" ".join(words))

    accept(run, " ".join(word if number % 9 else "x" for number, word in enumerate(words)))

    decision, similarity, _ = decision_of(run)
    assert decision == "edited"
    assert similarity is not None
    assert 0.5 < similarity < 1


def test_a_proposal_can_be_dismissed() -> None:
    run = LLMRunFactory(succeeded=True)

    dismiss(run)

    assert decision_of(run) == ("dismissed", None, True)


def test_an_undone_decision_leaves_the_proposal_open() -> None:
    run = LLMRunFactory(succeeded=True)
    accept(run, "The tide.")

    undo(run)

    assert decision_of(run) == ("none", None, False)


def test_the_last_decision_counts() -> None:
    run = LLMRunFactory(succeeded=True)

    dismiss(run)
    accept(run, run.output)

    assert decision_of(run) == ("accepted", 1.0, True)


@pytest.mark.parametrize("status", ["queued", "running", "failed", "cancelled"])
def test_only_a_text_that_came_can_be_decided_on(status: str) -> None:
    run = LLMRunFactory(status=status, output="Half a")

    accept(run, "Half a")
    dismiss(run)

    assert decision_of(run) == ("none", None, False)
