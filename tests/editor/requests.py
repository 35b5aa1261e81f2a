"""What the widget does with a run."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.urls import reverse

from tests.factories import LLMRunFactory
from wagtail_llm_actions.admin.editor.poll_token import POLL_TOKEN_HEADER
from wagtail_llm_actions.runs.lifecycle.transitions import claim

if TYPE_CHECKING:
    from collections.abc import Mapping

    from django.test import Client

    from wagtail_llm_actions.models import LLMRun


def poll(client: Client, run: LLMRun, token: str = "", **query: Any) -> Any:
    """Poll a run, with a poll token or without."""
    url = reverse("wagtail_llm_actions:poll_run", args=[run.pk])
    return client.get(url, query, headers={POLL_TOKEN_HEADER: token})


def poll_again(client: Client, state: Mapping[str, Any], *cursors: str) -> Any:
    """Poll again as the browser does, with the URL and the token of the last answer."""
    query = {"cursor": cursors or (state["cursor"],)}
    headers = {POLL_TOKEN_HEADER: state["poll_token"]}
    return client.get(state["poll_url"], query, headers=headers)


def cancel(client: Client, run: LLMRun) -> Any:
    """Ask for the end of a run."""
    return client.post(reverse("wagtail_llm_actions:cancel_run", args=[run.pk]))


def decide(client: Client, run: LLMRun, **data: str) -> Any:
    """Tell what became of the text."""
    return client.post(reverse("wagtail_llm_actions:decide_run", args=[run.pk]), data)


def running(**values: Any) -> LLMRun:
    """Return a run that a worker has claimed."""
    run: LLMRun = LLMRunFactory(**values)
    claim(run.pk)
    return run
