"""Error patterns: failed runs that share error code, model and provider message."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import Count, Max, Min
from django.db.models.functions import Coalesce

from wagtail_llm_actions.errors import ErrorCode
from wagtail_llm_actions.reporting.metrics import counted_runs

if TYPE_CHECKING:
    from datetime import datetime

    from wagtail_llm_actions.models import LLMRun
    from wagtail_llm_actions.models.run_queryset import LLMRunQuerySet
    from wagtail_llm_actions.reporting.period import Period

MAX_PATTERNS = 50

# The current label while the action exists, else the one that its runs recorded.
ACTION_NAME = Coalesce("action__label", "action_label")

_KEY = ("error_code", "model_key", "error_detail_hash")


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
    found: dict[tuple[str, ...], _Counted] = {}
    # Answered by the index of errors alone, but for the labels of actions.
    failed = counted_runs(period).failed_with(*ErrorCode)
    rows = failed.values_list(*_KEY, ACTION_NAME).annotate(
        runs=Count("*"), first_at=Min("queued_at"), last_at=Max("queued_at")
    )
    for *key, action, runs, first_at, last_at in rows:
        found.setdefault(tuple(key), _Counted(first_at, last_at)).add(
            action, runs, first_at, last_at
        )
    frequent = sorted(
        found.items(), key=lambda item: (-item[1].runs, -item[1].last_at.timestamp(), item[0])
    )[:MAX_PATTERNS]
    newest = _newest(failed, frequent)
    return [
        ErrorPattern(
            error_code=newest[key].error_code,
            model_key=newest[key].model_key,
            detail=newest[key].error_detail,
            runs=counted.runs,
            first_at=counted.first_at,
            last_at=counted.last_at,
            actions=tuple(sorted(counted.actions)),
            newest=newest[key],
        )
        for key, counted in frequent
        # The runs may have been deleted between the queries.
        if key in newest
    ]


class _Counted:
    """The runs of a pattern, action by action."""

    def __init__(self, first_at: datetime, last_at: datetime) -> None:
        self.runs = 0
        self.actions: set[str] = set()
        self.first_at, self.last_at = first_at, last_at

    def add(self, action: str, runs: int, first_at: datetime, last_at: datetime) -> None:
        self.runs += runs
        self.actions.add(action)
        self.first_at, self.last_at = min(self.first_at, first_at), max(self.last_at, last_at)


def _newest(
    failed: LLMRunQuerySet, patterns: list[tuple[tuple[str, ...], _Counted]]
) -> dict[tuple[str, ...], LLMRun]:
    """Return the newest run of each pattern, by one query."""
    if not patterns:
        return {}
    moments = {counted.last_at for _key, counted in patterns}
    runs = (
        failed.filter(queued_at__in=moments)
        .order_by("queued_at")
        .defer("prompt", "system_instructions", "fallback_request", "instruction", "output")
    )
    return {tuple(getattr(run, name) for name in _KEY): run for run in runs}
