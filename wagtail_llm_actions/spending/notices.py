"""Tell the admins, and the code of a site, when a budget is nearly or quite used up: once in each period."""

from __future__ import annotations

import logging
from enum import StrEnum
from functools import partial
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import transaction
from django.db.models.functions import Coalesce
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language, override
from django.utils.translation import gettext as _

from wagtail_llm_actions.errors import BudgetReached
from wagtail_llm_actions.messages.currency import money
from wagtail_llm_actions.models import LLMBudget, LLMBudgetPeriod
from wagtail_llm_actions.permissions.policies import BUDGET_POLICY, can_view_costs
from wagtail_llm_actions.signals import budget_threshold_reached
from wagtail_llm_actions.spending.periods import next_first_day

if TYPE_CHECKING:
    from collections.abc import Iterator

    from wagtail_llm_actions.errors import LimitExceeded

logger = logging.getLogger(__name__)

WARNING_PERCENT = 80
"""Of the amount: so much spent is told before the limit is reached."""


class Threshold(StrEnum):
    """What is told of a budget."""

    WARNING = "warning"
    """``WARNING_PERCENT`` are spent."""
    LIMIT = "limit"
    """The amount is spent, or a run did not fit any more."""


def tell_of_refusal(error: LimitExceeded) -> None:
    """Tell that a budget was reached, unless the runs under way or the size of the run alone have stopped it."""
    if not isinstance(error, BudgetReached) or error.is_reserved or error.exceeds_amount:
        return
    if period := _period(error.period_id):
        _tell_once(period, Threshold.LIMIT)


def tell_of_spending(period_id: int) -> None:
    """Tell what the amount that is spent by now has reached, unless it was told before."""
    period = _period(period_id)
    if period is None:
        return
    percent = 100 * period.spent_nano_usd / period.budget.amount_nano_usd
    if percent >= 100:  # noqa: PLR2004 - the whole
        _tell_once(period, Threshold.LIMIT)
    elif percent >= WARNING_PERCENT:
        _tell_once(period, Threshold.WARNING)


def forget(budget: LLMBudget) -> None:
    """Tell again of what is reached from now on: the amount has changed."""
    budget.periods.update(warned_at=None, reached_at=None)


def _period(period_id: int) -> LLMBudgetPeriod | None:
    """Return the period of a budget; ``None`` if the budget was deleted meanwhile."""
    return LLMBudgetPeriod.objects.select_related("budget").filter(pk=period_id).first()


def _tell_once(period: LLMBudgetPeriod, threshold: Threshold) -> None:
    """Of all processes, one tells; of a limit that is reached there is no warning afterwards."""
    now = timezone.now()
    rows = LLMBudgetPeriod.objects.filter(pk=period.pk, reached_at=None)
    if threshold is Threshold.LIMIT:
        is_first = rows.update(reached_at=now, warned_at=Coalesce("warned_at", now))
    else:
        is_first = rows.filter(warned_at=None).update(warned_at=now)
    if is_first:
        transaction.on_commit(partial(_tell, period, threshold), robust=True)


def _tell(period: LLMBudgetPeriod, threshold: Threshold) -> None:
    budget_threshold_reached.send_robust(
        sender=LLMBudget, budget=period.budget, period=period, threshold=threshold
    )
    for message in _messages(period, threshold):
        try:
            message.send()
        except Exception:
            # Whatever the mail server does, the run goes on; each backend has errors of its own.
            logger.exception("No e-mail could be sent about the budget %s", period.budget_id)


def _messages(period: LLMBudgetPeriod, threshold: Threshold) -> Iterator[EmailMessage]:
    """Yield one message for each person who may manage budgets, in their language."""
    for user in BUDGET_POLICY.users_with_any_permission(["add", "change", "delete"]):
        address = getattr(user, user.get_email_field_name(), "")
        if not user.is_active or not address:
            continue
        with override(_language(user)):
            yield EmailMessage(
                _subject(period.budget, threshold),
                render_to_string(
                    "wagtail_llm_actions/budgets/email.txt", _facts(period, threshold, user)
                ),
                getattr(settings, "WAGTAILADMIN_NOTIFICATION_FROM_EMAIL", None),
                [address],
            )


def _subject(budget: LLMBudget, threshold: Threshold) -> str:
    if threshold is Threshold.LIMIT:
        return _("LLM budget used up: %(budget)s") % {"budget": budget}
    return _("LLM budget: %(percent)d %% spent of %(budget)s") % {
        "percent": WARNING_PERCENT,
        "budget": budget,
    }


def _facts(period: LLMBudgetPeriod, threshold: Threshold, user: Any) -> dict[str, object]:
    budget, costs = period.budget, can_view_costs(user)
    path = reverse("wagtail_llm_actions_budgets:index")
    return {
        "budget": budget,
        "is_reached": threshold is Threshold.LIMIT,
        "percent": WARNING_PERCENT,
        "at_limit": budget.at_limit,
        "starts_anew_on": next_first_day(budget.period, period.starts_on),
        "spent": money(period.spent_usd) if costs else "",
        "amount": money(budget.amount_usd) if costs else "",
        "url": f"{getattr(settings, 'WAGTAILADMIN_BASE_URL', '').rstrip('/')}{path}",
    }


def _language(user: Any) -> str:
    profile = getattr(user, "wagtail_userprofile", None)
    return (
        profile.get_preferred_language() if profile else (get_language() or settings.LANGUAGE_CODE)
    )
