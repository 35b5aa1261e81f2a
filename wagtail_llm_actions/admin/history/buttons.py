"""Buttons that lead from a page, a snippet and a user to their runs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _
from wagtail.admin.widgets.button import Button

from wagtail_llm_actions.admin.links import history_url, object_filters
from wagtail_llm_actions.models import LLMAction, PromptTemplate
from wagtail_llm_actions.permissions.policies import can_view_runs

if TYPE_CHECKING:
    from collections.abc import Iterator

    from django.db.models import Model
    from wagtail.models import AbstractPage

    from wagtail_llm_actions.permissions import User


def page_history_button(page: AbstractPage, user: User) -> Iterator[Button]:
    """Yield a button to the runs of a page, if the user may view runs."""
    yield from _button(user, object_filters(page))


def snippet_history_button(snippet: Model, user: User) -> Iterator[Button]:
    """Yield a button to the runs of a snippet, if the user may view runs; not for our own models."""
    if not isinstance(snippet, LLMAction | PromptTemplate):
        yield from _button(user, object_filters(snippet))


def user_history_button(user: User, request_user: User) -> Iterator[Button]:
    """Yield a button to the runs of ``user``, if ``request_user`` may view runs."""
    yield from _button(request_user, {"user": user.pk})


def _button(user: User, filters: dict[str, Any]) -> Iterator[Button]:
    if can_view_runs(user):
        url = history_url(**filters)
        yield Button(_("LLM history"), url=url, icon_name="llm-actions-generate", priority=90)
