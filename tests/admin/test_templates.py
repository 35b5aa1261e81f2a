"""The forms of prompt templates, and that neither kind of form saves by itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.urls import reverse
from wagtail.models import ModelLogEntry, ReferenceIndex

from tests.admin.html import context_of, page_at, words
from tests.factories import BlogPageFactory, LLMActionFactory, NoticeFactory, PromptTemplateFactory
from wagtail_llm_actions.models import PromptTemplate

if TYPE_CHECKING:
    from django.contrib.auth.models import User
    from django.db.models import Model
    from django.test import Client

pytestmark = pytest.mark.django_db

ADD = "wagtail_llm_actions_prompt_templates:add"


def controllers(client: Client, url: str) -> list[str]:
    form = page_at(client, url).select_one("form[data-edit-form]")
    assert form is not None
    return str(form["data-controller"]).split()


def test_a_new_template_is_saved_with_a_revision_and_in_the_audit_log(
    client: Client, admin: User
) -> None:
    form = {
        "name": "Summary",
        "description": "In two sentences.",
        "text": "Summarise: {{ input }}",
        "system_instructions": "You edit “{{ post_title }}”.",
    }

    client.post(reverse(ADD), form)

    template = PromptTemplate.objects.get()
    assert {name: getattr(template, name) for name in form} == form
    assert template.revisions.count() == 1
    (entry,) = ModelLogEntry.objects.for_instance(template)
    assert (entry.action, entry.user) == ("wagtail.create", admin)


def test_a_changed_template_keeps_its_revisions(client: Client, admin: User) -> None:
    template = PromptTemplateFactory(text="Old")
    template.save_revision()
    url = reverse("wagtail_llm_actions_prompt_templates:edit", args=[template.pk])

    client.post(url, {"name": "Summary", "text": "New"})

    template.refresh_from_db()
    assert template.text == "New"
    assert [revision.as_object().text for revision in template.revisions.order_by("pk")] == [
        "Old",
        "New",
    ]


@pytest.mark.parametrize("field", ["text", "system_instructions"])
def test_a_template_with_an_error_is_not_saved_and_says_where_it_is(
    client: Client, admin: User, field: str
) -> None:
    form = {"name": "Summary", "text": "Fine", field: "first\n{{ inptu }}"}

    response = client.post(reverse(ADD), form)

    assert context_of(response)["form"].errors == {field: ["Line 2: There is no variable “inptu”."]}
    assert not PromptTemplate.objects.exists()


def test_errors_in_both_texts_are_shown_at_once(client: Client, admin: User) -> None:
    form = {"name": "Summary", "text": "{{ a }}", "system_instructions": "{{ b }}"}

    response = client.post(reverse(ADD), form)

    assert set(context_of(response)["form"].errors) == {"text", "system_instructions"}


def test_the_name_of_a_template_is_used_once(client: Client, admin: User) -> None:
    PromptTemplateFactory(name="Summary")

    response = client.post(reverse(ADD), {"name": "Summary", "text": "x"})

    assert "name" in context_of(response)["form"].errors


def test_the_form_tells_the_variables_of_the_guide(client: Client, admin: User) -> None:
    page = page_at(client, reverse(ADD))

    for variable in ("{{ input }}", "{{ post_title }}", "{{ post_summary }}"):
        assert variable in words(page)


def test_a_template_that_an_action_uses_cannot_be_deleted(client: Client, admin: User) -> None:
    template = LLMActionFactory().prompt_template

    client.post(reverse("wagtail_llm_actions_prompt_templates:delete", args=[template.pk]))

    assert PromptTemplate.objects.filter(pk=template.pk).exists()


def test_the_method_delete_does_not_go_round_the_form(client: Client, admin: User) -> None:
    template = LLMActionFactory().prompt_template
    url = reverse("wagtail_llm_actions_prompt_templates:delete", args=[template.pk])

    assert client.delete(url).status_code == 405
    assert PromptTemplate.objects.filter(pk=template.pk).exists()


def test_a_used_template_survives_the_deletion_of_several(client: Client, admin: User) -> None:
    llm_action, unused = LLMActionFactory(), PromptTemplateFactory()
    used = llm_action.prompt_template
    ReferenceIndex.create_or_update_for_object(llm_action)
    url = reverse("wagtail_bulk_action", args=["wagtail_llm_actions", "prompttemplate", "delete"])

    response = client.post(f"{url}?id={used.pk}&id={unused.pk}", follow=True)

    assert response.status_code == 200
    assert PromptTemplate.objects.filter(pk=used.pk).exists()


def test_a_template_that_no_action_uses_can_be_deleted(client: Client, admin: User) -> None:
    template = PromptTemplateFactory()

    client.post(reverse("wagtail_llm_actions_prompt_templates:delete", args=[template.pk]))

    assert not PromptTemplate.objects.exists()


@pytest.mark.parametrize("view", ["add", "edit", "copy"])
@pytest.mark.parametrize("kind", ["actions", "prompt_templates"])
def test_a_half_typed_form_is_not_saved_by_itself(
    client: Client, admin: User, kind: str, view: str
) -> None:
    llm_action = LLMActionFactory()
    instance: Model = llm_action if kind == "actions" else llm_action.prompt_template

    url = reverse(f"wagtail_llm_actions_{kind}:{view}", args=[] if view == "add" else [instance.pk])

    assert "w-autosave" not in controllers(client, url)
    assert "w-unsaved" in controllers(client, url)


def test_other_forms_go_on_saving_by_themselves(client: Client, admin: User) -> None:
    notice, page = NoticeFactory(), BlogPageFactory()

    for url in (
        reverse(notice.snippet_viewset.get_url_name("add")),
        reverse(notice.snippet_viewset.get_url_name("edit"), args=[notice.pk]),
        reverse("wagtailadmin_pages:edit", args=[page.pk]),
    ):
        assert "w-autosave" in controllers(client, url)
