"""The value of a rich text field for a text that an editor accepts."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from django.contrib.auth.models import Permission
from django.contrib.contenttypes.models import ContentType
from django.urls import reverse

from tests.editor.forms import page_edit, snippet_edit
from tests.editor.test_json_types import is_object
from tests.factories import BlogPageFactory, EditorFactory, LLMRunFactory
from tests.voyages.models import Voyage
from wagtail_llm_actions.fields.stream.marks import digest_of

if TYPE_CHECKING:
    from django.contrib.auth.models import User
    from django.test import Client

    from wagtail_llm_actions.models import LLMRun

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("kept_queue")]


def proposed(user: User, **values: Any) -> LLMRun:
    run: LLMRun = LLMRunFactory(
        **{"page": BlogPageFactory(), "user": user, "field_path": "intro", "succeeded": True}
        | values
    )
    return run


def convert(client: Client, run: LLMRun, text: str, **data: str) -> Any:
    assert run.target
    address = {"llm-actions-form-action": page_edit(run.target)}
    url = reverse("wagtail_llm_actions:form_value", args=[run.pk])
    return client.post(url, {"text": text, **address, **data})


def texts(answer: Any) -> list[str]:
    return [block["text"] for block in json.loads(answer.json()["value"])["blocks"]]


def test_an_editor_gets_what_the_features_of_the_field_allow(client: Client, editor: User) -> None:
    run = proposed(editor)

    answer = convert(client, run, "## Tide\n\nIt **came** [early](https://a.example/).")

    assert is_object(answer.json(), "FormValue")
    assert answer.json()["html"] == (
        '<p>Tide</p><p>It <b>came</b> <a href="https://a.example/">early</a>.</p>'
    )
    assert texts(answer) == ["Tide", "It came early."]


def test_only_references_that_the_prompt_had_come_back(client: Client, editor: User) -> None:
    page, other = BlogPageFactory.create_batch(2)
    run = proposed(editor, prompt=f"Rewrite: See [the tide](page:{page.pk}).")

    answer = convert(client, run, f"[Tide](page:{page.pk}) [other](page:{other.pk})")

    assert answer.json()["html"] == (f'<p><a linktype="page" id="{page.pk}">Tide</a> other</p>')


def test_text_is_added_to_what_the_form_holds(client: Client, editor: User) -> None:
    run = proposed(editor, write_mode="append")
    value = {"blocks": [{"key": "abcde", "type": "unstyled", "text": "One"}], "entityMap": {}}

    answer = convert(client, run, "Two", value=json.dumps(value))

    assert texts(answer) == ["One", "Two"]
    assert json.loads(answer.json()["value"])["blocks"][0]["key"] == "abcde"


def test_a_text_that_cannot_be_converted_is_refused_with_a_sentence(
    client: Client, editor: User
) -> None:
    answer = convert(client, proposed(editor), "> " * 300 + "x")

    assert answer.status_code == 422
    assert "too much markup" in answer.json()["error"]["message"]


def test_a_text_that_is_no_value_is_refused_with_what_does_not_fit(
    client: Client, editor: User
) -> None:
    run = proposed(editor, field_path="date")

    refused = convert(client, run, "The day after.")
    taken = convert(client, run, "27 November 2026")

    assert refused.status_code == 422
    assert refused.json()["error"]["message"] == "Enter a valid date."
    assert taken.json() == {"value": '["2026-11-27"]', "html": "2026-11-27"}


def test_a_broken_value_is_a_bad_request(client: Client, editor: User) -> None:
    assert convert(client, proposed(editor), "One", value="{").status_code == 400
    tags = proposed(editor, field_path="tags", write_mode="append")
    assert convert(client, tags, "fog", value="{").status_code == 400
    assert convert(client, tags, "fog", value="5").status_code == 422


def test_who_may_not_edit_the_page_gets_no_value(client: Client, editor: User) -> None:
    run = proposed(EditorFactory())
    editor.groups.clear()

    assert convert(client, run, "One").status_code in {302, 403}


def test_a_run_tells_where_its_value_is_made(client: Client, editor: User) -> None:
    rich, plain = proposed(editor), proposed(editor, field_path="summary")

    def polled(run: LLMRun) -> Any:
        return client.get(reverse("wagtail_llm_actions:poll_run", args=[run.pk])).json()

    assert polled(rich)["value_url"] == reverse("wagtail_llm_actions:form_value", args=[rich.pk])
    assert polled(plain)["value_url"] == ""


def new_blocks(answer: Any) -> list[tuple[str, Any]]:
    inserted = json.loads(answer.json()["value"])["insert"]
    return [(block["type"], block["value"]) for block in inserted]


@pytest.mark.parametrize(("mode", "at_start"), [("replace", False), ("prepend", True)])
def test_new_blocks_say_where_they_go(
    client: Client, editor: User, mode: str, at_start: bool
) -> None:
    run = proposed(editor, field_path="body", write_mode=mode)

    answer = convert(client, run, "## Low tide\n\nNobody came.", value='{"types": ["quote"]}')

    assert is_object(answer.json(), "FormValue")
    assert json.loads(answer.json()["value"])["at_start"] is at_start
    (heading, title), (paragraph, value) = new_blocks(answer)
    assert (heading, title, paragraph) == ("heading", "Low tide", "paragraph")
    assert [block["text"] for block in json.loads(value)["blocks"]] == ["Nobody came."]
    assert answer.json()["html"] == "<h2>Low tide</h2><p>Nobody came.</p>"


def test_rich_text_in_new_blocks_keeps_the_references_that_the_prompt_had(
    client: Client, editor: User
) -> None:
    page, other = BlogPageFactory.create_batch(2)
    run = proposed(editor, field_path="body", prompt=f"See [the tide](page:{page.pk}).")

    answer = convert(client, run, f"[Tide](page:{page.pk}) [other](page:{other.pk})")

    ((_name, value),) = new_blocks(answer)
    (link,) = json.loads(value)["entityMap"].values()
    assert (link["type"], link["data"]["id"]) == ("LINK", page.pk)
    assert answer.json()["html"] == f'<p><a linktype="page" id="{page.pk}">Tide</a> other</p>'


def test_who_may_not_change_a_stream_gets_no_blocks_for_it(client: Client, editor: User) -> None:
    voyage: Voyage = Voyage.objects.create(name="North")
    editor.user_permissions.set(
        Permission.objects.filter(codename__in=["change_voyage", "add_voyage"])
    )
    content_type = ContentType.objects.get_for_model(Voyage)
    answers = {}
    for path in ("log", "secret_log", "secret_log:quote.quote"):
        run = LLMRunFactory(
            user=editor,
            succeeded=True,
            field_path=path,
            source_path="name",
            target_content_type=content_type,
            target_object_id=str(voyage.pk),
        )
        url = reverse("wagtail_llm_actions:form_value", args=[run.pk])
        data = {"text": "Fog.", "llm-actions-form-action": snippet_edit(voyage)}
        answers[path] = client.post(url, data).status_code

    assert answers["log"] == 200
    assert answers["secret_log"] in {302, 403}
    assert answers["secret_log:quote.quote"] in {302, 403}


@pytest.mark.parametrize("value", ["{", "5", "[]", '{"types": 5}', '{"types": null}'])
def test_what_a_browser_says_of_a_stream_need_not_make_sense(
    client: Client, editor: User, value: str
) -> None:
    answer = convert(client, proposed(editor, field_path="body"), "Fog.", value=value)

    assert answer.status_code in {200, 400}


def test_the_changes_of_blocks_come_with_what_tells_them_apart(
    client: Client, editor: User
) -> None:
    run = proposed(editor, field_path="body:*")
    key = digest_of(["heading"], "h")[:6]
    held = json.dumps({"texts": [{"names": ["heading"], "id": "h", "value": "High tide"}]})

    answer = convert(client, run, f"[[heading {key}]]\nLow tide", value=held)

    assert answer.json()["html"] == "<h4>Heading</h4><p>Low tide</p>"
    (change,) = json.loads(answer.json()["value"])
    assert change == {"names": ["heading"], "id": "h", "label": "Heading", "value": "Low tide"}
    gone = convert(client, run, f"[[heading {key}]]\nLow tide", value="[]")
    assert gone.status_code == 422
    assert "This text is not there any more." in gone.json()["error"]["message"]
    assert convert(client, run, "Low tide", value="{").status_code == 400
