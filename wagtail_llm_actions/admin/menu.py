"""Menu items of the pages that are not snippets; each is shown to users who may open its page."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.core.exceptions import ImproperlyConfigured
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from wagtail.admin.menu import MenuItem

from wagtail_llm_actions.conf import get_settings
from wagtail_llm_actions.models import LLMAction
from wagtail_llm_actions.permissions.policies import (
    ACTION_POLICY,
    BUDGET_POLICY,
    can_view_models,
    can_view_runs,
    can_view_usage,
)

if TYPE_CHECKING:
    from django.http import HttpRequest

ICON = "llm-actions-generate"


class GettingStartedMenuItem(MenuItem):
    """Shown to users who may add actions, until there is a model and an active action."""

    def is_shown(self, request: HttpRequest) -> bool:
        """Check only what is cheap to check, and once: every page asks three times."""
        if not hasattr(request, "_llm_actions_getting_started"):
            request._llm_actions_getting_started = self._is_needed(request)  # type: ignore[attr-defined]
        is_needed: bool = request._llm_actions_getting_started  # type: ignore[attr-defined]
        return is_needed

    def _is_needed(self, request: HttpRequest) -> bool:
        if not ACTION_POLICY.user_has_permission(request.user, "add"):
            return False
        try:
            has_action = LLMAction.objects.filter(is_active=True).exists()
            return not get_settings().models or not has_action
        except ImproperlyConfigured:
            return True


class ModelsMenuItem(MenuItem):
    """Shown to users who may open the list of models."""

    def is_shown(self, request: HttpRequest) -> bool:
        """Check the permission of the view."""
        return can_view_models(request.user)


class BudgetsMenuItem(MenuItem):
    """Shown to users who may open the list of budgets."""

    def is_shown(self, request: HttpRequest) -> bool:
        """Check the permission of the view."""
        permissions = ["add", "change", "delete", "view"]
        return bool(BUDGET_POLICY.user_has_any_permission(request.user, permissions))


class HistoryMenuItem(MenuItem):
    """Shown to users who may open the history."""

    def is_shown(self, request: HttpRequest) -> bool:
        """Check the permission of the views."""
        return can_view_runs(request.user)


class UsageMenuItem(MenuItem):
    """Shown to users who may view usage."""

    def is_shown(self, request: HttpRequest) -> bool:
        """Check the permission of the views."""
        return can_view_usage(request.user)


def getting_started_menu_item() -> MenuItem:
    """Settings → LLM → Getting started."""
    url = reverse("wagtail_llm_actions:getting_started")
    return GettingStartedMenuItem(
        _("Getting started"), url, name="llm-getting-started", icon_name="help", order=0
    )


def models_menu_item(order: int) -> MenuItem:
    """Settings → LLM → Models."""
    url = reverse("wagtail_llm_actions:models")
    return ModelsMenuItem(_("Models"), url, name="llm-models", icon_name=ICON, order=order)


def budgets_menu_item(order: int) -> MenuItem:
    """Settings → LLM → Budgets."""
    url = reverse("wagtail_llm_actions_budgets:index")
    return BudgetsMenuItem(_("Budgets"), url, name="llm-budgets", icon_name="sliders", order=order)


def history_menu_item() -> MenuItem:
    """Reports → LLM history."""
    url = reverse("wagtail_llm_actions:history")
    return HistoryMenuItem(_("LLM history"), url, name="llm-history", icon_name=ICON, order=1100)


def usage_menu_item() -> MenuItem:
    """Reports → LLM usage and costs."""
    url = reverse("wagtail_llm_actions:usage")
    return UsageMenuItem(
        _("LLM usage and costs"), url, name="llm-usage", icon_name=ICON, order=1110
    )
