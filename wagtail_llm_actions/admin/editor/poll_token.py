"""Poll tokens: signed proof that a session was allowed to follow a run a moment ago.

A token names the runs of one click and the user's language. It is bound to the session's key, which
is part of the signature's salt and so never leaves the cookie. It travels in a request header,
because addresses end up in access logs.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import UUID

from django.core import signing
from django.utils.translation import get_language

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.http import HttpRequest

    from wagtail_llm_actions.models import LLMRun

POLL_TOKEN_HEADER = "X-LLM-Actions-Poll-Token"  # noqa: S105  The name of a header.
POLL_TOKEN_SECONDS = 5
"""Live text ends at most this long after a right or a session was taken away."""
SALT = "wagtail_llm_actions.poll"


@dataclass(frozen=True, slots=True)
class PollToken:
    """What a valid token says."""

    language: str | None
    run_ids: list[UUID]
    """The runs of one click, the first one first."""


def issue_poll_token(request: HttpRequest, candidates: Sequence[LLMRun]) -> str:
    """Return a token for the next polls; the caller has just checked the right to see the runs.

    Empty where there is nothing left to poll, or no session.
    """
    if not request.session.session_key or all(run.is_final for run in candidates):
        return ""
    claims = [get_language(), [run.pk.hex for run in candidates]]
    return signing.dumps(claims, salt=_salt(request))


def read_poll_token(request: HttpRequest) -> PollToken | None:
    """Return the token of a request; ``None`` where it is missing, expired or of another session."""
    try:
        language, run_ids = signing.loads(
            request.headers.get(POLL_TOKEN_HEADER, ""),
            salt=_salt(request),
            max_age=POLL_TOKEN_SECONDS,
        )
    except signing.BadSignature:
        return None
    return PollToken(language, [UUID(run_id) for run_id in run_ids])


def _salt(request: HttpRequest) -> str:
    return f"{SALT}:{request.session.session_key}"
