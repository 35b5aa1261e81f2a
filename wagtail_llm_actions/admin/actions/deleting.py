"""Delete an action or a prompt template: what stays, and what is in the way."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from wagtail.admin.admin_url_finder import AdminURLFinder
from wagtail.snippets.views.snippets import DeleteView

if TYPE_CHECKING:
    from django.http import HttpResponse


class LLMActionDeleteView(DeleteView):
    """Says how many runs stay in the history."""

    @property
    def confirmation_message(self) -> str:
        """Ask, and say what is kept."""
        question = _("Are you sure you want to delete this action?")
        count = self.object.runs.count()
        if not count:
            return question
        kept = ngettext(
            "Its %(count)d run stays in the history, with the label “%(label)s”.",
            "Its %(count)d runs stay in the history, with the label “%(label)s”.",
            count,
        )
        return f"{question} {kept % {'count': count, 'label': self.object.label}}"


class PromptTemplateDeleteView(DeleteView):
    """Refuses while actions use the template, and lists them."""

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add the actions in the way, each with its edit form where this user may open it."""
        finder = AdminURLFinder(self.request.user)
        actions = [(used_by, finder.get_edit_url(used_by)) for used_by in self.object.actions.all()]
        context: dict[str, Any] = super().get_context_data(**kwargs)
        return context | {"actions": actions, "is_protected": bool(actions)}

    def form_valid(self, form: Any) -> HttpResponse:
        """Show the list again where there is one."""
        if self.object.actions.exists():
            response: HttpResponse = self.render_to_response(self.get_context_data(form=form))
            return response
        deleted: HttpResponse = super().form_valid(form)
        return deleted
