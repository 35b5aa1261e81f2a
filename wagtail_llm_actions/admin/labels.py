"""Labels that several screens share."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.text import capfirst
from django.utils.translation import gettext as _
from wagtail.models import AbstractPage

from wagtail_llm_actions.compat import is_image_model

if TYPE_CHECKING:
    from django.contrib.contenttypes.models import ContentType


def model_type_label(content_type: ContentType) -> str:
    """Return the name of a type and, but for images, whether it is a page or a snippet."""
    model = content_type.model_class()
    if model is None:
        return str(content_type)
    if is_image_model(model):
        return capfirst(str(model._meta.verbose_name))
    kind = _("page") if issubclass(model, AbstractPage) else _("snippet")
    return f"{capfirst(str(model._meta.verbose_name))} ({kind})"
