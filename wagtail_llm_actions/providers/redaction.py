"""Make a provider's own messages fit for the admin and for logs."""

from __future__ import annotations

import json
import re
from base64 import b64encode
from urllib.parse import quote

MAX_CHARS = 500
MASK = "[redacted]"
MIN_SECRET_CHARS = 8
"""Shorter keys and values of headers are not looked for: they are words such as ``ollama``."""
PLACEHOLDERS = re.compile(
    r"(?:sk-)?(?:x+|\*+|none|null|empty|ollama|dummy|fake|test|unused|anything|placeholder|"
    r"(?:not?|no)[-_ ](?:api[-_ ])?(?:key[-_ ])?(?:needed|required|used|key|necessary)|lm[-_ ]?studio|"
    r"change[-_ ]?me|(?:your|my|some|any)[-_ ](?:api[-_ ])?key(?:[-_ ]here)?|local(?:host)?|password)",
    re.IGNORECASE,
)
"""Keys that stand for none; their words belong to messages."""

# OpenAI quotes a refused key with stars in its middle; h11 quotes headers as bytes literals. A word
# after "bearer" or "basic" is a credential only if it does not look like a word.
CREDENTIALS = re.compile(
    r"""
    \b authorization (?: ["'] \s* [:=] \s* ["']? | = ["']? ) (?: \w+ \s+ )? [^\s"',;}]+
    | \b authorization \s* : \s* (?: (?:bearer|basic|token|digest|api-?key) \s+ [^\s"',;}]+
                                  | (?= [^\s"',;}]* \d ) [^\s"',;}]+ )
    | \b (?: bearer | basic ) \s+ (?= [^\s"',;}]* [][\d\\_/+] | [^\s"',;}]{16} ) [^\s"',;}]+
    | \b (?: sk | pk | rk ) - [\w*.-]{6,}
    """,
    re.IGNORECASE | re.VERBOSE,
)


def is_secret(text: str) -> bool:
    """Return whether a key or a header's value is looked for in messages."""
    return len(text) >= MIN_SECRET_CHARS and not PLACEHOLDERS.fullmatch(text)


def redact(text: str, *secrets: str | None) -> str:
    """Return ``text`` on one line of at most 500 characters, with credentials masked.

    Args:
        text: A message from elsewhere.
        *secrets: Masked wherever they occur, also as a URL, JSON or Base64 writes them, beside
            everything that looks like a credential. Short ones and placeholders are left alone.
    """
    for secret in filter(None, secrets):
        if is_secret(secret):
            for form in _forms(secret):
                text = text.replace(form, MASK)
    text = " ".join(CREDENTIALS.sub(MASK, text).split())
    return text if len(text) <= MAX_CHARS else text[: MAX_CHARS - 1] + "…"


def _forms(secret: str) -> list[str]:
    """Return a secret as it may be written, the longest form first."""
    encoded = b64encode(secret.encode()).decode()
    forms = {secret, quote(secret, safe=""), quote(secret), json.dumps(secret)[1:-1], encoded}
    return sorted({*forms, encoded.rstrip("=")}, key=len, reverse=True)
