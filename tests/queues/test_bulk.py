"""Bulk work beside a click, with a real worker."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import django_rq
import pytest
from django.contrib.contenttypes.models import ContentType

from example_site.blog.models import Author
from tests.factories import LLMActionFactory
from tests.parts.waiting import eventually
from tests.parts.worker import WorkerProcess
from tests.queues.runs import final
from wagtail_llm_actions.bulk.progress import cancel_queued_runs, progress
from wagtail_llm_actions.bulk.start import build_chunks, new_key, objects_of, save_and_enqueue
from wagtail_llm_actions.models import LLMRun

if TYPE_CHECKING:
    from tests.parts.valkey import Valkey
    from tests.queues.conftest import Start, UseQueues

MANY = 200
SLOW: dict[str, Any] = {
    "PROVIDERS": {
        name: {
            "BACKEND": "wagtail_llm_actions.providers.testing.ScriptedProvider",
            "OPTIONS": {"script": script},
        }
        for name, script in {"slow": ["The tide ", 3.0, "came."], "quick": ["Early."]}.items()
    },
    "MODELS": {name: {"PROVIDER": name, "NAME": name} for name in ("slow", "quick")},
}


def start_many() -> str:
    """Queue an action on many authors."""
    key = new_key()
    llm_action = LLMActionFactory(
        model_type=ContentType.objects.get_for_model(Author),
        source="bio",
        destination="name",
        model="slow",
    )
    Author.objects.bulk_create(Author(name=f"{number}", bio="Writes.") for number in range(MANY))
    for chunk in build_chunks(llm_action, objects_of(llm_action), key=key):
        save_and_enqueue(llm_action, chunk)
    return key


@pytest.mark.processes
def test_a_click_is_answered_while_bulk_runs_wait(
    valkey: Valkey, use_queues: UseQueues, start_run: Start
) -> None:
    settings = use_queues(valkey.rq_queues, **SLOW)
    key = start_many()
    assert len(django_rq.get_queue("llm_bulk").job_ids) == MANY
    with WorkerProcess(settings):
        eventually(lambda: progress(key).running)

        click = final(start_run("quick"))

        assert (click.status, click.output) == (LLMRun.Status.SUCCEEDED, "Early.")
        left = progress(key).queued
        assert left > 0
        assert cancel_queued_runs(key) > 0
        eventually(lambda: progress(key).queued + progress(key).running == 0)
        eventually(lambda: not django_rq.get_queue("llm_bulk").job_ids)
    bulk = LLMRun.objects.filter(trigger=LLMRun.Trigger.BULK)
    assert bulk.exclude(started_at__lt=click.started_at).count() >= left
