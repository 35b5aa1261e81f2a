"""Mixins for the views of the admin's screens."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.forms import Media
from django.views.generic import DetailView
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

REFRESH_SECONDS = 5


class StylesheetMixin:
    """Mixin for Wagtail listing views (put it first): adds our stylesheet to the view's media."""

    def get_context_data(self, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """Add the stylesheet to ``media``, which Wagtail's template of a listing renders."""
        context: dict[str, Any] = super().get_context_data(  # type: ignore[misc]
            *args, **kwargs
        )
        own = Media(css={"all": ["wagtail_llm_actions/css/admin.css"]})
        return context | {"media": context.get("media", Media()) + own}


class BreadcrumbsMixin:
    """Mixin for Wagtail admin views (put it first): shows breadcrumbs that end with the page title."""

    _show_breadcrumbs = True
    breadcrumbs_items: list[dict[str, Any]]

    def get_breadcrumbs_items(self) -> list[dict[str, Any]]:
        """Return the breadcrumbs of Wagtail, and one for this page."""
        title = self.get_page_title()  # type: ignore[attr-defined]
        return [*self.breadcrumbs_items, {"url": "", "label": title}]


class JobProgressView(WagtailAdminTemplateMixin, DetailView):
    """Shows how far a background job is; the browser asks again until it has ended."""

    http_method_names = ["get"]
    context_object_name = "job"
    state_template: str
    """Says in a sentence how far the job is."""
    _show_breadcrumbs = True

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add the template of the sentence."""
        return super().get_context_data(**kwargs, state_template=self.state_template)

    def render_to_response(self, context: dict[str, Any], **response_kwargs: Any) -> HttpResponse:
        """Let the browser ask again, without a script."""
        response: HttpResponse = super().render_to_response(context, **response_kwargs)
        if self.object.is_unfinished:
            response["Refresh"] = str(REFRESH_SECONDS)
        return response


class NoAutosaveMixin:
    """Mixin for create and edit views of snippets (put it first): switches Wagtail's autosave off.

    Actions and prompt templates have revisions but no drafts, so autosave would publish a prompt
    while it is being typed.
    """

    autosave_enabled: bool

    def setup(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        """Set up the view as Wagtail does, then switch autosave off."""
        super().setup(request, *args, **kwargs)  # type: ignore[misc]
        self.autosave_enabled = False
