"""Who may see what runs cost."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from django.contrib.auth.models import AbstractBaseUser, AnonymousUser

VIEW_COSTS = "wagtail_llm_actions.view_costs"


def may_view_costs(user: AbstractBaseUser | AnonymousUser) -> bool:
    """Return whether this user may see costs, wherever runs are shown or exported."""
    has_perm = getattr(user, "has_perm", None)
    return bool(has_perm and has_perm(VIEW_COSTS))
