"""The variables that templates may use; the template form and the docs list them from here."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, TypeAlias

from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from collections.abc import Mapping

    from django.utils.functional import Promise

Values: TypeAlias = "Mapping[str, str | int | None]"
"""From a variable, such as ``input`` or ``page.title``, to plain data; never a model instance."""

DESCRIPTIONS: dict[str, Promise] = {
    "input": _("The content of the source field."),
    "post_title": _("The title of the page, or the name of the snippet."),
    "post_summary": _("The summary of the page, where it has one; otherwise empty."),
    "page.title": _("The title of the page, or the name of the snippet."),
    "page.url": _("The address of the page; empty for snippets and for pages not saved yet."),
    "page.language": _("The language of the page or snippet, in English, such as German."),
    "site.name": _("The name of the site."),
    "language": _(
        "The language of the page or snippet, in English, such as German. Where a template does not "
        "use it, the answer is asked for in this language."
    ),
    "instruction": _("What the editor typed for this run; mostly empty."),
    "max_length": _("How many characters the destination field takes; none without a limit."),
}

FIELDS = "fields"
"""``fields.intro`` is another field of the form, as text."""

CONTENT = frozenset({"input", "post_title", "post_summary", "page.title"})
"""Written by people for readers, not for the model; so are all ``fields``."""


def is_variable(name: str) -> bool:
    """Return whether a template may use this name; which fields there are, the form knows."""
    return name in DESCRIPTIONS or (name.startswith(f"{FIELDS}.") and name[len(FIELDS) + 1] != "_")


def is_content(name: str) -> bool:
    """Return whether a variable holds content, which is delimited in the prompt."""
    return name in CONTENT or name.startswith(f"{FIELDS}.")


def tag(name: str) -> str:
    """Return the tag that stands around a content variable."""
    return name.replace(".", "_")


_TAG = re.compile(
    r"<(?=/?(?:input|post_title|post_summary|page_title|fields_\w+)\s*>)", re.IGNORECASE
)


def without_tags(content: str) -> str:
    """Take the power from tags in content, so that it cannot end its own delimiters."""
    return _TAG.sub("‹", content)  # noqa: RUF001 - looks like the tag that it was
