"""The fields that an edit form shows to a user: those of the bound panels that Wagtail renders.

Having a field in the form is not enough. A panel can be hidden by its own permission, by that of a
group or a tab around it, or by its ``is_shown``.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.contrib.auth.models import AnonymousUser
from django.test import RequestFactory

from wagtail_llm_actions.compat import edit_handler_for

if TYPE_CHECKING:
    from collections.abc import Iterator

    from django.db import models

logger = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True, slots=True)
class VisibleFields:
    """The names of the fields that a form shows to a user."""

    readable: frozenset[str]
    """Fields whose content the user sees; read-only ones too."""
    writable: frozenset[str]
    """Fields whose content the user can change."""


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
    for panel in _shown_panels(bound):
        names = set(_field_names(panel))
        if getattr(panel, "read_only", False):
            read_only |= names
        else:
            editable |= names & form.fields.keys()
    disabled = {name for name in editable if form.fields[name].disabled}
    return VisibleFields(
        readable=frozenset(editable | read_only), writable=frozenset(editable - disabled)
    )


def fields_shown_to_all(model: type[models.Model]) -> frozenset[str]:
    """Return the fields that the edit form of a model shows to every user who may open it."""
    shown = _fields_of_new(model, AnonymousUser())
    return shown.readable if shown else frozenset()


def fields_shown_to_any(model: type[models.Model]) -> VisibleFields:
    """Return the fields that the edit form of a model shows to a user with all permissions."""
    if shown := _fields_of_new(model, _Superuser()):
        return shown
    names = frozenset(edit_handler_for(model).get_form_class().base_fields)
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
        form = edit_handler.get_form_class()(instance=model(), for_user=user)
        return visible_fields(edit_handler, form, request)
    except Exception:
        logger.exception("The edit form of %s cannot be made without a user", model._meta.label)
        return None


def _shown_panels(bound: Any) -> Iterator[Any]:
    """Yield the shown panels of a form that are not groups; not those of inline forms."""
    if not bound.is_shown():
        return
    children = getattr(bound, "visible_children", getattr(bound, "children", None))
    if children is None:
        yield bound
        return
    for child in children:
        if child.form is bound.form:
            yield from _shown_panels(child)


def _field_names(bound: Any) -> list[str]:
    name = getattr(bound, "field_name", None)
    names: list[str] = [name] if name else bound.panel.get_form_options().get("fields", [])
    return names
