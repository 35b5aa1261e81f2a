"""Actions that write into one block of a StreamField: offered, read and refused as for whole fields."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.contrib.auth.models import Permission

from example_site.blog.models import BlogPage
from tests.editor.actions import action_for
from tests.editor.forms import click, offers, page_edit, snippet_edit
from tests.factories import BlogPageFactory, LLMRunFactory
from tests.voyages.models import Voyage
from wagtail_llm_actions.models import LLMRun

if TYPE_CHECKING:
    from django.contrib.auth.models import User
    from django.test import Client

pytestmark = pytest.mark.django_db

AUTHOR = "body:quote.author"
CLICK_ITEM = "llm-actions-item-id"


def blocks(prefix: str, *rows: tuple[str, str, dict[str, str]]) -> dict[str, str]:
    """Return what a form sends of a stream: of each block its type, its id, and its inputs."""
    data = {f"{prefix}-count": str(len(rows))}
    for number, (kind, item_id, values) in enumerate(rows):
        row = f"{prefix}-{number}"
        data |= {f"{row}-{name}": "" for name in ("deleted", "type")}
        data |= {f"{row}-type": kind, f"{row}-id": item_id, f"{row}-order": str(number)}
        data |= {f"{row}-value{name}": value for name, value in values.items()}
    return data


def quotes(*rows: tuple[str, str, str]) -> dict[str, str]:
    """Return what the form of a post sends of quotes: the id, the text and the author of each."""
    return blocks(
        "body", *(("quote", key, {"-text": text, "-author": author}) for key, text, author in rows)
    )


TWO_QUOTES = quotes(("q-1", "Ahoy.", ""), ("q-2", "Land!", "The cook"))


def test_a_field_of_a_block_is_offered_by_its_path(client: Client, editor: User) -> None:
    action_for(BlogPage, source="body:quote.text", destination=AUTHOR)

    offered = offers(client, page_edit(BlogPageFactory()))["fields"]

    assert offered[AUTHOR]["label"] == "Body > Quote > Author"
    assert offered[AUTHOR]["writer"].partition("?")[0].endswith("/fields/text.js")


def test_a_click_in_a_block_reads_the_same_block_of_the_unsaved_form(
    client: Client, editor: User
) -> None:
    llm_action = action_for(BlogPage, source="body:quote.text", destination=AUTHOR)
    url = page_edit(BlogPageFactory())

    response = click(client, llm_action, url, **TWO_QUOTES, **{CLICK_ITEM: "q-2"})

    assert response.json()["field_key"] == f"{AUTHOR}#q-2"
    run = LLMRun.objects.get()
    assert (run.field_path, run.item_id, run.prompt) == (AUTHOR, "q-2", "<input>Land!</input>")
    assert run.read_fields == ["body"]


def test_a_field_outside_the_stream_can_be_the_source_of_a_block(
    client: Client, editor: User
) -> None:
    llm_action = action_for(BlogPage, source="intro", destination=AUTHOR)

    click(client, llm_action, page_edit(BlogPageFactory()), **TWO_QUOTES, **{CLICK_ITEM: "q-1"})

    assert "The tide came in" in LLMRun.objects.get().prompt


def test_a_block_that_has_a_text_is_left_alone_by_an_action_for_empty_ones(
    client: Client, editor: User
) -> None:
    llm_action = action_for(
        BlogPage, source="body:quote.text", destination=AUTHOR, only_when_empty=True
    )
    url = page_edit(BlogPageFactory())

    empty = click(client, llm_action, url, **TWO_QUOTES, **{CLICK_ITEM: "q-1"}).json()
    filled = click(client, llm_action, url, **TWO_QUOTES, **{CLICK_ITEM: "q-2"}).json()

    assert (empty["status"], filled["status"]) == ("queued", "failed")


@pytest.mark.parametrize("item_id", ["", "q-3", "q-1\n", "x" * 300])
def test_a_click_names_a_block_that_the_form_has(
    client: Client, editor: User, item_id: str
) -> None:
    llm_action = action_for(BlogPage, source="intro", destination=AUTHOR)

    response = click(
        client, llm_action, page_edit(BlogPageFactory()), **TWO_QUOTES, **{CLICK_ITEM: item_id}
    )

    assert response.status_code == 400
    assert not LLMRun.objects.exists()


def test_a_field_of_the_form_itself_has_no_item(client: Client, editor: User) -> None:
    llm_action = action_for(BlogPage, source="intro", destination="summary")

    response = click(client, llm_action, page_edit(BlogPageFactory()), **{CLICK_ITEM: "q-1"})

    assert response.status_code == 400


def test_each_block_has_its_own_proposal_and_its_own_previous_texts(
    client: Client, editor: User
) -> None:
    llm_action = action_for(BlogPage, source="intro", destination=AUTHOR)
    page = BlogPageFactory()
    for item_id, decision in (("q-1", "none"), ("q-2", "none"), ("q-2", "dismissed")):
        LLMRunFactory(
            action=llm_action,
            page=page,
            user=editor,
            succeeded=True,
            item_id=item_id,
            decision=decision,
        )
    LLMRun.objects.filter(decision="dismissed").update(queued_at="2026-01-01T00:00Z")

    found = offers(client, page_edit(page))

    keys = {f"{AUTHOR}#q-1", f"{AUTHOR}#q-2"}
    assert {run["field_key"] for run in found["pending"]} == keys
    assert found["previous_counts"] == {f"{AUTHOR}#q-2": 1}


def test_a_stream_that_the_form_hides_from_an_editor_is_not_written(
    client: Client, editor: User
) -> None:
    llm_action = action_for(Voyage, source="name", destination="secret_log:quote.author")
    url = snippet_edit(Voyage.objects.create(name="North"))
    typed = blocks("secret_log", ("quote", "q-1", {"-quote": "Ahoy.", "-author": ""}))
    typed |= {"log-count": "0", CLICK_ITEM: "q-1"}

    for codename, offered, status in (
        ("change_voyage", set(), 403),
        ("clear_voyage", {llm_action.destination}, 202),
    ):
        editor.user_permissions.add(Permission.objects.get(codename=codename))
        assert offers(client, url)["fields"].keys() == offered
        assert click(client, llm_action, url, **typed).status_code == status
