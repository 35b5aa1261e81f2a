"""Forms that are neither of pages nor of snippets: settings, documents, and those of a ``ModelViewSet``."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest
from django.contrib.auth.models import Group, Permission
from django.contrib.contenttypes.models import ContentType
from django.core.files.base import ContentFile
from django.urls import reverse
from wagtail.documents import get_document_model
from wagtail.models import (
    Collection,
    GroupCollectionPermission,
    GroupSitePermission,
    ModelLogEntry,
    Page,
    Site,
)

from tests.admin.html import context_of
from tests.editor.actions import action_for
from tests.editor.forms import click, offers, page_edit, post_of
from tests.editor.requests import decide, poll
from tests.factories import AdminFactory, EditorFactory
from tests.ports.models import LAID_UP, Almanac, Buoy, Enquiry, Ferry, PortSettings
from wagtail_llm_actions.admin.editor.offers import NO_OFFERS
from wagtail_llm_actions.bulk.start import build_chunks, new_key, objects_of, save_and_enqueue
from wagtail_llm_actions.compat import permission_policy_for
from wagtail_llm_actions.models import LLMRun
from wagtail_llm_actions.provider_registry import get_provider
from wagtail_llm_actions.runs.audit_log import ACCEPTED
from wagtail_llm_actions.runs.lifecycle.execute import execute

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.contrib.auth.models import User
    from django.test import Client

    from wagtail_llm_actions.models import LLMAction

pytestmark = pytest.mark.django_db


class Form(NamedTuple):
    """An object with the address of its edit form, and an action that reads one field for another."""

    instance: Any
    url: str
    source: str
    destination: str

    def action(self, **values: Any) -> LLMAction:
        paths = {"source": self.source, "destination": self.destination}
        return action_for(type(self.instance), **(paths | values))


def setting_of_a_site() -> Form:
    site = Site.objects.get()
    instance = PortSettings.objects.create(site=site, about="Two quays.", notes="Not for all.")
    url = reverse("wagtailsettings:edit", args=["ports", "portsettings", site.pk])
    return Form(instance, url, "about", "tagline")


def setting_of_all_sites() -> Form:
    instance = Almanac.objects.create(tides="High at noon.")
    url = reverse("wagtailsettings:edit", args=["ports", "almanac", instance.pk])
    return Form(instance, url, "tides", "summary")


def document() -> Form:
    file = ContentFile(b"High at noon.", name="tides.txt")
    instance = get_document_model().objects.create(title="Tide table", file=file)
    return Form(instance, reverse("wagtaildocs:edit", args=[instance.pk]), "title", "tags")


def viewset_with_panels() -> Form:
    instance = Ferry.objects.create(name="Heron", route="To the island.", remarks="Old.")
    return Form(instance, reverse("ferry:edit", args=[instance.pk]), "route", "summary")


def viewset_without_panels() -> Form:
    instance = Buoy.objects.create(name="North", position="Off the pier.", inventory="B 7")
    return Form(instance, reverse("buoy:edit", args=[instance.pk]), "position", "summary")


def form_page() -> Form:
    root = Page.objects.get(depth=1)
    instance = root.add_child(instance=Enquiry(title="Ask us", slug="ask", intro="Write to us."))
    return Form(instance, page_edit(instance), "intro", "thanks")


KINDS = [
    setting_of_a_site,
    setting_of_all_sites,
    document,
    viewset_with_panels,
    viewset_without_panels,
    form_page,
]
each_kind = pytest.mark.parametrize("make", KINDS, ids=lambda make: make.__name__)
NO_PAGES = [make for make in KINDS if make is not form_page]
each_but_pages = pytest.mark.parametrize("make", NO_PAGES, ids=lambda make: make.__name__)


def answer(text: str) -> LLMRun:
    """Execute the run of the click; the model answers with ``text``."""
    get_provider("test").script(text)  # type: ignore[attr-defined]
    run = LLMRun.objects.get()
    execute(run.pk)
    run.refresh_from_db()
    return run


@each_kind
def test_a_text_is_generated_accepted_saved_and_logged(
    client: Client, make: Callable[[], Form]
) -> None:
    user = AdminFactory()
    client.force_login(user)
    form = make()
    llm_action = form.action()

    assert set(offers(client, form.url)["fields"]) == {form.destination}
    # What is typed is read, not what is saved.
    response = click(client, llm_action, form.url, **{form.source: "Fog until noon."})
    assert response.status_code == 202
    run = answer("Fog")
    assert "Fog until noon." in run.prompt
    assert run.target == form.instance
    assert poll(client, run).json()["output"] == "Fog"
    decide(client, run, decision="accept", text="Fog")
    data = post_of(client, form.url) | {form.destination: "Fog"}
    data.pop("file", None)
    if form.destination == "thanks":
        run.refresh_from_db()
        return  # Rich text is saved from the editor's own format.
    assert client.post(form.url, data).status_code == 302

    entry = ModelLogEntry.objects.get(action=ACCEPTED)
    assert (entry.user, entry.object_id) == (user, str(form.instance.pk))
    run.refresh_from_db()
    assert run.decision == "accepted"


@each_kind
def test_the_history_leads_to_the_form(client: Client, make: Callable[[], Form]) -> None:
    client.force_login(AdminFactory())
    form = make()
    click(client, form.action(), form.url)

    page = client.get(reverse("wagtail_llm_actions:history"))

    assert f'href="{form.url}' in page.content.decode()


@each_but_pages
def test_somebody_without_the_permission_gets_nothing(
    client: Client, make: Callable[[], Form]
) -> None:
    client.force_login(AdminFactory())
    form = make()
    llm_action = form.action()
    click(client, llm_action, form.url)
    run = LLMRun.objects.get()
    editor = EditorFactory()
    client.force_login(editor)

    assert offers(client, form.url) == NO_OFFERS
    assert start(client, llm_action, form.url).status_code == 403
    # Not even what they had started before they lost it.
    LLMRun.objects.update(user=editor.pk)
    assert poll(client, run).status_code == 403


@each_but_pages
def test_the_permission_of_the_kind_is_enough(client: Client, make: Callable[[], Form]) -> None:
    form = make()
    editor = allowed(form.instance)
    client.force_login(editor)

    assert set(offers(client, form.url)["fields"]) == set()
    llm_action = form.action()
    assert set(offers(client, form.url)["fields"]) == {form.destination}
    assert click(client, llm_action, form.url).status_code == 202


def allowed(instance: Any) -> User:
    """Return an editor with no right but that to change such objects."""
    model = type(instance)
    editor: User = EditorFactory.create()
    permissions = Permission.objects.filter(
        content_type=ContentType.objects.get_for_model(model),
        codename__in=[f"change_{model._meta.model_name}", f"add_{model._meta.model_name}"][:1],
    )
    if isinstance(instance, get_document_model()):
        for permission in Permission.objects.filter(
            codename__in=["add_document", "change_document"]
        ):
            GroupCollectionPermission.objects.create(
                group=editor.groups.get(), collection=instance.collection, permission=permission
            )
    else:
        editor.groups.get().permissions.add(*permissions)
    assert permission_policy_for(model).user_has_permission_for_instance(editor, "change", instance)
    return editor


def start(client: Client, llm_action: LLMAction, url: str, **data: str) -> Any:
    """Click without the form, which the user may not open."""
    widget = {
        "llm-actions-action": str(llm_action.pk),
        "llm-actions-form-action": url,
        "llm-actions-request-id": "0b0e4ad0-5f02-4d65-b7a5-b1c6a9a9f0c1",
    }
    return client.post(reverse("wagtail_llm_actions:start_run"), widget | data)


def test_a_setting_of_another_site_is_not_open(client: Client) -> None:
    form = setting_of_a_site()
    llm_action = form.action()
    other = Site.objects.create(hostname="other", root_page=Page.objects.get(depth=1))
    PortSettings.objects.create(site=other, about="Three quays.")
    other_url = reverse("wagtailsettings:edit", args=["ports", "portsettings", other.pk])
    editor = EditorFactory.create()
    GroupSitePermission.objects.create(
        group=editor.groups.get(),
        site=form.instance.site,
        permission=Permission.objects.get(codename="change_portsettings"),
    )
    client.force_login(editor)

    assert set(offers(client, form.url)["fields"]) == {"tagline"}
    assert offers(client, other_url) == NO_OFFERS
    assert start(client, llm_action, other_url, about="Mine").status_code == 403


def test_a_document_of_another_collection_is_not_open(client: Client) -> None:
    form = document()
    llm_action = form.action()
    press = Collection.get_first_root_node().add_child(name="Press")
    group = Group.objects.create(name="Press")
    for codename in ("add_document", "change_document"):
        GroupCollectionPermission.objects.create(
            group=group, collection=press, permission=Permission.objects.get(codename=codename)
        )
    editor = EditorFactory.create()
    editor.groups.add(group)
    client.force_login(editor)

    assert offers(client, form.url) == NO_OFFERS
    assert start(client, llm_action, form.url, title="Mine").status_code == 403

    form.instance.collection = press
    form.instance.save()
    assert set(offers(client, form.url)["fields"]) == {"tags"}


@pytest.mark.parametrize(
    ("make", "hidden"),
    [
        (setting_of_a_site, "notes"),
        (viewset_with_panels, "remarks"),
        (viewset_without_panels, "inventory"),
    ],
)
def test_a_field_that_the_form_hides_is_neither_read_nor_written(
    client: Client, make: Callable[[], Form], hidden: str
) -> None:
    form = make()
    client.force_login(allowed(form.instance))
    reading = form.action(source=hidden)
    writing = form.action(destination=hidden)

    assert offers(client, form.url)["fields"] == {}
    for llm_action in (reading, writing):
        assert click(client, llm_action, form.url).status_code == 403


@pytest.mark.parametrize(
    "path",
    [
        "settings/ports/portsettings/999/",
        "settings/ports/almanac/999/",
        "settings/ports/almanac/",
        "documents/edit/999/",
        "ferry/edit/0b0e4ad0-5f02-4d65-b7a5-b1c6a9a9f0c1/",
        "buoy/edit/999/",
        f"settings/ports/portsettings/{'9' * 30}/",
        f"settings/ports/almanac/{'9' * 30}/",
        f"documents/edit/{'9' * 30}/",
        f"buoy/edit/{'9' * 30}/",
    ],
)
def test_a_form_of_nothing_is_not_found(client: Client, path: str) -> None:
    client.force_login(AdminFactory())

    response = client.get(reverse("wagtail_llm_actions:offers"), {"form_action": f"/admin/{path}"})

    assert response.status_code == 404


def test_the_form_of_an_action_offers_all_kinds(client: Client) -> None:
    client.force_login(AdminFactory())

    page = client.get(reverse("wagtail_llm_actions_actions:add"))

    types = context_of(page)["form"].fields["model_type"]
    labels = {str(label) for _value, label in types.choices}
    assert labels >= {
        "Almanac (setting)",
        "Buoy",
        "Document",
        "Enquiry (page)",
        "Ferry",
        "Image",
        "Port settings (setting)",
    }
    assert not labels & {"User", "Group", "Site", "Locale"}


@each_but_pages
def test_the_playground_reads_an_object(client: Client, make: Callable[[], Form]) -> None:
    client.force_login(AdminFactory())
    form = make()
    llm_action = form.action()
    names = ("destination", "source", "model", "temperature", "max_tokens")
    data = {name: str(getattr(llm_action, name)) for name in names} | {
        "model_type": str(llm_action.model_type_id),
        "prompt_template": str(llm_action.prompt_template_id),
        "test_snippet": str(form.instance.pk),
        "llm-actions-request-id": "0b0e4ad0-5f02-4d65-b7a5-b1c6a9a9f0c2",
    }

    response = client.post(reverse("wagtail_llm_actions:start_playground_run"), data)

    assert response.status_code == 202, response.content
    run = LLMRun.objects.get()
    assert getattr(form.instance, form.source) in run.prompt


@each_kind
def test_a_bulk_run_leaves_its_text_on_the_form(client: Client, make: Callable[[], Form]) -> None:
    form = make()
    llm_action = form.action()

    for chunk in build_chunks(llm_action, objects_of(llm_action), key=new_key()):
        save_and_enqueue(llm_action, chunk)
    answer("Fog")

    client.force_login(AdminFactory())
    (run,) = offers(client, form.url)["pending"]
    assert (run["field_key"], run["output"]) == (form.destination, "Fog")


def test_a_policy_of_the_site_decides_on_each_object(client: Client) -> None:
    form = viewset_with_panels()
    llm_action = form.action()
    client.force_login(allowed(form.instance))
    assert set(offers(client, form.url)["fields"]) == {form.destination}

    Ferry.objects.update(name=LAID_UP)

    assert offers(client, form.url) == NO_OFFERS
    assert start(client, llm_action, form.url).status_code == 403


@pytest.mark.parametrize("make", [document, viewset_without_panels])
def test_a_value_is_made_for_the_plain_forms_of_wagtail_too(
    client: Client, make: Callable[[], Form]
) -> None:
    client.force_login(AdminFactory())
    form = make()
    llm_action = form.action(destination="kind" if make is viewset_without_panels else "tags")
    click(client, llm_action, form.url)
    run = answer("Tides, Moon" if make is document else "Lit")
    data = {"llm-actions-form-action": form.url, "text": run.output, "value": "[]"}

    response = client.post(reverse("wagtail_llm_actions:form_value", args=[run.pk]), data)

    assert response.status_code == 200, response.content
    expected = ["Tides", "Moon"] if make is document else ["lit"]
    assert json.loads(response.json()["value"]) == expected
