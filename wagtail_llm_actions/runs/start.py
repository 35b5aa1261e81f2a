"""Start what an editor asked for: rows in the database and places in the queue."""

from __future__ import annotations

import copy
import uuid
from typing import TYPE_CHECKING, Any

from wagtail_llm_actions.errors import PermissionDeniedError
from wagtail_llm_actions.models import LLMRun
from wagtail_llm_actions.permissions.actions import is_offered_at, offered_actions
from wagtail_llm_actions.permissions.editing import can_edit
from wagtail_llm_actions.runs.enqueue import create_and_enqueue
from wagtail_llm_actions.runs.request.build_run import build_run

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator
    from uuid import UUID

    from django.db import models
    from wagtail.models import AbstractPage

    from wagtail_llm_actions.models import LLMAction


def start(
    *,
    llm_action: LLMAction,
    user: Any,
    instance: models.Model,
    parent: AbstractPage | None = None,
    form_key: str = "",
    client_request_id: UUID,
    form_fields: Collection[str] | None = None,
    instruction: str = "",
) -> LLMRun:
    """Record a run of an action on an object and queue it after commit.

    What cannot run is recorded too, as failed: an empty source, a wrong template, a model that is
    not configured, a queue that does not answer, a limit that is reached. An action with several candidates gives as many
    runs, which share their ``candidate_group``.

    Args:
        llm_action: Its source is read from ``instance``.
        user: Who clicked; must be allowed to edit the object.
        instance: The object as the form shows it, with unsaved values; may have no id yet.
        parent: The page under which a new page will stand; only for pages not saved yet.
        form_key: The browser's own id of a create form.
        client_request_id: Of the click; the same id again returns the same run.
        form_fields: The fields of the user's form; a template reads no others.
        instruction: What the user typed for this run.

    Returns:
        The first run.

    Raises:
        PermissionDeniedError: The user may not run this action on this object; nothing is recorded.
        LimitExceeded: A limit refuses this user again and again; only the first time is recorded.
    """
    if existing := LLMRun.objects.filter(user=user, client_request_id=client_request_id).first():
        return existing
    _check_permission(llm_action, user, instance, parent)
    run = build_run(
        llm_action,
        instance,
        trigger=LLMRun.Trigger.EDITOR,
        form_fields=form_fields,
        instruction=instruction,
    )
    run.user = user
    run.form_key = form_key
    run.client_request_id = client_request_id
    others = [] if run.is_final else list(_others(run, llm_action.candidate_count - 1))
    return create_and_enqueue(run, *others)


def _check_permission(
    llm_action: LLMAction, user: Any, instance: models.Model, parent: AbstractPage | None
) -> None:
    offered = offered_actions(user, type(instance)).filter(pk=llm_action.pk)
    is_offered = offered.exists() and is_offered_at(llm_action, instance, parent)
    if not is_offered or not can_edit(user, instance, parent):
        raise PermissionDeniedError


def _others(run: LLMRun, count: int) -> Iterator[LLMRun]:
    """Copy a run for its further candidates."""
    if count:
        run.candidate_group = run.pk
    for number in range(count):
        other = copy.copy(run)
        # A copy shares it, and with it whether the row is saved.
        other._state = copy.copy(run._state)
        other.pk = uuid.uuid4()
        # Of the click too, so that the same click cannot start it twice.
        other.client_request_id = uuid.uuid5(run.client_request_id, str(number))  # type: ignore[arg-type]
        yield other
