"""System checks of the settings: each mistake has an id, and a hint that says what to write."""

from __future__ import annotations

import sys
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.core import checks
from django.utils import timezone

from wagtail_llm_actions.checks import fields, infrastructure, models
from wagtail_llm_actions.conf import (
    KNOWN_KEYS,
    SETTING,
    THREAD_QUEUE,
    InvalidSettings,
    raw_settings,
    read_settings,
    rq_queues,
)
from wagtail_llm_actions.documentation import documentation

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
        *models.providers(settings),
        *models.addresses(settings),
        *models.transport(settings),
        *models.prices(settings),
        *models.models(settings, raw),
        *fields.post_summary_fields(settings),
        *fields.source_properties(settings),
        *infrastructure.queue(settings),
        *infrastructure.stream(settings),
        *_currency(settings),
        *infrastructure.retention(settings),
        *fields.writers(),
        *fields.parts(),
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
