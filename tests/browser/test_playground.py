"""An admin tests an action before saving it: typed input, a page, comparing, taking back."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.contrib.auth.models import Permission
from django.urls import reverse
from playwright.sync_api import expect

from tests.factories import (
    AdminFactory,
    BlogPageFactory,
    EditorFactory,
    LLMActionFactory,
    PromptTemplateFactory,
)
from wagtail_llm_actions.models import LLMAction, LLMRun

if TYPE_CHECKING:
    from collections.abc import Callable

    from playwright.sync_api import Locator

    from tests.browser.person import Person

    Visit = Callable[..., Person]

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def panel(person: Person) -> Locator:
    return person.page.locator("#llm-actions-playground")


def press_test(person: Person) -> Locator:
    """Press Test and wait for the end; return the newest result."""
    panel(person).get_by_role("button", name="Test", exact=True).click()
    expect(panel(person).get_by_role("status")).to_contain_text("Done")
    return panel(person).get_by_role("listitem").first


def fill_in(admin: Person) -> None:
    for name, label in (
        ("model_type", "Blog page (page)"),
        ("destination", "Summary"),
        ("source", "Introduction"),
        ("prompt_template", "Shorten"),
        ("model", "SmolLM2"),
    ):
        admin.control(name).select_option(label=label)
    admin.control("temperature").fill("0")
    admin.control("max_tokens").fill("30")
    admin.control("test_input").fill("The tide came in early and the boats were not ready.")


def test_an_action_is_tested_compared_and_saved(visit: Visit) -> None:
    PromptTemplateFactory(name="Shorten", text="Say in five words: {{ input }}")
    admin = visit(AdminFactory())
    admin.open(reverse("wagtail_llm_actions_actions:add"))
    panel(admin).get_by_role("button", name="Test", exact=True).click()
    problem = panel(admin).get_by_role("alert")
    expect(problem).to_have_text("The test was not started. Check the marked fields.")
    expect(admin.control("model")).to_have_attribute("aria-invalid", "true")

    fill_in(admin)
    first = press_test(admin)
    expect(problem).to_be_hidden()
    run = LLMRun.objects.get()
    expect(first.locator("[data-part=output]")).to_have_text(run.output)
    expect(first.locator("[data-part=tokens]")).to_have_text(
        f"{run.input_tokens} in, {run.output_tokens} out"
    )

    admin.control("temperature").fill("0.4")
    admin.control("max_tokens").fill("10")
    second = press_test(admin)
    expect(second.get_by_role("heading")).to_have_text("Result 2")
    results = panel(admin).get_by_role("list", name="Test results, newest first")
    expect(results.locator("[data-part=max_tokens]")).to_have_text(["10", "30"])
    expect(results.locator("[data-part=temperature]")).to_have_text(["0.4", "0"])

    results.get_by_role("button", name="Use these parameters").last.click()
    expect(admin.control("max_tokens")).to_have_value("30")
    expect(admin.control("temperature")).to_have_value("0")
    admin.control("label").fill("Short summary")
    assert not LLMAction.objects.exists(), "tests save nothing"
    admin.save()
    saved = LLMAction.objects.get()
    assert (saved.label, saved.temperature, saved.max_tokens) == ("Short summary", 0, 30)
    assert set(LLMRun.objects.values_list("trigger", flat=True)) == {"test"}


def test_the_input_is_taken_from_a_page(visit: Visit) -> None:
    page = BlogPageFactory(title="Tides")
    llm_action = LLMActionFactory(
        model="real", max_tokens=10, prompt_template__text="{{ post_title }}: {{ input }}"
    )
    admin = visit(AdminFactory())
    admin.open(
        f"{reverse('wagtail_llm_actions_actions:edit', args=[llm_action.pk])}#llm-actions-playground"
    )
    expect(admin.control("test_input")).to_be_focused()

    admin.page.locator("#id_test_page-chooser").get_by_role("button", name="Choose a page").click()
    dialog = admin.page.get_by_role("dialog")
    dialog.locator(f"a[href*='/choose-page/{page.get_parent().pk}/']").first.click()
    dialog.get_by_role("link", name="Tides", exact=True).click()
    expect(dialog).to_be_hidden()
    press_test(admin)

    run = LLMRun.objects.get()
    assert run.target == page
    assert run.prompt.startswith("<post_title>Tides</post_title>: <input>The tide came in")


def test_who_may_not_see_costs_reads_of_none(visit: Visit) -> None:
    llm_action = LLMActionFactory(model="real", max_tokens=10)
    user = EditorFactory()
    user.user_permissions.add(Permission.objects.get(codename="change_llmaction"))
    somebody = visit(user)
    somebody.open(reverse("wagtail_llm_actions_actions:edit", args=[llm_action.pk]))
    somebody.control("test_input").fill("Water.")

    result = press_test(somebody)

    expect(result).to_contain_text("Tokens")
    expect(result).not_to_contain_text("Cost")


def test_a_test_is_cancelled(visit: Visit) -> None:
    llm_action = LLMActionFactory(model="stuck")
    admin = visit(AdminFactory())
    admin.open(reverse("wagtail_llm_actions_actions:edit", args=[llm_action.pk]))
    admin.control("test_input").fill("Water.")
    panel(admin).get_by_role("button", name="Test", exact=True).click()
    expect(panel(admin).locator("[data-part=output]").first).to_have_text("The tide ")

    panel(admin).get_by_role("button", name="Cancel").click()

    expect(panel(admin).get_by_role("status")).to_have_text("Cancelled.")
    expect(panel(admin).get_by_role("button", name="Test", exact=True)).to_be_focused()


def test_a_test_that_fails_at_once_says_why_and_can_be_repeated(visit: Visit) -> None:
    llm_action = LLMActionFactory(model="stuck", prompt_template__text="{{ fields.gone }}")
    admin = visit(AdminFactory())
    admin.open(reverse("wagtail_llm_actions_actions:edit", args=[llm_action.pk]))
    test = panel(admin).get_by_role("button", name="Test", exact=True)

    test.click()
    expect(admin.control("test_input")).to_have_attribute("aria-invalid", "true")
    admin.control("test_input").fill("Water.")
    test.click()
    expect(panel(admin).get_by_role("status")).to_have_text("Failed")
    expect(admin.control("prompt_template")).to_have_attribute("aria-invalid", "true")
    admin.control("model").select_option("")
    test.click()
    expect(admin.control("model")).to_have_attribute("aria-invalid", "true")
    expect(admin.control("prompt_template")).not_to_have_attribute("aria-invalid", "true")

    assert test.get_attribute("aria-disabled") == "false"
