"""Start the runs of a click: rows in the database, and jobs on the queue."""

from __future__ import annotations

import copy
import uuid
from typing import TYPE_CHECKING, Final

from wagtail_llm_actions.models import LLMRun
from wagtail_llm_actions.permissions.actions import runnable_action
from wagtail_llm_actions.runs.enqueue import create_and_enqueue
from wagtail_llm_actions.runs.lifecycle.transitions import fail_unsaved
from wagtail_llm_actions.runs.request.build_run import build_run

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator
    from uuid import UUID

    from django.db import models
    from wagtail.models import AbstractPage

    from wagtail_llm_actions.permissions import User


class PermittedAction:
    """An action, an object, and a user who may run the one on the other.

    Creating it is the permission check, so whoever is given one need not check again.

    Args:
        user: Who clicked.
        action_id: The primary key of the action.
        instance: The page or snippet; may have no id yet. Its form's unsaved values may be set
            later, before ``start``.
        parent: The page that a new page will be created under.

    Raises:
        LLMAction.DoesNotExist: There is no such action.
        PermissionDeniedError: The action is not offered to the user on this object, or the user may
            not edit the object.
    """

    def __init__(
        self,
        *,
        user: User,
        action_id: int,
        instance: models.Model,
        parent: AbstractPage | None = None,
    ) -> None:
        self.llm_action: Final = runnable_action(user, action_id, instance, parent)
        self.user: Final = user
        self.instance: Final = instance


def start(
    permitted: PermittedAction,
    *,
    client_request_id: UUID,
    item_id: str = "",
    form_key: str = "",
    form_fields: Collection[str] | None = None,
    instruction: str = "",
) -> list[LLMRun]:
    """Save the runs of a click, and queue them after the commit.

    What cannot be sent is saved too, as a failed run: an empty source, an invalid template, a model
    that is not configured, a queue that does not answer, an exceeded limit.

    Args:
        permitted: What to run, on what, for whom.
        client_request_id: Of the click; the same id again returns the same runs.
        item_id: Of the blocks or rows that the destination names, the one; the object has it.
        form_key: The browser's own id of a create form.
        form_fields: The names of the fields that the user's form shows; a template reads no
            others.
        instruction: What the user typed for this run.

    Returns:
        One run, or as many as the action has candidates; these share a ``candidate_group``.

    Raises:
        LimitExceeded: A limit is exceeded, and the last such failure of this user is so recent that
            this one is not saved.
    """
    llm_action, user = permitted.llm_action, permitted.user
    run, error = build_run(
        llm_action,
        permitted.instance,
        trigger=LLMRun.Trigger.EDITOR,
        form_fields=form_fields,
        instruction=instruction,
        item_id=item_id,
        user=user,
    )
    run.form_key = form_key
    run.client_request_id = client_request_id
    if error:
        fail_unsaved(run, error)
        return create_and_enqueue(run)
    return create_and_enqueue(run, *_others(run, llm_action.candidate_count - 1))


def _others(run: LLMRun, count: int) -> Iterator[LLMRun]:
    """Copy a run for its further candidates."""
    if count:
        run.candidate_group = run.pk
    for number in range(count):
        other = copy.copy(run)
        # ``copy.copy`` shares Django's ``_state``: saving the first would mark all as saved.
        other._state = copy.copy(run._state)
        other.pk = uuid.uuid4()
        # Derived from the click, so that a second request of it cannot start the run again.
        other.client_request_id = uuid.uuid5(run.client_request_id, str(number))  # type: ignore[arg-type]
        yield other
