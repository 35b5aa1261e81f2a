"""``llm_actions_budgets``."""

from __future__ import annotations

import io

import pytest
from django.core.management import CommandError, call_command

from tests.factories import LLMBudgetFactory, LLMRunFactory
from wagtail_llm_actions.models import LLMBudgetPeriod
from wagtail_llm_actions.spending.counting import current_period

pytestmark = pytest.mark.django_db


def budgets(*options: str) -> str:
    out = io.StringIO()
    call_command("llm_actions_budgets", *options, stdout=out)
    return out.getvalue()


def test_a_wrong_counter_is_named_and_rebuilt_from_its_runs() -> None:
    run = LLMRunFactory(succeeded=True, cost_usd=2)
    period = current_period(LLMBudgetFactory(), run.queued_at)
    assert period is not None
    assert budgets() == "All counters are right.\n"
    LLMBudgetPeriod.objects.update(spent_nano_usd=5, reserved_nano_usd=10**9)

    with pytest.raises(CommandError, match="Wrong counters: 1"):
        budgets()
    assert "$1.00 counted, $2.00 by its runs." in budgets("--rebuild")

    period.refresh_from_db()
    assert (period.spent_nano_usd, period.reserved_nano_usd) == (2 * 10**9, 0)
    assert budgets() == "All counters are right.\n"
