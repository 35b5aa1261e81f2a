"""How a proposal is read and decided on: its changes, a part of them, and why not."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect

from tests.factories import BlogPageFactory, EditorFactory, LLMActionFactory, LLMRunFactory
from tests.parts.waiting import eventually
from wagtail_llm_actions.models import LLMRun

if TYPE_CHECKING:
    from collections.abc import Callable

    from playwright.sync_api import Route

    from tests.browser.person import Field, Person

    Visit = Callable[..., Person]

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

BEFORE = "The tide came. Nobody knew. The boats lay dry."
MARKED = "[...CSS.highlights.get('llm-actions-fact')].map(String)"
AFTER = "The tide came early. Nobody knew. The boats lay dry until noon."


def test_a_part_of_a_proposal_is_taken_and_undo_brings_back_the_former_text(
    visit: Visit, showcase_site: str
) -> None:
    user, post = EditorFactory(), BlogPageFactory(summary=BEFORE)
    LLMRunFactory(page=post, user=user, action=LLMActionFactory(), succeeded=True, output=AFTER)
    editor = visit(user, showcase_site)
    editor.open(reverse("wagtailadmin_pages:edit", args=[post.pk]))
    summary = editor.field("Summary")
    diff = summary.card.get_by_role("group", name="Changes to the field")
    leave = summary.card.get_by_role("button", name="Keep the old text: Change 1 of 2")

    expect(diff.locator("ins")).to_have_text([" early", " until noon"])
    expect(summary.proposal).to_be_hidden()
    leave.focus()
    editor.page.keyboard.press("Enter")
    take = summary.card.get_by_role("button", name="Take the new text: Change 1 of 2")
    expect(take).to_be_focused()
    expect(summary.card).to_contain_text("Changes left out: 1")
    take.click()
    expect(summary.proposal).to_have_value(AFTER)
    leave.click()
    summary.press("New text")
    expect(diff).to_be_hidden()
    expect(summary.proposal).to_have_value(
        part := "The tide came. Nobody knew. The boats lay dry until noon."
    )
    summary.press("Accept")

    expect(editor.control("summary")).to_have_value(part)
    eventually(lambda: LLMRun.objects.get().decision == LLMRun.Decision.EDITED)
    summary.press("Undo")
    expect(editor.control("summary")).to_have_value(BEFORE)
    # The view is remembered.
    expect(summary.button("New text")).to_have_attribute("aria-pressed", "true")
    editor.page.reload()
    expect(summary.proposal).to_have_value(part)
    expect(diff).to_be_hidden()


def press_by_keyboard(field: Field, name: str) -> None:
    """Go on from what has the focus, as far as to this button of the card, and press it."""
    button, keyboard = field.button(name), field.person.page.keyboard
    expect(button).to_be_visible()
    for _ in range(20):
        keyboard.press("Tab")
        if button.evaluate("element => element === document.activeElement"):
            break
    expect(button).to_be_focused()
    keyboard.press("Enter")


def test_the_whole_review_is_done_by_keyboard(visit: Visit, showcase_site: str) -> None:
    user, post = EditorFactory(), BlogPageFactory(summary=BEFORE)
    action = LLMActionFactory(model="swift")
    lease = timezone.now() + timedelta(hours=1)
    LLMRunFactory(page=post, user=user, action=action, running=True, lease_expires_at=lease)
    editor = visit(user, showcase_site)
    editor.open(reverse("wagtailadmin_pages:edit", args=[post.pk]))
    summary, control = editor.field("Summary"), editor.control("summary")
    keyboard = editor.page.keyboard

    summary.generate.focus()
    press_by_keyboard(summary, "Cancel")
    expect(summary.status).to_have_text("Cancelled.")
    expect(summary.generate).to_be_focused()
    keyboard.press("Enter")
    press_by_keyboard(summary, "Accept")
    # In the text, to go on with it; the card is next.
    expect(control).to_have_value("The tide came.")
    expect(control).to_be_focused()
    press_by_keyboard(summary, "Undo")
    expect(control).to_have_value(BEFORE)
    expect(control).to_be_focused()
    press_by_keyboard(summary, "Tone")
    expect(summary.card).to_be_hidden()
    expect(summary.generate).to_be_focused()
    keyboard.press("Enter")
    expect(summary.button("Accept")).to_be_visible()
    keyboard.press("Escape")
    expect(summary.card).to_be_hidden()
    expect(summary.generate).to_be_focused()


@pytest.mark.wagtail_forms
def test_a_block_of_a_rich_text_is_left_out_and_a_dismissal_says_why(
    visit: Visit, showcase_site: str
) -> None:
    user = EditorFactory()
    kept = '<p data-block-key="aaaaa">It stays as <i>it</i> is.</p>'
    post = BlogPageFactory(intro=f'<p data-block-key="bbbbb">My <i>own</i> words.</p>{kept}')
    output = (
        "My **own** good words.\n\nIt stays as *it* is.\n\n"
        "An end by Dr *Weiss*.\n\nAnother one of 1987."
    )
    LLMRunFactory(
        page=post,
        user=user,
        action=LLMActionFactory(source="intro", destination="intro"),
        succeeded=True,
        output=output,
        unsourced_facts=["Dr Weiss", "1987"],
    )
    LLMRunFactory(page=post, user=user, action=LLMActionFactory(), succeeded=True)
    editor = visit(user, showcase_site)
    editor.open(reverse("wagtailadmin_pages:edit", args=[post.pk]))
    accepted = ["My own words.", "It stays as it is.", "An end by Dr Weiss."]
    # One number for both texts that wait.
    expect(editor.page.get_by_role("tab").locator(".llm-actions-badge")).to_have_text(
        "2 Texts that wait for your decision: 2"
    )
    intro = editor.field("Introduction")
    draftail = editor.page.locator("[data-contentpath=intro] [contenteditable=true]")
    before = draftail.inner_html()
    expect(intro.card).to_contain_text("Not in the source: Dr Weiss · 1987")

    for number in (1, 3):
        intro.card.get_by_role("button", name=f"Keep the old text: Change {number} of 3").click()
    intro.press("New text")
    formatted = intro.card.get_by_role("group", name="Formatted text")
    expect(formatted.locator("p")).to_have_text(accepted)
    expect(formatted.locator("i")).to_have_text(["own", "it", "Weiss"])
    # Neither the mark of Markdown nor the end of a line hides a fact; one that is left out is none.
    expect(intro.card.get_by_text("Not in the source:")).to_have_text("Not in the source: Dr Weiss")
    assert editor.page.evaluate(MARKED) == ["Dr Weiss", "Dr Weiss"]
    intro.press("Accept")

    expect(draftail.locator("[data-block]")).to_have_text(accepted)
    eventually(lambda: LLMRun.objects.get(field_path="intro").decision == "edited")
    intro.press("Undo")
    expect(draftail.locator("[data-block]")).to_have_count(2)
    assert draftail.inner_html() == before
    intro.button("Tone").click()
    expect(intro.card).to_be_hidden()
    eventually(lambda: LLMRun.objects.get(field_path="intro").dismiss_reason == "tone")


def test_what_is_left_out_of_a_rich_text_stays_so_when_the_text_is_edited_and_accepted_at_once(
    visit: Visit, showcase_site: str
) -> None:
    user = EditorFactory()
    post = BlogPageFactory(intro='<p data-block-key="aaaaa">One tide.</p>')
    action = LLMActionFactory(source="intro", destination="intro")
    output = "One high tide.\n\nA second one.\n\nA third one."
    LLMRunFactory(page=post, user=user, action=action, succeeded=True, output=output)
    editor = visit(user, showcase_site)
    editor.open(reverse("wagtailadmin_pages:edit", args=[post.pk]))
    intro = editor.field("Introduction")
    draftail = editor.page.locator("[data-contentpath=intro] [contenteditable=true]")
    intro.card.get_by_role("button", name="Keep the old text: Change 2 of 3").click()
    expect(intro.card.get_by_text("Changes left out: 1")).to_be_visible()
    intro.press("New text")
    intro.card.get_by_text("Edit as text").click()

    # Both before the server has answered what became of the text.
    editor.page.evaluate(
        """([card, text]) => {
            const area = card.querySelector("textarea");
            area.value = text;
            area.dispatchEvent(new Event("input", { bubbles: true }));
            card.querySelector("[data-command=accept]").click();
        }""",
        [intro.card.element_handle(), output.replace("third", "fourth")],
    )

    expect(draftail.locator("[data-block]")).to_have_text(["One high tide.", "A fourth one."])


@pytest.mark.wagtail_forms
def test_the_empty_fields_of_a_page_are_filled_and_reviewed_from_the_side_panel(
    visit: Visit, showcase_site: str
) -> None:
    for destination, source in (
        ("summary", "title"),
        ("subtitle", "title"),
        ("search_description", "summary"),
    ):
        LLMActionFactory(destination=destination, source=source, model="swift")
    editor = visit(EditorFactory(), showcase_site)
    editor.open(
        reverse("wagtailadmin_pages:edit", args=[BlogPageFactory(summary="", subtitle="").pk])
    )
    page = editor.page
    page.get_by_role("button", name="Toggle generated texts").click()
    panel = page.get_by_role("complementary", name="Generated texts")

    # The first click is one too many for a limit: it waits, and is not lost.
    limit = {"error": {"code": "limit_reached", "message": "Wait.", "is_brief": True}}
    page.route(
        f"**{reverse('wagtail_llm_actions:start_run')}",
        lambda route: route.fulfill(status=429, json=limit),
        times=1,
    )
    panel.get_by_role("button", name="Fill empty fields").click()
    items = panel.get_by_role("list", name="Empty fields").get_by_role("listitem")
    expect(items).to_have_count(3)
    expect(panel).to_contain_text("Ready to review: 2 of 3")
    summary, subtitle, description = (
        items.filter(has=page.get_by_role("heading", name=name, exact=True))
        for name in ("Summary", "Subtitle", "Meta description")
    )
    # On another tab; its source is empty too.
    expect(description).to_contain_text("Write something in “Summary” first.")
    expect(description.get_by_role("button", name="Accept")).to_be_hidden()
    expect(summary).to_contain_text("The tide came.")
    summary.get_by_role("button", name="Accept: Summary").click()
    expect(editor.control("summary")).to_have_value("The tide came.")
    expect(summary).to_contain_text("Text accepted.")
    subtitle.get_by_role("button", name="Go to the field: Subtitle").click()
    expect(editor.field("Subtitle").card).to_be_focused()
    editor.field("Subtitle").press("Dismiss")
    expect(subtitle).to_contain_text("Dismissed")
    assert LLMRun.objects.count() == 2


def test_filling_asks_once_per_field_where_waiting_does_not_lift_a_limit(
    visit: Visit, showcase_site: str
) -> None:
    for destination in ("summary", "subtitle", "search_description", "seo_title"):
        LLMActionFactory(destination=destination, source="title", model="swift")
    editor = visit(EditorFactory(), showcase_site)
    post = BlogPageFactory(summary="", subtitle="", seo_title="")
    editor.open(reverse("wagtailadmin_pages:edit", args=[post.pk]))
    page = editor.page
    used_up = {"code": "limit_reached", "message": "It begins anew tomorrow.", "is_brief": False}
    asked = []

    def refuse(route: Route) -> None:
        asked.append(route.request.url)
        route.fulfill(status=429, json={"error": used_up})

    page.route(f"**{reverse('wagtail_llm_actions:start_run')}", refuse)
    page.get_by_role("button", name="Toggle generated texts").click()
    page.get_by_role("button", name="Fill empty fields").click()

    items = page.get_by_role("list", name="Empty fields").get_by_role("listitem")
    expect(items.filter(has_text="It begins anew tomorrow.")).to_have_count(4)
    # Another field's action may have room in a budget of its own.
    assert len(asked) == 4
