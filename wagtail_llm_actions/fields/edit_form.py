"""The fields of a model's edit form, in the order of its panels."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from wagtail_llm_actions.compat import edit_handler_for

if TYPE_CHECKING:
    from collections.abc import Iterator

    from django.db import models


LIBRARIES = {"builtins", "django", "laces", "modelcluster", "permissionedforms", "wagtail"}
"""What Wagtail's own forms and panels are made of."""


def form_labels(model: type[models.Model]) -> dict[str, str]:
    """Return the names of the fields and relations that the form can show, and their labels.

    Raises:
        LookupError: The model is neither a page nor a snippet model.
    """
    handler = edit_handler_for(model)
    form_fields = handler.get_form_class().base_fields
    labels = {}
    for panel, name in _named(handler):
        field_label = form_fields[name].label if name in form_fields else ""
        labels[name] = str(panel.heading or field_label or name)
    return labels


def shows_all_choices(model: type[models.Model]) -> bool:
    """Return whether the form shows everybody the same choices: no code of the site makes them fewer.

    Raises:
        LookupError: The model is neither a page nor a snippet model.
    """
    handler = edit_handler_for(model)
    form_class = handler.get_form_class()
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
