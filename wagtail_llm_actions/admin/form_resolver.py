"""Resolve an edit form of Wagtail's admin from its URL, and read its unsaved values.

The browser sends the form's ``action`` URL. It is matched by Wagtail's URL names, because the page
views of Wagtail 8.0 do not expose their class.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, unquote, urlsplit

from django.contrib.admin.utils import unquote as unquote_key
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import FileField
from django.http import Http404
from django.shortcuts import get_object_or_404
from django.urls import Resolver404, get_script_prefix, resolve
from wagtail.contrib.settings.models import BaseSiteSetting
from wagtail.documents import get_document_model
from wagtail.images import get_image_model
from wagtail.models import AbstractPage, Locale, Revision, RevisionMixin, TranslatableMixin
from wagtail.snippets.models import get_snippet_models

from wagtail_llm_actions.compat import (
    edit_handler_for,
    latest_draft,
    model_viewsets,
    page_model,
    setting_models,
    viewset_edit_handler,
)
from wagtail_llm_actions.database.prepared_query import (
    Parameter,
    PreparedQuery,
    object_with_key,
)
from wagtail_llm_actions.errors import PermissionDeniedError
from wagtail_llm_actions.fields import form_field_at, form_names
from wagtail_llm_actions.fields.edit_form import form_class_of
from wagtail_llm_actions.fields.unsaved import defer_required_fields, set_unsaved_values
from wagtail_llm_actions.permissions.visible_fields import FieldAccess, visible_fields

if TYPE_CHECKING:
    from collections.abc import Callable

    from django import forms
    from django.db import models
    from django.http import HttpRequest, QueryDict
    from django.urls import ResolverMatch

    from wagtail_llm_actions.permissions.visible_fields import VisibleFields


class UnknownEditorForm(LookupError):
    """The URL is not that of a form on which actions can be offered."""


@dataclass(frozen=True, kw_only=True, slots=True)
class EditorForm:
    """The edit form of an object, or the create form of a page or snippet."""

    instance: models.Model
    """The latest draft of the object, or a new, unsaved object."""
    parent: AbstractPage | None
    """The parent of a new page; ``None`` for everything else."""
    edit_handler: Any
    """The top-level panel of the form, bound to the model."""
    parent_page: AbstractPage | None = None
    """The parent of a page that has one, where it is known."""

    def fields(self, request: HttpRequest) -> VisibleFields:
        """Return the fields that the form shows to the user of a request."""
        return visible_fields(self.edit_handler, self._form(request), request)

    def access(self, request: HttpRequest) -> FieldAccess:
        """Return what tells of single fields whether the form shows them to the user."""
        return FieldAccess(self.edit_handler, lambda: self.fields(request))

    def form_field(self, request: HttpRequest, path: str) -> forms.Field:
        """Return the form field of a destination that the form lets the user of a request change.

        Raises:
            PermissionDeniedError: It does not show the field, or not to be changed.
        """
        form = self._form(request)
        if not form_names(path) <= visible_fields(self.edit_handler, form, request).writable:
            raise PermissionDeniedError
        return form_field_at(form, type(self.instance), path)

    def has_new_file(self, request: HttpRequest, name: str) -> bool:
        """Return whether a file was chosen for a field and is not saved; the browser sends its name."""
        # By the model: Wagtail makes the class of a form anew each time.
        files = (field.name for field in self.instance._meta.fields if isinstance(field, FileField))
        return name in files and bool(request.POST.get(name))

    def bind(self, request: HttpRequest) -> VisibleFields:
        """Set the submitted values on the instance, valid or not, without saving it.

        Returns:
            The fields that the form shows to the user of the request.
        """
        form = self._form(request, request.POST)
        defer_required_fields(form)
        with transaction.atomic():
            # Panels and validation run code of the site, which could write to the database.
            shown = visible_fields(self.edit_handler, form, request)
            form.is_valid()
            transaction.set_rollback(True)
        set_unsaved_values(form)
        return shown

    def _form(self, request: HttpRequest, data: QueryDict | None = None) -> Any:
        extra = {}
        if isinstance(self.instance, AbstractPage):
            extra["parent_page"] = self.parent or self.parent_page or self.instance.get_parent()
        form_class = form_class_of(self.edit_handler)
        return form_class(data, instance=self.instance, for_user=request.user, **extra)


def editor_form_of(instance: models.Model) -> EditorForm:
    """Return the edit form of an object; for an unsaved page without its parent.

    Raises:
        LookupError: The admin has no edit form for its model.
    """
    edit_handler = edit_handler_for(type(instance))
    return EditorForm(instance=instance, parent=None, edit_handler=edit_handler)


def resolve_editor_form(form_action: str) -> EditorForm:
    """Return the form behind the ``action`` attribute of an edit form.

    Raises:
        UnknownEditorForm: No actions can be offered on such a form.
        Http404: The object does not exist any more.
    """
    try:
        url = urlsplit(form_action)
        path = unquote(url.path)
        match = resolve("/" + path.removeprefix(get_script_prefix()).lstrip("/"))
    except (Resolver404, ValueError):
        raise UnknownEditorForm(form_action) from None
    locale = parse_qs(url.query).get("locale", [""])[0]
    if match.view_name == "wagtailadmin_pages:edit":
        return _page_edit(match.kwargs["page_id"])
    if match.view_name == "wagtailadmin_pages:add":
        return _page_add(**match.kwargs)
    if find := _BY_VIEW_NAME.get(match.view_name):
        return editor_form_of(find(**match.kwargs))
    return _snippet_form(match, locale) or _viewset_form(match)


def _snippet_form(match: ResolverMatch, locale: str) -> EditorForm | None:
    model: Any = _initkwargs(match).get("model")
    if model not in get_snippet_models() or "panel" not in _initkwargs(match):
        return None
    if match.url_name == "edit":
        return _edit_form(match, edit_handler_for(model), model)
    return _snippet_add(match, locale) if match.url_name == "add" else None


def _viewset_form(match: ResolverMatch) -> EditorForm:
    """Return the edit form of a ``ModelViewSet``; its create form runs no hook that could keep the texts."""
    for viewset in model_viewsets():
        if viewset.get_url_name("edit") == match.view_name:
            return _edit_form(match, viewset_edit_handler(viewset), viewset.model)
    raise UnknownEditorForm(match.view_name)


def saved_object_form(model: type[models.Model], pk: str) -> EditorForm:
    """Return the edit form of a saved object that is no page.

    Raises:
        Http404: It does not exist.
        LookupError: The admin has no edit form for its model.
    """
    return editor_form_of(_saved(model, pk))


def _saved(model: type[models.Model], pk: str) -> Any:
    """Return the object with a primary key; of a snippet the latest draft.

    Raises:
        Http404: It does not exist.
    """
    try:
        instance: Any = get_object_or_404(model, pk=pk)
    except (ValueError, ValidationError):  # Not for a primary key of this type.
        raise Http404(pk) from None
    has_drafts = model in get_snippet_models() and isinstance(instance, RevisionMixin)
    return latest_draft(instance) if has_drafts else instance


def _image(*, image_id: int) -> Any:
    return get_object_or_404(get_image_model(), pk=image_id)


def _document(*, document_id: int) -> Any:
    return get_object_or_404(get_document_model(), pk=document_id)


def _setting(*, app_name: str, model_name: str, pk: int | None = None) -> models.Model:
    """Return a setting: that of the site with this primary key, where each site has one."""
    for model in setting_models():
        if (model._meta.app_label, model._meta.model_name) == (app_name, model_name):
            key = "site__pk" if issubclass(model, BaseSiteSetting) else "pk"
            return get_object_or_404(model, **{key: pk})
    raise UnknownEditorForm(model_name)


_BY_VIEW_NAME: dict[str, Callable[..., models.Model]] = {
    "wagtailimages:edit": _image,
    "wagtaildocs:edit": _document,
    "wagtailsettings:edit": _setting,
}
"""What finds the object of a form, by its view."""


def _initkwargs(match: ResolverMatch) -> dict[str, Any]:
    return getattr(match.func, "view_initkwargs", {})


def _page_edit(page_id: int) -> EditorForm:
    page = _page(page_id)
    if page.has_unpublished_changes and (
        revision := object_with_key(Revision.objects, page.latest_revision_id)
    ):
        page.latest_revision = revision
        # Or the draft would be put on the page as it is read once more.
        revision.content_object = page
    draft = page.get_latest_revision_as_object()
    return EditorForm(
        instance=draft,
        parent=None,
        # Read for the draft's address.
        parent_page=page.get_parent() if draft is not page else None,
        edit_handler=page.get_edit_handler(),
    )


def _page(page_id: int) -> Any:
    """Return a page as its own type.

    Raises:
        Http404: There is none.
    """
    for (type_id,) in _PAGE_TYPE.rows(page_id=page_id):
        # As `Page.specific` does.
        model = ContentType.objects.get_for_id(type_id).model_class() or page_model()
        if page := object_with_key(model._default_manager, page_id):
            return page
    raise Http404(page_id)


_PAGE_TYPE = PreparedQuery(
    lambda: (
        page_model()
        ._base_manager.filter(pk=Parameter("page_id", page_model()._meta.pk))
        .order_by()
        .values_list("content_type_id")
    )
)


def _page_add(
    *, content_type_app_name: str, content_type_model_name: str, parent_page_id: int
) -> EditorForm:
    content_type = get_object_or_404(
        ContentType, app_label=content_type_app_name, model=content_type_model_name
    )
    model: Any = content_type.model_class()
    if model is None or not issubclass(model, AbstractPage):
        raise UnknownEditorForm(content_type_model_name)
    parent = get_object_or_404(page_model(), pk=parent_page_id).specific
    if model not in parent.creatable_subpage_models() or not model.can_create_at(parent):
        raise UnknownEditorForm(content_type_model_name)
    page: Any = model(locale=parent.locale, depth=parent.depth + 1)
    # Validation needs a path in the tree; the page is never saved.
    # The number of children that a tree counts can be wrong.
    last = parent.get_last_child()
    page.path = last._inc_path() if last else page._get_path(parent.path, page.depth, 1)
    return EditorForm(instance=page, parent=parent, edit_handler=page.get_edit_handler())


def _edit_form(match: ResolverMatch, edit_handler: Any, model: type[models.Model]) -> EditorForm:
    instance = _saved(model, unquote_key(str(match.kwargs["pk"])))
    return EditorForm(instance=instance, parent=None, edit_handler=edit_handler)


def _snippet_add(match: ResolverMatch, language_code: str) -> EditorForm:
    instance = _initkwargs(match)["model"]()
    if isinstance(instance, TranslatableMixin):
        locale = Locale.objects.filter(language_code=language_code).first()
        instance.locale = locale or Locale.get_default()
    return EditorForm(instance=instance, parent=None, edit_handler=edit_handler_for(type(instance)))
