"""List, create, copy, edit and delete prompt templates."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from wagtail.admin.admin_url_finder import AdminURLFinder
from wagtail.snippets.views.snippets import CopyView, CreateView, DeleteView, EditView, IndexView

from wagtail_llm_actions.admin.mixins import NoAutosaveMixin, StylesheetMixin

if TYPE_CHECKING:
    from django.http import HttpResponse


class PromptTemplateIndexView(StylesheetMixin, IndexView):
    """The list of prompt templates."""


class PromptTemplateCreateView(NoAutosaveMixin, CreateView):
    """The form of a new prompt template."""


class PromptTemplateCopyView(NoAutosaveMixin, CopyView):
    """The form of a new prompt template, filled in with the values of another one."""


class PromptTemplateEditView(NoAutosaveMixin, EditView):
    """The form of a prompt template."""


class PromptTemplateDeleteView(DeleteView):
    """The confirmation to delete a prompt template; lists the actions that prevent it."""

    # Django answers DELETE without asking the form.
    http_method_names = ["get", "head", "options", "post"]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add the actions that use the template, each with its edit URL if the user may edit it."""
        finder = AdminURLFinder(self.request.user)
        actions = [(used_by, finder.get_edit_url(used_by)) for used_by in self.object.actions.all()]
        context: dict[str, Any] = super().get_context_data(**kwargs)
        return context | {"actions": actions, "is_protected": bool(actions)}

    def form_valid(self, form: Any) -> HttpResponse:
        """Delete the template, or show the actions that use it."""
        if self.object.actions.exists():
            response: HttpResponse = self.render_to_response(self.get_context_data(form=form))
            return response
        deleted: HttpResponse = super().form_valid(form)
        return deleted
