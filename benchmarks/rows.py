"""What stands in the database before anything is measured."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.conf import settings
from django.test import Client
from django.urls import reverse

from tests.factories import (
    AdminFactory,
    BlogIndexPageFactory,
    BlogPageFactory,
    LLMActionFactory,
    LLMRunFactory,
)
from wagtail_llm_actions.models import LLMRun

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from uuid import UUID

    from example_site.blog.models import BlogPage

CSRF_TOKEN = "c" * 32
PAGES = 40
PROMPT = "The tide came in early that day, and nobody had told the boats. " * 40


def queued_runs(count: int, model: str, trigger: str = LLMRun.Trigger.EDITOR) -> Sequence[UUID]:
    """Record runs that wait, of one action on one page, and return their ids."""
    action = LLMActionFactory(model=model)
    user = AdminFactory()
    page = BlogPageFactory(parent=BlogIndexPageFactory())
    runs = [
        LLMRunFactory.build(
            id=uuid.uuid4(),
            action=action,
            user=user,
            page=page,
            prompt=PROMPT,
            model_key=model,
            temperature=0.7,
            trigger=trigger,
        )
        for _ in range(count)
    ]
    return [run.pk for run in LLMRun.objects.bulk_create(runs)]


@dataclass(frozen=True, kw_only=True)
class Content:
    """A journal of posts."""

    pages: Sequence[BlogPage]

    @property
    def edit_paths(self) -> Sequence[str]:
        """Where each post is edited."""
        return [reverse("wagtailadmin_pages:edit", args=[page.pk]) for page in self.pages]

    @property
    def looked_at(self) -> Mapping[str, str]:
        """Ordinary pages of the admin, by their names."""
        return {
            "dashboard": reverse("wagtailadmin_home"),
            "explorer": reverse("wagtailadmin_explore", args=[self.pages[0].get_parent().pk]),
            "edit form": self.edit_paths[0],
        }

    def click(self, model: str) -> dict[str, str]:
        """Return what a browser posts when Generate is pressed, without the click's own id."""
        page = self.pages[0]
        return {
            "title": page.title,
            "slug": page.slug,
            "body-count": "0",
            "llm-actions-action": str(
                LLMActionFactory(source="title", destination="search_description", model=model).pk
            ),
            "llm-actions-form-action": self.edit_paths[0],
        }


@dataclass(frozen=True, kw_only=True)
class Visitor:
    """Somebody who is logged in, and may edit everything."""

    session_key: str

    @classmethod
    def new(cls) -> Visitor:
        """Log a new user in."""
        client = Client()
        client.force_login(AdminFactory())
        return cls(session_key=client.cookies[settings.SESSION_COOKIE_NAME].value)

    @property
    def headers(self) -> Mapping[str, str]:
        """Of the requests of their browser."""
        session = f"{settings.SESSION_COOKIE_NAME}={self.session_key}"
        return {
            "Accept": "application/json",
            "Cookie": f"{session}; csrftoken={CSRF_TOKEN}",
            "X-CSRFToken": CSRF_TOKEN,
            "X-Requested-With": "XMLHttpRequest",
        }


def content(count: int = PAGES) -> Content:
    """Make a journal of so many posts."""
    journal = BlogIndexPageFactory()
    return Content(pages=[BlogPageFactory(parent=journal) for _ in range(count)])
