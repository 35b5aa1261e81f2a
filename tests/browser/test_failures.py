"""What editors and admins see of a model that is busy, away, or not there at all."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect

from tests.factories import (
    AdminFactory,
    BlogPageFactory,
    EditorFactory,
    LLMActionFactory,
    LLMRunFactory,
)
from tests.providers.server import ProviderServer, streamed, whole
from tests.providers.wire_openai import OpenAIWire
from wagtail_llm_actions.generation import FinishReason
from wagtail_llm_actions.models import LLMRun

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.contrib.auth.models import User

    from tests.browser.person import Field, Person
    from tests.providers.server import Reply

    Visit = Callable[..., Person]

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

WIRE = OpenAIWire()


def answer(text: str) -> Reply:
    events = [*WIRE.beginning(), WIRE.text(text), *WIRE.ending(FinishReason.STOP, None)]
    return streamed(events)


def error(status: int, **headers: str) -> Reply:
    return whole(status, WIRE.error_body(status, "The owls are out."), headers=headers)


def summary_of_a_post(visit: Visit, user: User | None = None) -> Field:
    editor = visit(user or EditorFactory())
    editor.open(reverse("wagtailadmin_pages:edit", args=[BlogPageFactory().pk]))
    return editor.field("Summary")


def test_a_busy_model_is_asked_again_before_the_editors_eyes(
    visit: Visit, server: ProviderServer
) -> None:
    LLMActionFactory(model="cloud")
    server.play(error(429, **{"retry-after": "4"}), answer("The tide came."))
    summary = summary_of_a_post(visit)

    summary.generate.click()

    expect(summary.status).to_have_text(re.compile(r"^Busy, trying again in \d s \(2 of 3\)$"))
    assert summary.wait_for_proposal() == "The tide came."
    assert len(server.requests) == 2


def test_another_model_writes_where_the_first_cannot(visit: Visit, server: ProviderServer) -> None:
    LLMActionFactory(model="cloud", fallback_model="slow")
    server.play(error(401))
    summary = summary_of_a_post(visit)

    summary.generate.click()

    assert summary.wait_for_proposal() == "The tide came in early."
    expect(summary.card).to_contain_text("Cloud could not answer, so Slow wrote this text.")
    expect(summary.card).to_contain_text("Slow")


def test_a_limit_is_told_on_the_card_and_try_again_works_once_there_is_room(
    visit: Visit, server: ProviderServer
) -> None:
    llm_action, user = LLMActionFactory(model="cloud"), EditorFactory()
    later = timezone.now() + timedelta(days=1)
    LLMRunFactory.create_batch(
        10, action=llm_action, user=user, running=True, lease_expires_at=later
    )
    server.play(answer("The tide came."))
    summary = summary_of_a_post(visit, user)
    said = summary.card.get_by_role("alert")

    summary.generate.click()

    expect(said).to_have_text(
        "You have 10 runs under way, which is the limit. Wait until one ends, then try again."
    )
    # The first refusal is a run, the second is none; both say the same.
    with summary.person.page.expect_response(lambda response: response.url.endswith("/runs/")):
        summary.press("Try again")
    expect(said).to_have_text(re.compile("^You have 10 runs under way"))
    LLMRun.objects.filter(status="running").update(status="cancelled")
    summary.press("Try again")
    assert summary.wait_for_proposal() == "The tide came."


def test_a_text_that_is_right_as_it_stands_is_no_failure(
    visit: Visit, server: ProviderServer
) -> None:
    LLMActionFactory(model="cloud", source="summary", destination="summary")
    server.play(answer("No changes needed."))
    summary = summary_of_a_post(visit)
    summary.person.control("summary").fill("The tide came early.")

    summary.generate.click()

    expect(summary.status).to_have_text("Cloud found nothing to change.")
    expect(summary.card.get_by_role("alert")).to_be_hidden()
    expect(summary.card.locator(".llm-actions-card__icon--failed")).to_be_hidden()
    expect(summary.card.get_by_role("button")).to_have_text(["Dismiss"])
    summary.press("Dismiss")
    expect(summary.card).to_be_hidden()
    expect(summary.generate).to_be_focused()


def test_a_text_that_came_whole_before_the_failure_is_used(
    visit: Visit, server: ProviderServer
) -> None:
    LLMActionFactory(model="cloud")
    # The connection ends before the model says that it has finished.
    server.play(streamed([*WIRE.beginning(), WIRE.text("The tide came.")]))
    summary = summary_of_a_post(visit)
    summary.generate.click()
    expect(summary.card.get_by_role("alert")).to_be_visible()
    expect(summary.button("Accept")).to_be_hidden()

    summary.press("Use this text")

    assert summary.wait_for_proposal() == "The tide came."
    expect(summary.button("Use this text")).to_be_hidden()
    with summary.person.page.expect_response(lambda answer: "/decide/" in answer.url) as decided:
        summary.press("Accept")
    assert decided.value.json()["decision"] == "accepted"
    expect(summary.person.control("summary")).to_have_value("The tide came.")


def test_a_failure_tells_the_editor_and_the_admin_what_to_do(
    visit: Visit, server: ProviderServer
) -> None:
    LLMActionFactory(model="cloud")
    server.play(error(404))
    summary = summary_of_a_post(visit)

    summary.generate.click()

    expect(summary.card.get_by_role("alert")).to_have_text(
        "Cloud does not exist at its provider. Ask your admin to choose another model."
    )
    summary.press("Copy report for support")
    expect(summary.status).to_have_text("Copied.")
    run = LLMRun.objects.get()
    admin = visit(AdminFactory())
    admin.open(reverse("wagtail_llm_actions:history_run", args=[run.pk]))
    main = admin.page.get_by_role("main")
    expect(main).to_contain_text("The provider said: The owls are out.")
    expect(main).to_contain_text("Check NAME of the model “cloud” in MODELS")
    admin.page.get_by_text("Report for support", exact=True).first.click()
    expect(admin.page.get_by_label("Report for support")).to_have_value(
        re.compile(f"^run: {run.pk}\nerror: model_unavailable .HTTP 404.\n")
    )
