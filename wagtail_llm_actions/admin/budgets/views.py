"""List, create, edit and delete budgets."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any

from django.forms import Select
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _
from wagtail.admin.forms import WagtailAdminModelForm
from wagtail.admin.ui.tables import Column
from wagtail.admin.views.generic import DeleteView, EditView, IndexView

from wagtail_llm_actions.admin.budgets.rows import left_sentence, projection, spent_sentence
from wagtail_llm_actions.admin.mixins import StylesheetMixin
from wagtail_llm_actions.models.budget import OWNERS
from wagtail_llm_actions.permissions.policies import can_view_costs
from wagtail_llm_actions.spending.notices import forget
from wagtail_llm_actions.spending.overview import budget_statuses

if TYPE_CHECKING:
    from collections.abc import Mapping

    from wagtail_llm_actions.models import LLMBudget
    from wagtail_llm_actions.spending.overview import BudgetStatus

FIXED = ("scope", *OWNERS, "period")
"""What the counters of a budget depend on: another scope or period is another budget."""


class BudgetForm(WagtailAdminModelForm):
    """The form of a budget; of a saved one, the scope and the period stay."""

    class Media:
        """The stylesheet of the admin's screens."""

        css = {"all": ["wagtail_llm_actions/css/admin.css"]}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not self.instance.pk:
            return
        for name in FIXED:
            if name in OWNERS and name != self.instance.scope:
                del self.fields[name]
                continue
            field = self.fields[name]
            field.disabled = True
            if name in OWNERS:
                # Nothing can be chosen, so the only choice is the owner.
                field.widget = Select()
                field.queryset = field.queryset.filter(pk=getattr(self.instance, f"{name}_id"))


class BudgetIndexView(StylesheetMixin, IndexView):
    """The list of budgets, with what is left of each for users who may see costs."""

    @cached_property
    def columns(self) -> list[Column]:
        """Add what runs have cost, for those who may see it."""
        columns: list[Column] = super().columns
        if not can_view_costs(self.request.user):
            return columns
        return [
            *columns,
            Column("left", label=_("Left"), accessor=lambda one: left_sentence(self._of(one))),
            Column("spent", label=_("Spent"), accessor=lambda one: spent_sentence(self._of(one))),
            Column(
                "projected",
                label=_("At the end, at this pace"),
                accessor=lambda one: projection(self._of(one)),
            ),
            Column(
                "starts_anew_on",
                label=_("Begins anew"),
                # Wagtail's own column says "just now" of what is to come.
                accessor=lambda one: date_format(self._of(one).starts_anew_on, "SHORT_DATE_FORMAT"),
            ),
        ]

    def get_base_queryset(self) -> Any:
        """Read the names of groups, users and actions with the budgets."""
        return super().get_base_queryset().select_related("group", "user", "action")

    @cached_property
    def _statuses(self) -> Mapping[int, BudgetStatus]:
        return {status.budget.pk: status for status in budget_statuses()}

    def _of(self, budget: LLMBudget) -> BudgetStatus:
        return self._statuses[budget.pk]


class BudgetEditView(EditView):
    """The form of a saved budget."""

    def save_instance(self) -> LLMBudget:
        """Save; of another amount, the admins are told again when it is reached."""
        budget: LLMBudget = super().save_instance()
        if "amount_usd" in self.form.changed_data:
            forget(budget)
        return budget


class BudgetDeleteView(DeleteView):
    """The confirmation to delete a budget."""

    # Django answers DELETE without asking the form.
    http_method_names = ["get", "head", "options", "post"]
