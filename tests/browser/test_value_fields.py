"""A form with each control that holds a value, from the click to the saved value and back."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING, Any

import pytest
from django.contrib.contenttypes.models import ContentType
from django.urls import reverse
from playwright.sync_api import expect

from tests.factories import AdminFactory, AuthorFactory, LLMActionFactory
from tests.parts.waiting import eventually
from tests.parts.web import WebProcess
from tests.voyages.models import Cargo, Charter

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.browser.person import Person

    Visit = Callable[..., Person]

pytestmark = [
    pytest.mark.browser,
    pytest.mark.wagtail_forms,
    pytest.mark.django_db(transaction=True),
]

SCRIPTED = "wagtail_llm_actions.providers.testing.ScriptedProvider"
ANSWERS = {
    "kind": "day trip.",
    "rig": "Ketch",
    "is_open": "Yes.",
    "seats": "12",
    "departs_at": "27 November 2026 18:30",
    "code": "Low Tide",
    "crew": "- ada\n- Ben",
    "tags": '["Low tide", "fog"]',
    "cargo": "grain",
}
BEFORE: dict[str, Any] = {
    "kind": "long",
    "rig": 1,
    "is_open": False,
    "seats": None,
    "departs_at": None,
    "code": "",
    "crew": {"Cleo"},
    "tags": {"sea"},
    "cargo": set(),
}
AFTER = {
    "kind": "day",
    "rig": 2,
    "is_open": True,
    "seats": 12,
    "departs_at": datetime.datetime(2026, 11, 27, 17, 30, tzinfo=datetime.UTC),
    "code": "low-tide",
    "crew": {"Ada", "Ben"},
    "tags": {"Low tide", "fog"},
    "cargo": {"Grain"},
}


@pytest.fixture(scope="module")
def value_site(django_db_setup: None) -> Iterator[str]:
    """The address of a site with a model for each answer."""
    providers = {
        name: {"BACKEND": SCRIPTED, "OPTIONS": {"script": [answer]}}
        for name, answer in ANSWERS.items()
    }
    models = {name: {"PROVIDER": name, "NAME": "scripted"} for name in ANSWERS}
    with WebProcess({"WAGTAIL_LLM_ACTIONS": {"PROVIDERS": providers, "MODELS": models}}) as web:
        web.wait_until_ready()
        yield f"http://{web.address}"


def saved(charter: Charter) -> dict[str, Any]:
    draft = Charter.objects.get(pk=charter.pk).get_latest_revision_as_object()
    values = {name: getattr(draft, name) for name in ANSWERS}
    return values | {
        name: {str(each) for each in values[name].all()} for name in ("crew", "tags", "cargo")
    }


def test_a_value_in_each_control_is_accepted_saved_and_taken_back(
    visit: Visit, value_site: str
) -> None:
    Cargo.objects.create(name="Grain", slug="grain")
    _ada, _ben, cleo = (AuthorFactory(name=name) for name in ("Ada", "Ben", "Cleo"))
    charter = Charter(name="Morning tide", kind="long", rig=1)
    charter.crew = [cleo]
    charter.tags.add("sea")
    charter.save()
    charter.save_revision()
    for name in ANSWERS:
        LLMActionFactory(
            model_type=ContentType.objects.get_for_model(Charter),
            source="name",
            destination=name,
            model=name,
        )
    assert saved(charter) == BEFORE
    admin = visit(AdminFactory(), value_site)
    admin.open(reverse(Charter.snippet_viewset.get_url_name("edit"), args=[charter.pk]))
    labels = [Charter._meta.get_field(name).verbose_name.capitalize() for name in ANSWERS]
    admin.wait_for_unsaved_changes()

    for label in labels:
        field = admin.field(label)
        field.generate.click()
        field.wait_for_proposal()
    tags = admin.field("Tags").card.get_by_role("group", name="Changes to the field")
    expect(tags.locator("del")).to_have_text("sea")
    expect(tags.locator("ins")).to_have_text(["Low tide (new)", "fog (new)"])
    is_open = admin.field("Is open").card.get_by_role("group", name="Changes to the field")
    expect(is_open.locator("ins")).to_have_text("Yes")
    for label in labels:
        admin.field(label).press("Accept")
        expect(admin.field(label).status).to_have_text("Text accepted.")

    expect(admin.page.locator("[data-contentpath=tags] .tagit-label")).to_have_text(
        ['"Low tide"', "fog"]
    )
    eventually(lambda: saved(charter) == AFTER)
    for label in labels:
        admin.field(label).press("Undo")
    eventually(lambda: saved(charter) == BEFORE)
