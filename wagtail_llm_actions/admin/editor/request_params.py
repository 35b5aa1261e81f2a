"""Parameters of the widget's requests, parsed, and the run that a request names.

The widget's own inputs travel with the fields of the edit form, so their names have a prefix.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from django.http import Http404

from wagtail_llm_actions.admin.api_errors import BadInput
from wagtail_llm_actions.admin.editor.serializers import Cursor
from wagtail_llm_actions.admin.run_access import can_read_texts
from wagtail_llm_actions.errors import PermissionDeniedError, PermissionRevoked
from wagtail_llm_actions.permissions.runs import can_follow
from wagtail_llm_actions.runs.lookup import run_for_editors

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.http import HttpRequest

    from wagtail_llm_actions.models import LLMRun

PREFIX = "llm-actions-"
FORM_KEY = f"{PREFIX}form-key"
MAX_FORM_KEY_CHARS = 64
MAX_ITEM_ID_CHARS = 255
# Fits into the 64 bits that databases have for an integer.
MAX_DIGITS = 18
CURSOR_AT_END = "done"


def parse_number(text: str) -> int | None:
    """Return a non-negative integer of at most 18 digits; ``None`` for anything else."""
    return int(text) if text.isdecimal() and len(text) <= MAX_DIGITS else None


def parse_form_key(text: str) -> str:
    """Return the key of the form of an object that does not exist yet; empty where it does.

    Raises:
        BadInput: It is too long, or holds control characters.
    """
    if len(text) > MAX_FORM_KEY_CHARS or not text.isprintable():
        raise BadInput
    return text


def parse_item_id(text: str) -> str:
    """Return the id of the block or row that a click is for; empty for a field of the form itself.

    Raises:
        BadInput: It is too long, or holds control characters.
    """
    if len(text) > MAX_ITEM_ID_CHARS or not text.isprintable():
        raise BadInput
    return text


def client_request_id(request: HttpRequest) -> UUID:
    """Return the id that the browser gave to a click.

    Raises:
        BadInput: It is missing, or is no UUID.
    """
    try:
        return UUID(request.POST.get(f"{PREFIX}request-id", ""))
    except ValueError:
        raise BadInput from None


def parse_cursors(request: HttpRequest, run_ids: Sequence[UUID]) -> dict[UUID, Cursor]:
    """Return how far the browser has read each run; runs that it has to their end are left out.

    The browser sends a cursor for each run, in the order of the runs. One that is missing or
    malformed means the start of the text.
    """
    sent = request.GET.getlist("cursor")
    if sent.count(CURSOR_AT_END) >= len(run_ids):
        sent = []
    return {
        run_id: _cursor(sent[index]) if index < len(sent) else Cursor()
        for index, run_id in enumerate(run_ids)
        if index >= len(sent) or sent[index] != CURSOR_AT_END
    }


def followed_run(request: HttpRequest, run_id: UUID) -> LLMRun:
    """Return a run that the user may follow, without the long texts that no answer contains.

    Raises:
        Http404: It does not exist.
        PermissionDeniedError: The user may not follow it.
        PermissionRevoked: The user may follow it, but not read its texts any more.
    """
    run = run_for_editors(run_id)
    if run is None:
        raise Http404
    if not can_follow(request.user, run):
        raise PermissionDeniedError
    if not can_read_texts(request, run):
        raise PermissionRevoked
    return run


def _cursor(text: str) -> Cursor:
    return Cursor(*(parse_number(part) or 0 for part in text.split(".", 1)))
