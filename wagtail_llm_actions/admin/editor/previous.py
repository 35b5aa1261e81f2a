"""Previous texts, as the widget lists them below a field."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypedDict

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from wagtail.admin.utils import get_user_display_name

from wagtail_llm_actions.admin.editor.serializers import RunState, run_state
from wagtail_llm_actions.messages.labels import decision_label
from wagtail_llm_actions.models import LLMRun
from wagtail_llm_actions.permissions.policies import can_view_costs
from wagtail_llm_actions.runs.previous import MAX_PREVIOUS, previous_runs
from wagtail_llm_actions.runs.unstored import restore

if TYPE_CHECKING:
    from django.db import models

    from wagtail_llm_actions.runs.previous import CanRead


class PreviousRun(RunState):
    """A run that can be proposed again."""

    user: str
    """The display name of the user who started it; a label for bulk runs and deleted users."""
    time: str
    """When it was started, in the reader's language and time zone."""
    decision_label: str


class PreviousTexts(TypedDict):
    """The previous texts of a form."""

    fields: dict[str, list[PreviousRun]]
    """By the ``field_key`` of the runs, the newest first."""


def previous_texts_by_field(
    user: Any, instance: models.Model, form_key: str, can_read: CanRead
) -> PreviousTexts:
    """Return the newest previous texts, of those that hold only readable fields."""
    found: dict[str, list[PreviousRun]] = {}
    runs = list(previous_runs(user, instance, form_key, can_read)[:MAX_PREVIOUS])
    restore(runs)
    for run in runs:
        found.setdefault(run.field_key, []).append(previous_run(run, user))
    return {"fields": found}


def previous_run(run: LLMRun, user: Any) -> PreviousRun:
    """Describe a run for ``user``, who may edit its object.

    Cost and tokens are for those who started it only; a bulk run belongs to everybody.
    """
    state = run_state(run, with_costs=can_view_costs(user))
    is_bulk = run.trigger == LLMRun.Trigger.BULK
    if run.user_id != user.pk and not is_bulk:
        # Without a URL, the browser records no decision: only those who started a run decide on it.
        state.update(
            {
                "input_tokens": None,
                "output_tokens": None,
                "cost": "",
                "poll_url": "",
                "cancel_url": "",
                "decide_url": "",
            }
        )
    nobody = _("Bulk run") if is_bulk else _("Deleted user")
    name = get_user_display_name(run.user) if run.user else nobody
    if run.user_id != user.pk and not is_bulk:
        state["started_by"] = _("This text was started by: %(user)s.") % {"user": name}
    return {
        **state,
        "user": name,
        "time": date_format(timezone.localtime(run.queued_at), "SHORT_DATETIME_FORMAT"),
        "decision_label": "" if run.decision == LLMRun.Decision.NONE else decision_label(run),
    }
