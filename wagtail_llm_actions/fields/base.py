"""The field adapter seam and its register."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any, ClassVar

from django.core.exceptions import FieldDoesNotExist
from django.db import models


class FieldAdapter(ABC):
    """Knows one kind of model field."""

    is_destination: ClassVar[bool]
    """Whether the editor's widget can write a text into such a field."""

    @abstractmethod
    def accepts(self, field: models.Field[Any, Any]) -> bool:
        """Whether this adapter is the one for ``field``."""

    @abstractmethod
    def read(self, value: object) -> str:
        """Return the field's value as plain text, without white space around it."""


_adapters: list[FieldAdapter] = []


def register(adapter: FieldAdapter) -> None:
    """Add an adapter; a later one wins over an earlier one that accepts the same field."""
    _adapters.insert(0, adapter)


def adapter_for(field: object) -> FieldAdapter | None:
    """Return the adapter of what a model's ``_meta`` calls a field; ``None`` where it is no text."""
    if not isinstance(field, models.Field):
        return None
    return next((adapter for adapter in _adapters if adapter.accepts(field)), None)


def read(instance: models.Model, path: str) -> str:
    """Return the text of one field of an instance, saved or not.

    Raises:
        LookupError: The model has no such field, or no adapter reads it.
    """
    try:
        field = instance._meta.get_field(path)
    except FieldDoesNotExist:
        raise LookupError(path) from None
    adapter = adapter_for(field)
    if adapter is None:
        raise LookupError(path)
    return adapter.read(getattr(instance, path))
