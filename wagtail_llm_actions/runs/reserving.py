"""What a run may cost at most, reserved in the budgets that apply when it is saved."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING

from django.db import transaction

from wagtail_llm_actions.conf import context_limit, get_settings
from wagtail_llm_actions.errors import BudgetReached, LLMActionsError
from wagtail_llm_actions.prompts.tokens import approximate_tokens
from wagtail_llm_actions.runs.contract import contract_of
from wagtail_llm_actions.runs.request.parameters import output_limit
from wagtail_llm_actions.spending.notices import tell_of_refusal
from wagtail_llm_actions.spending.prices import current_price
from wagtail_llm_actions.spending.reserve import periods_for, reserve
from wagtail_llm_actions.spending.worst_case import Calls

if TYPE_CHECKING:
    from collections.abc import Sequence

    from wagtail_llm_actions.conf import ModelSettings
    from wagtail_llm_actions.models import LLMBudgetPeriod, LLMReservation, LLMRun

OVERHEAD_TOKENS = 500
"""What vendors add to a request: roles, and instructions of their own where a schema is sent."""
REPAIR_TOKENS = 1_000
"""The sentences of a repair, which name the faults and the words of the action's rules."""


def reserve_for(
    runs: Sequence[LLMRun], periods: Sequence[LLMBudgetPeriod] | None = None
) -> list[LLMReservation]:
    """Reserve what the runs of a click may cost at most, in the transaction that saves them.

    Where a budget asks for it, the runs change to the cheaper model of their action.

    Args:
        runs: Not saved yet; all alike.
        periods: Of the budgets that apply, if they are known; else a query finds them.

    Returns:
        What to save after the runs; nothing where no budget applies.

    Raises:
        BudgetReached: A budget that refuses runs has too little left.
        PriceUnknownForBudget: Such a budget applies, and nobody could tell what the runs cost.
    """
    first = runs[0]
    if periods is None:
        periods = periods_for(first)
    if not periods:
        return []
    try:
        with transaction.atomic():
            reserved = reserve(periods, *possible_calls(first), count=len(runs))
    except BudgetReached as error:
        if not error.allows_cheaper_model or first.cheaper_request is None:
            raise
        # Another budget may refuse the cheaper model, or nobody may know its price.
        tell_of_refusal(error)
        for run in runs:
            use_cheaper_model(run)
        with transaction.atomic():
            reserved = reserve(periods, *possible_calls(first), count=len(runs), is_cheaper=True)
    return [_copy(reservation, run) for run in runs for reservation in reserved]


def use_cheaper_model(run: LLMRun) -> None:
    """Change a run that is not saved yet to what its action asks the cheaper model; it has no fallback."""
    for name, value in (run.cheaper_request or {}).items():
        setattr(run, name, value)
    run.used_cheaper_model, run.estimated_cost_usd = True, None
    run.fallback_model_key, run.fallback_request = "", None


def possible_calls(run: LLMRun) -> tuple[list[Calls], list[Calls]]:
    """Return the attempts that a run may make, and the repairs, of which one may follow.

    Token counts are the estimates for limits, which are high rather than low, and what is added to them.
    """
    attempts, repairs = [], []
    schema = contract_of(run).destination.schema()
    added = OVERHEAD_TOKENS + (approximate_tokens(json.dumps(schema)) if schema else 0)
    requests = [(run.model_key, {}), (run.fallback_model_key, run.fallback_request or {})]
    for key, request in requests:
        model = get_settings().models.get(key)
        if model is None:
            continue
        texts = [
            request.get(name, getattr(run, name)) for name in ("prompt", "system_instructions")
        ]
        prompt_tokens = added + sum(approximate_tokens(text) for text in texts)
        image_tokens = model.capabilities.image_tokens if run.image else 0
        output_tokens = output_limit(model, run.max_tokens, context_limit(model))
        call = _call(model, prompt_tokens + image_tokens, output_tokens)
        attempts.append(replace(call, count=LLMActionsError.max_attempts))
        repairs.append(_call(model, prompt_tokens + output_tokens + REPAIR_TOKENS, output_tokens))
    return attempts, repairs


def _call(model: ModelSettings, input_tokens: int, output_tokens: int) -> Calls:
    price = current_price(model, input_tokens)
    return Calls(
        model_key=model.key,
        price=price.listed if price else None,
        input_tokens=input_tokens,
        output_tokens=output_tokens,
    )


def _copy(reservation: LLMReservation, run: LLMRun) -> LLMReservation:
    return type(reservation)(
        run=run,
        period=reservation.period,
        reserved_nano_usd=reservation.reserved_nano_usd,
        call_nano_usd=reservation.call_nano_usd,
    )
