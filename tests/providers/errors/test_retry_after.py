"""Providers say when to come back in three ways."""

from __future__ import annotations

import time
from email.utils import formatdate

import pytest

from wagtail_llm_actions.providers.errors.retry_after import (
    reset_seconds,
    retry_after_in,
    retry_after_seconds,
)


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, None),
        ({"retry-after": "20"}, 20.0),
        ({"retry-after": "0.5"}, 0.5),
        ({"retry-after": "-3"}, 0.0),
        ({"retry-after-ms": "1500"}, 1.5),
        ({"retry-after-ms": "1500", "retry-after": "9"}, 1.5),
        ({"retry-after-ms": "soon", "retry-after": "9"}, 9.0),
        ({"retry-after": ""}, None),
        ({"retry-after": "soon"}, None),
        ({"retry-after": "nan"}, None),
        ({"retry-after": "inf"}, None),
        ({"retry-after": "1" * 400}, None),
        ({"retry-after": "Wed, 21 Oct 2015 07:28:00 GMT"}, 0.0),
        ({"retry-after": "Wed, 21 Oct 99999 07:28:00 GMT"}, None),
    ],
)
def test_retry_after(headers: dict[str, str], seconds: float | None) -> None:
    assert retry_after_seconds(headers) == seconds


def test_a_date_is_counted_from_now() -> None:
    headers = {"retry-after": formatdate(time.time() + 120, usegmt=True)}

    assert retry_after_seconds(headers) == pytest.approx(119, abs=3)


@pytest.mark.parametrize(
    ("message", "seconds"),
    [
        ("Please try again in 1.5s.", 1.5),
        ("Please try again in 6m0s.", 360.0),
        ("Please try again in 9m38.016s. Need more?", 578.016),
        ("Please try again in 120ms.", 0.12),
        ("try again in 1h2m3s", 3723.0),
        ("Please retry after 30 seconds.", 30.0),
        ("Please retry after 1 second.", 1.0),
        ("Please retry in 34.074824224s.", 34.074824224),
        ("Please wait 2 minutes and 5 seconds before", 125.0),
        ("Please wait for 10 seconds", 10.0),
        ("Limit resets in 3 days", 259_200.0),
        ("Request was throttled. Expected available in 12 seconds.", 12.0),
        ("Limit resets in: 35s", 35.0),
        ("Retry after 60", 60.0),
        ("retry-after: 17, please", 17.0),
        ("Out of call volume quota. Quota will be replenished in 01:00:11.", 3611.0),
        ("Retry after 5 May", None),
        ("Try again in 2027-01-01", None),
        ("Please try again later.", None),
        ("Try again in a moment", None),
        ("The prompt has 30 seconds of text", None),
    ],
)
def test_the_wait_that_a_message_names_is_read(message: str, seconds: float | None) -> None:
    assert retry_after_in({}, message) == (None if seconds is None else pytest.approx(seconds))


@pytest.mark.parametrize(
    ("body", "seconds"),
    [
        ({"retry_after": 5}, 5.0),
        ({"error": {"retry_after_seconds": "7"}}, 7.0),
        ({"error": {"retry_after_ms": 1500}}, 1.5),
        ([{"error": {"details": [{"retryDelay": "34s"}]}}], 34.0),
        ([{"error": {"details": [{"retryDelay": "1.5s"}]}}], 1.5),
        ({"error": {"metadata": {"headers": {"Retry-After": "12"}}}}, 12.0),
        ({"error": {"type": "usage_limit_reached", "resets_in_seconds": 44}}, 44.0),
        ({"error": "Model is loading", "estimated_time": 20.0}, 20.0),
        ({"retry_after": None}, None),
        ({"retry_after": True}, None),
        ({"retry_after": "soon"}, None),
        ("text", None),
    ],
)
def test_the_wait_that_a_member_names_is_read(body: object, seconds: float | None) -> None:
    assert retry_after_in(body, "") == seconds


def test_a_moment_in_milliseconds_is_counted_from_now() -> None:
    body = {"metadata": {"headers": {"X-RateLimit-Reset": str(int((time.time() + 60) * 1000))}}}

    assert retry_after_in(body, "") == pytest.approx(60, abs=3)


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"x-ratelimit-reset-tokens": "6m0s", "x-ratelimit-remaining-tokens": "0"}, 360.0),
        ({"x-ratelimit-reset-tokens": "6m0s", "x-ratelimit-remaining-tokens": "12"}, None),
        ({"x-ratelimit-reset-requests": "7.66s"}, 7.66),
        ({"x-ratelimit-reset-requests": "1s", "x-ratelimit-reset-tokens": "3s"}, 3.0),
        ({"x-ratelimit-reset": "soon"}, None),
        ({}, None),
    ],
)
def test_the_reset_of_a_used_up_limit_is_read(
    headers: dict[str, str], seconds: float | None
) -> None:
    assert reset_seconds(headers) == seconds


def test_azures_milliseconds_are_read() -> None:
    assert retry_after_seconds({"x-ms-retry-after-ms": "2500", "retry-after": "9"}) == 2.5
