"""What people read while a run waits to be tried again, and after it failed."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from django.utils import timezone

from tests.factories import LLMAttemptFactory, LLMRunFactory
from tests.messages.test_errors import run_errors
from wagtail_llm_actions.errors import QuotaExhausted
from wagtail_llm_actions.messages.errors import error_sentence, retry_message, troubleshooting
from wagtail_llm_actions.messages.notices import notice
from wagtail_llm_actions.messages.support_report import support_report
from wagtail_llm_actions.models import LLMRun
from wagtail_llm_actions.runs.lifecycle.outcome import error_fields

if TYPE_CHECKING:
    from pytest_django import Settings


@pytest.fixture
def _local_model(settings: Settings) -> None:
    base = settings.WAGTAIL_LLM_ACTIONS
    ollama = {"BACKEND": "wagtail_llm_actions.providers.ollama.OllamaProvider"}
    settings.WAGTAIL_LLM_ACTIONS = {
        "PROVIDERS": base["PROVIDERS"] | {"local": ollama},
        "MODELS": base["MODELS"] | {"here": {"PROVIDER": "local", "NAME": "owl", "LABEL": "Owl"}},
    }


@pytest.mark.parametrize(
    ("codes", "words"),
    [
        (["rate_limited"], "Busy, trying again in 4 s (2 of 3)"),
        (["model_unavailable", "rate_limited"], "Busy, trying again in 4 s (3 of 3)"),
        (["model_unavailable"], "Not reachable, trying again in 4 s (2 of 3)"),
        (["timeout"], "No answer yet, trying again in 4 s (2 of 2)"),
    ],
)
def test_a_waiting_run_says_why_and_for_how_long(codes: list[str], words: str) -> None:
    run = LLMRun(retry_at=timezone.now() + timedelta(seconds=3.9))

    assert retry_message(run, codes) == words


def test_a_wait_that_is_over_counts_no_seconds_below_none() -> None:
    run = LLMRun(retry_at=timezone.now() - timedelta(seconds=9))

    assert retry_message(run, ["rate_limited"]) == "Busy, trying again in 0 s (2 of 3)"


@pytest.mark.usefixtures("_local_model")
@pytest.mark.parametrize("code", ["rate_limited", "timeout"])
def test_a_local_model_is_named_where_one_is_configured(code: str) -> None:
    run = LLMRun(status="failed", model_key="scripted", error_code=code)

    assert "Owl." in error_sentence(run)
    run.model_key = "here"
    assert error_sentence(run).count("Owl") == 1, "it does not recommend itself"


def test_the_fallback_model_is_named_where_it_failed_too() -> None:
    run = LLMRun(
        status="failed",
        model_key="first",
        fallback_model_key="scripted",
        used_fallback=True,
        error_code="model_unavailable",
    )

    assert error_sentence(run).startswith("Scripted is not available.")
    assert "The fallback model was asked too." in troubleshooting(run)


def test_the_editor_hears_who_wrote_in_place_of_the_model() -> None:
    run = LLMRun(
        status="succeeded",
        model_key="first",
        fallback_model_key="scripted",
        used_fallback=True,
        finish_reason="length",
        max_tokens=9,
    )

    assert notice(run) == (
        "first could not answer, so Scripted wrote this text. "
        "The text was cut off at the limit of 9 tokens."
    )


def test_an_account_without_money_is_no_matter_of_waiting() -> None:
    error = QuotaExhausted(provider="test", model="scripted")
    run = LLMRun(status="failed", model_key="scripted", **error_fields(error))

    assert error_sentence(run).startswith(
        "The account that pays for Scripted has reached its limit. Tell your admin"
    )


def test_a_model_that_only_reasoned_says_so() -> None:
    run = LLMRun(
        status="failed",
        model_key="scripted",
        error_code="invalid_output",
        error_context={"reason": "only_reasoning", "reasoning_tokens": 70},
    )

    assert error_sentence(run).startswith("Scripted used up its tokens for reasoning")


def test_every_error_of_a_run_has_a_troubleshooting_text_of_its_own() -> None:
    texts = [
        troubleshooting(LLMRun(status="failed", model_key="scripted", **error_fields(error)))
        for error in run_errors()
    ]

    assert len(set(texts)) == len(run_errors())
    assert all(text.strip().endswith((".", "?")) for text in texts)


def test_a_run_that_did_not_fail_has_no_troubleshooting_text() -> None:
    assert troubleshooting(LLMRun(status="succeeded")) == ""


@pytest.mark.django_db
def test_the_report_for_support_holds_facts_and_no_content() -> None:
    content = "Only for us"
    run = LLMRunFactory(
        status="failed",
        error_code="rate_limited",
        error_context={"status_code": 429},
        error_detail=content,
        prompt=content,
        output=content,
        system_instructions=content,
        target_label=content,
        action_label=content,
        field_label=content,
    )
    attempt = LLMAttemptFactory(run=run, error_code="rate_limited", error_detail=content)

    report = support_report(run, [attempt])

    lines = report.splitlines()
    assert lines[:3] == [
        f"run: {run.pk}",
        "error: rate_limited (HTTP 429)",
        "model: scripted (scripted at test)",
    ]
    assert lines[-2].startswith("attempt 1: scripted, rate_limited, 20")
    assert lines[-1].startswith("versions: python 3.")
    assert "wagtail-llm-actions " in lines[-1]
    assert content not in report
    assert run.user.username not in report
