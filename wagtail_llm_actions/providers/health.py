"""Ask providers for the status of models, without generating anything."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from wagtail_llm_actions.errors import AuthenticationFailed, ModelNotFound, ProviderError
from wagtail_llm_actions.generation import ModelStatus
from wagtail_llm_actions.providers.event_loop import loop_thread

if TYPE_CHECKING:
    from collections.abc import Sequence

    from wagtail_llm_actions.providers.base import Provider


def check(provider: Provider, model: str, *, timeout_seconds: float) -> ModelStatus:
    """Return the status of one model; see ``check_all``."""
    (status,) = check_all([(provider, model)], timeout_seconds=timeout_seconds)
    return status


def check_all(
    models: Sequence[tuple[Provider, str]], *, timeout_seconds: float
) -> list[ModelStatus]:
    """Return the status of several models, asked at once; errors become part of a status.

    Args:
        models: Pairs of a provider and its name for the model.
        timeout_seconds: Limit per model; then its server counts as not reachable.
    """
    return loop_thread.run(_gather(models, timeout_seconds))


async def _gather(
    models: Sequence[tuple[Provider, str]], timeout_seconds: float
) -> list[ModelStatus]:
    asked = (_status(provider, model, timeout_seconds) for provider, model in models)
    return await asyncio.gather(*asked)


async def _status(provider: Provider, model: str, timeout_seconds: float) -> ModelStatus:
    try:
        return await asyncio.wait_for(provider.check_model(model), timeout_seconds)
    except TimeoutError:
        detail = f"No answer within {timeout_seconds:g} s."
        return ModelStatus(reachable=False, detail=detail)
    except ProviderError as error:
        return _status_of(error)


def _status_of(error: ProviderError) -> ModelStatus:
    if type(error) is AuthenticationFailed:
        return ModelStatus(reachable=True, key_accepted=False, detail=error.detail)
    is_missing = isinstance(error, ModelNotFound)
    return ModelStatus(
        # A server that answers anything at all was reached.
        reachable=error.status_code is not None,
        key_accepted=True if is_missing else None,
        present=False if is_missing else None,
        detail=error.detail,
    )
