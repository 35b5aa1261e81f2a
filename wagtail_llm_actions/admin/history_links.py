"""The ways from a page and from a user to their runs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext as _
from wagtail.admin.widgets.button import Button

from wagtail_llm_actions.admin.history import HISTORY_POLICY

if TYPE_CHECKING:
    from collections.abc import Iterator

    from wagtail.models import AbstractPage


def page_history_button(page: AbstractPage, user: Any) -> Iterator[Button]:
    """Give the history of one page, to those who may view runs."""
    yield from _button(user, {"page": page.pk, "page_type": page.content_type_id})


def user_history_button(user: Any, request_user: Any) -> Iterator[Button]:
    """Give the history of one user, to those who may view runs."""
    yield from _button(request_user, {"user": user.pk})


def _button(viewer: Any, query: dict[str, Any]) -> Iterator[Button]:
    if HISTORY_POLICY.user_has_permission(viewer, "view"):
        url = f"{reverse('wagtail_llm_actions:history')}?{urlencode(query)}"
        yield Button(_("LLM history"), url=url, icon_name="llm-actions-generate", priority=90)
