"""Forms of models that are unlike most: each can be read and written as any other."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from django.urls import reverse
from django.utils.translation import override
from wagtail.models import Locale, Page

from tests.editor.actions import action_for
from tests.editor.forms import click, offers, post_add, post_of, snippet_add, snippet_edit
from tests.editor.requests import decide, poll
from tests.factories import AdminFactory, LLMActionFactory, journal
from tests.notices.models import DraftMemo
from tests.oddities.models import Channel, Radio, Timetable, Trawler, Tug, Vessel
from tests.ports.models import Ferry
from wagtail_llm_actions import fields
from wagtail_llm_actions.admin.actions.field_choices import model_fields, type_fields
from wagtail_llm_actions.bulk.edit_views import split_hidden
from wagtail_llm_actions.bulk.start import build_chunks, new_key, objects_of, save_and_enqueue
from wagtail_llm_actions.compat import content_types_of
from wagtail_llm_actions.models import LLMRun
from wagtail_llm_actions.runs.lifecycle.execute import execute

if TYPE_CHECKING:
    from django.test import Client

    from example_site.blog.models import BlogIndexPage
    from wagtail_llm_actions.providers.testing import ScriptedProvider

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _admin(client: Client) -> None:
    client.force_login(AdminFactory())


def test_a_lazy_label_is_read_as_a_whole() -> None:
    with override("de"):
        assert fields.read(Timetable(season="early"), "season") == "Januar"
        assert fields.read(Timetable(season="late"), "season") == "Juli"


@pytest.mark.parametrize("is_new", [True, False])
def test_a_model_may_call_a_field_of_its_own_locale_and_need_what_a_new_object_lacks(
    client: Client, *, is_new: bool
) -> None:
    Locale.objects.create(language_code="de")
    llm_action = action_for(
        Timetable, "{{ post_title }}-{{ input }} {{ language }}", source="*", destination="text"
    )
    timetable = Timetable(ferry=Ferry.objects.create(name="Heron"), locale="nl")
    if not is_new:
        timetable.save()
    url = snippet_add(Timetable) if is_new else snippet_edit(timetable)

    assert set(offers(client, url)["fields"]) == {"text"}
    response = click(client, llm_action, url, text="Hourly.", ferry="")

    assert response.status_code == 202
    run = LLMRun.objects.get()
    assert (run.status, run.language_code) == ("queued", "en")
    assert run.target_label == ("" if is_new else "Times of Heron")
    assert "Hourly." in run.prompt


def test_a_page_is_added_in_a_tree_whose_numbers_are_wrong(client: Client) -> None:
    LLMActionFactory()
    parent: BlogIndexPage = journal()
    Page.objects.filter(pk=parent.pk).update(numchild=3)

    assert set(offers(client, post_add(parent))["fields"]) == {"summary"}


@pytest.mark.parametrize(("model", "other"), [(Tug, Trawler), (Trawler, Tug)])
def test_a_proxy_has_actions_and_runs_of_its_own(
    client: Client, provider: ScriptedProvider, model: type[Vessel], other: type[Vessel]
) -> None:
    llm_action = action_for(model, source="text", destination="name")
    vessel = model._default_manager.create(name="Bear", text="Pulls.")
    vessel.save_revision()
    url = snippet_edit(vessel)

    assert set(offers(client, url)["fields"]) == {"name"}
    assert set(offers(client, snippet_add(model))["fields"]) == {"name"}
    assert offers(client, snippet_edit(other._default_manager.get()))["fields"] == {}
    assert click(client, llm_action, url, text="Pulls a lot.").status_code == 202
    run = LLMRun.objects.get()
    provider.script("Strong")
    execute(run.pk)
    assert poll(client, run).json()["output"] == "Strong"
    assert decide(client, run, decision="accept", text="Strong").status_code == 200
    assert client.post(url, post_of(client, url) | {"name": "Strong"}).status_code == 302
    run.refresh_from_db()
    assert (run.target, run.decision) == (vessel, LLMRun.Decision.ACCEPTED)
    assert run.audit_logged_at
    history = client.get(reverse("wagtail_llm_actions:history")).content.decode()
    assert f'href="{url}' in history


def test_an_action_can_be_defined_for_each_proxy(client: Client) -> None:
    content_types = content_types_of([Tug, Trawler])

    assert len({content_type.pk for content_type in content_types.values()}) == 2
    for content_type in content_types.values():
        assert {"name", "text"} <= dict(type_fields(str(content_type.pk)).destinations).keys()


def test_a_bulk_run_on_a_proxy_is_shown_on_its_form(
    client: Client, provider: ScriptedProvider
) -> None:
    llm_action = action_for(Tug, source="text", destination="name")
    vessel = Tug.objects.create(name="Bear", text="Pulls.")
    shown, _hidden = split_hidden(llm_action, objects_of(llm_action))
    for chunk in build_chunks(llm_action, shown, key=new_key()):
        save_and_enqueue(llm_action, chunk)
    provider.script("Strong")
    execute(LLMRun.objects.get().pk)

    (pending,) = offers(client, snippet_edit(vessel))["pending"]

    assert pending["output"] == "Strong"


@pytest.mark.parametrize("deleted_by", [Vessel, Tug, Trawler])
def test_the_runs_of_a_proxy_are_erased_whichever_model_deletes_the_row(
    client: Client, provider: ScriptedProvider, deleted_by: type[Vessel]
) -> None:
    vessel = Tug.objects.create(name="Bear", text="Pulls.")
    click(client, action_for(Tug, source="text", destination="name"), snippet_edit(vessel))
    run = LLMRun.objects.get()
    execute(run.pk)

    deleted_by._default_manager.get().delete()

    run.refresh_from_db()
    assert (run.prompt, run.output, run.target_label) == ("", "", "")


@pytest.fixture
def radio() -> Radio:
    radio = Radio(code="VHF 16", text="Listen.", password="s3cret")  # noqa: S106
    radio.channel_set = [Channel(purpose="Distress", pin="0000")]
    radio.save()
    return radio


def test_what_a_form_does_not_show_of_a_password_is_sent_to_no_model(
    client: Client, radio: Radio
) -> None:
    action_for(Radio, source="password", destination="text")
    action_for(Radio, source="channel_set.pin", destination="text")
    assert offers(client, snippet_edit(radio))["fields"] == {}
    assert not {"password", "channel_set.pin"} & dict(model_fields(Radio).sources).keys()
    llm_action = action_for(Radio, source="*", destination="text")

    response = click(client, llm_action, snippet_edit(radio), password="s3cret")  # noqa: S106
    (chunk,) = build_chunks(llm_action, objects_of(llm_action), key=new_key())

    assert response.status_code == 202
    for run in (LLMRun.objects.get(), *chunk.runs):
        assert "Listen." in run.prompt
        assert "Distress" in run.prompt
        assert not re.search("s3cret|0000", run.prompt)


def test_a_key_that_people_type_is_read_and_never_written() -> None:
    offered = model_fields(Radio)

    assert "code" in dict(offered.sources)
    assert "code" not in dict(offered.destinations)


def test_rows_whose_relation_has_no_name_are_read_and_written(client: Client, radio: Radio) -> None:
    assert {"channel_set", "channel_set.purpose"} <= dict(model_fields(Radio).sources).keys()
    assert "channel_set.purpose" in dict(model_fields(Radio).destinations)
    llm_action = action_for(Radio, source="channel_set", destination="channel_set.purpose")
    row = {"llm-actions-item-id": str(radio.channel_set.get().pk)}

    assert set(offers(client, snippet_edit(radio))["fields"]) == {"channel_set.purpose"}
    response = click(client, llm_action, snippet_edit(radio), **row)

    assert response.status_code == 202
    assert LLMRun.objects.get().prompt == "<input>- Distress</input>"


def test_when_something_was_published_is_written_by_nobody() -> None:
    assert "first_published_at" not in dict(model_fields(DraftMemo).destinations)
