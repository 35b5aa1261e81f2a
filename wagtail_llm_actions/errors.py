"""The error tree: everything that can go wrong with a run, as codes and values.

What people read about each error is in ``messages/error_registry.py``. ``str(error)`` ends up in
logs, so it never holds a key, a prompt or a provider's response body.

LLMActionsError
 ├─ InvalidInput            no prompt can be made of the source field and the template
 ├─ PermissionDeniedError   the user may not run this action on this object
 │   └─ PermissionRevoked   … any more
 ├─ LimitExceeded           one of the site's own limits is reached
 ├─ QueueUnavailable        the run could not be put into the queue
 ├─ RunInterrupted          the worker that executed the run was lost
 └─ ProviderError           a call to a provider gave no usable text
     ├─ ProviderTimeout
     ├─ RateLimited
     ├─ ModelUnavailable
     │   └─ CircuitOpen     the circuit breaker stopped the call
     ├─ AuthenticationFailed
     ├─ RequestRejected
     ├─ ContentFiltered
     └─ InvalidOutput

Mistakes in the settings raise Django's ``ImproperlyConfigured`` and are not part of the tree.
"""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, ClassVar, TypedDict

if TYPE_CHECKING:
    from datetime import datetime

    from wagtail_llm_actions.generation import Usage


class ErrorCode(StrEnum):
    """Why a run, a call or a request failed; stored on runs and attempts, sent to the browser."""

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
    """Of an attempt only: a cancelled run has no error code."""
    INTERRUPTED = "interrupted"
    INTERNAL = "internal"


class ErrorContext(TypedDict, total=False):
    """The values of an error that a run stores as JSON, in its ``error_context``."""

    reason: str
    """Which case of the error code it is; the registry has an entry for each."""


class InvalidInputContext(ErrorContext):
    """The context of ``InvalidInput``."""

    detail: str


class LimitContext(ErrorContext):
    """The context of ``LimitExceeded``."""

    limit: str
    number: int
    count: int
    retry_after_seconds: float | None


class ProviderErrorContext(ErrorContext, total=False):
    """The context of every ``ProviderError``."""

    status_code: int | None
    """The HTTP status."""
    retry_after_seconds: float | None
    """How long the provider asked us to wait."""
    reasoning_tokens: int


class CircuitOpenContext(ProviderErrorContext):
    """The context of ``CircuitOpen``; moments are ISO 8601."""

    failures: int
    since: str
    retry_at: str | None


class LLMActionsError(Exception):
    """Base class, and a defect of our own (``internal``) if raised itself.

    The retry rules are class attributes, which the lifecycle of runs and the messages both read.
    """

    code: ClassVar[ErrorCode] = ErrorCode.INTERNAL
    retryable: bool = False
    """Whether the same call may succeed a little later."""
    max_attempts: ClassVar[int] = 3
    """Calls of one model in one run, if the error is retryable."""
    allows_fallback: ClassVar[bool] = False
    """Whether the fallback model may succeed: it may be up, but would filter the same content."""

    def context(self) -> ErrorContext:
        """Return the values that the run stores beside the error code; JSON-serializable."""
        return {}


class InvalidInput(LLMActionsError):
    """No prompt can be made of the source field and the prompt template.

    Args:
        reason: Which of the cases it is.
        detail: The field's label, the model's key, or the line and name in the template; never
            content.
    """

    code = ErrorCode.INVALID_INPUT

    class Reason(StrEnum):
        """The cases."""

        EMPTY_SOURCE = "empty_source"
        UNREADABLE_SOURCE = "unreadable_source"
        TEMPLATE = "template"
        TOO_LONG = "too_long"
        UNKNOWN_MODEL = "unknown_model"
        NOT_EMPTY = "not_empty"

    def __init__(self, reason: Reason, detail: str = "") -> None:
        super().__init__(f"{reason}: {detail}" if detail else reason)
        self.reason = reason
        self.detail = detail

    def context(self) -> InvalidInputContext:
        """Return the reason and the detail."""
        return {"reason": self.reason.value, "detail": self.detail}


class PermissionDeniedError(LLMActionsError):
    """The user may not run this action on this object, or not see this run."""

    code = ErrorCode.PERMISSION_DENIED


class PermissionRevoked(PermissionDeniedError):
    """The user started a run, and has lost the right to edit its object since."""

    class Reason(StrEnum):
        """The only case."""

        REVOKED = "revoked"

    def context(self) -> ErrorContext:
        """Return the reason."""
        return {"reason": self.Reason.REVOKED.value}


class LimitExceeded(LLMActionsError):
    """One of the site's own limits allows no further run now.

    Args:
        limit: One of the constants below; in upper case it is the key in ``LIMITS``.
        number: How many runs the limit allows.
        count: How many there are.
        retry_after_seconds: ``None`` if it depends on when a run ends.
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

    def context(self) -> LimitContext:
        """Return which limit it is, and the numbers."""
        return {
            "limit": self.limit,
            "number": self.number,
            "count": self.count,
            "retry_after_seconds": self.retry_after_seconds,
        }


class QueueUnavailable(LLMActionsError):
    """The queue server did not take the run within its short time limit."""

    code = ErrorCode.QUEUE_UNAVAILABLE
    retryable = True


class RunInterrupted(LLMActionsError):
    """The worker that executed the run stopped renewing its lease."""

    code = ErrorCode.INTERRUPTED
    retryable = True


class ProviderError(LLMActionsError):
    """A call to a provider gave no usable text.

    Args:
        provider: The alias of the provider in the settings.
        model: The model name, as it was sent.
        status_code: The HTTP status.
        retry_after_seconds: How long the provider asked us to wait.
        retryable: Overrides the class: an exhausted quota is ``RateLimited``, but waiting does not
            help.
        detail: The provider's own message for the admin, redacted and shortened by the adapter; not
            part of ``str(error)``.
        usage: What the provider bills for the failed call, if it says so.
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

    def context(self) -> ProviderErrorContext:
        """Return what the provider answered, except for its message."""
        context: ProviderErrorContext = {
            "status_code": self.status_code,
            "retry_after_seconds": self.retry_after_seconds,
        }
        if self.usage and self.usage.reasoning_tokens:
            context["reasoning_tokens"] = self.usage.reasoning_tokens
        return context


class ProviderTimeout(ProviderError):
    """No first token, or no end of the answer, in time."""

    code = ErrorCode.TIMEOUT
    retryable = True
    # Each attempt may take FIRST_TOKEN_TIMEOUT, and an editor is waiting.
    max_attempts = 2
    allows_fallback = True


class RateLimited(ProviderError):
    """The provider takes no call now: HTTP 429, overloaded, or the account's quota is exhausted."""

    code = ErrorCode.RATE_LIMITED
    retryable = True
    allows_fallback = True

    class Reason(StrEnum):
        """The case in which waiting does not help."""

        QUOTA_EXHAUSTED = "quota_exhausted"

    def context(self) -> ProviderErrorContext:
        """Add the reason, if the error is not retryable."""
        context = super().context()
        if not self.retryable:
            context["reason"] = self.Reason.QUOTA_EXHAUSTED.value
        return context


class ModelUnavailable(ProviderError):
    """The server cannot be reached, fails (5xx), breaks off, or does not have the model."""

    code = ErrorCode.MODEL_UNAVAILABLE
    retryable = True
    allows_fallback = True


class CircuitOpen(ModelUnavailable):
    """The model's circuit breaker is open after failures in a row; no call was made.

    Args:
        provider: The alias of the provider in the settings.
        model: The model name.
        failures: How many in a row.
        since: When the circuit breaker opened.
        retry_at: When it lets a probe through; ``None`` while a probe is under way.
        detail: The provider's message of the last failure.
    """

    retryable = False

    class Reason(StrEnum):
        """The only case."""

        CIRCUIT_OPEN = "circuit_open"

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

    def context(self) -> CircuitOpenContext:
        """Return the state of the circuit breaker; there is no answer of a provider."""
        return {
            "reason": self.Reason.CIRCUIT_OPEN.value,
            "failures": self.failures,
            "since": self.since.isoformat(),
            "retry_at": self.retry_at.isoformat() if self.retry_at else None,
        }


class AuthenticationFailed(ProviderError):
    """The provider does not accept the key, or no key is configured: HTTP 401 or 403."""

    code = ErrorCode.AUTHENTICATION
    allows_fallback = True


class RequestRejected(ProviderError):
    """The provider understood the request and does not accept it: any other HTTP 4xx."""

    code = ErrorCode.INVALID_INPUT


class ContentFiltered(ProviderError):
    """The provider declined to answer, or stopped the answer, because of its content policy."""

    code = ErrorCode.CONTENT_FILTERED


class InvalidOutput(ProviderError):
    """The answer has no usable text: it is empty, or violates the provider's own protocol."""

    code = ErrorCode.INVALID_OUTPUT

    class Reason(StrEnum):
        """The case in which all output tokens went into reasoning."""

        ONLY_REASONING = "only_reasoning"

    def context(self) -> ProviderErrorContext:
        """Add the reason, if the provider reported reasoning tokens."""
        context = super().context()
        if "reasoning_tokens" in context:
            context["reason"] = self.Reason.ONLY_REASONING.value
        return context
