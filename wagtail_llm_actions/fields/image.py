"""The file of an image, on the edit form of images: it has no text, but models can be shown it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

from wagtail_llm_actions.compat import is_image_model
from wagtail_llm_actions.fields.base import FieldAdapter

if TYPE_CHECKING:
    from django.db import models


IMAGE = "image"
"""The last step of a path to an image itself, after a colon."""


def itself() -> str:
    """Return what such a step is called."""
    return _("the image itself")


class ImageFileAdapter(FieldAdapter):
    """The field ``file`` of an image model, which stands for the image itself."""

    def accepts(self, field: Any) -> bool:
        """Return whether ``field`` is the file of an image model."""
        return field.name == "file" and is_image_model(getattr(field, "model", None))

    def read(self, instance: models.Model, field: Any) -> str:
        """Return no text: the name of a file says nothing."""
        return ""

    def is_image(self, field: Any, part: str) -> bool:
        """Return ``True``: there is nothing else to send of it."""
        return True

    def image(
        self, instance: models.Model, field: Any, part: str, *, other: str = "", item_id: str = ""
    ) -> models.Model | None:
        """Return the image that the form edits."""
        return instance
