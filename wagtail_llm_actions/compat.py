"""Differences between the supported versions of Wagtail, in one place."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from django.db import models
    from wagtail.models import AbstractPage


def permission_policy_for(model: type[models.Model]) -> Any:
    """Return the permission policy of a snippet model."""
    try:
        from wagtail.permissions import policy_registry  # noqa: PLC0415
    except ImportError:  # Wagtail < 8.0: the policy is the viewset's
        return model.snippet_viewset.permission_policy  # type: ignore[attr-defined]
    return policy_registry.get_by_type(model)


def form_class_for(model: type[models.Model]) -> type[Any]:
    """Return the class of the form that edits a page or snippet model."""
    from wagtail.models import AbstractPage  # noqa: PLC0415

    if issubclass(model, AbstractPage):
        form_class: type[Any] = model.get_edit_handler().get_form_class()  # type: ignore[attr-defined]
    else:
        # The viewset's own panel: a site may have set another one than the model's.
        viewset = model.snippet_viewset  # type: ignore[attr-defined]
        form_class = viewset.get_form_class(for_update=True)
    return form_class


def page_model() -> type[AbstractPage]:
    """Return the base page model, which a site can swap since Wagtail 8.0."""
    try:
        import swapper  # noqa: PLC0415
    except ImportError:  # Wagtail < 8.0
        from wagtail.models import Page  # noqa: PLC0415

        return Page  # type: ignore[no-any-return]
    return swapper.load_model("wagtailcore", "Page")  # type: ignore[no-any-return]
