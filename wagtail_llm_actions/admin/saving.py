"""Save actions and prompt templates: only when asked to, and with a word on what looks wrong."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import messages
from wagtail.snippets.views.snippets import CopyView, CreateView, EditView

from wagtail_llm_actions.runs.doubts import doubts

if TYPE_CHECKING:
    from django.http import HttpRequest


class NoAutosave:
    """Switches Wagtail's autosave off.

    These models have revisions but no drafts, so autosave would put half-typed prompts live.
    """

    autosave_enabled: bool

    def setup(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        """Set up the view as Wagtail does, then switch autosave off."""
        super().setup(request, *args, **kwargs)  # type: ignore[misc]
        self.autosave_enabled = False


class NoAutosaveCreateView(NoAutosave, CreateView):
    """A create form that saves only when asked to."""


class NoAutosaveCopyView(NoAutosave, CopyView):
    """A create form that begins with a copy, and saves only when asked to."""


class NoAutosaveEditView(NoAutosave, EditView):
    """An edit form that saves only when asked to."""


class Doubtful:
    """Says after saving what looks wrong, as a warning."""

    def save_instance(self) -> Any:
        """Save as Wagtail does, then warn."""
        llm_action = super().save_instance()  # type: ignore[misc]
        for sentence in doubts(llm_action):
            messages.warning(self.request, sentence)  # type: ignore[attr-defined]
        return llm_action


class LLMActionCreateView(Doubtful, NoAutosaveCreateView):
    """A new action."""


class LLMActionCopyView(Doubtful, NoAutosaveCopyView):
    """A new action that begins as a copy."""


class LLMActionEditView(Doubtful, NoAutosaveEditView):
    """An action."""
