"""How soon a browser polls again."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from django.utils import timezone

from tests.editor.requests import poll, poll_again, running
from tests.factories import LLMRunFactory
from wagtail_llm_actions.admin.editor.poll_interval import (
    ENOUGH_FIRST_TEXTS,
    FIRST_TEXTS,
    MAX_FIRST_WAIT_SECONDS,
    MAX_INTERVAL_MS,
    MIN_INTERVAL_MS,
    ActiveRunCount,
    FirstTextTimes,
    poll_after_ms,
)
from wagtail_llm_actions.models import LLMRun
from wagtail_llm_actions.streams import get_stream
from wagtail_llm_actions.streams.base import MS_PER_ACTIVE_RUN
from wagtail_llm_actions.streams.database import DatabaseStream
from wagtail_llm_actions.streams.redis import RedisStream

if TYPE_CHECKING:
    from django.contrib.auth.models import User
    from django.test import Client


@pytest.mark.parametrize(
    ("quiet_seconds", "expected"),
    [
        (-1, MIN_INTERVAL_MS),
        (0, MIN_INTERVAL_MS),
        (0.3, MIN_INTERVAL_MS),
        (2, 160),
        (60, MAX_INTERVAL_MS),
    ],
)
def test_the_interval_grows_with_the_time_since_the_last_change(
    quiet_seconds: float, expected: int
) -> None:
    assert poll_after_ms(quiet_seconds, active=1, flush_seconds=0.1, has_text=False) == expected


@pytest.mark.parametrize(
    ("flush_seconds", "at_once"),
    [(RedisStream.flush_seconds, 220), (DatabaseStream.flush_seconds, 220), (0.5, 400)],
    ids=["redis", "database", "sqlite"],
)
def test_polls_follow_the_pace_at_which_a_text_is_read_or_its_stream_is_written(
    flush_seconds: float, at_once: int
) -> None:
    def interval(quiet_seconds: float) -> int:
        return poll_after_ms(quiet_seconds, active=1, flush_seconds=flush_seconds, has_text=True)

    assert interval(0) == at_once
    assert interval(60) == MAX_INTERVAL_MS


@pytest.mark.parametrize(
    ("quiet_seconds", "expected"),
    [(0.0, 420), (0.3, 120), (0.4, 32), (-9.0, 420)],
)
def test_nobody_polls_while_no_text_can_be_there(quiet_seconds: float, expected: int) -> None:
    interval = poll_after_ms(
        quiet_seconds, active=1, flush_seconds=0.1, has_text=False, first_wait_seconds=0.42
    )

    assert interval == expected


def test_no_text_is_expected_in_most_of_the_shortest_time_until_a_models_first_text() -> None:
    times = FirstTextTimes()

    expected = []
    for seconds in (0.9, 0.6, 0.8, 0.2):
        times.add("small", seconds)
        expected.append(times.wait_seconds("small"))

    assert expected == pytest.approx([0, 0, 0.42, 0.14])
    assert times.wait_seconds("another") == 0


def test_a_time_until_the_first_text_is_forgotten_after_some_slower_ones() -> None:
    times = FirstTextTimes()

    for seconds in (0.1, *[0.6] * FIRST_TEXTS):
        times.add("small", seconds)

    assert times.wait_seconds("small") == pytest.approx(0.42)


def test_the_wait_for_a_very_slow_model_is_bounded() -> None:
    times = FirstTextTimes()

    for _ in range(ENOUGH_FIRST_TEXTS):
        times.add("large", 30)

    assert times.wait_seconds("large") == MAX_FIRST_WAIT_SECONDS


@pytest.mark.django_db
def test_the_polls_of_earlier_runs_tell_when_the_first_text_of_a_model_can_be_there(
    client: Client, editor: User
) -> None:
    model = "polled by nobody else"
    for _ in range(ENOUGH_FIRST_TEXTS):
        run = running(user=editor, model_key=model)
        LLMRun.objects.update(started_at=timezone.now() - timedelta(seconds=0.6))
        get_stream().append(run.pk, "The tide")
        # What follows is no first text.
        poll_again(client, poll(client, run).json())

    new = running(user=editor, model_key=model)
    # However slow this machine is, no time has passed since.
    LLMRun.objects.filter(pk=new.pk).update(started_at=timezone.now() + timedelta(seconds=60))
    queued = LLMRunFactory(user=editor, model_key=model)

    assert 420 <= poll(client, new).json()["poll_after_ms"] <= 500
    assert poll(client, queued).json()["poll_after_ms"] < 420


@pytest.mark.django_db
def test_a_browser_that_has_the_beginning_of_a_text_polls_at_the_pace_of_the_sites_stream(
    client: Client, editor: User
) -> None:
    run = running(user=editor)
    get_stream().append(run.pk, "The tide")

    answer = poll(client, run).json()

    assert answer["poll_after_ms"] == max(220, get_stream().flush_seconds * 800)


@pytest.mark.parametrize("active", [10, 100, 1_000])
def test_all_browsers_together_poll_no_more_often_than_the_bound(active: int) -> None:
    interval_ms = poll_after_ms(0, active, flush_seconds=0.1, has_text=False)

    assert active * 1_000 / interval_ms <= 1_000 / MS_PER_ACTIVE_RUN


def test_the_active_runs_of_the_site_are_counted_once_a_second() -> None:
    now = 5.0
    count = ActiveRunCount(clock=lambda: now)

    due = [count.is_due(), count.is_due()]
    now += 1
    due += [count.is_due(), count.is_due()]

    assert due == [True, False, True, False]
