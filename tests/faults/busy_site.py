"""A site on SQLite with Django's own settings: pages are saved while runs write their texts.

``python -m tests.faults.busy_site PAGES`` prints how many pages could not be saved.
"""

from __future__ import annotations

import sys
import threading
import time
from typing import Any

import django

RUNS_AT_ONCE = 4
PAUSE_SECONDS = 0.1
"""Between two pages: a site where somebody saves all the time leaves runs no moment of their own."""


def main(pages: int) -> None:
    from django.db import OperationalError  # noqa: PLC0415 - after the setup

    from tests.factories import (  # noqa: PLC0415
        BlogIndexPageFactory,
        BlogPageFactory,
        EditorFactory,
        LLMActionFactory,
    )
    from wagtail_llm_actions.models import LLMRun  # noqa: PLC0415

    journal = BlogIndexPageFactory()
    target = BlogPageFactory(parent=journal)
    is_over = threading.Event()
    llm_action, editor = LLMActionFactory(), EditorFactory()
    clicks = [
        threading.Thread(target=keep_generating, args=(llm_action, target, editor, is_over))
        for _ in range(RUNS_AT_ONCE)
    ]
    for click in clicks:
        click.start()
    while LLMRun.objects.exclude(output="").count() < RUNS_AT_ONCE:
        time.sleep(0.1)
    refused = 0
    for number in range(pages):
        try:
            create_page(journal.pk, f"page-{number}")
        except OperationalError:
            refused += 1
        time.sleep(PAUSE_SECONDS)
    is_over.set()
    for click in clicks:
        click.join()
    print(refused)  # noqa: T201 - the answer


def keep_generating(llm_action: Any, target: Any, editor: Any, is_over: threading.Event) -> None:
    """Let an editor start a run after the other."""
    from django.db import connection  # noqa: PLC0415

    from tests.runs.starting import start_run  # noqa: PLC0415
    from wagtail_llm_actions.models import LLMRun  # noqa: PLC0415

    while not is_over.is_set():
        run = start_run(llm_action, target, user=editor)
        while not (is_over.is_set() or LLMRun.objects.get(pk=run.pk).is_final):
            time.sleep(0.25)
    connection.close()


def create_page(parent_id: int, slug: str) -> None:
    """Read and write in one transaction, as Wagtail's view does."""
    from django.db import transaction  # noqa: PLC0415
    from wagtail.models import Page  # noqa: PLC0415

    from tests.factories import BlogPageFactory  # noqa: PLC0415

    with transaction.atomic():
        parent = Page.objects.get(pk=parent_id)
        child = BlogPageFactory.build(parent=None, slug=slug)
        parent.add_child(instance=child)
        child.save_revision()


if __name__ == "__main__":
    django.setup()
    main(int(sys.argv[1]))
