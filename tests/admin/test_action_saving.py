"""Saving an action: what is kept, and what is refused."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from django.contrib.auth.models import Group
from django.contrib.contenttypes.models import ContentType
from django.urls import reverse
from wagtail.models import ModelLogEntry

from example_site.blog.models import Author, BlogPage
from tests.admin.action_forms import ADD, edit_url, type_of
from tests.admin.html import chosen, context_of, page_at
from tests.factories import LLMActionFactory, PromptTemplateFactory
from wagtail_llm_actions.models import LLMAction

if TYPE_CHECKING:
    from django.contrib.auth.models import User
    from django.test import Client
    from pytest_django import Settings

pytestmark = pytest.mark.django_db


def filled_in(**values: Any) -> dict[str, Any]:
    form = {
        "label": "Summary from introduction",
        "model_type": type_of(BlogPage),
        "destination": "summary",
        "source": "intro",
        "model": "scripted",
        "temperature": "0.3",
        "max_tokens": "200",
        "write_mode": "replace",
        "candidate_count": "1",
        "is_active": "on",
        "sort_order": "1",
    }
    if "prompt_template" not in values:
        form["prompt_template"] = str(PromptTemplateFactory().pk)
    return form | values


def errors(client: Client, url: str, form: dict[str, Any]) -> str:
    response = client.post(url, form)
    assert response.status_code == 200
    return str(context_of(response)["form"].errors.as_json())


def test_an_action_with_what_is_gone_can_be_saved(client: Client, admin: User) -> None:
    llm_action = LLMActionFactory(destination="standfirst", source="lead", model="gpt-2")
    form = filled_in(destination="standfirst", source="lead", model="gpt-2", label="New label")

    response = client.post(edit_url(llm_action), form)

    llm_action.refresh_from_db()
    assert response.status_code == 302
    assert (llm_action.label, llm_action.destination) == ("New label", "standfirst")


def test_a_field_of_another_type_cannot_be_kept(client: Client, admin: User) -> None:
    llm_action = LLMActionFactory()

    found = errors(client, edit_url(llm_action), filled_in(model_type=type_of(Author)))

    assert "summary is not one of the available choices" in found
    assert "intro is not one of the available choices" in found


def test_an_action_that_rewrites_blocks_has_to_read_them(client: Client, admin: User) -> None:
    found = errors(client, reverse(ADD), filled_in(destination="body:*"))
    assert "An action that rewrites the texts of blocks has to read them" in found

    for order, source in enumerate(("body", "body:paragraph")):
        form = filled_in(
            destination="body:*", source=source, label=source, sort_order=str(order + 1)
        )
        assert client.post(reverse(ADD), form).status_code == 302


def test_a_new_action_is_saved_with_a_revision_and_in_the_audit_log(
    client: Client, admin: User
) -> None:
    group = Group.objects.create(name="Sub-editors")
    template = PromptTemplateFactory()

    response = client.post(
        reverse(ADD),
        filled_in(prompt_template=str(template.pk), groups=[group.pk], description="Short."),
    )

    assert response.status_code == 302
    llm_action = LLMAction.objects.get()
    assert (llm_action.label, llm_action.description) == ("Summary from introduction", "Short.")
    assert llm_action.model_type == ContentType.objects.get_for_model(BlogPage)
    assert (llm_action.destination, llm_action.source) == ("summary", "intro")
    assert (llm_action.prompt_template, llm_action.model) == (template, "scripted")
    assert (llm_action.temperature, llm_action.max_tokens) == (0.3, 200)
    assert list(llm_action.groups.all()) == [group]
    assert (llm_action.is_active, llm_action.sort_order) == (True, 1)
    assert llm_action.revisions.count() == 1
    (entry,) = ModelLogEntry.objects.for_instance(llm_action)
    assert (entry.action, entry.user) == ("wagtail.create", admin)


def test_a_changed_action_keeps_its_revisions(client: Client, admin: User) -> None:
    llm_action = LLMActionFactory(label="Old")
    llm_action.save_revision()

    client.post(edit_url(llm_action), filled_in(label="New"))

    llm_action.refresh_from_db()
    assert llm_action.label == "New"
    assert [revision.as_object().label for revision in llm_action.revisions.order_by("pk")] == [
        "Old",
        "New",
    ]


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"temperature": "-0.1"}, "greater than or equal to 0.0"),
        ({"temperature": "2.1"}, "less than or equal to 2.0"),
        ({"temperature": "nan"}, "Enter a number."),
        ({"max_tokens": "0"}, "greater than or equal to 1"),
        ({"max_tokens": "4097"}, "less than or equal to 4096"),
        ({"label": ""}, "This field is required."),
        ({"model_type": ""}, "This field is required."),
        ({"model_type": "0"}, "That choice is not one of the available choices."),
        ({"destination": "owner"}, "owner is not one of the available choices"),
        ({"destination": "show_in_menus"}, "show_in_menus is not one of the available choices"),
        ({"source": "path"}, "path is not one of the available choices"),
        ({"model": "gpt-2"}, "gpt-2 is not one of the available choices"),
        ({"prompt_template": "0"}, "That choice is not one of the available choices."),
    ],
)
def test_what_the_guide_does_not_allow_is_not_saved(
    client: Client, admin: User, values: dict[str, str], message: str
) -> None:
    assert message in errors(client, reverse(ADD), filled_in(**values))
    assert not LLMAction.objects.exists()


@pytest.mark.parametrize(("temperature", "max_tokens"), [("0.0", "1"), ("2.0", "4096")])
def test_the_limits_of_the_guide_are_allowed(
    client: Client, admin: User, temperature: str, max_tokens: str
) -> None:
    client.post(reverse(ADD), filled_in(temperature=temperature, max_tokens=max_tokens))

    llm_action = LLMAction.objects.get()
    assert (llm_action.temperature, llm_action.max_tokens) == (
        float(temperature),
        int(max_tokens),
    )


def test_two_actions_of_a_field_have_different_labels(client: Client, admin: User) -> None:
    LLMActionFactory(label="Summary from introduction")

    found = errors(client, reverse(ADD), filled_in())

    assert "This field already has an action with this label." in found


def test_a_copy_begins_with_what_the_action_has(client: Client, admin: User) -> None:
    llm_action = LLMActionFactory(label="Old")
    url = reverse("wagtail_llm_actions_actions:copy", args=[llm_action.pk])

    page = page_at(client, url)
    form = page.select_one("form[data-edit-form]")
    assert form is not None
    assert chosen(page, "destination") == "summary"

    client.post(str(form["action"]), filled_in(label="Copy"))

    assert {found.label for found in LLMAction.objects.all()} == {"Old", "Copy"}


def orders() -> dict[str, int]:
    return dict(LLMAction.objects.values_list("label", "sort_order"))


def test_a_new_action_comes_behind_the_others_of_its_field(client: Client, admin: User) -> None:
    LLMActionFactory(label="First")
    LLMActionFactory(label="Elsewhere", destination="title", sort_order=5)
    form = filled_in(label="Second", sort_order="0")

    assert client.post(reverse(ADD), form).status_code == 302

    assert orders() == {"First": 0, "Elsewhere": 5, "Second": 1}


def test_two_actions_of_a_field_do_not_get_the_same_order(client: Client, admin: User) -> None:
    LLMActionFactory(label="First", sort_order=1)
    second = LLMActionFactory(label="Second", sort_order=2)
    told = "“First” of the same field has this order too. %d is free."

    assert (
        told % 3
        in json.loads(errors(client, reverse(ADD), filled_in()))["sort_order"][0]["message"]
    )
    found = errors(client, edit_url(second), filled_in(label="Second"))
    assert told % 2 in json.loads(found)["sort_order"][0]["message"]

    assert (
        client.post(edit_url(second), filled_in(label="Second", sort_order="0")).status_code == 302
    )
    assert orders() == {"First": 1, "Second": 0}


def test_an_action_stores_nothing_only_where_a_worker_would_find_the_texts(
    client: Client, admin: User, kept_queue: object, settings: Settings
) -> None:
    form = filled_in(retention_mode="nothing")

    found = errors(client, reverse(ADD), form)
    assert "a worker would not find them." in found
    settings.CACHES = {
        "default": {
            "BACKEND": "django.core.cache.backends.db.DatabaseCache",
            "LOCATION": "texts",
        }
    }
    assert client.post(reverse(ADD), form).status_code == 302
