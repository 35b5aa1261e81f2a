"""What a run may cost at most, reserved in the budgets that apply when it is saved."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING

from django.db import transaction

from wagtail_llm_actions.conf import context_limit, get_settings
from wagtail_llm_actions.errors import LLMActionsError
from wagtail_llm_actions.prompts.tokens import approximate_tokens
from wagtail_llm_actions.runs.contract import contract_of
from wagtail_llm_actions.runs.request.parameters import output_limit
from wagtail_llm_actions.spending.prices import current_price
from wagtail_llm_actions.spending.reserve import budgets_for, reserve
from wagtail_llm_actions.spending.worst_case import Calls

if TYPE_CHECKING:
    from collections.abc import Sequence

    from wagtail_llm_actions.conf import ModelSettings
    from wagtail_llm_actions.models import LLMReservation, LLMRun

OVERHEAD_TOKENS = 500
"""What vendors add to a request: roles, and instructions of their own where a schema is sent."""
REPAIR_TOKENS = 1_000
"""The sentences of a repair, which name the faults and the words of the action's rules."""


def reserve_for(runs: Sequence[LLMRun]) -> list[LLMReservation]:
    """Reserve what the runs of a click may cost at most, in the transaction that saves them.

    Costs one query where no budget applies.

    Returns:
        What to save after the runs.

    Raises:
        BudgetReached: A budget that refuses runs has too little left.
        PriceUnknownForBudget: Such a budget applies, and nobody could tell what the runs cost.
    """
    first = runs[0]
    budgets = budgets_for(first)
    if not budgets:
        return []
    with transaction.atomic():
        reserved = reserve(first, budgets, *possible_calls(first), count=len(runs))
    return [_copy(reservation, run) for run in runs for reservation in reserved]


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
