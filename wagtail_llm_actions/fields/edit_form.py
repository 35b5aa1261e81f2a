"""The fields of a model's edit form, in the order of its panels."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any

from django.forms import PasswordInput

from wagtail_llm_actions.compat import edit_handler_for

if TYPE_CHECKING:
    from collections.abc import Iterator

    from django import forms
    from django.db import models


LIBRARIES = {"builtins", "django", "laces", "modelcluster", "permissionedforms", "wagtail"}
"""What Wagtail's own forms and panels are made of."""


def form_class_of(handler: Any) -> Any:
    """Return the class of a form, by its top-level panel.

    Wagtail makes it anew for each request, which takes longer than to make and validate the form. It is
    kept where libraries alone decide what is in it: a panel or a field of the site may decide anew.
    """
    return _lasting_form_class(handler) or handler.get_form_class()


@lru_cache(maxsize=256)
def _lasting_form_class(handler: Any) -> Any:
    form_class = handler.get_form_class()
    forms = [form_class, *(formset.form for formset in form_class.formsets.values())]
    fields = (field for form in forms for field in _model_fields(form))
    panels = (type(panel) for panel in _panels(handler, with_rows=True))
    return form_class if all(_is_of_libraries(each) for each in (*fields, *panels)) else None


def _model_fields(form_class: Any) -> Iterator[type]:
    model = form_class._meta.model
    names = {field.name for field in model._meta.get_fields()} & form_class.base_fields.keys()
    yield from (type(model._meta.get_field(name)) for name in names)


def _is_of_libraries(each: type) -> bool:
    return each.__module__.partition(".")[0] in LIBRARIES | {"taggit", "wagtail_llm_actions"}


def form_labels(model: type[models.Model]) -> dict[str, str]:
    """Return the names of the fields and relations that the form can show, and their labels.

    Raises:
        LookupError: The model is neither a page nor a snippet model.
    """
    handler = edit_handler_for(model)
    form_fields = form_class_of(handler).base_fields
    labels = {}
    for panel, name in _named(handler):
        field_label = form_fields[name].label if name in form_fields else ""
        labels[name] = str(panel.heading or field_label or name)
    return labels


def shows_content(form_field: forms.Field) -> bool:
    """Return whether a form shows what a field holds; a password is not even there."""
    return not isinstance(form_field.widget, PasswordInput)


def shows_all_choices(model: type[models.Model]) -> bool:
    """Return whether the form shows everybody the same choices: no code of the site makes them fewer.

    Raises:
        LookupError: The model is neither a page nor a snippet model.
    """
    handler = edit_handler_for(model)
    form_class = form_class_of(handler)
    rows = [formset.form for formset in form_class.formsets.values()]
    form_classes = [base for each in (form_class, *rows) for base in each.__mro__]
    panels = {base for panel in _panels(handler, with_rows=True) for base in _classes(panel)}
    own = {each for each in form_classes if "__init__" in vars(each)} | panels
    return all(each.__module__.partition(".")[0] in LIBRARIES for each in own)


def _classes(panel: Any) -> Iterator[type]:
    yield from type(panel).__mro__
    yield from panel.BoundPanel.__mro__


def _panels(panel: Any, *, with_rows: bool = False) -> Iterator[Any]:
    yield panel
    if with_rows and hasattr(panel, "child_edit_handler"):
        yield from _panels(panel.child_edit_handler)
    for child in getattr(panel, "children", ()):
        yield from _panels(child, with_rows=with_rows)


def _named(handler: Any) -> Iterator[tuple[Any, str]]:
    for panel in _panels(handler):
        name = getattr(panel, "field_name", None) or getattr(panel, "relation_name", None)
        if name:
            yield panel, name
