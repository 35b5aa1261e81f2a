"""Whether a user still has the rights that a file was written with."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING

from wagtail.models import GroupCollectionPermission, GroupPagePermission

if TYPE_CHECKING:
    from wagtail_llm_actions.permissions import User


def rights_of(user: User) -> str:
    """Return a digest of all rights of a user, by which any change of them shows."""
    groups = user.groups.order_by("pk")
    scoped = [
        sorted(model.objects.filter(group__in=groups).values_list(scope, "permission", "group"))
        for model, scope in (
            (GroupPagePermission, "page"),
            (GroupCollectionPermission, "collection"),
        )
    ]
    names = sorted(user.get_all_permissions())
    everything = [user.is_active, user.is_superuser, names, list(groups.values_list("pk")), scoped]
    return hashlib.sha256(json.dumps(everything, default=str).encode()).hexdigest()
