"""Where the admin shows runs, and to whom."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib.auth.models import Permission
from django.urls import reverse

from tests.factories import EditorFactory

if TYPE_CHECKING:
    from bs4 import BeautifulSoup
    from django.contrib.auth.models import User

    from wagtail_llm_actions.models import LLMRun

HISTORY = "wagtail_llm_actions:history"


def run_url(run: LLMRun) -> str:
    """Return the address of a run's page."""
    return reverse("wagtail_llm_actions:history_run", args=[run.pk])


def links(page: BeautifulSoup) -> set[str]:
    """Return the addresses that a page links to."""
    return {str(link["href"]) for link in page.select("a[href]")}


def history_reader() -> User:
    """Return an editor who may view the history."""
    user: User = EditorFactory()
    user.user_permissions.add(Permission.objects.get(codename="view_llmrun"))
    return user
