"""Check the configured models, and cache the results for an hour."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.core.cache import cache
from django.core.exceptions import ImproperlyConfigured
from django.utils import timezone

from wagtail_llm_actions.conf import get_settings
from wagtail_llm_actions.generation import ModelStatus
from wagtail_llm_actions.provider_registry import get_provider
from wagtail_llm_actions.providers.health import check_all
from wagtail_llm_actions.runs.findings import store_status
from wagtail_llm_actions.runs.lifecycle.circuit_breaker import allow_probe
from wagtail_llm_actions.site_cache import cache_may_fail

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime

    from wagtail_llm_actions.conf import ModelSettings
    from wagtail_llm_actions.providers.base import Provider

TIMEOUT_SECONDS = 10.0
CACHE_SECONDS = 60 * 60


@dataclass(frozen=True, kw_only=True, slots=True)
class CheckResult:
    """The status of a model, and when it was checked."""

    status: ModelStatus
    checked_at: datetime


def check_models(keys: Iterable[str]) -> Mapping[str, CheckResult]:
    """Check models concurrently, within ten seconds; return the results by model key.

    A model that is available gets a probe at once if its circuit breaker is open. Unknown keys are
    left out.
    """
    models = [model for key in keys if (model := get_settings().models.get(key))]
    providers: dict[str, Provider] = {}
    statuses: dict[str, ModelStatus] = {}
    for model in models:
        try:
            providers[model.key] = get_provider(model.provider)
        except ImproperlyConfigured as error:
            statuses[model.key] = ModelStatus(reachable=False, detail=str(error))
    asked = [model for model in models if model.key in providers]
    answers = check_all(
        [(providers[model.key], model.name) for model in asked], timeout_seconds=TIMEOUT_SECONDS
    )
    statuses |= {model.key: status for model, status in zip(asked, answers, strict=True)}
    for model in models:
        store_status(model, statuses[model.key])
    allow_probe(model for model in models if statuses[model.key].ok)
    now = timezone.now()
    checked = {key: CheckResult(status=status, checked_at=now) for key, status in statuses.items()}
    with cache_may_fail("the results of this check are not remembered"):
        cache.set_many({_cache_key(key): value for key, value in checked.items()}, CACHE_SECONDS)
    return checked


def last_checks(models: Iterable[ModelSettings]) -> Mapping[str, CheckResult]:
    """Return the results of the last hour by model key."""
    keys = {_cache_key(model.key): model.key for model in models}
    found: dict[str, CheckResult] = {}
    with cache_may_fail("no earlier check of a model is known"):
        found = cache.get_many(keys)
    return {keys[name]: value for name, value in found.items()}


def _cache_key(key: str) -> str:
    return f"wagtail_llm_actions:model_status:{key.encode().hex()}"
