"""The items of a list, however a model writes it: as lines, with commas, or as JSON."""

from __future__ import annotations

import csv
import json
import re
from contextlib import suppress
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

MAX_ITEMS = 500
_MARKER = re.compile(r"\s*(?:[-*•–]|\(?\d{1,3}[.)])\s+")
_LISTS = re.compile(r'\[\s*"[^\[\]]*"\s*\]')
"""A list of texts in JSON, within a sentence or below one."""
_COMMAS = str.maketrans("，、،；;", ",,,,,")


def lines(text: str) -> list[str]:
    """Return the lines of a list without their markers, or the items of one in JSON.

    Of what is longer, or is nested deeper, than any list, the beginning.
    """
    for written in (text, *_LISTS.findall(text)[:1]):
        with suppress(ValueError, RecursionError):
            return list(_items(json.loads(written)))[:MAX_ITEMS]
    found = (_MARKER.sub("", line, count=1).strip() for line in text.splitlines()[:MAX_ITEMS])
    return list(filter(None, found))


def split(line: str) -> list[str]:
    """Return the items of a line with commas or semicolons; quotation marks hold one together."""
    try:
        row = next(csv.reader([line.translate(_COMMAS)], skipinitialspace=True), [])
    except csv.Error:
        row = line.translate(_COMMAS).split(",")
    return list(filter(None, (item.strip() for item in row[:MAX_ITEMS])))


def _items(value: Any) -> Iterator[str]:
    """Yield the texts of a list in JSON, or of the only list that an object has."""
    if isinstance(value, dict):
        inner = [each for each in value.values() if isinstance(each, list)]
        value = inner[0] if len(inner) == 1 else list(value.values())
    elif not isinstance(value, list):
        # A number or a word that happens to be JSON.
        raise ValueError  # noqa: TRY004
    for each in value:
        item = next(iter(each.values()), "") if isinstance(each, dict) else each
        if isinstance(item, (str, int, float)) and str(item).strip():
            yield str(item).strip()
