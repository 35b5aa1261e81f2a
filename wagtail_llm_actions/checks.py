"""System checks: every mistake in the settings, with a hint that says what to write."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.conf import settings as django_settings
from django.core import checks
from django.core.exceptions import ImproperlyConfigured
from django.utils.module_loading import import_string

from wagtail_llm_actions.conf import KNOWN_KEYS, RQ_QUEUE, SETTING, get_settings, raw_settings

if TYPE_CHECKING:
    from collections.abc import Iterator

    from wagtail_llm_actions.conf import Settings

LANES = ("llm", "llm_bulk")


@checks.register
def check_settings(**_kwargs: Any) -> list[checks.CheckMessage]:
    """Check ``WAGTAIL_LLM_ACTIONS`` and the queues it needs."""
    try:
        raw, settings = raw_settings(), get_settings()
    except ImproperlyConfigured as error:
        hint = "See docs/settings.md for the keys and their values."
        return [checks.Error(str(error), hint=hint, id="wagtail_llm_actions.E001")]
    return [
        *_unknown_keys(raw),
        *_providers(settings),
        *_models(settings),
        *_queue(settings),
    ]


def _unknown_keys(raw: Any) -> Iterator[checks.CheckMessage]:
    for key in sorted(set(raw) - KNOWN_KEYS):
        yield checks.Warning(
            f"{SETTING} has the unknown key {key!r}.",
            hint=f"Known keys are {', '.join(sorted(KNOWN_KEYS))}.",
            id="wagtail_llm_actions.W001",
        )


def _providers(settings: Settings) -> Iterator[checks.CheckMessage]:
    for provider in settings.providers.values():
        try:
            import_string(provider.backend)
        except ImportError:
            yield checks.Error(
                f"{SETTING}['PROVIDERS'][{provider.alias!r}]['BACKEND'] cannot be imported: "
                f"{provider.backend!r}.",
                hint="Give the dotted path of a class, such as "
                "'wagtail_llm_actions.providers.openai.OpenAIProvider'.",
                id="wagtail_llm_actions.E002",
            )


def _models(settings: Settings) -> Iterator[checks.CheckMessage]:
    for model in settings.models.values():
        if model.provider not in settings.providers:
            known = ", ".join(sorted(settings.providers)) or "none is configured"
            yield checks.Error(
                f"{SETTING}['MODELS'][{model.key!r}]['PROVIDER'] is {model.provider!r}, which is "
                "not in PROVIDERS.",
                hint=f"Use one of these providers: {known}.",
                id="wagtail_llm_actions.E003",
            )
    if not settings.models:
        yield checks.Warning(
            "No model is configured, so no action can run.",
            hint=f"Add {SETTING} = {{'PROVIDERS': …, 'MODELS': …}}; see docs/settings.md.",
            id="wagtail_llm_actions.W002",
        )


def _queue(settings: Settings) -> Iterator[checks.CheckMessage]:
    try:
        import_string(settings.queue)
    except ImportError:
        yield checks.Error(
            f"{SETTING}['QUEUE'] cannot be imported: {settings.queue!r}.",
            hint="Give the dotted path of a Queue class, install the extra with "
            "pip install 'wagtail-llm-actions[rq]', or leave the key out.",
            id="wagtail_llm_actions.E004",
        )
        return
    if settings.queue != RQ_QUEUE:
        yield checks.Info(
            "LLM runs are executed in threads of the web process.",
            hint="For production install django-rq, add RQ_QUEUES with the queues 'llm' and "
            "'llm_bulk', and start `manage.py llm_actions_worker`.",
            id="wagtail_llm_actions.I001",
        )
        return
    for lane in LANES:
        if lane not in getattr(django_settings, "RQ_QUEUES", {}):
            yield checks.Error(
                f"RQ_QUEUES has no queue {lane!r}.",
                hint=f"Add {lane!r} to RQ_QUEUES, with the same connection as your other queues.",
                id="wagtail_llm_actions.E005",
            )
