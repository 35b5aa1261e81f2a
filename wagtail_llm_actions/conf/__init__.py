"""The package's settings: one dict, ``WAGTAIL_LLM_ACTIONS``, read into one frozen object.

Mistakes in it are reported by ``checks.py``; reading a wrong value raises
``ImproperlyConfigured``. Every key is optional.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from django.conf import settings as django_settings
from django.core.exceptions import ImproperlyConfigured
from django.core.signals import setting_changed

from wagtail_llm_actions.conf.entries import SETTING, mapping, positive
from wagtail_llm_actions.conf.limits import Limits, read_limits
from wagtail_llm_actions.conf.models import ModelSettings, read_models
from wagtail_llm_actions.conf.providers import ProviderSettings, read_providers

__all__ = ["SETTING", "Limits", "ModelSettings", "ProviderSettings", "Settings", "get_settings"]

RQ_QUEUE = "wagtail_llm_actions.queues.rq.RQQueue"
THREAD_QUEUE = "wagtail_llm_actions.queues.thread.ThreadQueue"
REDIS_STREAM = "wagtail_llm_actions.streams.redis.RedisStream"
DATABASE_STREAM = "wagtail_llm_actions.streams.database.DatabaseStream"


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
    """Of each call."""
    run_timeout_seconds: float = 180
    """From the start of a run's first call to its end, with all that is tried again."""
    lease_seconds: float = 15
    """A run whose worker does not renew its lease for so long is interrupted."""
    max_prompt_chars: int = 100_000
    """A longer rendered prompt is refused, not cut."""
    limits: Limits = field(default_factory=Limits)
    """On the runs of each user and of the site."""
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
KNOWN_KEYS = frozenset({"PROVIDERS", "MODELS", "QUEUE", "LIMITS", "POST_SUMMARY_FIELDS", *SCALARS})


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
    providers = read_providers(raw)
    scalars = {
        name: positive(raw[key], kind, key) for key, (name, kind) in SCALARS.items() if key in raw
    }
    return Settings(
        providers=providers,
        models=read_models(raw, providers),
        queue=_queue(raw),
        limits=read_limits(raw),
        post_summary_fields=mapping(raw, "POST_SUMMARY_FIELDS"),
        **scalars,
    )


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
