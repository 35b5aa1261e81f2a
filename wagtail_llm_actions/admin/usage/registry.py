"""The tables of the usage report by their slugs, for the page and for exports."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from wagtail_llm_actions.admin.usage import breakdowns, charts

if TYPE_CHECKING:
    from collections.abc import Callable

    from wagtail_llm_actions.admin.usage.table import Table
    from wagtail_llm_actions.models import LLMRun
    from wagtail_llm_actions.reporting.usage import Usage

COSTS = "costs"
CHARTS = {"runs": "bar", COSTS: "bar", "times": "line"}
"""The tables that are drawn as charts, each with its chart type."""


def tables(
    usage: Usage,
    *,
    with_costs: bool,
    limit: int | None = None,
    can_read: Callable[[LLMRun], bool] | None = None,
) -> dict[str, Callable[[], Table]]:
    """Return the tables that the user may view; each is computed when it is called.

    Args:
        usage: Of the period.
        with_costs: Whether the user may view costs.
        limit: The most rows of a table, but for those of days; ``None`` for all rows.
        can_read: See ``by_error_pattern``; ``None`` for a user who may read no texts.
    """
    found: dict[str, Callable[[], Table]] = {"runs": partial(charts.runs_by_day, usage)}
    if with_costs:
        found[COSTS] = partial(charts.costs_by_day, usage)
    found |= {
        "times": partial(charts.times_by_day, usage),
        "actions": partial(breakdowns.by_action, usage, with_costs=with_costs, limit=limit),
        "models": partial(breakdowns.by_model, usage, with_costs=with_costs, limit=limit),
        "users": partial(breakdowns.by_user, usage, with_costs=with_costs, limit=limit),
        "page-types": partial(breakdowns.by_page_type, usage, with_costs=with_costs, limit=limit),
        "dismissals": partial(breakdowns.by_dismiss_reason, usage),
        "errors": partial(breakdowns.by_error, usage, with_costs=with_costs, limit=limit),
    }
    if can_read is not None:
        found["error-patterns"] = partial(breakdowns.by_error_pattern, usage, can_read)
    return found
