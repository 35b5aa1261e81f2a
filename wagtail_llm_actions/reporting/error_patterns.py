"""Error patterns: failed runs that share error code, model and provider message."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import Count, Max, Min
from django.db.models.functions import Coalesce

from wagtail_llm_actions.models import LLMRun
from wagtail_llm_actions.reporting.metrics import counted_runs

if TYPE_CHECKING:
    from datetime import datetime

    from wagtail_llm_actions.reporting.period import Period

MAX_PATTERNS = 50

# The current label while the action exists, else the one that its runs recorded.
ACTION_NAME = Coalesce("action__label", "action_label")

_KEY = ("error_code", "model_key", "error_detail")


@dataclass(frozen=True, kw_only=True, slots=True)
class ErrorPattern:
    """Failed runs with the same error code, model and provider message."""

    error_code: str
    model_key: str
    detail: str
    runs: int
    first_at: datetime
    last_at: datetime
    actions: tuple[str, ...]
    newest: LLMRun
    """The latest of them, with its long texts deferred."""


def error_patterns(period: Period) -> list[ErrorPattern]:
    """Return the error patterns of a period, the most frequent first, 50 at most."""
    # By the status, for the index of it.
    failed = counted_runs(period).filter(status=LLMRun.Status.FAILED).exclude(error_code="")
    rows = list(
        failed.values(*_KEY)
        .annotate(runs=Count("pk"), first_at=Min("queued_at"), last_at=Max("queued_at"))
        .order_by("-runs", "-last_at", *_KEY)[:MAX_PATTERNS]
    )
    matching = failed.filter(**{f"{name}__in": {row[name] for row in rows} for name in _KEY})
    actions: dict[tuple[str, ...], set[str]] = {}
    for *key, name in matching.values_list(*_KEY, ACTION_NAME).distinct():
        actions.setdefault(tuple(key), set()).add(name)
    newest = {
        (run.error_code, run.model_key, run.error_detail): run
        for run in matching.filter(queued_at__in={row["last_at"] for row in rows})
        .defer("prompt", "system_instructions", "fallback_request", "instruction", "output")
        .order_by("queued_at")
    }
    patterns = []
    for row in rows:
        key = tuple(row[name] for name in _KEY)
        # The runs may have been deleted between the queries.
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
