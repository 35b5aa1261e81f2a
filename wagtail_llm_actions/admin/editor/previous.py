"""A text that was written before, as the widget lists it."""

from __future__ import annotations

from typing import Any

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from wagtail.admin.utils import get_user_display_name

from wagtail_llm_actions.admin.editor.serializers import RunState, run_state
from wagtail_llm_actions.models import LLMRun


class PreviousRunState(RunState):
    """A run that can be proposed again, and who asked for it."""

    user: str
    time: str
    """When it was asked for, in the reader's language and time zone."""
    decision_label: str


def previous_run(run: LLMRun, user: Any) -> PreviousRunState:
    """Describe a run for ``user``, who may edit its object.

    What a run of somebody else has cost is not told; a bulk run is everybody's.
    """
    state = run_state(run)
    is_bulk = run.trigger == LLMRun.Trigger.BULK
    if run.user_id != user.pk and not is_bulk:
        # Only those who started a run decide on it; without an address nobody asks for that.
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
    return {
        **state,
        "user": get_user_display_name(run.user) if run.user else nobody,
        "time": date_format(timezone.localtime(run.queued_at), "SHORT_DATETIME_FORMAT"),
        "decision_label": _labels().get(run.decision, ""),
    }


def _labels() -> dict[str, str]:
    return {
        "accepted": _("Accepted"),
        "edited": _("Accepted after editing"),
        "dismissed": _("Dismissed"),
    }
