"""The variables of prompt templates. The template form and the docs take their list from here."""

from __future__ import annotations

import re
import unicodedata
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
        "The language that the action asks for, or else that of the page or snippet, in English, such as "
        "German. On a site with several "
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


_NAMES = r"(?:input|post_title|post_summary|page_title|fields_\w+)"
TAG = re.compile(rf"</?{_NAMES}\s*/?>", re.IGNORECASE)
"""A tag that delimits content."""
_CONTENT = re.compile(rf"<({_NAMES})>(.*?)</\1>", re.DOTALL)

_FORM = re.compile(
    rf"""< \s*+ / \s*+ {_NAMES} (?! [\w-] )
    | < {_NAMES} (?: \s++ [\w:-]++ )*+ \s*+ /? \s*+ >
    | < \s*+ {_NAMES} (?: \s++ [\w:-]++ \s*+ = [^>]*+ | \s*+ /? \s*+ ) >""",
    re.IGNORECASE | re.VERBOSE,
)
"""What a model may read as such a tag, in folded text; "1 < input and input > 0" is none.

Possessive, like the next one: content that is made for it must not take long.
"""
MAX_TAG_CHARS = 300
"""A tag is looked for in so many visible characters."""
_CANDIDATE = re.compile(r"[<\ufe64\uff1c][^<\ufe64\uff1c>\ufe65\uff1e]*+[>\ufe65\uff1e]?")
"""From "<" to ">", each also in its small and its full-width form."""
_INVISIBLE = frozenset({"Cc", "Cf", "Mn"})
"""Unicode's categories of controls, formatting characters and marks without a width of their own."""
_BLANK = "\u115f\u1160\u2800\u3164\uffa0"
"""Letters and a symbol that are invisible too: Hangul fillers, and Braille without dots."""


def content_in(prompt: str) -> list[str]:
    """Return the texts between the tags of a prompt."""
    return [found[2] for found in _CONTENT.finditer(prompt)]


def neutralize_tags(content: str) -> str:
    """Replace the "<" of delimiter tags in content, so that it cannot break out of its own.

    Tags with spaces, attributes, invisible characters or full-width letters are found too. All else
    stays as it is.
    """
    return _CANDIDATE.sub(_neutral, content)


def _neutral(candidate: re.Match[str]) -> str:
    text = candidate[0]
    return f"‹{text[1:]}" if _FORM.match(_folded(text)) else text  # noqa: RUF001 - looks like the tag


def _folded(text: str) -> str:
    """Return the beginning of a text, with ordinary letters for their compatibility forms."""
    visible = "".join(
        character
        for character in text
        if character.isspace()
        or (unicodedata.category(character) not in _INVISIBLE and character not in _BLANK)
    )
    return unicodedata.normalize("NFKC", " ".join(visible.split())[:MAX_TAG_CHARS])
