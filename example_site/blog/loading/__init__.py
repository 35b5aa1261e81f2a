"""Fill an empty database: content, users and starter actions. Each part leaves existing rows alone."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

CONTENT_DIR = Path(__file__).resolve().parent.parent / "content"


def read_content(name: str) -> dict[str, Any]:
    """Return one file of the content folder, its texts without the file's own line breaks."""
    return tomllib.loads((CONTENT_DIR / f"{name}.toml").read_text(encoding="utf-8"))


def flow(text: str) -> str:
    """Return a text that the content file breaks into lines as one line."""
    return " ".join(text.split())
