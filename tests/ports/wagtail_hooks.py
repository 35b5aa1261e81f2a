"""The viewsets."""

from __future__ import annotations

from typing import Any

from wagtail import hooks, permissions
from wagtail.admin.viewsets.model import ModelViewSet, ModelViewSetGroup
from wagtail.permission_policies import ModelPermissionPolicy

from tests.ports.models import LAID_UP, Buoy, Ferry


class FerryPolicy(ModelPermissionPolicy):
    """Decides on each ferry."""

    def user_has_permission_for_instance(self, user: Any, action: str, instance: Any) -> bool:
        """Ask for more than the right to change some."""
        is_allowed = super().user_has_permission_for_instance(user, action, instance)
        return bool(is_allowed and (user.is_superuser or instance.name != LAID_UP))


FERRY_POLICY = FerryPolicy(Ferry)


class FerryViewSet(ModelViewSet):
    """Takes the panels of the model."""

    model = Ferry

    @property
    def permission_policy(self) -> FerryPolicy:
        """Return the policy, where Wagtail has no registry of them."""
        return FERRY_POLICY


# Since Wagtail 8.0 a policy is registered.
if register := getattr(permissions, "register_permission_policy", None):
    register(Ferry, FERRY_POLICY)


class BuoyViewSet(ModelViewSet):
    """Has a form of Django's, which leaves out a field."""

    model = Buoy
    form_fields = ["name", "position", "kind", "summary"]


class PortViewSetGroup(ModelViewSetGroup):
    """One menu for both."""

    menu_label = "Ports"
    items = (FerryViewSet, BuoyViewSet)


@hooks.register("register_admin_viewset")
def register_viewsets() -> PortViewSetGroup:
    """Register them."""
    return PortViewSetGroup()
