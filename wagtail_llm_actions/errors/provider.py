"""``ProviderError`` and its classes: a call to a provider gave no usable text."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wagtail_llm_actions.errors.base import ErrorCode, ErrorContext, LLMActionsError

if TYPE_CHECKING:
    from datetime import datetime

    from wagtail_llm_actions.generation import Usage


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


class ProviderError(LLMActionsError):
    """A call to a provider gave no usable text.

    Args:
        provider: The alias of the provider in the settings.
        model: The model name, as it was sent.
        status_code: The HTTP status.
        retry_after_seconds: How long the provider asked us to wait.
        retryable: Overrides the class where waiting does not help.
        detail: The provider's own message for the admin, redacted and shortened by the adapter; not
            part of ``str(error)``.
        usage: What the provider bills for the failed call, if it says so.
        is_unbilled: Whether the call was refused, or never reached the server, so that nothing is
            billed.
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
        is_unbilled: bool = False,
    ) -> None:
        status = f" (HTTP {status_code})" if status_code is not None else ""
        super().__init__(f"{self.code} from {provider} for {model}{status}")
        self.provider = provider
        self.model = model
        self.status_code = status_code
        self.retry_after_seconds = retry_after_seconds
        self.detail = detail
        self.usage = usage
        self.is_unbilled = is_unbilled
        if retryable is not None:
            self.retryable = retryable

    def context(self) -> ProviderErrorContext:
        """Return what the provider answered, except for its message."""
        context: ProviderErrorContext = {
            "status_code": self.status_code,
            "retry_after_seconds": self.retry_after_seconds,
        }
        if self.reason:
            context["reason"] = self.reason
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
    opens_circuit = True


class RateLimited(ProviderError):
    """The provider takes no call now: HTTP 429."""

    code = ErrorCode.RATE_LIMITED
    retryable = True
    allows_fallback = True
    opens_circuit = True


class Overloaded(RateLimited):
    """The provider has too many calls of all its customers: HTTP 529, or 503 with such words."""

    reason = "overloaded"


class QuotaExhausted(RateLimited):
    """The account, or the key, has reached a quota or a spending limit; waiting does not help."""

    reason = "quota_exhausted"
    retryable = False
    # The model is up, and a rest of five minutes would hide who must act.
    opens_circuit = False


class OutOfCredit(QuotaExhausted):
    """The account has no credit left, or its bill is not paid: HTTP 402."""

    reason = "out_of_credit"


class BudgetExceeded(QuotaExhausted):
    """The budget that a proxy, such as LiteLLM, gives to the key, the team or the site is spent."""

    reason = "budget_exceeded"


class DailyLimitReached(QuotaExhausted):
    """The account has used up what it may call in a day."""

    reason = "daily_limit"


class ModelUnavailable(ProviderError):
    """The server cannot be reached, fails (5xx), or breaks off."""

    code = ErrorCode.MODEL_UNAVAILABLE
    retryable = True
    allows_fallback = True
    opens_circuit = True


class ModelNotFound(ModelUnavailable):
    """The server does not have the model, or nothing at this address: HTTP 404."""

    reason = "model_not_found"
    retryable = False
    # Somebody must choose another model or pull this one, which a rest would hide.
    opens_circuit = False


class CircuitOpen(ModelUnavailable):
    """The model's circuit breaker is open after failures in a row; no call was made.

    Args:
        provider: The alias of the provider in the settings.
        model: The model name.
        failures: How many in a row.
        since: When the circuit breaker opened.
        retry_at: When it lets a probe through; ``None`` while a probe is under way.
    """

    reason = "circuit_open"
    retryable = False

    def __init__(
        self,
        *,
        provider: str,
        model: str,
        failures: int,
        since: datetime,
        retry_at: datetime | None,
    ) -> None:
        super().__init__(provider=provider, model=model)
        self.failures = failures
        self.since = since
        self.retry_at = retry_at

    def context(self) -> CircuitOpenContext:
        """Return the state of the circuit breaker; there is no answer of a provider."""
        return {
            "reason": self.reason,
            "failures": self.failures,
            "since": self.since.isoformat(),
            "retry_at": self.retry_at.isoformat() if self.retry_at else None,
        }


class AuthenticationFailed(ProviderError):
    """The provider does not accept the key, or no key is configured: HTTP 401 or 403."""

    code = ErrorCode.AUTHENTICATION
    allows_fallback = True


class ModelForbidden(AuthenticationFailed):
    """The key is accepted, but its account may not use this model."""

    reason = "model_forbidden"


class AccountDisabled(AuthenticationFailed):
    """The account is disabled, on hold, or must be verified first."""

    reason = "account_disabled"


class RegionNotSupported(AuthenticationFailed):
    """The provider serves no calls from the country or region of this server."""

    reason = "region_not_supported"


class RequestRejected(ProviderError):
    """The provider understood the request and does not accept it: any other HTTP 4xx."""

    code = ErrorCode.INVALID_INPUT


class ContextExceeded(RequestRejected):
    """The prompt, with the tokens for the answer, is longer than the model takes: HTTP 413."""

    reason = "context_exceeded"
    allows_fallback = True


class ContentFiltered(ProviderError):
    """The provider declined to answer, or stopped the answer, because of its content policy.

    The fallback model is not asked: whether a text that one provider refused goes to another one is
    for a person to decide.
    """

    code = ErrorCode.CONTENT_FILTERED


class InvalidOutput(ProviderError):
    """The answer has no usable text: it is empty, or violates the provider's own protocol."""

    code = ErrorCode.INVALID_OUTPUT


class OnlyReasoning(InvalidOutput):
    """The model ended its answer within its reasoning, and before any text."""

    reason = "only_reasoning"
    allows_fallback = True


class NothingToChange(ProviderError):
    """The model only said that the text, which it was to work on, is right as it stands.

    The run has no proposal, so it has failed; but nobody has to mend anything.
    """

    code = ErrorCode.NOTHING_TO_CHANGE
