"""Relations to other objects, read by their titles: foreign keys and many-to-many fields."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.core.exceptions import ObjectDoesNotExist
from django.db import models

from wagtail_llm_actions.compat import is_image_model
from wagtail_llm_actions.fields.image import IMAGE, itself
from wagtail_llm_actions.fields.scalar import ValueAdapter
from wagtail_llm_actions.fields.values import MAX_ITEMS, series, value_text

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence


class ForeignKeyAdapter(ValueAdapter):
    """A page, image, document, snippet or other object that a chooser or a list chose.

    Only what is chosen from a list can be written.
    """

    names_objects = True

    def accepts(self, field: Any) -> bool:
        """Return whether ``field`` is a foreign key."""
        return isinstance(field, models.ForeignKey)

    def read(self, instance: models.Model, field: Any) -> str:
        """Return the title of the object."""
        try:
            return value_text(getattr(instance, field.name))
        except ObjectDoesNotExist:
            return ""

    def parts(self, field: Any) -> Mapping[str, str]:
        """Return the image itself, of a field that chooses one."""
        return {IMAGE: itself()} if is_image_model(field.related_model) else {}

    def read_parts(
        self,
        instance: models.Model,
        field: Any,
        parts: Collection[str],
        *,
        with_references: bool = False,
    ) -> str:
        """Return what the whole field reads as: an image has no other text."""
        return self.read(instance, field)

    def is_image(self, field: Any, part: str) -> bool:
        """Return whether the image itself is meant, not its alt text."""
        return part == IMAGE

    def image(
        self, instance: models.Model, field: Any, part: str, *, other: str = "", item_id: str = ""
    ) -> models.Model | None:
        """Return the chosen image."""
        try:
            return getattr(instance, field.name)  # type: ignore[no-any-return]
        except ObjectDoesNotExist:
            return None


class ManyToManyAdapter(ValueAdapter):
    """Several objects, such as categories."""

    names_objects = True

    def accepts(self, field: Any) -> bool:
        """Return whether ``field`` is a many-to-many field."""
        return isinstance(field, models.ManyToManyField)

    def read(self, instance: models.Model, field: Any) -> str:
        """Return the titles of the objects."""
        return series(map(value_text, related(instance, field.name)))


def related(instance: models.Model, name: str) -> Sequence[Any]:
    """Return the objects at the other end of a relation, by one query at most.

    Those of an unsaved form are in Django's cache of prefetched objects; see ``set_related``.
    """
    cached = getattr(instance, "_prefetched_objects_cache", {}).get(name)
    if cached is not None:
        return list(cached[:MAX_ITEMS])
    try:
        return list(getattr(instance, name).all()[:MAX_ITEMS])
    except ValueError:  # An object without a primary key has no relations in the database.
        return []


def set_related(instance: Any, name: str, objects: Sequence[Any]) -> None:
    """Let ``related`` return these objects; nothing is written to the database."""
    if not hasattr(instance, "_prefetched_objects_cache"):
        instance._prefetched_objects_cache = {}
    instance._prefetched_objects_cache[name] = list(objects)
