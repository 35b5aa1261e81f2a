"""An editor finds a text that nobody asked for on this page."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from tests.factories import BlogPageFactory, EditorFactory, LLMActionFactory
from tests.parts.waiting import eventually
from wagtail_llm_actions.bulk.start import build_chunks, new_key, objects_of, save_and_enqueue
from wagtail_llm_actions.models import LLMRun

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.browser.person import Person

    Visit = Callable[..., Person]

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_the_text_of_a_bulk_run_is_there_when_the_page_is_opened_and_is_accepted(
    visit: Visit, kept_queue: object
) -> None:
    llm_action, page = LLMActionFactory(), BlogPageFactory(summary="My own words.")
    (chunk,) = build_chunks(llm_action, objects_of(llm_action), key=new_key())
    save_and_enqueue(llm_action, chunk)
    (run,) = chunk.runs
    LLMRun.objects.update(
        status=LLMRun.Status.SUCCEEDED, output="The tide came early.", finish_reason="stop"
    )

    editor = visit(EditorFactory())
    editor.open(reverse("wagtailadmin_pages:edit", args=[page.pk]))
    summary = editor.field("Summary")
    assert summary.wait_for_proposal() == "The tide came early."
    expect(editor.control("summary")).to_have_value("My own words.")
    expect(summary.card).to_contain_text("This text comes from a bulk run.")
    waiting = editor.page.get_by_role("tab", name="Texts that wait for your decision: 1")
    expect(waiting).to_contain_text("Content")
    toggle = editor.page.get_by_role("button", name="Toggle generated texts")
    expect(toggle).to_have_accessible_name(
        "Toggle generated texts. Texts that wait for your decision: 1"
    )
    summary.press("Accept")
    expect(waiting).to_have_count(0)

    expect(editor.control("summary")).to_have_value("The tide came early.")
    eventually(lambda: LLMRun.objects.get().decision == LLMRun.Decision.ACCEPTED)
    editor.save()
    run.refresh_from_db()
    assert run.audit_logged_at is not None
    editor.open(reverse("wagtailadmin_pages:history", args=[page.pk]))
    expect(editor.page.get_by_text("LLM text accepted in Summary")).to_be_visible()
