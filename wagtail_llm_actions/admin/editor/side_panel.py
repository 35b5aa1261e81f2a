"""The runs of an object by field, as the side panel of its edit form lists them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypedDict

from django.urls import reverse

from wagtail_llm_actions.admin.editor.previous import PreviousRunState, previous_run
from wagtail_llm_actions.admin.links import object_history_url
from wagtail_llm_actions.permissions.policies import RUN_POLICY
from wagtail_llm_actions.permissions.runs import can_follow
from wagtail_llm_actions.runs.previous import MAX_PREVIOUS, finished_runs, prompt_beginnings
from wagtail_llm_actions.runs.request.variables import field_label

if TYPE_CHECKING:
    from collections.abc import Collection

    from django.db import models

    from wagtail_llm_actions.models import LLMRun


class PanelRun(PreviousRunState):
    """A finished run, whatever came of it."""

    status_label: str
    instruction: str
    """What its own user asked for in addition; empty for anybody else."""
    prompt: str
    """The beginning of what was sent, for its own user; empty for anybody else."""
    details_url: str
    """Its page in the history; empty for those who may not view runs."""


class PanelGroup(TypedDict):
    """The runs of one field."""

    path: str
    label: str
    runs: list[PanelRun]


class Panel(TypedDict):
    """What the side panel shows."""

    groups: list[PanelGroup]
    """The field with the newest run first."""
    has_more: bool
    """Older runs are left out."""
    history_url: str
    """All runs of the object; empty for those who may not view runs, or where it is not saved."""


def runs_panel(user: Any, instance: models.Model, form_key: str, fields: Collection[str]) -> Panel:
    """Return the newest runs of these fields; the queries do not grow with them."""
    found = finished_runs(user, instance, form_key, fields).prefetch_related("attempts")
    runs = list(found[: MAX_PREVIOUS + 1])
    prompts = prompt_beginnings(run for run in runs if can_follow(user, run))
    can_view_runs = RUN_POLICY.user_has_permission(user, "view")
    groups: dict[str, PanelGroup] = {}
    for run in runs[:MAX_PREVIOUS]:
        path = run.field_path
        label = field_label(type(instance), path)
        group = groups.setdefault(path, {"path": path, "label": label, "runs": []})
        prompt = prompts.get(run.pk, "")
        group["runs"].append(_panel_run(run, user, prompt=prompt, can_view_runs=can_view_runs))
    return {
        "groups": list(groups.values()),
        "has_more": len(runs) > MAX_PREVIOUS,
        "history_url": object_history_url(instance, user),
    }


def _panel_run(run: LLMRun, user: Any, *, prompt: str, can_view_runs: bool) -> PanelRun:
    """Describe a run; what went wrong, and what was asked, is told of one's own only."""
    is_own = can_follow(user, run)
    state = previous_run(run, user)
    url = reverse("wagtail_llm_actions:history_run", args=[run.pk]) if can_view_runs else ""
    return {
        **state,
        "error": state["error"] if is_own else None,
        "status_label": run.get_status_display(),
        "instruction": run.instruction if is_own else "",
        "prompt": prompt,
        "details_url": url,
    }
