"""What is tried again, after which wait, and when another model takes over; by a false clock."""

from __future__ import annotations

import random
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from django.utils import timezone

from tests.factories import LLMRunFactory
from tests.lost_runs import lose
from wagtail_llm_actions.errors import (
    AccountDisabled,
    AuthenticationFailed,
    BudgetExceeded,
    ContentFiltered,
    ContextExceeded,
    DailyLimitReached,
    InvalidOutput,
    ModelForbidden,
    ModelNotFound,
    ModelUnavailable,
    OnlyReasoning,
    OutOfCredit,
    ProviderError,
    ProviderTimeout,
    QuotaExhausted,
    RateLimited,
    RegionNotSupported,
    RequestRejected,
)
from wagtail_llm_actions.generation import Usage
from wagtail_llm_actions.models import LLMAttempt, LLMRun
from wagtail_llm_actions.provider_registry import get_provider
from wagtail_llm_actions.queues import Priority
from wagtail_llm_actions.runs.lifecycle import execute as execution
from wagtail_llm_actions.runs.lifecycle import lease, transitions
from wagtail_llm_actions.runs.lifecycle import recovery as recover
from wagtail_llm_actions.runs.lifecycle import retry_policy as retry
from wagtail_llm_actions.runs.lifecycle.cancel import cancel

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytest_django import DjangoAssertNumQueries, Settings

    from tests.kept_queue import KeptQueue
    from wagtail_llm_actions.providers.testing import ScriptedProvider

pytestmark = pytest.mark.django_db


class FalseClock:
    """Stands still but for sleeping; stands in for both ``time`` and Django's ``timezone``."""

    def __init__(self) -> None:
        self.time = timezone.now()
        self.slept_seconds = 0.0
        self.on_sleep: Callable[[], None] = lambda: None

    def now(self) -> datetime:
        return self.time

    def sleep(self, seconds: float) -> None:
        self.slept_seconds += seconds
        self.time += timedelta(seconds=seconds)
        self.on_sleep()

    def monotonic(self) -> float:
        return self.time.timestamp()


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> FalseClock:
    clock = FalseClock()
    for module in (execution, lease, recover, transitions):
        monkeypatch.setattr(module, "timezone", clock)
    for module in (execution, lease):
        monkeypatch.setattr(module, "time", clock)
    # The longest wait that the jitter allows.
    monkeypatch.setattr(random, "uniform", lambda _lowest, highest: highest)
    return clock


@pytest.fixture
def provider(settings: Settings, kept_queue: type[KeptQueue]) -> ScriptedProvider:
    """One provider with two models; the scripts are played in the order of the calls."""
    models = settings.WAGTAIL_LLM_ACTIONS["MODELS"]
    spare = {"PROVIDER": "test", "NAME": "spare-1", "LABEL": "Spare"}
    settings.WAGTAIL_LLM_ACTIONS = settings.WAGTAIL_LLM_ACTIONS | {
        "MODELS": {**models, "spare": spare}
    }
    return get_provider("test")  # type: ignore[return-value]


def executed(run: LLMRun) -> LLMRun:
    execution.execute(run.pk)
    run.refresh_from_db()
    return run


def attempts(run: LLMRun) -> list[tuple[int, str, str]]:
    rows = LLMAttempt.objects.filter(run=run)
    return [(row.number, row.model_key, row.error_code) for row in rows]


def limited(seconds: float | None = None) -> RateLimited:
    return RateLimited(
        provider="test", model="scripted", status_code=429, retry_after_seconds=seconds
    )


def test_a_busy_model_is_asked_again_until_it_answers(
    provider: ScriptedProvider, clock: FalseClock
) -> None:
    provider.script(RateLimited)
    provider.script(ModelUnavailable)
    provider.script("The tide.", Usage(input_tokens=3, output_tokens=2))

    run = executed(LLMRunFactory())

    assert (run.status, run.output, run.error_code) == ("succeeded", "The tide.", "")
    assert attempts(run) == [
        (1, "scripted", "rate_limited"),
        (2, "scripted", "model_unavailable"),
        (3, "scripted", ""),
    ]
    assert clock.slept_seconds == pytest.approx(2 + 4)
    assert run.retry_at is None


def test_three_attempts_are_enough(provider: ScriptedProvider, clock: FalseClock) -> None:
    for _ in range(4):
        provider.script(RateLimited)

    run = executed(LLMRunFactory())

    assert (run.status, run.error_code) == ("failed", "rate_limited")
    assert len(provider.requests) == 3
    assert len(attempts(run)) == 3


def test_a_missing_first_token_is_tried_once_more(
    provider: ScriptedProvider, clock: FalseClock
) -> None:
    for _ in range(3):
        provider.script(ProviderTimeout)

    run = executed(LLMRunFactory())

    assert (run.status, run.error_code) == ("failed", "timeout")
    assert len(provider.requests) == 2


@pytest.mark.parametrize(
    "error", [AuthenticationFailed, ContentFiltered, InvalidOutput, RequestRejected]
)
def test_what_waiting_does_not_mend_is_not_tried_again(
    provider: ScriptedProvider, clock: FalseClock, error: type[ProviderError]
) -> None:
    provider.script(error)

    run = executed(LLMRunFactory())

    assert run.status == "failed"
    assert len(provider.requests) == 1
    assert clock.slept_seconds == 0


def test_nothing_is_tried_again_once_text_was_shown(
    provider: ScriptedProvider, clock: FalseClock
) -> None:
    provider.script("Half a ", RateLimited)

    run = executed(LLMRunFactory(fallback_model_key="spare"))

    assert (run.status, run.output) == ("failed", "Half a ")
    assert len(provider.requests) == 1


def test_the_wait_is_at_least_what_the_provider_asks_for(
    provider: ScriptedProvider, clock: FalseClock
) -> None:
    provider.script(limited(4.5))
    provider.script("The tide.")

    assert executed(LLMRunFactory()).status == "succeeded"
    assert clock.slept_seconds == pytest.approx(4.5)


def test_the_editor_can_see_what_a_waiting_run_waits_for(
    provider: ScriptedProvider, clock: FalseClock
) -> None:
    provider.script(limited(4))
    provider.script("The tide.")
    seen: list[tuple[str, datetime | None]] = []
    clock.on_sleep = lambda: seen.append(LLMRun.objects.values_list("status", "retry_at").get())
    began = clock.time

    executed(LLMRunFactory())

    assert seen[0] == ("running", began + timedelta(seconds=4))


def test_a_cancel_ends_the_wait(provider: ScriptedProvider, clock: FalseClock) -> None:
    run = LLMRunFactory()
    provider.script(limited(4))
    clock.on_sleep = lambda: cancel(run.pk)

    executed(run)

    assert (run.status, run.retry_at) == ("cancelled", None)
    assert len(provider.requests) == 1
    assert clock.slept_seconds < 4


def test_a_long_wait_gives_the_worker_back(provider: ScriptedProvider, clock: FalseClock) -> None:
    provider.script(limited(30))

    run = executed(LLMRunFactory())

    assert (run.status, run.lease_token, run.lease_expires_at) == ("queued", None, None)
    assert run.retry_at == clock.time + timedelta(seconds=30)
    assert run.started_at
    assert clock.slept_seconds == 0
    assert attempts(run) == [(1, "scripted", "rate_limited")]


def test_a_run_that_was_handed_back_goes_on_when_its_time_has_come(
    provider: ScriptedProvider, clock: FalseClock, kept_queue: type[KeptQueue]
) -> None:
    provider.script(limited(30))
    provider.script("The tide.")
    run = executed(LLMRunFactory())
    started_at = run.started_at

    assert executed(run).status == "queued", "a job that comes too early does nothing"
    recover.recover()
    assert kept_queue.waiting == []
    clock.sleep(30)
    recover.recover()
    assert kept_queue.waiting == [(run.pk, Priority.INTERACTIVE)]

    assert executed(run).status == "succeeded"
    assert run.started_at == started_at
    assert attempts(run) == [(1, "scripted", "rate_limited"), (2, "scripted", "")]


def test_a_look_for_lost_runs_that_finds_none_takes_one_query(
    kept_queue: type[KeptQueue], django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    in_a_minute = timezone.now() + timedelta(minutes=1)
    LLMRunFactory()
    LLMRunFactory(running=True, lease_expires_at=in_a_minute)
    LLMRunFactory(queued_at=timezone.now() - timedelta(hours=1), retry_at=in_a_minute)
    LLMRunFactory(succeeded=True)

    for bulk in (True, False):
        with django_assert_num_queries(1):
            recover.recover(bulk=bulk)


def test_a_waiting_run_can_be_cancelled(provider: ScriptedProvider, clock: FalseClock) -> None:
    provider.script(limited(30))
    run = executed(LLMRunFactory())

    cancel(run.pk)

    run.refresh_from_db()
    assert run.status == "cancelled"


def test_a_wait_beyond_the_deadline_is_not_begun(
    provider: ScriptedProvider, clock: FalseClock
) -> None:
    provider.script(limited(600))

    run = executed(LLMRunFactory())

    assert (run.status, run.error_code) == ("failed", "rate_limited")
    assert run.error_context["retry_after_seconds"] == 600
    assert clock.slept_seconds == 0


def test_one_deadline_holds_for_all_attempts(provider: ScriptedProvider, clock: FalseClock) -> None:
    provider.script(limited(30))
    run = executed(LLMRunFactory())

    clock.sleep(181)
    executed(run)

    assert (run.status, run.error_code) == ("failed", "timeout")
    assert len(provider.requests) == 1


@pytest.mark.parametrize(
    "error", [AuthenticationFailed, ModelUnavailable, ProviderTimeout, RateLimited]
)
def test_the_fallback_model_takes_over(
    provider: ScriptedProvider, clock: FalseClock, error: type[ProviderError]
) -> None:
    for _ in range({AuthenticationFailed: 1, ProviderTimeout: 2}.get(error, 3)):
        provider.script(error)
    provider.script("The tide.")

    run = executed(LLMRunFactory(fallback_model_key="spare"))

    assert (run.status, run.output, run.used_fallback) == ("succeeded", "The tide.", True)
    assert (run.model_key, run.request_model, run.response_model) == (
        "scripted",
        "spare-1",
        "spare-1",
    )
    assert provider.requests[-1].model == "spare-1"
    assert attempts(run)[-1] == (len(provider.requests), "spare", "")


@pytest.mark.parametrize("error", [ContentFiltered, InvalidOutput, RequestRejected])
def test_a_refused_text_is_not_sent_to_another_model(
    provider: ScriptedProvider, clock: FalseClock, error: type[ProviderError]
) -> None:
    provider.script(error)

    run = executed(LLMRunFactory(fallback_model_key="spare"))

    assert (run.status, run.used_fallback) == ("failed", False)
    assert len(provider.requests) == 1


def test_the_fallback_has_attempts_of_its_own_and_no_fallback(
    provider: ScriptedProvider, clock: FalseClock
) -> None:
    for _ in range(9):
        provider.script(ModelUnavailable)

    run = executed(LLMRunFactory(fallback_model_key="spare"))

    assert (run.status, run.error_code, run.used_fallback) == ("failed", "model_unavailable", True)
    assert [model for _, model, _ in attempts(run)] == ["scripted"] * 3 + ["spare"] * 3


def test_a_fallback_model_that_left_the_settings_is_no_fallback(
    provider: ScriptedProvider, clock: FalseClock
) -> None:
    provider.script(AuthenticationFailed)

    run = executed(LLMRunFactory(fallback_model_key="gone"))

    assert (run.status, run.error_code, run.used_fallback) == ("failed", "authentication", False)


def test_a_worker_that_lost_its_run_while_it_waited_stops(
    provider: ScriptedProvider, clock: FalseClock
) -> None:
    run = LLMRunFactory()
    provider.script(limited(4))
    clock.on_sleep = lambda: lose(run.pk)

    executed(run)

    assert (run.status, run.error_code) == ("failed", "interrupted")
    assert len(provider.requests) == 1


def test_the_jitter_spreads_the_waits() -> None:
    error = limited()

    waits = {retry.wait_seconds(error, attempts=2, left_seconds=100) for _ in range(50)}

    assert len(waits) > 40
    assert all(0 <= wait <= 4 for wait in waits if wait is not None)


@pytest.mark.parametrize(
    "error",
    [
        *(AccountDisabled, BudgetExceeded, ContextExceeded, DailyLimitReached, ModelForbidden),
        *(ModelNotFound, OnlyReasoning, OutOfCredit, QuotaExhausted, RegionNotSupported),
    ],
)
def test_what_waiting_does_not_mend_is_asked_once_and_then_of_the_fallback(
    provider: ScriptedProvider, clock: FalseClock, error: type[ProviderError]
) -> None:
    provider.script(error)
    provider.script("The tide.")

    run = executed(LLMRunFactory(fallback_model_key="spare"))

    assert (run.status, run.output, run.used_fallback) == ("succeeded", "The tide.", True)
    assert [model for _, model, _ in attempts(run)] == ["scripted", "spare"]
    assert clock.slept_seconds == 0
