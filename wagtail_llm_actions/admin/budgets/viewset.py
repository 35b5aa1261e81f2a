"""Settings → LLM → Budgets."""

from __future__ import annotations

import json

from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel, MultiFieldPanel, ObjectList
from wagtail.admin.ui.tables import Column
from wagtail.admin.viewsets.model import ModelViewSet

from wagtail_llm_actions.admin.budgets.user_chooser import user_chooser_viewset
from wagtail_llm_actions.admin.budgets.views import (
    BudgetDeleteView,
    BudgetEditView,
    BudgetForm,
    BudgetIndexView,
)
from wagtail_llm_actions.messages.currency import money
from wagtail_llm_actions.models import LLMBudget
from wagtail_llm_actions.models.budget import OWNERS

WIDGETS = {"user": user_chooser_viewset.widget_class}
"""Of owners of whom there may be too many for a list."""


def _owner_panel(name: str) -> FieldPanel:
    """Return the panel of an owner, which Wagtail's script shows for its scope only."""
    # The scope of a saved budget is not sent, and any owner that its form has is its own.
    # Wagtail 7.4 reads "any" from the rules, and later versions from the other attribute.
    rules = [["scope", [name]], ["scope", []], ["", "any"]]
    return FieldPanel(
        name,
        widget=WIDGETS.get(name),
        attrs={
            "data-w-rules-target": "show",
            "data-w-rules": json.dumps(rules),
            "data-w-rules-match": "any",
        },
    )


class BudgetViewSet(ModelViewSet):
    """Budgets; no snippets, since nobody has to choose one."""

    model = LLMBudget
    icon = "sliders"
    menu_label = _("Budgets")
    index_view_class = BudgetIndexView
    edit_view_class = BudgetEditView
    delete_view_class = BudgetDeleteView
    copy_view_enabled = False
    inspect_view_enabled = True
    add_to_reference_index = False
    list_display = [
        "__str__",
        Column("amount_usd", label=_("Amount"), accessor=lambda budget: money(budget.amount_usd)),
        Column("get_at_limit_display", label=_("At the limit")),
    ]
    edit_handler = ObjectList(
        [
            MultiFieldPanel(
                [FieldPanel("scope"), *(_owner_panel(name) for name in OWNERS)],
                heading=_("Whose runs"),
                attrs={"data-controller": "w-rules", "data-action": "change->w-rules#resolve"},
            ),
            MultiFieldPanel(
                [
                    FieldPanel("amount_usd"),
                    FieldPanel("period"),
                    FieldPanel("at_limit"),
                    FieldPanel("assumed_price_usd"),
                ],
                heading=_("How much"),
            ),
        ],
        base_form_class=BudgetForm,
    )


budget_viewset = BudgetViewSet("wagtail_llm_actions_budgets", url_prefix="llm/budgets")
