"""The variables of prompt templates. The template form and the docs take their list from here."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, TypeAlias

from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from collections.abc import Mapping

    from django.utils.functional import Promise

Values: TypeAlias = "Mapping[str, str | int | None]"
"""Maps a variable, such as ``input`` or ``page.title``, to plain data; never to a model instance."""

DESCRIPTIONS: dict[str, Promise] = {
    "input": _("The content of the source field."),
    "post_title": _("The title of the page, or the name of the snippet."),
    "post_summary": _("The summary of the page, where it has one; otherwise empty."),
    "page.title": _("The title of the page, or the name of the snippet."),
    "page.url": _("The address of the page; empty for snippets and for pages not saved yet."),
    "page.language": _("The language of the page or snippet, in English, such as German."),
    "site.name": _("The name of the site."),
    "language": _(
        "The language of the page or snippet, in English, such as German. On a site with several "
        "languages, a template that does not use it asks for an answer in this language."
    ),
    "instruction": _("What the editor typed for this run; mostly empty."),
    "max_length": _("How many characters the destination field takes; empty without a limit."),
}

FIELDS = "fields"
"""``fields.intro`` is another field of the form, as text."""

CONTENT = frozenset({"input", "post_title", "post_summary", "page.title"})
"""Variables that hold text written for readers, not for the model; so do all ``fields``."""

LANGUAGE_VARIABLES = frozenset({"language", "page.language"})
"""A template that uses one of them says itself which language it wants."""


def is_variable(name: str) -> bool:
    """Return whether the name can be a variable. Whether a model has the field is checked later."""
    return name in DESCRIPTIONS or (name.startswith(f"{FIELDS}.") and name[len(FIELDS) + 1] != "_")


def is_content(name: str) -> bool:
    """Return whether a variable holds content, which gets delimiters in the prompt."""
    return name in CONTENT or name.startswith(f"{FIELDS}.")


def tag(name: str) -> str:
    """Return the name of the tag that delimits a content variable."""
    return name.replace(".", "_")


_KEEPS_LANGUAGE = re.compile(
    r"\b(?:its|own|same|original|source) language\b|\blanguage of the (?:text|source|original|input)\b",
    re.IGNORECASE,
)


def keeps_language(*texts: str) -> bool:
    """Return whether a template says, in English, that the answer is in the source's language."""
    return any(_KEEPS_LANGUAGE.search(text) for text in texts)


TAG = re.compile(r"</?(?:input|post_title|post_summary|page_title|fields_\w+)\s*>", re.IGNORECASE)
"""A tag that delimits content."""


def neutralize_tags(content: str) -> str:
    """Replace the "<" of delimiter tags in content, so that it cannot break out of its own."""
    return TAG.sub(lambda match: f"‹{match[0][1:]}", content)  # noqa: RUF001 - still looks like the original tag
