"""An editor who may see costs reads what a click costs before it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.contrib.auth.models import Permission
from django.urls import reverse
from playwright.sync_api import expect

from tests.editor.test_estimates import with_past_runs
from tests.factories import BlogPageFactory, EditorFactory, LLMActionFactory

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.browser.person import Person

    Visit = Callable[..., Person]

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_the_button_and_the_menu_follow_the_text_that_is_not_saved(visit: Visit) -> None:
    title = {"model": "cloud", "source": "title"}
    with_past_runs(LLMActionFactory(label="Summary", sort_order=1, **title))
    with_past_runs(LLMActionFactory(label="Three", sort_order=2, candidate_count=3, **title))
    post = BlogPageFactory(title="x" * 100)
    user = EditorFactory()
    user.user_permissions.add(Permission.objects.get(codename="view_costs"))
    editor = visit(user)
    editor.open(reverse("wagtailadmin_pages:edit", args=[post.pk]))
    summary = editor.field("Summary")

    toolbar = editor.page.locator(".llm-actions__toolbar", has=summary.generate)
    price = toolbar.locator("[data-part=estimate]")
    expect(price).to_have_text("About $0.011")
    editor.control("title").fill("x" * 200)
    expect(price).to_have_text("About $0.012")
    expect(summary.generate).to_have_accessible_description("About $0.012")

    toolbar.get_by_role("button", name="Choose an action").click()
    menu = editor.page.get_by_role("button", name="Three")
    expect(menu).to_contain_text("About $0.036")

    # The sum of all that one click would start.
    editor.page.get_by_role("button", name="Toggle generated texts").click()
    fill = editor.page.get_by_role("button", name="Fill empty fields")
    expect(fill).to_have_accessible_description("All empty fields: about $0.012")
