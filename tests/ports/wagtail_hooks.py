"""The viewsets."""

from __future__ import annotations

from wagtail import hooks
from wagtail.admin.viewsets.model import ModelViewSet, ModelViewSetGroup

from tests.ports.models import Buoy, Ferry


class FerryViewSet(ModelViewSet):
    """Takes the panels of the model."""

    model = Ferry


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
