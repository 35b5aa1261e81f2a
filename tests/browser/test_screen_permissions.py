"""Who finds which screen, menu entry and button: an admin, a moderator, an editor, and nobody.

The moderator and the editor are in the groups that come with Wagtail; the moderators' group may
view runs as well. ``tests/test_permissions_of_urls.py`` holds the same for every URL.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from tests.browser.showcase import Showcase

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.browser.person import Person

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

HOME = reverse("wagtailadmin_home")
REFUSED = "Sorry, you do not have permission to access this area."

EVERYBODY = ("admin", "moderator", "editor", "guest")
WRITERS = ("admin", "moderator", "editor")
READERS = ("admin", "moderator")
MANAGERS = ("admin",)

SCREENS = {
    "front page": EVERYBODY,
    "page form": WRITERS,
    "actions": MANAGERS,
    "new action": MANAGERS,
    "action form": MANAGERS,
    "copy of an action": MANAGERS,
    "deletion of an action": MANAGERS,
    "changes of an action": MANAGERS,
    "templates": MANAGERS,
    "new template": MANAGERS,
    "template form": MANAGERS,
    "deletion of a template": MANAGERS,
    "budgets": MANAGERS,
    "new budget": MANAGERS,
    "budget form": MANAGERS,
    "models": MANAGERS,
    "import": MANAGERS,
    # Of each their own.
    "exported files": EVERYBODY,
    "getting started": MANAGERS,
    "history": READERS,
    "run": READERS,
    "failed run": READERS,
    "redacted run": READERS,
    "usage": READERS,
}
MENU = {
    "wagtail_llm_actions_actions:list": MANAGERS,
    "wagtail_llm_actions_prompt_templates:list": MANAGERS,
    "wagtail_llm_actions_budgets:index": MANAGERS,
    "wagtail_llm_actions:models": MANAGERS,
    # Nothing is missing here any more.
    "wagtail_llm_actions:getting_started": (),
    "wagtail_llm_actions:history": READERS,
    "wagtail_llm_actions:usage": READERS,
}


@pytest.fixture
def showcase() -> Showcase:
    return Showcase()


def is_shown(person: Person, path: str) -> bool:
    """Ask for it as this person's browser does; who may not is told so on the front page.

    Nothing is drawn, as ``test_screens.py`` looks at every screen.
    """
    response = person.page.request.get(f"{person.site}{path}")
    place = urlsplit(response.url).path
    assert (response.status, place) in {(200, path), (200, HOME)}
    assert (REFUSED in response.text()) == (place != path)
    return place == path


@pytest.mark.parametrize("role", EVERYBODY)
def test_a_screen_is_shown_or_refused_in_words(
    visit: Callable[..., Person], showcase_site: str, showcase: Showcase, role: str
) -> None:
    person = visit(getattr(showcase, role), showcase_site)

    shown = {name: is_shown(person, path) for name, path in showcase.screens().items()}

    assert shown == {name: role in roles for name, roles in SCREENS.items()}


@pytest.mark.parametrize("role", EVERYBODY)
def test_menus_panels_and_buttons_lead_only_where_one_may_go(
    visit: Callable[..., Person], showcase_site: str, showcase: Showcase, role: str
) -> None:
    person = visit(getattr(showcase, role), showcase_site)
    page = person.page

    person.open(HOME)
    expect(page.locator("#wagtail-sidebar a").first).to_be_attached()
    in_menu = {
        name: page.locator(f"#wagtail-sidebar a[href='{reverse(name)}']").count() == 1
        for name in MENU
    }
    assert in_menu == {name: role in roles for name, roles in MENU.items()}
    expect(page.get_by_role("heading", name="LLM actions this month")).to_be_visible(
        visible=role in READERS
    )
    expect(page.locator(".llm-actions-cards").get_by_text("Cost", exact=True)).to_be_visible(
        visible=role in MANAGERS
    )
    if role not in WRITERS:
        return
    person.open(showcase.screens()["page form"])
    expect(person.field("Subtitle").generate).to_be_visible()
    page.locator("header [data-controller~=w-dropdown] button").first.click()
    expect(page.get_by_role("link", name="LLM history", exact=True)).to_be_visible(
        visible=role in READERS
    )
