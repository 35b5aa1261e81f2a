"""Pruning lets others write."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import pytest
from django.db import connection

from tests.factories import LLMActionFactory
from tests.retention.runs import full_run
from wagtail_llm_actions.models import LLMRun
from wagtail_llm_actions.retention.prune import due_work, prune

if TYPE_CHECKING:
    from uuid import UUID

    from wagtail_llm_actions.models import LLMAction

WRITERS, WRITES = 3, 15


def write(llm_action: LLMAction, written: list[UUID]) -> None:
    """Start and finish runs, as clicks and workers do."""
    try:
        for number in range(WRITES):
            run = full_run(action=llm_action, status=LLMRun.Status.QUEUED, output="")
            done = {"status": LLMRun.Status.SUCCEEDED, "output": f"Text {number}"}
            LLMRun.objects.filter(pk=run.pk).update(**done)
            written.append(run.pk)
    finally:
        connection.close()


@pytest.mark.django_db(transaction=True)
def test_no_write_is_lost_while_old_runs_are_redacted_and_deleted() -> None:
    llm_action = LLMActionFactory(redact_after_days=30, delete_after_days=60)
    redacted = [full_run(days=40, action=llm_action).pk for _ in range(40)]
    deleted = [full_run(days=70, action=llm_action).pk for _ in range(40)]
    written: list[UUID] = []
    writers = [
        threading.Thread(target=write, args=(llm_action, written)) for _number in range(WRITERS)
    ]

    for writer in writers:
        writer.start()
    for due in due_work():
        while due.do_batch(5):
            pass
    for writer in writers:
        writer.join()
    prune(due_work())

    assert len(written) == WRITERS * WRITES
    kept = LLMRun.objects.filter(pk__in=written, redacted_at=None, output__startswith="Text ")
    assert kept.count() == len(written)
    assert LLMRun.objects.filter(pk__in=redacted, output="").count() == len(redacted)
    assert not LLMRun.objects.filter(pk__in=deleted).exists()
