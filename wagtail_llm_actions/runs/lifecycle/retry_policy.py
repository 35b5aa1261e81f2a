"""When a failed call is tried again, and when another model takes over."""

from __future__ import annotations

import random

from wagtail_llm_actions.errors import (
    AuthenticationFailed,
    ErrorCode,
    LLMActionsError,
    ModelUnavailable,
    ProviderError,
    ProviderTimeout,
    RateLimited,
)

MAX_ATTEMPTS = 3
"""With one model."""
MAX_TIMEOUTS = 2
"""A missing first token is tried once more."""
FIRST_BACKOFF_SECONDS = 2.0
MAX_BACKOFF_SECONDS = 20.0
REQUEUE_ABOVE_SECONDS = 5.0
"""A longer wait gives the worker back to other runs."""

FALLBACK_ERRORS = (AuthenticationFailed, ModelUnavailable, ProviderTimeout, RateLimited)
"""Another model may be there, where a refused text would be refused again."""


def wait_seconds(error: LLMActionsError, *, attempts: int, left_seconds: float) -> float | None:
    """Return how long to wait before the same model is asked again; ``None`` not to ask again.

    Exponential backoff with full jitter, so that many runs do not come back together; at least as
    long as the provider asked for.

    Args:
        error: How the last attempt failed.
        attempts: How many the model has had.
        left_seconds: Until the run's deadline.
    """
    if not error.retryable or attempts >= max_attempts(error.code):
        return None
    backoff = min(MAX_BACKOFF_SECONDS, FIRST_BACKOFF_SECONDS * 2 ** (attempts - 1))
    asked_for = error.retry_after_seconds if isinstance(error, ProviderError) else None
    wait = max(random.uniform(0, backoff), asked_for or 0.0)  # noqa: S311 - no secret
    return wait if wait < left_seconds else None


def max_attempts(code: str) -> int:
    """Return how many attempts a model has at most, given how the last one failed."""
    return MAX_TIMEOUTS if code == ErrorCode.TIMEOUT else MAX_ATTEMPTS


def allows_fallback(error: LLMActionsError) -> bool:
    """Return whether another model could do what this one could not."""
    return isinstance(error, FALLBACK_ERRORS)
