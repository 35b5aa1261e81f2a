"""Columns and filters of the list of actions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import django_filters
from django.contrib.contenttypes.models import ContentType
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from wagtail.admin.filters import WagtailFilterSet
from wagtail.admin.ui.tables import Column

from wagtail_llm_actions.admin.labels import model_type_label
from wagtail_llm_actions.messages.labels import model_label
from wagtail_llm_actions.models import LLMAction
from wagtail_llm_actions.permissions.policies import ACTION_POLICY, can_view_runs
from wagtail_llm_actions.runs.request.variables import field_label

if TYPE_CHECKING:
    from collections.abc import Iterator

    from django.db.models import QuerySet

    from wagtail_llm_actions.permissions import User


class FieldColumn(Column):
    """The label of a field of the action's page or snippet type."""

    def get_value(self, instance: LLMAction) -> str:
        """Return the label, or the path if the field or its model does not exist any more."""
        path = str(super().get_value(instance))
        model = instance.model_type.model_class()
        return field_label(model, path) if model else path


class IconsColumn(Column):
    """Icons to edit, delete, test and look back, as far as the user has permission."""

    cell_template_name = "wagtail_llm_actions/actions/icons_cell.html"

    def get_cell_context_data(self, instance: LLMAction, parent_context: Any) -> dict[str, Any]:
        """Add the icons."""
        context: dict[str, Any] = super().get_cell_context_data(instance, parent_context)
        user = parent_context["request"].user
        return context | {"label": str(instance), "icons": list(_icons(instance, user))}


def _icons(llm_action: LLMAction, user: User) -> Iterator[dict[str, str]]:
    edit = reverse("wagtail_llm_actions_actions:edit", args=[llm_action.pk])
    if ACTION_POLICY.user_has_permission(user, "change"):
        yield {"name": _("Edit"), "icon": "edit", "url": edit}
    if ACTION_POLICY.user_has_permission(user, "delete"):
        url = reverse("wagtail_llm_actions_actions:delete", args=[llm_action.pk])
        yield {"name": _("Delete"), "icon": "bin", "url": url}
    if can_view_runs(user):
        url = f"{reverse('wagtail_llm_actions:history')}?action={llm_action.pk}"
        yield {"name": _("History"), "icon": "history", "url": url}
    if ACTION_POLICY.user_has_permission(user, "change"):
        yield {
            "name": _("Test"),
            "icon": "llm-actions-generate",
            "url": f"{edit}#llm-actions-playground",
        }


def success_rate(llm_action: Any) -> str:
    """Return succeeded ÷ (succeeded + failed) in percent; a hyphen for 0 ÷ 0."""
    ended = llm_action.recent_succeeded + llm_action.recent_failed
    if not ended:
        return "-"
    return f"{round(100 * llm_action.recent_succeeded / ended)} %"


def used_models() -> list[tuple[str, str]]:
    """Return the models that actions use, as their own or as their fallback, with their labels."""
    pairs = (
        LLMAction.objects.order_by()
        .values_list("model", "fallback_model", "cheaper_model")
        .distinct()
    )
    keys = {key for pair in pairs for key in pair if key}
    return [(key, model_label(key)) for key in sorted(keys)]


def used_types() -> list[tuple[int, str]]:
    """Return the page and snippet types that have actions, sorted by their labels."""
    types = ContentType.objects.filter(pk__in=LLMAction.objects.order_by().values("model_type"))
    return sorted(
        ((content_type.pk, model_type_label(content_type)) for content_type in types),
        key=lambda choice: choice[1],
    )


class ActionFilterSet(WagtailFilterSet):
    """The filters of the list."""

    model_type = django_filters.ChoiceFilter(label=_lazy("Type"), choices=used_types)
    model = django_filters.ChoiceFilter(
        label=_lazy("LLM model"), choices=used_models, method="filter_model"
    )

    class Meta:
        """The filters above, and whether the action is active."""

        model = LLMAction
        fields = ["is_active"]

    def filter_model(
        self, actions: QuerySet[LLMAction], name: str, value: str
    ) -> QuerySet[LLMAction]:
        """Keep the actions that use a model, as their own or as their fallback."""
        return actions.filter(Q(model=value) | Q(fallback_model=value) | Q(cheaper_model=value))
