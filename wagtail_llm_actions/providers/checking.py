"""Ask a provider whether a model is there, at no cost."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from wagtail_llm_actions.errors import AuthenticationFailed, ModelUnavailable, ProviderError
from wagtail_llm_actions.generation import ModelStatus
from wagtail_llm_actions.providers.loop import loop_thread

if TYPE_CHECKING:
    from wagtail_llm_actions.providers.base import Provider

NOT_FOUND = 404


def check(provider: Provider, model: str, *, timeout_seconds: float) -> ModelStatus:
    """Ask for a model's status; what goes wrong is part of the answer.

    Args:
        provider: The account or server.
        model: The provider's own name of the model.
        timeout_seconds: After which the server counts as not reachable.
    """
    asked = asyncio.wait_for(provider.check_model(model), timeout_seconds)
    try:
        return asyncio.run_coroutine_threadsafe(asked, loop_thread.loop()).result()
    except TimeoutError:
        detail = f"No answer within {timeout_seconds:g} s."
        return ModelStatus(reachable=False, detail=detail)
    except ProviderError as error:
        return _status_of(error)


def _status_of(error: ProviderError) -> ModelStatus:
    if isinstance(error, AuthenticationFailed):
        return ModelStatus(reachable=True, key_accepted=False, detail=error.detail)
    is_missing = isinstance(error, ModelUnavailable) and error.status_code == NOT_FOUND
    return ModelStatus(
        # A server that answers anything at all was reached.
        reachable=error.status_code is not None,
        key_accepted=True if is_missing else None,
        present=False if is_missing else None,
        detail=error.detail,
    )
