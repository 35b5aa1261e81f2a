"""Differences between the supported versions of Wagtail, and between its forms, in one place."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.apps import apps

from wagtail_llm_actions.threads import built_once

if TYPE_CHECKING:
    from django.db import models
    from wagtail.models import AbstractPage


def permission_policy_for(model: type[models.Model]) -> Any:
    """Return the permission policy of a page, snippet or image model."""
    from wagtail import permissions  # noqa: PLC0415
    from wagtail.models import AbstractPage  # noqa: PLC0415

    if issubclass(model, AbstractPage):
        return permissions.page_permission_policy
    try:
        return permissions.policy_registry.get_by_type(model)
    except AttributeError:  # Wagtail < 8.0: the policy is the viewset's
        if is_image_model(model):
            from wagtail.images.permissions import permission_policy  # noqa: PLC0415

            return permission_policy
        return model.snippet_viewset.permission_policy  # type: ignore[attr-defined]


def is_image_model(model: object) -> bool:
    """Return whether this is a model of Wagtail's images, the site's own included."""
    if not isinstance(model, type) or not apps.is_installed("wagtail.images"):
        return False
    from wagtail.images.models import AbstractImage  # noqa: PLC0415

    return issubclass(model, AbstractImage)


def edit_handler_for(model: type[models.Model]) -> Any:
    """Return the top-level panel of the form that edits a page, snippet or image model.

    Raises:
        LookupError: The model is none of them.
    """
    from wagtail.models import AbstractPage  # noqa: PLC0415

    if issubclass(model, AbstractPage):
        return model.get_edit_handler()  # type: ignore[attr-defined]
    if is_image_model(model):
        return _image_edit_handler(model)
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


@built_once
def _image_edit_handler(model: type[models.Model]) -> Any:
    """Return a top-level panel whose form has the fields of Wagtail's own form of an image.

    A field that the form leaves out for a user has a panel that is not shown.
    """
    from wagtail.admin.panels import FieldPanel, ObjectList  # noqa: PLC0415, TID251 - forms are made of panels
    from wagtail.images.forms import get_image_form  # noqa: PLC0415 - the app may not be installed

    wagtail_form = get_image_form(model)

    class ImageForm(wagtail_form):  # type: ignore[misc,valid-type]
        formsets: dict[str, Any] = {}

        def __init__(self, *args: Any, for_user: Any, **kwargs: Any) -> None:
            super().__init__(*args, user=for_user, **kwargs)

        def defer_required_fields(self) -> None:
            pass

    class ImagePanels(ObjectList):  # type: ignore[misc]
        def get_form_class(self) -> type[ImageForm]:
            return ImageForm

    panels = [FieldPanel(name) for name in wagtail_form.base_fields]
    return ImagePanels(panels).bind_to_model(model)
