"""Which parameters servers have refused, for the people who can set them for good.

Workers find it out, and the admin shows it, so it goes through Django's cache.
"""

from __future__ import annotations

import hashlib
import logging
from typing import TYPE_CHECKING

from django.core.cache import cache

from wagtail_llm_actions.conf import get_settings

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from wagtail_llm_actions.conf import ModelSettings
    from wagtail_llm_actions.providers.corrections import Correction

logger = logging.getLogger(__name__)

KEPT_SECONDS = 7 * 24 * 60 * 60


def store_corrections(model: ModelSettings, corrections: Iterable[Correction]) -> None:
    """Keep what was changed about the requests for a model, for a week."""
    found = tuple(corrections)
    if not found:
        return
    try:
        cache.set(_cache_key(model), found, KEPT_SECONDS)
    except Exception:
        # The run must not fail for a note; each cache has exceptions of its own.
        logger.warning("The corrections of %s could not be stored", model.key, exc_info=True)


def stored_corrections(
    models: Iterable[ModelSettings],
) -> Mapping[str, tuple[Correction, ...]]:
    """Return the corrections by model key."""
    keys = {_cache_key(model): model.key for model in models}
    return {keys[name]: value for name, value in cache.get_many(keys).items()}


def _cache_key(model: ModelSettings) -> str:
    """Return a key that is another one as soon as somebody changes the settings of the model."""
    provider = get_settings().providers.get(model.provider)
    settings = (model.key, model.capabilities, model.options, provider and provider.options)
    return f"wagtail_llm_actions:corrections:{hashlib.sha256(repr(settings).encode()).hexdigest()}"
