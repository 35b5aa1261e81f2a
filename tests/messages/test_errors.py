"""Each way a run can end has a sentence that says what happened and what to do next."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone

from wagtail_llm_actions.errors import (
    CircuitOpen,
    ErrorCode,
    InvalidInput,
    LimitExceeded,
    LLMActionsError,
    ProviderError,
    QueueUnavailable,
    RateLimited,
    RunInterrupted,
)
from wagtail_llm_actions.messages.errors import error_sentence
from wagtail_llm_actions.messages.labels import model_label
from wagtail_llm_actions.messages.limits import is_brief
from wagtail_llm_actions.messages.notices import notice
from wagtail_llm_actions.models import LLMRun
from wagtail_llm_actions.providers.base import ProviderNotInstalled
from wagtail_llm_actions.runs.lifecycle.outcome import error_fields

if TYPE_CHECKING:
    from pytest_django import Settings

SECRET = "sk-very-secret"  # noqa: S105 - stands for a key, a prompt and an answer
# These end a request or a wait, never a run.
NOT_OF_RUNS = {ErrorCode.PERMISSION_DENIED, ErrorCode.CANCELLED}


def failed(error_code: str, **facts: object) -> LLMRun:
    return LLMRun(
        status="failed",
        model_key="scripted",
        error_code=error_code,
        error_context=facts,
        error_detail=SECRET,
        prompt=SECRET,
        system_instructions=SECRET,
        output=SECRET,
    )


def subclasses(kind: type[LLMActionsError]) -> set[type[LLMActionsError]]:
    return {kind}.union(*(subclasses(child) for child in kind.__subclasses__()))


def run_errors() -> list[LLMActionsError]:
    """Return one error of each class that a run can end with, and one of each reason."""
    place: dict[str, Any] = {"provider": "test", "model": "scripted", "detail": SECRET}
    providers = [
        kind(**place)
        for kind in subclasses(ProviderError)
        if kind not in {ProviderError, CircuitOpen}
        and kind.__module__ == "wagtail_llm_actions.errors.provider"
    ]
    moment = timezone.now()
    circuit_open = CircuitOpen(
        provider="test",
        model="scripted",
        failures=5,
        since=moment,
        retry_at=moment + timedelta(minutes=1),
    )
    inputs = [InvalidInput(reason, "Introduction") for reason in InvalidInput.Reason]
    limit = LimitExceeded(LimitExceeded.USER_CONCURRENT, 10, count=10)
    return [
        *providers,
        circuit_open,
        *inputs,
        ProviderNotInstalled(provider="test", requirement="openai", reason=ImportError(SECRET)),
        limit,
        QueueUnavailable(),
        RunInterrupted(),
        LLMActionsError(),
    ]


def test_every_code_that_a_run_can_have_is_raised_by_an_error() -> None:
    assert {error.code for error in run_errors()} == set(ErrorCode) - NOT_OF_RUNS


def test_every_end_of_a_run_has_a_sentence_of_its_own() -> None:
    sentences = [
        error_sentence(LLMRun(status="failed", model_key="scripted", **error_fields(error)))
        for error in run_errors()
    ]

    assert len(set(sentences)) == len(run_errors())
    for sentence in sentences:
        assert sentence.endswith(".")
        assert SECRET not in sentence


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("timeout", "Scripted took too long. Try again;"),
        ("rate_limited", "Scripted is busy. Wait a little, then try again."),
        ("invalid_input", "Scripted did not accept the request."),
        ("model_unavailable", "Scripted is not available. Try again later"),
        ("authentication", "Scripted is not set up. Ask your admin"),
        ("content_filtered", "Scripted refused to write this text because of its content rules."),
        ("invalid_output", "Scripted answered without a usable text. Try again."),
        ("queue_unavailable", "The queue for LLM runs cannot be reached. Try again later"),
        ("interrupted", "The run was interrupted before it ended. Try again."),
        ("internal", "Something went wrong on the server. Try again"),
    ],
)
def test_the_sentence_names_the_model_and_the_next_step(code: str, words: str) -> None:
    assert error_sentence(failed(code)).startswith(words)


@pytest.mark.parametrize(
    ("reason", "words"),
    [
        ("empty_source", "“Introduction” is empty. Write something there first"),
        ("unreadable_source", "“Introduction” cannot be read as text. Ask your admin"),
        ("template", "The prompt template of this action has an error. Ask your admin"),
        ("too_long", "The text is too long for this action. Shorten it"),
        ("unknown_model", "The model of this action is not set up. Ask your admin"),
    ],
)
def test_what_is_wrong_with_the_input_is_named(reason: str, words: str) -> None:
    run = failed("invalid_input", reason=reason, detail="Introduction")

    assert error_sentence(run).startswith(words)


@pytest.mark.parametrize(
    ("context", "gives_way"),
    [
        ({"limit": "user_concurrent"}, True),
        ({"limit": "site_per_minute"}, True),
        ({"limit": "requests_per_minute"}, True),
        ({"limit": "user_per_day"}, False),
        ({"limit": "site_per_day"}, False),
        ({"reason": "budget", "is_reserved": True}, True),
        ({"reason": "budget", "is_reserved": False}, False),
        ({"reason": "price_unknown", "model": "owl"}, False),
        ({}, False),
    ],
)
def test_some_limits_give_way_within_minutes(context: dict[str, Any], gives_way: bool) -> None:
    assert is_brief(context) is gives_way


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (None, "Wait a little, then try again."),
        (0, "Wait a little, then try again."),
        (0.2, "Try again in 1 second."),
        (1, "Try again in 1 second."),
        (12.1, "Try again in 13 seconds."),
    ],
)
def test_a_busy_model_says_when_to_come_back(seconds: float | None, words: str) -> None:
    error = RateLimited(provider="test", model="scripted", retry_after_seconds=seconds)
    run = LLMRun(status="failed", model_key="scripted", **error_fields(error))

    about_limits = "If this happens often, ask your admin about the limits of the account."
    assert error_sentence(run) == f"Scripted is busy. {words} {about_limits}"


@pytest.mark.parametrize(
    ("limit", "facts", "words"),
    [
        (
            "user_concurrent",
            {"number": 10, "count": 10},
            "You have 10 runs under way, which is the limit. Wait until one ends, then try again.",
        ),
        (
            "user_concurrent",
            {"number": 10, "count": 8},
            "This would be more than 10 runs at once, which is the limit. Wait until one ends, then "
            "try again.",
        ),
        (
            "user_per_minute",
            {"number": 60, "count": 60, "retry_after_seconds": 11.2},
            "You have started 60 runs in the last minute, which is the limit. Try again in 12 seconds.",
        ),
        (
            "user_per_minute",
            {"number": 60, "count": 58, "retry_after_seconds": 0.1},
            "This would be more than 60 runs in a minute, which is the limit. Try again in 1 second.",
        ),
        (
            "site_concurrent",
            {"number": 1, "count": 1},
            "This site has 1 run under way, which is the limit. Wait until one ends, then try again.",
        ),
        (
            "site_per_minute",
            {"number": 300, "count": 301, "retry_after_seconds": 2},
            "This site has started 300 runs in the last minute, which is the limit. Try again in 2 "
            "seconds.",
        ),
        (
            "site_per_day",
            {"number": 2000, "count": 2000, "retry_after_seconds": 7_201},
            "This site has started 2000 runs in the last 24 hours, which is the limit. Try again in 3 "
            "hours.",
        ),
        (
            "site_per_day",
            {"number": 2000, "count": 1999, "retry_after_seconds": 3_600},
            "This would be more than 2000 runs in 24 hours, which is the limit. Try again in 3600 "
            "seconds.",
        ),
    ],
)
def test_a_limit_is_named_and_when_to_try_again(
    limit: str, facts: dict[str, Any], words: str
) -> None:
    assert error_sentence(failed("limit_reached", limit=limit, **facts)) == words


def test_an_open_circuit_breaker_says_until_when_rounded_up_to_the_minute() -> None:
    paris = ZoneInfo("Europe/Paris")
    retry_at = datetime(2020, 11, 26, 14, 31, 10, tzinfo=paris)
    error = CircuitOpen(
        provider="test", model="scripted", failures=5, since=retry_at, retry_at=retry_at
    )
    run = LLMRun(status="failed", model_key="scripted", **error_fields(error))

    assert error_sentence(run) == (
        "Scripted has failed 5 times in a row, so it is not asked again before "
        "11/26/2020 2:32 p.m.: try again then, or ask your admin to check its status."
    )


def test_a_probe_under_way_is_mentioned() -> None:
    run = failed("model_unavailable", reason="circuit_open", failures=6, retry_at=None)

    assert error_sentence(run).startswith(
        "Scripted has failed 6 times in a row, and another run is finding out whether it works again."
    )


@pytest.mark.parametrize("status", ["queued", "running", "succeeded", "cancelled"])
def test_a_run_without_an_error_has_no_sentence(status: str) -> None:
    assert error_sentence(LLMRun(status=status)) == ""


def test_a_code_of_another_version_gets_the_general_sentence() -> None:
    assert error_sentence(failed("quantum_flux")) == error_sentence(failed("internal"))


def test_a_text_that_turns_its_direction_gets_a_notice() -> None:
    run = LLMRun(status="succeeded", output="pay \u202e001\u202c or \u202e2\u202c")

    assert notice(run) == (
        "The text holds invisible characters that turn its direction, so that it may read differently "
        "from what it says: U+202C, U+202E."
    )


def test_marks_that_scripts_and_emoji_need_get_no_notice() -> None:
    run = LLMRun(status="succeeded", output="\u05d0\u200f 1 \u200e \U0001f469\u200d\U0001f33e")

    assert notice(run) == ""


def test_a_text_that_was_cut_off_gets_a_notice() -> None:
    run = LLMRun(status="succeeded", finish_reason="length", max_tokens=50)

    assert notice(run) == "The text was cut off at the limit of 50 tokens."


@pytest.mark.parametrize(
    ("status", "finish_reason"), [("succeeded", "stop"), ("failed", "length"), ("running", "")]
)
def test_any_other_run_gets_no_notice(status: str, finish_reason: str) -> None:
    assert notice(LLMRun(status=status, finish_reason=finish_reason, max_tokens=50)) == ""


def test_a_model_that_left_the_settings_is_called_by_its_key(settings: Settings) -> None:
    assert model_label("scripted") == "Scripted"

    settings.WAGTAIL_LLM_ACTIONS = {}

    assert model_label("scripted") == "scripted"


def test_a_text_that_arrived_before_a_failure_may_not_be_whole() -> None:
    run = LLMRun(status="failed", output="The tide came")

    assert notice(run) == "This text had arrived before the failure. It may not be complete."
