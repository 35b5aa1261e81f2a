"""A logged-in person in a browser window, and what they find on an edit form."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from django.conf import settings
from django.templatetags.static import static
from django.test import Client
from playwright.sync_api import expect

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Locator

# Wagtail asks these for pictures and news; there is no such network here.
ELSEWHERE = ("gravatar.com", "releases.wagtail.org")

FORM_IS_REMEMBERED = """() => {
    const form = document.querySelector("form[data-edit-form]");
    return window.wagtail.app.getControllerForElementAndIdentifier(form, "w-unsaved").initialFormData;
}"""


class Profile:
    """What a browser keeps of one site for one person at a time: cookies, and what scripts have stored.

    An icon of the site stays open in it, so that its process is there when the next person comes.
    """

    def __init__(self, browser: Browser, site: str) -> None:
        self.site = site
        self.context = browser.new_context(
            # Drawing moving parts takes a quarter of the processor time of all that a test does.
            reduced_motion="reduce",
            viewport={"width": 1280, "height": 1000},
        )
        self._kept_open = self.context.new_page()
        self._kept_open.goto(f"{site}{static('wagtailadmin/images/favicon.ico')}")

    def forget(self) -> None:
        """Close the windows, and be as new to the next person."""
        for page in self.context.pages:
            if page is not self._kept_open:
                page.close()
        self.context.clear_cookies()
        self._kept_open.evaluate("localStorage.clear()")


class Person:
    """Somebody at work; an error on the console of their browser fails the test."""

    def __init__(self, profile: Profile, user: Any) -> None:
        client = Client()
        client.force_login(user)
        self.site = profile.site
        self.profile = profile
        profile.context.add_cookies(
            [
                {
                    "name": settings.SESSION_COOKIE_NAME,
                    "value": client.cookies[settings.SESSION_COOKIE_NAME].value,
                    "domain": str(urlsplit(self.site).hostname),
                    "path": "/",
                }
            ]
        )
        self.page = profile.context.new_page()
        self.errors: list[str] = []
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))

    def leave(self) -> None:
        self.profile.forget()
        assert not self.errors, self.errors

    def open(self, path: str) -> None:
        """Go to a page of the admin and wait until it is ready to be used."""
        self.page.goto(f"{self.site}{path}")

    def wait_for_unsaved_changes(self) -> None:
        """Wait until Wagtail sees changes of the form: it remembers it two seconds after it opened."""
        self.page.wait_for_function(FORM_IS_REMEMBERED)

    def control(self, name: str) -> Locator:
        """Return the form's own control with this name."""
        return self.page.locator(f"form[data-edit-form] [name={name}]")

    def field(self, label: str) -> Field:
        """Return what belongs to the field with this label."""
        return Field(self, label)

    def save(self) -> None:
        """Press the form's main button and wait for what comes after."""
        with self.page.expect_navigation():
            self.page.locator("footer button[type=submit]").first.click()


class Field:
    """A field with its Generate button and its card."""

    def __init__(self, person: Person, label: str) -> None:
        page = person.page
        self.person = person
        # With several actions, the button names the one that it runs.
        name = re.compile(rf"^Generate: ({re.escape(label)}|.+ \({re.escape(label)}\))$")
        self.generate = page.get_by_role("button", name=name)
        self.card = page.get_by_role("region", name=f"LLM proposal for {label}")
        # The second one says why a text cannot be accepted.
        self.status = self.card.get_by_role("status").first
        self.textarea = page.locator(f"section[aria-label='LLM proposal for {label}'] textarea")
        self.proposal = self.card.get_by_label("Suggested text")

    def press(self, name: str) -> None:
        """Press a button of the card."""
        self.button(name).click()

    def button(self, name: str) -> Locator:
        return self.card.get_by_role("button", name=name, exact=True)

    def wait_for_proposal(self, timeout_ms: float | None = None) -> str:
        """Wait until the text is there to be decided on."""
        expect(self.button("Accept")).to_be_visible(timeout=timeout_ms)
        return self.proposal.input_value()
