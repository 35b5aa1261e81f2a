"""Every table of the usage report by its name, for the page and for its exports."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from wagtail_llm_actions.admin.usage import days, groups

if TYPE_CHECKING:
    from collections.abc import Callable

    from wagtail_llm_actions.admin.usage.table import Table
    from wagtail_llm_actions.reporting.usage import Usage

COSTS = "costs"
CHARTS = {"runs": "bar", COSTS: "bar", "times": "line"}
"""The tables that are drawn, and how."""


def tables(usage: Usage, *, with_costs: bool) -> dict[str, Callable[[], Table]]:
    """Return what this reader may see; a table is asked for when it is called."""
    found: dict[str, Callable[[], Table]] = {"runs": partial(days.runs_by_day, usage)}
    if with_costs:
        found[COSTS] = partial(days.costs_by_day, usage)
    return found | {
        "times": partial(days.times_by_day, usage),
        "actions": partial(groups.by_action, usage, with_costs=with_costs),
        "models": partial(groups.by_model, usage, with_costs=with_costs),
        "users": partial(groups.by_user, usage, with_costs=with_costs),
        "page-types": partial(groups.by_page_type, usage, with_costs=with_costs),
        "errors": partial(groups.by_error, usage, with_costs=with_costs),
        "patterns": partial(groups.by_pattern, usage),
    }
