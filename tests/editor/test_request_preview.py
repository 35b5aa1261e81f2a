"""What a click would send, shown before it is sent."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any

import pytest
from django.urls import reverse

from tests.editor.forms import page_edit, post_of
from tests.factories import BlogPageFactory, LLMActionFactory
from wagtail_llm_actions.admin.editor.api import PREVIEWS_PER_MINUTE
from wagtail_llm_actions.models import LLMRun

if TYPE_CHECKING:
    from django.contrib.auth.models import User
    from django.test import Client

pytestmark = pytest.mark.django_db


def send(client: Client, view: str, **values: Any) -> Any:
    return client.post(reverse(f"wagtail_llm_actions:{view}"), values)


def click(client: Client, **changes: str) -> dict[str, Any]:
    """Return what a click on the form of a post sends, after typing ``changes``."""
    url = page_edit(BlogPageFactory())
    widget = {
        "llm-actions-action": LLMActionFactory(source="title").pk,
        "llm-actions-form-action": url,
        "llm-actions-request-id": uuid.uuid4(),
    }
    return post_of(client, url) | {"title": "Typed just now"} | changes | widget


def test_the_preview_is_what_the_click_sends_and_sends_nothing(
    client: Client, editor: User, kept_queue: object
) -> None:
    data = click(client, **{"llm-actions-instruction": "mention the price"})

    preview = send(client, "request_preview", **data).json()

    assert not LLMRun.objects.exists()
    send(client, "start_run", **data)
    run = LLMRun.objects.get()
    assert (preview["system_instructions"], preview["prompt"]) == (
        run.system_instructions,
        run.prompt,
    )
    assert "Typed just now" in preview["prompt"]
    assert preview["prompt"].endswith("mention the price")
    assert (preview["fields"], preview["model_label"]) == (["Title"], "Scripted")
    assert (preview["notice"], preview["error"]) == ("", "")


def test_what_cannot_be_sent_is_said(client: Client, editor: User) -> None:
    preview = send(client, "request_preview", **click(client, title="")).json()

    assert preview["error"].startswith("“Title” is empty.")
    assert preview["prompt"] == ""


def test_nobody_can_ask_without_end(client: Client, editor: User) -> None:
    data = click(client)

    statuses = [
        send(client, "request_preview", **data).status_code
        for _ in range(PREVIEWS_PER_MINUTE * 2 + 1)
    ]

    assert statuses[0] == 200
    assert 429 in statuses
