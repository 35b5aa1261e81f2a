"""Labels that several screens share."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.text import capfirst
from django.utils.translation import gettext as _
from wagtail.models import AbstractPage

from wagtail_llm_actions.compat import setting_models

if TYPE_CHECKING:
    from django.contrib.contenttypes.models import ContentType


def model_type_label(content_type: ContentType) -> str:
    """Return the name of a type and, in brackets, whether it is a page, a snippet or a setting."""
    model = content_type.model_class()
    if model is None:
        return str(content_type)
    name = capfirst(str(model._meta.verbose_name))
    if issubclass(model, AbstractPage):
        kind = _("page")
    elif hasattr(model, "snippet_viewset"):
        kind = _("snippet")
    elif model in setting_models():
        kind = _("setting")
    else:
        return name
    return f"{name} ({kind})"
