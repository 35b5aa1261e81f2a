"""Settings → LLM → Budgets."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel, MultiFieldPanel, ObjectList
from wagtail.admin.ui.tables import Column
from wagtail.admin.viewsets.model import ModelViewSet

from wagtail_llm_actions.admin.budgets.views import (
    BudgetDeleteView,
    BudgetEditView,
    BudgetForm,
    BudgetIndexView,
)
from wagtail_llm_actions.models import LLMBudget


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
        Column("amount_usd", label=_("Amount in US dollars")),
        Column("get_at_limit_display", label=_("At the limit")),
    ]
    edit_handler = ObjectList(
        [
            MultiFieldPanel(
                [
                    FieldPanel("scope"),
                    FieldPanel("group"),
                    FieldPanel("user"),
                    FieldPanel("action"),
                ],
                heading=_("Whose runs"),
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
