"""Differences between the supported versions of Wagtail, in one place."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from django.db import models
    from wagtail.models import AbstractPage


def permission_policy_for(model: type[models.Model]) -> Any:
    """Return the permission policy of a page or snippet model."""
    from wagtail import permissions  # noqa: PLC0415
    from wagtail.models import AbstractPage  # noqa: PLC0415

    if issubclass(model, AbstractPage):
        return permissions.page_permission_policy
    try:
        return permissions.policy_registry.get_by_type(model)
    except AttributeError:  # Wagtail < 8.0: the policy is the viewset's
        return model.snippet_viewset.permission_policy  # type: ignore[attr-defined]


def edit_handler_for(model: type[models.Model]) -> Any:
    """Return the top-level panel of the form that edits a page or snippet model.

    Raises:
        LookupError: The model is neither.
    """
    from wagtail.models import AbstractPage  # noqa: PLC0415

    if issubclass(model, AbstractPage):
        return model.get_edit_handler()  # type: ignore[attr-defined]
    viewset: Any = getattr(model, "snippet_viewset", None)
    if viewset is None:
        raise LookupError(model)
    # That of its views, which may be another one than the model's; `get_edit_handler` makes a new one.
    return viewset._edit_handler


def page_model() -> type[AbstractPage]:
    """Return the base page model, which a site can swap since Wagtail 8.0."""
    try:
        import swapper  # noqa: PLC0415
    except ImportError:  # Wagtail < 8.0
        from wagtail.models import Page  # noqa: PLC0415

        return Page  # type: ignore[no-any-return]
    return swapper.load_model("wagtailcore", "Page")  # type: ignore[no-any-return]
