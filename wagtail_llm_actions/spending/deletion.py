"""Delete what a budget has counted, before the budget itself is deleted, by whatever way."""

from __future__ import annotations

from typing import Any

from django.db.models.signals import pre_delete

from wagtail_llm_actions.models import LLMBudget, LLMReservation


def connect() -> None:
    """Listen to the deletion of budgets, be it with their group, user or action."""
    uid = "wagtail_llm_actions.budget"
    pre_delete.connect(_delete_counters, sender=LLMBudget, dispatch_uid=uid)


def _delete_counters(instance: LLMBudget, **_kwargs: Any) -> None:
    """Delete the rows of a budget, in the transaction of the deletion.

    They are locked before: a click that asks for the budget in this moment is waited for, and what it has
    written is deleted too, or it finds the budget gone. Django has looked for such rows earlier. It deletes
    several budgets by their keys, which is the order of the clicks (see ``periods_for``).
    """
    list(LLMBudget.objects.select_for_update().filter(pk=instance.pk))
    list(instance.periods.select_for_update().order_by("pk"))
    reservations = LLMReservation.objects.filter(period__budget=instance)
    reservations._raw_delete(reservations.db)
    instance.periods.all().delete()
