"""Which lane of the queue a run waits in."""

from __future__ import annotations

from wagtail_llm_actions.models import LLMRun
from wagtail_llm_actions.queues import Lane


def lane_of(run: LLMRun) -> Lane:
    """Return the lane of a run: nobody waits for one of many that were started at once."""
    return Lane.BULK if run.trigger == LLMRun.Trigger.BULK else Lane.INTERACTIVE
