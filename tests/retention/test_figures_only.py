"""With figures only, texts are gone as soon as an editor has decided."""

from __future__ import annotations

from datetime import timedelta
from io import StringIO
from typing import TYPE_CHECKING, Any

import pytest
from django.core.management import call_command
from django.utils import timezone

from tests.factories import LLMActionFactory
from tests.retention.runs import SECRET, full_run, stored_words
from wagtail_llm_actions.conf import get_settings
from wagtail_llm_actions.conf.retention import MODES
from wagtail_llm_actions.models import LLMRun, RetentionMode
from wagtail_llm_actions.runs import decisions
from wagtail_llm_actions.runs.redaction import set_retention_mode
from wagtail_llm_actions.runs.unstored import FORM_LIFETIME

if TYPE_CHECKING:
    from pytest_django import Settings

pytestmark = pytest.mark.django_db


def proposed(**values: Any) -> LLMRun:
    expires_at = timezone.now() + timedelta(hours=1)
    mode = {"retention_mode": RetentionMode.FIGURES, "content_expires_at": expires_at}
    return full_run(**{**mode, "decision": LLMRun.Decision.NONE, **values})


def test_the_setting_knows_the_modes() -> None:
    assert set(MODES) == set(RetentionMode.values)


@pytest.mark.parametrize(
    ("of_site", "of_action", "expected"),
    [
        ("keep", "", "keep"),
        ("figures", "", "figures"),
        ("figures", "keep", "keep"),
        ("keep", "figures", "figures"),
    ],
)
def test_an_action_has_the_mode_of_the_site_or_its_own(
    of_site: str, of_action: str, expected: str, settings: Settings
) -> None:
    settings.WAGTAIL_LLM_ACTIONS = settings.WAGTAIL_LLM_ACTIONS | {"RETENTION": {"MODE": of_site}}
    assert get_settings().retention.mode == of_site
    run = LLMRun()

    set_retention_mode(run, LLMActionFactory.build(prompt_template=None, retention_mode=of_action))

    assert run.retention_mode == expected
    expires_at = run.queued_at + FORM_LIFETIME if expected == "figures" else None
    assert run.content_expires_at == expires_at


@pytest.mark.parametrize("decision", ["accept", "edit", "dismiss"])
def test_a_decision_takes_the_texts_away(decision: str) -> None:
    run = proposed()

    if decision == "dismiss":
        decisions.dismiss(run, "tone")
    else:
        decisions.accept(run, SECRET if decision == "accept" else f"{SECRET} again")

    assert SECRET not in stored_words(run)
    run.refresh_from_db()
    expected = {"accept": "accepted", "edit": "edited", "dismiss": "dismissed"}
    assert (run.decision, run.redaction_reason) == (expected[decision], "mode")
    assert run.cost_usd is not None
    assert (run.decision_similarity is not None) == (decision != "dismiss")


def test_it_takes_those_of_the_other_candidates_away_too() -> None:
    run = proposed()
    LLMRun.objects.filter(pk=run.pk).update(candidate_group=run.pk)
    run.refresh_from_db()
    other = proposed(user=run.user, candidate_group=run.pk)

    decisions.accept(run, SECRET)

    assert SECRET not in stored_words(other)


def test_texts_that_nobody_decides_on_are_gone_after_a_day() -> None:
    left = proposed(content_expires_at=timezone.now() - timedelta(seconds=1))
    fresh = proposed()

    call_command("llm_actions_prune", stdout=StringIO())

    assert SECRET not in stored_words(left)
    assert SECRET in stored_words(fresh)


def test_an_acceptance_can_be_taken_back_and_repeated() -> None:
    run = proposed()
    decisions.accept(run, SECRET)
    run.refresh_from_db()

    decisions.undo(run)
    assert run.decision == "none"
    decisions.accept(run, SECRET)

    run.refresh_from_db()
    assert run.decision == "accepted"
