"""What the widget offers on an edit form: actions by field, and texts that wait for a decision."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypedDict

from wagtail.admin.staticfiles import versioned_static

from wagtail_llm_actions.admin.editor.estimates import Estimates, form_estimates
from wagtail_llm_actions.admin.editor.poll_token import issue_poll_token
from wagtail_llm_actions.admin.editor.serializers import RunState, candidates_state
from wagtail_llm_actions.conf import get_settings
from wagtail_llm_actions.errors import InvalidInput
from wagtail_llm_actions.fields import adapter_at, form_names, is_image
from wagtail_llm_actions.messages.errors import sentence_of
from wagtail_llm_actions.messages.labels import model_label
from wagtail_llm_actions.permissions.actions import offered_actions, offered_at
from wagtail_llm_actions.permissions.editing import can_edit
from wagtail_llm_actions.permissions.policies import can_view_costs
from wagtail_llm_actions.queues import get_queue
from wagtail_llm_actions.runs.findings import sees_images
from wagtail_llm_actions.runs.pending import pending_runs
from wagtail_llm_actions.runs.previous import has_finished_runs, previous_counts
from wagtail_llm_actions.runs.request.variables import field_label

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from django.db import models
    from django.http import HttpRequest

    from wagtail_llm_actions.admin.form_resolver import EditorForm
    from wagtail_llm_actions.models import LLMAction, LLMRun
    from wagtail_llm_actions.permissions.visible_fields import FieldAccess


class ActionOffer(TypedDict):
    """An action that this user may run on a field."""

    id: int
    label: str
    description: str
    model_label: str
    only_when_empty: bool
    """Whether the action is for an empty field only."""
    source: str
    """The path of the field that the action reads."""
    source_label: str
    unavailable: str
    """Why it cannot be run on any form now; mostly empty."""


class FieldOffer(TypedDict):
    """A field with its actions."""

    label: str
    writer: str
    """The URL of the browser module that writes such a field."""
    actions: list[ActionOffer]


class Offers(TypedDict):
    """Everything that the widget needs to know when a form is opened."""

    fields: dict[str, FieldOffer]
    """By the path of the field."""
    pending: list[RunState]
    """Runs under way, and proposals that are not decided; one for each click."""
    previous_counts: dict[str, int]
    """Number of previous texts by the ``field_key`` of their runs, without those of ``pending``."""
    has_side_panel: bool
    """Whether the side panel has something to show."""
    estimates: Estimates | None
    """What the actions are going to cost; ``None`` where nobody knows, or for users who may not see costs."""


NO_OFFERS: Offers = {
    "fields": {},
    "pending": [],
    "previous_counts": {},
    "has_side_panel": False,
    "estimates": None,
}


def form_offers(request: HttpRequest, form: EditorForm, form_key: str) -> Offers:
    """Return what this user may run on a form, and what earlier visits left there."""
    user = request.user
    if not can_edit(user, form.instance, form.parent):
        return NO_OFFERS
    access = form.access(request)
    model = type(form.instance)
    actions = offered_at(offered_actions(user, model), form.instance, form.parent)
    fields = _fields(model, actions, access)
    pending = [
        candidates
        for candidates in _candidate_groups(pending_runs(user, form.instance, form_key))
        # Anybody may decide on a bulk run, but what it has read may be hidden from this user.
        if candidates[0].field_path in fields and access.can_read(candidates[0].content_fields)
    ]
    with_costs = can_view_costs(user)
    offered = {offer["id"] for field in fields.values() for offer in field["actions"]}
    if fields:
        get_queue().prepare()
    return {
        "fields": fields,
        "pending": [
            {
                **candidates_state(candidates, with_costs=with_costs),
                "poll_token": issue_poll_token(request, candidates),
            }
            for candidates in pending
        ],
        "previous_counts": previous_counts(
            user,
            form.instance,
            form_key,
            fields,
            access.can_read,
            without=[str(run.pk) for candidates in pending for run in candidates],
        ),
        "has_side_panel": bool(fields)
        or has_finished_runs(user, form.instance, form_key, access.can_read),
        "estimates": form_estimates([action for action in actions if action.pk in offered])
        if with_costs
        else None,
    }


def _fields(
    model: type[models.Model], actions: Iterable[LLMAction], access: FieldAccess
) -> dict[str, FieldOffer]:
    fields: dict[str, FieldOffer] = {}
    for action in actions:
        if not (
            access.can_read(form_names(action.source))
            and access.can_write(form_names(action.destination))
        ):
            continue
        adapter = adapter_at(model, action.destination)
        if adapter is None or not adapter.is_destination:
            continue
        label = field_label(model, action.destination)
        writer = versioned_static(adapter.writer)
        offer = fields.setdefault(
            action.destination, {"label": label, "writer": writer, "actions": []}
        )
        if adapter.image_writer and is_image(model, action.source):
            offer["writer"] = versioned_static(adapter.image_writer)
        offer["actions"].append(
            {
                "id": action.pk,
                "label": action.label,
                "description": action.description,
                "model_label": model_label(action.model),
                "only_when_empty": action.only_when_empty,
                "source": action.source,
                "source_label": field_label(model, action.source),
                "unavailable": _unavailable(model, action),
            }
        )
    return fields


def _unavailable(model: type[models.Model], action: LLMAction) -> str:
    """Return why the action's model cannot be shown what it reads."""
    configured = get_settings().models.get(action.model)
    if configured is None or not is_image(model, action.source) or sees_images(configured):
        return ""
    reason = InvalidInput.Reason.MODEL_WITHOUT_IMAGES
    return sentence_of(InvalidInput.code, reason, action.model)


def _candidate_groups(runs: Collection[LLMRun]) -> list[list[LLMRun]]:
    groups: dict[str, list[LLMRun]] = {}
    for run in runs:
        groups.setdefault(run.field_key, []).append(run)
    return list(groups.values())
