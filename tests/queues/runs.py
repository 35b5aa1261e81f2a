"""What the tests of queues say and ask about runs."""

from __future__ import annotations

import json
import uuid
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.test import Client
from django.urls import reverse
from django.utils import timezone

from tests.factories import BlogPageFactory, LLMActionFactory
from tests.parts.waiting import eventually
from tests.providers.server import streamed
from tests.providers.wire_openai import OpenAIWire
from wagtail_llm_actions.generation import FinishReason, Usage
from wagtail_llm_actions.models import LLMRun
from wagtail_llm_actions.streams import get_stream

if TYPE_CHECKING:
    from tests.providers.server import Reply, Step

WIRE = OpenAIWire()
COLUMNS = [field.attname for field in LLMRun._meta.concrete_fields]


def answer(*steps: str | Step) -> Reply:
    """Build a provider's answer of texts, and of what happens between them."""
    middle = [WIRE.text(step) if isinstance(step, str) else step for step in steps]
    ending = WIRE.ending(FinishReason.STOP, Usage(input_tokens=7, output_tokens=3))
    return streamed([*WIRE.beginning(), *middle, *ending])


def live_text(run: LLMRun) -> str:
    """Wait for text of a run that is still being written."""
    return eventually(lambda: get_stream().read(run.pk, 0)[0])


def report(run: LLMRun) -> dict[str, Any]:
    """Return what ``ReportingProvider`` says before its answer."""
    reported: dict[str, Any] = json.loads(live_text(run).splitlines()[0])
    return reported


def final(run: LLMRun) -> LLMRun:
    """Wait for the end of a run."""

    def is_final() -> bool:
        run.refresh_from_db()
        return run.is_final

    eventually(is_final)
    return run


def row(run: LLMRun) -> dict[str, Any]:
    """Return everything that is stored on a run."""
    stored = LLMRun.objects.get(pk=run.pk)
    return {name: getattr(stored, name) for name in COLUMNS}


def wait_for_long(run: LLMRun) -> None:
    """Let a run have been queued for so long that the queue may have lost it."""
    LLMRun.objects.filter(pk=run.pk).update(
        status=LLMRun.Status.QUEUED, queued_at=timezone.now() - timedelta(minutes=1)
    )


def click(model: str = "openai") -> dict[str, Any]:
    """Return what the browser posts when an editor clicks Generate on a new page."""
    page = BlogPageFactory()
    action = LLMActionFactory(source="title", model=model)
    return {
        "title": page.title,
        "body-count": 0,
        "llm-actions-action": action.pk,
        "llm-actions-form-action": reverse("wagtailadmin_pages:edit", args=[page.pk]),
        "llm-actions-request-id": uuid.uuid4(),
    }


def poll(run: LLMRun) -> dict[str, Any]:
    """Ask for a run as its editor's browser does."""
    assert run.user
    client = Client()
    client.force_login(run.user)
    state: dict[str, Any] = client.get(
        reverse("wagtail_llm_actions:poll_run", args=[run.pk])
    ).json()
    return state
