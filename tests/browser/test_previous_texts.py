"""An editor comes back to a text that was proposed before."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from tests.factories import BlogPageFactory, EditorFactory, LLMActionFactory, LLMRunFactory
from tests.parts.waiting import eventually
from wagtail_llm_actions.models import LLMRun

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.browser.person import Person

    Visit = Callable[..., Person]

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_an_older_text_is_brought_back_and_the_history_says_so(visit: Visit) -> None:
    llm_action = LLMActionFactory(model="slow")
    user = EditorFactory()
    post = BlogPageFactory(summary="My own words.")
    run = LLMRunFactory(
        action=llm_action,
        page=post,
        user=user,
        succeeded=True,
        decision=LLMRun.Decision.DISMISSED,
        model_key="slow",
    )
    editor = visit(user)
    editor.open(reverse("wagtailadmin_pages:edit", args=[post.pk]))
    summary = editor.field("Summary")

    editor.page.get_by_role("button", name="Previous texts: Summary").click()
    earlier = editor.page.get_by_role("region", name="Previous texts for Summary")
    expect(earlier.get_by_role("listitem")).to_contain_text("The tide came early.")
    expect(earlier).to_contain_text("Dismissed")
    earlier.get_by_role("button", name="Propose again").click()

    expect(earlier).to_be_hidden()
    expect(summary.card).to_be_focused()
    assert summary.wait_for_proposal() == "The tide came early."
    expect(editor.control("summary")).to_have_value("My own words.")
    summary.press("Accept")
    expect(editor.control("summary")).to_have_value("The tide came early.")
    eventually(lambda: LLMRun.objects.get().decision == LLMRun.Decision.ACCEPTED)
    editor.save()

    run.refresh_from_db()
    assert run.audit_logged_at is not None
    editor.open(reverse("wagtailadmin_pages:history", args=[post.pk]))
    expect(editor.page.get_by_text("LLM text accepted in Summary")).to_be_visible()


def test_a_field_without_earlier_texts_has_no_such_button(visit: Visit) -> None:
    LLMActionFactory(model="slow")
    editor = visit(EditorFactory())
    editor.open(reverse("wagtailadmin_pages:edit", args=[BlogPageFactory().pk]))

    expect(editor.field("Summary").generate).to_be_visible()
    expect(editor.page.get_by_role("button", name="Previous texts: Summary")).to_be_hidden()
