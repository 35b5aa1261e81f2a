"""Forms of models that are unlike most: each can be read and written as any other."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.utils.translation import override
from wagtail.models import Locale, Page

from tests.editor.actions import action_for
from tests.editor.forms import click, offers, post_add, snippet_add, snippet_edit
from tests.factories import AdminFactory, LLMActionFactory, journal
from tests.oddities.models import Timetable
from tests.ports.models import Ferry
from wagtail_llm_actions import fields
from wagtail_llm_actions.models import LLMRun

if TYPE_CHECKING:
    from django.test import Client

    from example_site.blog.models import BlogIndexPage

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
