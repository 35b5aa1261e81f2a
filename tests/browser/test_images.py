"""The alternative text of an image, from what a model is shown to the saved description."""

from __future__ import annotations

import base64
import hashlib
import re
from typing import TYPE_CHECKING, Any

import pytest
from django.contrib.contenttypes.models import ContentType
from django.urls import reverse
from playwright.sync_api import expect
from wagtail.images import get_image_model

from tests.browser.test_blocks import block
from tests.browser.test_rows import row
from tests.factories import AdminFactory, LLMActionFactory
from tests.images.conftest import alt_text_action
from tests.images.files import create_image, jpeg, size_of
from tests.parts.web import WebProcess
from tests.providers.wire_openai import OpenAIWire
from tests.voyages.models import Picture, Voyage

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


def test_the_text_of_an_image_block_is_about_its_image_or_the_image_is_decorative(
    visit: Visit, server: ProviderServer, image_site: str
) -> None:
    both = [create_image(jpeg((2048, 512)), title="Quay"), create_image(title="Pier")]
    log = [
        {"type": "image_with_alt_text", "id": f"i-{number}", "value": {
            "image": image.pk, "alt_text": f"Old text {number}", "decorative": False,
        }}
        for number, image in enumerate(both)
    ]  # fmt: skip
    voyage: Any = Voyage.objects.create(name="North", log=log)
    LLMActionFactory(
        model_type=ContentType.objects.get_for_model(Voyage),
        source="log:image_with_alt_text:image",
        destination="log:image_with_alt_text.alt_text",
    )
    server.play(see, WIRE.answer("DECORATIVE"))
    admin = visit(AdminFactory(), image_site)
    admin.open(reverse(Voyage.snippet_viewset.get_url_name("edit"), args=[voyage.pk]))
    first, second = block(admin, "i-0", "alt_text"), block(admin, "i-1", "alt_text")
    text, box = admin.control("log-1-value-alt_text"), admin.control("log-1-value-decorative")

    first.propose()
    first.press("Accept")
    expect(admin.control("log-0-value-alt_text")).to_have_value(re.compile("^1024 by 256 pixels"))
    second.propose()
    expect(second.card.get_by_text("takes this image as decorative")).to_be_visible()
    second.press("Accept")
    expect(box).to_be_checked()
    expect(text).to_be_disabled()
    second.press("Undo")
    expect(box).not_to_be_checked()
    expect(text).to_have_value("Old text 1")
    second.press("Accept")
    expect(box).to_be_checked()

    admin.save()
    saved = Voyage.objects.get(pk=voyage.pk).log
    assert saved.raw_data[0]["value"]["alt_text"].startswith("1024 by 256 pixels, ")
    assert saved.raw_data[0]["value"]["decorative"] is False
    assert saved.raw_data[1] == {
        **log[1], "value": {"image": both[1].pk, "alt_text": "", "decorative": True},
    }  # fmt: skip


def test_the_caption_of_a_row_is_about_the_image_of_the_row(
    visit: Visit, server: ProviderServer, image_site: str
) -> None:
    voyage: Any = Voyage.objects.create(name="North")
    pictures = [create_image(jpeg((100 * size, 50)), title=str(size)) for size in (3, 4)]
    voyage.gallery = [Picture(image=image, sort_order=n) for n, image in enumerate(pictures)]
    voyage.save()
    LLMActionFactory(
        model_type=ContentType.objects.get_for_model(Voyage),
        source="gallery.image:image",
        destination="gallery.caption",
    )
    server.play(see, see)
    admin = visit(AdminFactory(), image_site)
    admin.open(reverse(Voyage.snippet_viewset.get_url_name("edit"), args=[voyage.pk]))

    for number, width in ((1, 400), (0, 300)):
        row(admin, number).propose()
        row(admin, number).press("Accept")
        expect(admin.control(f"gallery-{number}-caption")).to_have_value(
            re.compile(f"^{width} by 50 pixels")
        )
