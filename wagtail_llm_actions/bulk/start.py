"""Start one action on many objects; each output is a proposal for the editors of its object.

Nothing is written to the objects. The runs of one call share their ``form_key``.
"""

from __future__ import annotations

import copy
import uuid
from collections import defaultdict
from dataclasses import dataclass, field
from enum import StrEnum
from functools import partial
from itertools import islice
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.db.models import Q
from wagtail.models import AbstractPage, RevisionMixin

from wagtail_llm_actions.compat import latest_draft, page_model
from wagtail_llm_actions.errors import InvalidInput
from wagtail_llm_actions.fields import RENDERED, WHOLE_FORM, names_read
from wagtail_llm_actions.models import LLMAction, LLMRun
from wagtail_llm_actions.permissions.visible_fields import fields_shown_to_all, fields_shown_to_any
from wagtail_llm_actions.runs.enqueue import bulk_create_and_enqueue
from wagtail_llm_actions.runs.lifecycle.transitions import fail_unsaved
from wagtail_llm_actions.runs.request.build_run import build_run

if TYPE_CHECKING:
    from collections.abc import Iterator

    from django.db import models
    from django.db.models import QuerySet

    from wagtail_llm_actions.errors import LimitExceeded
    from wagtail_llm_actions.permissions import User

CHUNK = 100


class LeftOut(StrEnum):
    """Why an object gets no run."""

    WAITING = "waiting"
    """It has an undecided proposal of this action, or an unfinished run."""
    NOT_EMPTY = "not_empty"
    """Its destination field has a text, and only empty fields are to be filled."""
    EMPTY_SOURCE = "empty_source"
    """Its source field has no text."""


@dataclass(slots=True)
class Chunk:
    """Up to 100 unsaved runs, and the keys of the objects that were left out, by reason."""

    runs: list[LLMRun] = field(default_factory=list)
    left_out: dict[LeftOut, list[Any]] = field(default_factory=partial(defaultdict, list))
    postponed: list[LLMRun] = field(default_factory=list)
    """Runs that were not saved, as a budget had no room for them."""
    refusal: LimitExceeded | None = None
    """Why not."""


def new_key() -> str:
    """Return a new key that the runs of one call share."""
    return f"bulk-{uuid.uuid4().hex}"


def objects_of(llm_action: LLMAction, *, with_aliases: bool = False) -> QuerySet[Any]:
    """Return the objects that an action is offered on, drafts included.

    Args:
        llm_action: The action.
        with_aliases: Whether to return aliases of pages too, to count them.

    Raises:
        LookupError: The model was removed from the code.
    """
    model: Any = llm_action.model_type.model_class()
    if model is None:
        raise LookupError(llm_action.model_type)
    objects: QuerySet[Any] = model._default_manager.all()
    if not issubclass(model, AbstractPage):
        return objects
    # A page of a subclass has actions of its own, and an alias cannot be edited.
    objects = objects.filter(content_type=llm_action.model_type)
    if not with_aliases:
        objects = objects.filter(alias_of=None)
    if not llm_action.offered_below:
        return objects
    top = page_model().objects.filter(pk=llm_action.offered_below).first()
    return below(objects, top) if top else objects.none()


def below(pages: QuerySet[Any], top: AbstractPage) -> QuerySet[Any]:
    """Keep a page and its descendants."""
    return pages.filter(path__startswith=top.path)


def _form_fields(model: type[models.Model], source: str) -> frozenset[str]:
    """Return what all editors see, and the source, which those who do not see it get no text from."""
    shown = fields_shown_to_all(model)
    if source in {WHOLE_FORM, RENDERED}:
        return shown
    return shown | names_read(model, source, fields_shown_to_any(model).readable)


def build_chunks(
    llm_action: LLMAction,
    objects: QuerySet[Any],
    *,
    key: str,
    user: User | None = None,
    limit: int | None = None,
    only_empty: bool = False,
) -> Iterator[Chunk]:
    """Build a run on the latest draft of each object, in chunks of up to 100.

    Each object gets one run, whatever the action's number of candidates. A template reads only the
    fields that all editors' forms have, since every editor of the object will see the output.

    Args:
        llm_action: Must be offered on all of ``objects``.
        objects: A subset of ``objects_of``.
        key: Of this call; see ``new_key``.
        user: Stored on the runs as the one who started them.
        limit: The maximum number of runs; ``None`` for all objects.
        only_empty: Leave out objects whose destination field has a text, as if the action said so.
    """
    llm_action = copy.copy(llm_action)
    llm_action.only_when_empty |= only_empty
    form_fields = _form_fields(objects.model, llm_action.source)
    pks = iter(list(objects.order_by("pk").values_list("pk", flat=True)))
    left = limit
    while some := list(islice(pks, CHUNK if left is None else min(CHUNK, left))):
        chunk = Chunk()
        taken = _with_proposals(llm_action, some)
        chunk.left_out[LeftOut.WAITING] += [pk for pk in some if str(pk) in taken]
        for instance in _drafts(objects.model, [pk for pk in some if str(pk) not in taken]):
            run, error = build_run(
                llm_action,
                instance,
                trigger=LLMRun.Trigger.BULK,
                form_fields=form_fields,
                user=user,
            )
            if error and error.reason in _LEFT_OUT:
                chunk.left_out[_LEFT_OUT[error.reason]].append(instance.pk)
                continue
            run.form_key = key
            if error:
                fail_unsaved(run, error)
            chunk.runs.append(run)
        if left is not None:
            left -= len(chunk.runs)
        yield chunk


def save_and_enqueue(llm_action: LLMAction, chunk: Chunk) -> None:
    """Save the runs of a chunk, and queue them after the commit.

    An object that another call has started a run on meanwhile is left out. Runs that a budget has no room
    for are postponed, and tried again by the next call with the chunk.
    """
    with transaction.atomic():
        # Serializes concurrent calls for the same action.
        LLMAction.objects.select_for_update().filter(pk=llm_action.pk).first()
        taken = _with_proposals(llm_action, [run.target_object_id for run in chunk.runs])
        chunk.left_out[LeftOut.WAITING] += sorted(taken)
        runs = [run for run in chunk.runs if run.target_object_id not in taken]
        chunk.refusal = bulk_create_and_enqueue(runs)
    chunk.runs = [run for run in runs if not run._state.adding]
    chunk.postponed = [run for run in runs if run._state.adding]


_LEFT_OUT = {
    InvalidInput.Reason.NOT_EMPTY: LeftOut.NOT_EMPTY,
    InvalidInput.Reason.EMPTY_SOURCE: LeftOut.EMPTY_SOURCE,
    InvalidInput.Reason.NO_IMAGE: LeftOut.EMPTY_SOURCE,
}


def _with_proposals(llm_action: LLMAction, pks: list[Any]) -> set[str | None]:
    """Return the ids of objects with an undecided proposal of the action, or an unfinished run."""
    is_unfinished = Q(status__in=LLMRun.UNFINISHED)
    is_undecided = Q(status=LLMRun.Status.SUCCEEDED, decision=LLMRun.Decision.NONE)
    runs = LLMRun.objects.filter(
        is_unfinished | is_undecided,
        action=llm_action,
        trigger=LLMRun.Trigger.BULK,
        target_content_type=llm_action.model_type,
        target_object_id__in=[str(pk) for pk in pks],
    )
    return set(runs.values_list("target_object_id", flat=True))


def _drafts(model: Any, pks: list[Any]) -> Iterator[models.Model]:
    """Yield the latest drafts, as the edit forms show them."""
    objects = model._default_manager.filter(pk__in=pks).order_by("pk")
    if not issubclass(model, RevisionMixin):
        yield from objects
        return
    for instance in objects.select_related("latest_revision"):
        yield latest_draft(instance)
