"""``llm_actions_recover`` says what it put right."""

from __future__ import annotations

from datetime import timedelta
from io import StringIO
from typing import TYPE_CHECKING

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from tests.factories import LLMRunFactory
from tests.parts.unreachable import refusing_port
from tests.parts.valkey import rq_queues
from wagtail_llm_actions.models import LLMRun
from wagtail_llm_actions.queues import Priority

if TYPE_CHECKING:
    from pytest_django import Settings

    from tests.kept_queue import KeptQueue

pytestmark = pytest.mark.django_db


def output() -> list[str]:
    stdout = StringIO()
    call_command("llm_actions_recover", stdout=stdout)
    return stdout.getvalue().splitlines()


def waiting_for_a_minute(**values: object) -> LLMRun:
    return LLMRunFactory(queued_at=timezone.now() - timedelta(minutes=1), **values)


def lost() -> LLMRun:
    return LLMRunFactory(running=True, lease_expires_at=timezone.now() - timedelta(seconds=1))


def test_lost_runs_are_ended_and_waiting_ones_are_queued_by_their_priority(
    kept_queue: type[KeptQueue],
) -> None:
    lost_run = lost()
    alive = LLMRunFactory(running=True, lease_expires_at=timezone.now() + timedelta(minutes=1))
    click, bulk = waiting_for_a_minute(), waiting_for_a_minute(trigger=LLMRun.Trigger.BULK)
    LLMRunFactory()

    assert output() == ["Failed as interrupted: 1.", "Requeued: 2."]

    lost_run.refresh_from_db()
    alive.refresh_from_db()
    assert (lost_run.status, lost_run.error_code) == ("failed", "interrupted")
    assert alive.status == "running"
    expected = [(click.pk, Priority.INTERACTIVE), (bulk.pk, Priority.BULK)]
    assert sorted(kept_queue.waiting) == sorted(expected)


def test_a_queue_that_does_not_answer_is_said(settings: Settings) -> None:
    settings.RQ_QUEUES = rq_queues(refusing_port())
    lost_run = lost()
    waiting_for_a_minute()

    with pytest.raises(CommandError, match="does not answer"):
        output()

    lost_run.refresh_from_db()
    assert lost_run.status == "failed"


def test_threads_of_a_command_take_nothing(settings: Settings) -> None:
    settings.RQ_QUEUES = None
    run = waiting_for_a_minute()

    assert output() == ["Failed as interrupted: 0."]

    run.refresh_from_db()
    assert run.status == "queued"
