"""Answers in JSON, for fields whose values are of a closed set or a list.

A provider with structured output is given the schema of an object with one member, since some take no
other schema. Elsewhere the answer is a text, which the field's adapter reads.
"""

from __future__ import annotations

import ast
import json
import re
from contextlib import suppress
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

MEMBER = "answer"
MAX_LITERAL_CHARS = 20_000
"""Of an answer that is read as Python: the parser takes many times as long as that of JSON."""
_LAST_COMMA = re.compile(r",(?=\s*[}\]])")


def object_schema(schema: Mapping[str, Any]) -> dict[str, Any]:
    """Return the JSON schema of an answer whose value has a schema."""
    return {
        "type": "object",
        "properties": {MEMBER: schema},
        "required": [MEMBER],
        "additionalProperties": False,
    }


def text_of(answer: str) -> str | None:
    """Return the value of an answer as text: a list has a line for each item, "yes" stands for true.

    It is ``None`` where the answer is not such an object, because the server did not keep to the schema.
    Models that are not held to it put one into a fence or a sentence, or write it as Python.
    """
    found = _parsed(answer)
    if found is None:
        inner = answer[answer.find("{") : answer.rfind("}") + 1]
        found = _parsed(_LAST_COMMA.sub("", inner)) or literal_value(inner)
    if not isinstance(found, dict) or found.keys() != {MEMBER}:
        return None
    return _text(found[MEMBER])


def _parsed(text: str) -> Any:
    """Return a value in JSON, also of one that is a text in JSON; ``None`` for anything else."""
    with suppress(ValueError, RecursionError):
        found = json.loads(text)
        return json.loads(found) if isinstance(found, str) else found
    return None


def literal_value(text: str) -> Any:
    """Return a value in Python's own form; ``None`` for anything else, and for what is very long."""
    if len(text) > MAX_LITERAL_CHARS:
        return None
    with suppress(ValueError, SyntaxError, TypeError, RecursionError, MemoryError):
        return ast.literal_eval(text)
    return None


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list) and not any(isinstance(item, (dict, list)) for item in value):
        return "\n".join(map(_text, value))
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
