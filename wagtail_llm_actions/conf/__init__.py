"""The setting ``WAGTAIL_LLM_ACTIONS``: a dict, read into one frozen object.

Every key is optional. Wrong values raise ``InvalidSettings`` when the dict is read; ``checks.py``
turns each of them into a message of ``manage.py check``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from functools import partial
from typing import TYPE_CHECKING, Any

from django.conf import settings as django_settings
from django.core.signals import setting_changed

from wagtail_llm_actions.conf.currency import (
    Currency,
    read_currency,
    read_estimate_from_cents,
)
from wagtail_llm_actions.conf.entries import (
    SETTING,
    InvalidSettings,
    Problems,
    class_path,
    mapping,
    name_lists,
    positive,
)
from wagtail_llm_actions.conf.limits import Limits, read_limits
from wagtail_llm_actions.conf.models import ModelSettings, read_models
from wagtail_llm_actions.conf.providers import ProviderSettings, read_providers
from wagtail_llm_actions.conf.retention import Retention, read_retention
from wagtail_llm_actions.threads import built_once

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

__all__ = [
    "SETTING",
    "Currency",
    "InvalidSettings",
    "Limits",
    "ModelSettings",
    "ProviderSettings",
    "Retention",
    "Settings",
    "configured_context",
    "context_limit",
    "first_token_timeout_seconds",
    "get_settings",
]

RQ_QUEUE = "wagtail_llm_actions.queues.rq.RQQueue"
THREAD_QUEUE = "wagtail_llm_actions.queues.thread.ThreadQueue"
INTERACTIVE_QUEUE, BULK_QUEUE = "llm", "llm_bulk"
"""Names in ``RQ_QUEUES``."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Settings:
    """Everything that a site can configure, with its defaults."""

    providers: Mapping[str, ProviderSettings]
    models: Mapping[str, ModelSettings]
    queue: str
    """Dotted path of a ``Queue`` subclass."""
    stream: str | None = None
    """Dotted path of a ``Stream`` subclass; ``None`` is the queue's ``default_stream``."""
    threads: int = 4
    """Runs that the thread queue executes at once in one process."""
    first_token_timeout_seconds: float = 60
    """Limit of each call to a provider."""
    run_timeout_seconds: float = 180
    """Limit from the start of a run's first call to its end, retries and the fallback included."""
    lease_seconds: float = 15
    """A run fails as interrupted if its worker has not renewed the lease for this long."""
    max_prompt_chars: int = 100_000
    """A run fails if its rendered prompt is longer; the prompt is never cut to this length."""
    limits: Limits = field(default_factory=Limits)
    """Of the runs of each user and of the whole site."""
    currency: Currency | None = None
    """In which amounts are shown beside US dollars; ``None`` for US dollars alone."""
    retention: Retention = field(default_factory=Retention)
    """How long the texts and the rows of runs are kept."""
    estimate_from_cents: Decimal | None = Decimal(1)
    """The US cents from which on a click says what it will cost; ``None`` for never."""
    post_summary_fields: Mapping[str, str] = field(default_factory=dict)
    """The field that ``{{ post_summary }}`` reads, by model label such as ``blog.BlogPage``."""
    source_properties: Mapping[str, Sequence[str]] = field(default_factory=dict)
    """Properties and methods that actions and templates may read, by model label."""


SCALARS: Mapping[str, tuple[str, type]] = {
    "THREADS": ("threads", int),
    "FIRST_TOKEN_TIMEOUT": ("first_token_timeout_seconds", float),
    "RUN_TIMEOUT": ("run_timeout_seconds", float),
    "LEASE_SECONDS": ("lease_seconds", float),
    "MAX_PROMPT_CHARS": ("max_prompt_chars", int),
}
KNOWN_KEYS = frozenset(
    {"PROVIDERS", "MODELS", "QUEUE", "STREAM", "LIMITS", "CURRENCY", "RETENTION"}
    | {"ESTIMATE_FROM_CENTS", "POST_SUMMARY_FIELDS"}
    | {"SOURCE_PROPERTIES", *SCALARS}
)


def raw_settings() -> Mapping[str, Any]:
    """Return the dict as the site wrote it; empty if there is none.

    Raises:
        InvalidSettings: The setting is not a dict.
    """
    raw = getattr(django_settings, SETTING, {})
    if not isinstance(raw, Mapping):
        msg = f"{SETTING} must be a dict."
        raise InvalidSettings(msg)
    return raw


@built_once
def get_settings() -> Settings:
    """Return the site's settings; cached until Django's ``setting_changed`` signal, which tests send.

    Raises:
        InvalidSettings: Values are wrong; a message for each names its key.
    """
    settings, problems = read_settings(raw_settings())
    problems.raise_if_any()
    return settings


def read_settings(raw: Mapping[str, Any]) -> tuple[Settings, Problems]:
    """Return the settings, with defaults in place of wrong values, and what is wrong with those."""
    problems = Problems()
    providers = read_providers(raw, problems)
    values: dict[str, Any] = {"queue": _default_queue()}
    for name, read in _readers(raw).items():
        with problems.collect():
            values[name] = read()
    settings = Settings(providers=providers, models=read_models(raw, providers, problems), **values)
    return settings, problems


def _readers(raw: Mapping[str, Any]) -> dict[str, Callable[[], Any]]:
    """Return a function for each value, which raises ``InvalidSettings`` where it is wrong."""
    return {
        "queue": lambda: class_path(raw, "QUEUE") or _default_queue(),
        "stream": partial(class_path, raw, "STREAM"),
        "limits": partial(read_limits, raw),
        "currency": partial(read_currency, raw),
        "retention": partial(read_retention, raw),
        "estimate_from_cents": partial(read_estimate_from_cents, raw),
        "post_summary_fields": partial(mapping, raw, "POST_SUMMARY_FIELDS"),
        "source_properties": partial(name_lists, raw, "SOURCE_PROPERTIES"),
        **{
            name: partial(positive, raw[key], kind, f"[{key!r}]")
            for key, (name, kind) in SCALARS.items()
            if key in raw
        },
    }


def first_token_timeout_seconds(model: ModelSettings) -> float:
    """Return how long a model may take until it writes or thinks: its own limit, or the site's."""
    return model.first_token_timeout_seconds or get_settings().first_token_timeout_seconds


def context_limit(model: ModelSettings) -> int | None:
    """Return the tokens that prompt and answer may have together, or ``None`` for unknown.

    The smallest of what the model can take, and of what its server is told to load for it.
    """
    known = (model.capabilities.context_tokens, configured_context(model))
    return min(filter(None, known), default=None)


def configured_context(model: ModelSettings) -> int | None:
    """Return the tokens of the context that a server is told to load, or has loaded, by ``OPTIONS``."""
    provider = get_settings().providers.get(model.provider)
    if provider is None:
        return None
    return provider.backend_class.context_tokens({**provider.options, **model.options})


def rq_queues() -> Mapping[str, Any]:
    """Return the setting ``RQ_QUEUES`` of django-rq; empty if there is none."""
    return getattr(django_settings, "RQ_QUEUES", None) or {}


def _default_queue() -> str:
    # A site may have queues of its own only.
    has_queues = {INTERACTIVE_QUEUE, BULK_QUEUE} <= rq_queues().keys()
    return RQ_QUEUE if has_queues else THREAD_QUEUE


def _clear_cache(*, setting: str, **_kwargs: object) -> None:
    if setting in {SETTING, "RQ_QUEUES"}:
        get_settings.cache_clear()


setting_changed.connect(_clear_cache, dispatch_uid="wagtail_llm_actions.conf")
