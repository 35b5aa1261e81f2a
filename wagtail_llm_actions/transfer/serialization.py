"""The JSON text of an export, read as what it is: a file from anywhere."""

from __future__ import annotations

import json
from typing import Any, NoReturn

from django.utils.translation import gettext as _

MAX_BYTES = 1_000_000


class ImportRefused(Exception):
    """An import that does not take place; its text is a sentence for people."""


def write_setup(setup: dict[str, Any]) -> str:
    """Write an export so that people and version control can read it."""
    return json.dumps(setup, indent=2, ensure_ascii=False) + "\n"


def read_setup(content: bytes | str) -> Any:
    """Read JSON, whatever it says.

    Raises:
        ImportRefused: It is too large, or no JSON in UTF-8.
    """
    try:
        raw = content if isinstance(content, bytes) else content.encode()
        if len(raw) > MAX_BYTES:
            raise ImportRefused(_("The file is larger than 1 MB."))
        data = json.loads(raw.decode("utf-8-sig"), parse_constant=_refuse)
        # Half of a surrogate pair is JSON, but no text that could be stored or shown.
        json.dumps(data, ensure_ascii=False).encode()
    except (ValueError, RecursionError):
        raise ImportRefused(_("The file is not JSON in UTF-8.")) from None
    return data


def _refuse(constant: str) -> NoReturn:
    raise ValueError(constant)
