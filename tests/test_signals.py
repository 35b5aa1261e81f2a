"""The signals of a run: when they are sent, once each, and that no receiver can break a run."""

from __future__ import annotations

import logging
import uuid
from datetime import timedelta
from typing import TYPE_CHECKING, Any, cast

import pytest
from django.db import transaction
from django.utils import timezone

from tests.factories import (
    BlogPageFactory,
    EditorFactory,
    LLMActionFactory,
    LLMRunFactory,
)
from tests.lost_runs import lose
from tests.runs.starting import start_run
from wagtail_llm_actions import signals
from wagtail_llm_actions.bulk.progress import cancel_queued_runs
from wagtail_llm_actions.bulk.start import build_chunks, new_key, objects_of, save_and_enqueue
from wagtail_llm_actions.errors import AuthenticationFailed, RateLimited
from wagtail_llm_actions.models import LLMRun
from wagtail_llm_actions.provider_registry import get_provider
from wagtail_llm_actions.runs.decisions import accept, dismiss, undo
from wagtail_llm_actions.runs.lifecycle import transitions
from wagtail_llm_actions.runs.lifecycle.cancel import cancel
from wagtail_llm_actions.runs.lifecycle.execute import execute

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from django.dispatch import Signal
    from pytest_django import DjangoAssertNumQueries, Settings

    from tests.kept_queue import KeptQueue
    from wagtail_llm_actions.providers.testing import ScriptedProvider

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("kept_queue"),
]

SIGNALS: dict[str, Signal] = {
    "queued": signals.run_queued,
    "started": signals.run_started,
    "finished": signals.run_finished,
    "decided": signals.run_decided,
}


class Log:
    """What receivers were told, in its order."""

    def __init__(self) -> None:
        self.sent: list[tuple[str, LLMRun]] = []

    def receiver(self, name: str) -> Callable[..., None]:
        def receive(sender: type[LLMRun], run: LLMRun, **_: Any) -> None:
            assert sender is LLMRun
            assert not transaction.get_connection().in_atomic_block
            self.sent.append((name, run))

        return receive

    def names(self, run: LLMRun) -> list[str]:
        """Return the signals of one run."""
        return [name for name, sent in self.sent if sent.pk == run.pk]


@pytest.fixture
def log() -> Iterator[Log]:
    log = Log()
    receivers = {name: log.receiver(name) for name in SIGNALS}
    for name, receiver in receivers.items():
        SIGNALS[name].connect(receiver)
    yield log
    for name, receiver in receivers.items():
        SIGNALS[name].disconnect(receiver)


def test_a_run_is_queued_started_finished_and_decided(
    log: Log, provider: ScriptedProvider, kept_queue: type[KeptQueue]
) -> None:
    provider.script("The tide.")

    run = start_run(LLMActionFactory(), BlogPageFactory())
    execute(run.pk)
    run.refresh_from_db()
    accept(run, "The tide.")

    told = [(name, sent.pk, sent.status, sent.decision) for name, sent in log.sent]
    assert told == [
        ("queued", run.pk, "queued", "none"),
        ("started", run.pk, "running", "none"),
        ("finished", run.pk, "succeeded", "none"),
        ("decided", run.pk, "succeeded", "accepted"),
    ]
    assert log.sent[2][1].output == "The tide."


def test_a_signal_is_sent_after_the_commit_and_before_the_queue_gets_the_run(
    log: Log, kept_queue: type[KeptQueue]
) -> None:
    waiting: list[int] = []

    def count(**_: Any) -> None:
        waiting.append(len(kept_queue.waiting))

    signals.run_queued.connect(count)
    llm_action, page = LLMActionFactory(), BlogPageFactory()

    with transaction.atomic():
        run = start_run(llm_action, page)
        assert log.sent == []
    signals.run_queued.disconnect(count)

    assert log.names(run) == ["queued"]
    assert (waiting, len(kept_queue.waiting)) == ([0], 1)


def test_a_change_that_is_rolled_back_is_not_told(log: Log) -> None:
    run = LLMRunFactory()

    with transaction.atomic():
        transitions.cancel_queued(run.pk)
        transaction.set_rollback(True)

    assert log.sent == []


def test_each_candidate_is_queued(log: Log) -> None:
    start_run(LLMActionFactory(candidate_count=3), BlogPageFactory())

    assert [name for name, _ in log.sent] == ["queued"] * 3
    assert {run.pk for _, run in log.sent} == {run.pk for run in LLMRun.objects.all()}


def test_a_second_request_of_a_click_tells_nothing_more(log: Log) -> None:
    llm_action, page, user, click = (
        LLMActionFactory(),
        BlogPageFactory(),
        EditorFactory(),
        uuid.uuid4(),
    )

    for _ in range(2):
        start_run(llm_action, page, user=user, client_request_id=click)

    assert [name for name, _ in log.sent] == ["queued"]


def test_a_run_that_cannot_be_sent_is_finished_and_never_queued(log: Log) -> None:
    run = start_run(LLMActionFactory(), BlogPageFactory(intro=""))

    assert log.names(run) == ["finished"]
    assert log.sent[0][1].error_code == "invalid_input"


def test_a_run_that_a_limit_stops_is_finished(log: Log, settings: Settings) -> None:
    settings.WAGTAIL_LLM_ACTIONS = settings.WAGTAIL_LLM_ACTIONS | {"LIMITS": {"USER_CONCURRENT": 1}}
    llm_action, page, user = LLMActionFactory(), BlogPageFactory(), EditorFactory()
    start_run(llm_action, page, user=user)

    stopped = start_run(llm_action, page, user=user)

    assert stopped.error_code == "limit_reached"
    assert log.names(stopped) == ["finished"]


def test_a_run_that_the_queue_does_not_take_is_queued_and_finished(
    log: Log, settings: Settings
) -> None:
    settings.WAGTAIL_LLM_ACTIONS = settings.WAGTAIL_LLM_ACTIONS | {
        "QUEUE": "tests.kept_queue.ClosedQueue"
    }

    run = start_run(LLMActionFactory(), BlogPageFactory())

    assert log.names(run) == ["queued", "finished"]
    assert log.sent[1][1].error_code == "queue_unavailable"


def test_a_failed_run_is_finished_once(log: Log, provider: ScriptedProvider) -> None:
    provider.script(AuthenticationFailed)
    run = LLMRunFactory()

    execute(run.pk)
    execute(run.pk)

    assert log.names(run) == ["started", "finished"]
    assert log.sent[1][1].error_code == "authentication"


def test_a_requeued_run_is_started_and_finished_once(log: Log, provider: ScriptedProvider) -> None:
    provider.script(
        RateLimited(provider="test", model="scripted", status_code=429, retry_after_seconds=6)
    )
    provider.script("The tide.")
    run = LLMRunFactory()

    execute(run.pk)
    run.refresh_from_db()
    assert (run.status, log.names(run)) == ("queued", ["started"])
    LLMRun.objects.filter(pk=run.pk).update(retry_at=timezone.now())
    execute(run.pk)

    assert log.names(run) == ["started", "finished"]


def test_a_run_of_the_fallback_model_is_started_and_finished_once(
    log: Log, settings: Settings
) -> None:
    models = settings.WAGTAIL_LLM_ACTIONS["MODELS"]
    settings.WAGTAIL_LLM_ACTIONS = settings.WAGTAIL_LLM_ACTIONS | {
        "MODELS": {**models, "spare": {"PROVIDER": "test", "NAME": "spare"}}
    }
    provider = cast("ScriptedProvider", get_provider("test"))
    provider.script(AuthenticationFailed)
    provider.script("The tide.")
    run = LLMRunFactory(fallback_model_key="spare")

    execute(run.pk)

    assert log.names(run) == ["started", "finished"]
    assert (log.sent[1][1].status, log.sent[1][1].used_fallback) == ("succeeded", True)


def test_a_queued_run_that_is_cancelled_is_finished_once(log: Log) -> None:
    run = LLMRunFactory()

    cancel(run.pk)
    cancel(run.pk)

    assert log.names(run) == ["finished"]
    assert log.sent[0][1].status == "cancelled"


def test_a_running_run_is_finished_when_its_worker_has_seen_the_cancel(
    log: Log, provider: ScriptedProvider
) -> None:
    provider.script("The tide", float("inf"))
    run = LLMRunFactory(cancel_requested_at=timezone.now())

    execute(run.pk)

    assert log.names(run) == ["started", "finished"]
    assert log.sent[1][1].status == "cancelled"


def test_an_abandoned_run_is_finished_once(log: Log) -> None:
    run = LLMRunFactory()
    transitions.claim(run.pk)

    lose(run.pk)
    lose(run.pk)

    assert log.names(run) == ["started", "finished"]
    assert log.sent[1][1].error_code == "interrupted"


def test_bulk_runs_are_queued_and_those_that_are_cancelled_finished(log: Log) -> None:
    llm_action, key = LLMActionFactory(), new_key()
    for _ in range(3):
        BlogPageFactory()
    for chunk in build_chunks(llm_action, objects_of(llm_action), key=key):
        save_and_enqueue(llm_action, chunk)
    claimed = LLMRun.objects.all()[0]
    transitions.claim(claimed.pk)

    assert cancel_queued_runs(key) == 2
    assert cancel_queued_runs(key) == 0

    assert log.names(claimed) == ["queued", "started"]
    for run in LLMRun.objects.exclude(pk=claimed.pk):
        assert log.names(run) == ["queued", "finished"]


def candidates() -> list[LLMRun]:
    group, user = uuid.uuid4(), EditorFactory()
    first = LLMRunFactory(pk=group, candidate_group=group, user=user, succeeded=True)
    others = LLMRunFactory.create_batch(2, candidate_group=group, user=user, succeeded=True)
    return [first, *others]


def test_the_candidates_that_were_not_accepted_are_decided_too(log: Log) -> None:
    first, *others = candidates()

    accept(first, first.output)

    decided = [(run.pk, run.decision) for _, run in log.sent]
    assert decided[0] == (first.pk, "accepted")
    assert sorted(decided[1:]) == sorted((run.pk, "dismissed") for run in others)


def test_a_candidate_that_is_still_queued_is_finished_by_the_decision(log: Log) -> None:
    first, other, _ = candidates()
    LLMRun.objects.filter(pk=other.pk).update(status="queued", output="")

    dismiss(first)

    assert log.names(first) == ["decided"]
    assert log.names(other) == ["finished"]


def test_an_undone_decision_is_told_for_each_candidate(log: Log) -> None:
    runs = candidates()
    accept(runs[0], "Another text.")
    log.sent.clear()

    undo(runs[0])

    assert {(run.pk, run.decision) for _, run in log.sent} == {(run.pk, "none") for run in runs}
    assert len(log.sent) == 3


def test_a_receiver_that_raises_is_logged_and_the_run_goes_on(
    provider: ScriptedProvider, log: Log, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(**_: Any) -> None:
        raise ZeroDivisionError("in a receiver")

    provider.script("The tide.")
    for signal in SIGNALS.values():
        signal.connect(fail)
    try:
        with caplog.at_level(logging.ERROR, "django.dispatch"):
            run = start_run(LLMActionFactory(), BlogPageFactory())
            execute(run.pk)
            run.refresh_from_db()
            accept(run, run.output)
    finally:
        for signal in SIGNALS.values():
            signal.disconnect(fail)

    run.refresh_from_db()
    assert (run.status, run.output, run.decision) == ("succeeded", "The tide.", "accepted")
    assert log.names(run) == ["queued", "started", "finished", "decided"]
    assert caplog.text.count("ZeroDivisionError: in a receiver") == 4


def test_a_signal_without_receivers_costs_no_query(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    run = LLMRunFactory()

    # The change itself, and a look for what is reserved.
    with django_assert_num_queries(2):
        transitions.cancel_queued(run.pk)


def test_a_run_that_was_deleted_meanwhile_is_told_to_nobody(log: Log) -> None:
    run = LLMRunFactory(queued_at=timezone.now() - timedelta(days=1))

    with transaction.atomic():
        transitions.cancel_queued(run.pk)
        run.delete()

    assert log.sent == []
