"""The finished runs of an object by field, as the side panel of its edit form lists them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypedDict

from django.urls import reverse

from wagtail_llm_actions.admin.editor.previous import PreviousRun, previous_run
from wagtail_llm_actions.admin.links import object_history_url
from wagtail_llm_actions.permissions.policies import can_view_runs
from wagtail_llm_actions.permissions.runs import can_follow
from wagtail_llm_actions.runs.previous import MAX_PREVIOUS, finished_runs, prompt_beginnings
from wagtail_llm_actions.runs.request.variables import field_label
from wagtail_llm_actions.runs.unstored import restore

if TYPE_CHECKING:
    from collections.abc import Iterable
    from uuid import UUID

    from django.db import models

    from wagtail_llm_actions.models import LLMRun
    from wagtail_llm_actions.runs.previous import CanRead


class SidePanelRun(PreviousRun):
    """A finished run with any outcome."""

    status_label: str
    instruction: str
    """The instruction of the user who started it; empty for everybody else."""
    prompt_start: str
    """The beginning of the prompt, for the user who started it; empty for everybody else."""
    details_url: str
    """The run's page in the history; empty where the user may not view runs."""


class SidePanelGroup(TypedDict):
    """The runs of one field."""

    path: str
    label: str
    runs: list[SidePanelRun]


class SidePanel(TypedDict):
    """The content of the side panel."""

    groups: list[SidePanelGroup]
    """The field with the newest run comes first."""
    has_more: bool
    """Whether older runs were left out."""
    history_url: str
    """The object's runs in the history; empty where the user may not view runs, or without an object."""


def side_panel_content(
    user: Any, instance: models.Model, form_key: str, can_read: CanRead
) -> SidePanel:
    """Return the newest runs whose texts hold only readable fields.

    The number of queries does not grow with them.
    """
    runs = list(finished_runs(user, instance, form_key, can_read)[: MAX_PREVIOUS + 1])
    restore(runs)
    own = _followed(user, runs)
    prompts = prompt_beginnings(run for run in runs if run.pk in own)
    has_history = can_view_runs(user)
    groups: dict[str, SidePanelGroup] = {}
    for run in runs[:MAX_PREVIOUS]:
        path = run.field_path
        label = field_label(type(instance), path)
        group = groups.setdefault(path, {"path": path, "label": label, "runs": []})
        prompt = prompts.get(run.pk, "")
        url = reverse("wagtail_llm_actions:history_run", args=[run.pk]) if has_history else ""
        state = previous_run(run, user)
        group["runs"].append(_panel_run(run, state, prompt, url, is_own=run.pk in own))
    return {
        "groups": list(groups.values()),
        "has_more": len(runs) > MAX_PREVIOUS,
        "history_url": object_history_url(instance, user),
    }


def _followed(user: Any, runs: Iterable[LLMRun]) -> set[UUID]:
    """Return the ids of the runs that the user may follow, of runs on the same object."""
    # For another person's bulk runs it takes permission to edit the object: the same for all.
    answers: dict[tuple[bool, str], bool] = {}
    followed = set()
    for run in runs:
        kind = (run.user_id == user.pk, run.trigger)
        if kind not in answers:
            answers[kind] = can_follow(user, run)
        if answers[kind]:
            followed.add(run.pk)
    return followed


def _panel_run(
    run: LLMRun, state: PreviousRun, prompt: str, url: str, *, is_own: bool
) -> SidePanelRun:
    """Describe a run; its error, instruction and prompt are for those who may follow it only."""
    return {
        **state,
        "error": state["error"] if is_own else None,
        "status_label": run.get_status_display(),
        "instruction": run.instruction if is_own else "",
        "prompt_start": prompt,
        "details_url": url,
    }
