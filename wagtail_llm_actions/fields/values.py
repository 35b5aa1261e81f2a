"""Python values as text, for fields, blocks and properties alike."""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from functools import singledispatch
from itertools import islice
from types import NoneType
from typing import Any

from django.db import models
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from wagtail.blocks import StreamValue
from wagtail.models import AbstractPage
from wagtail.rich_text import RichText

from wagtail_llm_actions.fields.markup.markdown import to_markdown

MAX_ITEMS = 1_000
"""Of a relation or another series; what comes after them is left out."""


@singledispatch
def value_text(value: Any) -> str:
    """Return a value as a person would write it: dates in the form of ISO 8601, objects by title.

    Raises:
        LookupError: It is HTML with too many tags.
    """
    # Not registered: a lazy text, or a model of a site, can be iterable too, and is none of this.
    if isinstance(value, Iterable):
        return series(map(value_text, islice(value, MAX_ITEMS)))
    return str(value).strip()


value_text.register(str, str.strip)
value_text.register(Promise, lambda value: str(value).strip())
value_text.register(NoneType, lambda _value: "")
value_text.register(bool, lambda value: _("Yes") if value else _("No"))
value_text.register(datetime.date, datetime.date.isoformat)
value_text.register(datetime.time, lambda value: value.isoformat("minutes"))
value_text.register(SafeString, lambda value: to_markdown(str(value)))
value_text.register(RichText, lambda value: to_markdown(value.source))
value_text.register(StreamValue, lambda value: to_markdown(value.render_as_block()))
value_text.register(models.Manager, lambda value: value_text(value.all()))
value_text.register(models.QuerySet, lambda value: series(map(value_text, value[:MAX_ITEMS])))


@value_text.register
def _moment(value: datetime.datetime) -> str:
    local = timezone.localtime(value) if timezone.is_aware(value) else value
    return local.strftime("%Y-%m-%d %H:%M")


@value_text.register
def title_of(value: models.Model) -> str:
    """Return the title of a page, the alt text of an image, or what any other object calls itself.

    An image that a block marks as decorative has no text.
    """
    if getattr(value, "decorative", False):
        return ""
    if isinstance(value, AbstractPage):
        return str(value.title)
    alt_text = getattr(value, "contextual_alt_text", None) or getattr(
        value, "default_alt_text", None
    )
    return str(alt_text or value).strip()


def series(texts: Iterable[str]) -> str:
    """Return texts one after the other; those that are empty are left out."""
    return ", ".join(filter(None, texts))
