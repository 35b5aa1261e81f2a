"""``llm_actions_usage``: the metrics of the usage report, as a table or as JSON."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import date
from typing import TYPE_CHECKING, Any

from django.core.management.base import BaseCommand, CommandError
from django.core.serializers.json import DjangoJSONEncoder

from wagtail_llm_actions.messages.metrics import format_display
from wagtail_llm_actions.reporting.error_patterns import error_patterns
from wagtail_llm_actions.reporting.period import Period, today
from wagtail_llm_actions.reporting.usage import DIMENSIONS, Usage

if TYPE_CHECKING:
    from wagtail_llm_actions.reporting.metrics import Metrics

COLUMNS = {
    "runs": ("runs", "count"),
    "succeeded": ("success_rate", "rate"),
    "failed": ("failed", "count"),
    "accepted": ("acceptance_rate", "rate"),
    "median": ("median_seconds", "seconds"),
    "p95": ("p95_seconds", "seconds"),
    "cost": ("cost_usd", "money"),
    "unknown costs": ("unknown_costs", "count"),
}
PRINTED = ("action", "model", "error")


class Command(BaseCommand):
    """Leaves out test runs, as the report does."""

    help = "Print how many LLM runs there were, how they ended and what they cost."

    def add_arguments(self, parser: Any) -> None:
        """Add the period and the output format."""
        parser.add_argument("--days", type=int, help="this many days up to today; 30 by default")
        parser.add_argument("--from", dest="start", help="the first day, such as 2026-07-01")
        parser.add_argument("--to", dest="end", help="the last day; today by default")
        parser.add_argument("--format", choices=["table", "json"], default="table")

    def handle(self, *args: Any, **options: Any) -> None:
        """Print the metrics of the period and of the previous one."""
        period = _period(options)
        usage, before = Usage.with_previous(period)
        if options["format"] == "json":
            usage.load(before)
            answer = _as_json(usage, before)
            self.stdout.write(json.dumps(answer, indent=2, cls=DjangoJSONEncoder))
        else:
            usage.load(before, PRINTED, with_days=False)
            self._print(usage, before)

    def _print(self, usage: Usage, before: Usage) -> None:
        rows = [
            ["", *COLUMNS],
            [_days(usage.period), *_cells(usage.totals)],
            [_days(before.period), *_cells(before.totals)],
        ]
        for dimension in PRINTED:
            if groups := usage.by(dimension):
                rows.append([f"by {dimension}", *[""] * len(COLUMNS)])
                rows += [[f"  {group.name}", *_cells(group.metrics)] for group in groups]
        widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
        for first, *others in rows:
            cells = [cell.rjust(width) for cell, width in zip(others, widths[1:], strict=True)]
            self.stdout.write("  ".join([first.ljust(widths[0]), *cells]).rstrip())
        if usage.totals.has_approximate_times or before.totals.has_approximate_times:
            self.stdout.write("Times are from histograms: ± 4 %.")


def _period(options: dict[str, Any]) -> Period:
    days, start, end = options["days"], options["start"], options["end"]
    if days is not None and (start or end):
        msg = "Use --days, or --from and --to."
        raise CommandError(msg)
    try:
        if start or end:
            last = date.fromisoformat(end) if end else today()
            period = Period(date.fromisoformat(start or ""), last)
        else:
            period = Period.last_days(30 if days is None else days)
        _ = period.previous.bounds, period.bounds
    except (OverflowError, ValueError) as error:
        msg = "This is not a period. Write days as 2026-07-01, the earlier one first."
        raise CommandError(msg) from error
    return period


def _days(period: Period) -> str:
    return f"{period.start} to {period.end}"


def _cells(figures: Metrics) -> list[str]:
    return [format_display(kind, getattr(figures, name)) for name, kind in COLUMNS.values()]


def _as_json(usage: Usage, before: Usage) -> dict[str, Any]:
    return {
        "from": usage.period.start,
        "to": usage.period.end,
        "totals": _values(usage.totals),
        "previous": {
            "from": before.period.start,
            "to": before.period.end,
            "totals": _values(before.totals),
        },
        "days": [
            {"day": day.day, "totals": _values(day.metrics), "costs": day.costs}
            for day in usage.days
        ],
        **{
            f"by_{dimension}": [
                {"key": group.key, "name": group.name, "totals": _values(group.metrics)}
                for group in usage.by(dimension)
            ]
            for dimension in DIMENSIONS
        },
        "error_patterns": [
            {
                "error_code": pattern.error_code,
                "model_key": pattern.model_key,
                "detail": pattern.detail,
                "runs": pattern.runs,
                "first_at": pattern.first_at,
                "last_at": pattern.last_at,
                "actions": pattern.actions,
            }
            for pattern in error_patterns(usage)
        ],
    }


def _values(figures: Metrics) -> dict[str, Any]:
    values = asdict(figures)
    del values["known_cost_usd"]
    return values | {
        name: getattr(figures, name)
        for name in ("success_rate", "acceptance_rate", "cost_usd", "cost_per_accepted")
    }
