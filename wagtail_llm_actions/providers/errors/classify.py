"""Say what an error means, by its codes, its words and its HTTP status.

``classify`` asks in this order: codes that mean one thing only, words, codes that are used for
several things (``rate_limit_exceeded`` also stands for the limit of a day), the HTTP status, and
last the types of error that say less than a status. Within a step the first row decides.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from wagtail_llm_actions.errors import (
    AuthenticationFailed,
    ContentFiltered,
    ContextExceeded,
    DailyLimitReached,
    ModelNotFound,
    ModelUnavailable,
    OutOfCredit,
    Overloaded,
    ProviderTimeout,
    RateLimited,
    RegionNotSupported,
    RequestRejected,
)
from wagtail_llm_actions.providers.errors.table import ROWS, plain

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from wagtail_llm_actions.providers.errors.table import ErrorClass

STATUSES: Mapping[int, ErrorClass] = {
    401: AuthenticationFailed,
    402: OutOfCredit,
    403: AuthenticationFailed,
    404: ModelNotFound,
    408: ProviderTimeout,
    410: ModelNotFound,
    413: ContextExceeded,
    424: ModelUnavailable,
    429: RateLimited,
    451: RegionNotSupported,
    504: ProviderTimeout,
    524: ProviderTimeout,
    529: Overloaded,
}

REJECTION = 400
"""Another status tells of a busy server, so that such words are probably a parameter's."""
ABOUT_LOAD = frozenset({DailyLimitReached, Overloaded, RateLimited})
LIMIT_HIT = re.compile(
    r"limit\w* (?:\w+ ){0,4}(?:exceeded|reached|hit)|(?:exceed\w*|reached|hit) (?:\w+ ){0,5}limits?\b"
    r"|too many (?:requests|tokens)|rate[- ]limited|throttl|\boverloaded\b|\b(?:high|heavy) demand\b"
    r"|RateLimitError|quota",
    re.IGNORECASE,
)
"""What it takes to believe them all the same."""
VALIDATION = 422
"""A message about parameters, which may quote them: only what can be wrong with a text counts."""
ABOUT_THE_TEXT = frozenset({ContextExceeded, ContentFiltered, ModelNotFound})

QUOTED_VALUE = re.compile(
    r"""\b(?:input|input_value|content|text|prompt|value|string|got|received)["']?
        \s* (?: [=:] | \b(?:is|was|of)\b )? \s* (?P<quote>["'`]) .* (?P=quote)""",
    re.IGNORECASE | re.VERBOSE | re.DOTALL,
)
"""A parameter that a message quotes, possibly the prompt: its words say nothing about the error."""

TYPES: Mapping[ErrorClass, str] = {
    ModelUnavailable: "api_error server_error internal_error internal_server_error unavailable_error",
    AuthenticationFailed: "permission_error permission_denied",
    RequestRejected: """invalid_request_error conflict_error memory_path_conflict_error
        memory_precondition_failed_error BadRequestError ValidationException INVALID_ARGUMENT
        bad_request invalid_parameter_error InvalidParameter FAILED_PRECONDITION""",
}
"""Types of error that count where no HTTP status is known."""

_TYPES = {code: kind for kind, codes in TYPES.items() for code in plain(codes.split())}

CLIENT_ERRORS = range(400, 500)


def classify(status_code: int | None, codes: Iterable[str] = (), message: str = "") -> ErrorClass:
    """Return what an error means.

    Args:
        status_code: The HTTP status; ``None`` for an error event inside a stream, or a body of an
            answer that claims success.
        codes: All names and numbers of the error in the body.
        message: The server's words.
    """
    found = plain(codes)
    words = QUOTED_VALUE.sub(" ", " ".join((message, *codes)))
    for row in ROWS:
        if row.code_set & found:
            return row.kind
    for row in ROWS:
        if _may_match(row.kind, status_code, words) and row.pattern and row.pattern.search(words):
            return row.kind
    for row in ROWS:
        if row.broad_set & found:
            return row.kind
    if status_code is not None:
        is_rejected = status_code in CLIENT_ERRORS
        return STATUSES.get(status_code, RequestRejected if is_rejected else ModelUnavailable)
    return next((_TYPES[code] for code in found if code in _TYPES), ModelUnavailable)


def _may_match(kind: ErrorClass, status_code: int | None, words: str) -> bool:
    if status_code == VALIDATION:
        return kind in ABOUT_THE_TEXT
    if status_code == REJECTION and kind in ABOUT_LOAD:
        return LIMIT_HIT.search(words) is not None
    return True
