"""Errors of our own, and what all errors have in common."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, ClassVar, TypedDict

if TYPE_CHECKING:
    from datetime import date


class ErrorCode(StrEnum):
    """Why a run, a call or a request failed; stored on runs and attempts, sent to the browser."""

    TIMEOUT = "timeout"
    RATE_LIMITED = "rate_limited"
    INVALID_INPUT = "invalid_input"
    MODEL_UNAVAILABLE = "model_unavailable"
    AUTHENTICATION = "authentication"
    CONTENT_FILTERED = "content_filtered"
    INVALID_OUTPUT = "invalid_output"
    NOTHING_TO_CHANGE = "nothing_to_change"
    PERMISSION_DENIED = "permission_denied"
    LIMIT_REACHED = "limit_reached"
    QUEUE_UNAVAILABLE = "queue_unavailable"
    CANCELLED = "cancelled"
    """Of an attempt only: a cancelled run has no error code."""
    INTERRUPTED = "interrupted"
    INTERNAL = "internal"


EXCLUDED_ERRORS = frozenset({ErrorCode.LIMIT_REACHED, ErrorCode.NOTHING_TO_CHANGE})
"""Of runs that say nothing against their model and their action: success rates and alerts leave them out."""


class ErrorContext(TypedDict, total=False):
    """The values of an error that a run stores as JSON, in its ``error_context``."""

    reason: str
    """Which case of the error code it is; the registry has an entry for each."""


class InvalidInputContext(ErrorContext):
    """The context of ``InvalidInput``."""

    detail: str


class LimitContext(ErrorContext, total=False):
    """The context of ``LimitExceeded``."""

    limit: str
    number: int
    count: int
    retry_after_seconds: float | None


class BudgetContext(LimitContext, total=False):
    """The context of ``BudgetReached``."""

    scope: str
    period: str
    ends_on: str
    """An ISO date."""
    is_reserved: bool
    exceeds_amount: bool


class ModelContext(LimitContext, total=False):
    """The context of ``PriceUnknownForBudget``."""

    model: str


class LLMActionsError(Exception):
    """Base class, and a defect of our own (``internal``) if raised itself.

    The retry rules are class attributes, which the lifecycle of runs and the messages both read.
    """

    code: ClassVar[ErrorCode] = ErrorCode.INTERNAL
    reason: str = ""
    """Which case of the code it is; empty for the rest of the code."""
    retryable: bool = False
    """Whether the same call may succeed a little later."""
    max_attempts: ClassVar[int] = 3
    """Calls of one model in one run, if the error is retryable."""
    allows_fallback: ClassVar[bool] = False
    """Whether the fallback model may succeed: it may be up, but would filter the same content."""
    opens_circuit: ClassVar[bool] = False
    """Whether the circuit breaker counts it: an outage, not what somebody must mend."""

    def context(self) -> ErrorContext:
        """Return the values that the run stores beside the error code; JSON-serializable."""
        return {"reason": self.reason} if self.reason else {}


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
        NO_IMAGE = "no_image"
        UNSAVED_IMAGE = "unsaved_image"
        SVG_IMAGE = "svg_image"
        UNREADABLE_IMAGE = "unreadable_image"
        FORBIDDEN_IMAGE = "forbidden_image"
        MODEL_WITHOUT_IMAGES = "model_without_images"

    def __init__(self, reason: Reason, detail: str = "") -> None:
        super().__init__(f"{reason}: {detail}" if detail else reason)
        self.reason: InvalidInput.Reason = reason
        self.detail = detail

    def context(self) -> InvalidInputContext:
        """Return the reason and the detail."""
        return {"reason": self.reason.value, "detail": self.detail}


class PermissionDeniedError(LLMActionsError):
    """The user may not run this action on this object, or not see this run."""

    code = ErrorCode.PERMISSION_DENIED


class PermissionRevoked(PermissionDeniedError):
    """The user started a run, and has lost the right to edit its object since."""

    reason = "revoked"


class LimitExceeded(LLMActionsError):
    """One of the site's own limits allows no further run now.

    Args:
        limit: One of the constants below; in upper case, those of runs are the keys in ``LIMITS``.
        number: How many runs the limit allows.
        count: How many there are.
        retry_after_seconds: ``None`` if it depends on when a run ends.
    """

    code = ErrorCode.LIMIT_REACHED
    retryable = True

    USER_CONCURRENT = "user_concurrent"
    USER_PER_MINUTE = "user_per_minute"
    USER_PER_DAY = "user_per_day"
    SITE_CONCURRENT = "site_concurrent"
    SITE_PER_MINUTE = "site_per_minute"
    SITE_PER_DAY = "site_per_day"
    REQUESTS_PER_MINUTE = "requests_per_minute"
    """Of previews and checks, which start no run; no setting."""

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


class BudgetReached(LimitExceeded):
    """A budget of the site has too little left for the run's worst case.

    Args:
        period_id: The primary key of the day or month of the budget.
        scope: Whose budget it is: ``site``, ``group``, ``user`` or ``action``.
        period: ``day`` or ``month``.
        ends_on: The day on which the budget begins anew.
        is_reserved: Whether there is enough, if the runs under way cost less than they may.
        exceeds_amount: Whether the whole amount of the budget would be too little.
        allows_cheaper_model: Whether the budget lets the run through with a cheaper model.
    """

    reason = "budget"
    retryable = False

    def __init__(
        self,
        *,
        period_id: int,
        scope: str,
        period: str,
        ends_on: date,
        is_reserved: bool,
        exceeds_amount: bool,
        allows_cheaper_model: bool = False,
    ) -> None:
        super(LimitExceeded, self).__init__(f"{period} of {scope}")
        self.retry_after_seconds = None
        self.period_id = period_id
        self.scope = scope
        self.period = period
        self.ends_on = ends_on
        self.is_reserved = is_reserved
        self.exceeds_amount = exceeds_amount
        self.allows_cheaper_model = allows_cheaper_model

    def context(self) -> BudgetContext:
        """Return which budget it is, and when it begins anew; no amounts."""
        return {
            "reason": self.reason,
            "scope": self.scope,
            "period": self.period,
            "ends_on": self.ends_on.isoformat(),
            "is_reserved": self.is_reserved,
            "exceeds_amount": self.exceeds_amount,
        }


class PriceUnknownForBudget(LimitExceeded):
    """A budget applies, and nobody could tell what the run costs."""

    reason = "price_unknown"
    retryable = False

    def __init__(self, model_key: str) -> None:
        super(LimitExceeded, self).__init__(model_key)
        self.retry_after_seconds = None
        self.model_key = model_key

    def context(self) -> ModelContext:
        """Return the key of the model."""
        return {"reason": self.reason, "model": self.model_key}


class QueueUnavailable(LLMActionsError):
    """The queue server did not take the run within its short time limit."""

    code = ErrorCode.QUEUE_UNAVAILABLE
    retryable = True


class WorkerUnsuitable(QueueUnavailable):
    """Workers took the run repeatedly, and none of them could execute it."""

    reason = "worker_unsuitable"


class RunInterrupted(LLMActionsError):
    """The worker that executed the run stopped renewing its lease."""

    code = ErrorCode.INTERRUPTED
    retryable = True


class TextsLost(RunInterrupted):
    """The cache that holds the texts of a run that stores nothing does not have them."""

    reason = "texts_lost"
