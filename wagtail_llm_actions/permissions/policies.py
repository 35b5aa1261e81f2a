"""Permission policies of the admin's screens, and checks that combine several."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wagtail.permission_policies import ModelPermissionPolicy

from wagtail_llm_actions.models import LLMAction, LLMBudget, LLMRun, PromptTemplate

if TYPE_CHECKING:
    from wagtail_llm_actions.permissions import User

ACTION_POLICY = ModelPermissionPolicy(LLMAction)
PROMPT_TEMPLATE_POLICY = ModelPermissionPolicy(PromptTemplate)
RUN_POLICY = ModelPermissionPolicy(LLMRun)
BUDGET_POLICY = ModelPermissionPolicy(LLMBudget)

VIEW_MODELS_PERMISSIONS = ("add", "change", "view")
"""Any of these on actions opens the list of models."""
MANAGE_MODELS_PERMISSIONS = ("add", "change")
"""Any of these on actions allows to check a model and to reset its circuit breaker."""
VIEW_RUNS_PERMISSIONS = ("view", "view_editable")
"""Any of these on runs opens the history, the second one with runs on what the user may edit."""
VIEW_USAGE_PERMISSIONS = ("view", "view_usage")
"""Any of these on runs opens the usage report, the second one without texts."""
VIEW_COSTS = "wagtail_llm_actions.view_costs"


def can_test_actions(user: User) -> bool:
    """Return whether the user may test actions on their form: add or change actions."""
    return bool(ACTION_POLICY.user_has_any_permission(user, ["add", "change"]))


def can_view_models(user: User) -> bool:
    """Return whether the user may open the list of models."""
    return bool(ACTION_POLICY.user_has_any_permission(user, VIEW_MODELS_PERMISSIONS))


def can_view_runs(user: User) -> bool:
    """Return whether the user may open the history."""
    return bool(RUN_POLICY.user_has_any_permission(user, VIEW_RUNS_PERMISSIONS))


def can_view_all_runs(user: User) -> bool:
    """Return whether the user may view the runs of the whole site."""
    return bool(RUN_POLICY.user_has_permission(user, "view"))


def can_view_usage(user: User) -> bool:
    """Return whether the user may view figures of the runs of the whole site."""
    return bool(RUN_POLICY.user_has_any_permission(user, VIEW_USAGE_PERMISSIONS))


def can_view_costs(user: User) -> bool:
    """Return whether the user may see costs, wherever runs are shown or exported."""
    return user.has_perm(VIEW_COSTS)


def can_export(user: User) -> bool:
    """Return whether the user may export: view or change both actions and prompt templates."""
    return all(
        policy.user_has_any_permission(user, ["view", "change"])
        for policy in (ACTION_POLICY, PROMPT_TEMPLATE_POLICY)
    )


def can_import(user: User) -> bool:
    """Return whether the user may import: add and change both actions and prompt templates."""
    return all(
        policy.user_has_permission(user, permission)
        for policy in (ACTION_POLICY, PROMPT_TEMPLATE_POLICY)
        for permission in ("add", "change")
    )
