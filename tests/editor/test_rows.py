"""Actions that write into one inline row: a saved one, or one that was added to the form."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from django.contrib.auth.models import Permission

from tests.editor.actions import action_for
from tests.editor.forms import click, offers, snippet_edit
from tests.voyages.models import Picture, Voyage
from wagtail_llm_actions import fields
from wagtail_llm_actions.admin.actions.field_choices import model_fields
from wagtail_llm_actions.models import LLMRun

if TYPE_CHECKING:
    from django.contrib.auth.models import User
    from django.test import Client

    from wagtail_llm_actions.models import LLMAction

pytestmark = pytest.mark.django_db

CAPTION = "gallery.caption"
ITEM = "llm-actions-item-id"
NO_LOG = {"log-count": "0"}
VISIT = "b5f9f3d4-5e0c-4a1e-9d53-8b2d1a6c7e10"


@pytest.fixture
def voyager(editor: User) -> User:
    codenames = ["change_voyage", "add_voyage"]
    editor.user_permissions.set(Permission.objects.filter(codename__in=codenames))
    return editor


@pytest.fixture
def voyage() -> Voyage:
    voyage: Voyage = Voyage.objects.create(name="North")
    voyage.gallery = [Picture(caption=name, sort_order=n) for n, name in enumerate("ABC")]
    voyage.save()
    return voyage


def caption_action(source: str = CAPTION, **values: Any) -> LLMAction:
    return action_for(Voyage, source=source, destination=CAPTION, **values)


def keys(voyage: Voyage) -> list[str]:
    return [str(picture.pk) for picture in voyage.gallery.all()]


def test_the_fields_of_rows_that_the_form_has_are_destinations() -> None:
    offered = dict(model_fields(Voyage).destinations)

    assert offered[CAPTION] == "Pictures > Caption"
    assert not {"gallery", "gallery.image", "gallery.sort_order"} & offered.keys()


def test_a_field_of_rows_is_offered_to_those_who_may_change_it(
    client: Client, voyager: User, voyage: Voyage
) -> None:
    caption_action()
    action_for(Voyage, source="name", destination="gallery.remark")
    action_for(Voyage, source="name", destination="secrets.text")

    assert set(offers(client, snippet_edit(voyage))["fields"]) == {CAPTION}

    voyager.user_permissions.add(Permission.objects.get(codename="clear_voyage"))

    found = set(offers(client, snippet_edit(voyage))["fields"])
    assert found == {CAPTION, "gallery.remark", "secrets.text"}


def test_a_click_in_a_row_reads_the_same_row_of_the_unsaved_form(
    client: Client, voyager: User, voyage: Voyage
) -> None:
    moved = NO_LOG | {
        "gallery-0-ORDER": "3",
        "gallery-1-caption": "B, retyped",
        ITEM: keys(voyage)[1],
    }

    response = click(client, caption_action(), snippet_edit(voyage), **moved)

    run = LLMRun.objects.get()
    assert response.json()["field_key"] == f"{CAPTION}#{run.item_id}"
    assert run.item_id == keys(voyage)[1]
    assert run.prompt == "<input>B, retyped</input>"
    assert run.read_fields == [CAPTION]


def test_a_row_that_was_just_added_is_written_whether_it_has_a_text_or_not(
    client: Client, voyager: User, voyage: Voyage
) -> None:
    new = NO_LOG | {"gallery-TOTAL_FORMS": "5", "gallery-3-id": "", "gallery-4-id": ""}
    new |= {"gallery-3-caption": "D", "gallery-3-ORDER": "4", "gallery-4-ORDER": "5"}
    url = snippet_edit(voyage)

    click(client, caption_action(), url, **new, **{ITEM: f"gallery-3.{VISIT}"})
    empty = caption_action("name", only_when_empty=True)
    click(client, empty, url, **new, **{ITEM: f"gallery-4.{VISIT}"})

    prompts = LLMRun.objects.order_by("queued_at").values_list("prompt", "error_code")
    assert list(prompts) == [("<input>D</input>", ""), ("<input>North</input>", "")]


def test_a_row_that_is_deleted_or_of_another_object_is_refused(
    client: Client, voyager: User, voyage: Voyage
) -> None:
    other: Voyage = Voyage.objects.create(name="South")
    other.gallery = [Picture(caption="Z")]
    other.save()
    deleted = NO_LOG | {"gallery-0-DELETE": "on"}

    for item_id in (keys(voyage)[0], keys(other)[0], "", "gallery-0", f"gallery-9.{VISIT}"):
        answer = click(client, caption_action(), snippet_edit(voyage), **deleted, **{ITEM: item_id})
        assert answer.status_code == 400, item_id
    assert not LLMRun.objects.exists()


def test_the_text_of_a_saved_row_is_found_again(voyage: Voyage) -> None:
    item = fields.Item(CAPTION, keys(voyage)[2])

    assert fields.read_item(voyage, item) == "C"
