"""The alternative text of an image, from what a model is shown to the saved description."""

from __future__ import annotations

import base64
import hashlib
from typing import TYPE_CHECKING, Any

import pytest
from django.urls import reverse
from playwright.sync_api import expect
from wagtail.images import get_image_model

from tests.factories import AdminFactory
from tests.images.conftest import alt_text_action
from tests.images.files import create_image, jpeg, size_of
from tests.parts.web import WebProcess
from tests.providers.wire_openai import OpenAIWire

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from pytest_django import Settings

    from tests.browser.person import Person
    from tests.providers.server import ProviderServer, Recorded, Reply

    Visit = Callable[..., Person]

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

WIRE = OpenAIWire()


@pytest.fixture
def image_site(
    settings: Settings, server: ProviderServer, tmp_path: Path, django_db_setup: None
) -> Iterator[str]:
    """Return the address of a site that finds the images of the test in a folder."""
    storages = settings.STORAGES | {
        "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"}
    }
    provider = {
        "BACKEND": "wagtail_llm_actions.providers.openai.OpenAIProvider",
        "BASE_URL": f"{server.url}/v1",
    }
    entry = {"PROVIDER": "cloud", "NAME": "owl-1", "ACCEPTS_IMAGES": True}
    site_settings: dict[str, Any] = {
        "STORAGES": storages,
        "MEDIA_ROOT": str(tmp_path),
        "WAGTAIL_LLM_ACTIONS": {
            "PROVIDERS": {"cloud": provider},
            "MODELS": {"scripted": entry, "blind": {"PROVIDER": "cloud", "NAME": "owl-0"}},
        },
    }
    for name, value in site_settings.items():
        setattr(settings, name, value)
    with WebProcess(site_settings) as web:
        web.wait_until_ready()
        yield f"http://{web.address}"


def see(recorded: Recorded) -> Reply:
    """Answer with the size and the hash of the image."""
    _prompt, [(_media_type, data)] = WIRE.user_message(recorded)
    image = base64.b64decode(data)
    width, height = size_of(image)
    return WIRE.answer(f"{width} by {height} pixels, {hashlib.sha256(image).hexdigest()[:8]}.")


def test_an_image_gets_a_description_or_is_decorative(
    visit: Visit, server: ProviderServer, image_site: str
) -> None:
    alt_text_action()
    alt_text_action(model="blind", destination="title")
    image = create_image(jpeg((2048, 512)))
    server.play(see, WIRE.answer("DECORATIVE"))
    admin = visit(AdminFactory(), image_site)
    admin.open(reverse("wagtailimages:edit", args=[image.pk]))
    description = admin.field("Description")

    expect(admin.field("Title").generate).to_have_attribute("aria-disabled", "true")
    expect(admin.page.get_by_text("blind cannot see images.")).to_be_visible()
    description.generate.click()
    text = description.wait_for_proposal()
    assert text.startswith("1024 by 256 pixels, ")
    description.press("Accept")
    expect(admin.control("description")).to_have_value(text)

    description.generate.click()
    expect(description.card.get_by_text("takes this image as decorative")).to_be_visible()
    description.press("Accept")
    expect(admin.control("description")).to_have_value("")
    description.press("Undo")
    expect(admin.control("description")).to_have_value(text)

    admin.page.set_input_files("input[name=file]", {
        "name": "other.jpg", "mimeType": "image/jpeg", "buffer": jpeg((20, 20)),
    })  # fmt: skip
    description.generate.click()
    expect(description.card.get_by_role("alert")).to_have_text(
        "A new file was chosen for the image. Save it first, then try again."
    )
    admin.page.set_input_files("input[name=file]", [])

    admin.save()
    assert get_image_model().objects.get(pk=image.pk).description == text
