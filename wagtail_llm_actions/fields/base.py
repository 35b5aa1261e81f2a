"""The field adapter seam: reads a kind of model field as text, and names what writes it in a form.

An adapter has two sides. The Python side reads values on the server. The browser side, the writer,
is an ES module that finds such a field in Wagtail's edit form and puts an accepted text into it.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Any, ClassVar, TypeAlias

from django.db import models

from wagtail_llm_actions.answers.destination import Destination
from wagtail_llm_actions.fields.contract import Contract, help_text_of
from wagtail_llm_actions.threads import built_once

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from django import forms
    from django.utils.functional import Promise

ModelField: TypeAlias = "models.Field[Any, Any] | models.ForeignObjectRel"
"""What ``_meta.get_field()`` returns: a field, or the other side of a relation, such as inline rows."""


class FieldAdapter(ABC):
    """One kind of model field."""

    writer: ClassVar[str] = ""
    """The writer's path below ``STATIC_URL``. A field whose adapter has none can be the source of
    an action, but not its destination."""
    image_writer: ClassVar[str] = ""
    """The writer where an action reads an image, and may find that it needs no text; empty where that
    makes no difference."""
    is_prose: ClassVar[bool] = True
    """Whether answers are texts to be read, and not values such as a date."""
    names_objects: ClassVar[bool] = False
    """Whether the vocabulary of a field is made of objects, of which a form may show only some."""
    variants: ClassVar[Mapping[str, FieldAdapter]] = {}
    """Adapters that write such a field in another way, by what stands for them in place of a part."""
    label: ClassVar[str | Promise] = ""
    """What a variant writes; stands behind the label of the field."""
    reads_own_field: ClassVar[bool] = False
    """Whether answers name what they change, so that an action has to read the field that it writes, by
    ``read_parts`` of this adapter."""
    separator: ClassVar[str] = ":"
    """Between the name of a field and one of its ``parts`` in a path."""

    @property
    def is_destination(self) -> bool:
        """Whether actions can write such fields."""
        return bool(self.writer)

    @property
    def is_converted(self) -> bool:
        """Whether the server makes the value of an accepted text, by ``to_form_value``.

        Else the writer puts the text itself into the field.
        """
        return type(self).to_form_value is not FieldAdapter.to_form_value

    @abstractmethod
    def accepts(self, field: Any) -> bool:
        """Return whether ``field``, as ``_meta.get_field()`` returns it, is of this kind."""

    @abstractmethod
    def read(self, instance: models.Model, field: Any) -> str:
        """Return the field of an instance, saved or not, as text without white space around it.

        Structured text is Markdown.

        Raises:
            LookupError: It cannot be read.
        """

    def parts(self, field: Any) -> Mapping[str, str]:
        """Return what can be read of the field by itself: paths below it, and their labels."""
        return {}

    def read_parts(
        self,
        instance: models.Model,
        field: Any,
        parts: Collection[str],
        *,
        with_references: bool = False,
    ) -> str:
        """Return only these parts of the field, or what ``read_with_references`` would of them.

        Raises:
            LookupError: The field has no such part, or cannot be read.
        """
        raise LookupError(next(iter(parts), ""))

    def read_beside(
        self,
        instance: models.Model,
        field: Any,
        part: str,
        *,
        other: str,
        item_id: str,
        with_references: bool = False,
    ) -> str:
        """Return a part of the field as an action reads it that writes one item of another part.

        That is the part of the same block or row.

        Raises:
            LookupError: As above, or the field has no such item.
        """
        return self.read_parts(instance, field, [part], with_references=with_references)

    def part_field(self, field: Any, part: str) -> ModelField | None:
        """Return a field, of a model or of none, that takes what a part takes; its adapter writes it.

        ``None`` where it cannot be written.
        """
        return None

    def part_form_field(self, form: Any, field: Any, part: str) -> forms.Field:
        """Return the field by which a form, or its class, edits a part; only where it can be written."""
        raise NotImplementedError

    def item_object(self, instance: models.Model, field: Any, part: str, item_id: str) -> Any:
        """Return the object that has one of the values of a part in its ``part_field``.

        Args:
            instance: With the values of the form.
            field: The field around it.
            part: What can be written of it.
            item_id: Of several in the form the one with this id: of a block, or of a row.

        Raises:
            LookupError: There is none.
        """
        raise LookupError(item_id)

    def is_image(self, field: Any, part: str) -> bool:
        """Return whether the field, or a part of it, is an image: the image itself is sent."""
        return False

    def image(
        self, instance: models.Model, field: Any, part: str, *, other: str = "", item_id: str = ""
    ) -> models.Model | None:
        """Return the image that is sent, where ``is_image``; ``None`` where none is chosen.

        For an action that writes one item of another part, this is that of the same block or row.
        """
        return None

    def read_with_references(self, instance: models.Model, field: Any) -> str:
        """Return the text for an action whose destination can hold the same references.

        Where a kind has links or images, they get targets that ``to_form_value`` knows again.
        """
        return self.read(instance, field)

    def to_form_value(
        self,
        text: str,
        form_field: forms.Field,
        *,
        current: str,
        mode: str,
        targets: Collection[str],
    ) -> tuple[str, str]:
        """Return what the writer puts into the form, where that is more than the text.

        A kind that has this method is converted.

        Args:
            text: What the editor accepts, not to be trusted.
            form_field: As the user's form has it, with its widget.
            current: What the form field holds, as the writer reads it.
            mode: ``replace``, ``append`` or ``prepend``.
            targets: The references and addresses that the model was given.

        Returns:
            The value of the whole field, and HTML of the text alone, to be shown for review.

        Raises:
            ValidationError: The text stands for no value of the field.
            LookupError: No value can be made of the text.
        """
        raise NotImplementedError

    def destination(self, field: Any) -> Destination:
        """Return what a field takes: prompts say so, and answers are cleaned for it."""
        return Destination(
            max_length=getattr(field, "max_length", None), help_text=help_text_of(field)
        )

    def contract(self, field: Any) -> Contract:
        """Return what answers are checked for: by default what ``destination`` says."""
        return Contract(destination=self.destination(field))

    def compared(self, answer: str, held: str) -> tuple[str, str]:
        """Return an answer, and the text of its field after a save, as they are compared."""
        return answer, held

    def supports_widget(self, widget: forms.Widget) -> bool:
        """Return whether the writer can write into this widget; a form may have replaced it."""
        return True

    def takes_prose(self, field: Any, form_field: forms.Field) -> bool:
        """Return whether an action may be defined that writes the field, as its form has it.

        Some fields are of the kind, but want a format that no model keeps to: coordinates, a code.
        """
        return True


_adapters: list[FieldAdapter] = []


def register(adapter: FieldAdapter) -> None:
    """Add an adapter, usually in an ``AppConfig.ready()``.

    Of several adapters that accept a field, the one registered last is used.
    """
    _adapters.insert(0, adapter)
    adapter_for.cache_clear()


def registered_adapters() -> list[FieldAdapter]:
    """Return all adapters, the one registered last first."""
    return list(_adapters)


@built_once
def adapter_for(field: object) -> FieldAdapter | None:
    """Return the adapter of a field of a model's ``_meta``; ``None`` where none accepts it."""
    if not isinstance(field, (models.Field, models.ForeignObjectRel)):
        return None
    return next((adapter for adapter in _adapters if adapter.accepts(field)), None)
