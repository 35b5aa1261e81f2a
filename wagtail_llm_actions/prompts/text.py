"""Text that every database and JSON parser accepts."""

from __future__ import annotations


def storable(text: str) -> str:
    """Remove what databases and JSON requests refuse: NUL, and unpaired surrogates."""
    return text.replace("\0", "").encode(errors="ignore").decode()
