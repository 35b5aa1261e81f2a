"""Markers of reasoning and special tokens, as far as they have arrived."""

from __future__ import annotations

import re

from wagtail_llm_actions.answers.reasoning_forms import FORMS, PHRASES

LONGEST_MARKER = 100
"""Characters; above the length of every closing and every header of a turn."""
UNDECIDED_CHARS = 40
"""As long as an answer is that short, it may still become reasoning that is not marked by a token."""
_TOKEN_FORMS = [form for form in FORMS if form.is_token]
OPENING = re.compile("|".join(f"(?:{form.opening.pattern})" for form in _TOKEN_FORMS))
# What may become a marker with the next piece.
UNFINISHED = re.compile(
    r"(?:\\?<[|｜/<]?(?:[A-Za-z_/|｜][^<>\n]{0,98})?|<<SYS>|<0(?:x0{0,2})?|<SPECIAL_11>\s*[A-Za-z]{0,9}|<role>[A-Z]{0,12}(?:<[/a-z]{0,5})?"
    r"|<details>\s*(?:<[a-z]{0,8}(?:>[^<>\n]{0,80}(?:<[/a-z]{0,8})?)?)?|\[[/|]?[A-Za-z_ ]{0,18}\|?|\[e~?|\](?:~(?:b(?:\]a?)?)?|<(?:\][a-z ]{0,12}(?:\[>?)?)?)?"
    r"|/(?:n(?:o(?:_[a-z]{0,5})?)?)?|\\|◁[^◁▷\n]{0,10}"
    r"|&(?:l(?:t(?:;[^&<>\n]{0,60}(?:&(?:gt?)?)?)?)?)?|a(?:s(?:s(?:i(?:s(?:t(?:a(?:n(?:t(?:f(?:i(?:n(?:a(?:l)?)?)?)?)?)?)?)?)?)?)?)?)?"
    r")$"
)


def may_be_reasoning(text: str) -> bool:
    """Return whether the beginning of an answer is that of a form of reasoning which is no token."""
    head = text[:UNDECIDED_CHARS].lower().replace("’", "'")
    is_short = len(text) < UNDECIDED_CHARS
    return any(
        phrase.startswith(head) or (is_short and head.startswith(phrase)) for phrase in PHRASES
    )


def look_ahead(marker: str) -> int:
    """Return how many characters are needed to tell a marker from a longer one, or from a mention."""
    is_header = marker.startswith(
        (
            "<|",
            "<start_of_turn",
            "<unused",
            "<ctrl",
            "<SPECIAL",
            "<extra_id",
            "<assistant",
            "<beginning",
        )
    )
    return LONGEST_MARKER if is_header else len(marker) + 2
