"""What servers have shown about models: refused parameters, the loaded context, how answers begin."""

from __future__ import annotations

from dataclasses import asdict
from datetime import timedelta
from typing import TYPE_CHECKING

from django.core.exceptions import ImproperlyConfigured
from django.utils import timezone
from django.utils.crypto import salted_hmac

from wagtail_llm_actions.answers import BEGINS_IN_REASONING
from wagtail_llm_actions.conf import configured_context, get_settings
from wagtail_llm_actions.models import LLMModelFinding
from wagtail_llm_actions.provider_registry import get_provider
from wagtail_llm_actions.providers.corrections import Correction
from wagtail_llm_actions.providers.health import check

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from wagtail_llm_actions.conf import ModelSettings

ASK_SECONDS = 5.0
"""How long a click waits for the answer of a local server."""
FRESH_SECONDS = 10


def store_corrections(model: ModelSettings, corrections: Iterable[Correction]) -> None:
    """Keep what is changed about the requests for a model."""
    _store(model, corrections=[asdict(correction) for correction in corrections])


def stored_corrections(models: Iterable[ModelSettings]) -> Mapping[str, tuple[Correction, ...]]:
    """Return the corrections by model key."""
    hashes = {model.key: _settings_hash(model) for model in models}
    return {
        finding.model_key: tuple(Correction(**fields) for fields in finding.corrections)
        for finding in LLMModelFinding.objects.filter(model_key__in=hashes)
        if finding.settings_hash == hashes[finding.model_key]
    }


def loaded_context(model: ModelSettings) -> int | None:
    """Return the tokens of the context that a local server loads, where no setting tells it.

    The server is asked, for five seconds at most; ``None`` where it does not answer, and for servers
    of others. While the model is not in memory, what it had there before counts.
    """
    provider = get_settings().providers.get(model.provider)
    if provider is None or not provider.is_local or configured_context(model):
        return None
    finding = LLMModelFinding.objects.filter(
        model_key=model.key, settings_hash=_settings_hash(model)
    ).first()
    known, now = finding.context_tokens if finding else None, timezone.now()
    if finding and finding.asked_at and finding.asked_at > now - timedelta(seconds=FRESH_SECONDS):
        return known
    try:
        status = check(get_provider(model.provider), model.name, timeout_seconds=ASK_SECONDS)
    except ImproperlyConfigured:
        return None
    if status.loaded or not known:
        known = status.context_tokens
    _store(model, context_tokens=known, asked_at=now)
    return known


def begins_in_reasoning(model: ModelSettings) -> bool:
    """Return whether the answers of a model are known to begin with reasoning that nothing opens."""
    return bool(BEGINS_IN_REASONING.search(model.name)) or (
        LLMModelFinding.objects.filter(
            model_key=model.key, settings_hash=_settings_hash(model), begins_in_reasoning=True
        ).exists()
    )


def store_begins_in_reasoning(model: ModelSettings) -> None:
    """Keep that an answer of a model began so; its later answers are held back from the first word."""
    _store(model, begins_in_reasoning=True)


def _store(model: ModelSettings, **values: object) -> None:
    """Store values; those that were found under other settings are dropped."""
    settings_hash = _settings_hash(model)
    LLMModelFinding.objects.filter(model_key=model.key).exclude(
        settings_hash=settings_hash
    ).delete()
    LLMModelFinding.objects.update_or_create(
        model_key=model.key, defaults={"settings_hash": settings_hash, **values}
    )


def _settings_hash(model: ModelSettings) -> str:
    """Return another hash as soon as somebody changes the settings; keyed, as options may be secret."""
    provider = get_settings().providers.get(model.provider)
    settings = (
        (model.provider, model.name, model.capabilities, model.options),
        (provider.base_url, provider.options) if provider else None,
    )
    digest = salted_hmac("wagtail_llm_actions.findings", repr(settings), algorithm="sha256")
    return digest.hexdigest()
