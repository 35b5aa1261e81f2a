"""Values that an execution stores on its run and attempts: the text, what it used, the error."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING, Any, TypedDict

from wagtail_llm_actions.errors import ErrorContext, LLMActionsError, ProviderError
from wagtail_llm_actions.models.run_queryset import hash_detail

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from wagtail_llm_actions.answers.removals import RemovedText
    from wagtail_llm_actions.models import LLMAttempt


@dataclass(frozen=True, kw_only=True, slots=True)
class RunOutcome:
    """The text, and what all attempts used; every field is a column of ``LLMRun``."""

    output: str = ""
    raw_output: str = ""
    removed: list[RemovedText] = field(default_factory=list)
    unsourced_facts: list[str] = field(default_factory=list)
    first_token_at: datetime | None = None
    input_tokens: int | None = None
    """``None`` where no provider has reported any; so with all token counts."""
    cached_input_tokens: int | None = None
    cache_write_tokens: int | None = None
    output_tokens: int | None = None
    reasoning_tokens: int | None = None
    cost_usd: Decimal | None = Decimal(0)
    """US dollars; ``None`` where the cost of any attempt is unknown, 0 without an attempt."""
    price: dict[str, Any] | None = None
    """Of the last attempt; see ``Price.as_json``."""


def outcome_of(text: str, attempts: Sequence[LLMAttempt]) -> RunOutcome:
    """Add up all attempts of a run, in the order they were made."""
    if not attempts:
        return RunOutcome(output=text)
    last = attempts[-1]
    # The editor has read the text since then, whatever a repair made of it.
    first_token_at = [row.first_token_at for row in attempts if not row.is_repair][-1]
    return RunOutcome(
        output=text,
        first_token_at=first_token_at,
        input_tokens=_total(row.input_tokens for row in attempts),
        cached_input_tokens=_total(row.cached_input_tokens for row in attempts),
        cache_write_tokens=_total(row.cache_write_tokens for row in attempts),
        output_tokens=_total(row.output_tokens for row in attempts),
        reasoning_tokens=_total(row.reasoning_tokens for row in attempts),
        cost_usd=_cost(attempts),
        price=last.price,
    )


def _cost(attempts: Iterable[LLMAttempt]) -> Decimal | None:
    """Return the sum; what is known of it would pass for the whole."""
    total = Decimal(0)
    for row in attempts:
        if row.cost_usd is None:
            return None
        total += row.cost_usd
    return total


def _total(values: Iterable[int | None]) -> int | None:
    known = [value for value in values if value is not None]
    return sum(known) if known else None


class ErrorFields(TypedDict):
    """The columns of an attempt that describe its error; a run has them too."""

    error_code: str
    error_context: ErrorContext
    error_detail: str
    """The provider's message; empty for an error of our own."""


def error_fields(error: LLMActionsError) -> ErrorFields:
    """Return the values of the columns that describe an error."""
    return {
        "error_code": error.code.value,
        "error_context": error.context(),
        "error_detail": error.detail if isinstance(error, ProviderError) else "",
    }


class RunErrorFields(ErrorFields):
    """The columns of a run that describe its error."""

    error_detail_hash: str


def run_error_fields(error: LLMActionsError) -> RunErrorFields:
    """Return the values of the columns that describe the error of a run."""
    fields = error_fields(error)
    return {**fields, "error_detail_hash": hash_detail(fields["error_detail"])}
