"""Runs of a known day, for the tests of the figures."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from tests.factories import LLMRunFactory
from wagtail_llm_actions.reporting.period import Period

if TYPE_CHECKING:
    from wagtail_llm_actions.models import LLMRun

JULY = Period(date(2026, 7, 1), date(2026, 7, 10))
NOON = datetime(2026, 7, 3, 10, 0, tzinfo=UTC)


def succeeded(seconds: float = 2.0, cost: str | None = "0.01", **values: Any) -> LLMRun:
    """Return a run that ended with a text, half of its time after the first token."""
    queued_at = values.pop("queued_at", NOON)
    run: LLMRun = LLMRunFactory(
        succeeded=True,
        queued_at=queued_at,
        started_at=queued_at,
        first_token_at=queued_at + timedelta(seconds=seconds / 2),
        finished_at=queued_at + timedelta(seconds=seconds),
        cost_usd=None if cost is None else Decimal(cost),
        **values,
    )
    return run


def failed(**values: Any) -> LLMRun:
    """Return a run that no text came of, and no bill."""
    values = {"queued_at": NOON, "error_code": "timeout", "status": "failed"} | values
    run: LLMRun = LLMRunFactory(**values)
    return run
