"""A model that sees images, and actions that send one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from wagtail.images import get_image_model

from tests.editor.actions import action_for
from wagtail_llm_actions.runs import findings

if TYPE_CHECKING:
    from pytest_django import Settings

    from wagtail_llm_actions.models import LLMAction


@pytest.fixture(autouse=True)
def _kept_runs(kept_queue: object) -> None:
    """Let no test start a thread."""


@pytest.fixture(autouse=True)
def _seeing_model(settings: Settings) -> None:
    """Let the scripted model see images, and another one see none."""
    models = {
        "scripted": {"PROVIDER": "test", "NAME": "s", "LABEL": "Scripted", "ACCEPTS_IMAGES": True},
        "blind": {"PROVIDER": "test", "NAME": "b", "LABEL": "Blind"},
    }
    settings.WAGTAIL_LLM_ACTIONS = settings.WAGTAIL_LLM_ACTIONS | {"MODELS": models}


@pytest.fixture(autouse=True)
def _answers_in_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """Wait for a server on a machine that is busy with other tests too."""
    monkeypatch.setattr(findings, "ASK_SECONDS", 30.0)
    monkeypatch.setattr(findings, "FRESH_SECONDS", 300)


@pytest.fixture
def alt_text(db: None) -> LLMAction:
    """Return an action that writes the description of an image from the image."""
    return alt_text_action()


def alt_text_action(**values: Any) -> LLMAction:
    return action_for(
        get_image_model(),
        "Describe {{ post_title }}.",
        **{"source": "file", "destination": "description", **values},
    )
