"""How a proposal is read and decided on: its changes, a part of them, and why not."""

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

BEFORE = "The tide came. Nobody knew. The boats lay dry."
AFTER = "The tide came early. Nobody knew. The boats lay dry until noon."


def test_a_part_of_a_proposal_is_taken_and_undo_brings_back_the_former_text(
    visit: Visit, showcase_site: str
) -> None:
    user, post = EditorFactory(), BlogPageFactory(summary=BEFORE)
    LLMRunFactory(page=post, user=user, action=LLMActionFactory(), succeeded=True, output=AFTER)
    editor = visit(user, showcase_site)
    editor.open(reverse("wagtailadmin_pages:edit", args=[post.pk]))
    summary = editor.field("Summary")
    diff = summary.card.get_by_role("group", name="Changes to the field")
    leave = summary.card.get_by_role("button", name="Keep the old text: Change 1 of 2")

    expect(diff.locator("ins")).to_have_text([" early", " until noon"])
    expect(summary.proposal).to_be_hidden()
    leave.focus()
    editor.page.keyboard.press("Enter")
    take = summary.card.get_by_role("button", name="Take the new text: Change 1 of 2")
    expect(take).to_be_focused()
    expect(summary.card).to_contain_text("Changes left out: 1")
    take.click()
    expect(summary.proposal).to_have_value(AFTER)
    leave.click()
    summary.press("New text")
    expect(diff).to_be_hidden()
    expect(summary.proposal).to_have_value(
        part := "The tide came. Nobody knew. The boats lay dry until noon."
    )
    summary.press("Accept")

    expect(editor.control("summary")).to_have_value(part)
    eventually(lambda: LLMRun.objects.get().decision == LLMRun.Decision.EDITED)
    summary.press("Undo")
    expect(editor.control("summary")).to_have_value(BEFORE)
    # The view is remembered.
    expect(summary.button("New text")).to_have_attribute("aria-pressed", "true")
    editor.page.reload()
    expect(summary.proposal).to_have_value(part)
    expect(diff).to_be_hidden()
