"""The side panel of an edit form, which lists what was generated there before."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from django.contrib.auth.models import Permission
from django.contrib.contenttypes.models import ContentType
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect

from example_site.blog.models import Author, BlogPage
from tests.editor.forms import page_edit, snippet_edit
from tests.factories import (
    AuthorFactory,
    BlogIndexPageFactory,
    BlogPageFactory,
    EditorFactory,
    LLMActionFactory,
    LLMRunFactory,
)
from tests.parts.waiting import eventually

if TYPE_CHECKING:
    from collections.abc import Callable

    from playwright.sync_api import Locator

    from tests.browser.person import Person

    Visit = Callable[..., Person]

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def toggle(person: Person) -> Locator:
    return person.page.get_by_role("button", name="Toggle generated texts")


def panel(person: Person) -> Locator:
    return person.page.get_by_role("complementary", name="Generated texts")


def runs_of(person: Person, label: str) -> Locator:
    """Return what the panel lists of a field."""
    return panel(person).get_by_role("region", name=label, exact=True).get_by_role("listitem")


def test_ones_own_runs_and_those_of_colleagues_are_listed_by_field(visit: Visit) -> None:
    user, colleague = EditorFactory(username="ines"), EditorFactory(username="tom")
    post = BlogPageFactory()
    values: dict[str, Any] = {
        "action": LLMActionFactory(model="slow"),
        "page": post,
        "model_key": "slow",
        "status": "failed",
        "error_code": "timeout",
        "prompt": "Summarise: Tides.",
    }
    LLMRunFactory(**values, user=user)
    LLMRunFactory(**values, user=colleague, queued_at=timezone.now() - timedelta(hours=1))
    editor = visit(user)
    editor.open(page_edit(post))
    expect(toggle(editor)).to_have_attribute("aria-expanded", "false")

    toggle(editor).click()

    expect(toggle(editor)).to_have_attribute("aria-expanded", "true")
    expect(runs_of(editor, "Summary")).to_have_count(2)
    own, others = runs_of(editor, "Summary").all()
    expect(own).to_contain_text("ines")
    expect(own).to_contain_text("Failed")
    expect(own).to_contain_text("Slow took too long.")
    own.get_by_text("Instruction and prompt").click()
    expect(own.get_by_text("Summarise: Tides.")).to_be_visible()
    expect(others).to_contain_text("tom")
    expect(others).not_to_contain_text("took too long")
    expect(others.get_by_text("Instruction and prompt")).to_be_hidden()
    expect(others.get_by_role("button")).to_have_count(0)
    expect(panel(editor).get_by_role("link")).to_have_count(0)


def test_a_colleagues_text_is_read_in_full_and_proposed_on_another_tab(visit: Visit) -> None:
    post = BlogPageFactory()
    text = "The tide came early. " * 20
    LLMRunFactory(
        action=LLMActionFactory(model="slow", destination="search_description", source="summary"),
        page=post,
        user=EditorFactory(),
        succeeded=True,
        output=text,
        decision="edited",
    )
    editor = visit(EditorFactory())
    editor.open(page_edit(post))
    toggle(editor).click()
    run = runs_of(editor, "Meta description")
    expect(run).to_contain_text("Accepted after editing")
    cut = run.get_by_text("The tide came early.").bounding_box()

    run.get_by_role("button", name="Show more").click()

    whole = run.get_by_text("The tide came early.").bounding_box()
    assert cut
    assert whole
    assert whole["height"] > cut["height"]

    run.get_by_role("button", name="Propose again").click()

    description = editor.field("Meta description")
    expect(description.card).to_be_focused()
    assert description.wait_for_proposal() == text.strip()
    expect(description.button("Accept")).to_be_in_viewport()
    expect(panel(editor)).to_be_visible()
    expect(editor.control("search_description")).to_have_value("")


def test_a_new_run_and_its_decision_are_listed_while_the_panel_is_open(visit: Visit) -> None:
    LLMActionFactory(model="slow")
    editor = visit(EditorFactory())
    editor.open(page_edit(BlogPageFactory()))
    summary = editor.field("Summary")
    toggle(editor).click()
    expect(panel(editor)).to_contain_text("Nothing has been generated here yet.")

    summary.generate.click()
    summary.wait_for_proposal()

    expect(runs_of(editor, "Summary")).to_contain_text("Not decided")
    summary.press("Accept")
    expect(runs_of(editor, "Summary")).to_contain_text("Accepted")

    # Wagtail remembers which panel is open.
    editor.save()
    editor.open(page_edit(BlogPage.objects.get()))
    expect(runs_of(editor, "Summary")).to_contain_text("The tide came in early.")


def test_the_panel_of_a_snippet_works_by_keyboard_and_leads_to_its_history(visit: Visit) -> None:
    user = EditorFactory()
    user.user_permissions.add(Permission.objects.get(codename="view_llmrun"))
    author = AuthorFactory()
    llm_action = LLMActionFactory(
        model_type=ContentType.objects.get_for_model(Author),
        destination="tagline",
        source="bio",
        model="slow",
    )
    LLMRunFactory(
        action=llm_action,
        target_object_id=str(author.pk),
        target_label=str(author),
        user=user,
        succeeded=True,
        decision="dismissed",
    )
    editor = visit(user)
    editor.open(snippet_edit(author))
    keyboard = editor.page.keyboard

    toggle(editor).focus()
    keyboard.press("Enter")
    again = panel(editor).get_by_role("button", name="Propose again")
    expect(again).to_be_visible()
    for _ in range(20):
        keyboard.press("Tab")
        if again.evaluate("element => element === document.activeElement"):
            break
    expect(again).to_be_focused()
    keyboard.press("Enter")

    tagline = editor.field("Tagline")
    expect(tagline.card).to_be_focused()
    assert tagline.wait_for_proposal() == "The tide came early."

    with editor.page.context.expect_page() as opened:
        panel(editor).get_by_role("link", name="All runs").click()
    expect(opened.value.get_by_role("heading", name="LLM history")).to_be_visible()
    expect(opened.value.locator("table.listing tbody tr")).to_have_count(1)


def test_a_run_of_a_create_form_is_listed_before_and_after_the_page_is_made(visit: Visit) -> None:
    LLMActionFactory(model="slow", source="title")
    index = BlogIndexPageFactory()
    editor = visit(EditorFactory())
    editor.open(reverse("wagtailadmin_pages:add", args=["blog", "blogpage", index.pk]))
    # Only then does Wagtail take the picture of the form that changes are told by.
    editor.page.wait_for_timeout(3_000)
    editor.control("title").fill("The early tide")
    toggle(editor).click()

    editor.field("Summary").generate.click()

    expect(runs_of(editor, "Summary")).to_contain_text("The tide came in early.")
    post = eventually(BlogPage.objects.first)
    editor.page.wait_for_url(f"**{page_edit(post)}")
    toggle(editor).click()
    # Until it has slid away, Wagtail takes a click for one that closes.
    expect(editor.page.locator("[data-side-panel=llm-actions]")).to_have_attribute("hidden", "")
    toggle(editor).click()
    expect(runs_of(editor, "Summary")).to_contain_text("The tide came in early.")


def test_on_a_small_screen_the_panel_makes_room_for_the_proposal(visit: Visit) -> None:
    user = EditorFactory()
    post = BlogPageFactory()
    LLMRunFactory(
        action=LLMActionFactory(model="slow"),
        page=post,
        user=user,
        succeeded=True,
        decision="dismissed",
    )
    editor = visit(user)
    editor.page.set_viewport_size({"width": 400, "height": 800})
    editor.open(page_edit(post))
    toggle(editor).click()

    runs_of(editor, "Summary").get_by_role("button", name="Propose again").click()

    expect(panel(editor)).to_be_hidden()
    expect(editor.field("Summary").card).to_be_focused()
    expect(editor.field("Summary").button("Accept")).to_be_in_viewport()


def test_a_form_with_neither_actions_nor_runs_has_no_panel(visit: Visit) -> None:
    user = EditorFactory()
    LLMActionFactory(model="slow")
    editor = visit(user)
    editor.open(page_edit(BlogPageFactory()))
    toggle(editor).click()
    expect(panel(editor)).to_be_visible()

    with editor.page.expect_response(lambda response: "form_action" in response.url):
        editor.open(snippet_edit(AuthorFactory()))

    expect(toggle(editor)).to_be_hidden()
    expect(editor.page.locator("[data-form-side]")).to_be_hidden()


def test_an_action_for_an_empty_field_never_replaces_what_was_typed_meanwhile(
    visit: Visit,
) -> None:
    LLMActionFactory(model="slow", only_when_empty=True)
    editor = visit(EditorFactory())
    editor.open(page_edit(BlogPageFactory()))
    summary = editor.field("Summary")
    summary.generate.click()
    expect(summary.proposal).to_have_value("The tide ")

    editor.control("summary").fill("My own words.")
    assert summary.wait_for_proposal() == "The tide came in early."

    accept = summary.button("Accept")
    reason = summary.card.get_by_text("This action is only for an empty field")
    expect(reason).to_be_visible()
    expect(accept).to_have_attribute("aria-disabled", "true")
    expect(accept).to_have_accessible_description(str(reason.text_content()))
    accept.click(force=True)
    expect(editor.control("summary")).to_have_value("My own words.")
    expect(summary.button("Copy")).to_be_enabled()

    editor.control("summary").fill("")
    expect(reason).to_be_hidden()
    accept.click()
    expect(editor.control("summary")).to_have_value("The tide came in early.")
