"""Make a provider's own messages fit for the admin and for logs."""

from __future__ import annotations

import re

MAX_CHARS = 500
MASK = "[redacted]"
MIN_SECRET_CHARS = 8
"""Shorter values of headers are not looked for: they are words such as ``gzip`` or ``beta``."""

# OpenAI quotes a refused key with stars in its middle; h11 quotes headers as bytes literals.
CREDENTIALS = re.compile(
    r"""
    (?: \b authorization \b ["']? \s* [:=] \s* ["']? (?: \w+ \s+ )? | \b (?: bearer | basic ) \s+ )
      [^\s"',;}]+
    | \b (?: sk | pk | rk ) - [\w*.-]{6,}
    """,
    re.IGNORECASE | re.VERBOSE,
)


def redact(text: str, *secrets: str | None) -> str:
    """Return ``text`` on one line of at most 500 characters, with credentials masked.

    Args:
        text: A message from elsewhere.
        *secrets: Masked wherever they occur, beside everything that looks like a credential.
    """
    for secret in filter(None, secrets):
        text = text.replace(secret, MASK)
    text = " ".join(CREDENTIALS.sub(MASK, text).split())
    return text if len(text) <= MAX_CHARS else text[: MAX_CHARS - 1] + "…"
