"""Choosing among candidates, adding to a field, and leaving a text that is there alone."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from tests.factories import BlogPageFactory, EditorFactory, LLMActionFactory
from tests.parts.waiting import eventually
from wagtail_llm_actions.models import LLMRun

if TYPE_CHECKING:
    from collections.abc import Callable

    from example_site.blog.models import BlogPage
    from tests.browser.person import Person

    Visit = Callable[..., Person]

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

TEXT = "The tide came in early."


def edit_url(post: BlogPage) -> str:
    return reverse("wagtailadmin_pages:edit", args=[post.pk])


def decisions() -> list[str]:
    return sorted(LLMRun.objects.values_list("decision", flat=True))


def test_the_second_of_three_candidates_is_taken(visit: Visit) -> None:
    LLMActionFactory(model="slow", candidate_count=3)
    post = BlogPageFactory()
    editor = visit(EditorFactory())
    editor.open(edit_url(post))
    summary = editor.field("Summary")

    summary.generate.click()
    radios = summary.card.get_by_role("radio")
    expect(radios).to_have_count(3)
    # While they are being written; a reload finds all of them again.
    editor.page.reload()
    expect(radios).to_have_count(3)
    expect(summary.button("Cancel")).to_be_hidden()

    assert summary.wait_for_proposal() == TEXT
    group = summary.card.get_by_role("group", name="Candidates")
    expect(group.get_by_text(TEXT)).to_have_count(3)
    radios.first.focus()
    editor.page.keyboard.press("ArrowDown")
    expect(summary.card.get_by_role("radio", name="Candidate 2")).to_be_checked()
    expect(radios.nth(1)).to_be_focused()
    summary.proposal.fill("The tide was early.")
    radios.nth(2).check()
    expect(summary.proposal).to_have_value(TEXT)
    radios.nth(1).check()
    expect(summary.proposal).to_have_value("The tide was early.")
    summary.press("Accept")
    expect(group).to_be_hidden()
    eventually(lambda: decisions() == ["dismissed", "dismissed", "edited"])
    editor.save()

    post.refresh_from_db()
    assert post.get_latest_revision_as_object().summary == "The tide was early."


def test_undo_brings_all_candidates_back(visit: Visit) -> None:
    LLMActionFactory(model="slow", candidate_count=2)
    editor = visit(EditorFactory())
    editor.open(edit_url(BlogPageFactory()))
    summary = editor.field("Summary")
    radios = summary.card.get_by_role("radio")

    summary.generate.click()
    summary.wait_for_proposal()
    expect(summary.button("Cancel")).to_be_hidden()
    summary.press("Accept")
    eventually(lambda: decisions() == ["accepted", "dismissed"])
    summary.press("Undo")
    expect(radios).to_have_count(2)
    eventually(lambda: decisions() == ["none", "none"])
    summary.press("Dismiss")

    expect(summary.card).to_be_hidden()
    eventually(lambda: decisions() == ["dismissed", "dismissed"])


def test_one_question_is_for_all_candidates_of_a_click(visit: Visit) -> None:
    LLMActionFactory(model="slow", candidate_count=3)
    editor = visit(EditorFactory())
    editor.open(edit_url(BlogPageFactory()))
    asked: list[str] = []
    editor.page.on("request", lambda request: asked.append(request.url))
    summary = editor.field("Summary")

    summary.generate.click()
    summary.wait_for_proposal()
    expect(summary.button("Cancel")).to_be_hidden()

    polls = [urlsplit(url) for url in asked if "cursor=" in url]
    assert len({poll.path for poll in polls}) == 1
    assert all(len(parse_qs(poll.query)["cursor"]) == 3 for poll in polls)


def test_cancel_stops_all_candidates(visit: Visit) -> None:
    LLMActionFactory(label="Two to choose from", model="stuck", candidate_count=2)
    LLMActionFactory(label="A plain one", sort_order=1)
    editor = visit(EditorFactory())
    editor.open(edit_url(BlogPageFactory()))
    summary = editor.field("Summary")

    expect(summary.generate).to_have_text("Generate: Two to choose from")
    summary.generate.click()
    expect(summary.proposal).to_have_value("The tide ")
    summary.press("Cancel")

    expect(summary.status).to_have_text("Cancelled.")
    eventually(
        lambda: set(LLMRun.objects.values_list("status", flat=True)) == {LLMRun.Status.CANCELLED}
    )


def test_a_text_is_added_at_the_end_of_the_field(visit: Visit) -> None:
    LLMActionFactory(model="slow", write_mode="append")
    editor = visit(EditorFactory())
    editor.open(edit_url(BlogPageFactory(summary="My own words.")))
    summary, control = editor.field("Summary"), editor.control("summary")

    summary.generate.click()
    assert summary.wait_for_proposal() == TEXT
    expect(summary.card.locator("ins")).to_contain_text(TEXT)
    summary.press("Accept")
    expect(control).to_have_value(f"My own words.\n\n{TEXT}")
    eventually(lambda: decisions() == ["accepted"])
    summary.press("Undo")

    expect(control).to_have_value("My own words.")
    expect(summary.proposal).to_have_value(TEXT)


def test_an_action_only_for_an_empty_field_waits_until_it_is_empty(visit: Visit) -> None:
    LLMActionFactory(label="First draft", model="slow", only_when_empty=True)
    editor = visit(EditorFactory())
    editor.open(edit_url(BlogPageFactory(summary="My own words.")))
    summary = editor.field("Summary")

    expect(summary.generate).to_have_attribute("aria-disabled", "true")
    summary.generate.focus()
    expect(editor.page.get_by_role("tooltip")).to_contain_text(
        "Only for an empty field: this one has a text already."
    )
    summary.generate.click(force=True)
    expect(summary.card).to_be_hidden()
    editor.control("summary").fill("")
    expect(summary.generate).to_have_attribute("aria-disabled", "false")
    summary.generate.click()

    assert summary.wait_for_proposal() == TEXT
    summary.press("Accept")
    expect(summary.generate).to_have_attribute("aria-disabled", "true")
    assert LLMRun.objects.count() == 1
