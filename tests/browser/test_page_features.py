"""What else Wagtail has on the form of a page: comments, panels that are closed, other languages."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect
from wagtail.models import Comment, Locale

from example_site.blog.models import BlogPage
from tests.factories import BlogPageFactory, EditorFactory, LLMActionFactory
from tests.parts.waiting import eventually
from tests.parts.web import WebProcess
from wagtail_llm_actions.fields.stream.marks import digest_of
from wagtail_llm_actions.models import LLMRun

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.browser.person import Person

    Visit = Callable[..., Person]

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

DELETING = "".join(
    f"[[delete: heading {digest_of(('heading',), f'h-{text}')[:6]}]]\n\n"
    for text in ("Low", "High")
)
WRITTEN = "The tide came in early."


@pytest.fixture(scope="module")
def deleting_site(django_db_setup: None) -> Iterator[str]:
    provider = {
        "BACKEND": "wagtail_llm_actions.providers.testing.ScriptedProvider",
        "OPTIONS": {"script": [DELETING]},
    }
    models = {"deleting": {"PROVIDER": "scripted", "NAME": "deleting"}}
    setting = {"PROVIDERS": {"scripted": provider}, "MODELS": models}
    with WebProcess({"WAGTAIL_LLM_ACTIONS": setting}) as web:
        web.wait_until_ready()
        yield f"http://{web.address}"


def open_form(editor: Person, page: Any) -> None:
    editor.open(reverse("wagtailadmin_pages:edit", args=[page.pk]))
    editor.wait_for_unsaved_changes()


def saved_summary(page: Any) -> str:
    return str(BlogPage.objects.get(pk=page.pk).get_latest_revision_as_object().summary)


@pytest.mark.wagtail_forms
def test_a_comment_stays_with_the_field_whose_text_is_accepted(visit: Visit) -> None:
    LLMActionFactory(model="slow")
    user = EditorFactory()
    page = BlogPageFactory(summary="My own words.")
    page.save_revision()
    comment = Comment.objects.create(
        page=page, user=user, text="Who said so?", contentpath="summary"
    )
    editor = visit(user)
    open_form(editor, page)
    summary = editor.field("Summary")

    summary.generate.click()
    summary.wait_for_proposal()
    summary.press("Accept")
    editor.save()

    assert saved_summary(page) == WRITTEN
    comment.refresh_from_db()
    assert (comment.contentpath, comment.text, comment.resolved_at) == (
        "summary",
        "Who said so?",
        None,
    )


def page_with_headings() -> BlogPage:
    """Return a page whose blocks a proposal wants to delete."""
    blocks = [{"type": "heading", "value": text, "id": f"h-{text}"} for text in ("Low", "High")]
    page: BlogPage = BlogPageFactory(body=blocks)
    page.save_revision()
    LLMActionFactory(source="body", destination="body:*", model="deleting")
    return page


def type_comment_on_heading(editor: Person) -> None:
    editor.page.get_by_role("button", name="Toggle comments").click()
    heading = editor.page.locator("[data-contentpath=h-Low]")
    heading.hover()
    heading.locator("[data-comment-add]").first.click()
    editor.page.get_by_placeholder("Enter your comments").fill("Who said so?")


@pytest.mark.wagtail_forms
def test_a_block_with_a_comment_is_not_deleted_by_a_proposal(
    visit: Visit, deleting_site: str
) -> None:
    page = page_with_headings()
    user = EditorFactory()
    Comment.objects.create(page=page, user=user, text="Who said so?", contentpath="body.h-Low")
    resolved = Comment(page=page, user=user, text="Settled.", contentpath="body.h-High")
    resolved.resolved_at = timezone.now()
    resolved.save()
    editor = visit(user, deleting_site)
    open_form(editor, page)
    body = editor.field("Body > the texts of its blocks")

    body.generate.click()
    body.wait_for_proposal()
    expect(body.card.get_by_text("This block has comments.").locator("visible=true")).to_have_count(
        1
    )
    body.press("Accept")
    editor.save()

    draft = BlogPage.objects.get(pk=page.pk).get_latest_revision_as_object()
    assert [block["id"] for block in draft.body.raw_data] == ["h-Low"]
    assert Comment.objects.get(contentpath="body.h-Low").resolved_at is None


def test_a_block_with_a_comment_that_is_newer_than_the_proposal_is_not_deleted(
    visit: Visit, deleting_site: str
) -> None:
    page = page_with_headings()
    editor = visit(EditorFactory(), deleting_site)
    open_form(editor, page)
    body = editor.field("Body > the texts of its blocks")
    body.generate.click()
    body.wait_for_proposal()
    refusal = body.card.get_by_text("This block has comments.").locator("visible=true")
    expect(refusal).to_have_count(0)

    type_comment_on_heading(editor)
    editor.page.get_by_role("button", name="Comment", exact=True).click()

    expect(refusal).to_have_count(1)
    body.press("Accept")
    editor.save()
    draft = BlogPage.objects.get(pk=page.pk).get_latest_revision_as_object()
    assert [block["id"] for block in draft.body.raw_data] == ["h-Low"]
    assert Comment.objects.get(contentpath="body.h-Low").resolved_at is None


def test_a_block_on_which_a_comment_is_being_typed_is_not_deleted(
    visit: Visit, deleting_site: str
) -> None:
    page = page_with_headings()
    editor = visit(EditorFactory(), deleting_site)
    open_form(editor, page)
    body = editor.field("Body > the texts of its blocks")
    body.generate.click()
    body.wait_for_proposal()

    type_comment_on_heading(editor)

    refusal = body.card.get_by_text("This block has comments.").locator("visible=true")
    expect(refusal).to_have_count(1)
    body.press("Accept")
    editor.save()
    draft = BlogPage.objects.get(pk=page.pk).get_latest_revision_as_object()
    assert [block["id"] for block in draft.body.raw_data] == ["h-Low"]


@pytest.mark.wagtail_forms
def test_a_proposal_waits_in_a_panel_that_was_closed_meanwhile(visit: Visit) -> None:
    LLMActionFactory(model="slow")
    page = BlogPageFactory(summary="My own words.")
    page.save_revision()
    editor = visit(EditorFactory())
    open_form(editor, page)
    summary = editor.field("Summary")
    field = editor.page.locator("[data-contentpath=summary]")
    toggle = (
        editor.page.locator("[data-panel]", has=field).locator("button[data-panel-toggle]").first
    )

    summary.generate.click()
    toggle.click()
    expect(field).to_be_hidden()
    eventually(LLMRun.objects.filter(status=LLMRun.Status.SUCCEEDED).exists)
    toggle.click()
    summary.wait_for_proposal()
    summary.press("Accept")
    editor.save()

    assert saved_summary(page) == WRITTEN


def test_a_translated_page_is_asked_for_in_its_language_and_the_original_stays(
    visit: Visit,
) -> None:
    LLMActionFactory(model="slow", source="title")
    page = BlogPageFactory(summary="My own words.")
    german = Locale.objects.create(language_code="de")
    translated = page.copy_for_translation(german, copy_parents=True)
    editor = visit(EditorFactory())
    open_form(editor, translated)
    summary = editor.field("Summary")

    summary.generate.click()
    summary.wait_for_proposal()
    summary.press("Accept")
    editor.save()

    run = LLMRun.objects.get()
    assert run.target == translated
    assert "German" in run.system_instructions
    assert saved_summary(translated) == WRITTEN
    page.refresh_from_db()
    assert page.summary == "My own words."
