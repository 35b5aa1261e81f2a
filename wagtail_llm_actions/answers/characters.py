"""Characters that are no part of a text, and those that are in it without being seen."""

from __future__ import annotations

import re
import unicodedata

# Unicode's property Default_Ignorable_Code_Point (DerivedCoreProperties.txt), which Python's
# unicodedata does not have. JavaScript knows it as \p{Default_Ignorable_Code_Point}.
_IGNORABLE = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e"
    "\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufff8"
    "\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff]"
)
_LINE_ENDS = re.compile("\r\n|[\r\v\f\x85\u2028\u2029]")
_CONTROLS = re.compile(
    "(?:\x1b\\[|\x9b)[0-9;?]*[A-Za-z]|\x1b\\][^\x07\x1b\n]{0,200}(?:\x07|\x1b\\\\)"
    "|\ue200[^\ue200-\ue202\n]{0,200}(?:\ue202[^\ue200-\ue202\n]{0,200})*\ue201"
    "|[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\ufdd0-\ufdef\ufffe\uffff]"
)
"""Escape sequences of terminals, markers of citations, control characters and noncharacters."""
# Written out, as by a template or a tokenizer that escapes twice; in JSON they are as they should be.
_WRITTEN_LINE_ENDS = re.compile(r"<0x0A>|(?:\\r)?\\n(?:\\r)?\\n|(?:\\r)?\\n\s*\Z|\A(?:\\r)?\\n")
_SURROGATES = re.compile("[\ud800-\udfff]+")
# Embeddings, overrides and isolates of the bidirectional algorithm (Unicode Standard Annex 9). Marks
# such as LRM, which change the direction of nothing but neighbouring punctuation, are not among them.
_DIRECTION = re.compile("[\u202a-\u202e\u2066-\u2069]")
# Blank, but not white space for Python: a filler, and the empty Braille pattern.
_BLANKS = re.compile("[\u2800\u3164\uffa0\u115f\u1160]")

_TURKISH = {0x0307: None, ord("ı"): "i"}
"""The dot that "İ" has in lower case, and the letter that lacks it: both are "I" in upper case."""

_HAS_RAISED = re.compile(r"[0-9+\-−=() ]+")
_RAISED = str.maketrans("0123456789+-−=()", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻⁼⁽⁾")
_LOWERED = str.maketrans("0123456789+-−=()", "₀₁₂₃₄₅₆₇₈₉₊₋₋₌₍₎")


def visible(text: str) -> str:
    """Return a text without its default-ignorable code points.

    Providers put such marks into their texts, and some scripts and emoji need them. They stay in
    the field, but do not count as length and make no two texts differ.
    """
    return text if text.isascii() else _IGNORABLE.sub("", text)


def direction_controls(text: str) -> list[str]:
    """Return what turns the direction of reading in a text, each once, such as ``U+202E``."""
    return sorted({_code(match) for match in _DIRECTION.finditer(text)})


def show_direction_controls(text: str) -> str:
    """Return a text with the names of such characters, such as ``[U+202E]``, in their places."""
    return _DIRECTION.sub(lambda match: f"[{_code(match)}]", text)


def _code(match: re.Match[str]) -> str:
    return f"U+{ord(match[0]):04X}"


def raised(text: str) -> str:
    """Return a text above the line, as characters that are: "10⁶" is not "106". Letters stay as they are."""
    return text.translate(_RAISED) if _HAS_RAISED.fullmatch(text) else text


def lowered(text: str) -> str:
    """Return the same below the line: "H₂O"."""
    return text.translate(_LOWERED) if _HAS_RAISED.fullmatch(text) else text


def caseless(text: str) -> str:
    """Return a text for caseless matching, with NFKC; the dotted and the dotless I of Turkish are one letter."""
    return unicodedata.normalize("NFKC", text).casefold().translate(_TURKISH)


def is_invisible(text: str) -> bool:
    """Return whether a reader sees nothing of a text."""
    return not _BLANKS.sub("", visible(text)).strip()


def normalize(text: str) -> str:
    """Return a text whose only control characters are line feeds and tabs.

    The other line ends of Unicode become line feeds, the two halves of a character are joined, and
    what no database or parser accepts is left out.
    """
    text = _LINE_ENDS.sub("\n", join_surrogates(text).removeprefix("\ufeff"))
    if not text.startswith(("{", "[")):
        text = _WRITTEN_LINE_ENDS.sub(lambda found: "\n" * max(1, found[0].count("n")), text)
    return _CONTROLS.sub("", text)


def join_surrogates(text: str) -> str:
    """Join surrogate pairs, which JSON may carry as two characters; drop halves without another."""
    return _SURROGATES.sub(
        lambda match: match[0].encode("utf-16", "surrogatepass").decode("utf-16", "ignore"), text
    )
