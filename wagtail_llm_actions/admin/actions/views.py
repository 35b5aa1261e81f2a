"""Save actions and prompt templates: only when asked to, and with a word on what looks wrong."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import messages
from wagtail.snippets.views.snippets import CopyView, CreateView, EditView

from wagtail_llm_actions.configuration.warnings import configuration_warnings

if TYPE_CHECKING:
    from django.http import HttpRequest


class NoAutosaveMixin:
    """Switches Wagtail's autosave off.

    These models have revisions but no drafts, so autosave would put half-typed prompts live.
    """

    autosave_enabled: bool

    def setup(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        """Set up the view as Wagtail does, then switch autosave off."""
        super().setup(request, *args, **kwargs)  # type: ignore[misc]
        self.autosave_enabled = False


class NoAutosaveCreateView(NoAutosaveMixin, CreateView):
    """A create form that saves only when asked to."""


class NoAutosaveCopyView(NoAutosaveMixin, CopyView):
    """A create form that begins with a copy, and saves only when asked to."""


class NoAutosaveEditView(NoAutosaveMixin, EditView):
    """An edit form that saves only when asked to."""


class WarnOnSaveMixin:
    """Says after saving what looks wrong, as a warning."""

    def save_instance(self) -> Any:
        """Save as Wagtail does, then warn."""
        llm_action = super().save_instance()  # type: ignore[misc]
        for sentence in configuration_warnings(llm_action):
            messages.warning(self.request, sentence)  # type: ignore[attr-defined]
        return llm_action


class LLMActionCreateView(WarnOnSaveMixin, NoAutosaveCreateView):
    """A new action."""


class LLMActionCopyView(WarnOnSaveMixin, NoAutosaveCopyView):
    """A new action that begins as a copy."""


class LLMActionEditView(WarnOnSaveMixin, NoAutosaveEditView):
    """An action."""
