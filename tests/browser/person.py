"""A logged-in person in a browser window, and what they find on an edit form."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from django.conf import settings
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


class Person:
    """Somebody at work; an error on the console of their browser fails the test."""

    def __init__(self, browser: Browser, site: str, user: Any) -> None:
        client = Client()
        client.force_login(user)
        self.site = site
        self._context = browser.new_context(
            # Drawing moving parts takes a quarter of the processor time of all that a test does.
            reduced_motion="reduce",
            viewport={"width": 1280, "height": 1000},
        )
        self._context.add_cookies(
            [
                {
                    "name": settings.SESSION_COOKIE_NAME,
                    "value": client.cookies[settings.SESSION_COOKIE_NAME].value,
                    "domain": str(urlsplit(site).hostname),
                    "path": "/",
                }
            ]
        )
        self.page = self._context.new_page()
        self.errors: list[str] = []
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))

    def leave(self) -> None:
        self._context.close()
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
