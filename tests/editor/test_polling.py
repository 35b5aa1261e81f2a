"""Following a run from the browser by polling."""

from __future__ import annotations

import uuid
from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest
from django.contrib.auth.models import Permission
from django.utils import timezone

from tests.editor.forms import click, page_edit
from tests.editor.requests import poll, running
from tests.factories import BlogPageFactory, LLMActionFactory, LLMRunFactory
from wagtail_llm_actions.generation import FinishReason, Usage
from wagtail_llm_actions.models import LLMRun
from wagtail_llm_actions.runs.lifecycle.execute import execute
from wagtail_llm_actions.streams import get_stream

if TYPE_CHECKING:
    from django.contrib.auth.models import User
    from django.test import Client

    from tests.kept_queue import KeptQueue
    from wagtail_llm_actions.providers.testing import ScriptedProvider

pytestmark = pytest.mark.django_db


def test_a_run_is_followed_from_the_click_to_the_decision(
    client: Client, editor: User, provider: ScriptedProvider
) -> None:
    provider.script("The tide", " came.", Usage(input_tokens=12, output_tokens=7))
    state = click(client, LLMActionFactory(), page_edit(BlogPageFactory())).json()

    execute(uuid.UUID(state["id"]))
    ended = client.get(state["poll_url"]).json()
    decided = client.post(state["decide_url"], {"decision": "accept", "text": "The tide."}).json()

    assert (ended["status"], ended["output"], ended["error"]) == (
        "succeeded",
        "The tide came.",
        None,
    )
    assert (ended["finish_reason"], ended["notice"], ended["decision"]) == ("stop", "", "none")
    assert (ended["input_tokens"], ended["output_tokens"]) == (12, 7)
    assert ended["seconds"] >= 0
    assert decided == ended | {"decision": "edited"}


def test_only_the_new_text_travels(client: Client, editor: User) -> None:
    run = running(user=editor)
    get_stream().append(run.pk, "The tide")

    first = poll(client, run, cursor="0").json()
    get_stream().append(run.pk, " came.")
    second = poll(client, run, cursor=first["cursor"]).json()
    third = poll(client, run, cursor=second["cursor"]).json()

    assert first["status"] == "running"
    assert (first["text"], second["text"], third["text"]) == ("The tide", " came.", "")
    assert first["output"] == ""
    assert second["cursor"] == third["cursor"]


@pytest.mark.parametrize("cursor", ["", "x", "-1", "1.5", "9" * 30, "²"])
def test_a_position_that_was_made_up_is_answered(client: Client, editor: User, cursor: str) -> None:
    run = running(user=editor)
    get_stream().append(run.pk, "The tide")

    response = poll(client, run, cursor=cursor)

    assert response.status_code == 200


def test_a_text_that_was_cut_off_comes_with_a_notice(
    client: Client, editor: User, provider: ScriptedProvider
) -> None:
    provider.script("The tide", FinishReason.LENGTH)
    run = LLMRunFactory(user=editor, max_tokens=2)

    execute(run.pk)

    state = poll(client, run).json()
    assert state["finish_reason"] == "length"
    assert state["notice"] == "The text was cut off at the limit of 2 tokens."


def test_a_failed_run_tells_its_sentence_and_not_the_providers_words(
    client: Client, editor: User
) -> None:
    run = LLMRunFactory(
        user=editor, status="failed", error_code="timeout", error_detail="stack of owl-1"
    )

    response = poll(client, run)

    error = response.json()["error"]
    assert (error["code"], error["message"]) == (
        "timeout",
        "Scripted took too long. Try again; if it happens again, ask your admin for a smaller "
        "model or fewer max tokens.",
    )
    assert error["report"].startswith(f"run: {run.pk}\nerror: timeout\n")
    assert "owl" not in response.text


def test_a_text_that_was_right_is_no_fault_to_report(client: Client, editor: User) -> None:
    run = LLMRunFactory(user=editor, status="failed", error_code="nothing_to_change")

    error = poll(client, run).json()["error"]

    assert (error["message"], error["report"]) == ("Scripted found nothing to change.", "")


def test_a_poll_holds_neither_the_prompt_nor_the_instructions(client: Client, editor: User) -> None:
    run = LLMRunFactory(user=editor, prompt="Secret one", system_instructions="Secret two")

    assert "Secret" not in poll(client, run).text


@pytest.mark.usefixtures("recovery_by_polls")
def test_a_run_whose_worker_was_lost_is_ended_by_a_poll(client: Client, editor: User) -> None:
    run = running(user=editor)
    LLMRun.objects.update(lease_expires_at=timezone.now() - timedelta(seconds=1))

    state = poll(client, run).json()

    assert (state["status"], state["error"]["code"]) == ("failed", "interrupted")


@pytest.mark.usefixtures("recovery_by_polls")
def test_a_run_that_waits_for_long_is_queued_again(
    client: Client, editor: User, kept_queue: type[KeptQueue]
) -> None:
    fresh = LLMRunFactory(user=editor)
    old = LLMRunFactory(user=editor, queued_at=timezone.now() - timedelta(seconds=10))

    poll(client, fresh)

    assert [run_id for run_id, _ in kept_queue.waiting] == [old.pk]


def test_whoever_may_view_costs_reads_what_all_candidates_cost(
    client: Client, editor: User
) -> None:
    page, group = BlogPageFactory(), uuid.uuid4()
    here = {"page": page, "user": editor, "candidate_group": group, "started_at": timezone.now()}
    first = LLMRunFactory(**here, pk=group, succeeded=True, cost_usd=Decimal("0.002"))
    last = LLMRunFactory(**here, status="running")
    LLMRunFactory(**here, status="failed", error_code="timeout", cost_usd=Decimal(0))
    assert poll(client, first).json()["click_cost"] == ""

    LLMRun.objects.filter(pk=last.pk).update(
        status="succeeded", cost_usd=Decimal("0.0041"), finished_at=timezone.now()
    )
    assert poll(client, first).json()["click_cost"] == ""
    editor.user_permissions.add(Permission.objects.get(codename="view_costs"))

    assert poll(client, first, cursor="done").json()["click_cost"] == "$0.0061"
