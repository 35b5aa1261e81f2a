"""The fields of a page or snippet type that an action can read and write."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.contrib.contenttypes.models import ContentType
from django.utils.translation import gettext as _
from wagtail.admin.panels import FieldPanel
from wagtail.models import AbstractPage

from wagtail_llm_actions.compat import edit_handler_for, permission_policy_for
from wagtail_llm_actions.configuration.target_models import target_models
from wagtail_llm_actions.fields import adapter_at

if TYPE_CHECKING:
    from collections.abc import Iterator

    from django.db import models
    from wagtail.admin.panels import Panel

    from wagtail_llm_actions.permissions import User

Choice = tuple[str, str]
MAX_SNIPPETS = 50
"""Of the choice to test with; older ones are tested by typing."""


@dataclass(frozen=True, kw_only=True, slots=True)
class ModelFields:
    """Possible destinations and sources, as path and label, in the order of the edit form."""

    destinations: list[Choice]
    sources: list[Choice]
    problem: str = ""
    """Why no action can be defined for the type; empty where one can."""


def model_fields(model: type[models.Model]) -> ModelFields:
    """Return the text fields of the edit form of a model."""
    handler = edit_handler_for(model)
    form_fields = handler.get_form_class().base_fields
    destinations, sources = [], []
    for panel in _field_panels(handler):
        name = panel.field_name
        adapter = adapter_at(model, name)
        if adapter is None or name not in form_fields:
            continue
        choice = (name, str(panel.heading or form_fields[name].label or name))
        sources.append(choice)
        form_field = form_fields[name]
        if (
            adapter.is_destination
            and adapter.supports_widget(form_field.widget)
            and adapter.takes_prose(model._meta.get_field(name), form_field)  # type: ignore[arg-type]
        ):
            destinations.append(choice)
    counts = Counter(label for _name, label in sources)
    return ModelFields(
        destinations=_distinct(destinations, counts),
        sources=_distinct(sources, counts),
        problem="" if destinations else _problem(has_sources=bool(sources)),
    )


def type_fields(content_type_id: str) -> ModelFields:
    """Return the fields of a page or snippet type; none for the primary key of any other type."""
    types = ContentType.objects.get_for_models(*target_models())
    for model, content_type in types.items():
        if str(content_type.pk) == content_type_id:
            return model_fields(model)
    return ModelFields(destinations=[], sources=[])


def snippet_choices(user: User, content_type_id: str) -> list[Choice]:
    """Return the newest snippets of a type that the user may edit; none for any other type."""
    types = ContentType.objects.get_for_models(*target_models())
    for model, content_type in types.items():
        if str(content_type.pk) == content_type_id and not issubclass(model, AbstractPage):
            policy = permission_policy_for(model)
            newest = policy.instances_user_has_permission_for(user, "change").order_by("-pk")
            return [(str(snippet.pk), str(snippet)) for snippet in newest[:MAX_SNIPPETS]]
    return []


def _distinct(choices: list[Choice], counts: Counter[str]) -> list[Choice]:
    """Add its name to the label of a field that other fields have too."""
    return [(name, f"{label} ({name})" if counts[label] > 1 else label) for name, label in choices]


def _problem(*, has_sources: bool) -> str:
    if not has_sources:
        return _("The form of this type has no text field.")
    return _(
        "This type has no field that an action could write. Actions write plain text: not rich text, "
        "and no field whose validators want a format, such as coordinates or an email address."
    )


def _field_panels(panel: Panel) -> Iterator[FieldPanel]:
    if isinstance(panel, FieldPanel):
        yield panel
    for child in getattr(panel, "children", ()):
        yield from _field_panels(child)
