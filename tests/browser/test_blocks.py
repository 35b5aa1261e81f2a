"""Blocks of a StreamField: existing, added, moved, nested and deleted, each with its own button."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from django.contrib.contenttypes.models import ContentType
from django.urls import reverse
from playwright.sync_api import expect

from example_site.blog.models import BlogPage
from tests.factories import AdminFactory, BlogPageFactory, EditorFactory, LLMActionFactory
from tests.parts.waiting import eventually
from tests.parts.web import WebProcess
from tests.voyages.models import Voyage
from wagtail_llm_actions.fields.stream.marks import digest_of
from wagtail_llm_actions.models import LLMRun

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from playwright.sync_api import Locator

    from tests.browser.person import Field, Person

    Visit = Callable[..., Person]

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

ANSWER = "The *old* harbour master"
QUOTE: dict[str, Any] = {
    "type": "quote",
    "id": "q-1",
    "value": {"text": "Ahoy.", "author": "A boy"},
}
POINTS: dict[str, Any] = {
    "type": "points",
    "id": "p-1",
    "value": [{"type": "item", "value": name, "id": f"i-{name}"} for name in ("One", "Two")],
}
RICH = '<p data-block-key="aaaaa">My <i>own</i> words.</p>'
PARAGRAPH: dict[str, Any] = {"type": "paragraph", "id": "r-1", "value": RICH}


HEADING: dict[str, Any] = {"type": "heading", "value": "Low tide", "id": "h-1"}


def changed(path: str, item_id: str, text: str, kind: str = "") -> str:
    """Return a change of one text, or by its mark of a block, as a model answers."""
    return f"[[{kind}{path} {digest_of(path.split('.'), item_id)[:6]}]]\n{text}\n\n"


REWRITING = (
    changed("quote.author", "q-1", "An old boy")
    + changed("points", "i-Two", "Three")
    + changed("paragraph", "r-1", "My *own* few words.\n\nAnd more.")
    + changed("heading", "h-1", "")
    + changed("quote.text", "gone", "Nobody says this.")
)
EDITING = (
    changed("heading", "h-1", "", "delete: ")
    + changed("quote.author", "q-1", "An old boy")
    + changed(
        "quote.text", "q-1", "## Harbour\n\nThe *new* [one](https://a.example/).", "insert after: "
    )
    + changed("points", "i-Two", "", "delete: ")
    + changed("paragraph", "r-1", "Nobody wants this.", "insert before: ")
    + changed("quote.text", "gone", "", "delete: ")
)


@pytest.fixture(scope="module")
def scripted_site(django_db_setup: None) -> Iterator[str]:
    scripts = {"scripted": [ANSWER[:9], ANSWER[9:]], "rewriter": [REWRITING], "editor": [EDITING]}
    site_settings: dict[str, Any] = {
        "WAGTAIL_LLM_ACTIONS": {
            "PROVIDERS": {
                name: {
                    "BACKEND": "wagtail_llm_actions.providers.testing.ScriptedProvider",
                    "OPTIONS": {"script": script},
                }
                for name, script in scripts.items()
            },
            "MODELS": {name: {"PROVIDER": name, "NAME": name} for name in scripts},
        }
    }
    with WebProcess(site_settings) as web:
        web.wait_until_ready()
        yield f"http://{web.address}"


class Block:
    """A block in the form, with its Generate button and its card."""

    def __init__(self, element: Locator) -> None:
        self.element = element
        self.generate = element.get_by_role("button", name="Generate")
        self.card = element.get_by_role("region", name="LLM proposal")

    def press(self, name: str) -> None:
        self.card.get_by_role("button", name=name, exact=True).click()

    def propose(self) -> None:
        self.generate.click()
        expect(self.card.get_by_role("button", name="Accept")).to_be_visible()


def block(editor: Person, item_id: str, name: str = "") -> Block:
    element = editor.page.locator(f"[data-streamfield-child][data-contentpath='{item_id}']")
    return Block(element.locator(f"[data-contentpath='{name}']") if name else element)


def saved_body(page: BlogPage) -> Any:
    draft = BlogPage.objects.get(pk=page.pk).get_latest_revision_as_object()
    return list(draft.body.raw_data)


def wait_for_autosave(editor: Person, is_saved: Callable[[], bool]) -> None:
    """Wait until the form knows that it was saved; a change before that would not be."""
    eventually(is_saved)
    indicator = editor.page.locator("#w-autosave-indicator")
    expect(indicator).to_have_attribute("data-w-autosave-state-value", "saved")


@pytest.mark.wagtail_forms
def test_a_block_is_reviewed_accepted_moved_saved_and_taken_back_and_its_siblings_stay(
    visit: Visit, scripted_site: str
) -> None:
    page = BlogPageFactory(body=[QUOTE, POINTS, PARAGRAPH])
    page.save_revision()
    for source, destination in (
        ("body:quote.text", "body:quote.author"),
        ("body:points", "body:points"),
        ("body:paragraph", "body:paragraph"),
    ):
        LLMActionFactory(source=source, destination=destination)
    editor = visit(EditorFactory(), scripted_site)
    editor.open(reverse("wagtailadmin_pages:edit", args=[page.pk]))
    editor.wait_for_unsaved_changes()
    author, point = block(editor, "q-1", "author"), block(editor, "i-Two")
    # One for the author, one for each point, one for the paragraph; none for what has no action.
    body = editor.page.locator("#panel-child-content-child-body-section, [data-contentpath=body]")
    expect(body.first.get_by_role("button", name="Generate:")).to_have_count(4)

    author.propose()
    assert LLMRun.objects.get().prompt.endswith("<input>Ahoy.</input>")
    expect(author.card.locator("del")).to_have_text("A boy")
    author.press("Accept")
    # A block that moves takes its card along.
    block(editor, "q-1").element.get_by_role("button", name="Move down").first.click()
    expect(author.card.get_by_role("button", name="Undo")).to_be_visible()
    written = {**QUOTE, "value": {**QUOTE["value"], "author": ANSWER.replace("*", "")}}
    wait_for_autosave(editor, lambda: saved_body(page) == [POINTS, written, PARAGRAPH])
    author.press("Undo")
    wait_for_autosave(editor, lambda: saved_body(page) == [POINTS, QUOTE, PARAGRAPH])
    author.press("Dismiss")

    point.propose()
    assert LLMRun.objects.latest("queued_at").prompt.endswith("<input>Two</input>")
    point.press("Accept")
    items = [POINTS["value"][0], {**POINTS["value"][1], "value": ANSWER.replace("*", "")}]
    wait_for_autosave(
        editor, lambda: saved_body(page) == [{**POINTS, "value": items}, QUOTE, PARAGRAPH]
    )


@pytest.mark.wagtail_forms
def test_rich_text_in_a_block_keeps_its_marks_and_comes_back_as_it_was(
    visit: Visit, scripted_site: str
) -> None:
    page = BlogPageFactory(body=[QUOTE, PARAGRAPH])
    page.save_revision()
    LLMActionFactory(source="body:paragraph", destination="body:paragraph")
    editor = visit(EditorFactory(), scripted_site)
    editor.open(reverse("wagtailadmin_pages:edit", args=[page.pk]))
    editor.wait_for_unsaved_changes()

    paragraph = block(editor, "r-1")
    paragraph.propose()
    expect(paragraph.card.get_by_label("Formatted text").locator("i")).to_have_text("old")
    paragraph.press("Accept")
    wait_for_autosave(editor, lambda: "<i>old</i> harbour" in saved_body(page)[1]["value"])
    assert saved_body(page)[0] == QUOTE
    paragraph.press("Undo")
    wait_for_autosave(editor, lambda: saved_body(page) == [QUOTE, PARAGRAPH])


@pytest.mark.wagtail_forms
def test_a_block_that_was_just_added_has_a_button_and_one_that_is_deleted_takes_it_along(
    visit: Visit, scripted_site: str
) -> None:
    section = {"type": "section", "id": "s-1", "value": {"title": "Out", "content": []}}
    voyage = Voyage.objects.create(name="North")
    voyage.log = [section]
    voyage.save()
    LLMActionFactory(
        model_type=ContentType.objects.get_for_model(Voyage),
        source="log:section.title",
        destination="log:quote.author",
    )
    editor = visit(AdminFactory(), scripted_site)
    editor.open(reverse(Voyage.snippet_viewset.get_url_name("edit"), args=[voyage.pk]))
    content = editor.page.locator("[data-contentpath='s-1'] [data-contentpath='content']")
    expect(editor.page.get_by_role("button", name="Generate:")).to_have_count(0)

    for _number in range(2):
        content.get_by_title("Insert a block").last.click()
        editor.page.get_by_role("option", name="Quote").click()
    expect(editor.page.get_by_role("button", name="Generate:")).to_have_count(2)
    first, second = (Block(content.locator("[data-streamfield-child]").nth(n)) for n in range(2))
    for quote, text in ((first, "Ahoy."), (second, "Land!")):
        quote.element.locator("textarea[name$=-quote]").fill(text)
    second.propose()
    second.press("Accept")
    first.propose()
    first.element.get_by_role("button", name="Delete").first.click()

    expect(editor.page.get_by_role("button", name="Generate:")).to_have_count(1)
    eventually(lambda: LLMRun.objects.filter(decision="dismissed").count() == 1)
    editor.save()
    voyage.refresh_from_db()
    (saved,) = voyage.log.raw_data
    assert (saved["id"], saved["value"]["title"]) == ("s-1", "Out")
    (quote,) = saved["value"]["content"]
    assert quote["value"] == {"quote": "Land!", "author": ANSWER.replace("*", "")}
    assert quote["id"] == LLMRun.objects.get(decision="accepted").item_id


def test_a_block_that_code_of_the_site_adds_without_an_id_gets_one_when_it_needs_it(
    visit: Visit, scripted_site: str
) -> None:
    page = BlogPageFactory(body=[QUOTE])
    page.save_revision()
    LLMActionFactory(source="body:quote.text", destination="body:quote.author")
    editor = visit(EditorFactory(), scripted_site)
    editor.open(reverse("wagtailadmin_pages:edit", args=[page.pk]))
    editor.wait_for_unsaved_changes()
    editor.page.evaluate(
        """() => window.wagtail.editHandler.getPanelByName("body").getBoundWidget()
            .insert({ type: "quote", value: { text: "Fog.", author: "" } }, 1)"""
    )

    added = Block(editor.page.locator("[data-streamfield-child]:has([name=body-1-value-text])"))
    added.propose()
    added.press("Accept")

    run = LLMRun.objects.get()
    assert run.prompt.endswith("<input>Fog.</input>")
    value = {"text": "Fog.", "author": ANSWER.replace("*", "")}
    written = {"type": "quote", "value": value, "id": run.item_id}
    wait_for_autosave(editor, lambda: saved_body(page) == [QUOTE, written])


def test_an_answer_becomes_new_blocks_behind_those_that_are_there_and_undo_takes_them_away(
    visit: Visit, scripted_site: str
) -> None:
    page = BlogPageFactory(body=[QUOTE, PARAGRAPH])
    page.save_revision()
    LLMActionFactory(source="intro", destination="body")
    editor = visit(EditorFactory(), scripted_site)
    editor.open(reverse("wagtailadmin_pages:edit", args=[page.pk]))
    editor.wait_for_unsaved_changes()
    body = editor.field("Body")

    body.generate.click()
    body.wait_for_proposal()
    expect(body.card.get_by_label("Formatted text").locator("i")).to_have_text("old")
    body.press("New text")
    body.card.get_by_text("Edit as text").click()
    body.proposal.fill("## Harbour\n\nThe *old* one.\n\n- Quay\n- Pier")
    expect(body.card.locator("h2")).to_have_text("Harbour")
    body.press("Accept")

    wait_for_autosave(editor, lambda: len(saved_body(page)) == 5)
    first, second, heading, paragraph, points = saved_body(page)
    assert [first, second] == [QUOTE, PARAGRAPH]
    assert (heading["type"], heading["value"]) == ("heading", "Harbour")
    assert "The <i>old</i> one." in paragraph["value"]
    assert [item["value"] for item in points["value"]] == ["Quay", "Pier"]
    body.press("Undo")
    wait_for_autosave(editor, lambda: saved_body(page) == [QUOTE, PARAGRAPH])


def test_the_texts_of_blocks_are_rewritten_one_by_one_and_all_else_stays(
    visit: Visit, scripted_site: str
) -> None:
    heading = HEADING
    before = [heading, QUOTE, POINTS, PARAGRAPH]
    page = BlogPageFactory(body=before)
    page.save_revision()
    LLMActionFactory(source="body", destination="body:*", model="rewriter")
    editor = visit(EditorFactory(), scripted_site)
    editor.open(reverse("wagtailadmin_pages:edit", args=[page.pk]))
    editor.wait_for_unsaved_changes()
    body = editor.field("Body > the texts of its blocks")

    body.generate.click()
    body.wait_for_proposal()
    assert "<input>[[heading " in LLMRun.objects.get().prompt
    author, point, paragraph = (body.card.get_by_label(f"Change {n} of 3").first for n in (1, 2, 3))
    expect(author.locator("strong")).to_have_text("Quote > Author")
    expect(author.locator("del")).to_have_text("A")
    expect(author.locator("ins")).to_have_text("An old")
    expect(paragraph.locator("i")).to_have_text("own")
    expect(body.card.get_by_label("Changes to").get_by_text("not there any more")).to_be_visible()
    # A block moves, and the text that stays is edited, while the changes are read.
    block(editor, "q-1").element.get_by_role("button", name="Move down").first.click()
    point.get_by_role("button", name="Keep the old text").click()
    block(editor, "i-Two").element.locator("input[type=text]").fill("Two, too")
    body.press("Accept")

    written = {**QUOTE, "value": {**QUOTE["value"], "author": "An old boy"}}
    points = {**POINTS, "value": [POINTS["value"][0], {**POINTS["value"][1], "value": "Two, too"}]}

    def is_written() -> bool:
        *others, last = saved_body(page)
        return (
            others == [heading, points, written]
            and last["id"] == "r-1"
            and "My <i>own</i> few words." in last["value"]
            and "And more." in last["value"]
        )

    wait_for_autosave(editor, is_written)
    body.press("Undo")
    wait_for_autosave(editor, lambda: saved_body(page) == [heading, points, QUOTE, PARAGRAPH])


def review_all_but_the_last(editor: Person, body: Field) -> Locator:
    """See what each change of the answer says, and leave out the last one; return the first one."""
    rows = [body.card.get_by_role("group", name=f"Change {n} of 5: ") for n in range(1, 6)]
    names = [
        "Delete “Heading”",
        "Quote > Author",
        "Insert after “Quote”",
        "Delete an entry of “Points”",
        "Insert before “Paragraph”",
    ]
    for number, (row, name) in enumerate(zip(rows, names, strict=True), 1):
        expect(row).to_have_accessible_name(f"Change {number} of 5: {name}")
    expect(rows[0].locator("del")).to_have_text("Low tide")
    expect(rows[2].locator("ins")).to_contain_text("The new one.")
    expect(rows[3].locator("del")).to_have_text("Two")
    expect(body.card.get_by_label("Changes to").get_by_text("not there any more")).to_be_visible()
    rows[0].get_by_role("button", name="Do not delete").click()
    body.press("New text")
    formatted = body.card.get_by_label("Formatted text")
    expect(formatted.locator("div").first).to_have_text("HeadingLow tide")
    body.press("Changes")
    rows[0].get_by_role("button", name="Delete: Change 1").click()
    leave = body.card.get_by_role(
        "button", name="Do not insert: Change 5 of 5: Insert before “Paragraph”"
    )
    leave.focus()
    editor.page.keyboard.press("Enter")
    expect(rows[4].get_by_role("button", name="Insert: Change 5 of 5")).to_be_visible()
    expect(body.card.get_by_text("Changes left out: 1")).to_be_visible()
    return rows[0]


@pytest.mark.wagtail_forms
def test_blocks_are_deleted_and_inserted_one_by_one_and_undo_brings_back_the_exact_value(
    visit: Visit, scripted_site: str
) -> None:
    page = BlogPageFactory(body=[HEADING, QUOTE, POINTS, PARAGRAPH])
    page.save_revision()
    LLMActionFactory(source="body", destination="body:*", model="editor")
    editor = visit(EditorFactory(), scripted_site)
    editor.open(reverse("wagtailadmin_pages:edit", args=[page.pk]))
    editor.wait_for_unsaved_changes()
    block(editor, "i-One").element.locator("input[type=text]").fill("Une")
    body = editor.field("Body > the texts of its blocks")

    body.generate.click()
    body.wait_for_proposal()
    heading = review_all_but_the_last(editor, body)
    # The server is asked again, and what was left out stays so.
    block(editor, "h-1").element.locator("input[type=text]").fill("Low water")
    expect(heading.locator("del")).to_have_text("Low water")
    expect(body.card.get_by_text("Changes left out: 1")).to_be_visible()
    body.press("Accept")

    quote = {**QUOTE, "value": {**QUOTE["value"], "author": "An old boy"}}
    points = {**POINTS, "value": [{**POINTS["value"][0], "value": "Une"}]}

    def is_written() -> bool:
        saved = saved_body(page)
        return (
            len(saved) == 5
            and [saved[0], saved[3], saved[4]] == [quote, points, PARAGRAPH]
            and (saved[1]["type"], saved[1]["value"]) == ("heading", "Harbour")
            and 'The <i>new</i> <a href="https://a.example/">one</a>.' in saved[2]["value"]
        )

    wait_for_autosave(editor, is_written)
    expect(body.card.get_by_role("button", name="Undo")).to_be_visible()
    body.press("Undo")
    both = [points["value"][0], POINTS["value"][1]]
    restored = [{**HEADING, "value": "Low water"}, QUOTE, {**POINTS, "value": both}, PARAGRAPH]
    wait_for_autosave(editor, lambda: saved_body(page) == restored)
    body.press("Accept")
    wait_for_autosave(editor, is_written)
    editor.page.reload()
    body.press("Undo")
    wait_for_autosave(editor, lambda: saved_body(page) == restored)


def test_texts_of_blocks_that_code_of_the_site_adds_without_ids_are_rewritten(
    visit: Visit, scripted_site: str
) -> None:
    page = BlogPageFactory(body=[QUOTE])
    page.save_revision()
    LLMActionFactory(source="body", destination="body:*")
    editor = visit(EditorFactory(), scripted_site)
    editor.open(reverse("wagtailadmin_pages:edit", args=[page.pk]))
    editor.wait_for_unsaved_changes()
    body = editor.field("Body > the texts of its blocks")
    editor.page.evaluate(
        """() => window.wagtail.editHandler.getPanelByName("body").getBoundWidget()
            .insert({ type: "heading", value: "Fog" }, 1)"""
    )

    body.generate.click()
    eventually(LLMRun.objects.exists)

    heading = LLMRun.objects.get().prompt.partition("[[heading ")[2]
    assert heading.partition("\n")[2].startswith("Fog")
    given = editor.control("body-1-id").input_value()
    assert digest_of(["heading"], given).startswith(heading.partition("]]")[0])
