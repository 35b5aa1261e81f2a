"""The field adapter seam: reads a kind of model field as text, and names what writes it in a form.

An adapter has two sides. The Python side reads values on the server. The browser side, the writer,
is an ES module that finds such a field in Wagtail's edit form and puts an accepted text into it.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Any, ClassVar

from django.core.exceptions import FieldDoesNotExist
from django.db import models

from wagtail_llm_actions.answers.destination import Destination
from wagtail_llm_actions.fields.contract import Contract, help_text_of

if TYPE_CHECKING:
    from django import forms


class FieldAdapter(ABC):
    """One kind of model field."""

    kind: ClassVar[str]
    """The name of the kind, such as ``"text"``."""
    writer: ClassVar[str] = ""
    """The writer's path below ``STATIC_URL``. A field whose adapter has none can be the source of
    an action, but not its destination."""

    @property
    def is_destination(self) -> bool:
        """Whether actions can write such fields."""
        return bool(self.writer)

    @abstractmethod
    def accepts(self, field: models.Field[Any, Any]) -> bool:
        """Return whether ``field`` is of this kind."""

    @abstractmethod
    def read(self, value: object) -> str:
        """Return a field's value as plain text, without white space around it.

        Args:
            value: The attribute of the instance; for a relation, its manager.
        """

    def destination(self, field: models.Field[Any, Any]) -> Destination:
        """Return what a field takes: prompts say so, and answers are cleaned for it."""
        return Destination(
            max_length=getattr(field, "max_length", None), help_text=help_text_of(field)
        )

    def contract(self, field: models.Field[Any, Any]) -> Contract:
        """Return what answers are checked for: by default what ``destination`` says."""
        return Contract(destination=self.destination(field))

    def supports_widget(self, widget: forms.Widget) -> bool:
        """Return whether the writer can write into this widget; a form may have replaced it."""
        return True

    def takes_prose(self, field: models.Field[Any, Any], form_field: forms.Field) -> bool:
        """Return whether an action may be defined that writes the field, as its form has it.

        Some fields are of the kind, but want a format that no model keeps to: coordinates, a code.
        """
        return True


_adapters: list[FieldAdapter] = []


def register(adapter: FieldAdapter) -> None:
    """Add an adapter, usually in an ``AppConfig.ready()``.

    Of several adapters that accept a field, the one registered last is used.

    Raises:
        ValueError: Another adapter has the same kind, and another writer.
    """
    for other in _adapters:
        if other.kind == adapter.kind and other.writer != adapter.writer:
            msg = f"{adapter!r} has another writer than {other!r} for the kind {adapter.kind!r}."
            raise ValueError(msg)
    _adapters.insert(0, adapter)


def registered_adapters() -> list[FieldAdapter]:
    """Return all adapters, the one registered last first."""
    return list(_adapters)


def adapter_for(field: object) -> FieldAdapter | None:
    """Return the adapter of a field of a model's ``_meta``; ``None`` where none accepts it."""
    if not isinstance(field, models.Field):
        return None
    return next((adapter for adapter in _adapters if adapter.accepts(field)), None)


def adapter_at(model: type[models.Model], path: str) -> FieldAdapter | None:
    """Return the adapter of the field at ``path``; ``None`` where there is no such field or adapter.

    A path is the name of a field of the model.
    """
    try:
        return adapter_for(model._meta.get_field(path))
    except FieldDoesNotExist:
        return None


def destination_at(model: type[models.Model], path: str) -> Destination:
    """Return what the field at ``path`` takes; plain text where no adapter knows it."""
    return contract_at(model, path).destination


def contract_at(model: type[models.Model], path: str) -> Contract:
    """Return the contract of the field at ``path``; plain text where no adapter knows it."""
    adapter = adapter_at(model, path)
    if adapter is None:
        return Contract()
    return adapter.contract(model._meta.get_field(path))  # type: ignore[arg-type]


def read(instance: models.Model, path: str) -> str:
    """Return the text of the field at ``path`` of an instance, saved or not.

    Raises:
        LookupError: The model has no such field, no adapter reads it, or its adapter cannot.
    """
    adapter = adapter_at(type(instance), path)
    if adapter is None:
        raise LookupError(path)
    return adapter.read(getattr(instance, path))
