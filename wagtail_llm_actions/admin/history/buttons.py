"""The ways from a page, a snippet and a user to their runs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from django.contrib.contenttypes.models import ContentType
from django.urls import reverse
from django.utils.translation import gettext as _
from wagtail.admin.widgets.button import Button
from wagtail.models import AbstractPage

from wagtail_llm_actions.models import LLMAction, PromptTemplate
from wagtail_llm_actions.permissions.policies import RUN_POLICY

if TYPE_CHECKING:
    from collections.abc import Iterator

    from django.db.models import Model


def page_history_button(page: AbstractPage, user: Any) -> Iterator[Button]:
    """Give the history of one page, to those who may view runs."""
    yield from _button(user, _object(page))


def snippet_history_button(snippet: Model, user: Any) -> Iterator[Button]:
    """Give the history of one snippet, to those who may view runs; ours have none."""
    if not isinstance(snippet, LLMAction | PromptTemplate):
        yield from _button(user, _object(snippet))


def user_history_button(user: Any, request_user: Any) -> Iterator[Button]:
    """Give the history of one user, to those who may view runs."""
    yield from _button(request_user, {"user": user.pk})


def object_history_url(instance: Model, viewer: Any) -> str:
    """Return the address of the history of a page or snippet; empty where it is not for them."""
    return "" if instance._state.adding else _url(viewer, _object(instance))


def _object(instance: Model) -> dict[str, Any]:
    """Return what narrows the history to the runs of an object."""
    if isinstance(instance, AbstractPage):
        # Not of its class: Wagtail has the page at hand without its own fields.
        content_type_id = instance.content_type_id
    else:
        content_type_id = ContentType.objects.get_for_model(type(instance)).pk
    return {"page": instance.pk, "page_type": content_type_id}


def _url(viewer: Any, query: dict[str, Any]) -> str:
    if not RUN_POLICY.user_has_permission(viewer, "view"):
        return ""
    return f"{reverse('wagtail_llm_actions:history')}?{urlencode(query)}"


def _button(viewer: Any, query: dict[str, Any]) -> Iterator[Button]:
    if url := _url(viewer, query):
        yield Button(_("LLM history"), url=url, icon_name="llm-actions-generate", priority=90)
