"""Error patterns: failed runs that share error code, model and provider message."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from wagtail_llm_actions.reporting.metrics import counted_runs

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from wagtail_llm_actions.models import LLMRun
    from wagtail_llm_actions.reporting.period import Period
    from wagtail_llm_actions.reporting.tally import Group
    from wagtail_llm_actions.reporting.usage import Usage

MAX_PATTERNS = 50

_KEY = ("error_code", "model_key", "error_detail_hash")
_SHOWN = (
    "error_context",
    "error_detail",
    "provider_name",
    "used_fallback",
    "fallback_model_key",
    # Who may read the message.
    "trigger",
    "target_content_type",
    "source_path",
    "field_path",
    "read_fields",
)
"""What a report takes from the newest run of a pattern."""


@dataclass(frozen=True, kw_only=True, slots=True)
class ErrorPattern:
    """Failed runs with the same error code, model and provider message."""

    error_code: str
    model_key: str
    runs: int
    first_at: datetime
    last_at: datetime
    actions: tuple[str, ...]
    newest: LLMRun | None
    """The latest of them, with what no report shows deferred; ``None`` where it was deleted."""

    @property
    def detail(self) -> str:
        """The message of the provider; empty where there is none, or none any more."""
        return self.newest.error_detail if self.newest else ""


def error_patterns(usage: Usage) -> list[ErrorPattern]:
    """Return the error patterns of a period, the most frequent first, 50 at most."""
    patterns, labels = usage.failures()
    found = [
        (group, tally.runs, tally.occurrences)
        for group, tally in patterns.items()
        if tally.occurrences
    ]
    found.sort(key=lambda item: (-item[1], -item[2].last_at.timestamp(), _key(item[0])))
    frequent = found[:MAX_PATTERNS]
    if not frequent:
        return []
    newest = _newest(usage.period, {seen.last_at for _group, _runs, seen in frequent})
    return [
        ErrorPattern(
            error_code=group.key,
            model_key=group.model_key,
            runs=runs,
            first_at=seen.first_at,
            last_at=seen.last_at,
            actions=seen.names(labels),
            newest=newest.get(_key(group)),
        )
        for group, runs, seen in frequent
    ]


def _key(group: Group) -> tuple[str, ...]:
    return group.key, group.model_key, group.error_detail_hash


def _newest(period: Period, moments: Iterable[datetime]) -> dict[tuple[str, ...], LLMRun]:
    """Return the newest run of each pattern, by one query."""
    failed = counted_runs(period).filter(error_code__gt="", queued_at__in=moments)
    runs = failed.order_by("queued_at").only(*_KEY, *_SHOWN)
    return {tuple(getattr(run, name) for name in _KEY): run for run in runs}
