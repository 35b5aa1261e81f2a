"""Count what one click costs: queries, files, functions and moves between files.

``python -m benchmarks.click_path`` creates a test database and follows one run from the opened form
to the decision. A *move* is counted when the next function of the package that is called, or
returned to, stands in another file; so few moves mean that the way can be read straight on.
"""

from __future__ import annotations

import os
import sys
import uuid
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import FrameType

    from django.test import Client

PACKAGE = str(Path(__file__).parent.parent / "wagtail_llm_actions")


@dataclass(slots=True)
class Leg:
    """One request, or one execution, of the way."""

    name: str
    queries: int = 0
    moves: int = 0
    files: set[str] = field(default_factory=set)
    functions: set[tuple[str, str]] = field(default_factory=set)


@dataclass(slots=True)
class Tracer:
    """Counts the functions of the package that are entered, by ``sys.setprofile``."""

    leg: Leg
    last: str = ""

    def __call__(self, frame: FrameType, event: str, _argument: Any) -> None:
        """Note each call of a function of the package; module bodies are none."""
        path, name = frame.f_code.co_filename, frame.f_code.co_qualname
        if event != "call" or not path.startswith(PACKAGE) or name == "<module>":
            return
        self.leg.functions.add((path, name))
        self.leg.files.add(path)
        if self.last and path != self.last:
            self.leg.moves += 1
        self.last = path


@contextmanager
def traced(name: str) -> Iterator[Leg]:
    """Trace what this thread does."""
    from django.db import connection  # noqa: PLC0415
    from django.test.utils import CaptureQueriesContext  # noqa: PLC0415

    leg = Leg(name)
    with CaptureQueriesContext(connection) as queries:
        sys.setprofile(Tracer(leg))
        try:
            yield leg
        finally:
            sys.setprofile(None)
    leg.queries = len(queries)
    if os.environ.get("SHOW_QUERIES"):
        for query in queries:
            print(f"  {name}: {query['sql'][:180]}")


def follow(client: Client) -> list[Leg]:
    """Follow one run of a page's action."""
    from django.urls import reverse  # noqa: PLC0415

    from tests.editor.forms import page_edit, post_of  # noqa: PLC0415
    from tests.factories import BlogPageFactory, EditorFactory, LLMActionFactory  # noqa: PLC0415
    from wagtail_llm_actions.admin.editor.poll_token import POLL_TOKEN_HEADER  # noqa: PLC0415
    from wagtail_llm_actions.models import LLMRun  # noqa: PLC0415
    from wagtail_llm_actions.tasks import execute_run  # noqa: PLC0415

    client.force_login(EditorFactory())
    url = page_edit(BlogPageFactory())
    data = post_of(client, url) | {
        "llm-actions-action": str(LLMActionFactory().pk),
        "llm-actions-form-action": url,
    }
    offers, start = (reverse(f"wagtail_llm_actions:{name}") for name in ("offers", "start_run"))
    legs = []
    # The first round imports modules and fills caches, and is thrown away.
    for _ in range(2):
        with traced("offers (form opens)") as opened:
            client.get(offers, {"form_action": url})
        with traced("click (POST)") as click:
            state = client.post(start, data | {"llm-actions-request-id": str(uuid.uuid4())}).json()
        with traced("poll while queued") as poll:
            client.get(state["poll_url"], headers={POLL_TOKEN_HEADER: state["poll_token"]})
        with traced("execute in the worker") as execution:
            execute_run(state["id"])
        run = LLMRun.objects.get(pk=state["id"])
        with traced("last poll") as last:
            client.get(state["poll_url"], headers={POLL_TOKEN_HEADER: state["poll_token"]})
        with traced("decide") as decision:
            client.post(state["decide_url"], {"decision": "accept", "text": run.output})
        run.refresh_from_db()
        assert (run.status, run.decision) == ("succeeded", "accepted"), run.error_code  # noqa: S101
        legs = [opened, click, poll, execution, last, decision]
    return legs


def table(legs: list[Leg]) -> str:
    """Return the counts as a Markdown table."""
    rows = [(leg.name, leg.queries, len(leg.files), len(leg.functions), leg.moves) for leg in legs]
    rows.append(
        (
            "whole way",
            sum(leg.queries for leg in legs),
            len(set().union(*(leg.files for leg in legs))),
            len(set().union(*(leg.functions for leg in legs))),
            sum(leg.moves for leg in legs),
        )
    )
    head = "| leg | queries | files | functions | moves |\n| --- | ---: | ---: | ---: | ---: |"
    return "\n".join([head, *("| " + " | ".join(map(str, row)) + " |" for row in rows)])


def main() -> None:
    """Count in a test database, and print the table."""
    django.setup()
    from django.conf import settings  # noqa: PLC0415
    from django.test import Client  # noqa: PLC0415
    from django.test.utils import get_runner  # noqa: PLC0415

    settings.WAGTAIL_LLM_ACTIONS = settings.WAGTAIL_LLM_ACTIONS | {
        "QUEUE": "tests.kept_queue.KeptQueue"
    }
    runner = get_runner(settings)(verbosity=0, interactive=False)
    runner.setup_test_environment()
    databases = runner.setup_databases()
    try:
        print(table(follow(Client())))
    finally:
        runner.teardown_databases(databases)
        runner.teardown_test_environment()


if __name__ == "__main__":
    main()
