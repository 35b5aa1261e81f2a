"""What the editor did with a proposal is recorded on the run."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

import pytest

from tests.factories import EditorFactory, LLMRunFactory
from wagtail_llm_actions.messages.labels import decision_label
from wagtail_llm_actions.models import DismissReason, LLMRun
from wagtail_llm_actions.runs.decisions import accept, dismiss, undo

if TYPE_CHECKING:
    from tests.kept_queue import KeptQueue

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


def test_a_reason_for_dismissing_is_kept_until_the_editor_decides_again() -> None:
    run, other = candidates("succeeded", "succeeded")

    dismiss(run, DismissReason.TONE)
    run.refresh_from_db()
    other.refresh_from_db()
    assert decision_label(run) == "Dismissed: Tone"
    assert decision_label(other) == "Dismissed"

    accept(run, run.output)
    run.refresh_from_db()
    assert decision_label(run) == "Accepted"
    assert not run.dismiss_reason


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


def test_a_text_that_broke_off_can_be_accepted_and_need_not_be_dismissed() -> None:
    run = LLMRunFactory(status="failed", output="The tide came early.")

    dismiss(run)
    assert decision_of(run) == ("none", None, False)

    accept(run, "The tide came early.")
    assert decision_of(run) == ("accepted", 1.0, True)

    undo(run)
    assert decision_of(run) == ("none", None, False)


def test_a_failed_run_without_a_text_cannot_be_accepted() -> None:
    run = LLMRunFactory(status="failed", output="")

    accept(run, "The tide came early.")

    assert decision_of(run) == ("none", None, False)


@pytest.mark.parametrize("status", ["queued", "running", "cancelled"])
def test_only_a_text_that_came_can_be_decided_on(status: str) -> None:
    run = LLMRunFactory(status=status, output="Half a")

    accept(run, "Half a")
    dismiss(run)

    assert decision_of(run) == ("none", None, False)


def candidates(*statuses: str) -> list[LLMRun]:
    """Return the runs of one click."""
    candidates, user = uuid.uuid4(), EditorFactory()
    return [
        LLMRunFactory(
            pk=uuid.uuid4() if number else candidates,
            candidate_group=candidates,
            user=user,
            status=status,
            output="The tide." if status == "succeeded" else "",
        )
        for number, status in enumerate(statuses)
    ]


def test_accepting_one_candidate_dismisses_the_others() -> None:
    runs = candidates("succeeded", "succeeded", "failed")

    accept(runs[1], "The tide.")

    assert [decision_of(run)[0] for run in runs] == ["dismissed", "accepted", "none"]


def test_candidates_that_have_not_come_yet_are_cancelled(kept_queue: type[KeptQueue]) -> None:
    accepted, waiting, running = candidates("succeeded", "queued", "running")

    accept(accepted, "The tide.")

    waiting.refresh_from_db()
    running.refresh_from_db()
    assert waiting.status == "cancelled"
    assert running.cancel_requested_at
    assert kept_queue.cancelled == [waiting.pk]


def test_an_undone_acceptance_opens_all_candidates_again() -> None:
    runs = candidates("succeeded", "succeeded", "cancelled")
    accept(runs[0], "The boats.")

    undo(runs[0])

    assert {decision_of(run) for run in runs} == {("none", None, False)}


@pytest.mark.parametrize("own", [0, 1])
def test_all_candidates_are_dismissed_at_once(own: int) -> None:
    runs = candidates("succeeded", "failed", "succeeded")

    dismiss(runs[own])

    assert [decision_of(run)[0] for run in runs] == ["dismissed", "none", "dismissed"]


def test_the_candidates_of_another_click_stay_open() -> None:
    (run, _), (other, _) = (candidates("succeeded", "succeeded") for _ in range(2))

    accept(run, "The tide.")

    assert decision_of(other)[0] == "none"


def test_marks_that_nobody_sees_do_not_make_an_edit() -> None:
    run = LLMRunFactory(succeeded=True, output="The tide\u2063 came\u200b early.")

    accept(run, "The tide came early.")

    assert decision_of(run) == ("accepted", 1.0, True)
