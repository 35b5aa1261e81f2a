"""What a run reads: the fields of the form as the editor is writing them, of every kind."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.contrib.auth.models import Permission
from wagtail.blocks import Block
from wagtail.models import Locale

from example_site.blog.models import BlogPage
from tests.editor.actions import action_for
from tests.editor.forms import click, offers, page_edit, snippet_add, snippet_edit
from tests.factories import AuthorFactory, BlogPageFactory, LLMActionFactory, LLMRunFactory
from tests.notices.models import Harbour
from tests.voyages.models import Picture, Secret, Voyage
from wagtail_llm_actions.bulk.start import build_chunks, new_key, objects_of
from wagtail_llm_actions.models import LLMRun

if TYPE_CHECKING:
    from django.contrib.auth.models import User
    from django.test import Client
    from pytest_django import Settings

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _snippet_editor(editor: User) -> None:
    names = ["add_voyage", "change_voyage"]
    editor.user_permissions.add(*Permission.objects.filter(codename__in=names))


def clear(user: User) -> None:
    """Let the form of a voyage show the user everything."""
    user.user_permissions.add(Permission.objects.get(codename="clear_voyage"))


def stream(name: str, *blocks: tuple[str, str]) -> dict[str, str]:
    """Return what a form sends of a StreamField with such blocks."""
    data = {f"{name}-count": str(len(blocks))}
    for number, (kind, value) in enumerate(blocks):
        prefix = f"{name}-{number}"
        data |= {f"{prefix}-type": kind, f"{prefix}-order": str(number), f"{prefix}-deleted": ""}
        data |= {f"{prefix}-id": "", f"{prefix}-value": value}
    return data


def prompt_of(
    client: Client, source: str, url: str = "", text: str = "{{ input }}", **typed: str
) -> str:
    """Return the prompt of a click on a voyage's form, after typing."""
    llm_action = action_for(Voyage, text, source=source, destination="summary")
    url = url or snippet_edit(Voyage.objects.create(name="North"))
    click(client, llm_action, url, **(stream("log") | stream("secret_log") | typed))
    run = LLMRun.objects.latest("queued_at")
    return run.prompt.removeprefix("<input>").removesuffix("</input>")


def test_a_stream_field_is_read_as_it_stands_in_the_form(client: Client) -> None:
    page = BlogPageFactory(body=[("paragraph", "<p>Saved.</p>")])
    llm_action = action_for(BlogPage, source="body", destination="summary")
    typed = stream("body", ("heading", "Typed"), ("heading", "Not saved"))

    assert offers(client, page_edit(page))["fields"]["summary"]["actions"]
    click(client, llm_action, page_edit(page), **typed)

    run = LLMRun.objects.get()
    assert run.prompt == "<input>## Typed\n\n## Not saved</input>"
    assert run.read_fields == ["body"]


def test_blocks_of_one_kind_are_read_and_templates_read_the_field(client: Client) -> None:
    blocks = stream("log", ("line", "One."), ("text", "Two."), ("line", "Three."))

    assert prompt_of(client, "log:line", **blocks) == "One.\n\nThree."
    assert "<fields_log>One.\n\nTwo.\n\nThree.</fields_log>" in prompt_of(
        client, "log:line", text="{{ input }} {{ fields.log }}", **blocks
    )


def test_what_is_not_valid_yet_is_read_too(client: Client) -> None:
    # A link that is none, and a rich text that is no JSON yet.
    blocks = stream("log", ("line", "One."), ("link", "tides"))

    assert prompt_of(client, "log", **blocks) == "One.\n\ntides"
    assert prompt_of(client, "name", name="N" * 200) == "N" * 200


def test_blocks_that_are_not_complete_are_read_and_stay_as_the_site_has_defined_them(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def change_for_all_threads(block: Block, value: object) -> None:
        pytest.fail(f"{block} was changed, which two requests at once must not do.")

    monkeypatch.setattr(Block, "clean_deferred", change_for_all_threads)

    blocks = stream("log", ("line", ""), ("line", "High tide."))

    assert prompt_of(client, "log", **blocks) == "High tide."


def test_relations_and_values_are_read_as_they_stand_in_the_form(client: Client) -> None:
    for name in ("East", "West"):
        Harbour.objects.create(name=name)
    cook, mate = AuthorFactory(name="Ines"), AuthorFactory(name="Tomas")
    voyage = Voyage.objects.create(name="North")
    voyage.crew.add(cook)
    url = snippet_edit(voyage)
    typed = {"tags": 'sea, "low tide"', "calls_at": "West", "crew": str(mate.pk), "kind": "day"}
    text = "{{ input }} {{ fields.crew }} {{ fields.calls_at }} {{ fields.kind }}"

    prompt = prompt_of(client, "tags", url, text, **typed)

    assert prompt == (
        "low tide, sea</input> <fields_crew>Tomas</fields_crew> "
        "<fields_calls_at>West</fields_calls_at> <fields_kind>Day trip</fields_kind>"
    )
    assert [author.name for author in voyage.crew.all()] == ["Ines"]
    assert "Tomas" in prompt_of(client, "crew", snippet_add(Voyage), **(typed | {"name": "New"}))


def test_inline_rows_are_read_as_they_stand_in_the_form(client: Client) -> None:
    voyage = Voyage(name="North")
    voyage.gallery = [Picture(caption=name, sort_order=n) for n, name in enumerate("ABC")]
    voyage.save()
    typed = {
        "gallery-0-DELETE": "on",
        "gallery-1-ORDER": "3",
        "gallery-2-ORDER": "2",
        "gallery-2-caption": "C" * 101,  # Too long to be saved.
        "gallery-3-caption": "D",
        "gallery-3-ORDER": "1",
        "gallery-3-id": "",
        "gallery-TOTAL_FORMS": "4",
    }

    prompt = prompt_of(client, "gallery.caption", snippet_edit(voyage), **typed)

    assert prompt == f"- D\n- {'C' * 101}\n- B"
    assert [picture.caption for picture in voyage.gallery.all()] == ["A", "B", "C"]
    assert Picture.objects.count() == 3


def test_rows_that_the_form_does_not_send_are_those_of_the_draft(client: Client) -> None:
    voyage = Voyage(name="North")
    voyage.gallery = [Picture(caption="A boat")]
    voyage.save()
    url = snippet_edit(voyage)

    assert prompt_of(client, "gallery.caption", url, **{"gallery-TOTAL_FORMS": ""}) == "- A boat"


def test_hidden_rows_and_hidden_fields_of_rows_are_not_read(client: Client, editor: User) -> None:
    voyage = Voyage(name="North")
    voyage.gallery = [Picture(caption="A boat", remark="For the board only.")]
    voyage.secrets = [Secret(text="Also for the board.")]
    voyage.save()
    url = snippet_edit(voyage)
    template = "{{ input }} {{ fields.gallery }} {{ fields.secrets }}"

    assert prompt_of(client, "gallery", url) == "Caption: A boat"
    assert LLMRun.objects.latest("queued_at").read_fields == ["gallery.caption", "gallery.image"]
    assert "board" not in prompt_of(client, "*", url)
    assert prompt_of(client, "gallery", url, template) == ""
    offered = len(offers(client, url)["fields"]["summary"]["actions"])
    for source in ("gallery.remark", "secrets", "secrets.text"):
        llm_action = action_for(Voyage, source=source, destination="summary")
        assert click(client, llm_action, url, **stream("log")).status_code == 403, source
    assert len(offers(client, url)["fields"]["summary"]["actions"]) == offered

    clear(editor)

    assert "For the board only." in prompt_of(client, "gallery", url)
    assert LLMRun.objects.latest("queued_at").read_fields == [
        "gallery.caption",
        "gallery.image",
        "gallery.remark",
    ]
    assert "Also for the board." in prompt_of(client, "*", url)


@pytest.mark.parametrize("trigger", ["editor", "bulk"])
@pytest.mark.parametrize(
    ("source", "read_fields"),
    [
        ("secrets", ["secrets.text"]),
        ("gallery", ["gallery.caption", "gallery.remark"]),
        ("gallery.remark", []),
        ("*", ["name", "secrets.text"]),
    ],
)
def test_texts_made_from_hidden_rows_are_for_those_who_see_the_rows(
    client: Client, editor: User, source: str, read_fields: list[str], trigger: str
) -> None:
    voyage = Voyage.objects.create(name="North")
    LLMRunFactory(
        action=action_for(Voyage, source=source, destination="summary"),
        trigger=trigger,
        target_object_id=str(voyage.pk),
        read_fields=read_fields,
        succeeded=True,
        output="An output.",
    )
    action_for(Voyage, source="name", destination="summary")
    url = snippet_edit(voyage)

    found = offers(client, url)
    assert (found["pending"], found["previous_counts"]) == ([], {})

    clear(editor)

    found = offers(client, url)
    assert bool(found["pending"]) or bool(found["previous_counts"])


def test_a_bulk_run_on_the_whole_form_reads_what_everybody_sees() -> None:
    voyage = Voyage(name="North")
    voyage.gallery = [Picture(caption="A boat", remark="For the board only.")]
    voyage.secrets = [Secret(text="Also for the board.")]
    voyage.save()
    prompts = {}

    for source in ("*", "gallery"):
        llm_action = action_for(Voyage, source=source, destination="summary")
        (chunk,) = build_chunks(llm_action, objects_of(llm_action), key=new_key())
        prompts[source] = chunk.runs[0].prompt

    assert "A boat" in prompts["*"]
    assert "board" not in prompts["*"]
    assert "board only" in prompts["gallery"]


def test_a_property_of_the_site_is_read_from_the_unsaved_form(
    client: Client, settings: Settings
) -> None:
    settings.WAGTAIL_LLM_ACTIONS = settings.WAGTAIL_LLM_ACTIONS | {
        "SOURCE_PROPERTIES": {"voyages.Voyage": ["distance", "broken"]}
    }

    assert prompt_of(client, "distance", miles="12.5") == "12.5 nautical miles"
    assert LLMRun.objects.get().read_fields == ["distance"]
    assert prompt_of(client, "broken") == ""
    assert LLMRun.objects.latest("queued_at").error_context["reason"] == "unreadable_source"


def test_labels_are_in_the_language_of_the_object(client: Client) -> None:
    german = Locale.objects.create(language_code="de")
    page = BlogPageFactory(show_in_menus=True, locale=german)
    llm_action = action_for(BlogPage, source="show_in_menus", destination="summary")

    click(client, llm_action, page_edit(page), show_in_menus="on")

    assert LLMRun.objects.get().prompt == "<input>Ja</input>"


def test_a_form_with_comments_is_read(client: Client, editor: User) -> None:
    comments = {"comments-TOTAL_FORMS": "0", "comments-INITIAL_FORMS": "0"}

    response = click(client, LLMActionFactory(), page_edit(BlogPageFactory()), **comments)

    assert response.status_code == 202
