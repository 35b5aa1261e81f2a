"""The error tree: what can go wrong in a run, as codes and facts.

Sentences for people live in ``admin/messages.py``. Nothing here may hold a key, a prompt or a
provider's response body in ``str(error)``: these errors end up in logs.

LLMActionsError
 ├─ InvalidInput            the source or the template cannot give a prompt
 ├─ PermissionDeniedError       this user may not run this action here
 ├─ LimitExceeded            one of the site's own limits is reached
 ├─ QueueUnavailable        the run could not be put on the queue
 ├─ RunInterrupted          the worker that executed the run was lost
 └─ ProviderError           anything between us and the model's text
     ├─ ProviderTimeout
     ├─ RateLimited
     ├─ ModelUnavailable
     │   └─ CircuitOpen     it failed so often that it was not asked
     ├─ AuthenticationFailed
     ├─ RequestRejected
     ├─ ContentFiltered
     └─ InvalidOutput

Mistakes in the settings raise Django's ``ImproperlyConfigured`` and stay outside the tree.
"""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, ClassVar

if TYPE_CHECKING:
    from datetime import datetime

    from wagtail_llm_actions.generation import Usage


class ErrorCode(StrEnum):
    """Why a run did not end with a text; stored on the run and sent to the browser."""

    TIMEOUT = "timeout"
    RATE_LIMITED = "rate_limited"
    INVALID_INPUT = "invalid_input"
    MODEL_UNAVAILABLE = "model_unavailable"
    AUTHENTICATION = "authentication"
    CONTENT_FILTERED = "content_filtered"
    INVALID_OUTPUT = "invalid_output"
    PERMISSION_DENIED = "permission_denied"
    LIMIT_REACHED = "limit_reached"
    QUEUE_UNAVAILABLE = "queue_unavailable"
    CANCELLED = "cancelled"
    INTERRUPTED = "interrupted"
    INTERNAL = "internal"


class LLMActionsError(Exception):
    """Do not raise directly; raise the subclass that says what happened."""

    code: ClassVar[ErrorCode] = ErrorCode.INTERNAL
    retryable: bool = False
    """Whether trying the same thing again a little later can help."""


class InvalidInput(LLMActionsError):
    """The source field or the prompt template cannot give a prompt.

    ``reason`` is one of the values below; ``detail`` names the place (a field's label, or a line
    and a name of the template) and never holds content.
    """

    code = ErrorCode.INVALID_INPUT

    EMPTY_SOURCE = "empty_source"
    UNREADABLE_SOURCE = "unreadable_source"
    TEMPLATE = "template"
    TOO_LONG = "too_long"
    UNKNOWN_MODEL = "unknown_model"
    NOT_EMPTY = "not_empty"

    def __init__(self, reason: str, detail: str = "") -> None:
        super().__init__(f"{reason}: {detail}" if detail else reason)
        self.reason = reason
        self.detail = detail


class PermissionDeniedError(LLMActionsError):
    """This user may not run this action on this object, or not see this run."""

    code = ErrorCode.PERMISSION_DENIED


class LimitExceeded(LLMActionsError):
    """The site's own limits on runs do not allow another one now.

    ``limit`` is one of the values below, ``number`` what it is set to, and ``count`` how many runs
    there are; ``retry_after_seconds`` is ``None`` where nobody knows when a run will end.
    """

    code = ErrorCode.LIMIT_REACHED
    retryable = True

    USER_CONCURRENT = "user_concurrent"
    USER_PER_MINUTE = "user_per_minute"
    SITE_CONCURRENT = "site_concurrent"
    SITE_PER_MINUTE = "site_per_minute"

    def __init__(
        self, limit: str, number: int, *, count: int, retry_after_seconds: float | None = None
    ) -> None:
        super().__init__(f"{limit}: {count} of {number}")
        self.limit = limit
        self.number = number
        self.count = count
        self.retry_after_seconds = retry_after_seconds


class QueueUnavailable(LLMActionsError):
    """The queue's server did not take the run within its short time limit."""

    code = ErrorCode.QUEUE_UNAVAILABLE
    retryable = True


class RunInterrupted(LLMActionsError):
    """The worker that executed the run stopped renewing its lease."""

    code = ErrorCode.INTERRUPTED
    retryable = True


class ProviderError(LLMActionsError):
    """A call to a model's provider did not give a usable text.

    ``detail`` holds the provider's own words for the admin, redacted and cut by the adapter; it is
    not part of ``str(error)``. ``retryable`` is given where this case differs from its class: an
    exhausted quota is ``RateLimited``, but waiting does not help. ``usage`` is what the provider
    bills all the same, where it says so.
    """

    def __init__(
        self,
        *,
        provider: str,
        model: str,
        status_code: int | None = None,
        retry_after_seconds: float | None = None,
        retryable: bool | None = None,
        detail: str = "",
        usage: Usage | None = None,
    ) -> None:
        status = f" (HTTP {status_code})" if status_code is not None else ""
        super().__init__(f"{self.code} from {provider} for {model}{status}")
        self.provider = provider
        self.model = model
        self.status_code = status_code
        self.retry_after_seconds = retry_after_seconds
        self.detail = detail
        self.usage = usage
        if retryable is not None:
            self.retryable = retryable


class ProviderTimeout(ProviderError):
    """No first token, or no end of the answer, in time."""

    code = ErrorCode.TIMEOUT
    retryable = True


class RateLimited(ProviderError):
    """The provider refused the call for now: HTTP 429, or overloaded."""

    code = ErrorCode.RATE_LIMITED
    retryable = True


class ModelUnavailable(ProviderError):
    """The server is not reachable, fails (5xx), breaks off, or does not have the model."""

    code = ErrorCode.MODEL_UNAVAILABLE
    retryable = True


class CircuitOpen(ModelUnavailable):
    """The model has failed so often that it is not asked for a while; no call was made.

    ``failures`` is their number, ``since`` when asking stopped, ``retry_at`` when it is tried
    again; ``None`` while a call is finding out. ``detail`` is that of the last failure.
    """

    retryable = False
    REASON = "circuit_open"

    def __init__(
        self,
        *,
        provider: str,
        model: str,
        failures: int,
        since: datetime,
        retry_at: datetime | None,
        detail: str = "",
    ) -> None:
        super().__init__(provider=provider, model=model, detail=detail)
        self.failures = failures
        self.since = since
        self.retry_at = retry_at


class AuthenticationFailed(ProviderError):
    """The provider does not accept the key, or no key is configured: HTTP 401 or 403."""

    code = ErrorCode.AUTHENTICATION


class RequestRejected(ProviderError):
    """The provider understood the request and does not accept it: other HTTP 4xx."""

    code = ErrorCode.INVALID_INPUT


class ContentFiltered(ProviderError):
    """The provider refused to answer, or cut the answer, for its content policy."""

    code = ErrorCode.CONTENT_FILTERED


class InvalidOutput(ProviderError):
    """The provider answered without a usable text: empty, or not in its own protocol."""

    code = ErrorCode.INVALID_OUTPUT
