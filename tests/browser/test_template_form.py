"""An admin writes a prompt template: inserts, is corrected, and sees what would be sent."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from tests.factories import AdminFactory, BlogPageFactory

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.browser.person import Person

    Visit = Callable[..., Person]

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_a_template_is_written_with_help(visit: Visit) -> None:
    page = BlogPageFactory(title="Tides", summary="Early water.")
    admin = visit(AdminFactory())
    admin.open(reverse("wagtail_llm_actions_prompt_templates:add"))
    text = admin.control("text")

    text.fill("Shorten: ")
    admin.page.locator("[data-llm-actions-variable=input]").click()
    expect(text).to_have_value("Shorten: {{ input }}")
    expect(text).to_be_focused()

    text.press_sequentially("\n{{ titel }}")
    problem = admin.page.locator("#llm-actions-problem-text")
    expect(problem).to_have_text("Line 2: There is no variable “titel”.")
    expect(text).to_have_attribute("aria-invalid", "true")
    text.fill("Shorten {{ post_title }}: {{ input }}")
    expect(problem).to_have_text("")

    preview = admin.page.locator("[data-llm-actions-preview]")
    show = preview.get_by_role("button", name="Preview", exact=True)
    show.click()
    expect(preview.get_by_role("status")).to_have_text("Choose a page first.")
    admin.page.get_by_role("button", name="Choose a page").click()
    dialog = admin.page.get_by_role("dialog")
    dialog.get_by_role("link", name=f"Explore subpages of '{page.get_parent().title}'").or_(
        dialog.locator(f"a[href*='/choose-page/{page.get_parent().pk}/']")
    ).first.click()
    dialog.get_by_role("link", name="Tides", exact=True).click()
    expect(dialog).to_be_hidden()
    show.click()
    expect(preview.locator("[data-part=text]")).to_have_text(
        "Shorten <post_title>Tides</post_title>: <input>Early water.</input>"
    )
    expect(preview.get_by_role("status")).to_contain_text("Approximately")
