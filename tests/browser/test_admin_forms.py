"""The forms of actions and templates, which must not save by themselves."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from django.urls import reverse
from playwright.sync_api import expect
from wagtail.models import Revision

from tests.factories import AdminFactory, LLMActionFactory
from wagtail_llm_actions.models import LLMAction, PromptTemplate

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.browser.person import Person

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

# Ten times Wagtail's interval for autosave.
QUIET_MS = 5_000


def rows(model: Any) -> list[dict[str, Any]]:
    return list(model.objects.order_by("pk").values())


@pytest.mark.parametrize(
    ("viewset", "name"),
    [("wagtail_llm_actions_actions", "label"), ("wagtail_llm_actions_prompt_templates", "name")],
)
def test_half_typed_forms_are_not_saved(
    visit: Callable[..., Person], viewset: str, name: str
) -> None:
    action = LLMActionFactory()
    objects = {
        "wagtail_llm_actions_actions": action,
        "wagtail_llm_actions_prompt_templates": action.prompt_template,
    }
    before = [rows(model) for model in (LLMAction, PromptTemplate, Revision)]
    admin = visit(AdminFactory())

    for path in (
        reverse(f"{viewset}:add"),
        reverse(f"{viewset}:edit", args=[objects[viewset].pk]),
    ):
        admin.open(path)
        admin.control(name).fill("Half a th")
        admin.page.wait_for_timeout(QUIET_MS)
        # Leaving with unsaved changes asks; go without an answer.
        admin.page.on("dialog", lambda dialog: dialog.accept())

    assert [rows(model) for model in (LLMAction, PromptTemplate, Revision)] == before


def test_the_fields_follow_the_chosen_type_at_once(visit: Callable[..., Person]) -> None:
    admin = visit(AdminFactory())
    admin.open(reverse("wagtail_llm_actions_actions:add"))
    destination = admin.control("destination")

    admin.control("model_type").select_option(label="Blog page (page)")
    expect(destination.locator("option", has_text="Meta description")).to_be_attached()
    expect(destination.locator("option", has_text="Tagline")).to_have_count(0)
    expect(admin.control("source").locator("option", has_text="Author").last).to_be_attached()

    admin.control("model_type").select_option(label="Author (snippet)")
    expect(destination.locator("option", has_text="Tagline")).to_be_attached()
    expect(destination.locator("option", has_text="Meta description")).to_have_count(0)
