"""What the form hides from an editor comes back by no way: not in a prompt, an output or a list."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any

import pytest
from django.contrib.auth.models import Permission
from django.urls import reverse
from wagtail.admin.panels import FieldPanel, MultiFieldPanel

from example_site.blog.models import BlogPage
from tests.admin.test_playground import form as playground_form
from tests.editor.actions import action_for
from tests.editor.forms import click, offers, page_edit, post_of, snippet_edit
from tests.editor.requests import cancel, decide, poll
from tests.factories import (
    BlogPageFactory,
    DossierFactory,
    EditorFactory,
    LLMRunFactory,
    PromptTemplateFactory,
)
from tests.notices.models import HIDDEN_FIELDS, Dossier
from wagtail_llm_actions.admin.form_resolver import resolve_editor_form
from wagtail_llm_actions.bulk.edit_views import Hidden, split_hidden
from wagtail_llm_actions.bulk.start import build_chunks, new_key, objects_of, save_and_enqueue
from wagtail_llm_actions.models import LLMRun

if TYPE_CHECKING:
    from collections.abc import Iterator

    from django.contrib.auth.models import User
    from django.test import Client
    from pytest_django import Settings

pytestmark = pytest.mark.django_db


def clear(user: User) -> None:
    """Let the form of a dossier show the user everything that it shows to anybody."""
    user.user_permissions.add(Permission.objects.get(codename="clear_dossier"))


def fields_of(rf: Any, user: User, dossier: Dossier) -> Any:
    request = rf.get("/")
    request.user = user
    return resolve_editor_form(snippet_edit(dossier)).fields(request)


def test_the_fields_are_those_of_the_panels_that_are_rendered(rf: Any, editor: User) -> None:
    shown = fields_of(rf, editor, DossierFactory())

    assert shown.readable == {"headline", "text", "read_only", "disabled"}
    assert shown.writable == {"headline", "text"}


def test_those_who_may_see_more_have_more_fields(rf: Any) -> None:
    cleared = EditorFactory()
    clear(cleared)

    shown = fields_of(rf, cleared, DossierFactory())

    expected = {"headline", "text", *HIDDEN_FIELDS} - {"of_nobody"}
    assert shown.writable == expected
    assert shown.readable == expected | {"read_only", "disabled"}


def test_what_is_typed_opens_no_panel(client: Client, editor: User) -> None:
    llm_action = action_for(
        Dossier, "{{ fields.of_panel_of_the_site }}", source="text", destination="headline"
    )

    click(client, llm_action, snippet_edit(DossierFactory()), headline="Open")
    assert LLMRun.objects.get().prompt == ""

    click(client, llm_action, snippet_edit(DossierFactory(headline="Open")))
    assert "Content of_panel" in LLMRun.objects.latest("queued_at").prompt


def test_no_action_is_offered_on_a_hidden_field_or_from_one(client: Client, editor: User) -> None:
    url = snippet_edit(DossierFactory())
    for name in (*HIDDEN_FIELDS, "read_only", "disabled"):
        action_for(Dossier, source="text", destination=name)
    for name in HIDDEN_FIELDS:
        action_for(Dossier, source=name, destination="text")
    assert offers(client, url)["fields"] == {}

    clear(editor)

    found = offers(client, url)["fields"]
    assert found.keys() == {"text", *HIDDEN_FIELDS} - {"of_nobody"}
    assert len(found["text"]["actions"]) == len(HIDDEN_FIELDS) - 1


def test_no_run_reads_or_writes_a_hidden_field(client: Client, editor: User) -> None:
    url = snippet_edit(DossierFactory())
    data = post_of(client, url) | {"llm-actions-form-action": url}
    for name in HIDDEN_FIELDS:
        for source, destination in ((name, "text"), ("text", name)):
            llm_action = action_for(Dossier, source=source, destination=destination)
            ids = {"llm-actions-action": llm_action.pk, "llm-actions-request-id": uuid.uuid4()}
            response = client.post(reverse("wagtail_llm_actions:start_run"), data | ids)
            assert response.status_code == 403, (source, destination)

    assert not LLMRun.objects.exists()


def test_no_template_reads_a_hidden_field(client: Client, editor: User) -> None:
    url = snippet_edit(DossierFactory())
    data = post_of(client, url) | {"llm-actions-form-action": url}
    for name in HIDDEN_FIELDS:
        text = f"{{{{ input }}}} {{{{ fields.{name} }}}}"
        llm_action = action_for(Dossier, text, source="text", destination="headline")
        ids = {"llm-actions-action": llm_action.pk, "llm-actions-request-id": uuid.uuid4()}
        # What the browser sends of it counts as little.
        client.post(reverse("wagtail_llm_actions:start_run"), data | ids | {name: "Typed."})
        run = LLMRun.objects.latest("queued_at")
        assert (run.prompt, run.error_code) == ("", "invalid_input"), name


def test_the_summary_of_a_template_is_empty_where_its_field_is_hidden(
    client: Client, editor: User, settings: Settings
) -> None:
    url = snippet_edit(DossierFactory())
    llm_action = action_for(
        Dossier, "{{ input }}|{{ post_summary }}", source="text", destination="headline"
    )
    for name in HIDDEN_FIELDS:
        settings.WAGTAIL_LLM_ACTIONS = settings.WAGTAIL_LLM_ACTIONS | {
            "POST_SUMMARY_FIELDS": {"notices.Dossier": name}
        }
        click(client, llm_action, url)
        run = LLMRun.objects.latest("queued_at")
        assert run.prompt == "<input>The ferry leaves at seven.</input>|", name
        assert run.read_fields == ["text"]


def test_a_run_remembers_which_fields_its_prompt_was_made_from(
    client: Client, editor: User, settings: Settings
) -> None:
    clear(editor)
    settings.WAGTAIL_LLM_ACTIONS = settings.WAGTAIL_LLM_ACTIONS | {
        "POST_SUMMARY_FIELDS": {"notices.Dossier": "of_row"}
    }
    text = "{{ input }} {{ fields.of_tab }} {{ post_summary }}"

    click(
        client,
        action_for(Dossier, text, source="text", destination="headline"),
        snippet_edit(DossierFactory()),
    )

    assert LLMRun.objects.get().read_fields == ["of_row", "of_tab", "text"]


@pytest.fixture
def _summary_in_a_hidden_group(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    group = MultiFieldPanel([FieldPanel("summary")], permission="notices.clear_dossier")
    panels = [
        panel for panel in BlogPage.content_panels if getattr(panel, "field_name", "") != "summary"
    ]
    monkeypatch.setattr(BlogPage, "content_panels", [*panels, group])
    BlogPage.get_edit_handler.cache_clear()
    yield
    monkeypatch.undo()
    BlogPage.get_edit_handler.cache_clear()


@pytest.mark.usefixtures("_summary_in_a_hidden_group")
def test_a_preview_of_a_template_and_a_test_of_an_action_read_no_hidden_field(
    client: Client, editor: User
) -> None:
    names = ["change_prompttemplate", "change_llmaction"]
    editor.user_permissions.set(Permission.objects.filter(codename__in=names))
    page = BlogPageFactory(summary="Secret.")
    preview = reverse("wagtail_llm_actions:preview_prompt_template")
    test = reverse("wagtail_llm_actions:start_playground_run")
    with_field = {"page": page.pk, "source": "intro", "text": "{{ input }} {{ fields.summary }}"}

    of_field = client.post(preview, with_field)
    of_summary = client.post(preview, with_field | {"text": "{{ input }} {{ post_summary }}"})
    of_source = client.post(preview, with_field | {"source": "summary", "text": "{{ input }}"})

    assert of_field.json()["error"]
    assert "The tide" in of_summary.json()["text"]
    assert of_source.json()["source"] != "summary"
    assert not any(b"Secret." in each.content for each in (of_field, of_summary, of_source))

    values = playground_form(source="summary", destination="subtitle", test_input="")
    answer = client.post(test, values | {"test_page": page.pk})
    assert answer.json()["error"]["field_errors"].keys() == {"test_page"}
    for text in ("{{ input }} {{ fields.summary }}", "{{ input }} {{ post_summary }}"):
        template = PromptTemplateFactory(text=text)
        values = playground_form(source="intro", prompt_template=str(template.pk), test_input="")
        client.post(test, values | {"test_page": page.pk})
        assert "Secret." not in LLMRun.objects.latest("queued_at").prompt


def test_a_test_without_an_object_reads_no_default_of_a_hidden_field(
    client: Client, editor: User
) -> None:
    editor.user_permissions.set(Permission.objects.filter(codename="change_llmaction"))
    content_type = action_for(Dossier).model_type_id
    url = reverse("wagtail_llm_actions:start_playground_run")
    values = {"model_type": str(content_type), "destination": "headline", "source": "of_nobody"}
    template = PromptTemplateFactory(text="{{ input }} {{ fields.of_nobody }}")
    with_template = values | {"source": "text", "prompt_template": str(template.pk)}

    client.post(url, playground_form(**values, test_input=""))
    client.post(url, playground_form(**with_template, test_input="Typed."))

    assert not LLMRun.objects.exclude(prompt="").exists()


def start_bulk(text: str, **values: Any) -> list[LLMRun]:
    llm_action = action_for(Dossier, text, **values)
    (chunk,) = build_chunks(llm_action, objects_of(llm_action), key=new_key())
    save_and_enqueue(llm_action, chunk)
    return chunk.runs


def test_a_bulk_run_reads_only_what_everybody_sees() -> None:
    DossierFactory()

    for name in HIDDEN_FIELDS:
        text = f"{{{{ input }}}} {{{{ fields.{name} }}}}"
        (run,) = start_bulk(text, source="text", destination="headline")
        assert (run.prompt, run.error_code) == ("", "invalid_input"), name


def test_a_bulk_run_is_not_started_where_nobody_would_see_its_text() -> None:
    dossier = DossierFactory()

    for name in ("of_nobody", "read_only", "disabled"):
        llm_action = action_for(Dossier, source="text", destination=name)
        objects, hidden = split_hidden(llm_action, objects_of(llm_action))
        assert (list(objects), hidden) == ([], {Hidden.FORM: [dossier.pk]}), name


def lists(client: Client, url: str) -> str:
    """Return everything that the package tells on a form."""
    names = ("offers", "previous_texts", "side_panel")
    answers = [
        client.get(reverse(f"wagtail_llm_actions:{name}"), {"form_action": url}) for name in names
    ]
    return " ".join(answer.content.decode() for answer in answers)


@pytest.mark.parametrize("trigger", ["editor", "bulk"])
def test_no_list_holds_texts_of_a_run_that_read_a_hidden_field(
    client: Client, editor: User, trigger: str
) -> None:
    llm_action = action_for(Dossier, source="text", destination="headline")
    dossier = DossierFactory()
    url = snippet_edit(dossier)
    for name in HIDDEN_FIELDS:
        LLMRunFactory(
            action=llm_action,
            trigger=trigger,
            target_object_id=str(dossier.pk),
            read_fields=[name, "text"],
            prompt="A prompt from it.",
            succeeded=True,
            output="An output of it.",
            instruction="As it is.",
        )

    found = offers(client, url)
    assert (found["pending"], found["previous_counts"]) == ([], {})
    told = lists(client, url)
    assert not [text for text in ("A prompt", "An output", "As it is") if text in told]

    clear(editor)

    assert "An output of it." in lists(client, url)


def test_the_owner_of_a_run_loses_it_with_the_right_to_see_one_of_its_fields(
    client: Client, editor: User
) -> None:
    dossier = DossierFactory()
    for name in HIDDEN_FIELDS:
        values = {"action": action_for(Dossier, source="text", destination="headline")}
        kept = {"user": editor, "target_object_id": str(dossier.pk), "read_fields": [name]}
        done = LLMRunFactory(**values, **kept, succeeded=True, output="An output.")
        queued = LLMRunFactory(**values, **kept)

        answers = [
            poll(client, done),
            decide(client, done, decision="accept", text="An output."),
            cancel(client, queued),
        ]

        assert {answer.status_code for answer in answers} == {403}, name
        assert not any(b"output" in answer.content for answer in answers)
        done.refresh_from_db()
        queued.refresh_from_db()
        assert (done.decision, queued.status, queued.cancel_requested_at) == (
            "none",
            "queued",
            None,
        )


def test_a_repeated_request_tells_nothing_that_has_become_hidden(
    client: Client, editor: User
) -> None:
    clear(editor)
    dossier, other = DossierFactory(), DossierFactory()
    llm_action = action_for(
        Dossier, "{{ input }} {{ fields.of_row }}", source="text", destination="headline"
    )
    harmless = action_for(Dossier, source="text", destination="headline")
    request_id = {"llm-actions-request-id": uuid.uuid4()}

    def repeated(action: Any, on: Dossier) -> Any:
        url = snippet_edit(on)
        ids = {"llm-actions-action": action.pk, "llm-actions-form-action": url}
        data = post_of(client, url) | ids | request_id
        return client.post(reverse("wagtail_llm_actions:start_run"), data)

    assert repeated(llm_action, dossier).status_code == 202
    LLMRun.objects.update(status="succeeded", output="An output.")
    assert repeated(llm_action, dossier).json()["output"] == "An output."

    editor.user_permissions.clear()

    for action, on in ((llm_action, dossier), (harmless, dossier), (harmless, other)):
        answer = repeated(action, on)
        assert answer.status_code == 403
        assert b"An output" not in answer.content


@pytest.mark.usefixtures("_summary_in_a_hidden_group")
def test_a_page_is_no_different(client: Client, editor: User) -> None:
    page = BlogPageFactory(summary="Secret.")
    run = LLMRunFactory(page=page, user=editor, succeeded=True, action__destination="subtitle")
    LLMRun.objects.update(read_fields=["intro", "summary"])

    assert poll(client, run).status_code == 403
    assert "The tide" not in lists(client, page_edit(page))
