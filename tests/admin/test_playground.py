"""Test before saving: the form as it stands is run, and nothing else is written."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any

import pytest
from django.contrib.auth.models import Permission
from django.urls import reverse
from wagtail.models import ModelLogEntry, Revision

from example_site.blog.models import Author, BlogPage
from tests.admin.action_forms import ADD, edit_url, type_of
from tests.admin.html import page_at
from tests.factories import (
    AdminFactory,
    AuthorFactory,
    BlogPageFactory,
    LLMActionFactory,
    LLMRunFactory,
    PromptTemplateFactory,
    UserFactory,
)
from wagtail_llm_actions.models import LLMAction, LLMRun, PromptTemplate
from wagtail_llm_actions.runs.lifecycle.execute import execute

if TYPE_CHECKING:
    from django.contrib.auth.models import User
    from django.test import Client
    from pytest_django import DjangoCaptureOnCommitCallbacks, Settings

    from tests.kept_queue import KeptQueue

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("kept_queue")]

TESTS = "wagtail_llm_actions:start_playground_run"


def form(**values: Any) -> dict[str, Any]:
    """Return what the form of an action posts, with what a click on Test adds."""
    typed = {
        "model_type": type_of(BlogPage),
        "destination": "summary",
        "source": "intro",
        "model": "scripted",
        "temperature": "0.3",
        "max_tokens": "200",
        "test_input": "Early water.",
        "llm-actions-request-id": str(uuid.uuid4()),
    }
    if "prompt_template" not in values:
        typed["prompt_template"] = str(PromptTemplateFactory().pk)
    return typed | values


def press(client: Client, **values: Any) -> Any:
    return client.post(reverse(TESTS), form(**values))


def problems(response: Any) -> dict[str, str]:
    assert response.status_code == 400
    found: dict[str, str] = response.json()["error"]["field_errors"]
    return found


def rows() -> list[int]:
    models = (LLMAction, PromptTemplate, Revision, ModelLogEntry)
    return [model._default_manager.count() for model in models]


def test_an_unsaved_action_is_run_with_the_typed_input(
    client: Client,
    admin: User,
    kept_queue: type[KeptQueue],
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    template = PromptTemplateFactory()
    before = rows()

    with django_capture_on_commit_callbacks(execute=True):
        response = press(client, prompt_template=str(template.pk))

    run = LLMRun.objects.get()
    assert response.status_code == 202
    assert rows() == before
    assert [run_id for run_id, _ in kept_queue.waiting] == [run.pk]
    assert (run.action, run.action_label, run.trigger) == (None, "Test", "test")
    assert (run.temperature, run.max_tokens, run.model_key) == (0.3, 200, "scripted")
    assert run.prompt == "Summarise: <input>Early water.</input>"
    assert (run.target_object_id, run.target_label) == (None, "")


def test_a_saved_action_is_run_as_its_form_stands(client: Client, admin: User) -> None:
    llm_action = LLMActionFactory(label="Summary", temperature=0.9)

    press(client, **{"temperature": "0.1", "llm-actions-saved-action": str(llm_action.pk)})

    run = LLMRun.objects.get()
    llm_action.refresh_from_db()
    assert (run.action, run.action_label, run.temperature) == (llm_action, "Summary", 0.1)
    assert llm_action.temperature == 0.9


def test_the_output_is_told_with_what_it_took(client: Client, admin: User) -> None:
    state = press(client).json()
    execute(LLMRun.objects.get().pk)

    answer = client.get(state["poll_url"]).json()

    run = LLMRun.objects.get()
    assert answer["status"] == "succeeded"
    assert answer["output"] == run.output
    assert answer["finish_reason_label"] == "complete"
    assert (answer["input_tokens"], answer["output_tokens"]) == (
        run.input_tokens,
        run.output_tokens,
    )
    assert (answer["field_errors"], answer["warnings"]) == ({}, [])
    assert answer["history_url"] == reverse("wagtail_llm_actions:history_run", args=[run.pk])


def test_a_text_that_is_right_marks_no_field_of_the_form(client: Client, admin: User) -> None:
    state = press(client).json()
    LLMRun.objects.update(status="failed", error_code="nothing_to_change")

    answer = client.get(state["poll_url"]).json()

    assert answer["field_errors"] == {}
    (warning,) = answer["warnings"]
    assert warning.startswith("The model said that the text is right as it stands")


@pytest.mark.parametrize("right", ["", "view_costs"])
def test_a_result_has_costs_for_those_who_may_see_them(client: Client, right: str) -> None:
    user = UserFactory()
    rights = ["access_admin", "add_llmaction", right]
    user.user_permissions.set(Permission.objects.filter(codename__in=rights))
    client.force_login(user)

    assert ('data-part="cost"' in client.get(reverse(ADD)).text) == bool(right)


def test_a_page_fills_the_source_and_all_other_variables(client: Client, admin: User) -> None:
    page = BlogPageFactory(title="Tides", summary="Boats wait.")
    template = PromptTemplateFactory(text="{{ post_title }}, {{ post_summary }}: {{ input }}")
    values = {"prompt_template": str(template.pk), "test_page": str(page.pk)}

    press(client, **values, test_input="")
    press(client, **values, test_input="Typed.")

    typed, read = LLMRun.objects.all()
    others = "<post_title>Tides</post_title>, <post_summary>Boats wait.</post_summary>: "
    assert read.prompt.startswith(f"{others}<input>The tide came in")
    assert typed.prompt == f"{others}<input>Typed.</input>"
    assert read.target == page


def test_what_is_missing_in_the_form_is_said_at_its_fields(client: Client, admin: User) -> None:
    found = problems(press(client, prompt_template="", model="", max_tokens="5000"))

    assert set(found) == {"prompt_template", "model", "max_tokens"}
    assert "4096" in found["max_tokens"]
    assert not LLMRun.objects.exists()


@pytest.mark.parametrize(
    ("values", "field", "words"),
    [
        ({"test_input": ""}, "test_input", "Type a test input, or choose a page."),
        ({"template": "{{ nothing }}"}, "prompt_template", "Line 1"),
    ],
)
def test_what_cannot_run_is_said_at_its_field_and_recorded(
    client: Client, admin: User, values: dict[str, str], field: str, words: str
) -> None:
    if text := values.pop("template", ""):
        values = values | {"prompt_template": str(PromptTemplateFactory(text=text).pk)}

    state = press(client, **values).json()

    assert state["status"] == "failed"
    assert words in state["field_errors"][field]
    assert LLMRun.objects.get().error_code == "invalid_input"


def test_a_missing_key_is_said_at_the_model(
    client: Client, admin: User, settings: Settings
) -> None:
    settings.WAGTAIL_LLM_ACTIONS = {
        "PROVIDERS": {"vendor": {"BACKEND": "wagtail_llm_actions.providers.openai.OpenAIProvider"}},
        "MODELS": {"scripted": {"PROVIDER": "vendor", "NAME": "owl"}},
    }
    state = press(client).json()
    execute(LLMRun.objects.get().pk)

    found = client.get(state["poll_url"]).json()["field_errors"]

    assert "API_KEY of the provider “vendor”" in found["model"]


def test_an_empty_source_of_a_page_is_named(client: Client, admin: User) -> None:
    page = BlogPageFactory(intro="")

    state = press(client, test_input="", test_page=str(page.pk)).json()

    assert state["field_errors"] == {
        "test_input": "“Introduction” is empty on this page. Type a test input."
    }


def test_a_page_of_another_type_is_refused(client: Client, admin: User) -> None:
    page = BlogPageFactory().get_parent()

    found = problems(press(client, test_page=str(page.pk)))

    assert found == {"test_page": "Choose a page of the type “Blog page”."}


def test_a_page_that_one_may_not_edit_is_refused(client: Client) -> None:
    user = UserFactory()
    for codename in ("access_admin", "add_llmaction"):
        user.user_permissions.add(Permission.objects.get(codename=codename))
    client.force_login(user)

    found = problems(press(client, test_page=str(BlogPageFactory().pk)))

    assert found == {"test_page": "You are not allowed to edit this page."}
    assert not LLMRun.objects.exists()


def test_a_text_too_long_for_its_field_is_said(client: Client, admin: User) -> None:
    run = LLMRunFactory(
        trigger="test", status="succeeded", output="x" * 400, finish_reason="length", user=admin
    )

    url = reverse("wagtail_llm_actions:poll_playground_run", args=[run.pk])
    warnings = client.get(url).json()["warnings"]

    limit = BlogPage._meta.get_field("summary").max_length
    assert warnings == [
        "The text was cut off at the limit of 1000 tokens.",
        f"Too long: 400 characters, “Summary” takes {limit}.",
    ]


def test_a_snippet_is_tested_with_a_typed_input(client: Client, admin: User) -> None:
    values = {"model_type": type_of(Author), "destination": "tagline", "source": "bio"}

    assert press(client, **values).status_code == 202


def test_a_snippet_fills_the_source_and_all_other_variables(client: Client, admin: User) -> None:
    author = AuthorFactory(name="Ines", bio="She writes about the tide.", role="Editor")
    template = PromptTemplateFactory(text="{{ input }} {{ post_title }} {{ fields.role }}")
    values = {"model_type": type_of(Author), "destination": "tagline", "source": "bio"}
    values |= {"prompt_template": str(template.pk), "test_snippet": str(author.pk)}

    assert press(client, test_input="", **values).status_code == 202

    prompt = LLMRun.objects.get().prompt
    assert "She writes about the tide." in prompt
    assert "Ines" in prompt
    assert "Editor" in prompt


def test_an_empty_source_of_a_snippet_is_named(client: Client, admin: User) -> None:
    values = {"model_type": type_of(Author), "destination": "tagline", "source": "bio"}
    author = AuthorFactory(bio="")

    state = press(client, test_input="", test_snippet=str(author.pk), **values).json()

    message = "“Bio” is empty on this snippet. Type a test input."
    assert list(state["field_errors"].values()) == [message]


def test_a_snippet_that_one_may_not_edit_is_refused(client: Client) -> None:
    user = UserFactory()
    names = ["access_admin", "add_llmaction"]
    user.user_permissions.set(Permission.objects.filter(codename__in=names))
    client.force_login(user)
    values = {"model_type": type_of(Author), "destination": "tagline", "source": "bio"}

    found = problems(press(client, test_snippet=str(AuthorFactory().pk), **values))

    assert found == {"test_snippet": "You are not allowed to edit this snippet."}


def test_a_double_click_is_one_test(client: Client, admin: User) -> None:
    values = form()

    ids = {client.post(reverse(TESTS), values).json()["id"] for _ in range(2)}

    assert len(ids) == 1


def test_a_test_of_somebody_else_is_not_told(client: Client, admin: User) -> None:
    run = LLMRunFactory(trigger="test", user=AdminFactory(), succeeded=True)

    response = client.get(reverse("wagtail_llm_actions:poll_playground_run", args=[run.pk]))

    assert response.status_code == 403


def test_the_form_has_a_test_area_and_offers_no_template_to_save(
    client: Client, admin: User
) -> None:
    llm_action = LLMActionFactory()

    new, saved = (page_at(client, url) for url in (reverse(ADD), edit_url(llm_action)))

    panels = [page.select_one("#llm-actions-playground") for page in (new, saved)]
    assert [panel and panel["data-saved-action"] for panel in panels] == ["", str(llm_action.pk)]
    assert all(panel and panel["data-runs-url"] == reverse(TESTS) for panel in panels)
