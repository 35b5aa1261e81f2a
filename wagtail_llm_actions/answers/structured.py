"""Answers in JSON, for fields whose values are of a closed set or a list.

A provider with structured output is given the schema of an object with one member, since some take no
other schema. Elsewhere the answer is a text, which the field's adapter reads.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

MEMBER = "answer"


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
    """
    try:
        found = json.loads(answer)
    except (ValueError, RecursionError):
        return None
    if not isinstance(found, dict) or found.keys() != {MEMBER}:
        return None
    return _text(found[MEMBER])


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list) and not any(isinstance(item, (dict, list)) for item in value):
        return "\n".join(map(_text, value))
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
