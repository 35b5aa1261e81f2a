"""The form of a prompt template: variables, the check while one types, the preview."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from unittest.mock import patch

import pytest
from django.contrib.auth.models import Permission
from django.urls import reverse
from wagtail.models import Locale

from tests.admin.html import choices, page_at
from tests.factories import AdminFactory, BlogPageFactory, PromptTemplateFactory, UserFactory
from wagtail_llm_actions.prompts.variables import DESCRIPTIONS
from wagtail_llm_actions.runs.request.prompt import MATERIAL

if TYPE_CHECKING:
    from django.contrib.auth.models import User
    from django.test import Client
    from pytest_django import Settings

    from wagtail_llm_actions.models import PromptTemplate

pytestmark = pytest.mark.django_db

ADD = "wagtail_llm_actions_prompt_templates:add"


def edit_url(template: PromptTemplate) -> str:
    return reverse("wagtail_llm_actions_prompt_templates:edit", args=[template.pk])


def asked(client: Client, name: str, **values: object) -> Any:
    response = client.post(reverse(f"wagtail_llm_actions:{name}"), values)
    assert response.status_code == 200
    return response.json()


def test_every_variable_can_be_inserted(client: Client, admin: User) -> None:
    page = page_at(client, reverse(ADD))

    buttons = [
        button["data-llm-actions-variable"]
        for button in page.select("button[data-llm-actions-variable]")
    ]
    assert buttons == [*DESCRIPTIONS, "fields.…"]
    assert [value for value, _ in choices(page, "preview_model")] == ["", "scripted"]


def test_saving_keeps_nothing_of_the_preview(client: Client, admin: User) -> None:
    template = PromptTemplateFactory()
    data = {
        "name": "New",
        "description": "",
        "text": "Shorten: {{ input }}",
        "system_instructions": "",
        "preview_page": BlogPageFactory().pk,
        "preview_source": "intro",
        "preview_model": "scripted",
    }

    assert client.post(edit_url(template), data).status_code == 302

    template.refresh_from_db()
    assert (template.name, template.text) == ("New", "Shorten: {{ input }}")


@pytest.mark.parametrize("url", ["add", "edit", "copy"])
def test_it_is_there_on_every_form(client: Client, admin: User, url: str) -> None:
    args = [] if url == "add" else [PromptTemplateFactory().pk]

    page = page_at(client, reverse(f"wagtail_llm_actions_prompt_templates:{url}", args=args))

    assert page.select_one("[data-llm-actions-template][data-validate-url][data-preview-url]")
    assert page.select_one("[data-llm-actions-preview] [role=status]")


def test_a_check_names_the_line_of_each_field(client: Client, admin: User) -> None:
    found = asked(
        client,
        "validate_prompt_template",
        text="Fine.\n{{ titel }}",
        system_instructions="{% if %}",
    )

    assert found["errors"]["text"] == "Line 2: There is no variable “titel”."
    assert found["errors"]["system_instructions"].startswith("Line 1: ")
    assert asked(client, "validate_prompt_template", text="{{ input }}")["errors"] == {
        "system_instructions": "",
        "text": "",
    }


def test_the_preview_is_the_exact_text_of_a_run(client: Client, admin: User) -> None:
    Locale.objects.create(language_code="de")
    page = BlogPageFactory(title="Tides", intro="<p>Early.</p>", summary="Short.")

    found = asked(
        client,
        "preview_prompt_template",
        page=page.pk,
        text="{{ post_title }}: {{ input }}",
        system_instructions="Be brief.",
        source="intro",
    )

    assert found["text"] == "<post_title>Tides</post_title>: <input>Early.</input>"
    assert found["system_instructions"] == f"Be brief.\n\nAnswer in English.\n\n{MATERIAL}"
    assert found["length"].startswith("Approximately ")
    assert found["summary"] == "post_summary reads “Summary”."
    assert ["intro", "Introduction"] in found["sources"]
    assert (found["source"], found["cut"]) == ("intro", "")


def test_the_source_is_the_summary_unless_another_is_chosen(client: Client, admin: User) -> None:
    page = BlogPageFactory(summary="Short.")

    found = asked(
        client, "preview_prompt_template", page=page.pk, text="{{ input }}", source="gone"
    )

    assert (found["source"], found["text"]) == ("summary", "<input>Short.</input>")


def test_the_latest_draft_is_read(client: Client, admin: User) -> None:
    page = BlogPageFactory(summary="Live.")
    page.summary = "Draft."
    page.save_revision()

    assert asked(client, "preview_prompt_template", page=page.pk, text="{{ input }}")["text"] == (
        "<input>Draft.</input>"
    )


@pytest.mark.parametrize(
    ("text", "summary", "error"),
    [
        ("{{ titel }}", "Short.", "Line 1: There is no variable “titel”."),
        ("{{ fields.nothing }}", "Short.", "There is no variable “fields.nothing” here."),
        ("{{ input }}", "", "“Summary” is empty on this page."),
        ("", "Short.", "The prompt is empty."),
    ],
)
def test_what_could_not_run_says_so(
    client: Client, admin: User, text: str, summary: str, error: str
) -> None:
    page = BlogPageFactory(summary=summary)

    assert asked(client, "preview_prompt_template", page=page.pk, text=text)["error"] == error


def test_what_would_be_cut_is_said(client: Client, admin: User, settings: Settings) -> None:
    models = settings.WAGTAIL_LLM_ACTIONS["MODELS"]
    small = models["scripted"] | {"CONTEXT_TOKENS": 200}
    settings.WAGTAIL_LLM_ACTIONS = settings.WAGTAIL_LLM_ACTIONS | {"MODELS": {"scripted": small}}
    page = BlogPageFactory(intro=f"<p>{'harbour ' * 100}</p>")
    values = {"page": page.pk, "text": "{{ input }}", "source": "intro", "model": "scripted"}

    found = asked(client, "preview_prompt_template", **values)

    assert found["cut"].startswith("Scripted has no room for the last ")
    alone = "word " * 500
    assert asked(client, "preview_prompt_template", **values | {"text": alone})["error"] == (
        "The prompt is too long, even without its source."
    )


def test_a_page_that_may_not_be_edited_is_not_shown(client: Client) -> None:
    user = UserFactory()
    for codename in ("access_admin", "change_prompttemplate"):
        user.user_permissions.add(Permission.objects.get(codename=codename))
    client.force_login(user)
    page = BlogPageFactory(summary="For the board only.")

    response = client.post(
        reverse("wagtail_llm_actions:preview_prompt_template"),
        {"page": page.pk, "text": "{{ input }}"},
    )

    assert response.status_code == 403
    assert "board" not in response.content.decode()


@pytest.mark.parametrize("page", ["", "x", "-1", "999999", "9" * 5_000, "²"])
def test_a_page_that_is_made_up_is_not_found(client: Client, admin: User, page: str) -> None:
    response = client.post(reverse("wagtail_llm_actions:preview_prompt_template"), {"page": page})

    assert response.status_code == 404


@pytest.mark.parametrize(
    ("name", "limit"), [("preview_prompt_template", 30), ("validate_prompt_template", 120)]
)
def test_one_user_cannot_keep_the_site_busy_with_previews(
    client: Client, admin: User, name: str, limit: int
) -> None:
    url = reverse(f"wagtail_llm_actions:{name}")
    with patch(
        "django.utils.timezone.now", return_value=datetime(2026, 11, 1, 12, 0, 40, tzinfo=UTC)
    ):
        answers = [client.post(url, {"text": "{{ input }}"}) for _ in range(limit + 1)]
        client.force_login(AdminFactory())
        other = client.post(url, {"text": "{{ input }}"})

    assert [answer.status_code == 429 for answer in answers] == [False] * limit + [True]
    assert answers[-1]["Retry-After"] == "20"
    assert answers[-1].json()["error"]["message"] == (
        f"You have asked for this {limit} times in the last minute, which is the limit. "
        "Try again in 20 seconds."
    )
    assert other.status_code != 429
