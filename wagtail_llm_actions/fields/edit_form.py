"""The fields of a model's edit form, in the order of its panels."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from wagtail_llm_actions.compat import edit_handler_for

if TYPE_CHECKING:
    from collections.abc import Iterator

    from django.db import models


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


def _named(panel: Any) -> Iterator[tuple[Any, str]]:
    name = getattr(panel, "field_name", None) or getattr(panel, "relation_name", None)
    if name:
        yield panel, name
    for child in getattr(panel, "children", ()):
        yield from _named(child)
