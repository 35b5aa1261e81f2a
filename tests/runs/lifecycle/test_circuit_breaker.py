"""A model that fails again and again is not asked for a while; by a false clock."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest
from django.db import connection, connections
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from tests.factories import LLMRunFactory
from tests.runs.lifecycle.test_retries import FalseClock, attempts, executed
from wagtail_llm_actions.conf import get_settings
from wagtail_llm_actions.configuration.model_health import check_models
from wagtail_llm_actions.errors import (
    AccountDisabled,
    AuthenticationFailed,
    BudgetExceeded,
    CircuitOpen,
    ContentFiltered,
    InvalidOutput,
    ModelForbidden,
    ModelNotFound,
    ModelUnavailable,
    OutOfCredit,
    ProviderError,
    ProviderTimeout,
    RateLimited,
    RequestRejected,
)
from wagtail_llm_actions.messages.errors import troubleshooting
from wagtail_llm_actions.models import LLMCircuitBreaker, LLMRun
from wagtail_llm_actions.provider_registry import get_provider
from wagtail_llm_actions.runs.lifecycle import circuit_breaker as circuits
from wagtail_llm_actions.runs.lifecycle import retry_policy as retry
from wagtail_llm_actions.runs.lifecycle.lease import Cancelled

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    from pytest_django import Settings

    from tests.kept_queue import KeptQueue
    from wagtail_llm_actions.conf import ModelSettings
    from wagtail_llm_actions.providers.testing import ScriptedProvider

pytestmark = pytest.mark.django_db


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> FalseClock:
    """Only the breaker reads it."""
    clock = FalseClock()
    monkeypatch.setattr(circuits, "timezone", clock)
    return clock


@pytest.fixture
def provider(settings: Settings, kept_queue: type[KeptQueue]) -> ScriptedProvider:
    models = settings.WAGTAIL_LLM_ACTIONS["MODELS"]
    spare = {"PROVIDER": "test", "NAME": "spare-1", "LABEL": "Spare"}
    settings.WAGTAIL_LLM_ACTIONS = settings.WAGTAIL_LLM_ACTIONS | {
        "MODELS": {**models, "spare": spare}
    }
    return get_provider("test")  # type: ignore[return-value]


def ask(**values: Any) -> LLMRun:
    return executed(LLMRunFactory(**values))


def fail(
    provider: ScriptedProvider, times: int, error: type[ProviderError] = ModelUnavailable
) -> None:
    """Let each of so many runs fail at its first call, which is not tried again."""
    for _ in range(times):
        provider.script(
            error(provider="test", model="scripted", retryable=False, detail="As the script says.")
        )
        assert ask().error_code == error.code


def opened(provider: ScriptedProvider) -> LLMCircuitBreaker:
    """Let the model fail often enough."""
    fail(provider, 5)
    return row()


def end_badly(call: AbstractContextManager[None]) -> None:
    error = ModelUnavailable(provider="test", model="scripted")
    assert not call.__exit__(ModelUnavailable, error, None)


def row() -> LLMCircuitBreaker:
    return LLMCircuitBreaker.objects.get()


def scripted() -> ModelSettings:
    return get_settings().models["scripted"]


def test_nothing_is_stored_while_all_is_well(provider: ScriptedProvider, clock: FalseClock) -> None:
    with CaptureQueriesContext(connection) as queries:
        assert ask().status == "succeeded"

    asked = [query for query in queries if "llmcircuit" in query["sql"]]
    assert len(asked) == 1
    assert not LLMCircuitBreaker.objects.exists()


@pytest.mark.parametrize("error", [ModelUnavailable, ProviderTimeout, RateLimited])
def test_after_five_failures_in_a_row_the_model_is_not_asked(
    provider: ScriptedProvider, clock: FalseClock, error: type[ProviderError]
) -> None:
    fail(provider, 5, error)

    run = ask()

    assert (run.status, run.error_code) == ("failed", "model_unavailable")
    assert len(provider.requests) == 5
    circuit = row()
    assert (circuit.provider_name, circuit.request_model) == ("test", "scripted")
    assert (circuit.failures, circuit.error_code) == (5, error.code)
    assert circuit.retry_at == clock.time + timedelta(seconds=30)
    assert run.error_context == {
        "reason": "circuit_open",
        "failures": 5,
        "since": clock.time.isoformat(),
        "retry_at": circuit.retry_at.isoformat(),
    }
    # What the provider said of another run may quote its page.
    assert run.error_detail == ""


def test_a_refused_run_counts_no_call_costs_nothing_and_does_not_wait(
    provider: ScriptedProvider, clock: FalseClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened(provider)

    run = ask()

    assert attempts(run) == []
    assert run.cost_usd == Decimal(0)
    assert run.retry_at is None
    assert "was not asked, because its last calls had all failed" in troubleshooting(run)


def test_the_failures_that_one_run_tries_again_count_each(
    provider: ScriptedProvider, clock: FalseClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retry, "FIRST_BACKOFF_SECONDS", 0)
    for _ in range(5):
        provider.script(RateLimited)

    first, second, third = ask(), ask(), ask()

    assert (first.error_code, len(attempts(first))) == ("rate_limited", 3)
    assert (second.error_context["reason"], len(attempts(second))) == ("circuit_open", 2)
    assert attempts(third) == []


def test_a_refused_run_takes_its_fallback_at_once(
    provider: ScriptedProvider, clock: FalseClock
) -> None:
    opened(provider)

    run = ask(fallback_model_key="spare")

    assert (run.status, run.used_fallback) == ("succeeded", True)
    assert attempts(run) == [(1, "spare", "")]


def test_where_the_fallback_rests_too_the_run_fails(
    provider: ScriptedProvider, clock: FalseClock
) -> None:
    opened(provider)
    LLMCircuitBreaker.objects.create(
        provider_name="test",
        request_model="spare-1",
        failures=7,
        opened_at=clock.time,
        retry_at=clock.time + timedelta(minutes=1),
    )

    run = ask(fallback_model_key="spare")

    assert (run.status, run.used_fallback, run.error_context["failures"]) == ("failed", True, 7)


def test_another_model_of_the_same_provider_is_not_affected(
    provider: ScriptedProvider, clock: FalseClock
) -> None:
    opened(provider)

    assert ask(model_key="spare").status == "succeeded"


def test_a_test_of_an_action_is_refused_too(provider: ScriptedProvider, clock: FalseClock) -> None:
    opened(provider)

    assert ask(trigger=LLMRun.Trigger.TEST).error_context["reason"] == "circuit_open"


def test_a_success_in_between_starts_anew(provider: ScriptedProvider, clock: FalseClock) -> None:
    fail(provider, 4)
    assert ask().status == "succeeded"
    assert not LLMCircuitBreaker.objects.exists()

    fail(provider, 4)

    assert ask().status == "succeeded"


def test_failures_far_apart_are_not_in_a_row(provider: ScriptedProvider, clock: FalseClock) -> None:
    fail(provider, 4)
    clock.sleep(5 * 60)
    fail(provider, 1)

    assert row().failures == 1
    assert ask().status == "succeeded"


@pytest.mark.parametrize("error", [ContentFiltered, InvalidOutput, RequestRejected])
def test_a_model_that_answered_has_not_failed(
    provider: ScriptedProvider, clock: FalseClock, error: type[ProviderError]
) -> None:
    fail(provider, 4)
    fail(provider, 1, error)

    assert not LLMCircuitBreaker.objects.exists()


@pytest.mark.parametrize(
    "error",
    [
        *(AccountDisabled, AuthenticationFailed, BudgetExceeded, ModelForbidden, ModelNotFound),
        OutOfCredit,
    ],
)
def test_an_account_that_somebody_must_mend_is_never_hidden_by_a_rest(
    provider: ScriptedProvider, clock: FalseClock, error: type[ProviderError]
) -> None:
    fail(provider, 6, error)

    assert len(provider.requests) == 6
    assert not LLMCircuitBreaker.objects.exists()


def test_a_text_that_takes_too_long_says_that_the_model_is_there(
    provider: ScriptedProvider, clock: FalseClock
) -> None:
    fail(provider, 4)
    provider.script("Once upon a time", ProviderTimeout)

    assert ask().error_code == "timeout"
    assert not LLMCircuitBreaker.objects.exists()


def test_a_call_that_is_cancelled_says_nothing(
    provider: ScriptedProvider, clock: FalseClock
) -> None:
    fail(provider, 4)

    with pytest.raises(Cancelled), circuits.circuit_breaker(scripted(), text=str):
        raise Cancelled

    assert row().failures == 4


def test_a_probe_that_succeeds_closes_it(provider: ScriptedProvider, clock: FalseClock) -> None:
    opened(provider)
    clock.sleep(29)
    assert ask().status == "failed"
    clock.sleep(1)

    assert ask().status == "succeeded"

    assert not LLMCircuitBreaker.objects.exists()


def test_after_each_probe_that_fails_it_rests_twice_as_long(
    provider: ScriptedProvider, clock: FalseClock
) -> None:
    opened(provider)
    waits = []
    for _ in range(5):
        clock.time = row().retry_at  # type: ignore[assignment]
        fail(provider, 1)
        calls = len(provider.requests)
        assert ask().error_context["reason"] == "circuit_open"
        assert len(provider.requests) == calls
        waits.append(row().wait_seconds)

    assert waits == [60, 120, 240, 300, 300]
    assert row().failures == 10


def test_it_rests_for_as_long_as_the_provider_asks(
    provider: ScriptedProvider, clock: FalseClock
) -> None:
    fail(provider, 4)
    provider.script(
        RateLimited(provider="test", model="scripted", retry_after_seconds=100, retryable=False)
    )
    ask()

    assert row().wait_seconds == 100


def test_one_run_at_a_time_finds_out(provider: ScriptedProvider, clock: FalseClock) -> None:
    opened(provider)
    clock.sleep(30)
    refused = []

    with circuits.circuit_breaker(scripted(), text=str):
        for _ in range(3):
            with (
                pytest.raises(CircuitOpen) as caught,
                circuits.circuit_breaker(scripted(), text=str),
            ):
                pass
            refused.append(caught.value.retry_at)

    assert refused == [None, None, None]
    assert ask().status == "succeeded"


def test_a_probe_that_is_cancelled_lets_the_next_run_find_out(
    provider: ScriptedProvider, clock: FalseClock
) -> None:
    opened(provider)
    clock.sleep(30)
    with pytest.raises(Cancelled), circuits.circuit_breaker(scripted(), text=str):
        raise Cancelled

    assert ask().status == "succeeded"


def test_a_probe_whose_worker_was_lost_frees_itself(
    provider: ScriptedProvider, clock: FalseClock
) -> None:
    opened(provider)
    clock.sleep(30)
    lost = circuits.circuit_breaker(scripted(), text=str)
    lost.__enter__()
    clock.sleep(get_settings().first_token_timeout_seconds + circuits.PROBE_SLACK_SECONDS - 1)
    assert ask().error_context["reason"] == "circuit_open"
    clock.sleep(1)

    with circuits.circuit_breaker(scripted(), text=str):
        # A worker that was believed to be lost says nothing about the new probe.
        end_badly(lost)
        assert row().failures == 5

    assert not LLMCircuitBreaker.objects.exists()


def test_calls_that_fail_after_it_was_opened_do_not_make_it_rest_longer(
    provider: ScriptedProvider, clock: FalseClock
) -> None:
    under_way = [circuits.circuit_breaker(scripted(), text=str) for _ in range(3)]
    for call in under_way:
        call.__enter__()
    before = opened(provider)
    clock.sleep(10)

    for call in under_way:
        end_badly(call)

    after = row()
    assert (after.failures, after.retry_at) == (before.failures, before.retry_at)


def test_a_check_that_finds_the_model_lets_the_next_run_find_out(
    provider: ScriptedProvider, clock: FalseClock
) -> None:
    opened(provider)

    check_models(["scripted"])

    assert row().opened_at is not None
    assert ask().status == "succeeded"


@pytest.mark.django_db(transaction=True)
def test_of_two_workers_that_want_to_find_out_one_does(provider: ScriptedProvider) -> None:
    LLMCircuitBreaker.objects.create(
        provider_name="test",
        request_model="scripted",
        failures=5,
        wait_seconds=30,
        opened_at=timezone.now() - timedelta(minutes=1),
        retry_at=timezone.now(),
    )
    both, asked = threading.Barrier(2), threading.Barrier(2)

    def work(_number: int) -> bool:
        try:
            both.wait(10)
            try:
                with circuits.circuit_breaker(scripted(), text=str):
                    asked.wait(10)
            except CircuitOpen:
                asked.wait(10)
                return False
            return True
        finally:
            connections.close_all()

    with ThreadPoolExecutor(2) as workers:
        assert sorted(workers.map(work, range(2))) == [False, True]


@pytest.mark.django_db(transaction=True)
def test_failures_at_the_same_moment_are_all_counted(provider: ScriptedProvider) -> None:
    both = threading.Barrier(4)

    def work(_number: int) -> None:
        try:
            call = circuits.circuit_breaker(scripted(), text=str)
            call.__enter__()
            both.wait(10)
            end_badly(call)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(4) as workers:
        list(workers.map(work, range(4)))

    assert (row().failures, row().opened_at) == (4, None)
