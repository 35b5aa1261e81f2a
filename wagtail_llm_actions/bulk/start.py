"""Start an action on many objects; each text is a proposal that waits for whoever edits them.

Nothing is written to the objects. The runs of one call share their ``form_key``.
"""

from __future__ import annotations

import copy
import uuid
from collections import Counter
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import islice
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.db.models import Avg, Q
from wagtail.models import AbstractPage, RevisionMixin

from wagtail_llm_actions.compat import form_class_for, page_model
from wagtail_llm_actions.errors import InvalidInput
from wagtail_llm_actions.models import LLMAction, LLMRun
from wagtail_llm_actions.runs.enqueue import bulk_create_and_enqueue
from wagtail_llm_actions.runs.lifecycle.transitions import fail_unsaved
from wagtail_llm_actions.runs.request.build_run import build_run

if TYPE_CHECKING:
    from collections.abc import Iterator
    from decimal import Decimal

    from django.db import models
    from django.db.models import QuerySet

CHUNK = 100


class LeftOut(StrEnum):
    """Why an object gets no run."""

    WAITING = "waiting"
    """It has a proposal of this action that nobody decided on, or one is on its way."""
    NOT_EMPTY = "not_empty"
    """Its field has a text, and only empty ones are wanted."""
    EMPTY_SOURCE = "empty_source"
    """There is nothing to work on."""


@dataclass(slots=True)
class Chunk:
    """Some runs that are not saved yet, and the objects without."""

    runs: list[LLMRun] = field(default_factory=list)
    left_out: Counter[LeftOut] = field(default_factory=Counter)


def new_key() -> str:
    """Return a name for the runs of one call."""
    return f"bulk-{uuid.uuid4().hex}"


def objects_of(llm_action: LLMAction) -> QuerySet[Any]:
    """Return the objects that an action is offered on, published or not.

    Raises:
        LookupError: The model was removed from the code.
    """
    model: Any = llm_action.model_type.model_class()
    if model is None:
        raise LookupError(llm_action.model_type)
    objects: QuerySet[Any] = model._default_manager.all()
    if not issubclass(model, AbstractPage):
        return objects
    # Wagtail lets nobody edit an alias; a page of a more special type has actions of its own.
    objects = objects.filter(content_type=llm_action.model_type, alias_of=None)
    if not llm_action.offered_below:
        return objects
    top = page_model().objects.filter(pk=llm_action.offered_below).first()
    return below(objects, top) if top else objects.none()


def below(pages: QuerySet[Any], top: AbstractPage) -> QuerySet[Any]:
    """Narrow pages down to one and all that stand below it."""
    return pages.filter(path__startswith=top.path)


def prepared(
    llm_action: LLMAction,
    objects: QuerySet[Any],
    *,
    key: str,
    user: Any = None,
    limit: int | None = None,
    only_empty: bool = False,
) -> Iterator[Chunk]:
    """Prepare a run on the latest draft of each object, up to 100 at a time.

    An action with several candidates gives one run for each object. A template reads only the
    fields that every editor's form has: whoever may edit the object will see the text.

    Args:
        llm_action: Offered on all of ``objects``.
        objects: Some of ``objects_of``.
        key: Of this call; see ``new_key``.
        user: Who is recorded to have started it.
        limit: Of the number of runs.
        only_empty: Leave out objects whose field has a text, whatever the action says.
    """
    llm_action = copy.copy(llm_action)
    llm_action.only_when_empty |= only_empty
    form_fields = _fields_of_all(objects.model)
    pks = iter(list(objects.order_by("pk").values_list("pk", flat=True)))
    left = limit
    while some := list(islice(pks, CHUNK if left is None else min(CHUNK, left))):
        chunk = Chunk()
        taken = _taken(llm_action, some)
        chunk.left_out[LeftOut.WAITING] += len(taken)
        for instance in _drafts(objects.model, [pk for pk in some if str(pk) not in taken]):
            run, error = build_run(
                llm_action, instance, trigger=LLMRun.Trigger.BULK, form_fields=form_fields
            )
            if error and error.reason in _LEFT_OUT:
                chunk.left_out[_LEFT_OUT[error.reason]] += 1
                continue
            run.user = user
            run.form_key = key
            if error:
                fail_unsaved(run, error)
            chunk.runs.append(run)
        if left is not None:
            left -= len(chunk.runs)
        yield chunk


def record_chunk(llm_action: LLMAction, chunk: Chunk) -> None:
    """Save the runs and queue them after commit.

    Objects for which another call was faster are left out.
    """
    with transaction.atomic():
        # Two calls at the same time take turns here.
        LLMAction.objects.select_for_update().filter(pk=llm_action.pk).first()
        taken = _taken(llm_action, [run.target_object_id for run in chunk.runs])
        chunk.left_out[LeftOut.WAITING] += len(taken)
        chunk.runs = [run for run in chunk.runs if run.target_object_id not in taken]
        bulk_create_and_enqueue(chunk.runs)


def mean_cost(llm_action: LLMAction) -> Decimal | None:
    """Return what a run of the action has cost with its present model; ``None`` where unknown."""
    runs = LLMRun.objects.succeeded().filter(action=llm_action, model_key=llm_action.model)
    mean: Decimal | None = runs.aggregate(mean=Avg("cost_usd"))["mean"]
    return mean


_LEFT_OUT = {
    InvalidInput.Reason.NOT_EMPTY: LeftOut.NOT_EMPTY,
    InvalidInput.Reason.EMPTY_SOURCE: LeftOut.EMPTY_SOURCE,
}


def _taken(llm_action: LLMAction, pks: list[Any]) -> set[str | None]:
    """Return which objects wait for a proposal of the action, or with one."""
    is_coming = Q(status__in=LLMRun.UNFINISHED)
    is_there = Q(status=LLMRun.Status.SUCCEEDED, decision=LLMRun.Decision.NONE)
    runs = LLMRun.objects.filter(
        is_coming | is_there,
        action=llm_action,
        trigger=LLMRun.Trigger.BULK,
        target_content_type=llm_action.model_type,
        target_object_id__in=[str(pk) for pk in pks],
    )
    return set(runs.values_list("target_object_id", flat=True))


def _drafts(model: Any, pks: list[Any]) -> Iterator[models.Model]:
    """Read objects as their edit forms do."""
    objects = model._default_manager.filter(pk__in=pks).order_by("pk")
    if not issubclass(model, RevisionMixin):
        yield from objects
        return
    for instance in objects.select_related("latest_revision"):
        yield instance.get_latest_revision_as_object()


def _fields_of_all(model: type[models.Model]) -> set[str]:
    form_class = form_class_for(model)
    return set(form_class.base_fields) - set(form_class._meta.field_permissions or {})
