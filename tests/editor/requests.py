"""What the widget does with a run."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from django.urls import reverse

from tests.factories import LLMRunFactory
from wagtail_llm_actions.runs.lifecycle.transitions import claim

if TYPE_CHECKING:
    from collections.abc import Mapping

    from django.test import Client

    from wagtail_llm_actions.models import LLMRun


def poll(client: Client, run: LLMRun, **query: str) -> Any:
    """Ask how a run is."""
    return client.get(reverse("wagtail_llm_actions:run", args=[run.pk]), query)


def poll_again(client: Client, state: Mapping[str, Any], *cursors: str) -> Any:
    """Ask again as the browser does, at the address that the last answer gave."""
    query = urlencode([("after", cursor) for cursor in cursors or (state["cursor"],)])
    mark = "&" if "?" in state["poll_url"] else "?"
    return client.get(f"{state['poll_url']}{mark}{query}")


def cancel(client: Client, run: LLMRun) -> Any:
    """Ask for the end of a run."""
    return client.post(reverse("wagtail_llm_actions:cancel", args=[run.pk]))


def decide(client: Client, run: LLMRun, **data: str) -> Any:
    """Tell what became of the text."""
    return client.post(reverse("wagtail_llm_actions:decide", args=[run.pk]), data)


def running(**values: Any) -> LLMRun:
    """Return a run that a worker has claimed."""
    run: LLMRun = LLMRunFactory(**values)
    claim(run.pk)
    return run
