"""The package's settings: one dict, ``WAGTAIL_LLM_ACTIONS``, read into one frozen object.

Mistakes in it are reported by ``checks.py``; reading a wrong value raises
``ImproperlyConfigured``. Every key is optional.
"""

from __future__ import annotations

import math
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from django.conf import settings as django_settings
from django.core.exceptions import ImproperlyConfigured
from django.core.signals import setting_changed
from django.utils.functional import Promise

SETTING = "WAGTAIL_LLM_ACTIONS"

ANTHROPIC_BACKEND = "wagtail_llm_actions.providers.anthropic.AnthropicProvider"
OLLAMA_BACKEND = "wagtail_llm_actions.providers.ollama.OllamaProvider"
OPENAI_BACKEND = "wagtail_llm_actions.providers.openai.OpenAIProvider"
RQ_QUEUE = "wagtail_llm_actions.queues.rq.RQQueue"
THREAD_QUEUE = "wagtail_llm_actions.queues.thread.ThreadQueue"
REDIS_STREAM = "wagtail_llm_actions.streams.redis.RedisStream"
DATABASE_STREAM = "wagtail_llm_actions.streams.database.DatabaseStream"


@dataclass(frozen=True, kw_only=True, slots=True)
class ProviderSettings:
    """One entry of ``PROVIDERS``: which adapter talks to which server with which key."""

    alias: str
    backend: str
    """Dotted path of a ``Provider`` subclass."""
    api_key: str | None = field(default=None, repr=False)
    base_url: str | None = None
    """``None`` is the vendor's own address."""
    options: Mapping[str, object] = field(default_factory=dict, repr=False)
    """Passed to the adapter as they are; may hold secrets too."""


@dataclass(frozen=True, kw_only=True, slots=True)
class ModelSettings:
    """One entry of ``MODELS``: a model that admins may choose in an action."""

    key: str
    """Stored on actions and runs; never shown to the provider."""
    provider: str
    """Alias of the entry in ``PROVIDERS``."""
    name: str
    """The provider's own name of the model."""
    label: str
    description: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Settings:
    """Everything a site can configure, with its defaults."""

    providers: Mapping[str, ProviderSettings]
    models: Mapping[str, ModelSettings]
    queue: str
    """Dotted path of the queue's class."""
    threads: int = 4
    """How many runs the thread queue executes at once in one web process."""
    first_token_timeout_seconds: float = 60
    run_timeout_seconds: float = 180
    """From the start of the provider's call to the end of its answer."""
    lease_seconds: float = 20
    """A run whose worker does not renew its lease for so long is interrupted."""
    max_prompt_chars: int = 100_000
    """A longer rendered prompt is refused, not cut."""
    post_summary_fields: Mapping[str, str] = field(default_factory=dict)
    """Model label, such as ``blog.BlogPage``, to the field that ``{{ post_summary }}`` reads."""

    @property
    def stream(self) -> str:
        """Dotted path of the class that carries live text; it follows the queue."""
        return REDIS_STREAM if self.queue == RQ_QUEUE else DATABASE_STREAM


SCALARS: Mapping[str, tuple[str, type]] = {
    "THREADS": ("threads", int),
    "FIRST_TOKEN_TIMEOUT": ("first_token_timeout_seconds", float),
    "RUN_TIMEOUT": ("run_timeout_seconds", float),
    "LEASE_SECONDS": ("lease_seconds", float),
    "MAX_PROMPT_CHARS": ("max_prompt_chars", int),
}
KNOWN_KEYS = frozenset({"PROVIDERS", "MODELS", "QUEUE", "POST_SUMMARY_FIELDS", *SCALARS})
PROVIDER_KEYS: Mapping[str, tuple[type, ...]] = {
    "BACKEND": (str,),
    "API_KEY": (str,),
    "BASE_URL": (str,),
    "OPTIONS": (Mapping,),
}
MODEL_KEYS: Mapping[str, tuple[type, ...]] = {
    "PROVIDER": (str,),
    "NAME": (str,),
    "LABEL": (str, Promise),
    "DESCRIPTION": (str, Promise),
}


def raw_settings() -> Mapping[str, Any]:
    """Return the site's dict as written.

    Raises:
        ImproperlyConfigured: It is not a dict.
    """
    raw = getattr(django_settings, SETTING, {})
    if not isinstance(raw, Mapping):
        msg = f"{SETTING} must be a dict."
        raise ImproperlyConfigured(msg)
    return raw


@cache
def get_settings() -> Settings:
    """Return the site's settings; read once per process, and again after a change in a test.

    Raises:
        ImproperlyConfigured: A value has the wrong type; the message names its key.
    """
    raw = raw_settings()
    scalars = {
        name: _positive(raw[key], kind, key) for key, (name, kind) in SCALARS.items() if key in raw
    }
    return Settings(
        providers=_providers(raw),
        models=_models(raw),
        queue=_queue(raw),
        post_summary_fields=_mapping(raw, "POST_SUMMARY_FIELDS"),
        **scalars,
    )


def _mapping(raw: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    value = raw.get(key, {})
    if not isinstance(value, Mapping):
        msg = f"{SETTING}[{key!r}] must be a dict."
        raise ImproperlyConfigured(msg)
    return value


def _positive(value: object, kind: type, key: str) -> Any:
    is_number = isinstance(value, (int, kind)) and not isinstance(value, bool)
    if not is_number or not 0 < value < math.inf:  # type: ignore[operator]
        msg = f"{SETTING}[{key!r}] must be a number above 0, not {value!r}."
        raise ImproperlyConfigured(msg)
    return value


def _entry(
    entry: object, kinds: Mapping[str, tuple[type, ...]], required: set[str], where: str
) -> Mapping[str, Any]:
    """Check one entry; the values may be secret, so no message quotes one."""
    if not isinstance(entry, Mapping):
        msg = f"{SETTING}{where} must be a dict."
        raise ImproperlyConfigured(msg)
    if unknown := set(entry) - set(kinds):
        msg = f"{SETTING}{where} has an unknown key {min(unknown, key=str)!r}."
        raise ImproperlyConfigured(msg)
    # None stands for "not set": it is what os.environ.get() returns.
    values = {key: value for key, value in entry.items() if value is not None}
    for key, value in values.items():
        if not isinstance(value, kinds[key]):
            msg = f"{SETTING}{where}[{key!r}] must be a {'dict' if Mapping in kinds[key] else 'string'}."
            raise ImproperlyConfigured(msg)
    if missing := {key for key in required if not values.get(key)}:
        msg = f"{SETTING}{where} needs the key {min(missing)!r}."
        raise ImproperlyConfigured(msg)
    return values


def _providers(raw: Mapping[str, Any]) -> Mapping[str, ProviderSettings]:
    if "PROVIDERS" not in raw:
        return _providers_from_environment()
    providers = {}
    for alias, value in _mapping(raw, "PROVIDERS").items():
        entry = _entry(value, PROVIDER_KEYS, {"BACKEND"}, f"['PROVIDERS'][{alias!r}]")
        providers[alias] = ProviderSettings(
            alias=alias,
            backend=entry["BACKEND"],
            api_key=entry.get("API_KEY"),
            base_url=entry.get("BASE_URL"),
            options=entry.get("OPTIONS", {}),
        )
    return providers


def _providers_from_environment() -> Mapping[str, ProviderSettings]:
    """Read the variables that the vendors' own tools read."""
    vendors = {"openai": OPENAI_BACKEND, "anthropic": ANTHROPIC_BACKEND}
    providers = {
        alias: ProviderSettings(
            alias=alias,
            backend=backend,
            api_key=api_key,
            base_url=os.environ.get(f"{alias.upper()}_BASE_URL"),
        )
        for alias, backend in vendors.items()
        if (api_key := os.environ.get(f"{alias.upper()}_API_KEY"))
    }
    if host := os.environ.get("OLLAMA_HOST"):
        providers["ollama"] = ProviderSettings(
            alias="ollama", backend=OLLAMA_BACKEND, base_url=host
        )
    return providers


def _models(raw: Mapping[str, Any]) -> Mapping[str, ModelSettings]:
    models = {}
    for key, value in _mapping(raw, "MODELS").items():
        entry = _entry(value, MODEL_KEYS, {"PROVIDER", "NAME"}, f"['MODELS'][{key!r}]")
        models[key] = ModelSettings(
            key=key,
            provider=entry["PROVIDER"],
            name=entry["NAME"],
            label=entry.get("LABEL", key),
            description=entry.get("DESCRIPTION", ""),
        )
    return models


def _queue(raw: Mapping[str, Any]) -> str:
    queue = raw.get("QUEUE")
    if queue is None:
        return RQ_QUEUE if getattr(django_settings, "RQ_QUEUES", None) else THREAD_QUEUE
    if not isinstance(queue, str):
        msg = f"{SETTING}['QUEUE'] must be the dotted path of a class."
        raise ImproperlyConfigured(msg)
    return queue


def _forget(*, setting: str, **_kwargs: object) -> None:
    if setting in {SETTING, "RQ_QUEUES"}:
        get_settings.cache_clear()


setting_changed.connect(_forget, dispatch_uid="wagtail_llm_actions.conf")
