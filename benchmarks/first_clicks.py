"""How many first clicks on the example site give a text that can be accepted as it is.

``python -m benchmarks.first_clicks`` fills a test database with the site, and executes each of its
actions once for each post or author, with the site's own model. It prints every text, and the rate.
"""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")

if TYPE_CHECKING:
    from collections.abc import Iterator

    from wagtail_llm_actions.models import LLMAction, LLMRun

SENTENCES = {"summary", "search_description", "tagline"}
"""The fields whose texts are whole sentences."""
MAX_TITLE_CHARS = 110
"""A longer title breaks into more than two lines."""
SENTENCE_END = re.compile(r"[.!?…][\"”)]*\Z")
ABOUT_ITSELF = re.compile(
    r"(?i)\b(?:the|this) (?:text|article|passage|author|post|story|sentence)\b"
    r"|\b(?:subtitle|title|headline|original|summary|rewritten|reworded|rewrite)\b"
    r"|\bthis is a (?:\w+ ){0,4}(?:sentence|example|way|story|text|piece)\b"
    r"|\b(?:der|dieser|des) (?:text|artikel|beitrag|abschnitt)s?\b|\b(?:untertitel|zusammenfassung)\b"
)
"""What speaks of a text, where the text itself was asked for."""


@dataclass(frozen=True, slots=True)
class Click:
    """One first click, and what keeps its text from being accepted as it is."""

    action: str
    target: str
    language: str
    text: str
    problems: tuple[str, ...]


def clicks() -> Iterator[Click]:
    """Yield one click for each action and object that it has a source on."""
    from example_site.blog.models import Author, BlogPage  # noqa: PLC0415
    from tests.runs.starting import start_run  # noqa: PLC0415
    from wagtail_llm_actions.models import LLMAction  # noqa: PLC0415
    from wagtail_llm_actions.runs.lifecycle.execute import execute  # noqa: PLC0415

    # The site's own model sees no images, and a click in a block needs its form.
    texts = LLMAction.objects.filter(model_type__app_label="blog").exclude(
        destination__contains=":"
    )
    for llm_action in texts.order_by("sort_order"):
        model = llm_action.model_type.model_class()
        for target in (BlogPage if model is BlogPage else Author).objects.order_by("pk"):
            if not getattr(target, llm_action.source):
                continue
            run = start_run(llm_action, target)
            execute(run.pk)
            run.refresh_from_db()
            yield Click(
                action=llm_action.label,
                target=str(target),
                language=language_of(target),
                text=run.output,
                problems=tuple(problems(run, llm_action, target)),
            )


def problems(run: LLMRun, llm_action: LLMAction, target: Any) -> Iterator[str]:
    """Yield what keeps the text of a run from being accepted as it is."""
    from benchmarks.answers import UNCLEAN  # noqa: PLC0415
    from wagtail_llm_actions.answers.checks.language import other_language  # noqa: PLC0415
    from wagtail_llm_actions.runs.contract import faults_of  # noqa: PLC0415

    text = run.output
    if run.status != "succeeded":
        yield f"{run.status}: {run.error_code}"
        return
    yield from (f"does not fit: {fault.kind.value}" for fault in faults_of(run, text))
    yield from (name for name, found in UNCLEAN.items() if found.search(text))
    is_whole = run.finish_reason == "stop" and "\n" not in text
    if llm_action.destination in SENTENCES:
        is_whole = is_whole and SENTENCE_END.search(text) is not None
    if llm_action.destination == "title" and len(text) > MAX_TITLE_CHARS:
        yield "no title"
    if not is_whole:
        yield "not whole"
    if ABOUT_ITSELF.search(text):
        yield "speaks of itself"
    if other_language(text, language_of(target)):
        yield "in another language"
    sentences = [part.strip() for part in re.split(r"[.!?:]\s*", text) if part.strip()]
    if len(set(sentences)) < len(sentences) or text == getattr(target, llm_action.destination):
        yield "repeats"


def language_of(target: Any) -> str:
    """Return the language of a post; authors are described in English."""
    return str(target.locale.language_code) if hasattr(target, "locale") else "en"


def main() -> None:
    """Measure in a test database, and print texts and rates."""
    django.setup()
    from django.conf import settings  # noqa: PLC0415
    from django.test.utils import get_runner  # noqa: PLC0415

    from example_site.blog.loading.actions import MODEL, load_actions  # noqa: PLC0415
    from example_site.blog.loading.pages import load_german_pages, load_pages  # noqa: PLC0415
    from tests.parts.model_server import running_model_server  # noqa: PLC0415
    from wagtail_llm_actions.conf.providers import OPENAI_BACKEND  # noqa: PLC0415

    runner: Any = get_runner(settings)(verbosity=0, interactive=False)
    runner.setup_test_environment()
    databases = runner.setup_databases()
    try:
        with running_model_server() as server:
            settings.WAGTAIL_LLM_ACTIONS = {
                "QUEUE": "tests.kept_queue.KeptQueue",
                "PROVIDERS": {
                    "local": {
                        "BACKEND": OPENAI_BACKEND,
                        "BASE_URL": f"{server.url}/v1",
                        "API_KEY": server.api_key,
                    }
                },
                "MODELS": {MODEL: {"PROVIDER": "local", "NAME": server.model, "LABEL": "SmolLM2"}},
                "LIMITS": {"USER_CONCURRENT": None, "USER_PER_MINUTE": None, "USER_PER_DAY": None},
            }
            load_pages()
            load_german_pages()
            load_actions()
            report(clicks())
    finally:
        runner.teardown_databases(databases)
        runner.teardown_test_environment()


def report(found: Iterator[Click]) -> None:
    """Print each text with its problems as it comes, and then the rates."""
    by_action: dict[str, list[Click]] = {}
    for click in found:
        of_language = "" if click.language == "en" else f" ({click.language})"
        by_action.setdefault(f"{click.action}{of_language}", []).append(click)
        verdict = ", ".join(click.problems) or "✓"
        print(f"- {click.action}, {click.target}: {click.text!r} {verdict}", flush=True)
    print()
    for action, clicked in by_action.items():
        print(f"{action}: {_rate(clicked)}")
    every = [click for clicked in by_action.values() for click in clicked]
    print(f"Can be accepted as they are: {_rate(every)}.")


def _rate(clicked: list[Click]) -> str:
    accepted = sum(not click.problems for click in clicked)
    return f"{accepted} of {len(clicked)} ({accepted / len(clicked):.0%})"


if __name__ == "__main__":
    main()
