"""Inline rows: saved, moved, added and deleted, each with its own button."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from django.contrib.contenttypes.models import ContentType
from django.urls import reverse
from playwright.sync_api import expect

from tests.browser.test_blocks import Block
from tests.factories import AdminFactory, LLMActionFactory
from tests.parts.web import WebProcess
from tests.voyages.models import Picture, Voyage
from wagtail_llm_actions.models import LLMRun

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.browser.person import Person

    Visit = Callable[..., Person]

pytestmark = [
    pytest.mark.browser,
    pytest.mark.wagtail_forms,
    pytest.mark.django_db(transaction=True),
]

ANSWER = "The old harbour"


@pytest.fixture(scope="module")
def scripted_site(django_db_setup: None) -> Iterator[str]:
    provider = {
        "BACKEND": "wagtail_llm_actions.providers.testing.ScriptedProvider",
        "OPTIONS": {"script": [ANSWER]},
    }
    site_settings: dict[str, Any] = {
        "WAGTAIL_LLM_ACTIONS": {
            "PROVIDERS": {"test": provider},
            "MODELS": {"scripted": {"PROVIDER": "test", "NAME": "scripted"}},
        }
    }
    with WebProcess(site_settings) as web:
        web.wait_until_ready()
        yield f"http://{web.address}"


def row(person: Person, number: int) -> Block:
    return Block(person.page.locator(f"#inline_child_gallery-{number}"))


def captions(voyage: Voyage) -> list[str]:
    return list(Picture.objects.filter(voyage=voyage).values_list("caption", flat=True))


def test_a_text_goes_into_its_row_and_the_others_stay(visit: Visit, scripted_site: str) -> None:
    voyage: Voyage = Voyage.objects.create(name="North")
    voyage.gallery = [Picture(caption=name, sort_order=n) for n, name in enumerate("ABC")]
    voyage.save()
    LLMActionFactory(
        model_type=ContentType.objects.get_for_model(Voyage),
        source="gallery.caption",
        destination="gallery.caption",
    )
    admin = visit(AdminFactory(), scripted_site)
    admin.open(reverse(Voyage.snippet_viewset.get_url_name("edit"), args=[voyage.pk]))
    expect(admin.page.get_by_role("button", name="Generate:")).to_have_count(3)

    row(admin, 1).propose()
    row(admin, 1).press("Accept")
    row(admin, 2).propose()
    row(admin, 2).press("Accept")
    row(admin, 2).press("Undo")
    row(admin, 1).element.get_by_role("button", name="Move up").click()
    admin.page.locator("#id_gallery-ADD").click()
    admin.control("gallery-3-caption").fill("D")
    row(admin, 3).propose()
    assert LLMRun.objects.latest("queued_at").prompt.endswith("<input>D</input>")
    row(admin, 3).press("Accept")
    row(admin, 0).propose()
    row(admin, 0).element.get_by_role("button", name="Delete").click()

    expect(admin.page.get_by_role("button", name="Generate:")).to_have_count(3)
    admin.save()
    assert captions(voyage) == [ANSWER, "C", ANSWER]
