"""Make a provider's own messages fit for the admin and for logs."""

from __future__ import annotations

import binascii
import html
import logging
import re
from base64 import urlsafe_b64decode
from contextlib import suppress
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

MAX_CHARS = 500
MASK = "[redacted]"
MIN_SECRET_CHARS = 8
"""Shorter keys and values of headers are not looked for: they are words such as ``ollama``."""
PIECE_CHARS = 8
"""So much of a key is a secret too, as servers quote its beginning or its end."""
PIECE_OF_WORDS_CHARS = 12
"""The same for a piece that could be a word, such as in ``gateway-secret-1``."""
MAX_READ_CHARS = 20_000
"""No more of a message is looked at."""
PLACEHOLDERS = re.compile(
    r"(?:sk-)?(?:x+|\*+|none|null|empty|ollama|dummy|fake|test|unused|anything|placeholder|"
    r"(?:not?|no)[-_ ](?:api[-_ ])?(?:key[-_ ])?(?:needed|required|used|key|necessary)|lm[-_ ]?studio|"
    r"change[-_ ]?me|(?:your|my|some|any)[-_ ](?:api[-_ ])?key(?:[-_ ]here)?|local(?:host)?|password)",
    re.IGNORECASE,
)
"""Keys that stand for none; their words belong to messages."""

# What follows a prefix that vendors' keys have, also with stars or dots in its middle, unless it is a word.
_REST = r"(?: (?= [\w*.…-]* [\d*…] ) [\w*.…-]{6,} | [A-Za-z0-9]{16,} )"
_QUOTED = r"""["']? \s* [:=,]\s* (?:[bru]?["'])?"""
_VALUE = r"""[^\s"',;}&)]+"""
# OpenAI quotes a refused key with stars in its middle; h11 quotes headers as bytes literals. A word
# after "bearer" or "basic" is a credential only if it does not look like a word.
CREDENTIALS = re.compile(
    rf"""
    \b authorization (?: ["'] \s* [:=,] \s* (?:[bru]?["'])? | = ["']? ) (?: \w+ \s+ )? [^\s"',;}}]+
    | \b authorization \s* : \s* (?: (?:bearer|basic|token|digest|api-?key) \s+ [^\s"',;}}]+
                                  | (?= [^\s"',;}}]* \d ) [^\s"',;}}]+ )
    | \b (?: bearer | basic ) \s+ (?= [^\s"',;}}]* [][\d\\_/+] | [^\s"',;}}]{{16}} ) [^\s"',;}}]+
    | \b (?: set- )? cookie2? {_QUOTED} [\w.$-]+ = [^"'\n]+
    | \b (?: x-(?:goog-)?api-key | x-(?:auth|access|csrf|amz-security)-token | ocp-apim-subscription-key
        | (?<! [-\w] ) api-key ) {_QUOTED} {_VALUE}
    | \b (?: [\w-]* (?: api_?key | access_?token | auth_?token | refresh_?token | id_?token
        | client_?secret | secret_?(?:access_?)?key | private_?key | password | passwd | pwd ) )
        (?: = ["']? {_VALUE} | ["'] \s* : \s* ["'] {_VALUE} | \s* : \s* (?= {_VALUE} ) (?= \S* \d ) \S{{6,}} )
    | (?<= [?&] ) (?: key | token | sig | signature | code | auth ) = {_VALUE}
    | \b (?: sk | pk | rk ) - [\w*.…-]{{6,}}
    | \b (?: (?:sk|pk|rk|whsec)_(?:live_|test_)? | gsk_ | hf_ | r8_ | fw_ | tgp_ | gh[opsur]_ | github_pat_
        | glpat- | npm_ | xai- | nvapi- | pplx- | csk- | key- | dop_v1_ | xox[a-z]- | SG\. ) {_REST}
    | \b (?: AIza | ya29\. | (?:AKIA|ASIA|ABIA)(?=[0-9A-Z*]) ) [\w*.…-]{{8,}}
    | \b eyJ [\w-]{{8,}} (?: \. [\w-]+ )+
    | -----BEGIN [A-Z ]*PRIVATE \s KEY-----.*? (?: -----END [A-Z ]*PRIVATE \s KEY----- | \Z )
    """,
    re.IGNORECASE | re.VERBOSE | re.DOTALL,
)
"""Shapes of credentials, whoever they belong to.

Source: the vendors' documentation of their keys, and GitHub's list of secret scanning patterns.
"""
_USER_INFO = re.compile(r"(?<=://)[^\s/?#\"'<>]+@")
_QUERY = re.compile(r"(?<=://)([^\s?\"'<>]+\?)[^\s\"'<>)\]}]+")
_ENCODED = re.compile(
    r"""%(?:25)*(?P<percent>[0-9a-f]{2}) | \\+(?:u00|x)(?P<escaped>[0-9a-f]{2})
    | \\+(?P<quoted>["'/\\]) | (?P<entity>&(?:\#x?[0-9a-f]+|[a-z]{2,6});) | .""",
    re.IGNORECASE | re.VERBOSE | re.DOTALL,
)
_WORDS = re.compile(r"[A-Z]?[a-z_-]+|[A-Z_-]+")
_BASE64 = re.compile(r"[A-Za-z0-9+/_-]{11,}={0,2}")


def is_secret(text: str) -> bool:
    """Return whether a key or a header's value is looked for in messages."""
    return len(text) >= MIN_SECRET_CHARS and not PLACEHOLDERS.fullmatch(text)


def redact(text: str, *secrets: str | None) -> str:
    """Return ``text`` on one line of at most 500 characters, with credentials masked.

    Args:
        text: A message from elsewhere.
        *secrets: Masked wherever they or large pieces of them occur, in capitals too, and also as a
            URL, JSON, HTML or Base64 writes them, beside everything that looks like a credential.
            Short ones and placeholders are left alone.
    """
    text = text[:MAX_READ_CHARS]
    pieces = {piece for secret in filter(None, secrets) for piece in _pieces(secret)}
    if pieces:
        text = _BASE64.sub(lambda run: MASK if _holds(run[0], pieces) else run[0], text)
        text = _mask(text, pieces)
    text = _QUERY.sub(rf"\1{MASK}", _USER_INFO.sub(f"{MASK}@", text))
    text = " ".join(CREDENTIALS.sub(MASK, text).split())
    return text if len(text) <= MAX_CHARS else text[: MAX_CHARS - 1] + "…"


def _pieces(secret: str) -> Iterator[str]:
    """Yield the texts, in lower case, of which each shows too much of a secret."""
    if not is_secret(secret):
        return
    yield secret.lower()
    for length in (PIECE_CHARS, PIECE_OF_WORDS_CHARS):
        for start in range(len(secret) - length + 1):
            piece = secret[start : start + length]
            if length == PIECE_OF_WORDS_CHARS or not _WORDS.fullmatch(piece):
                yield piece.lower()


def _holds(run: str, pieces: Iterable[str]) -> bool:
    """Return whether a piece is in the bytes that a run of Base64 stands for, wherever it begins."""
    run = run.rstrip("=").replace("+", "-").replace("/", "_")
    for start in range(4):
        part = run[start:]
        with suppress(binascii.Error):
            decoded = urlsafe_b64decode(part[: len(part) - (len(part) % 4 == 1)] + "==")
            if any(piece.encode() in decoded.lower() for piece in pieces):
                return True
    return False


def _mask(text: str, pieces: Iterable[str]) -> str:
    """Mask pieces as they are, or as a URL, JSON or HTML writes them."""
    found = [(_decoded(match), match.start(), match.end()) for match in _ENCODED.finditer(text)]
    plain = "".join(character for character, _start, _end in found)
    places = sorted(
        (match.start(), match.start() + len(piece))
        for piece in pieces
        for match in re.finditer(f"(?={re.escape(piece)})", plain)
    )
    masked, done, end = "", 0, -1
    for first, after in places:
        if first > end:
            masked += text[done : found[first][1]] + MASK
        end = max(end, after)
        done = found[end - 1][2]
    return masked + text[done:]


def _decoded(match: re.Match[str]) -> str:
    """Return the one character, in lower case, that something encoded stands for."""
    if code := match["percent"] or match["escaped"]:
        return chr(int(code, 16)).lower()
    if entity := match["entity"]:
        return html.unescape(entity)[:1].lower()
    return (match["quoted"] or match[0]).lower()[:1]


class _WithoutQuery(logging.Filter):
    """Takes the queries of addresses, which may hold keys, out of what an HTTP library logs."""

    def __init__(self) -> None:
        super().__init__()
        self.hosts: set[str] = set()

    def filter(self, record: logging.LogRecord) -> bool:
        if isinstance(record.args, tuple):
            record.args = tuple(map(self._without_query, record.args))
        return True

    def _without_query(self, value: object) -> object:
        parts = urlsplit(str(value)) if "?" in str(value) else None
        if parts is None or parts.hostname not in self.hosts:
            return value
        return parts._replace(query="").geturl()


_filter = _WithoutQuery()


def hide_queries(base_url: str, logger: str) -> None:
    """Keep the queries of requests to a server out of what a logger of a client library writes."""
    _filter.hosts.add(urlsplit(base_url).hostname or "")
    logging.getLogger(logger).addFilter(_filter)
