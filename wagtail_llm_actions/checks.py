"""System checks of the settings: each mistake has an id, and a hint that says what to write."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.contrib.staticfiles import finders
from django.core import checks
from django.core.exceptions import ImproperlyConfigured
from django.utils import timezone
from django.utils.module_loading import import_string

from wagtail_llm_actions.conf import (
    KNOWN_KEYS,
    SETTING,
    THREAD_QUEUE,
    InvalidSettings,
    raw_settings,
    read_settings,
    rq_queues,
)
from wagtail_llm_actions.conf.providers import OPENAI_BACKEND, environment_variables
from wagtail_llm_actions.documentation import documentation
from wagtail_llm_actions.fields import FieldAdapter, registered_adapters
from wagtail_llm_actions.models import RetentionMode
from wagtail_llm_actions.provider_registry import build_provider
from wagtail_llm_actions.queues import Queue
from wagtail_llm_actions.runs import unstored
from wagtail_llm_actions.streams import Stream

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from wagtail_llm_actions.conf import Settings

OLD_RATE = timedelta(days=90)


@checks.register
def check_settings(**_kwargs: Any) -> list[checks.CheckMessage]:
    """Check ``WAGTAIL_LLM_ACTIONS``, and the queues of ``RQ_QUEUES`` that it needs."""
    try:
        raw = raw_settings()
    except InvalidSettings as error:
        return list(_wrong_values(error.problems))
    settings, problems = read_settings(raw)
    return [
        *_wrong_values(problems),
        *_unknown_keys(raw),
        *_providers(settings),
        *_addresses(settings),
        *_models(settings, raw),
        *_post_summary_fields(settings),
        *_source_properties(settings),
        *_queue(settings),
        *_stream(settings),
        *_currency(settings),
        *_retention(settings),
        *_writers(),
        *_parts(),
    ]


@checks.register
def recommend_queue_server(**_kwargs: Any) -> list[checks.CheckMessage]:
    """Recommend a queue server in ``manage.py check``, unless the site chose its queue itself."""
    # Django runs the checks before most commands, and does not say before which.
    if sys.argv[1:2] != ["check"]:
        return []
    try:
        is_chosen = "QUEUE" in raw_settings()
    except InvalidSettings:
        is_chosen = False
    if is_chosen or rq_queues():
        return []
    return [
        checks.Info(
            "LLM runs are executed in threads of the web process.",
            hint="For production, install django-rq, add the queues 'llm' and 'llm_bulk' to "
            "RQ_QUEUES, and start `manage.py llm_actions_worker`. To keep the threads, set "
            f"{SETTING} = {{'QUEUE': {THREAD_QUEUE!r}}}.",
            id="wagtail_llm_actions.I001",
        )
    ]


def _wrong_values(problems: Iterable[str]) -> Iterator[checks.CheckMessage]:
    for problem in problems:
        yield checks.Error(
            problem,
            hint=f"{documentation('settings.md')} has the keys and their values.",
            id="wagtail_llm_actions.E001",
        )


def _unknown_keys(raw: Any) -> Iterator[checks.CheckMessage]:
    for key in sorted(set(raw) - KNOWN_KEYS, key=str):
        yield checks.Warning(
            f"{SETTING} has the unknown key {key!r}.",
            hint=f"Known keys are {', '.join(sorted(KNOWN_KEYS))}.",
            id="wagtail_llm_actions.W001",
        )


def _providers(settings: Settings) -> Iterator[checks.CheckMessage]:
    for entry in settings.providers.values():
        try:
            provider = build_provider(entry)
        except ImproperlyConfigured as error:
            yield checks.Error(
                str(error),
                hint="Set BACKEND to the dotted path of a Provider subclass, such as "
                f"{OPENAI_BACKEND!r}. {documentation('settings.md')} lists the other keys.",
                id="wagtail_llm_actions.E002",
            )
            continue
        if not provider.is_installed():
            yield checks.Warning(
                f"The client library of the provider {entry.alias!r} is not installed, so none of its "
                "models can be used.",
                hint=f'pip install "{provider.requirement}"',
                id="wagtail_llm_actions.W008",
            )


def _addresses(settings: Settings) -> Iterator[checks.CheckMessage]:
    for alias, provider in settings.providers.items():
        # A query may hold a key.
        url = (provider.base_url or "").partition("?")[0]
        if url and (path := provider.backend_class.missing_path(url)):
            yield checks.Warning(
                f"{SETTING}['PROVIDERS'][{alias!r}]: BASE_URL {url!r} has probably to go on with {path}.",
                hint="Servers with OpenAI's protocol usually answer below /v1. If this one does not, "
                "silence this warning by SILENCED_SYSTEM_CHECKS.",
                id="wagtail_llm_actions.W004",
            )


def _writers() -> Iterator[checks.CheckMessage]:
    if not apps.is_installed("django.contrib.staticfiles"):
        return
    for adapter in registered_adapters():
        if adapter.is_destination and finders.find(adapter.writer) is None:
            yield checks.Warning(
                f"The writer {adapter.writer!r} of the field adapter {type(adapter).__name__} is not among the "
                "static files, so its fields get no Generate button.",
                hint="Put the script there, or leave writer empty for fields that are only read.",
                id="wagtail_llm_actions.W005",
            )


def _parts() -> Iterator[checks.CheckMessage]:
    needed = ("part_form_field", "item_object")
    for adapter in registered_adapters():
        kind = type(adapter)
        if kind.part_field is FieldAdapter.part_field:
            continue
        for name in needed:
            if getattr(kind, name) is getattr(FieldAdapter, name):
                yield checks.Error(
                    f"The field adapter {kind.__name__} has part_field(), but not {name}(): the form of "
                    "an action that writes a part of such a field would fail.",
                    hint=f"Write {name}() as well; see {documentation('extending/field.md')}.",
                    id="wagtail_llm_actions.E008",
                )


def _models(settings: Settings, raw: Mapping[str, Any]) -> Iterator[checks.CheckMessage]:
    # An entry that is wrong is named by itself.
    given = raw.get("PROVIDERS")
    named = settings.providers.keys() | (given.keys() if isinstance(given, Mapping) else set())
    for model in settings.models.values():
        if model.provider and model.provider not in named:
            known = ", ".join(sorted(settings.providers)) or "none is configured"
            yield checks.Error(
                f"{SETTING}['MODELS'][{model.key!r}]['PROVIDER'] is {model.provider!r}, which is "
                "not in PROVIDERS.",
                hint=f"Use one of these providers: {known}.",
                id="wagtail_llm_actions.E003",
            )
    for model in settings.models.values():
        provider = settings.providers.get(model.provider)
        is_given = model.capabilities.accepts_images and model.key in (raw.get("MODELS") or {})
        if is_given and provider and not provider.backend_class.sends_images:
            yield checks.Warning(
                f"{SETTING}['MODELS'][{model.key!r}]: ACCEPTS_IMAGES is True, but the adapter of the "
                f"provider {provider.alias!r} sends no images.",
                hint="Leave ACCEPTS_IMAGES out, or set sends_images in the Provider subclass if its "
                f"stream() sends them; see {documentation('extending/provider.md')}.",
                id="wagtail_llm_actions.W009",
            )
    if not settings.models and not raw.get("MODELS"):
        yield checks.Warning(
            "No model is configured, so no action can run.",
            hint=_missing_models(settings),
            id="wagtail_llm_actions.W002",
        )


def _missing_models(settings: Settings) -> str:
    page = documentation("settings.md")
    alias = next(iter(settings.providers), None)
    if alias is None:
        variables = " or ".join(environment_variables())
        return (
            f"Set {variables} in the environment, or add {SETTING} = {{'PROVIDERS': …, 'MODELS': …}}; "
            f"see {page}."
        )
    return (
        f"Add {SETTING} = {{'MODELS': {{'my-model': {{'PROVIDER': {alias!r}, 'NAME': …}}}}}}: the "
        f"provider {alias!r} is set up, and only MODELS is missing, because nobody but you knows which "
        f"models its server has; see {page}."
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


def _source_properties(settings: Settings) -> Iterator[checks.CheckMessage]:
    models = {model._meta.label: model for model in apps.get_models()}
    for label, names in settings.source_properties.items():
        model = models.get(label)
        wrong = [name for name in names if not hasattr(model, name)] if model else [""]
        for name in wrong:
            yield checks.Warning(
                f"{SETTING}['SOURCE_PROPERTIES'] names {label}.{name}, but there is no such model, "
                "property or method.",
                hint="Write it as {'blog.BlogPage': ['reading_minutes']}, with the model's exact label.",
                id="wagtail_llm_actions.W006",
            )


def _queue(settings: Settings) -> Iterator[checks.CheckMessage]:
    queue = _subclass(settings.queue, Queue)
    if queue is not None:
        yield from queue.check()
        return
    yield checks.Error(
        f"{SETTING}['QUEUE'] is {settings.queue!r}, which is not a Queue subclass that can be "
        "imported.",
        hint="Use the dotted path of a Queue subclass, leave the key out, or install the "
        "extra of the RQ queue with pip install 'wagtail-llm-actions[rq]'.",
        id="wagtail_llm_actions.E004",
    )


def _stream(settings: Settings) -> Iterator[checks.CheckMessage]:
    if settings.stream is None:
        return
    stream = _subclass(settings.stream, Stream)
    if stream is not None:
        yield from stream.check()
        return
    yield checks.Error(
        f"{SETTING}['STREAM'] is {settings.stream!r}, which is not a Stream subclass that can be "
        "imported.",
        hint="Use the dotted path of a Stream subclass, leave the key out, because the queue has one, or "
        "install the extra of the RQ queue with pip install 'wagtail-llm-actions[rq]'.",
        id="wagtail_llm_actions.E006",
    )


def _currency(settings: Settings) -> Iterator[checks.CheckMessage]:
    currency, today = settings.currency, timezone.localdate()
    if currency is None:
        return
    if currency.date > today:
        yield checks.Error(
            f"{SETTING}['CURRENCY']['DATE'] is {currency.date}, which is in the future.",
            hint="Write the day that the rate is of; it is shown with the amounts.",
            id="wagtail_llm_actions.E007",
        )
    elif today - currency.date > OLD_RATE:
        yield checks.Warning(
            f"{SETTING}['CURRENCY']['RATE'] is of {currency.date}, more than {OLD_RATE.days} days ago.",
            hint="Write today's RATE, with its DATE. Amounts are stored in US dollars, so none is lost.",
            id="wagtail_llm_actions.W010",
        )


def _retention(settings: Settings) -> Iterator[checks.CheckMessage]:
    if settings.retention.mode != RetentionMode.NOTHING or not _subclass(settings.queue, Queue):
        return
    cache = settings.retention.cache
    shared = (
        f"Let {SETTING}['RETENTION']['CACHE'] name a cache in CACHES that all processes share, such as one with "
        "django.core.cache.backends.redis.RedisCache"
    )
    if found := unstored.problem(settings):
        yield checks.Error(
            found,
            hint=f"{shared}, and pip install 'wagtail-llm-actions[encryption]'; "
            f"see {documentation('retention.md')}.",
            id="wagtail_llm_actions.E009",
        )
    elif unstored.is_in_memory(settings):
        yield checks.Warning(
            f"The texts of runs are held by the cache {cache!r}, which each process has for itself: where the site "
            "has several, runs fail.",
            hint=f"{shared}. With one web process, silence this warning by SILENCED_SYSTEM_CHECKS.",
            id="wagtail_llm_actions.W011",
        )


def _subclass(path: str, base: type) -> Any:
    try:
        found = import_string(path)
    except (ImportError, ImproperlyConfigured):
        return None
    return found if isinstance(found, type) and issubclass(found, base) else None
