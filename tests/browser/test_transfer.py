"""Actions and templates move from one site to another in a file that an admin carries."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

import pytest
from django.db import connection
from django.urls import reverse
from playwright.sync_api import expect

from tests.browser.showcase import SETTINGS
from tests.factories import AdminFactory, LLMActionFactory, PromptTemplateFactory
from tests.parts.web import WebProcess

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from tests.browser.person import Person

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(connection.vendor != "sqlite", reason="The other database is a file."),
]

ACTIONS = reverse("wagtail_llm_actions_actions:list")
LABEL = "Summarise the introduction"


@pytest.fixture
def admin(visit: Callable[..., Person], showcase_site: str) -> Person:
    return visit(AdminFactory(), showcase_site)


@pytest.fixture
def other_database(admin: Person, tmp_path: Path) -> str:
    """A database that holds the admin with their session, and no action or template yet."""
    path = str(tmp_path / "other-site.sqlite3")
    with closing(sqlite3.connect(path)) as copy:
        connection.connection.backup(copy)
    return path


@pytest.fixture
def other_site(other_database: str) -> Iterator[str]:
    """The address of the site on that database."""
    with WebProcess(SETTINGS, database=other_database) as web:
        web.wait_until_ready()
        yield f"http://{web.address}"


def count_actions(database: str) -> int:
    with closing(sqlite3.connect(database)) as opened:
        query = "SELECT COUNT(*) FROM wagtail_llm_actions_llmaction"
        return int(opened.execute(query).fetchone()[0])


def choose_from_menu(admin: Person, name: str) -> None:
    """Choose from the menu beside the list's heading."""
    admin.open(ACTIONS)
    admin.page.locator("header [data-controller~=w-dropdown] button").first.click()
    admin.page.get_by_role("link", name=name, exact=True).click()


def upload(admin: Person, file: Path) -> None:
    choose_from_menu(admin, "Import")
    admin.page.get_by_label("File").set_input_files(file)
    admin.page.get_by_role("button", name="Show changes").click()


def test_an_admin_moves_an_action_to_a_second_site(
    admin: Person, other_database: str, other_site: str
) -> None:
    template = PromptTemplateFactory(name="Two sentences")
    LLMActionFactory(label=LABEL, model="swift", prompt_template=template)
    with admin.page.expect_download() as download:
        choose_from_menu(admin, "Export")
    file = download.value.path()
    assert download.value.suggested_filename == "llm-actions.json"

    admin.site = other_site
    upload(admin, file)

    page = admin.page
    confirm = page.get_by_role("button", name="Confirm import")
    expect(page.get_by_text("Nothing has been changed yet.")).to_be_visible()
    expect(page.get_by_role("heading", name=f"LLM action “{LABEL}”")).to_be_visible()
    expect(page.get_by_role("heading", name="Prompt template “Two sentences”")).to_be_visible()
    assert count_actions(other_database) == 0
    confirm.click()
    expect(page.get_by_text("Imported: 2 created, 0 changed.")).to_be_visible()
    expect(page.get_by_role("row", name=LABEL)).to_contain_text("Swift")
    assert count_actions(other_database) == 1

    upload(admin, file)

    expect(page.get_by_text("There is nothing to change.")).to_be_visible()
    expect(confirm).to_be_hidden()
