"""How soon a browser polls again."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from tests.editor.requests import poll, running
from wagtail_llm_actions.admin.editor.poll_interval import (
    MAX_INTERVAL_MS,
    MIN_INTERVAL_MS,
    MS_PER_ACTIVE_RUN,
    ActiveRunCount,
    poll_after_ms,
)
from wagtail_llm_actions.admin.editor.serializers import Cursor
from wagtail_llm_actions.streams import get_stream
from wagtail_llm_actions.streams.database import DatabaseStream
from wagtail_llm_actions.streams.redis import RedisStream

if TYPE_CHECKING:
    from django.contrib.auth.models import User
    from django.test import Client

    from wagtail_llm_actions.streams import Stream


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
    ("stream", "at_once"), [(RedisStream, 80), (DatabaseStream, 200)], ids=["redis", "database"]
)
def test_polls_follow_the_pace_at_which_the_stream_is_written(
    stream: type[Stream], at_once: int
) -> None:
    def interval(quiet_seconds: float) -> int:
        return poll_after_ms(
            quiet_seconds, active=1, flush_seconds=stream.flush_seconds, has_text=True
        )

    assert interval(0) == at_once
    assert interval(60) == MAX_INTERVAL_MS


@pytest.mark.parametrize(
    ("piece_seconds", "expected"), [(0.0, 80), (0.05, 80), (0.2, 160), (0.25, 200), (9.0, 200)]
)
def test_polls_follow_the_pace_at_which_a_model_writes(piece_seconds: float, expected: int) -> None:
    interval = poll_after_ms(
        0, active=1, flush_seconds=0.1, has_text=True, piece_seconds=piece_seconds
    )

    assert interval == expected


def test_a_cursor_tells_how_far_apart_the_last_two_pieces_were() -> None:
    now = datetime(2026, 7, 1, tzinfo=UTC)

    first = Cursor().moved(8, now)
    second = first.moved(20, now + timedelta(milliseconds=240))

    assert (first.piece_ms, second.piece_ms) == (0, 240)
    assert str(second).split(".")[0] == "20"
    assert str(second).endswith(".240")


@pytest.mark.django_db
def test_a_browser_that_has_the_beginning_of_a_text_polls_at_the_pace_of_the_sites_stream(
    client: Client, editor: User
) -> None:
    run = running(user=editor)
    get_stream().append(run.pk, "The tide")

    answer = poll(client, run).json()

    flush_ms = get_stream().flush_seconds * 1_000
    assert 0.7 * flush_ms <= answer["poll_after_ms"] <= flush_ms


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
