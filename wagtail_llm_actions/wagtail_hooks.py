"""Register the package with Wagtail."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any

from django.contrib.auth.models import Permission
from django.db.models.signals import post_save
from django.dispatch import receiver
from django.template.loader import render_to_string
from django.urls import get_script_prefix, include, path, reverse
from django.utils.translation import get_language
from wagtail import hooks
from wagtail.admin.staticfiles import versioned_static
from wagtail.models import ModelLogEntry
from wagtail.snippets.models import register_snippet

from wagtail_llm_actions.admin.budgets.user_chooser import user_chooser_viewset
from wagtail_llm_actions.admin.budgets.viewset import budget_viewset
from wagtail_llm_actions.admin.dashboard.home_panel import HomePanel
from wagtail_llm_actions.admin.editor.api import MAX_INSTRUCTION_CHARS
from wagtail_llm_actions.admin.editor.request_params import FORM_KEY
from wagtail_llm_actions.admin.history.buttons import (
    page_history_button,
    snippet_history_button,
    user_history_button,
)
from wagtail_llm_actions.admin.menu import history_menu_item, usage_menu_item
from wagtail_llm_actions.admin.viewsets import LLMViewSetGroup
from wagtail_llm_actions.configuration.target_models import target_models
from wagtail_llm_actions.models import DismissReason, LLMAction
from wagtail_llm_actions.permissions.policies import can_view_usage
from wagtail_llm_actions.runs.audit_log import (
    ACCEPTED,
    TAKEN_BACK,
    AcceptedFormatter,
    TakenBackFormatter,
    log_saved_texts,
)
from wagtail_llm_actions.runs.pending import attach_to_object
from wagtail_llm_actions.scripts import script_path

if TYPE_CHECKING:
    from collections.abc import Iterator

    from django.db.models import Model, QuerySet
    from django.http import HttpRequest
    from django.urls import URLResolver
    from wagtail.admin.menu import MenuItem
    from wagtail.admin.ui.components import Component
    from wagtail.admin.viewsets.base import ViewSet
    from wagtail.admin.widgets.button import Button
    from wagtail.log_actions import LogActionRegistry
    from wagtail.models import AbstractPage

    from wagtail_llm_actions.permissions import User

FIRST = -1_000
"""The order of hooks that come before the site's: these may return a response, and so skip all others."""

register_snippet(LLMViewSetGroup)


@hooks.register("register_admin_viewset")
def register_budgets() -> list[ViewSet]:
    """Add Settings → LLM → Budgets, and the dialog in which their user is chosen."""
    return [user_chooser_viewset, budget_viewset]


@hooks.register("register_reports_menu_item")
def register_history_menu_item() -> MenuItem:
    """Add Reports → LLM history."""
    return history_menu_item()


@hooks.register("register_reports_menu_item")
def register_usage_menu_item() -> MenuItem:
    """Add Reports → LLM usage and costs."""
    return usage_menu_item()


@hooks.register("construct_homepage_panels")
def add_home_panel(request: HttpRequest, panels: list[Component]) -> None:
    """Add the home panel, for users who may view usage."""
    if can_view_usage(request.user):
        panels.append(HomePanel())


@hooks.register("register_page_header_buttons")
def register_page_button(
    page: AbstractPage, user: User, view_name: str, next_url: str | None = None
) -> Iterator[Button]:
    """Add a link from a page to its runs."""
    return page_history_button(page, user)


@hooks.register("register_snippet_listing_buttons")
def register_snippet_button(
    snippet: Model, user: User, next_url: str | None = None
) -> Iterator[Button]:
    """Add a link from a snippet to its runs."""
    return snippet_history_button(snippet, user)


@hooks.register("register_user_listing_buttons")
def register_user_button(user: User, request_user: User) -> Iterator[Button]:
    """Add a link from a user to their runs."""
    return user_history_button(user, request_user)


@hooks.register("register_admin_urls")
def register_admin_urls() -> list[URLResolver]:
    """Add the URLs of the pages that are not snippets, and of the API of the widget."""
    return [path("", include("wagtail_llm_actions.admin.urls"))]


@hooks.register("register_icons")
def register_icons(icons: list[str]) -> list[str]:
    """Add the package's own icon."""
    return [*icons, "wagtail_llm_actions/icons/llm-actions-generate.svg"]


@hooks.register("register_permissions")
def register_permissions() -> QuerySet[Permission]:
    """Offer the permissions to view runs, their usage and their costs on the form of a group."""
    return Permission.objects.filter(
        content_type__app_label="wagtail_llm_actions",
        content_type__model="llmrun",
        codename__startswith="view_",
    )


@hooks.register("insert_editor_js")
def insert_editor_js() -> str:
    """Load the widget on edit forms, if the site has an active action."""
    if not LLMAction.objects.filter(is_active=True).exists():
        return ""
    return _editor_assets(get_language(), get_script_prefix())


@lru_cache
def _editor_assets(_language: str | None, _script_prefix: str) -> str:
    """Rendered once for each language and each prefix of URLs."""
    return render_to_string(
        "wagtail_llm_actions/editor/assets.html",
        {
            "loader_url": versioned_static(script_path("loader.js")),
            "offers_url": reverse("wagtail_llm_actions:offers"),
            "request_preview_url": reverse("wagtail_llm_actions:request_preview"),
            "runs_url": reverse("wagtail_llm_actions:start_run"),
            "previous_texts_url": reverse("wagtail_llm_actions:previous_texts"),
            "side_panel_url": reverse("wagtail_llm_actions:side_panel"),
            "max_instruction_chars": MAX_INSTRUCTION_CHARS,
            "dismiss_reasons": DismissReason.choices,
        },
    )


@hooks.register("register_log_actions")
def register_log_actions(actions: LogActionRegistry) -> None:
    """Register the log entries of accepted texts, and of those that were taken back."""
    actions.register_action(ACCEPTED)(AcceptedFormatter)
    actions.register_action(TAKEN_BACK)(TakenBackFormatter)


@hooks.register("after_create_page", order=FIRST)
@hooks.register("after_create_snippet", order=FIRST)
def attach_runs_of_create_form(request: HttpRequest, instance: Model) -> Any:
    """Attach runs to the object that their create form has just saved."""
    attach_to_object(request.user, instance, request.POST.get(FORM_KEY, ""))
    log_saved_texts(request.user, instance)


# A hook of the site that comes before these may return a response after publishing.
@hooks.register("after_publish_page", order=FIRST)
@hooks.register("after_publish", order=FIRST)
@hooks.register("after_edit_page", order=FIRST)
@hooks.register("after_edit_snippet", order=FIRST)
def log_accepted_texts(request: HttpRequest, instance: Model) -> Any:
    """Log which texts of the object came from a model."""
    log_saved_texts(request.user, instance)


@receiver(post_save, sender=ModelLogEntry)
def log_accepted_texts_of_others(
    sender: type[ModelLogEntry], instance: ModelLogEntry, **kwargs: Any
) -> None:
    """Log the same of images, documents, settings and the like: no hook has them all, but all log entries."""
    if not kwargs["created"] or instance.action != "wagtail.edit" or instance.user is None:
        return
    model: Any = instance.content_type.model_class() if instance.content_type else None
    if model in target_models() and not hasattr(model, "snippet_viewset"):
        saved = model._default_manager.filter(pk=instance.object_id).first()
        if saved is not None:
            log_saved_texts(instance.user, saved)
