"""Properties and methods of a model as sources, where the site names them in its settings."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

from wagtail_llm_actions.conf import InvalidSettings, get_settings
from wagtail_llm_actions.fields.values import value_text

if TYPE_CHECKING:
    from django.db import models

logger = logging.getLogger(__name__)


def property_names(model: type[models.Model]) -> list[str]:
    """Return the names in ``SOURCE_PROPERTIES``; a field is a field, whatever the settings say."""
    fields = {field.name for field in model._meta.get_fields()}
    try:
        names = get_settings().source_properties.get(model._meta.label, ())
    except InvalidSettings:
        return []  # Checks and screens say what is wrong with them.
    return [name for name in names if name not in fields]


def read_property(instance: models.Model, name: str) -> str:
    """Return what a property, or a method without arguments, returns, as text.

    Raises:
        LookupError: It failed, which is logged.
    """
    try:
        value: Any = getattr(instance, name)
        return value_text(value() if callable(value) else value)
    except Exception as error:
        # Code of the site, which may expect an object that is saved.
        logger.exception("%s of %s cannot be read", name, instance._meta.label)
        raise LookupError(name) from error
