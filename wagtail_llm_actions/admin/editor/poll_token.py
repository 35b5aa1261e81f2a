"""Poll tokens: signed proof that a session was allowed to follow a run a moment ago.

A token names the runs of one click, the user's language, when the rights were checked, and a digest of
what they were found in. It is bound to the session's key, which is part of the signature's salt and so
never leaves the cookie. It travels in a request header, because addresses end up in access logs.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING
from uuid import UUID

from django.core import signing
from django.utils.crypto import constant_time_compare
from django.utils.translation import get_language

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.http import HttpRequest

    from wagtail_llm_actions.models import LLMRun

POLL_TOKEN_HEADER = "X-LLM-Actions-Poll-Token"  # noqa: S105  The name of a header.
POLL_TOKEN_SECONDS = 5
"""Live text ends at most this long after a right or a session was taken away."""
RIGHTS_DIGEST_SECONDS = 60
"""After this time the permissions are evaluated again, even though their digest is unchanged."""
SALT = "wagtail_llm_actions.poll"


@dataclass(frozen=True, slots=True)
class PollToken:
    """What a token says."""

    language: str | None
    run_ids: list[UUID]
    """The runs of one click, the first one first."""
    checked_at: float
    """When the rights were checked, in seconds of Unix time: to the millisecond, unlike the time
    of Django's own signatures, since what is rounded off is lost for polls on the fast path."""
    digest: str = ""
    """The ``rights_digest`` read before the permissions were evaluated; empty where there is none."""
    evaluated_at: float = 0.0
    """When the permissions were last evaluated, not only their digest; in seconds of Unix time."""

    @property
    def is_expired(self) -> bool:
        """Whether the rights have to be checked again."""
        return time.time() - self.checked_at > POLL_TOKEN_SECONDS

    def proves(self, digest: str) -> bool:
        """Return whether the rights that have this digest now are those of a short time ago."""
        is_recent = time.time() - self.evaluated_at < RIGHTS_DIGEST_SECONDS
        return bool(digest) and constant_time_compare(digest, self.digest) and is_recent


def issue_poll_token(request: HttpRequest, candidates: Sequence[LLMRun]) -> str:
    """Return a token for the next polls; the caller has just checked the right to see the runs.

    Empty where there is nothing left to poll, or no session.
    """
    if not request.session.session_key or all(run.is_final for run in candidates):
        return ""
    return _sign(request, PollToken(get_language(), [run.pk for run in candidates], time.time()))


def renew_poll_token(request: HttpRequest, token: PollToken) -> str:
    """Return a token that says the same; the caller has just checked the right to see its runs."""
    return _sign(request, replace(token, checked_at=time.time()))


def read_poll_token(request: HttpRequest) -> PollToken | None:
    """Return the token of a request, expired or not; ``None`` where it is missing or of another session."""
    try:
        claims = _signer(request).unsign_object(request.headers.get(POLL_TOKEN_HEADER, ""))
    except signing.BadSignature:
        return None
    language, run_ids, *checks = claims
    return PollToken(language, [UUID(run_id) for run_id in run_ids], *checks)


def _sign(request: HttpRequest, token: PollToken) -> str:
    claims = [
        token.language,
        [run_id.hex for run_id in token.run_ids],
        round(token.checked_at, 3),
        token.digest,
        round(token.evaluated_at, 3),
    ]
    return _signer(request).sign_object(claims)


def _signer(request: HttpRequest) -> signing.Signer:
    return signing.Signer(salt=f"{SALT}:{request.session.session_key}")
