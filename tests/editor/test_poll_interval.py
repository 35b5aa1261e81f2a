"""How soon a browser asks again."""

from __future__ import annotations

import pytest

from wagtail_llm_actions.admin.editor.poll_interval import (
    EAGER_MS,
    FLOWING_MS,
    MS_PER_RUN,
    SLOWEST_MS,
    Load,
    poll_after_ms,
)


@pytest.mark.parametrize(
    ("quiet_seconds", "expected"),
    [(-1, EAGER_MS), (0, EAGER_MS), (0.3, EAGER_MS), (2, 160), (60, SLOWEST_MS)],
)
def test_it_asks_the_more_seldom_the_longer_nothing_comes(
    quiet_seconds: float, expected: int
) -> None:
    assert poll_after_ms(quiet_seconds, active=1, has_text=False) == expected


def test_it_asks_less_often_once_the_first_words_are_there() -> None:
    assert poll_after_ms(0, active=1, has_text=True) == FLOWING_MS > EAGER_MS
    assert poll_after_ms(60, active=1, has_text=True) == SLOWEST_MS


@pytest.mark.parametrize("active", [10, 100, 1_000])
def test_all_browsers_together_ask_no_more_often_than_ever(active: int) -> None:
    per_second = active * 1_000 / poll_after_ms(0, active, has_text=False)

    assert per_second <= 1_000 / MS_PER_RUN


def test_the_runs_of_the_site_are_counted_once_a_second() -> None:
    now = 5.0
    load = Load(clock=lambda: now)

    asked = [load.is_due(), load.is_due()]
    now += 1
    asked += [load.is_due(), load.is_due()]

    assert asked == [True, False, True, False]
