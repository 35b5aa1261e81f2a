"""The form of an action: the guide's fields, and only what can be chosen."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.contrib.auth.models import Group
from django.contrib.contenttypes.models import ContentType
from django.urls import reverse
from wagtail.documents import get_document_model
from wagtail.images import get_image_model

from example_site.blog.models import Author
from tests.admin.action_forms import ADD, edit_url, type_of
from tests.admin.html import choices, chosen, page_at, words
from tests.factories import AuthorFactory, LLMActionFactory
from tests.notices.models import Berth, Dossier, Harbour, Notice, Rating
from tests.oddities.models import Radio, Timetable, Trawler, Tug
from tests.ports.models import Almanac, Buoy, Enquiry, Ferry, PortSettings
from tests.voyages.models import Charter, Voyage
from wagtail_llm_actions.scripts import script_path

if TYPE_CHECKING:
    from bs4 import BeautifulSoup
    from django.contrib.auth.models import User
    from django.test import Client
    from pytest_django import Settings

pytestmark = pytest.mark.django_db

NOTHING = {"destinations": [], "sources": [], "images": [], "problem": "", "snippets": []}

EMPTY = ("", "- Select an option -")


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
        "Fallback model",
        "Cheaper model",
        "Temperature",
        "Max tokens",
        "Write mode",
        "Number of candidates",
        "Only when empty",
        "Check facts",
        "Language",
        "Required words",
        "Forbidden words",
        "Minimum length",
        "Groups",
        "Offered below",
        "Active",
        "Order",
        "What is kept",
        "Days until texts are redacted",
        "Days until runs are deleted",
        "Test input",
        "Take it from a page",
        "Take it from a snippet",
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

    offered = choices(page, "model_type")

    assert [choice for choice in offered if "memo" not in choice[1]] == [
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
        (type_of(Berth), "Berth (snippet)"),
        (type_of(Dossier), "Dossier (snippet)"),
        (type_of(Harbour), "Harbour (snippet)"),
        (type_of(Notice), "Notice (snippet)"),
        (type_of(Rating), "Rating (snippet)"),
        *[
            (type_of(each), f"{each.__name__} (snippet)")
            for each in (Radio, Timetable, Trawler, Tug)
        ],
        (type_of(Almanac), "Almanac (setting)"),
        (type_of(Buoy), "Buoy"),
        (type_of(Enquiry), "Enquiry (page)"),
        (type_of(Ferry), "Ferry"),
        (type_of(PortSettings), "Port settings (setting)"),
        (type_of(Charter), "Charter (snippet)"),
        (type_of(Voyage), "Voyage (snippet)"),
        (type_of(get_document_model()), "Document"),
        (type_of(get_image_model()), "Image"),
    ]
    assert choices(page, "destination") == choices(page, "source") == [EMPTY]
    assert choices(page, "model") == [EMPTY, ("scripted", "Scripted")]
    assert choices(page, "prompt_template") == [EMPTY]


def test_the_parts_of_a_field_stand_together_under_its_label(client: Client, admin: User) -> None:
    page = page_at(client, edit_url(LLMActionFactory()))

    groups = {
        str(group["label"]): [str(option["value"]) for option in group.select("option")]
        for group in page.select("select[name=destination] optgroup")
    }

    assert groups["Body"] == [
        "body",
        "body:*",
        "body:heading",
        "body:paragraph",
        "body:quote.text",
        "body:quote.author",
        "body:points",
    ]
    assert "Title" not in groups
    assert page.select_one("select[name=destination] > option[value=title]")


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
        ("intro", "Introduction"),
        ("body", "Body"),
        ("body:*", "Body > the texts of its blocks"),
        ("body:heading", "Body > Heading"),
        ("body:paragraph", "Body > Paragraph"),
        ("body:quote.text", "Body > Quote > Text"),
        ("body:quote.author", "Body > Quote > Author"),
        ("body:points", "Body > Points"),
        ("date", "Published on"),
        ("tags", "Tags"),
        ("slug", "Slug"),
        ("seo_title", "Title tag"),
        ("search_description", "Meta description"),
    ]
    assert ("intro", "Introduction") in choices(page, "source")


def test_the_form_loads_what_changes_the_choices(client: Client, admin: User) -> None:
    page = page_at(client, reverse(ADD))

    select = page.select_one("select[name=model_type]")
    assert select is not None
    assert select["data-llm-actions-fields-url"] == reverse("wagtail_llm_actions:action_fields")
    assert [
        str(script["src"]).partition("?")[0] for script in page.select("script[type=module]")
    ] == [
        f"/static/{script_path('action-form.js')}",
        f"/static/{script_path('playground.js')}",
    ]


def test_the_fields_of_a_type_are_told_to_the_form(client: Client, admin: User) -> None:
    answer = client.get(
        reverse("wagtail_llm_actions:action_fields"), {"model_type": type_of(Author)}
    )

    fields = [["name", "Name"], ["role", "Role"], ["bio", "Bio"], ["tagline", "Tagline"]]
    assert answer.json() == {
        "destinations": fields,
        "sources": [*fields, ["*", "All fields of the form"]],
        "images": [],
        "problem": "",
        "snippets": [],
    }


def test_a_type_without_a_destination_says_why(client: Client, admin: User) -> None:
    answer = client.get(
        reverse("wagtail_llm_actions:action_fields"), {"model_type": type_of(Rating)}
    )
    assert answer.json()["problem"].startswith("This type has no field that an action could write.")

    llm_action = LLMActionFactory(model_type=ContentType.objects.get_for_model(Rating))
    place = page_at(client, edit_url(llm_action)).select_one("[data-llm-actions-fields-problem]")
    assert place is not None
    assert words(place) == answer.json()["problem"]


@pytest.mark.parametrize("model_type", ["", "0", "x", "9" * 40])
def test_a_type_that_is_none_has_no_fields(client: Client, admin: User, model_type: str) -> None:
    answer = client.get(reverse("wagtail_llm_actions:action_fields"), {"model_type": model_type})

    assert answer.json() == NOTHING


def test_a_type_that_is_no_page_or_snippet_has_no_fields(client: Client, admin: User) -> None:
    answer = client.get(
        reverse("wagtail_llm_actions:action_fields"), {"model_type": type_of(Group)}
    )

    assert answer.json() == NOTHING


def marked(page: BeautifulSoup, name: str, value: str) -> bool:
    return chosen(page, name) == value and (value, f"{value} (missing)") in choices(page, name)


def test_what_is_gone_since_stays_chosen_and_is_marked(client: Client, admin: User) -> None:
    llm_action = LLMActionFactory(destination="standfirst", source="lead", model="gpt-2")

    page = page_at(client, edit_url(llm_action))

    assert marked(page, "destination", "standfirst")
    assert marked(page, "source", "lead")
    assert marked(page, "model", "gpt-2")


def test_models_are_those_of_the_settings(client: Client, admin: User, settings: Settings) -> None:
    settings.WAGTAIL_LLM_ACTIONS = {
        "MODELS": {
            "gpt": {"PROVIDER": "openai", "NAME": "gpt-5-mini", "LABEL": "GPT-5 mini"},
            "mistral": {"PROVIDER": "local", "NAME": "mistral"},
        }
    }

    page = page_at(client, reverse(ADD))

    assert choices(page, "model") == [EMPTY, ("gpt", "GPT-5 mini"), ("mistral", "mistral")]


def test_an_action_of_snippets_is_offered_those_that_one_may_edit(
    client: Client, admin: User
) -> None:
    ines, ada = AuthorFactory(name="Ines"), AuthorFactory(name="Ada")
    offered = [(str(ada.pk), "Ada"), (str(ines.pk), "Ines")]
    action = LLMActionFactory(model_type=ContentType.objects.get_for_model(Author))

    page = page_at(client, edit_url(action))
    answer = client.get(
        reverse("wagtail_llm_actions:action_fields"), {"model_type": type_of(Author)}
    )

    assert choices(page, "test_snippet") == [("", "None"), *offered]
    assert answer.json()["snippets"] == [list(choice) for choice in offered]
