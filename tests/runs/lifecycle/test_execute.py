"""Executing a run with a scripted provider: each end is stored on the run and on its attempt."""

from __future__ import annotations

import logging
import math
import threading
from typing import TYPE_CHECKING

import pytest

from tests.factories import LLMRunFactory
from wagtail_llm_actions.errors import (
    AuthenticationFailed,
    ContentFiltered,
    InvalidOutput,
    ModelUnavailable,
    ProviderError,
    ProviderTimeout,
    QuotaExhausted,
    RateLimited,
    RequestRejected,
)
from wagtail_llm_actions.generation import FinishReason, GenerationRequest, ReasoningDelta, Usage
from wagtail_llm_actions.models import LLMAttempt
from wagtail_llm_actions.providers.testing import ScriptedProvider
from wagtail_llm_actions.runs.lifecycle import attempt as attempts
from wagtail_llm_actions.runs.lifecycle.execute import execute

if TYPE_CHECKING:
    from pytest_django import Settings

    from tests.kept_queue import KeptQueue
    from wagtail_llm_actions.models import LLMRun

pytestmark = pytest.mark.django_db


def executed(run: LLMRun) -> LLMRun:
    execute(run.pk)
    run.refresh_from_db()
    return run


def test_the_provider_gets_what_the_run_holds(provider: ScriptedProvider) -> None:
    run = LLMRunFactory(system_instructions="Be brief.", temperature=0.1, max_tokens=9)

    executed(run)

    assert provider.requests == [
        GenerationRequest(
            model="scripted",
            prompt=run.prompt,
            system_instructions="Be brief.",
            temperature=0.1,
            max_tokens=9,
        )
    ]


def test_a_text_that_came_ends_the_run_well(provider: ScriptedProvider) -> None:
    usage = Usage(input_tokens=12, output_tokens=7, cached_input_tokens=4, reasoning_tokens=2)
    provider.script("  The tide", " came.\n", usage)

    run = executed(LLMRunFactory())

    assert (run.status, run.output) == ("succeeded", "The tide came.")
    assert (run.finish_reason, run.response_model) == ("stop", "scripted")
    assert (run.input_tokens, run.output_tokens) == (12, 7)
    assert (run.cached_input_tokens, run.reasoning_tokens) == (4, 2)
    assert (run.error_code, run.error_context, run.error_detail) == ("", {}, "")
    assert (run.lease_token, run.lease_expires_at) == (None, None)
    assert run.started_at
    assert run.first_token_at
    assert run.finished_at
    assert run.queued_at <= run.started_at <= run.first_token_at <= run.finished_at


def test_the_call_is_kept_as_an_attempt(provider: ScriptedProvider) -> None:
    provider.script("The tide.", Usage(input_tokens=12, output_tokens=7))

    run = executed(LLMRunFactory())

    attempt = LLMAttempt.objects.get(run=run)
    assert (attempt.number, attempt.provider_name, attempt.request_model) == (1, "test", "scripted")
    assert attempt.sent_parameters == {
        "temperature": 0.7,
        "max_tokens": 1000,
        "reasoning_effort": None,
    }
    assert (attempt.input_tokens, attempt.output_tokens) == (12, 7)
    assert (attempt.usage_source, attempt.error_code) == ("reported", "")
    assert attempt.finished_at
    assert attempt.first_token_at == run.first_token_at


def test_each_column_of_an_attempt_is_written_when_it_is_made_or_when_it_ends() -> None:
    made = {
        "id",
        "run",
        "number",
        "is_repair",
        "model_key",
        "provider_name",
        "request_model",
        "sent_parameters",
        "started_at",
    }
    assert {field.name for field in LLMAttempt._meta.fields} - made == set(attempts._END_COLUMNS)


def test_tokens_that_are_not_reported_stay_unknown(provider: ScriptedProvider) -> None:
    provider.script("The tide.")

    run = executed(LLMRunFactory())

    attempt = LLMAttempt.objects.get(run=run)
    assert (run.input_tokens, run.output_tokens, run.cached_input_tokens) == (None, None, None)
    assert (attempt.input_tokens, attempt.output_tokens, attempt.usage_source) == (None, None, "")


def test_a_text_that_was_cut_off_is_kept_with_its_reason(provider: ScriptedProvider) -> None:
    provider.script("The tide came", FinishReason.LENGTH)

    run = executed(LLMRunFactory())

    assert (run.status, run.output, run.finish_reason) == ("succeeded", "The tide came", "length")


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (ProviderTimeout, "timeout"),
        (RateLimited, "rate_limited"),
        (ModelUnavailable, "model_unavailable"),
        (AuthenticationFailed, "authentication"),
        (RequestRejected, "invalid_input"),
        (ContentFiltered, "content_filtered"),
        (InvalidOutput, "invalid_output"),
    ],
)
def test_an_error_of_the_provider_is_stored_by_its_code(
    provider: ScriptedProvider, error: type[ProviderError], code: str
) -> None:
    provider.script("Half a ", error)

    run = executed(LLMRunFactory())

    attempt = LLMAttempt.objects.get(run=run)
    assert (run.status, run.error_code, attempt.error_code) == ("failed", code, code)
    assert run.error_detail == attempt.error_detail == "As the script says."
    assert run.output == "Half a "
    assert run.finished_at
    assert attempt.finished_at


def test_the_facts_of_an_error_are_stored(provider: ScriptedProvider) -> None:
    error = QuotaExhausted(
        provider="test",
        model="scripted",
        status_code=429,
        retry_after_seconds=2.5,
        detail="Slow.",
    )
    provider.script(error)

    run = executed(LLMRunFactory())

    assert run.error_context == {
        "status_code": 429,
        "retry_after_seconds": 2.5,
        "reason": "quota_exhausted",
    }
    assert run.error_detail == "Slow."


def test_a_text_that_the_provider_cut_for_its_content_is_refused(
    provider: ScriptedProvider,
) -> None:
    provider.script("The tide", FinishReason.CONTENT_FILTER)

    run = executed(LLMRunFactory())

    assert (run.status, run.error_code, run.output) == ("failed", "content_filtered", "The tide")


@pytest.mark.parametrize("pieces", [(), (" ", "\n\t")], ids=["nothing", "white space"])
def test_an_answer_without_a_word_is_no_text(
    provider: ScriptedProvider, pieces: tuple[str, ...]
) -> None:
    provider.script(*pieces, Usage(input_tokens=1, output_tokens=0))

    run = executed(LLMRunFactory())

    assert (run.status, run.error_code) == ("failed", "invalid_output")


def test_a_defect_ends_the_run_and_its_traceback_is_for_the_log_only(
    provider: ScriptedProvider, caplog: pytest.LogCaptureFixture
) -> None:
    provider.script(ZeroDivisionError("a defect"))

    with caplog.at_level(logging.ERROR, "wagtail_llm_actions"):
        run = executed(LLMRunFactory())

    attempt = LLMAttempt.objects.get(run=run)
    assert (run.status, run.error_code, attempt.error_code) == ("failed", "internal", "internal")
    assert (run.error_detail, run.error_context, attempt.error_detail) == ("", {}, "")
    assert "ZeroDivisionError: a defect" in caplog.text


def test_a_model_that_left_the_settings_ends_the_run(provider: ScriptedProvider) -> None:
    run = executed(LLMRunFactory(model_key="gone"))

    assert (run.status, run.error_code) == ("failed", "invalid_input")
    assert run.error_context == {"reason": "unknown_model", "detail": "gone"}
    assert provider.requests == []
    assert not LLMAttempt.objects.exists()


@pytest.mark.parametrize(
    "limits",
    [{"FIRST_TOKEN_TIMEOUT": 0.1}, {"RUN_TIMEOUT": 0.1}],
    ids=["first token", "whole run"],
)
def test_a_model_that_does_not_begin_in_time_is_given_up(
    settings: Settings, provider: ScriptedProvider, limits: dict[str, float]
) -> None:
    settings.WAGTAIL_LLM_ACTIONS = (
        settings.WAGTAIL_LLM_ACTIONS
        | limits
        | {
            "PROVIDERS": {
                "test": {
                    "BACKEND": type(provider).__module__ + ".ScriptedProvider",
                    "OPTIONS": {"script": [math.inf]},
                }
            }
        }
    )

    run = executed(LLMRunFactory())

    assert (run.status, run.error_code) == ("failed", "timeout")


class ColdProvider(ScriptedProvider):
    """Loads its client library for as long as the clock says."""

    def warm_up(self) -> None:
        CLOCK.seconds = 100.0
        CLOCK.was_read.clear()
        assert CLOCK.was_read.wait(30)


class Clock:
    """Jumps when a test says so."""

    def __init__(self) -> None:
        self.seconds = 1.0
        self.was_read = threading.Event()

    def monotonic(self) -> float:
        self.was_read.set()
        return self.seconds


CLOCK = Clock()


def test_the_time_that_a_client_library_takes_to_load_is_not_the_models(
    settings: Settings, kept_queue: type[KeptQueue], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(attempts, "time", CLOCK)
    settings.WAGTAIL_LLM_ACTIONS = settings.WAGTAIL_LLM_ACTIONS | {
        "FIRST_TOKEN_TIMEOUT": 50,
        "PROVIDERS": {
            "test": {
                "BACKEND": f"{__name__}.ColdProvider",
                "OPTIONS": {"script": [1.0, "The tide"]},
            }
        },
    }

    run = executed(LLMRunFactory())

    assert (run.status, run.output, run.attempts.count()) == ("succeeded", "The tide", 1)


def test_a_model_that_thinks_is_not_asked_twice(
    settings: Settings, provider: ScriptedProvider
) -> None:
    settings.WAGTAIL_LLM_ACTIONS = settings.WAGTAIL_LLM_ACTIONS | {
        "FIRST_TOKEN_TIMEOUT": 0.3,
        "PROVIDERS": {
            "test": {
                "BACKEND": type(provider).__module__ + ".ScriptedProvider",
                "OPTIONS": {"script": [ReasoningDelta(text="A tide?"), 1.0, "The tide"]},
            }
        },
    }

    run = executed(LLMRunFactory())

    assert (run.status, run.output) == ("succeeded", "The tide")
    assert run.attempts.count() == 1


def test_a_model_that_does_not_end_in_time_is_given_up_and_its_text_kept(
    settings: Settings, provider: ScriptedProvider
) -> None:
    settings.WAGTAIL_LLM_ACTIONS = settings.WAGTAIL_LLM_ACTIONS | {
        "FIRST_TOKEN_TIMEOUT": 0.1,
        "RUN_TIMEOUT": 0.6,
        "PROVIDERS": {
            "test": {
                "BACKEND": type(provider).__module__ + ".ScriptedProvider",
                "OPTIONS": {"script": ["The tide", math.inf]},
            }
        },
    }

    run = executed(LLMRunFactory())

    assert (run.status, run.error_code, run.output) == ("failed", "timeout", "The tide")
    assert run.started_at
    assert run.finished_at
    assert (run.finished_at - run.started_at).total_seconds() >= 0.6


def test_a_final_run_is_left_as_it_is(provider: ScriptedProvider) -> None:
    run = executed(LLMRunFactory(succeeded=True))

    assert run.output == "The tide came early."
    assert provider.requests == []
    assert not LLMAttempt.objects.exists()


def test_no_key_reaches_the_row_or_the_log(
    settings: Settings, kept_queue: object, caplog: pytest.LogCaptureFixture
) -> None:
    secret = "sk-very-secret"  # noqa: S105
    settings.WAGTAIL_LLM_ACTIONS = settings.WAGTAIL_LLM_ACTIONS | {
        "PROVIDERS": {
            "test": {
                "BACKEND": "wagtail_llm_actions.providers.testing.ScriptedProvider",
                "API_KEY": secret,
                "OPTIONS": {"unknown": secret},
            }
        }
    }

    with caplog.at_level(logging.DEBUG):
        run = executed(LLMRunFactory())

    assert run.error_code == "authentication"
    assert secret not in f"{vars(run)} {vars(LLMAttempt.objects.get())} {caplog.text}"
