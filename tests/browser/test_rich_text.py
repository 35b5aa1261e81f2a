"""Rich text, from the unsaved words in Draftail to the HTML in the database."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from example_site.blog.models import BlogPage
from tests.factories import BlogPageFactory, EditorFactory, LLMActionFactory
from tests.parts.waiting import eventually
from tests.parts.web import WebProcess
from wagtail_llm_actions.models import LLMRun

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from playwright.sync_api import Locator

    from tests.browser.person import Person

    Visit = Callable[..., Person]

pytestmark = [
    pytest.mark.browser,
    pytest.mark.wagtail_forms,
    pytest.mark.django_db(transaction=True),
]

ANSWER = (
    "## Low tide\n\nBoats **lay** dry, see [here](https://tides.example/).\n\n"
    '<img src=x onerror="window.hacked = 1"><script>window.hacked = 1</script>'
    "[now](javascript:alert(1))\n\n- Early\n- Late"
)
WRITTEN = (
    '<p>Low tide</p><p>Boats <b>lay</b> dry, see <a href="https://tides.example/">here</a>.</p>'
    "<p>now</p><p>- Early</p><p>- Late</p>"
)
BEFORE = '<p data-block-key="aaaaa">My <i>own</i> words.</p>'
TYPED = BEFORE.replace("words.", "words. And more.")


@pytest.fixture(scope="module")
def rich_text_site(django_db_setup: None) -> Iterator[str]:
    options = {"script": [ANSWER[:20], ANSWER[20:]]}
    provider = {
        "BACKEND": "wagtail_llm_actions.providers.testing.ScriptedProvider",
        "OPTIONS": options,
    }
    site_settings: dict[str, Any] = {
        "WAGTAIL_LLM_ACTIONS": {
            "PROVIDERS": {"test": provider},
            "MODELS": {"scripted": {"PROVIDER": "test", "NAME": "scripted"}},
        }
    }
    with WebProcess(site_settings) as web:
        web.wait_until_ready()
        yield f"http://{web.address}"


def saved_intro(page: BlogPage) -> str:
    draft = BlogPage.objects.get(pk=page.pk).get_latest_revision_as_object()
    return re.sub(r' data-block-key="(?!aaaaa)\w+"', "", draft.intro)


def wait_for_autosave(editor: Person, page: BlogPage, intro: str) -> None:
    eventually(lambda: saved_intro(page) == intro)
    indicator = editor.page.locator("#w-autosave-indicator")
    expect(indicator).to_have_attribute("data-w-autosave-state-value", "saved")


def expect_formatted(answer: Locator) -> None:
    expect(answer.locator("b")).to_have_text("lay")
    expect(answer.locator("p")).to_have_count(5)
    expect(answer.locator("script, img, a, h2")).to_have_count(0)


def test_rich_text_is_read_unsaved_reviewed_accepted_saved_and_taken_back(
    visit: Visit, rich_text_site: str
) -> None:
    page = BlogPageFactory(intro=BEFORE)
    page.save_revision()
    LLMActionFactory(source="intro", destination="intro")
    editor = visit(EditorFactory(), rich_text_site)
    editor.open(reverse("wagtailadmin_pages:edit", args=[page.pk]))
    intro = editor.field("Introduction")
    draftail = editor.page.locator("[data-contentpath=intro] [contenteditable=true]")
    editor.wait_for_unsaved_changes()
    draftail.press("End")
    draftail.press_sequentially(" And more.")

    # At once: Draftail itself tells the form a moment later.
    intro.generate.click()
    intro.wait_for_proposal()

    expect(intro.card.locator("del").first).to_be_visible()
    intro.press("New text")
    expect_formatted(intro.card.get_by_role("group", name="Formatted text"))
    assert LLMRun.objects.get().prompt.count("My *own* words. And more.") == 1
    expect(draftail).to_have_text("My own words. And more.")

    # What is written while Wagtail saves would wait for the next change.
    wait_for_autosave(editor, page, TYPED)
    intro.press("Accept")
    expect(draftail.locator("a")).to_have_text("here")
    wait_for_autosave(editor, page, WRITTEN)
    intro.press("Undo")

    expect(draftail).to_have_text("My own words. And more.")
    wait_for_autosave(editor, page, TYPED)
    # The editor's own history has all of it.
    draftail.click()
    editor.page.keyboard.press("Control+z")
    expect(draftail.locator("a")).to_have_text("here")
    assert editor.page.evaluate("window.hacked") is None


def test_an_edited_proposal_is_added_to_what_the_field_has(
    visit: Visit, rich_text_site: str
) -> None:
    page = BlogPageFactory(intro=BEFORE)
    page.save_revision()
    LLMActionFactory(source="title", destination="intro", write_mode="append")
    editor = visit(EditorFactory(), rich_text_site)
    editor.open(reverse("wagtailadmin_pages:edit", args=[page.pk]))
    intro = editor.field("Introduction")
    editor.wait_for_unsaved_changes()

    intro.generate.click()
    intro.wait_for_proposal()
    intro.press("New text")
    intro.card.get_by_text("Edit as text").click()
    intro.proposal.fill("Only *this*.")
    intro.press("Accept")

    eventually(lambda: saved_intro(page) == f"{BEFORE}<p>Only <i>this</i>.</p>")
