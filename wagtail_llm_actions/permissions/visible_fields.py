"""The fields that an edit form shows to a user: those of the bound panels that Wagtail renders.

Having a field in the form is not enough. A panel can be hidden by its own permission, by that of a
group or a tab around it, or by its ``is_shown``.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, Any

from django.contrib.auth.models import AnonymousUser
from django.test import RequestFactory

from wagtail_llm_actions.compat import edit_handler_for, is_document_model, is_image_model
from wagtail_llm_actions.fields.edit_form import LIBRARIES, form_class_of, shows_content
from wagtail_llm_actions.fields.sources.properties import property_names

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator

    from django.db import models

logger = logging.getLogger(__name__)

OWN_FORMS = LIBRARIES | {"wagtail_llm_actions"}
"""With our form of images and documents, which asks for no permission either."""


@dataclass(frozen=True, kw_only=True, slots=True)
class VisibleFields:
    """The names of the fields that a form shows to a user."""

    readable: frozenset[str]
    """Fields whose content the user sees; read-only ones too."""
    writable: frozenset[str]
    """Fields whose content the user can change."""


class FieldAccess:
    """Tells whether a form shows fields to a user; makes the form only where that can differ.

    Args:
        edit_handler: The form's top-level panel, bound to its model.
        find: Makes the form, which takes several queries, and returns its fields.
    """

    def __init__(self, edit_handler: Any, find: Callable[[], VisibleFields]) -> None:
        self._edit_handler = edit_handler
        self._find = find

    def can_read(self, names: Collection[str]) -> bool:
        """Return whether all these fields are readable."""
        return self._for_all.issuperset(names) or self._found.readable.issuperset(names)

    def can_write(self, names: Collection[str]) -> bool:
        """Return whether all these fields are writable."""
        return self._for_all.issuperset(names) or self._found.writable.issuperset(names)

    @cached_property
    def _for_all(self) -> frozenset[str]:
        return unconditional_fields(self._edit_handler)

    @cached_property
    def _found(self) -> VisibleFields:
        return self._find()


@lru_cache(maxsize=256)
def unconditional_fields(edit_handler: Any) -> frozenset[str]:
    """Return the fields that a form lets everybody change who may open it, whatever the object.

    These are the fields of panels that need no permission, nor does any group around them. A form
    or a panel that has code of the site may hide any field, so that there are none.
    """
    panels = dict(_with_conditions(edit_handler))
    form_class = form_class_of(edit_handler)
    classes = [form_class, *map(type, panels), *(panel.BoundPanel for panel in panels)]
    modules = {base.__module__ for each in classes for base in each.__mro__}
    if not {module.partition(".")[0] for module in modules} <= OWN_FORMS:
        return frozenset()
    names = {
        getattr(panel, "field_name", "")
        for panel, has_condition in panels.items()
        if not has_condition
    }
    fields = form_class.base_fields
    enabled = {
        name
        for name in names & fields.keys()
        if not fields[name].disabled and shows_content(fields[name])
    }
    # The form of a file is a plain one without permissions; it hides the collection where one is all.
    conditional = getattr(form_class._meta, "field_permissions", ("collection",)) or ()
    return frozenset(enabled.difference(conditional))


def visible_fields(edit_handler: Any, form: Any, request: Any) -> VisibleFields:
    """Return the fields that Wagtail renders.

    Args:
        edit_handler: The form's top-level panel, bound to its model.
        form: Made for the user of ``request``. If it is bound, it should not be validated yet: a
            panel may be shown for some values of the instance only, which must not be those that
            the user has just sent.
        request: Given to the panels, which decide by it whether they are shown.
    """
    bound = edit_handler.get_bound_panel(instance=form.instance, request=request, form=form)
    # Wagtail appends the fields that a form class declares and no panel claims.
    unclaimed = set(form.fields) - set(form._meta.fields or ())
    read_only, editable = set(), unclaimed
    in_rows: set[str] = set()
    read_only.update(property_names(type(form.instance)))
    for panel in _shown_panels(bound):
        rows, changeable = _row_fields(panel)
        if rows:
            read_only |= rows
            in_rows |= changeable
            continue
        names = set(_field_names(panel))
        if getattr(panel, "read_only", False):
            read_only |= names
        else:
            editable |= names & form.fields.keys()
    disabled = {name for name in editable if form.fields[name].disabled}
    secret = {name for name in editable if not shows_content(form.fields[name])}
    return VisibleFields(
        readable=frozenset((editable - secret) | read_only),
        writable=frozenset((editable - disabled) | in_rows),
    )


def fields_shown_to_all(model: type[models.Model]) -> frozenset[str]:
    """Return the fields that the edit form of a model shows to every user who may open it."""
    if is_image_model(model) or is_document_model(model):
        # Wagtail makes the form for nobody who may not add files anywhere.
        return unconditional_fields(edit_handler_for(model))
    shown = _fields_of_new(model, AnonymousUser())
    return shown.readable if shown else frozenset()


def fields_shown_to_any(model: type[models.Model]) -> VisibleFields:
    """Return the fields that the edit form of a model shows to a user with all permissions."""
    if shown := _fields_of_new(model, _Superuser()):
        return shown
    form_fields = form_class_of(edit_handler_for(model)).base_fields
    names = frozenset(name for name, field in form_fields.items() if shows_content(field))
    return VisibleFields(readable=names, writable=names)


class _Superuser(AnonymousUser):
    is_active = is_staff = is_superuser = True  # type: ignore[assignment]

    def has_perm(self, perm: str, obj: Any = None) -> bool:
        """Return ``True``."""
        return True


def _fields_of_new(model: type[models.Model], user: AnonymousUser) -> VisibleFields | None:
    """Return the fields of the form of a new object; ``None`` where code of the site fails.

    Forms and panels of a site may want more of a user than its permissions, such as an address.
    """
    request = RequestFactory().get("/")
    request.user = user
    edit_handler = edit_handler_for(model)
    try:
        form = form_class_of(edit_handler)(instance=model(), for_user=user)
        return visible_fields(edit_handler, form, request)
    except Exception:
        logger.exception("The edit form of %s cannot be made without a user", model._meta.label)
        return None


def _with_conditions(panel: Any, *, around: bool = False) -> Iterator[tuple[Any, bool]]:
    """Yield the panels of a form, each with whether it, or a group around it, has a condition."""
    has_condition = around or bool(
        getattr(panel, "permission", None) or getattr(panel, "read_only", False)
    )
    yield panel, has_condition
    for child in getattr(panel, "children", ()):
        yield from _with_conditions(child, around=has_condition)


def _shown_panels(bound: Any) -> Iterator[Any]:
    """Yield the shown panels of a form that are not groups; not those of inline forms."""
    if not bound.is_shown():
        return
    children = getattr(bound, "visible_children", getattr(bound, "children", None))
    if children is None or hasattr(bound, "empty_child"):  # Inline rows are forms of their own.
        yield bound
        return
    for child in children:
        if child.form is bound.form:
            yield from _shown_panels(child)


def _row_fields(bound: Any) -> tuple[frozenset[str], frozenset[str]]:
    """Return the names of an inline panel and, after a dot, of the fields of all its rows.

    Those that can be changed come second. There are none for a panel that is none of rows.
    """
    relation = getattr(bound.panel, "relation_name", None)
    if relation is None:
        return frozenset(), frozenset()
    rows = [_names_in_row(row) for row in (bound.empty_child, *bound.children)]
    readable, writable = (
        {f"{relation}.{name}" for name in set.intersection(*names)}
        for names in zip(*rows, strict=True)
    )
    return frozenset({relation, *readable}), frozenset(writable)


def _names_in_row(row: Any) -> tuple[set[str], set[str]]:
    readable, writable = set(), set()
    for panel in _shown_panels(row):
        fields = row.form.fields
        names = {
            name
            for name in _field_names(panel)
            if name not in fields or shows_content(fields[name])
        }
        readable |= names
        if not getattr(panel, "read_only", False):
            writable |= names & fields.keys()
    return readable, {name for name in writable if not row.form.fields[name].disabled}


def _field_names(bound: Any) -> list[str]:
    name = getattr(bound, "field_name", None)
    names: list[str] = [name] if name else bound.panel.get_form_options().get("fields", [])
    return names
