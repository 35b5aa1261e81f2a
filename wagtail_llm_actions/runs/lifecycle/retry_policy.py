"""When a failed call is tried again: exponential backoff within the run's deadline.

Which errors are retried, how often, and which ones the fallback model may help with, is declared on
the classes in ``errors``.
"""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

from wagtail_llm_actions.errors import ProviderError

if TYPE_CHECKING:
    from wagtail_llm_actions.errors import LLMActionsError

FIRST_BACKOFF_SECONDS = 2.0
MAX_BACKOFF_SECONDS = 20.0
REQUEUE_ABOVE_SECONDS = 5.0
"""For a longer wait the run is requeued, so that the worker can execute others meanwhile."""


def wait_seconds(error: LLMActionsError, *, attempts: int, left_seconds: float) -> float | None:
    """Return the wait before the next call of the same model, or ``None`` if there is none.

    Exponential backoff with full jitter, so that many runs do not retry at the same moment; never
    shorter than the provider asked for.

    Args:
        error: How the last attempt failed.
        attempts: How many attempts the model has had in this run.
        left_seconds: Until the run's deadline.
    """
    if not error.retryable or attempts >= error.max_attempts:
        return None
    backoff = min(MAX_BACKOFF_SECONDS, FIRST_BACKOFF_SECONDS * 2 ** (attempts - 1))
    asked_for = error.retry_after_seconds if isinstance(error, ProviderError) else None
    wait = max(random.uniform(0, backoff), asked_for or 0.0)  # noqa: S311 - no secret
    return wait if wait < left_seconds else None
