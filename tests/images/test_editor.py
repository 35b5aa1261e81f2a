"""The widget on the edit form of an image, and images that a form chooses."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest
from bs4 import BeautifulSoup
from django.contrib.auth.models import Group, Permission
from django.urls import reverse
from wagtail.models import Collection, GroupCollectionPermission, ModelLogEntry

from tests.editor.actions import action_for
from tests.editor.forms import offers, snippet_edit
from tests.editor.requests import decide
from tests.factories import AdminFactory, EditorFactory
from tests.images.conftest import alt_text_action
from tests.images.files import create_image
from tests.voyages.models import Voyage
from wagtail_llm_actions.models import LLMRun
from wagtail_llm_actions.provider_registry import get_provider
from wagtail_llm_actions.runs.audit_log import ACCEPTED
from wagtail_llm_actions.runs.lifecycle.execute import execute

if TYPE_CHECKING:
    from django.contrib.auth.models import User
    from django.test import Client

    from wagtail_llm_actions.models import LLMAction

pytestmark = pytest.mark.django_db


def click(client: Client, llm_action: LLMAction, url: str, **changes: str) -> Any:
    """Click Generate; the form is not rendered, as that leaves open files of thumbnails behind."""
    return client.post(reverse("wagtail_llm_actions:start_run"), form(llm_action, url) | changes)


def form(llm_action: LLMAction, url: str) -> dict[str, str]:
    """Return what a browser would send of a form that holds little."""
    return {
        "llm-actions-action": str(llm_action.pk),
        "llm-actions-form-action": url,
        "llm-actions-request-id": str(uuid4()),
        "title": "Harbour at dawn",
        "name": "Round the island",
        "log-count": "0",
        "secret_log-count": "0",
    }


def image_edit(image: Any) -> str:
    return reverse("wagtailimages:edit", args=[image.pk])


@pytest.fixture
def image() -> Any:
    return create_image(title="Harbour at dawn")


@pytest.fixture
def photographer(client: Client, image: Any) -> User:
    """Return somebody who may change images, and is logged in."""
    user: User = EditorFactory.create()
    allow(user, image.collection, "add_image", "change_image")
    client.force_login(user)
    return user


def allow(user: User, collection: Collection, *codenames: str) -> None:
    group = Group.objects.create(name=f"{user.username} {codenames}")
    for permission in Permission.objects.filter(codename__in=codenames):
        GroupCollectionPermission.objects.create(
            group=group, collection=collection, permission=permission
        )
    user.groups.add(group)


def save(client: Client, image: Any, **values: str) -> None:
    saved = client.post(image_edit(image), {"title": image.title, "tags": "", **values})
    assert saved.status_code == 302


def voyage_with(image: Any) -> Voyage:
    voyage: Voyage = Voyage.objects.create(name="Round the island", image=image)
    return voyage


def image_of_voyage(**values: Any) -> LLMAction:
    return action_for(
        Voyage,
        "Describe {{ input }} for {{ post_title }}",
        source="image:image",
        destination="summary",
        **values,
    )


def answered(text: str) -> LLMRun:
    """Execute the run of the click; the model answers with ``text``."""
    get_provider("test").script(text)  # type: ignore[attr-defined]
    run = LLMRun.objects.get()
    execute(run.pk)
    run.refresh_from_db()
    return run


def test_the_form_of_an_image_offers_the_action(
    client: Client, photographer: User, image: Any, alt_text: LLMAction
) -> None:
    found = offers(client, image_edit(image))

    (action,) = found["fields"]["description"]["actions"]
    assert action["id"] == alt_text.pk
    assert action["unavailable"] == ""


def test_an_action_whose_model_sees_nothing_says_so_before_the_click(
    client: Client, photographer: User, image: Any
) -> None:
    alt_text_action(model="blind")

    (action,) = offers(client, image_edit(image))["fields"]["description"]["actions"]

    assert action["unavailable"].startswith("Blind cannot see images.")


def test_a_click_sends_the_image_and_what_was_typed(
    client: Client, photographer: User, image: Any, alt_text: LLMAction
) -> None:
    response = click(client, alt_text, image_edit(image), title="Harbour at night")

    assert response.status_code == 202
    run = answered("Boats in a harbour.")
    assert run.output == "Boats in a harbour."
    assert "Harbour at night" in run.prompt
    assert run.image is not None
    assert run.target == image
    image.refresh_from_db()
    assert image.description == ""


def test_somebody_who_may_not_change_the_image_gets_nothing(
    client: Client, image: Any, alt_text: LLMAction
) -> None:
    other = EditorFactory.create()
    allow(other, image.collection.add_child(name="Theirs"), "add_image", "change_image")
    client.force_login(other)

    found = offers(client, image_edit(image))
    response = click(client, alt_text, image_edit(image))

    assert found["fields"] == {}
    assert response.status_code == 403
    assert not LLMRun.objects.exists()


def test_a_file_that_is_not_saved_yet_has_to_be_saved_first(
    client: Client, photographer: User, image: Any, alt_text: LLMAction
) -> None:
    response = click(client, alt_text, image_edit(image), file="other.jpg")

    assert response.json()["error"]["message"] == (
        "A new file was chosen for the image. Save it first, then try again."
    )
    assert not LLMRun.objects.exists()


def test_what_will_be_sent_names_the_image(
    client: Client, photographer: User, image: Any, alt_text: LLMAction
) -> None:
    url = reverse("wagtail_llm_actions:request_preview")

    found = client.post(url, form(alt_text, image_edit(image))).json()

    assert found["notice"] == (
        "The image “Harbour at dawn” is sent too, in a smaller version without metadata."
    )
    assert found["fields"] == ["File"]


def test_an_accepted_text_is_logged_when_the_image_is_saved(
    client: Client, photographer: User, image: Any, alt_text: LLMAction
) -> None:
    click(client, alt_text, image_edit(image))
    run = answered("Boats in a harbour.")
    decide(client, run, decision="accept", text=run.output)

    save(client, image, description=run.output)

    entry = ModelLogEntry.objects.get(action=ACCEPTED)
    assert (entry.user, entry.object_id) == (photographer, str(image.pk))
    run.refresh_from_db()
    assert run.decision == "accepted"


@pytest.mark.parametrize(
    "answer",
    [
        "DECORATIVE",
        "**DECORATIVE**",
        "“Decorative.”",
        "DECORATIVE\n\nThe image is a plain gradient without meaning.",
        "This image is purely decorative.",
        "Decorative image",
        "Alt text: decorative",
        'alt=""',
        "Dekorativ",
        "décorative",
    ],
)
def test_a_decorative_image_keeps_an_empty_text(
    client: Client, photographer: User, image: Any, alt_text: LLMAction, answer: str
) -> None:
    click(client, alt_text, image_edit(image))

    run = answered(answer)

    assert (run.status, run.output, run.raw_output) == ("succeeded", "", answer)
    assert run.is_decorative
    state = client.get(reverse("wagtail_llm_actions:poll_run", args=[run.pk])).json()
    assert state["notice"] == (
        "The model takes this image as decorative: its alternative text stays empty."
    )
    assert state["faults"] == []


@pytest.mark.parametrize(
    "answer",
    [
        "Decorative tiles on the wall of a kitchen.",
        "A decorative border of oak leaves.",
        "The decoration of the ship for the regatta.",
        "Image of a decorative bowl",
    ],
)
def test_a_text_about_decoration_is_a_text(
    client: Client, photographer: User, image: Any, alt_text: LLMAction, answer: str
) -> None:
    click(client, alt_text, image_edit(image))

    assert answered(answer).output == answer


def test_an_empty_answer_is_a_failure(
    client: Client, photographer: User, image: Any, alt_text: LLMAction
) -> None:
    click(client, alt_text, image_edit(image))

    assert answered(" ").status == "failed"


def test_decorative_is_a_word_like_others_where_no_image_is_sent(client: Client) -> None:
    client.force_login(AdminFactory())
    voyage = voyage_with(None)
    llm_action = action_for(Voyage, source="name", destination="summary")
    click(client, llm_action, snippet_edit(voyage))

    assert answered("DECORATIVE").output == "DECORATIVE"


def test_accepting_that_it_is_decorative_counts_while_the_field_stays_empty(
    client: Client, photographer: User, image: Any, alt_text: LLMAction
) -> None:
    click(client, alt_text, image_edit(image))
    run = answered("DECORATIVE")
    decide(client, run, decision="accept", text="")

    save(client, image, description="")

    run.refresh_from_db()
    assert run.decision == "accepted"


def test_a_form_sends_the_image_that_it_chooses(client: Client, image: Any) -> None:
    editor = AdminFactory()
    client.force_login(editor)
    other = create_image(title="Lighthouse")
    voyage = voyage_with(image)

    click(client, image_of_voyage(), snippet_edit(voyage), image=str(other.pk))

    run = answered("A lighthouse.")
    assert run.image is not None
    assert run.image["id"] == str(other.pk)
    assert "Round the island" in run.prompt
    assert run.content_fields == {"image", "summary"}


def test_a_form_without_an_image_asks_for_one(client: Client) -> None:
    client.force_login(AdminFactory())

    response = click(client, image_of_voyage(), snippet_edit(voyage_with(None)))

    assert response.json()["error"]["message"] == (
        "“Image > the image itself” has no image. Choose one, then try again."
    )


@pytest.mark.parametrize(
    ("codename", "status"),
    [("choose_image", "queued"), ("change_image", "queued"), ("", "failed")],
)
def test_an_image_of_a_form_is_sent_for_those_who_may_choose_it(
    client: Client, image: Any, codename: str, status: str
) -> None:
    editor = EditorFactory.create()
    editor.groups.get().permissions.add(
        *Permission.objects.filter(codename__in=["change_voyage", "add_voyage"])
    )
    image.collection = image.collection.add_child(name="Press")
    image.save()
    if codename:
        allow(editor, image.collection, codename)
    client.force_login(editor)

    response = click(
        client, image_of_voyage(), snippet_edit(voyage_with(image)), image=str(image.pk)
    )

    state = response.json()
    assert state["status"] == status
    if not codename:
        assert state["error"]["message"].startswith("You may not choose images of this collection")


def test_the_history_says_which_image_was_sent(
    client: Client, photographer: User, image: Any, alt_text: LLMAction
) -> None:
    click(client, alt_text, image_edit(image))
    run = answered("Boats in a harbour.")
    client.force_login(AdminFactory())

    page = client.get(reverse("wagtail_llm_actions:history_run", args=[run.pk]))

    link = BeautifulSoup(page.text, "html.parser").select_one(
        f".llm-actions-run a[href='{image_edit(image)}']"
    )
    assert link is not None
    assert link.text == "Harbour at dawn"
