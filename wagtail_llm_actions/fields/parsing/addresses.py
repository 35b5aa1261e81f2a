"""Text in a format that software reads: slugs, email addresses, URLs."""

from __future__ import annotations

import re
import unicodedata

from django import forms
from django.conf import settings
from django.utils.text import slugify
from wagtail.coreutils import string_to_ascii

from wagtail_llm_actions.fields.parsing.base import format_of, raw_value

_LINK = re.compile(r"\[[^\[\]]*\]\(\s*<?([^\s<>()]+(?:\([^\s<>()]*\)[^\s<>()]*)*)>?\s*\)")
"""A link in Markdown."""
_LABEL = re.compile(r"\A(?:[A-Za-z-]+ ?){1,3}: +(?=\S+\Z)")
"""What some models put before an address; what follows is one word."""
_AROUND = " \t\n*`\"'“”<>"


def _address(text: str) -> str:
    """Return an address without what Markdown and sentences put around it."""
    bare = _LABEL.sub("", text.strip()).rstrip(".,;").strip(_AROUND)
    link = _LINK.fullmatch(bare)
    return link[1] if link else bare.rstrip(".,;")


@raw_value.register(forms.URLField)
def _url(form_field: forms.URLField, text: str) -> str:
    return _address(text)


@raw_value.register(forms.EmailField)
def _email(form_field: forms.EmailField, text: str) -> str:
    return _address(text).removeprefix("mailto:")


@raw_value.register(forms.SlugField)
def _slug(form_field: forms.SlugField, text: str) -> str:
    """Return a slug as Wagtail makes it of what a person types; of a path its last part."""
    slug = _address(text).rstrip("/").rpartition("/")[2]
    is_unicode = form_field.allow_unicode and getattr(settings, "WAGTAIL_ALLOW_UNICODE_SLUGS", True)
    if re.fullmatch(r"[\w-]+" if is_unicode else r"[a-zA-Z0-9_-]+", slug):
        return slug
    # Latin letters are written out, as "ß" and "ł" would be dropped; so are words whose vowels are marks.
    has_marks = any(
        unicodedata.category(each)[0] == "M" for each in unicodedata.normalize("NFKC", slug)
    )
    return slugify(
        slug if is_unicode and not has_marks else string_to_ascii(slug), allow_unicode=is_unicode
    )


@format_of.register(forms.URLField)
def _format_of_url(form_field: forms.URLField) -> str:
    return "a URL that begins with https://"


@format_of.register(forms.EmailField)
def _format_of_email(form_field: forms.EmailField) -> str:
    return "an email address"


@format_of.register(forms.SlugField)
def _format_of_slug(form_field: forms.SlugField) -> str:
    limit = f" of at most {form_field.max_length} characters" if form_field.max_length else ""
    return f"a slug{limit}: words in lower case, joined by hyphens"
