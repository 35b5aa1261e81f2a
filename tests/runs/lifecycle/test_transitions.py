"""The state machine of a run, with real rows: what each function changes, and what it leaves."""

from __future__ import annotations

import ast
import re
import uuid
from collections import Counter
from dataclasses import fields
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from django.utils import timezone

import wagtail_llm_actions
from tests.factories import LLMRunFactory
from wagtail_llm_actions.errors import InvalidInput, LLMActionsError, QueueUnavailable
from wagtail_llm_actions.generation import FinishReason, GenerationResult
from wagtail_llm_actions.models import LLMRun
from wagtail_llm_actions.runs.lifecycle import transitions
from wagtail_llm_actions.runs.lifecycle.lease import Lease
from wagtail_llm_actions.runs.lifecycle.outcome import RunOutcome
from wagtail_llm_actions.runs.lifecycle.transitions import TRANSITIONS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

PACKAGE = Path(wagtail_llm_actions.__file__).parent
ARCHITECTURE = Path(__file__).parents[3] / "docs" / "architecture.md"
STATUSES = list(LLMRun.Status)
RESULT = GenerationResult(finish_reason=FinishReason.STOP, response_model="scripted")
OUTCOME = RunOutcome(output="The tide.")

CHANGES: Mapping[tuple[str, str, str], Callable[[LLMRun, Lease], object]] = {
    ("claim", "queued", "running"): lambda run, _: transitions.claim(run.pk),
    ("requeue", "running", "queued"): lambda _, lease: transitions.requeue(lease, timezone.now()),
    ("succeed", "running", "succeeded"): lambda _, lease: transitions.succeed(
        lease, OUTCOME, RESULT
    ),
    ("fail", "running", "failed"): lambda _, lease: transitions.fail(
        lease, OUTCOME, LLMActionsError()
    ),
    ("cancel_running", "running", "cancelled"): lambda _, lease: transitions.cancel_running(
        lease, OUTCOME
    ),
    ("cancel_queued", "queued", "cancelled"): lambda run, _: transitions.cancel_queued(run.pk),
    ("cancel_all_queued", "queued", "cancelled"): lambda run, _: transitions.cancel_all_queued(
        LLMRun.objects.filter(pk=run.pk)
    ),
    ("fail_queued", "queued", "failed"): lambda run, _: transitions.fail_queued(
        run, QueueUnavailable()
    ),
    ("fail_abandoned", "running", "failed"): lambda *_: transitions.fail_abandoned(),
}


def run_with(status: str) -> tuple[LLMRun, Lease]:
    """Return a run in this state, and a lease of it that expired a minute ago."""
    token = uuid.uuid4()
    run = LLMRunFactory(
        status=status,
        started_at=None if status == "queued" else timezone.now(),
        finished_at=None if status in LLMRun.UNFINISHED else timezone.now(),
        lease_token=token,
        lease_expires_at=timezone.now() - timedelta(minutes=1),
    )
    return run, Lease(run.pk, token)


def row(run: LLMRun) -> dict[str, object]:
    stored = LLMRun.objects.get(pk=run.pk)
    return {field.attname: getattr(stored, field.attname) for field in LLMRun._meta.fields}


def test_every_allowed_transition_has_a_function_and_no_function_makes_another() -> None:
    allowed = {(source, target) for source, targets in TRANSITIONS.items() for target in targets}

    assert {(source, target) for _, source, target in CHANGES} == allowed


def test_no_final_status_is_left_again() -> None:
    final = {status for status, targets in TRANSITIONS.items() if not targets}

    assert set(TRANSITIONS) == set(STATUSES)
    assert final == set(STATUSES) - set(LLMRun.UNFINISHED)


@pytest.mark.django_db
@pytest.mark.parametrize("status", STATUSES)
@pytest.mark.parametrize(
    ("source", "target", "change"),
    [(source, target, change) for (_, source, target), change in CHANGES.items()],
    ids=[name for name, _, _ in CHANGES],
)
def test_a_function_changes_a_run_in_its_own_state_and_no_other(
    source: str, target: str, change: Callable[[LLMRun, Lease], object], status: str
) -> None:
    run, lease = run_with(status)
    before = row(run)

    changed = change(run, lease)

    assert bool(changed) == (status == source)
    if status == source:
        assert row(run)["status"] == target
    else:
        assert row(run) == before


@pytest.mark.django_db
@pytest.mark.parametrize(
    "change",
    [
        lambda lease: transitions.requeue(lease, timezone.now()),
        lambda lease: transitions.succeed(lease, OUTCOME, RESULT),
        lambda lease: transitions.fail(lease, OUTCOME, LLMActionsError()),
        lambda lease: transitions.cancel_running(lease, OUTCOME),
        lambda lease: transitions.set_retry_at(lease, timezone.now()),
        lambda lease: transitions.set_fallback(lease, provider_name="other", request_model="m"),
    ],
    ids=["requeue", "succeed", "fail", "cancel", "set retry", "set fallback"],
)
def test_a_worker_writes_nothing_with_the_token_of_another_lease(
    change: Callable[[Lease], object],
) -> None:
    run, _ = run_with("running")
    before = row(run)

    assert not change(Lease(run.pk, uuid.uuid4()))

    assert row(run) == before


@pytest.mark.django_db
@pytest.mark.parametrize("name", [name for name, _, target in CHANGES if target != "running"])
def test_a_run_that_no_worker_executes_has_no_lease(name: str) -> None:
    (source, change), *_ = (
        (source, change) for (each, source, _), change in CHANGES.items() if each == name
    )
    run, lease = run_with(source)

    change(run, lease)

    values = row(run)
    assert (values["lease_token"], values["lease_expires_at"]) == (None, None)
    assert (values["finished_at"] is None) == (values["status"] == "queued")


@pytest.mark.django_db
def test_a_run_that_is_not_due_is_not_claimed() -> None:
    run = LLMRunFactory(retry_at=timezone.now() + timedelta(minutes=1))

    assert transitions.claim(run.pk) is None


@pytest.mark.django_db
def test_a_requeued_run_keeps_the_time_of_its_first_start() -> None:
    run = LLMRunFactory()
    lease = transitions.claim(run.pk)
    assert lease is not None
    started_at = row(run)["started_at"]
    transitions.requeue(lease, timezone.now())

    assert transitions.claim(run.pk)

    assert row(run)["started_at"] == started_at


@pytest.mark.django_db
def test_a_lease_that_was_renewed_is_not_abandoned() -> None:
    run, _ = run_with("running")
    later = timezone.now() + timedelta(minutes=1)
    LLMRun.objects.filter(pk=run.pk).update(lease_expires_at=later)

    assert transitions.fail_abandoned() == []

    assert row(run)["status"] == "running"


@pytest.mark.django_db
def test_a_run_that_cannot_be_sent_is_failed_before_it_is_saved() -> None:
    run = LLMRun(action_label="Summary")

    transitions.fail_unsaved(run, InvalidInput(InvalidInput.Reason.EMPTY_SOURCE, "Summary"))

    assert (run.status, run.error_code) == ("failed", "invalid_input")
    assert run.finished_at == run.queued_at
    assert not LLMRun.objects.exists()


def test_a_transition_that_the_table_does_not_allow_is_a_defect() -> None:
    with pytest.raises(ValueError, match="A run that is succeeded cannot become queued"):
        transitions._move(LLMRun.objects.all(), LLMRun.Status.SUCCEEDED, LLMRun.Status.QUEUED)


def test_every_field_of_an_outcome_is_a_column() -> None:
    columns = {field.name for field in LLMRun._meta.get_fields()}

    assert {field.name for field in fields(RunOutcome)} <= columns


WRITERS = {"LLMRun", "bulk_create", "bulk_update", "create", "get_or_create", "update"}
WRITERS |= {"update_or_create", "setattr"}


def status_writes(tree: ast.AST) -> Iterator[int]:
    """Yield the lines that assign ``.status``, or name it to something that writes a row."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and node.attr == "status":
            # An object's own status, such as that of an HTTP error, is no run's; see the last test.
            if isinstance(node.ctx, ast.Store) and ast.unparse(node.value) != "self":
                yield node.lineno
        elif isinstance(node, ast.Call) and name_of(node.func) in WRITERS:
            keywords = {each.arg for each in node.keywords}
            arguments = [*node.args, *(each.value for each in node.keywords)]
            if "status" in keywords or any("'status'" in ast.unparse(each) for each in arguments):
                yield node.lineno


def name_of(function: ast.expr) -> str:
    return function.attr if isinstance(function, ast.Attribute) else ast.unparse(function)


@pytest.mark.parametrize(
    "code",
    [
        "run.status = 'failed'",
        "rows.update(status=FAILED)",
        "rows.filter(pk=1).update(**{'status': FAILED})",
        "LLMRun(status=FAILED)",
        "LLMRun.objects.create(status=FAILED)",
        "LLMRun.objects.bulk_update(runs, ['status'])",
        "setattr(run, 'status', FAILED)",
    ],
)
def test_the_search_for_writes_finds_each_way_to_write(code: str) -> None:
    assert list(status_writes(ast.parse(code)))


@pytest.mark.parametrize("code", ["rows.filter(status=FAILED).update(a=1)", "x = run.status"])
def test_the_search_for_writes_takes_no_read_for_one(code: str) -> None:
    assert not list(status_writes(ast.parse(code)))


def test_no_other_module_writes_the_status_of_a_run() -> None:
    found = Counter(
        f"{path.relative_to(PACKAGE)}"
        for path in PACKAGE.rglob("*.py")
        if "migrations" not in path.parts
        for _ in status_writes(ast.parse(path.read_text()))
    )

    # Imports and exports have a status of their own.
    jobs = {"admin/exports/job.py", "models/background_job.py"}
    assert set(found) - jobs == {"runs/lifecycle/transitions.py"}
    assert "self.status =" not in (PACKAGE / "models" / "run.py").read_text()


def test_the_state_diagram_of_the_documentation_shows_the_table() -> None:
    section = ARCHITECTURE.read_text().split("\n## The life of a run\n")[1].split("\n## ")[0]
    diagram = section.split("```mermaid\nstateDiagram-v2\n")[1].split("```")[0]
    arrows = re.findall(r"^ *(\S+) --> (\S+?)(?::.*)?$", diagram, flags=re.MULTILINE)
    between = {(source, target) for source, target in arrows if "[*]" not in {source, target}}
    final = {source for source, target in arrows if target == "[*]"}

    assert between == {
        (source.value, target.value)
        for source, targets in TRANSITIONS.items()
        for target in targets
    }
    assert final == {status.value for status, targets in TRANSITIONS.items() if not targets}
