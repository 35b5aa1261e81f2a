"""The templates that a new site begins with."""

from __future__ import annotations

from io import StringIO
from typing import TYPE_CHECKING

import pytest
from django.core.management import call_command

from tests.factories import BlogPageFactory, PromptTemplateFactory
from wagtail_llm_actions.models import PromptTemplate
from wagtail_llm_actions.prompts.starters import Starter, starters
from wagtail_llm_actions.runs.request.prompt import build_prompt

if TYPE_CHECKING:
    from pytest_django import Settings

pytestmark = pytest.mark.django_db


def run_command(*options: str) -> str:
    output = StringIO()
    call_command("llm_actions_starters", *options, stdout=output)
    return output.getvalue()


def test_the_command_creates_them_once_with_a_revision() -> None:
    first = run_command()
    second = run_command()

    assert [template.name for template in PromptTemplate.objects.order_by("pk")] == [
        "Title",
        "Summary",
        "Meta description",
        "Alternative titles",
        "Social post",
        "Proofread",
        "Translate",
        "Simplify",
    ]
    assert all(template.latest_revision for template in PromptTemplate.objects.all())
    assert first.splitlines()[0] == "Created “Title”."
    assert first.splitlines()[-1] == "8 created, 0 unchanged."
    assert second == "0 created, 8 unchanged.\n"


def test_a_template_of_the_site_is_left_as_it_is() -> None:
    own = PromptTemplateFactory(name="Summary", text="Ours: {{ input }}")

    run_command()

    own.refresh_from_db()
    assert own.text == "Ours: {{ input }}"
    assert PromptTemplate.objects.count() == 8


def test_they_can_be_looked_at_first() -> None:
    assert run_command("--list").startswith("Title: A title from a summary")
    assert not PromptTemplate.objects.exists()


@pytest.mark.parametrize("starter", starters(), ids=lambda starter: starter.name)
@pytest.mark.parametrize("destination", ["title", "intro"], ids=["limit", "no limit"])
def test_each_is_valid_and_holds_the_source(starter: Starter, destination: str) -> None:
    template = PromptTemplate(
        name=starter.name,
        description=starter.description,
        system_instructions=starter.system_instructions,
        text=starter.text,
    )
    template.full_clean()

    prompt = build_prompt(
        text=template.text,
        system_instructions=template.system_instructions,
        instance=BlogPageFactory(summary=""),
        source="The tide came in.",
        destination=destination,
    )

    assert ">The tide came in.</" in prompt.text
    assert "None" not in prompt.text


def test_the_one_for_images_is_created_where_a_model_sees_them(settings: Settings) -> None:
    scripted = settings.WAGTAIL_LLM_ACTIONS["MODELS"]["scripted"]
    settings.WAGTAIL_LLM_ACTIONS = settings.WAGTAIL_LLM_ACTIONS | {
        "MODELS": {"scripted": scripted | {"ACCEPTS_IMAGES": True}}
    }

    assert run_command().endswith("Created “Alternative text”.\n9 created, 0 unchanged.\n")
