"""Budgets as other screens show them: how much is left, and where the day or month will end."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.formats import number_format
from django.utils.translation import gettext as _

from wagtail_llm_actions.messages.currency import money
from wagtail_llm_actions.permissions.policies import can_view_costs
from wagtail_llm_actions.spending.overview import budget_statuses

if TYPE_CHECKING:
    from datetime import date

    from wagtail_llm_actions.permissions import User
    from wagtail_llm_actions.spending.overview import BudgetStatus


@dataclass(frozen=True, slots=True)
class BudgetRow:
    """A budget, formatted for display."""

    label: str
    left: str
    spent: str
    projected: str
    starts_anew_on: date


def budget_rows(user: User) -> list[BudgetRow]:
    """Return all budgets for a user who may see costs; none for others."""
    if not can_view_costs(user):
        return []
    return [
        BudgetRow(
            label=str(status.budget),
            left=left_sentence(status),
            spent=spent_sentence(status),
            projected=projection(status),
            starts_anew_on=status.starts_anew_on,
        )
        for status in budget_statuses()
    ]


def left_sentence(status: BudgetStatus) -> str:
    """Return how much is left of what."""
    return _("%(left)s of %(amount)s") % {
        "left": money(status.left_usd),
        "amount": money(status.budget.amount_usd),
    }


def spent_sentence(status: BudgetStatus) -> str:
    """Return how much is spent, and what runs under way may cost at most."""
    spent = _("%(amount)s (%(percent)s\N{NO-BREAK SPACE}%%)") % {
        "amount": money(status.spent_usd),
        "percent": number_format(status.percent_spent, force_grouping=True),
    }
    if not status.reserved_usd:
        return spent
    return _("%(spent)s, and up to %(reserved)s by runs under way") % {
        "spent": spent,
        "reserved": money(status.reserved_usd),
    }


def projection(status: BudgetStatus) -> str:
    """Return what is spent at the end at this pace."""
    if status.projected_usd is None:
        return _("too early to say")
    return _("about %(amount)s") % {"amount": money(status.projected_usd)}
