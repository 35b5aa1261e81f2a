"""What servers have shown about models: refused parameters, the loaded context, how answers begin."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from django.core.exceptions import ImproperlyConfigured
from django.utils import timezone
from django.utils.crypto import salted_hmac

from wagtail_llm_actions.answers.reasoning_forms import BEGINS_IN_REASONING
from wagtail_llm_actions.conf import configured_context, get_settings
from wagtail_llm_actions.database.prepared_query import Parameter, PreparedQuery
from wagtail_llm_actions.models import LLMModelFinding
from wagtail_llm_actions.provider_registry import get_provider
from wagtail_llm_actions.providers.corrections.correction import NUM_CTX, Correction
from wagtail_llm_actions.providers.health import check

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from wagtail_llm_actions.conf import ModelSettings
    from wagtail_llm_actions.generation import ModelStatus

ASK_SECONDS = 0.5
"""How long a click waits for the answer of a local server, as it holds a web process meanwhile."""
FRESH_SECONDS = 10


def store_corrections(model: ModelSettings, corrections: Iterable[Correction]) -> None:
    """Keep what is changed about the requests for a model."""
    _store(model, corrections=[asdict(correction) for correction in corrections])


@dataclass(frozen=True, kw_only=True, slots=True)
class ToldFinding:
    """What admins are told about a model; all but the images, a site can make permanent by its settings."""

    corrections: tuple[Correction, ...] = ()
    begins_in_reasoning: bool = False
    sees_images: bool = False


def told_findings(models: Iterable[ModelSettings]) -> Mapping[str, ToldFinding]:
    """Return what admins are told about models, by model key; no server is asked."""
    models = list(models)
    found = _current_findings(models)
    return {model.key: _told(model, found.get(model.key)) for model in models}


def _told(model: ModelSettings, finding: LLMModelFinding | None) -> ToldFinding:
    known = _known_to_see_images(model)
    if finding is None:
        return ToldFinding(sees_images=bool(known))
    return ToldFinding(
        corrections=tuple(Correction(**fields) for fields in finding.corrections),
        begins_in_reasoning=finding.begins_in_reasoning,
        sees_images=bool(finding.accepts_images if known is None else known),
    )


def _current_findings(models: Iterable[ModelSettings]) -> Mapping[str, LLMModelFinding]:
    """Return what was found under the current settings, by model key."""
    hashes = {model.key: _settings_hash(model) for model in models}
    return {
        finding.model_key: finding
        for finding in LLMModelFinding.objects.filter(model_key__in=hashes)
        if finding.settings_hash == hashes[finding.model_key]
    }


def server_context(model: ModelSettings, needed_tokens: int) -> int | None:
    """Return the tokens of the context that a local server has for a prompt and its answer.

    Where no setting tells it, the server is asked, for half a second at most. If it would load too
    little, and nobody has set how much, the requests for the model ask for more from now on.

    Args:
        model: The model to be called.
        needed_tokens: Of prompt and answer together.

    Returns:
        ``None`` where the server does not answer, and for servers of others.
    """
    if not _decides_context(model):
        return None
    finding = _finding(model)
    if finding is None or not _is_fresh(finding):
        try:
            finding = _ask(model, finding)
        except ImproperlyConfigured:
            return None
    known, most = _requested(finding) or finding.context_tokens, finding.max_context_tokens
    if known and most and known < min(needed_tokens, most) and not _is_refused(finding):
        known = min(most, 1 << (needed_tokens - 1).bit_length())
        _store(model, requested_context_tokens=known)
    return known


def sees_images(model: ModelSettings) -> bool:
    """Return whether a model can be shown an image; a local server is asked, if nothing else tells.

    What nobody knows counts as no: most servers fail, or ignore the image and invent a text.
    """
    known = _known_to_see_images(model)
    if known is not None or not _is_local(model):
        return bool(known)
    finding = _finding(model)
    if finding is None or (not finding.accepts_images and not _is_fresh(finding)):
        try:
            finding = _ask(model, finding)
        except ImproperlyConfigured:
            return False
    return bool(finding.accepts_images)


def models_that_see_images(models: Iterable[ModelSettings]) -> set[str]:
    """Return the keys of those that can be shown an image, by one query at most; no server is asked."""
    models = list(models)
    if all(_known_to_see_images(model) is not None for model in models):
        return {model.key for model in models if _known_to_see_images(model)}
    return {key for key, told in told_findings(models).items() if told.sees_images}


def store_status(model: ModelSettings, status: ModelStatus) -> None:
    """Keep whether a server says that a model sees images, where nothing else tells."""
    if status.accepts_images is not None and model.capabilities.accepts_images is None:
        _store(model, accepts_images=status.accepts_images)


@dataclass(frozen=True, kw_only=True, slots=True)
class Findings:
    """What is known about a model when it is called."""

    begins_in_reasoning: bool
    """Whether its answers begin with reasoning that nothing opens."""
    requested_context: int | None
    """Tokens of the context that requests ask the server to load; ``None`` for none."""


def findings_of(model: ModelSettings) -> Findings:
    """Return what is known about a model, by one query."""
    finding = _finding(model)
    begins = model.capabilities.begins_in_reasoning
    if begins is None:
        is_found = finding is not None and finding.begins_in_reasoning
        begins = is_found or bool(BEGINS_IN_REASONING.search(model.name))
    return Findings(
        begins_in_reasoning=begins,
        requested_context=_requested(finding) if finding and _decides_context(model) else None,
    )


def store_begins_in_reasoning(model: ModelSettings) -> None:
    """Keep that an answer of a model began so; its later answers are held back from the first word."""
    _store(model, begins_in_reasoning=True)


def _ask(model: ModelSettings, finding: LLMModelFinding | None) -> LLMModelFinding:
    """Ask a server for its context, and whether the model sees images; while the model is not in memory, what it had there counts.

    Raises:
        ImproperlyConfigured: The provider cannot be called.
    """
    status = check(get_provider(model.provider), model.name, timeout_seconds=ASK_SECONDS)
    found = {
        "context_tokens": status.context_tokens,
        "max_context_tokens": status.max_context_tokens,
    }
    seen = {} if status.accepts_images is None else {"accepts_images": status.accepts_images}
    if finding and status.loaded and status.context_tokens == _requested(finding):
        # It was loaded because of our requests, which says nothing new.
        found = {}
    elif finding and finding.context_tokens and not status.loaded:
        del found["context_tokens"]
    return _store(model, asked_at=timezone.now(), **found, **seen)


def _is_fresh(finding: LLMModelFinding) -> bool:
    since = timezone.now() - timedelta(seconds=FRESH_SECONDS)
    return finding.asked_at is not None and finding.asked_at > since


def _requested(finding: LLMModelFinding) -> int | None:
    return None if _is_refused(finding) else finding.requested_context_tokens


def _is_refused(finding: LLMModelFinding) -> bool:
    """Return whether the server had no memory for as much context as it was asked for."""
    return any(correction["parameter"] == NUM_CTX for correction in finding.corrections)


def _decides_context(model: ModelSettings) -> bool:
    """Return whether a local server decides by itself how much context it loads."""
    return _is_local(model) and not configured_context(model)


def _is_local(model: ModelSettings) -> bool:
    provider = get_settings().providers.get(model.provider)
    return provider is not None and provider.is_local


def _known_to_see_images(model: ModelSettings) -> bool | None:
    provider = get_settings().providers.get(model.provider)
    if provider is None or not provider.backend_class.sends_images:
        return False
    return model.capabilities.accepts_images


def _finding(model: ModelSettings) -> LLMModelFinding | None:
    return _FINDING.first(model_key=model.key, settings_hash=_settings_hash(model))


_FINDING = PreparedQuery(
    lambda: LLMModelFinding.objects.order_by().filter(
        model_key=Parameter("model_key", LLMModelFinding._meta.get_field("model_key")),
        settings_hash=Parameter("settings_hash", LLMModelFinding._meta.get_field("settings_hash")),
    )
)


def _store(model: ModelSettings, **values: object) -> LLMModelFinding:
    """Store values; those that were found under other settings are dropped."""
    settings_hash = _settings_hash(model)
    LLMModelFinding.objects.filter(model_key=model.key).exclude(
        settings_hash=settings_hash
    ).delete()
    finding, _is_new = LLMModelFinding.objects.update_or_create(
        model_key=model.key, defaults={"settings_hash": settings_hash, **values}
    )
    return finding


def _settings_hash(model: ModelSettings) -> str:
    """Return another hash as soon as somebody changes the settings; keyed, as options may be secret."""
    provider = get_settings().providers.get(model.provider)
    settings = (
        (model.provider, model.name, model.capabilities, model.options),
        (provider.base_url, provider.options) if provider else None,
    )
    digest = salted_hmac("wagtail_llm_actions.findings", repr(settings), algorithm="sha256")
    return digest.hexdigest()
