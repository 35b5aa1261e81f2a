"""What a run says about itself."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.factories import LLMActionFactory, LLMAttemptFactory, LLMRunFactory
from wagtail_llm_actions.models import LLMRun

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("status", "is_final"),
    [
        ("queued", False),
        ("running", False),
        ("succeeded", True),
        ("failed", True),
        ("cancelled", True),
    ],
)
def test_a_run_is_final_when_nothing_will_change_any_more(status: str, is_final: bool) -> None:
    assert LLMRun(status=status).is_final is is_final


def test_the_time_of_a_run_is_from_the_click_to_the_end() -> None:
    run = LLMRunFactory()
    assert run.seconds is None

    run.finished_at = run.queued_at + timedelta(seconds=2.5)

    assert run.seconds == 2.5


def test_rows_have_names() -> None:
    run = LLMRunFactory(action=LLMActionFactory(label="Summary"))

    assert str(run.action) == "Summary"
    assert str(run) == f"Summary ({run.pk})"
    assert str(LLMAttemptFactory(run=run)) == f"{run.pk} #1"
