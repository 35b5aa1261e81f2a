"""The steps of Getting started: what a site needs before editors can generate text."""

from __future__ import annotations

from dataclasses import dataclass

from django.core.exceptions import ImproperlyConfigured
from django.urls import reverse
from django.utils.text import get_text_list
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from wagtail_llm_actions.conf import get_settings
from wagtail_llm_actions.conf.providers import environment_variables
from wagtail_llm_actions.errors import QueueUnavailable
from wagtail_llm_actions.messages.limits import daily_limits_sentence
from wagtail_llm_actions.messages.workers import UNFAIR_WORKER, worker_problem_sentence
from wagtail_llm_actions.models import LLMAction, PromptTemplate, RetentionMode
from wagtail_llm_actions.queues import WorkerProblem, get_queue

SETTINGS_PAGE = "wagtail_llm_actions/docs/settings.md"
"""Where an installed package has it."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Step:
    """One thing that a site needs."""

    name: str
    """Identifies the step in the template, which adds forms to some."""
    title: str
    is_done: bool
    text: str
    """What is set up, or what to do next."""
    url: str = ""
    """The page that shows what is set up; empty if there is none."""


def steps() -> list[Step]:
    """Return the steps in their order; only one, about the settings, if those are invalid."""
    try:
        return [_models(), _worker(), _templates(), _actions(), _limits(), _retention()]
    except (ImproperlyConfigured, ImportError) as error:
        title = _("The settings of LLM actions")
        return [Step(name="settings", title=title, is_done=False, text=str(error))]


def _models() -> Step:
    settings = get_settings()
    count = len(settings.models)
    text = ngettext(
        "%(count)d model is configured. Providers: %(providers)s.",
        "%(count)d models are configured. Providers: %(providers)s.",
        count,
    ) % {"count": count, "providers": ", ".join(settings.providers)}
    if settings.providers:
        missing = _(
            "Only MODELS is missing: %(providers)s is set up, and nobody but you knows which models its "
            "server has. Add them to the settings of the site, and start it again. %(page)s has the keys."
        ) % {"providers": ", ".join(settings.providers), "page": SETTINGS_PAGE}
    else:
        missing = _(
            "Set %(variables)s in the environment of the site, or add PROVIDERS and MODELS to its "
            "settings, and start it again. %(page)s has the keys."
        ) % {
            "variables": get_text_list(environment_variables(), _("or")),
            "page": SETTINGS_PAGE,
        }
    return Step(
        name="models",
        title=_("A provider and a model"),
        is_done=bool(count),
        text=text if count else missing,
        url=reverse("wagtail_llm_actions:models") if count else "",
    )


def _worker() -> Step:
    queue = get_queue()
    is_done = False
    try:
        problem = queue.worker_problem()
        is_done = problem is None
        if problem == WorkerProblem.MISSING:
            text = _("Start one: manage.py llm_actions_worker")
        elif problem is not None:
            text = worker_problem_sentence(problem)
        elif queue.has_worker():
            text = _("A worker is running.")
            if queue.shares_slots() is False:
                text = f"{text} {UNFAIR_WORKER}"
        else:
            text = _("Runs are executed by the queue that the site has chosen.")
    except QueueUnavailable:
        text = _("The queue server cannot be reached. Start it, or correct RQ_QUEUES.")
    if queue.executes_here:
        text = _(
            "Runs are executed in threads of the web process, which is enough to try it out. For "
            "production install django-rq, add RQ_QUEUES with the queues llm and llm_bulk, and "
            "start manage.py llm_actions_worker."
        )
    return Step(name="worker", title=_("A worker"), is_done=is_done, text=text)


def _templates() -> Step:
    count = PromptTemplate.objects.count()
    text = ngettext(
        "There is %(count)d prompt template.", "There are %(count)d prompt templates.", count
    ) % {"count": count}
    return Step(
        name="templates",
        title=_("Prompt templates"),
        is_done=bool(count),
        text=text if count else _("Begin with those that come with the package."),
        url=reverse("wagtail_llm_actions_prompt_templates:list") if count else "",
    )


def _actions() -> Step:
    count = LLMAction.objects.count()
    has_active = LLMAction.objects.filter(is_active=True).exists()
    text = ngettext("There is %(count)d action.", "There are %(count)d actions.", count) % {
        "count": count
    }
    if not has_active:
        inactive = _(
            "None is active, so editors see no button. Test one, then tick “Active” on its form."
        )
        text = f"{text} {inactive}"
    missing = _(
        "Choose a type with text fields. You get an action that fills one of them from another, "
        "for you to test and to change; editors see it when you make it active."
    )
    return Step(
        name="actions",
        title=_("An action"),
        is_done=has_active,
        text=text if count else missing,
        url=reverse("wagtail_llm_actions_actions:list") if count else "",
    )


def _limits() -> Step:
    where = _(
        "These limits hold from the start, so that nobody is surprised by a bill. Change USER_PER_DAY and "
        "SITE_PER_DAY under LIMITS in the settings of the site; None is no limit. Runs of "
        "manage.py llm_actions_run are not counted. %(page)s has all limits."
    ) % {"page": SETTINGS_PAGE}
    return Step(
        name="limits",
        title=_("Daily limits"),
        is_done=True,
        text=f"{daily_limits_sentence()} {where}",
    )


def _retention() -> Step:
    """Tell how long the history is kept, before anything is in it."""
    retention = get_settings().retention
    if retention.mode == RetentionMode.FIGURES:
        texts = _(
            "Prompts and texts are redacted as soon as an editor has decided, or after a day."
        )
    elif retention.mode == RetentionMode.NOTHING:
        texts = _("Prompts and texts are not stored.")
    elif days := retention.redact_after_days:
        texts = ngettext(
            "Prompts and texts are redacted after %(days)d day.",
            "Prompts and texts are redacted after %(days)d days.",
            days,
        ) % {"days": days}
    else:
        texts = _("Prompts and texts are kept for ever.")
    if days := retention.delete_after_days:
        rows = ngettext(
            "Runs, with their figures, are deleted after %(days)d day.",
            "Runs, with their figures, are deleted after %(days)d days.",
            days,
        ) % {"days": days}
    else:
        rows = _("Decisions, tokens and costs are kept for ever.")
    change = _("Each action can have periods of its own; RETENTION in the settings changes these.")
    return Step(
        name="retention",
        title=_("How long the history is kept"),
        is_done=True,
        text=f"{texts} {rows} {change}",
    )
