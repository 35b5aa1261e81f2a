"""Differences between the supported versions of Wagtail, and between its forms, in one place."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.urls import get_resolver

from wagtail_llm_actions.threads import built_once

if TYPE_CHECKING:
    from collections.abc import Iterable

    from django.contrib.contenttypes.models import ContentType
    from django.db import models
    from wagtail.models import AbstractPage

LIBRARIES = {"django", "wagtail", "wagtail_llm_actions"}
"""Their own viewsets are for users, sites, languages and budgets: for no content."""


def permission_policy_for(model: type[models.Model]) -> Any:
    """Return the permission policy of a model that the admin has an edit form for.

    Raises:
        LookupError: It has none.
    """
    from wagtail import permissions  # noqa: PLC0415

    try:
        return permissions.policy_registry.get_by_type(model)
    except AttributeError:  # Wagtail < 8.0
        return _former_policy(model)


def _former_policy(model: type[models.Model]) -> Any:
    """Return the policy where Wagtail has no registry of them."""
    from wagtail.models import AbstractPage  # noqa: PLC0415

    if issubclass(model, AbstractPage):
        from wagtail.permissions import page_permission_policy  # noqa: PLC0415

        return page_permission_policy
    if is_image_model(model):
        from wagtail.images import permissions  # noqa: PLC0415

        return permissions.permission_policy
    if is_document_model(model):
        from wagtail.documents import permissions  # noqa: PLC0415

        return permissions.permission_policy
    if model in setting_models():
        return model.get_permission_policy()  # type: ignore[attr-defined]
    return viewset_of(model).permission_policy


def page_model() -> type[AbstractPage]:
    """Return the base page model, which a site can swap since Wagtail 8.0."""
    try:
        import swapper  # noqa: PLC0415
    except ImportError:  # Wagtail < 8.0
        from wagtail.models import Page  # noqa: PLC0415

        return Page  # type: ignore[no-any-return]
    return swapper.load_model("wagtailcore", "Page")  # type: ignore[no-any-return]


def content_type_of(model: type[models.Model]) -> ContentType:
    """Return the type by which actions and runs name a model.

    A proxy has a form and permissions of its own, so that it has a type of its own; but Wagtail stores a
    page as what it is a proxy of.
    """
    from django.contrib.contenttypes.models import ContentType  # noqa: PLC0415
    from wagtail.models import AbstractPage  # noqa: PLC0415

    is_page = issubclass(model, AbstractPage)
    return ContentType.objects.get_for_model(model, for_concrete_model=is_page)


def content_types_of(models: Iterable[type[models.Model]]) -> dict[type[models.Model], ContentType]:
    """Return the types of several models, by two queries at most."""
    from django.contrib.contenttypes.models import ContentType  # noqa: PLC0415
    from wagtail.models import AbstractPage  # noqa: PLC0415

    models = list(models)
    pages = [model for model in models if issubclass(model, AbstractPage)]
    others = [model for model in models if not issubclass(model, AbstractPage)]
    types = {
        **ContentType.objects.get_for_models(*pages),
        **ContentType.objects.get_for_models(*others, for_concrete_models=False),
    }
    return {model: types[model] for model in models}


def latest_draft(instance: Any) -> Any:
    """Return the latest draft of an object with revisions, of the model that the object is of.

    Another proxy of the same table, or a subclass, may have saved it.
    """
    draft = instance.get_latest_revision_as_object()
    if type(draft) is type(instance):
        return draft
    return instance.with_content_json(instance.latest_revision.content)


def is_image_model(model: object) -> bool:
    """Return whether this is a model of Wagtail's images, the site's own included."""
    if not isinstance(model, type) or not apps.is_installed("wagtail.images"):
        return False
    from wagtail.images.models import AbstractImage  # noqa: PLC0415

    return issubclass(model, AbstractImage)


def is_document_model(model: type[models.Model]) -> bool:
    """Return whether this is a model of Wagtail's documents, the site's own included."""
    if not apps.is_installed("wagtail.documents"):
        return False
    from wagtail.documents.models import AbstractDocument  # noqa: PLC0415

    return issubclass(model, AbstractDocument)


def setting_models() -> list[type[models.Model]]:
    """Return the registered models of settings, of a site and of all sites."""
    if not apps.is_installed("wagtail.contrib.settings"):
        return []
    from wagtail.contrib.settings.registry import registry  # noqa: PLC0415

    return list(registry)


def model_viewsets() -> list[Any]:
    """Return the ``ModelViewSet`` objects that the site has registered, snippets aside."""
    from django.contrib.auth.base_user import AbstractBaseUser  # noqa: PLC0415
    from wagtail.admin.viewsets import viewsets  # noqa: PLC0415, TID251 - no other registry has them
    from wagtail.admin.viewsets.model import ModelViewSet  # noqa: PLC0415, TID251
    from wagtail.snippets.views.snippets import SnippetViewSet  # noqa: PLC0415

    # Wagtail registers them when the URLs of the admin are loaded, which a worker has not done yet.
    get_resolver().url_patterns  # noqa: B018
    return [
        viewset
        for viewset in viewsets.viewsets
        if isinstance(viewset, ModelViewSet)
        and not isinstance(viewset, SnippetViewSet)
        and not issubclass(viewset.model, AbstractBaseUser)
        and apps.get_app_config(viewset.model._meta.app_label).name.partition(".")[0]
        not in LIBRARIES
    ]


def viewset_of(model: type[models.Model]) -> Any:
    """Return the viewset of a snippet model, or the first ``ModelViewSet`` of another model.

    Raises:
        LookupError: It has none.
    """
    if viewset := getattr(model, "snippet_viewset", None):
        return viewset
    for viewset in model_viewsets():
        if viewset.model is model:
            return viewset
    raise LookupError(model)


def edit_handler_for(model: type[models.Model]) -> Any:
    """Return the top-level panel of the form that edits the objects of a model.

    Raises:
        LookupError: It is none of a page, a snippet, an image, a document, a setting or a model with
            a ``ModelViewSet``.
    """
    from wagtail.models import AbstractPage  # noqa: PLC0415

    if issubclass(model, AbstractPage):
        return model.get_edit_handler()  # type: ignore[attr-defined]
    if is_image_model(model) or is_document_model(model):
        return _file_edit_handler(model)
    if model in setting_models():
        from wagtail.contrib.settings.views import get_setting_edit_handler  # noqa: PLC0415

        return get_setting_edit_handler(model)
    return viewset_edit_handler(viewset_of(model))


def viewset_edit_handler(viewset: Any) -> Any:
    """Return the top-level panel of the form of a viewset's edit view."""
    from wagtail.admin.viewsets.model import ModelViewSet  # noqa: PLC0415, TID251

    # That of its views, which may be another one than the model's; `get_edit_handler` makes a new one.
    handler = viewset._edit_handler
    has_own_form = type(viewset).get_form_class is not ModelViewSet.get_form_class
    return handler if handler and not has_own_form else _own_edit_handler(viewset)


@built_once
def _own_edit_handler(viewset: Any) -> Any:
    """Return a top-level panel for a form that a viewset makes by itself, with or without panels."""
    form_class = viewset.get_form_class(for_update=True)
    handler = viewset._edit_handler
    return _with_form(viewset.model, form_class, [handler] if handler else None)


@built_once
def _file_edit_handler(model: type[models.Model]) -> Any:
    """Return a top-level panel for Wagtail's own form of an image or a document, which has none."""
    if is_image_model(model):
        from wagtail.images.forms import get_image_form as get_form  # noqa: PLC0415
    else:
        from wagtail.documents.forms import get_document_form as get_form  # noqa: PLC0415
    return _with_form(model, get_form(model))


def _with_form(model: type[models.Model], form_class: Any, panels: list[Any] | None = None) -> Any:
    """Return a top-level panel with this form; a field that it leaves out has a panel that is not shown."""
    from wagtail.admin.forms.collections import BaseCollectionMemberForm  # noqa: PLC0415, TID251
    from wagtail.admin.forms.models import WagtailAdminModelForm  # noqa: PLC0415, TID251
    from wagtail.admin.panels import FieldPanel, ObjectList  # noqa: PLC0415, TID251 - forms are made of panels

    class PlainForm(form_class):  # type: ignore[misc]
        """Has what Wagtail's forms of panels have."""

        formsets: dict[str, Any] = {}

        def __init__(self, *args: Any, for_user: Any, **kwargs: Any) -> None:
            if issubclass(form_class, BaseCollectionMemberForm):
                kwargs["user"] = for_user
            super().__init__(*args, **kwargs)

        def defer_required_fields(self) -> None:
            pass

    has_all = issubclass(form_class, WagtailAdminModelForm)

    class PanelsOfForm(ObjectList):  # type: ignore[misc]
        def get_form_class(self) -> Any:
            return form_class if has_all else PlainForm

    panels = panels or [FieldPanel(name) for name in form_class.base_fields]
    return PanelsOfForm(panels).bind_to_model(model)
