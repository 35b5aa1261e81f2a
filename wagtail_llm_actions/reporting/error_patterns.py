"""Which errors come again and again, and which of them is the newest."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import Count, Max, Min

from wagtail_llm_actions.reporting.usage import ACTION_NAME, counted_runs

if TYPE_CHECKING:
    from datetime import datetime

    from wagtail_llm_actions.models import LLMRun
    from wagtail_llm_actions.reporting.period import Period

MAX_PATTERNS = 50

_KEY = ("error_code", "model_key", "error_detail")


@dataclass(frozen=True, kw_only=True, slots=True)
class ErrorPattern:
    """Runs that failed with the same code, model and words of the provider."""

    error_code: str
    model_key: str
    detail: str
    runs: int
    first_at: datetime
    last_at: datetime
    actions: tuple[str, ...]
    newest: LLMRun
    """Stands for the others; without its texts."""


def error_patterns(period: Period) -> list[ErrorPattern]:
    """Return the patterns of a period, the most frequent first."""
    failed = counted_runs(period).exclude(error_code="")
    rows = list(
        failed.values(*_KEY)
        .annotate(runs=Count("pk"), first_at=Min("queued_at"), last_at=Max("queued_at"))
        .order_by("-runs", "-last_at", *_KEY)[:MAX_PATTERNS]
    )
    alike = failed.filter(**{f"{name}__in": {row[name] for row in rows} for name in _KEY})
    actions: dict[tuple[str, ...], set[str]] = {}
    for *key, name in alike.values_list(*_KEY, ACTION_NAME).distinct():
        actions.setdefault(tuple(key), set()).add(name)
    newest = {
        (run.error_code, run.model_key, run.error_detail): run
        for run in alike.filter(queued_at__in={row["last_at"] for row in rows})
        .defer("prompt", "system_instructions", "instruction", "output")
        .order_by("queued_at")
    }
    patterns = []
    for row in rows:
        key = tuple(row[name] for name in _KEY)
        # Unless they were deleted in between.
        if key in newest:
            patterns.append(
                ErrorPattern(
                    error_code=row["error_code"],
                    model_key=row["model_key"],
                    detail=row["error_detail"],
                    runs=row["runs"],
                    first_at=row["first_at"],
                    last_at=row["last_at"],
                    actions=tuple(sorted(actions.get(key, ()))),
                    newest=newest[key],
                )
            )
    return patterns
