"""Images that blocks of a StreamField and inline rows choose: each text is about the image beside it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from django.contrib.auth.models import Permission
from django.forms.models import model_to_dict
from django.urls import reverse
from wagtail.models import Site

from tests.admin.html import page_at, words
from tests.admin.runs import run_url
from tests.editor.actions import action_for
from tests.editor.forms import offers, snippet_edit
from tests.editor.requests import decide
from tests.editor.test_items import blocks
from tests.factories import AdminFactory, EditorFactory
from tests.images.files import create_image
from tests.images.test_editor import allow, answered, click
from tests.ports.models import PortSettings
from tests.voyages.models import Picture, Voyage
from wagtail_llm_actions import fields
from wagtail_llm_actions.admin.actions.field_choices import model_fields
from wagtail_llm_actions.models import LLMRun
from wagtail_llm_actions.runs.request.image import find_image

if TYPE_CHECKING:
    from django.test import Client

    from wagtail_llm_actions.models import LLMAction

pytestmark = pytest.mark.django_db

ALT_TEXT = "log:image_with_alt_text.alt_text"
ITSELF = "log:image_with_alt_text:image"
ROW = "gallery.caption"
ITEM = "llm-actions-item-id"


@pytest.fixture
def harbour() -> Any:
    return create_image(title="Harbour")


@pytest.fixture
def quay() -> Any:
    return create_image(title="Quay")


@pytest.fixture
def both(harbour: Any, quay: Any) -> list[Any]:
    return [harbour, quay]


@pytest.fixture
def voyage() -> Voyage:
    voyage: Voyage = Voyage.objects.create(name="Round the island")
    return voyage


def image_block(item_id: str, image: Any, alt_text: str = "", **values: str) -> Any:
    chosen = str(image.pk) if image else ""
    return "image_with_alt_text", item_id, {"-image": chosen, "-alt_text": alt_text} | values


def alt_text_of_block(**values: Any) -> LLMAction:
    return action_for(
        Voyage,
        "Describe it for {{ post_title }}",
        **{"source": ITSELF, "destination": ALT_TEXT, **values},
    )


def caption_of_row(**values: Any) -> LLMAction:
    paths = {"source": "gallery.image:image", "destination": ROW}
    return action_for(Voyage, "Describe it for {{ post_title }}", **(paths | values))


def rows(*pictures: tuple[Any, str]) -> dict[str, str]:
    """Return what a form sends of new rows."""
    data = {"gallery-TOTAL_FORMS": str(len(pictures)), "gallery-INITIAL_FORMS": "0"}
    for number, (image, caption) in enumerate(pictures):
        row = f"gallery-{number}"
        chosen = str(image.pk) if image else ""
        data |= {f"{row}-image": chosen, f"{row}-caption": caption, f"{row}-id": ""}
        data |= {f"{row}-ORDER": str(number + 1)}
    return data


def sent_title() -> str:
    run = LLMRun.objects.get()
    assert run.image is not None
    return str(find_image(run.image).title)


def test_images_of_blocks_and_rows_are_sources_and_no_destinations() -> None:
    offered = model_fields(Voyage)

    sources = dict(offered.sources)
    assert sources["log:image:image"] == "Log > Image > the image itself"
    assert sources[ITSELF] == "Log > Image with alt text > the image itself"
    assert sources["gallery.image:image"] == "Pictures > Image > the image itself"
    # The block is the image.
    assert "log:image_with_alt_text.image:image" not in sources
    assert set(offered.images) == {
        "image:image",
        "log:image:image",
        ITSELF,
        "gallery.image:image",
    }
    destinations = dict(offered.destinations)
    assert not set(offered.images) & destinations.keys()
    assert {ALT_TEXT, ROW} <= destinations.keys()


@pytest.mark.parametrize(("item_id", "title"), [("b-1", "Harbour"), ("b-2", "Quay")])
def test_a_click_in_a_block_sends_the_image_of_the_same_block(
    client: Client, voyage: Voyage, both: list[Any], item_id: str, title: str
) -> None:
    client.force_login(AdminFactory())
    log = blocks("log", image_block("b-1", both[0]), image_block("b-2", both[1]))

    click(client, alt_text_of_block(), snippet_edit(voyage), **log, **{ITEM: item_id})

    assert sent_title() == title
    assert "Round the island" in LLMRun.objects.get().prompt


def test_the_title_of_a_deleted_image_is_in_no_run_on_a_page(
    client: Client, voyage: Voyage, harbour: Any
) -> None:
    client.force_login(AdminFactory())
    click(
        client,
        alt_text_of_block(),
        snippet_edit(voyage),
        **blocks("log", image_block("b-1", harbour)),
        **{ITEM: "b-1"},
    )
    run = LLMRun.objects.get()
    assert "Harbour" in words(page_at(client, run_url(run)))

    harbour.delete()

    assert "Harbour" not in json.dumps(model_to_dict(run), default=str)
    assert "Image Deleted" in words(page_at(client, run_url(run)))


def test_two_blocks_with_the_same_image_have_texts_of_their_own(
    client: Client, voyage: Voyage, harbour: Any
) -> None:
    client.force_login(AdminFactory())
    log = blocks("log", image_block("b-1", harbour, "A pier"), image_block("b-2", harbour))
    url = snippet_edit(voyage)
    llm_action = alt_text_of_block(only_when_empty=True)

    filled = click(client, llm_action, url, **log, **{ITEM: "b-1"}).json()
    empty = click(client, llm_action, url, **log, **{ITEM: "b-2"}).json()

    assert (filled["status"], empty["status"]) == ("failed", "queued")


def test_a_block_without_an_image_asks_for_one(
    client: Client, voyage: Voyage, harbour: Any
) -> None:
    client.force_login(AdminFactory())
    log = blocks("log", image_block("b-1", harbour), image_block("b-2", None))

    response = click(
        client, alt_text_of_block(), snippet_edit(voyage), **log, **{ITEM: "b-2"}
    ).json()

    assert response["error"]["message"] == (
        "“Log > Image with alt text > the image itself” has no image. Choose one, then try again."
    )


@pytest.mark.parametrize(("number", "title"), [(0, "Harbour"), (1, "Quay")])
def test_a_click_in_a_row_sends_the_image_of_the_same_row(
    client: Client, voyage: Voyage, both: list[Any], number: int, title: str
) -> None:
    client.force_login(AdminFactory())
    data = rows((both[0], ""), (both[1], "")) | {ITEM: f"gallery-{number}.4e6c"}

    click(client, caption_of_row(), snippet_edit(voyage), **data)

    assert sent_title() == title
    assert LLMRun.objects.get().read_fields == ["gallery.image"]


def test_a_row_without_an_image_asks_for_one(client: Client, voyage: Voyage, harbour: Any) -> None:
    client.force_login(AdminFactory())
    data = rows((harbour, ""), (None, "B")) | {ITEM: "gallery-1.4e6c"}

    response = click(client, caption_of_row(), snippet_edit(voyage), **data).json()

    assert "has no image. Choose one" in response["error"]["message"]


@pytest.mark.parametrize("source", [ITSELF, "gallery.image:image"])
def test_a_field_elsewhere_gets_the_first_image(
    client: Client, voyage: Voyage, quay: Any, source: str
) -> None:
    client.force_login(AdminFactory())
    llm_action = alt_text_of_block(source=source, destination="summary")
    log = blocks("log", image_block("b-1", None), image_block("b-2", quay))

    click(client, llm_action, snippet_edit(voyage), **log, **rows((None, "A"), (quay, "B")))

    assert sent_title() == "Quay"


def test_an_image_of_a_collection_that_is_not_for_the_editor_is_not_sent(
    client: Client, voyage: Voyage, harbour: Any
) -> None:
    editor = EditorFactory.create()
    editor.groups.get().permissions.add(
        *Permission.objects.filter(codename__in=["change_voyage", "add_voyage"])
    )
    harbour.collection = harbour.collection.add_child(name="Press")
    harbour.save()
    client.force_login(editor)
    log = blocks("log", image_block("b-1", harbour))
    url = snippet_edit(voyage)

    refused = click(client, alt_text_of_block(), url, **log, **{ITEM: "b-1"}).json()
    allow(editor, harbour.collection, "choose_image")
    sent = click(client, alt_text_of_block(), url, **log, **{ITEM: "b-1"}).json()

    assert refused["error"]["message"].startswith("You may not choose images of this collection")
    assert sent["status"] == "queued"


def test_a_model_that_sees_nothing_says_so_before_the_click(client: Client, voyage: Voyage) -> None:
    client.force_login(AdminFactory())
    alt_text_of_block(model="blind")

    (action,) = offers(client, snippet_edit(voyage))["fields"][ALT_TEXT]["actions"]

    assert action["unavailable"].startswith("Blind cannot see images.")


def test_the_writer_knows_of_decorative_images_where_an_action_reads_one(
    client: Client, voyage: Voyage
) -> None:
    client.force_login(AdminFactory())
    action_for(Voyage, source="name", destination=ALT_TEXT)
    action_for(Voyage, source="name", destination="summary")
    alt_text_of_block()

    found = offers(client, snippet_edit(voyage))["fields"]

    writers = {path: offer["writer"].partition("?")[0] for path, offer in found.items()}
    assert writers[ALT_TEXT].endswith("/fields/alt_text.js")
    assert writers["summary"].endswith("/fields/text.js")


def test_a_decorative_image_is_accepted_while_its_text_stays_empty(
    client: Client, voyage: Voyage, harbour: Any
) -> None:
    client.force_login(AdminFactory())
    log = blocks("log", image_block("b-1", harbour))
    url = snippet_edit(voyage)
    click(client, alt_text_of_block(), url, **log, **{ITEM: "b-1"})
    run = answered("DECORATIVE")
    assert (run.output, run.is_decorative) == ("", True)

    decide(client, run, decision="accept", text="")
    decorative = blocks("log", image_block("b-1", harbour, **{"-decorative": "on"}))
    saved = client.post(url, form_of_voyage() | decorative)

    assert saved.status_code == 302
    run.refresh_from_db()
    assert run.decision == "accepted"
    (block,) = Voyage.objects.get().log
    assert (block.value.decorative, block.value.contextual_alt_text) == (True, "")


def form_of_voyage() -> dict[str, str]:
    data = {"name": "Round the island", "log-count": "0", "secret_log-count": "0"}
    for relation in ("gallery", "secrets"):
        for name in ("TOTAL", "INITIAL"):
            data[f"{relation}-{name}_FORMS"] = "0"
    return data


def test_what_rows_read_as_text_stays_as_it_was(voyage: Voyage, harbour: Any) -> None:
    voyage.gallery = [Picture(caption="The pier", image=harbour)]

    assert fields.read(voyage, "gallery") == "Caption: The pier\nImage: Harbour"
    assert fields.read(voyage, "gallery.image:image") == "- Harbour"


def test_the_address_of_an_image_is_no_destination_of_a_click(
    client: Client, voyage: Voyage
) -> None:
    client.force_login(AdminFactory())
    llm_action = action_for(Voyage, source="name", destination="gallery.image:image")

    assert offers(client, snippet_edit(voyage))["fields"] == {}
    assert click(client, llm_action, snippet_edit(voyage)).status_code in {400, 403}


@pytest.fixture
def settings_url() -> str:
    site = Site.objects.get()
    PortSettings.objects.create(site=site)
    return reverse("wagtailsettings:edit", args=["ports", "portsettings", site.pk])


@pytest.mark.parametrize(
    ("source", "destination", "item_id"),
    [
        ("figures:figure.photo:image", "figures:figure.alt_text", "f-1"),
        ("figures:figures.photo:image", "figures:figures.alt_text", "e-2"),
        ("figures:plate.picture:image", "figures:plate.picture.alt_text", "p-1"),
        ("figures:plate.picture:image", "figures:plate.caption", "p-1"),
    ],
)
def test_blocks_within_blocks_send_their_own_image(
    client: Client, settings_url: str, source: str, destination: str, item_id: str
) -> None:
    client.force_login(AdminFactory())
    first, second = create_image(title="Not this"), create_image(title="This")
    entry = {"-deleted": "", "-type": "item", "-order": "0"}
    entries = {"-count": "2"}
    for number, image in enumerate((first, second)):
        row = {**entry, "-order": str(number), "-id": f"e-{number + 1}"}
        entries |= {f"-{number}{name}": value for name, value in row.items()}
        entries |= {f"-{number}-value-photo": str(image.pk), f"-{number}-value-alt_text": ""}
    figures = blocks(
        "figures",
        ("figure", "f-0", {"-photo": str(first.pk), "-alt_text": ""}),
        ("figure", "f-1", {"-photo": str(second.pk), "-alt_text": ""}),
        ("figures", "l-1", entries),
        (
            "plate",
            "p-0",
            {"-picture-image": str(first.pk), "-picture-alt_text": "", "-caption": ""},
        ),
        (
            "plate",
            "p-1",
            {"-picture-image": str(second.pk), "-picture-alt_text": "", "-caption": ""},
        ),
    )
    llm_action = action_for(PortSettings, source=source, destination=destination)
    assert source in dict(model_fields(PortSettings).sources)

    click(client, llm_action, settings_url, **figures, **{ITEM: item_id})

    assert sent_title() == "This"


def test_the_history_names_the_source(client: Client, voyage: Voyage, harbour: Any) -> None:
    client.force_login(AdminFactory())
    log = blocks("log", image_block("b-1", harbour))
    click(client, alt_text_of_block(), snippet_edit(voyage), **log, **{ITEM: "b-1"})
    run = LLMRun.objects.get()

    page = client.get(reverse("wagtail_llm_actions:history_run", args=[run.pk]))

    assert "Log &gt; Image with alt text &gt; the image itself" in page.content.decode()
