"""Warnings, not errors, for what looks wrong in an action."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from django import forms
from django.contrib.messages import get_messages
from django.db import models
from django.urls import reverse

from example_site.blog.models import Author
from tests.admin.action_forms import ADD, edit_url
from tests.admin.test_action_saving import filled_in
from tests.editor.actions import action_for
from tests.factories import BlogPageFactory, LLMActionFactory, PromptTemplateFactory
from wagtail_llm_actions.configuration.warnings import configuration_warnings, holds_markup
from wagtail_llm_actions.models import LLMAction

if TYPE_CHECKING:
    from django.contrib.auth.models import User
    from django.test import Client
    from pytest_django import Settings

pytestmark = pytest.mark.django_db


def warnings(response: Any) -> list[str]:
    found = get_messages(response.wsgi_request)
    return [str(message) for message in found if message.level_tag == "warning"]


def test_a_source_that_is_mostly_empty_is_said_after_saving(client: Client, admin: User) -> None:
    BlogPageFactory.create_batch(2, intro="")
    BlogPageFactory()

    response = client.post(reverse(ADD), filled_in())

    assert response.status_code == 302
    assert LLMAction.objects.exists()
    assert warnings(response) == ["“Introduction” is empty on 2 of the newest 3 blog pages."]


def test_an_action_without_warnings_is_saved_in_silence(client: Client, admin: User) -> None:
    BlogPageFactory()
    llm_action = LLMActionFactory()

    response = client.post(edit_url(llm_action), filled_in())

    assert response.status_code == 302
    assert warnings(response) == []


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        (
            {"max_tokens": 10},
            "10 max tokens are about 40 characters, which is little for “Summary”.",
        ),
        ({"model": "gpt-2"}, "The model “gpt-2” is not configured."),
        ({"fallback_model": "gpt-2"}, "The model “gpt-2” is not configured."),
        (
            {"prompt_template__text": "Write a poem."},
            "The prompt template never uses {{ input }}, so the source field is not sent.",
        ),
        ({"prompt_template__text": "{{ input"}, "The prompt template has an error."),
        ({"source": "lead"}, "“Blog page” has no field “lead” to read."),
        ({"destination": "lead"}, "“Blog page” has no field “lead” to write to."),
        ({"destination": "tagged_items"}, "“Blog page” has no field “tagged_items” to write to."),
        (
            {"prompt_template__text": "{{ input }} {{ fields.lead }}"},
            "“Blog page” has nothing for {{ fields.lead }}, which the prompt template uses.",
        ),
        (
            {"prompt_template__system_instructions": "About {{ fields.labels }}."},
            "“Blog page” has nothing for {{ fields.labels }}, which the prompt template uses.",
        ),
    ],
)
def test_what_looks_wrong_is_put_into_words(values: dict[str, Any], sentence: str) -> None:
    assert configuration_warnings(LLMActionFactory(**values)) == [sentence]


def test_a_retired_model_is_named(settings: Settings) -> None:
    provider = {"BACKEND": "wagtail_llm_actions.providers.openai.OpenAIProvider"}
    settings.WAGTAIL_LLM_ACTIONS = {"PROVIDERS": {"openai": provider | {"API_KEY": "sk-none"}}}

    (sentence,) = configuration_warnings(LLMActionFactory(model="gpt-4"))

    assert sentence.endswith("was shut down by its vendor; another model answers in its place.")


def test_a_type_without_a_summary_lacks_that_variable() -> None:
    llm_action = action_for(Author, destination="tagline", source="bio")
    llm_action.prompt_template.text = "{{ input }} {{ post_summary }} {{ fields.role }}"

    assert configuration_warnings(llm_action) == [
        "“Author” has nothing for {{ post_summary }}, which the prompt template uses."
    ]


def test_the_instructions_of_a_template_count_too() -> None:
    template = PromptTemplateFactory(text="Do it.", system_instructions="{{ input }}")

    assert configuration_warnings(LLMActionFactory(prompt_template=template)) == []


class MarkdownField(models.TextField):
    """As packages for Markdown have one."""


class TinyMCE(forms.Textarea):
    """As editors for HTML have one."""


class StoryField(models.TextField):
    """Says by its widget only what it holds."""

    def formfield(self, **kwargs: Any) -> Any:
        return super().formfield(**kwargs | {"widget": TinyMCE})


@pytest.mark.parametrize(
    ("field", "holds"),
    [
        (MarkdownField(name="text"), True),
        (StoryField(name="text"), True),
        (models.TextField(name="footer_html"), True),
        (models.TextField(name="body_md"), True),
        (models.TextField(name="summary"), False),
        (models.CharField(name="mdash", max_length=9), False),
    ],
    ids=["class", "widget", "name", "short name", "plain", "other name"],
)
def test_a_destination_that_is_shown_as_markup_is_known_by_its_names(
    field: models.Field[Any, Any], holds: bool
) -> None:
    assert holds_markup(field) is holds


def test_a_warning_says_that_a_destination_may_be_shown_as_markup(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    llm_action = LLMActionFactory()
    field = llm_action.model_type.model_class()._meta.get_field(llm_action.destination)
    # The kind of field that this site lacks.
    monkeypatch.setattr(field, "__class__", type("HTMLField", (type(field),), {}))

    (sentence,) = configuration_warnings(llm_action)

    assert "seems to be shown as HTML or Markdown." in sentence
