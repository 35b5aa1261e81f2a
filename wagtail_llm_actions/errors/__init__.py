"""The error tree: everything that can go wrong with a run, as codes and values.

What people read about each error is in ``messages/error_registry.py``. ``str(error)`` ends up in
logs, so it never holds a key, a prompt or a provider's response body.

LLMActionsError
 ├─ InvalidInput            no prompt can be made of the source field and the template
 ├─ PermissionDeniedError   the user may not run this action on this object
 │   └─ PermissionRevoked   … any more
 ├─ LimitExceeded           one of the site's own limits is reached
 │   ├─ BudgetReached       a budget of the site has too little left
 │   └─ PriceUnknownForBudget   nobody can tell what a run costs that a budget counts
 ├─ QueueUnavailable        the run could not be put into the queue
 │   └─ WorkerUnsuitable    no worker can execute it
 ├─ RunInterrupted          the worker that executed the run was lost
 │   └─ TextsLost           the cache lost the texts of a run that stores nothing
 └─ ProviderError           a call to a provider gave no usable text
     ├─ ProviderTimeout
     ├─ RateLimited
     │   ├─ Overloaded
     │   └─ QuotaExhausted
     │       ├─ OutOfCredit
     │       ├─ BudgetExceeded
     │       └─ DailyLimitReached
     ├─ ModelUnavailable
     │   ├─ ModelNotFound
     │   └─ CircuitOpen     the circuit breaker stopped the call
     ├─ AuthenticationFailed
     │   ├─ ModelForbidden
     │   ├─ AccountDisabled
     │   └─ RegionNotSupported
     ├─ RequestRejected
     │   └─ ContextExceeded
     ├─ ContentFiltered
     ├─ InvalidOutput
     │   └─ OnlyReasoning
     └─ NothingToChange      the text is right as it stands

Mistakes in the settings raise Django's ``ImproperlyConfigured`` and are not part of the tree.
"""

from __future__ import annotations

from wagtail_llm_actions.errors.base import (
    EXCLUDED_ERRORS,
    BudgetContext,
    BudgetReached,
    ErrorCode,
    ErrorContext,
    InvalidInput,
    InvalidInputContext,
    LimitContext,
    LimitExceeded,
    LLMActionsError,
    ModelContext,
    PermissionDeniedError,
    PermissionRevoked,
    PriceUnknownForBudget,
    QueueUnavailable,
    RunInterrupted,
    TextsLost,
    WorkerUnsuitable,
)
from wagtail_llm_actions.errors.provider import (
    AccountDisabled,
    AuthenticationFailed,
    BudgetExceeded,
    CircuitOpen,
    CircuitOpenContext,
    ContentFiltered,
    ContextExceeded,
    DailyLimitReached,
    InvalidOutput,
    ModelForbidden,
    ModelNotFound,
    ModelUnavailable,
    NothingToChange,
    OnlyReasoning,
    OutOfCredit,
    Overloaded,
    ProviderError,
    ProviderErrorContext,
    ProviderTimeout,
    QuotaExhausted,
    RateLimited,
    RegionNotSupported,
    RequestRejected,
)

__all__ = [
    "EXCLUDED_ERRORS",
    "AccountDisabled",
    "AuthenticationFailed",
    "BudgetContext",
    "BudgetExceeded",
    "BudgetReached",
    "CircuitOpen",
    "CircuitOpenContext",
    "ContentFiltered",
    "ContextExceeded",
    "DailyLimitReached",
    "ErrorCode",
    "ErrorContext",
    "InvalidInput",
    "InvalidInputContext",
    "InvalidOutput",
    "LLMActionsError",
    "LimitContext",
    "LimitExceeded",
    "ModelContext",
    "ModelForbidden",
    "ModelNotFound",
    "ModelUnavailable",
    "NothingToChange",
    "OnlyReasoning",
    "OutOfCredit",
    "Overloaded",
    "PermissionDeniedError",
    "PermissionRevoked",
    "PriceUnknownForBudget",
    "ProviderError",
    "ProviderErrorContext",
    "ProviderTimeout",
    "QueueUnavailable",
    "QuotaExhausted",
    "RateLimited",
    "RegionNotSupported",
    "RequestRejected",
    "RunInterrupted",
    "TextsLost",
    "WorkerUnsuitable",
]
