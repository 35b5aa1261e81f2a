"""An admin sets a budget, editors meet it, and everybody reads what became of it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import django
import pytest
from django.contrib.auth.models import Group
from django.urls import reverse
from playwright.sync_api import expect

from tests.factories import (
    AdminFactory,
    BlogPageFactory,
    EditorFactory,
    LLMActionFactory,
    LLMBudgetFactory,
    UserFactory,
)
from tests.parts.waiting import eventually
from tests.parts.web import WebProcess
from wagtail_llm_actions.generation import Usage

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from playwright.sync_api import Browser, Page

    from tests.browser.person import Person
    from wagtail_llm_actions.models import LLMAction

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

SCRIPTED = "wagtail_llm_actions.providers.testing.ScriptedProvider"


def model(usd_per_million_tokens: int) -> dict[str, Any]:
    price = {"INPUT": usd_per_million_tokens, "OUTPUT": usd_per_million_tokens}
    return {"PROVIDER": "scripted", "NAME": "scripted", "PRICE": price}


# Printed, so that the test can read what another process has sent.
CONSOLE = "django.core.mail.backends.console.EmailBackend"
SETTINGS = {
    **(
        {"MAILERS": {"default": {"BACKEND": CONSOLE}}}
        if django.VERSION >= (6, 1)
        else {"EMAIL_BACKEND": CONSOLE}
    ),
    "WAGTAIL_LLM_ACTIONS": {
        "PROVIDERS": {
            "scripted": {
                "BACKEND": SCRIPTED,
                "OPTIONS": {
                    "script": ["The tide.", Usage(input_tokens=8_500, output_tokens=0)],
                },
            }
        },
        "MODELS": {
            "dear": model(1_000) | {"LABEL": "Dear"},
            "cheap": model(1) | {"LABEL": "Cheap"},
        },
    },
}


@pytest.fixture(scope="module")
def web(browser: Browser, django_db_setup: None) -> Iterator[WebProcess]:
    # The browser first: once its event loop runs, Django takes another connection to the database.
    with WebProcess(SETTINGS) as web:
        web.wait_until_ready()
        yield web


@pytest.fixture
def admin(visit: Callable[..., Person], web: WebProcess) -> Person:
    return visit(AdminFactory(), f"http://{web.address}")


@pytest.fixture
def editor(visit: Callable[..., Person], web: WebProcess) -> Person:
    return visit(EditorFactory(), f"http://{web.address}")


def make_action(label: str, destination: str, **values: Any) -> LLMAction:
    return LLMActionFactory(
        label=label,
        destination=destination,
        source="title",
        model="dear",
        max_tokens=100,
        **values,
    )


def subjects(web: WebProcess) -> list[str]:
    return re.findall(r"^Subject: (.*)$", web.log, re.MULTILINE)


def prints_whole(page: Page) -> bool:
    """Return whether a printer shows more than what the window happens to show."""
    page.emulate_media(media="print")
    is_whole: bool = page.evaluate(
        "(({ scrollHeight, clientHeight }) => scrollHeight <= clientHeight)(document.querySelector('main'))"
    )
    page.emulate_media(media="screen")
    return is_whole


def set_budget(admin: Person) -> None:
    admin.open(reverse("wagtail_llm_actions_budgets:add"))
    group = admin.control("group")
    expect(group).to_be_hidden()
    admin.control("scope").select_option("group")
    expect(group).to_be_visible()
    expect(admin.control("user")).to_be_hidden()
    admin.control("scope").select_option("site")
    expect(group).to_be_hidden()
    admin.control("amount_usd").fill("10")
    admin.control("at_limit").select_option("cheaper_model")
    admin.page.get_by_role("button", name="Create").click()
    expect(admin.page.get_by_role("cell", name="$10.00 of $10.00")).to_be_visible()


def test_a_budget_is_set_and_met_and_told(web: WebProcess, admin: Person, editor: Person) -> None:
    make_action("Summary", "summary", cheaper_model="cheap")
    make_action("Subtitle", "subtitle")
    set_budget(admin)

    # 85 %: the admin is warned.
    editor.open(reverse("wagtailadmin_pages:edit", args=[BlogPageFactory().pk]))
    summary, subtitle = editor.field("Summary"), editor.field("Subtitle")
    summary.generate.click()
    summary.wait_for_proposal()
    warning = "LLM budget: 80 % spent of The whole site, each month"
    eventually(lambda: subjects(web) == [warning])

    # The next one does not fit: the cheaper model takes over where there is one.
    summary.press("Dismiss")
    summary.generate.click()
    summary.wait_for_proposal()
    expect(summary.card).to_contain_text(
        "A budget has too little left, so the cheaper model Cheap wrote this text."
    )
    subtitle.generate.click()
    expect(subtitle.card).to_contain_text(
        "The monthly budget of this site has too little left for this run. It begins anew on "
    )
    expect(subtitle.card).not_to_contain_text("$")
    limit = "LLM budget used up: The whole site, each month"
    eventually(lambda: subjects(web) == [warning, limit])

    # $8.50 and less than a cent.
    left = admin.page.get_by_role("cell", name="$1.49 of $10.00")
    admin.open(reverse("wagtail_llm_actions:usage"))
    expect(left).to_be_visible()
    assert prints_whole(admin.page)
    admin.open(reverse("wagtailadmin_home"))
    admin.page.set_viewport_size({"width": 320, "height": 900})
    expect(left).to_be_visible()
    assert admin.page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_the_user_of_a_budget_is_searched_for(admin: Person) -> None:
    for name in ("ines", "jan"):
        UserFactory(username=name, first_name=name.title(), last_name="Harbour")
    admin.open(reverse("wagtail_llm_actions_budgets:add"))
    choose = admin.page.get_by_role("button", name="Choose a user")
    expect(choose).to_be_hidden()
    admin.control("scope").select_option("user")
    admin.control("amount_usd").fill("10")

    # By keys only.
    choose.focus()
    admin.page.keyboard.press("Enter")
    dialog = admin.page.get_by_role("dialog")
    dialog.get_by_label("Search term").fill("harbour in")
    expect(dialog.get_by_role("link", name="jan")).to_have_count(0)
    dialog.get_by_role("link", name="ines").press("Enter")
    expect(dialog).to_be_hidden()
    admin.page.get_by_role("button", name="Create").click()

    expect(admin.page.get_by_role("link", name="User “ines”, each month")).to_be_visible()


def test_a_saved_budget_keeps_whose_it_is(admin: Person) -> None:
    budget = LLMBudgetFactory(scope="group", group=Group.objects.create(name="Press"))
    admin.open(reverse("wagtail_llm_actions_budgets:edit", args=[budget.pk]))

    expect(admin.control("scope")).to_be_disabled()
    expect(admin.control("group")).to_be_visible()
    expect(admin.control("user")).to_have_count(0)
