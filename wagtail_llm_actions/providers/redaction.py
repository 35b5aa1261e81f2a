"""Make a provider's own words fit for the admin and for logs."""

from __future__ import annotations

import re

MAX_CHARS = 500
MASK = "[redacted]"

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
    """Return ``text`` on one line, without ``secrets`` and what looks like one, at most 500 long."""
    for secret in filter(None, secrets):
        text = text.replace(secret, MASK)
    text = " ".join(CREDENTIALS.sub(MASK, text).split())
    return text if len(text) <= MAX_CHARS else text[: MAX_CHARS - 1] + "…"
