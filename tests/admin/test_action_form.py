"""The form of an action: the guide's fields, and only what can be chosen."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from django.contrib.auth.models import Group
from django.contrib.contenttypes.models import ContentType
from django.urls import reverse
from wagtail.models import ModelLogEntry

from example_site.blog.models import Author, BlogPage
from tests.admin.html import choices, chosen, page_at, words
from tests.factories import LLMActionFactory, PromptTemplateFactory
from tests.notices.models import Notice
from wagtail_llm_actions.models import LLMAction

if TYPE_CHECKING:
    from bs4 import BeautifulSoup
    from django.contrib.auth.models import User
    from django.db.models import Model
    from django.test import Client
    from pytest_django import Settings

pytestmark = pytest.mark.django_db

ADD = "wagtail_llm_actions_actions:add"
EMPTY = ("", "- Select an option -")


def type_of(model: type[Model]) -> str:
    return str(ContentType.objects.get_for_model(model).pk)


def edit_url(llm_action: LLMAction) -> str:
    return reverse("wagtail_llm_actions_actions:edit", args=[llm_action.pk])


def filled_in(**values: Any) -> dict[str, Any]:
    form = {
        "label": "Summary from introduction",
        "model_type": type_of(BlogPage),
        "destination": "summary",
        "source": "intro",
        "model": "scripted",
        "temperature": "0.3",
        "max_tokens": "200",
        "is_active": "on",
        "sort_order": "1",
    }
    if "prompt_template" not in values:
        form["prompt_template"] = str(PromptTemplateFactory().pk)
    return form | values


def errors(client: Client, url: str, form: dict[str, Any]) -> str:
    response = client.post(url, form)
    assert response.status_code == 200
    return str(response.context["form"].errors.as_json())


def test_a_new_action_asks_for_what_the_guide_names(client: Client, admin: User) -> None:
    page = page_at(client, reverse(ADD))

    labels = [
        words(label).removesuffix(" *") for label in page.select("form[data-edit-form] label")
    ]
    assert labels == [
        "Label",
        "Description",
        "Page or snippet type",
        "Field name",
        "Source field",
        "Prompt template",
        "LLM model",
        "Temperature",
        "Max tokens",
        "Groups",
        "Active",
        "Order",
    ]


@pytest.mark.parametrize(
    ("name", "attributes"),
    [
        ("temperature", {"value": "0.7", "min": "0.0", "max": "2.0", "step": "0.1"}),
        ("max_tokens", {"value": "1000", "min": "1", "max": "4096", "step": "1"}),
        ("sort_order", {"value": "0"}),
    ],
)
def test_numbers_have_the_defaults_and_ranges_of_the_guide(
    client: Client, admin: User, name: str, attributes: dict[str, str]
) -> None:
    field = page_at(client, reverse(ADD)).select_one(f"input[name={name}]")

    assert field is not None
    assert {key: str(field[key]) for key in attributes} == attributes


def test_a_new_action_is_active_and_for_everybody(client: Client, admin: User) -> None:
    page = page_at(client, reverse(ADD))

    active = page.select_one("input[name=is_active]")
    assert active is not None
    assert active.has_attr("checked")
    assert chosen(page, "groups") == ""


def test_without_a_type_there_are_no_fields_to_choose(client: Client, admin: User) -> None:
    page = page_at(client, reverse(ADD))

    assert choices(page, "model_type") == [
        EMPTY,
        (type_of(Author), "Author (snippet)"),
        *[
            (str(content_type.pk), f"{label} (page)")
            for model, label in (
                ("blogindexpage", "Blog index page"),
                ("blogpage", "Blog page"),
                ("homepage", "Home page"),
            )
            for content_type in ContentType.objects.filter(app_label="blog", model=model)
        ],
        (type_of(Notice), "Notice (snippet)"),
    ]
    assert choices(page, "destination") == choices(page, "source") == [EMPTY]
    assert choices(page, "model") == [EMPTY, ("scripted", "Scripted")]
    assert choices(page, "prompt_template") == [EMPTY]


def test_the_fields_of_the_chosen_type_are_offered_by_their_labels(
    client: Client, admin: User
) -> None:
    page = page_at(client, edit_url(LLMActionFactory()))

    assert chosen(page, "destination") == "summary"
    assert chosen(page, "source") == "intro"
    assert choices(page, "destination") == [
        EMPTY,
        ("title", "Title"),
        ("subtitle", "Subtitle"),
        ("summary", "Summary"),
        ("seo_title", "Title tag"),
        ("search_description", "Meta description"),
    ]
    assert ("intro", "Introduction") in choices(page, "source")


def test_the_form_loads_what_changes_the_choices(client: Client, admin: User) -> None:
    page = page_at(client, reverse(ADD))

    select = page.select_one("select[name=model_type]")
    assert select is not None
    assert select["data-llm-actions-fields-url"] == reverse("wagtail_llm_actions:fields")
    assert [
        str(script["src"]).partition("?")[0] for script in page.select("script[type=module]")
    ] == ["/static/wagtail_llm_actions/js/action-form.js"]


def test_the_fields_of_a_type_are_told_to_the_form(client: Client, admin: User) -> None:
    answer = client.get(reverse("wagtail_llm_actions:fields"), {"model_type": type_of(Author)})

    fields = [["name", "Name"], ["role", "Role"], ["bio", "Bio"], ["tagline", "Tagline"]]
    assert answer.json() == {"destinations": fields, "sources": fields}


@pytest.mark.parametrize("model_type", ["", "0", "x", "9" * 40])
def test_a_type_that_is_none_has_no_fields(client: Client, admin: User, model_type: str) -> None:
    answer = client.get(reverse("wagtail_llm_actions:fields"), {"model_type": model_type})

    assert answer.json() == {"destinations": [], "sources": []}


def test_a_type_that_is_no_page_or_snippet_has_no_fields(client: Client, admin: User) -> None:
    answer = client.get(reverse("wagtail_llm_actions:fields"), {"model_type": type_of(Group)})

    assert answer.json() == {"destinations": [], "sources": []}


def marked(page: BeautifulSoup, name: str, value: str) -> bool:
    return chosen(page, name) == value and (value, f"{value} (missing)") in choices(page, name)


def test_what_is_gone_since_stays_chosen_and_is_marked(client: Client, admin: User) -> None:
    llm_action = LLMActionFactory(destination="standfirst", source="lead", model="gpt-2")

    page = page_at(client, edit_url(llm_action))

    assert marked(page, "destination", "standfirst")
    assert marked(page, "source", "lead")
    assert marked(page, "model", "gpt-2")


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
        ({"destination": "intro"}, "intro is not one of the available choices"),
        ({"destination": "slug"}, "slug is not one of the available choices"),
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


def test_models_are_those_of_the_settings(client: Client, admin: User, settings: Settings) -> None:
    settings.WAGTAIL_LLM_ACTIONS = {
        "MODELS": {
            "gpt": {"PROVIDER": "openai", "NAME": "gpt-5-mini", "LABEL": "GPT-5 mini"},
            "mistral": {"PROVIDER": "local", "NAME": "mistral"},
        }
    }

    page = page_at(client, reverse(ADD))

    assert choices(page, "model") == [EMPTY, ("gpt", "GPT-5 mini"), ("mistral", "mistral")]
