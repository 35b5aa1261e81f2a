"""Texts and runs are kept no longer than the site, or an action, says."""

from __future__ import annotations

import copy
import uuid
from io import StringIO
from typing import TYPE_CHECKING, Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from tests.factories import LLMActionFactory
from tests.parts.processes import CommandProcess
from tests.parts.waiting import eventually
from tests.retention.runs import SECRET, full_run, stored_words
from wagtail_llm_actions.models import LLMAttempt, LLMRun
from wagtail_llm_actions.retention.prune import due_work
from wagtail_llm_actions.retention.tick import prune_soon, prune_throttle
from wagtail_llm_actions.tasks import prune_history, recover_runs

if TYPE_CHECKING:
    from pytest_django import Settings

    from tests.kept_queue import KeptQueue, QueueHere

pytestmark = pytest.mark.django_db


def output(*args: str) -> list[str]:
    stdout = StringIO()
    call_command("llm_actions_prune", *args, stdout=stdout)
    return stdout.getvalue().splitlines()


def keep(settings: Settings, **periods: Any) -> None:
    settings.WAGTAIL_LLM_ACTIONS = settings.WAGTAIL_LLM_ACTIONS | {"RETENTION": periods}


def test_texts_are_redacted_after_90_days_and_figures_stay() -> None:
    old, new = full_run(days=91), full_run(days=89)

    assert output() == ["Done: redacted 1 run, deleted 0 runs and anonymised 0 runs."]

    assert SECRET in stored_words(new)
    assert SECRET not in stored_words(old)
    old.refresh_from_db()
    assert old.redacted_at is not None
    assert old.redaction_reason == "age"
    assert (old.decision, old.input_tokens, old.output_tokens) == ("accepted", 12, 7)
    assert old.cost_usd is not None
    assert old.target_label
    assert [attempt.error_code for attempt in old.attempts.all()] == ["server_error"]
    assert output() == ["Done: redacted 0 runs, deleted 0 runs and anonymised 0 runs."]


def test_a_site_can_keep_texts_for_ever(settings: Settings) -> None:
    keep(settings, REDACT_AFTER_DAYS=None)
    run = full_run(days=4_000)

    assert output() == ["Done: redacted 0 runs, deleted 0 runs and anonymised 0 runs."]

    assert SECRET in stored_words(run)


def test_runs_are_deleted_only_where_the_site_says_so(settings: Settings) -> None:
    run, attempts = full_run(days=400), LLMAttempt.objects.all()
    young = full_run(days=300)
    output()
    assert LLMRun.objects.filter(pk=run.pk).exists()

    keep(settings, DELETE_AFTER_DAYS=365)

    assert output() == ["Done: redacted 0 runs, deleted 1 run and anonymised 0 runs."]
    assert list(LLMRun.objects.all()) == [young]
    assert [attempt.run_id for attempt in attempts.all()] == [young.pk]


def test_an_action_has_periods_of_its_own() -> None:
    long = LLMActionFactory(redact_after_days=1_000)
    short = LLMActionFactory(redact_after_days=7, delete_after_days=30)
    kept = full_run(days=500, action=long)
    redacted, deleted = full_run(days=8, action=short), full_run(days=31, action=short)
    orphan = full_run(days=91)
    orphan.action.delete()  # type: ignore[union-attr]

    assert output() == ["Done: redacted 2 runs, deleted 1 run and anonymised 0 runs."]

    assert SECRET in stored_words(kept)
    assert SECRET not in stored_words(redacted)
    assert SECRET not in stored_words(orphan)
    assert not LLMRun.objects.filter(pk=deleted.pk).exists()


def test_a_run_that_is_not_finished_keeps_its_prompt() -> None:
    run = full_run(days=91, status=LLMRun.Status.RUNNING)

    output()

    assert SECRET in stored_words(run)


def test_a_dry_run_counts_and_writes_nothing() -> None:
    run = full_run(days=91)
    full_run(days=1)

    assert output("--dry-run") == ["Would redact 1 run, delete 0 runs and anonymise 0 runs."]

    assert SECRET in stored_words(run)


def test_a_dry_run_counts_a_run_that_is_deleted_as_that_alone(settings: Settings) -> None:
    keep(settings, REDACT_AFTER_DAYS=30, DELETE_AFTER_DAYS=60)
    for days in (40, 70, 80):
        full_run(days=days)
    full_run(days=90, redacted_at=timezone.now())

    assert output("--dry-run") == ["Would redact 1 run, delete 3 runs and anonymise 0 runs."]

    assert output() == ["Done: redacted 1 run, deleted 3 runs and anonymised 0 runs."]


def test_the_periods_can_be_given_to_the_command() -> None:
    run, new = full_run(days=3), full_run(days=1)

    assert output("--days", "2") == ["Done: redacted 1 run, deleted 0 runs and anonymised 0 runs."]
    assert output("--delete-days", "2") == [
        "Done: redacted 0 runs, deleted 1 run and anonymised 0 runs."
    ]

    assert list(LLMRun.objects.all()) == [new]
    assert not LLMRun.objects.filter(pk=run.pk).exists()
    with pytest.raises(CommandError, match="whole numbers above 0"):
        output("--days", "0")


def test_what_a_killed_process_has_left_is_done_by_the_next() -> None:
    llm_action = LLMActionFactory()
    runs = [full_run(days=100 - number, action=llm_action) for number in range(5)]
    assert [due.do_batch(2) for due in due_work() if due.due().exists()] == [2]

    done = [SECRET not in stored_words(run) for run in runs]
    assert done == [True, True, False, False, False]
    assert output() == ["Done: redacted 3 runs, deleted 0 runs and anonymised 0 runs."]


@pytest.mark.processes
@pytest.mark.django_db(transaction=True)
def test_a_command_that_is_killed_goes_on_where_it_was() -> None:
    total, run = 3_000, full_run(days=100)
    copies = [copy.copy(run) for _ in range(total - 1)]
    for each in copies:
        each.pk, each.client_request_id = uuid.uuid4(), None
    LLMRun.objects.bulk_create(copies)
    redacted = LLMRun.objects.exclude(redacted_at=None)
    with CommandProcess("llm_actions_prune", settings={}) as process:
        eventually(redacted.exists)
        process.kill()

    left = total - redacted.count()
    assert 0 < left < total
    assert not redacted.exclude(output="").exists()
    said = f"{left:,} runs, {{}} 0 runs and {{}} 0 runs."
    assert output("--dry-run") == [f"Would redact {said.format('delete', 'anonymise')}"]
    assert output() == [f"Done: redacted {said.format('deleted', 'anonymised')}"]


def test_a_worker_prunes_by_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(prune_throttle, "seconds", 0.0)
    run = full_run(days=91)

    recover_runs()

    assert SECRET not in stored_words(run)


def test_without_a_worker_an_open_form_lets_a_thread_prune(
    queue_here: type[QueueHere], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(prune_throttle, "seconds", 0.0)

    prune_soon()

    assert queue_here.called == [("wagtail_llm_actions.tasks.prune_history",)]


def test_with_a_worker_a_web_process_does_not_prune(
    kept_queue: type[KeptQueue], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(prune_throttle, "seconds", 0.0)

    prune_soon()

    assert kept_queue.called == []


def test_pruning_takes_a_query_for_a_batch_and_not_for_a_run() -> None:
    llm_action = LLMActionFactory()

    def queries(count: int) -> int:
        for _ in range(count):
            full_run(days=91, action=llm_action)
        with CaptureQueriesContext(connection) as captured:
            prune_history()
        return len(captured)

    # The day has no span before.
    queries(1)
    assert queries(3) == queries(20)
    assert not LLMRun.objects.filter(redacted_at=None).exists()
