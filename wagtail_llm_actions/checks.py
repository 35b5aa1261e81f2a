"""System checks of the settings: each mistake has an id, and a hint that says what to write."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.conf import settings as django_settings
from django.core import checks
from django.core.exceptions import ImproperlyConfigured
from django.utils.module_loading import import_string

from wagtail_llm_actions.conf import (
    KNOWN_KEYS,
    RQ_QUEUE,
    SETTING,
    THREAD_QUEUE,
    get_settings,
    raw_settings,
)
from wagtail_llm_actions.conf.providers import OPENAI_BACKEND
from wagtail_llm_actions.provider_registry import get_provider
from wagtail_llm_actions.queues import Priority, Queue

if TYPE_CHECKING:
    from collections.abc import Iterator

    from wagtail_llm_actions.conf import Settings


@checks.register
def check_settings(**_kwargs: Any) -> list[checks.CheckMessage]:
    """Check ``WAGTAIL_LLM_ACTIONS``, and the queues of ``RQ_QUEUES`` that it needs."""
    try:
        raw, settings = raw_settings(), get_settings()
    except ImproperlyConfigured as error:
        hint = "See docs/settings.md for the keys and their values."
        return [checks.Error(str(error), hint=hint, id="wagtail_llm_actions.E001")]
    return [
        *_unknown_keys(raw),
        *_providers(settings),
        *_models(settings),
        *_post_summary_fields(settings),
        *_queue(settings),
        *_rq_queues(settings),
    ]


def _unknown_keys(raw: Any) -> Iterator[checks.CheckMessage]:
    for key in sorted(set(raw) - KNOWN_KEYS, key=str):
        yield checks.Warning(
            f"{SETTING} has the unknown key {key!r}.",
            hint=f"Known keys are {', '.join(sorted(KNOWN_KEYS))}.",
            id="wagtail_llm_actions.W001",
        )


def _providers(settings: Settings) -> Iterator[checks.CheckMessage]:
    for alias in settings.providers:
        try:
            get_provider(alias)
        except ImproperlyConfigured as error:
            yield checks.Error(
                str(error),
                hint="Set BACKEND to the dotted path of a Provider subclass, such as "
                f"{OPENAI_BACKEND!r}. docs/settings.md lists the other keys.",
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


def _post_summary_fields(settings: Settings) -> Iterator[checks.CheckMessage]:
    models = {model._meta.label: model for model in apps.get_models()}
    for label, name in settings.post_summary_fields.items():
        model = models.get(label)
        if model is None or name not in {field.name for field in model._meta.get_fields()}:
            yield checks.Warning(
                f"{SETTING}['POST_SUMMARY_FIELDS'] maps {label!r} to {name!r}, but there is no such "
                "model or field.",
                hint="Write it as {'blog.BlogPage': 'summary'}, with the model's exact label.",
                id="wagtail_llm_actions.W003",
            )


def _queue(settings: Settings) -> Iterator[checks.CheckMessage]:
    try:
        queue = import_string(settings.queue)
    except (ImportError, ImproperlyConfigured):
        queue = None
    if not (isinstance(queue, type) and issubclass(queue, Queue)):
        yield checks.Error(
            f"{SETTING}['QUEUE'] is {settings.queue!r}, which is not a Queue subclass that can be "
            "imported.",
            hint="Use the dotted path of a Queue subclass, leave the key out, or install the "
            "extra of the RQ queue with pip install 'wagtail-llm-actions[rq]'.",
            id="wagtail_llm_actions.E004",
        )
    elif settings.queue == THREAD_QUEUE:
        yield checks.Info(
            "LLM runs are executed in threads of the web process.",
            hint="For production, install django-rq, add the queues 'llm' and 'llm_bulk' to "
            "RQ_QUEUES, and start `manage.py llm_actions_worker`.",
            id="wagtail_llm_actions.I001",
        )


def _rq_queues(settings: Settings) -> Iterator[checks.CheckMessage]:
    configured = getattr(django_settings, "RQ_QUEUES", None) or {}
    missing = [priority.value for priority in Priority if priority not in configured]
    if settings.queue == RQ_QUEUE and missing:
        yield checks.Error(
            f"RQ_QUEUES has no queue {' and no queue '.join(map(repr, missing))}.",
            hint="Add them to RQ_QUEUES, with the same connection as your other queues.",
            id="wagtail_llm_actions.E005",
        )
