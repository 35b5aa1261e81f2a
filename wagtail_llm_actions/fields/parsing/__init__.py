"""From the text of an answer to the value of a form field, and back to what its control holds.

A parser for each class of form field, of model fields and of blocks alike. Each takes what models
write for a value, and nothing that stands for two values.
"""

from __future__ import annotations

from wagtail_llm_actions.fields.parsing import addresses, booleans, choices, dates, numbers
from wagtail_llm_actions.fields.parsing.base import (
    Value,
    can_write,
    format_of,
    parse,
    schema_of,
    takes_several,
    vocabulary_of,
)

__all__ = [
    "Value",
    "addresses",
    "booleans",
    "can_write",
    "choices",
    "dates",
    "format_of",
    "numbers",
    "parse",
    "schema_of",
    "takes_several",
    "vocabulary_of",
]
