"""What happens to a page, an action or somebody's rights while a text is being written.

The model pauses half-way until the test has done what it is about, so nothing here depends on how
fast anything is. Whatever it is: what the editor typed stays, the card says what is up in a
sentence, and the whole text is kept.
"""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect

from example_site.blog.models import BlogPage
from tests.editor.forms import take_page_rights
from tests.factories import (
    AdminFactory,
    BlogIndexPageFactory,
    BlogPageFactory,
    EditorFactory,
    LLMActionFactory,
    LLMRunFactory,
)
from tests.parts.waiting import eventually
from tests.providers.server import streamed
from tests.providers.wire_openai import OpenAIWire
from wagtail_llm_actions.generation import FinishReason
from wagtail_llm_actions.models import LLMAction, LLMRun

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from django.contrib.auth.models import User
    from playwright.sync_api import Route

    from tests.browser.person import Field, Person
    from tests.providers.server import ProviderServer

    Visit = Callable[..., Person]

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

TEXT = "The tide came early."
OWN = "My own words."
DONE = "Done in"
CHANGED = "This field was changed while the text was being written."
LOCKED = "This was locked while the text was being written, and cannot be saved."
DELETED = "This was deleted while the text was being written."

WATCHED = """
document.addEventListener('w-unsaved:watch-edits', () => {
    document.documentElement.setAttribute('data-is-watched', '');
});
"""


@pytest.fixture
def gate(server: ProviderServer) -> Iterator[threading.Event]:
    """Let the model write on; until then it has written half of its text."""
    event = threading.Event()
    wire = OpenAIWire()
    ending = wire.ending(FinishReason.STOP, None)
    server.play(
        streamed(
            [*wire.beginning(), wire.text("The tide "), event, wire.text("came early."), *ending]
        )
    )
    yield event
    event.set()


class Desk:
    """An editor at a post whose summary is half written by a model."""

    def __init__(self, visit: Visit, gate: threading.Event, write_mode: str = "replace") -> None:
        self.action = LLMActionFactory(model="cloud", write_mode=write_mode)
        self.post: BlogPage = BlogPageFactory(
            summary=OWN, body=[("heading", "One"), ("heading", "Two")]
        )
        self.user: User = EditorFactory()
        self.editor: Person = visit(self.user)
        self.editor.page.add_init_script(WATCHED)
        self.editor.open(reverse("wagtailadmin_pages:edit", args=[self.post.pk]))
        self.summary: Field = self.editor.field("Summary")
        self.control = self.editor.control("summary")
        self._gate = gate

    def generate(self) -> None:
        """Click, and wait for the first half."""
        self.summary.generate.click()
        expect(self.summary.textarea).to_have_value("The tide ")

    def finish(self) -> None:
        """Let the second half come, and wait for it."""
        self._gate.set()
        expect(self.summary.textarea).to_have_value(TEXT)
        eventually(lambda: LLMRun.objects.get().output == TEXT)

    def block(self, index: int) -> str:
        return f"[data-streamfield-child] >> nth={index}"

    def saved(self) -> BlogPage:
        """Save, and return what was saved."""
        self.editor.save()
        draft: BlogPage = BlogPage.objects.get(pk=self.post.pk).get_latest_revision_as_object()
        return draft


@pytest.fixture
def desk(visit: Visit, gate: threading.Event) -> Desk:
    return Desk(visit, gate)


def type_anew(desk: Desk) -> None:
    desk.control.fill("Typed meanwhile.")


def paste(desk: Desk) -> None:
    for keys in ("Control+a", "Control+c", "End", "Control+v"):
        desk.control.press(keys)


def take_back(desk: Desk) -> None:
    desk.control.press("Control+z")


@pytest.mark.parametrize(
    ("change", "expected"),
    [(type_anew, "Typed meanwhile."), (paste, OWN + OWN), (take_back, OWN)],
)
def test_a_field_that_was_changed_meanwhile_keeps_what_was_typed(
    desk: Desk, change: Callable[[Desk], None], expected: str
) -> None:
    if change is take_back:
        desk.control.press("End")
        desk.editor.page.keyboard.insert_text(" And more.")
    desk.generate()
    change(desk)
    expect(desk.control).to_have_value(expected)

    desk.finish()

    expect(desk.control).to_have_value(expected)
    expect(desk.summary.card).to_contain_text(CHANGED)
    assert desk.saved().summary == expected


def move_block(desk: Desk) -> list[str]:
    desk.editor.page.locator(desk.block(0)).get_by_role("button", name="Move down").click()
    return ["Two", "One"]


def delete_block(desk: Desk) -> list[str]:
    desk.editor.page.locator(desk.block(0)).get_by_role("button", name="Delete").click()
    return ["Two"]


def edit_block(desk: Desk) -> list[str]:
    desk.editor.control("body-0-value").fill("Edited meanwhile")
    return ["Edited meanwhile", "Two"]


@pytest.mark.parametrize("change", [move_block, delete_block, edit_block])
def test_a_body_that_was_changed_meanwhile_is_saved_with_the_accepted_text(
    desk: Desk, change: Callable[[Desk], list[str]]
) -> None:
    desk.generate()
    expected = change(desk)

    desk.finish()
    desk.summary.press("Accept")

    draft = desk.saved()
    assert draft.summary == TEXT
    assert [block.value for block in draft.body] == expected


def test_autosave_saves_what_was_typed_and_nothing_of_the_text(desk: Desk) -> None:
    # Only then does Wagtail take the picture of the form that changes are told by.
    desk.editor.page.wait_for_selector("html[data-is-watched]", state="attached")
    desk.generate()
    desk.editor.control("subtitle").fill("Typed meanwhile.")

    def draft() -> BlogPage:
        found: BlogPage = BlogPage.objects.get(pk=desk.post.pk).get_latest_revision_as_object()
        return found

    eventually(lambda: draft().subtitle == "Typed meanwhile.")
    assert draft().summary == OWN
    desk.finish()

    expect(desk.summary.status).to_contain_text(DONE)
    expect(desk.control).to_have_value(OWN)
    desk.summary.press("Accept")
    assert desk.saved().summary == TEXT


HOLD_PICTURE = """
const { setTimeout } = window;
window.setTimeout = (callback, delay, ...rest) =>
    delay === 2000 ? (window.takePicture = callback) && 0 : setTimeout(callback, delay, ...rest);
"""


def test_autosave_saves_what_is_accepted_before_it_watches_and_while_it_saves(visit: Visit) -> None:
    user, post = EditorFactory(), BlogPageFactory(summary=OWN, subtitle=OWN)
    for path in ("summary", "subtitle"):
        LLMActionFactory(destination=path)
        LLMRunFactory(page=post, user=user, field_path=path, succeeded=True, output=TEXT)
    editor = visit(user)
    editor.page.add_init_script(HOLD_PICTURE)
    editor.open(reverse("wagtailadmin_pages:edit", args=[post.pk]))
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    def draft() -> BlogPage:
        found: BlogPage = BlogPage.objects.get(pk=post.pk).get_latest_revision_as_object()
        return found

    editor.field("Summary").press("Accept")
    expect(editor.control("summary")).to_have_value(TEXT)
    editor.page.route(editor.page.url, hold)
    with editor.page.expect_request(editor.page.url):
        editor.page.evaluate("window.takePicture()")
    editor.field("Subtitle").press("Accept")
    expect(editor.control("subtitle")).to_have_value(TEXT)
    held[0].continue_()
    editor.page.unroute(editor.page.url)

    eventually(lambda: (draft().summary, draft().subtitle) == (TEXT, TEXT))


def rename_action(desk: Desk) -> None:
    LLMAction.objects.update(label="Another", destination="subtitle", write_mode="append")


def delete_action(desk: Desk) -> None:
    LLMAction.objects.all().delete()


def deactivate_action(desk: Desk) -> None:
    LLMAction.objects.update(is_active=False)


def unpublish(desk: Desk) -> None:
    desk.post.unpublish()


def move_page(desk: Desk) -> None:
    desk.post.move(BlogIndexPageFactory(), pos="last-child")


@pytest.mark.parametrize(
    "change", [rename_action, delete_action, deactivate_action, unpublish, move_page]
)
def test_what_does_not_concern_the_field_leaves_the_text_to_be_accepted(
    desk: Desk, change: Callable[[Desk], None]
) -> None:
    desk.generate()
    change(desk)

    desk.finish()

    expect(desk.summary.status).to_contain_text(DONE)
    expect(desk.control).to_have_value(OWN)
    desk.summary.press("Accept")
    assert desk.saved().summary == TEXT


def test_what_somebody_else_saved_meanwhile_is_kept_in_the_history_of_the_page(desk: Desk) -> None:
    desk.generate()
    theirs = BlogPage.objects.get(pk=desk.post.pk)
    theirs.subtitle = "Theirs."
    theirs.save_revision(user=AdminFactory())

    desk.finish()

    expect(desk.summary.status).to_contain_text(DONE)
    expect(desk.control).to_have_value(OWN)
    assert desk.saved().summary == OWN
    subtitles = [revision.as_object().subtitle for revision in desk.post.revisions.all()]
    assert "Theirs." in subtitles


def lock(desk: Desk) -> None:
    now = timezone.now()
    BlogPage.objects.update(locked=True, locked_by=AdminFactory(), locked_at=now)


def delete_page(desk: Desk) -> None:
    desk.post.delete()


@pytest.mark.parametrize(("change", "sentence"), [(lock, LOCKED), (delete_page, DELETED)])
def test_a_text_that_cannot_be_saved_any_more_can_be_copied_and_not_accepted(
    desk: Desk, change: Callable[[Desk], None], sentence: str
) -> None:
    desk.control.fill("Typed before.")
    desk.generate()
    change(desk)

    desk.finish()

    expect(desk.summary.card).to_contain_text(sentence)
    expect(desk.summary.button("Accept")).to_have_attribute("aria-disabled", "true")
    desk.summary.button("Accept").click(force=True)
    expect(desk.control).to_have_value("Typed before.")
    desk.summary.press("Copy")
    expect(desk.summary.status).to_have_text("Copied.")


def test_a_text_is_not_shown_to_whom_the_right_was_taken_from(
    desk: Desk, gate: threading.Event
) -> None:
    desk.control.fill("Typed before.")
    desk.generate()
    take_page_rights(desk.user)

    # A poll token is trusted for some seconds, so the text goes on once that time is over.
    expect(desk.summary.card.get_by_role("alert")).to_have_text(
        "You are not allowed to edit this any more. Ask your admin if you need to; the text is kept in the history."
    )
    gate.set()

    expect(desk.summary.textarea).to_have_value("The tide ")
    expect(desk.control).to_have_value("Typed before.")
    eventually(lambda: LLMRun.objects.get().output == TEXT)


def test_two_tabs_show_the_same_text_and_each_writes_its_own_form(desk: Desk, visit: Visit) -> None:
    desk.generate()
    other = visit(desk.user)
    other.open(reverse("wagtailadmin_pages:edit", args=[desk.post.pk]))
    there = other.field("Summary")
    expect(there.textarea).to_have_value("The tide ")
    other.control("summary").fill("Typed in the other tab.")

    desk.finish()
    there.wait_for_proposal()

    expect(there.card).to_contain_text(CHANGED)
    expect(other.control("summary")).to_have_value("Typed in the other tab.")
    desk.summary.press("Accept")
    expect(desk.control).to_have_value(TEXT)
    eventually(lambda: LLMRun.objects.get().decision == LLMRun.Decision.ACCEPTED)
    there.press("Accept")
    expect(other.control("summary")).to_have_value(TEXT)
    there.press("Undo")
    expect(other.control("summary")).to_have_value("Typed in the other tab.")


def test_a_text_is_added_once_however_often_accept_is_clicked(
    visit: Visit, gate: threading.Event
) -> None:
    desk = Desk(visit, gate, write_mode="append")
    desk.generate()
    desk.finish()

    desk.summary.button("Accept").dblclick()

    expect(desk.summary.status).to_have_text("Text accepted.")
    expect(desk.control).to_have_value(f"{OWN}\n\n{TEXT}")
