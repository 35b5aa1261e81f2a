"""What editors do with the button, besides clicking it once and being content."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.contrib.contenttypes.models import ContentType
from django.urls import reverse
from playwright.sync_api import expect

from example_site.blog.models import Author, BlogPage
from tests.factories import (
    AuthorFactory,
    BlogIndexPageFactory,
    BlogPageFactory,
    EditorFactory,
    LLMActionFactory,
    LLMRunFactory,
)
from tests.parts.waiting import eventually
from tests.providers.server import Act, streamed
from tests.providers.wire_openai import OpenAIWire
from wagtail_llm_actions.generation import FinishReason
from wagtail_llm_actions.models import LLMRun

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.browser.person import Person
    from tests.providers.server import ProviderServer

    Visit = Callable[..., Person]

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def edit_url(post: BlogPage) -> str:
    return reverse("wagtailadmin_pages:edit", args=[post.pk])


def run_status() -> str:
    return LLMRun.objects.get().status


def test_a_cancelled_run_stops_and_leaves_the_field_alone(visit: Visit) -> None:
    LLMActionFactory(model="stuck")
    post = BlogPageFactory(summary="My own words.")
    editor = visit(EditorFactory())
    editor.open(edit_url(post))
    summary = editor.field("Summary")

    summary.generate.click()
    expect(summary.proposal).to_have_value("The tide ")
    summary.press("Cancel")

    expect(summary.status).to_have_text("Cancelled.")
    expect(editor.control("summary")).to_have_value("My own words.")
    eventually(lambda: run_status() == LLMRun.Status.CANCELLED)


def test_a_text_is_used_as_it_is_instead_of_waiting_for_its_repair(
    visit: Visit, server: ProviderServer
) -> None:
    wire = OpenAIWire()
    text = "The tide came early that day, and the boats lay dry until noon. " * 5
    whole_answer = [*wire.beginning(), wire.text(text), *wire.ending(FinishReason.STOP, None)]
    server.play(streamed(whole_answer), streamed([*wire.beginning(), Act.HANG]))
    LLMActionFactory(model="cloud")
    editor = visit(EditorFactory())
    editor.open(edit_url(BlogPageFactory(summary="My own words.")))
    summary = editor.field("Summary")

    summary.generate.click()
    expect(summary.status).to_have_text("Adjusting to the field…")
    expect(summary.button("Cancel")).to_have_count(0)
    summary.press("Use the text as it is")

    assert summary.wait_for_proposal() == text.strip()
    expect(summary.card).to_contain_text("319 of 300 characters.")
    run = LLMRun.objects.get()
    assert (run.status, run.output) == (LLMRun.Status.SUCCEEDED, text.strip())
    assert [row.error_code for row in run.attempts.order_by("number")] == ["", "cancelled"]


@pytest.mark.wagtail_forms
def test_undo_brings_the_former_text_back(visit: Visit) -> None:
    LLMActionFactory(model="real", max_tokens=30)
    post = BlogPageFactory(summary="My own words.")
    editor = visit(EditorFactory())
    editor.open(edit_url(post))
    summary = editor.field("Summary")
    control = editor.control("summary")

    summary.generate.click()
    proposed = summary.wait_for_proposal()
    summary.press("Accept")
    expect(control).to_have_value(proposed)
    summary.press("Undo")

    expect(control).to_have_value("My own words.")
    expect(summary.button("Accept")).to_be_visible()
    eventually(lambda: LLMRun.objects.get().decision == LLMRun.Decision.NONE)


@pytest.mark.wagtail_forms
def test_an_edited_proposal_the_choice_and_undo_outlive_a_save_that_failed(visit: Visit) -> None:
    user, post = EditorFactory(), BlogPageFactory(summary="My own words.")
    llm_action = LLMActionFactory()
    runs = [
        LLMRunFactory(action=llm_action, page=post, user=user, succeeded=True, output=output)
        for output in ("The tide came early.", "The sea came early.")
    ]
    LLMRun.objects.update(candidate_group=runs[0].pk)
    editor = visit(user)
    editor.open(edit_url(post))
    summary = editor.field("Summary")
    title, control = editor.control("title"), editor.control("summary")
    second = summary.card.get_by_role("radio", name="Candidate 2")

    second.check()
    summary.press("New text")
    summary.proposal.fill("The sea came very early.")
    title.fill("")
    editor.save()

    expect(second).to_be_checked()
    expect(summary.proposal).to_have_value("The sea came very early.")

    summary.press("Accept")
    eventually(lambda: LLMRun.objects.filter(decision="edited").exists())
    editor.save()
    expect(control).to_have_value("The sea came very early.")
    summary.press("Undo")

    expect(control).to_have_value("My own words.")
    expect(summary.proposal).to_have_value("The sea came very early.")
    eventually(lambda: not LLMRun.objects.exclude(decision="none").exists())
    editor.page.reload()
    expect(second).to_be_checked()
    expect(summary.proposal).to_have_value("The sea came very early.")


def test_a_run_goes_on_while_the_page_is_reloaded(visit: Visit) -> None:
    LLMActionFactory(model="slow")
    post = BlogPageFactory()
    editor = visit(EditorFactory())
    editor.open(edit_url(post))
    editor.field("Summary").generate.click()
    expect(editor.field("Summary").proposal).to_have_value("The tide ")

    editor.page.reload()

    assert editor.field("Summary").wait_for_proposal() == "The tide came in early."
    assert LLMRun.objects.count() == 1


def test_two_fields_are_written_at_once(visit: Visit) -> None:
    LLMActionFactory(model="slow")
    LLMActionFactory(model="real", destination="subtitle", source="intro", max_tokens=20)
    editor = visit(EditorFactory())
    editor.open(edit_url(BlogPageFactory()))
    summary, subtitle = editor.field("Summary"), editor.field("Subtitle")

    summary.generate.click()
    subtitle.generate.click()
    expect(summary.button("Cancel")).to_be_visible()
    expect(subtitle.button("Cancel")).to_be_visible()

    assert summary.wait_for_proposal() == "The tide came in early."
    assert subtitle.wait_for_proposal()
    assert LLMRun.objects.filter(status=LLMRun.Status.SUCCEEDED).count() == 2


def test_a_double_click_starts_one_run(visit: Visit) -> None:
    LLMActionFactory(model="slow")
    editor = visit(EditorFactory())
    editor.open(edit_url(BlogPageFactory()))
    summary = editor.field("Summary")

    summary.generate.dblclick()

    summary.wait_for_proposal()
    assert LLMRun.objects.count() == 1


@pytest.mark.wagtail_forms
def test_a_snippet_is_filled_and_saved(visit: Visit) -> None:
    LLMActionFactory(
        model="real",
        model_type=ContentType.objects.get_for_model(Author),
        destination="tagline",
        source="bio",
        max_tokens=20,
    )
    author = AuthorFactory(tagline="")
    editor = visit(EditorFactory())
    editor.open(reverse("wagtailsnippets_blog_author:edit", args=[author.pk]))
    tagline = editor.field("Tagline")

    tagline.generate.click()
    tagline.wait_for_proposal()
    tagline.proposal.fill("Harbours, mostly.")
    tagline.press("Accept")
    editor.save()

    author.refresh_from_db()
    assert author.tagline == "Harbours, mostly."
    assert LLMRun.objects.get().target == author


@pytest.mark.wagtail_forms
def test_a_run_of_a_create_form_belongs_to_the_page_that_comes_out_of_it(visit: Visit) -> None:
    LLMActionFactory(model="slow", source="title")
    index = BlogIndexPageFactory()
    editor = visit(EditorFactory())
    editor.open(reverse("wagtailadmin_pages:add", args=["blog", "blogpage", index.pk]))
    summary = editor.field("Summary")
    # Only then does Wagtail take the picture of the form that changes are told by.
    editor.page.wait_for_timeout(3_000)
    editor.control("title").fill("The early tide")

    summary.generate.click()
    expect(summary.proposal).to_have_value("The tide ")
    # Autosave makes the page while the text is being written.
    post = eventually(BlogPage.objects.first)
    assert summary.wait_for_proposal() == "The tide came in early."
    summary.press("Accept")
    editor.page.wait_for_url(f"**{edit_url(post)}")
    editor.save()

    post.refresh_from_db()
    assert LLMRun.objects.get().target == post
    assert post.get_latest_revision_as_object().summary == "The tide came in early."


def test_the_source_is_what_the_form_shows_even_when_the_form_is_not_valid(visit: Visit) -> None:
    LLMActionFactory(model="slow", destination="subtitle", source="summary")
    editor = visit(EditorFactory())
    editor.open(edit_url(BlogPageFactory(summary="Saved before.")))
    editor.control("slug").evaluate("input => { input.value = 'no slug!'; }")
    editor.control("summary").fill("Typed just now.")

    editor.field("Subtitle").generate.click()
    editor.field("Subtitle").wait_for_proposal()

    assert LLMRun.objects.get().prompt == "Summarise: <input>Typed just now.</input>"


def test_the_button_says_what_is_missing_until_the_source_has_a_text(visit: Visit) -> None:
    LLMActionFactory(destination="subtitle", source="summary", model="slow")
    LLMActionFactory(model="slow")
    editor = visit(EditorFactory())
    editor.open(edit_url(BlogPageFactory(summary="", intro="")))
    subtitle, summary = editor.field("Subtitle"), editor.field("Summary")

    expect(subtitle.generate).to_have_attribute("aria-disabled", "true")
    expect(subtitle.generate).to_have_accessible_description("Write something in “Summary” first.")
    # A rich text, which keeps its value in a hidden input.
    expect(summary.generate).to_have_accessible_description(
        "Write something in “Introduction” first."
    )
    subtitle.generate.click(force=True)
    expect(subtitle.card).to_be_hidden()

    editor.control("summary").fill("The tide came early.")
    expect(subtitle.generate).to_have_attribute("aria-disabled", "false")
    expect(subtitle.generate).to_have_accessible_description("")
    editor.page.locator("[data-contentpath=intro] [contenteditable=true]").press_sequentially(
        "The boats lay dry."
    )
    expect(summary.generate).to_have_attribute("aria-disabled", "false")
    subtitle.generate.click()
    expect(subtitle.card).to_be_visible()


@pytest.mark.wagtail_forms
def test_a_locked_page_offers_nothing(visit: Visit) -> None:
    LLMActionFactory()
    post = BlogPageFactory(locked=True)
    editor = visit(EditorFactory())

    editor.open(edit_url(post))

    expect(editor.control("summary")).to_be_attached()
    expect(editor.page.get_by_role("button", name="Generate: Summary")).to_have_count(0)


@pytest.mark.wagtail_forms
def test_typing_while_the_text_is_written_is_never_overwritten(visit: Visit) -> None:
    LLMActionFactory(model="slow")
    editor = visit(EditorFactory())
    editor.open(edit_url(BlogPageFactory()))
    summary = editor.field("Summary")
    control = editor.control("summary")

    summary.generate.click()
    expect(summary.proposal).to_have_value("The tide ")
    control.fill("My own words.")
    summary.wait_for_proposal()

    expect(control).to_have_value("My own words.")
    expect(summary.card).to_contain_text("This field was changed while the text was being written.")


def test_a_text_that_is_too_long_is_shortened_to_whole_sentences(visit: Visit) -> None:
    user, post = EditorFactory(), BlogPageFactory(summary="")
    sentence = "The tide came early that day, and the boats lay dry until noon. "
    LLMRunFactory(page=post, user=user, succeeded=True, output=sentence * 5)
    editor = visit(user)
    editor.open(edit_url(post))
    summary = editor.field("Summary")
    summary.wait_for_proposal()
    expect(summary.card).to_contain_text("319 of 300 characters.")

    summary.press("Shorten to fit")

    expect(summary.proposal).to_have_value((sentence * 4).strip())
    expect(summary.proposal).to_be_focused()
    expect(summary.button("Shorten to fit")).to_be_hidden()
    summary.press("Accept")
    expect(editor.control("summary")).to_have_value((sentence * 4).strip())
    eventually(lambda: LLMRun.objects.get().decision == LLMRun.Decision.EDITED)


def test_an_instruction_goes_with_the_run_and_stays_for_the_next_one(visit: Visit) -> None:
    LLMActionFactory(model="stuck")
    editor = visit(EditorFactory())
    editor.open(edit_url(BlogPageFactory()))
    summary = editor.field("Summary")
    line = editor.page.get_by_label("Instruction for the model, Enter runs it: Summary")

    expect(line).to_be_hidden()
    editor.page.get_by_role("button", name="Add an instruction: Summary").click()
    expect(line).to_be_focused()
    line.fill("Mention the harbour")
    line.press("Enter")
    expect(summary.proposal).to_have_value("The tide ")
    summary.press("Cancel")

    # The same line, where it is needed now.
    again = summary.card.get_by_label("Instruction for the model")
    expect(again).to_have_value("Mention the harbour")
    again.fill("Mention the boats")
    summary.press("Try again")
    expect(summary.proposal).to_have_value("The tide ")
    editor.page.reload()
    expect(line).to_have_value("Mention the boats")

    runs = LLMRun.objects.order_by("queued_at")
    assert [run.instruction for run in runs] == ["Mention the harbour", "Mention the boats"]
    assert runs[1].prompt.endswith("\n\nInstruction of the editor for this text: Mention the boats")
