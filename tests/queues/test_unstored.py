"""A run that stores nothing goes over Valkey to a worker and back, and leaves no text on a disk."""

from __future__ import annotations

import threading
import uuid
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from django.db import connection

from tests.factories import BlogPageFactory, LLMActionFactory
from tests.parts.waiting import eventually
from tests.parts.worker import WorkerProcess
from tests.queues.runs import answer, final, poll
from tests.retention.runs import whole_database
from tests.runs.starting import start_run
from wagtail_llm_actions.runs import decisions

if TYPE_CHECKING:
    from pytest_django import Settings

    from tests.parts.valkey import Valkey
    from tests.providers.server import ProviderServer
    from tests.queues.conftest import UseQueues


def on_disk(valkey: Valkey) -> str:
    """Return what backups of the database and of Valkey would hold."""
    files = [valkey.dump()]
    if connection.vendor == "sqlite":
        database = Path(connection.settings_dict["NAME"])
        files += [path.read_bytes() for path in database.parent.glob(f"{database.name}*")]
    return whole_database() + "".join(data.decode("latin-1") for data in files)


@pytest.mark.processes
def test_no_text_reaches_a_disk(
    valkey: Valkey, use_queues: UseQueues, server: ProviderServer, settings: Settings
) -> None:
    # Others than those of earlier tests, whose pages of the file may be free but not empty.
    sent, written = uuid.uuid4().hex, uuid.uuid4().hex
    gate = threading.Event()
    server.play(answer(f"The {written} ", gate, "came early."))
    settings.CACHES = {"default": valkey.cache}
    used = use_queues(valkey.rq_queues, RETENTION={"MODE": "nothing"})
    page = BlogPageFactory()
    page.intro = f"The {sent} was seen."
    with WorkerProcess({**used, "CACHES": settings.CACHES}) as worker:
        run = start_run(LLMActionFactory(model="openai"), page)
        eventually(lambda: server.requests)
        meanwhile = on_disk(valkey)
        gate.set()
        final(run)
        afterward = on_disk(valkey)
        state = poll(run)
        log = worker.log

    assert sent in str(server.requests[0])
    assert state["output"] == f"The {written} came early."
    for found in (meanwhile, afterward, log):
        assert sent not in found
        assert written not in found
    # What would be found is there, but cannot be read.
    assert f"llm-actions:unstored:{run.pk}" in meanwhile
    assert valkey.keys("*unstored*")
    decisions.dismiss(run)
    assert not valkey.keys("*unstored*")
