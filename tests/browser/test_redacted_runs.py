"""Cards and test results go on with runs whose texts were redacted, or never stored."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from tests.browser.test_failures import answer, error, summary_of_a_post
from tests.browser.test_playground import panel, press_test
from tests.factories import AdminFactory, BlogPageFactory, EditorFactory, LLMActionFactory
from wagtail_llm_actions.models import LLMRun, RedactionReason, RetentionMode
from wagtail_llm_actions.runs.redaction import redact

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.browser.person import Person
    from tests.providers.server import ProviderServer

    Visit = Callable[..., Person]

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def redact_all() -> None:
    assert redact(list(LLMRun.objects.values_list("pk", flat=True)), RedactionReason.AGE)


def test_an_editor_tries_again_and_accepts_though_the_texts_were_redacted(
    visit: Visit, server: ProviderServer
) -> None:
    LLMActionFactory(model="cloud")
    server.play(error(400), answer("The tide came."))
    summary = summary_of_a_post(visit)
    summary.generate.click()
    expect(summary.card.get_by_role("alert")).to_be_visible()
    redact_all()

    summary.press("Try again")

    assert summary.wait_for_proposal() == "The tide came."
    redact_all()
    with summary.person.page.expect_response(re.compile("/decide/")) as decided:
        summary.press("Accept")
    assert decided.value.json()["decision"] == "accepted"
    expect(summary.person.control("summary")).to_have_value("The tide came.")


def test_results_of_tests_stay_though_their_texts_were_redacted(
    visit: Visit, server: ProviderServer
) -> None:
    llm_action = LLMActionFactory(model="cloud")
    server.play(answer("The tide came."), answer("The tide left."))
    admin = visit(AdminFactory())
    admin.open(reverse("wagtail_llm_actions_actions:edit", args=[llm_action.pk]))
    admin.control("test_input").fill("The tide came in early.")
    press_test(admin)
    redact_all()

    press_test(admin)

    texts = panel(admin).locator("[data-part=output]")
    expect(texts).to_have_text(["The tide left.", "The tide came."])


def test_a_text_that_is_not_stored_is_there_again_after_a_reload(
    visit: Visit, server: ProviderServer
) -> None:
    LLMActionFactory(model="cloud", retention_mode=RetentionMode.NOTHING)
    server.play(answer("The tide came."))
    editor = visit(EditorFactory())
    address = reverse("wagtailadmin_pages:edit", args=[BlogPageFactory().pk])
    editor.open(address)
    summary = editor.field("Summary")
    summary.generate.click()
    assert summary.wait_for_proposal() == "The tide came."

    editor.open(address)

    assert summary.wait_for_proposal() == "The tide came."
    assert not LLMRun.objects.exclude(output="", prompt="").exists()
    with editor.page.expect_response(re.compile("/decide/")) as decided:
        summary.press("Accept")
    assert decided.value.json()["decision"] == "accepted"
    expect(editor.control("summary")).to_have_value("The tide came.")
