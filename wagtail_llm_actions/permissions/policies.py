"""Permission policies of the admin's screens, and the right to see costs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wagtail.permission_policies import ModelPermissionPolicy

from wagtail_llm_actions.models import LLMAction, LLMRun, PromptTemplate

if TYPE_CHECKING:
    from django.contrib.auth.models import AbstractBaseUser, AnonymousUser

ACTION_POLICY = ModelPermissionPolicy(LLMAction)
PROMPT_TEMPLATE_POLICY = ModelPermissionPolicy(PromptTemplate)
RUN_POLICY = ModelPermissionPolicy(LLMRun)
VIEW_COSTS = "wagtail_llm_actions.view_costs"


def may_view_costs(user: AbstractBaseUser | AnonymousUser) -> bool:
    """Return whether this user may see costs, wherever runs are shown or exported."""
    has_perm = getattr(user, "has_perm", None)
    return bool(has_perm and has_perm(VIEW_COSTS))
