"""List, create, copy, edit and delete actions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from django.utils.translation import ngettext
from wagtail.snippets.views.snippets import CopyView, CreateView, DeleteView, EditView, IndexView

from wagtail_llm_actions.admin.mixins import NoAutosaveMixin, StylesheetMixin
from wagtail_llm_actions.admin.transfer import transfer_buttons
from wagtail_llm_actions.configuration.warnings import configuration_warnings
from wagtail_llm_actions.reporting.action_stats import add_recent_stats

if TYPE_CHECKING:
    from wagtail.admin.widgets.button import Button


class ActionIndexView(StylesheetMixin, IndexView):
    """The list of actions, with buttons for export and import."""

    add_item_label = _lazy("New action")
    page_title = _lazy("LLM actions")

    @cached_property
    def header_more_buttons(self) -> list[Button]:
        """Add export and import."""
        return [*super().header_more_buttons, *transfer_buttons(self.request.user)]

    def paginate_queryset(self, queryset: Any, page_size: int) -> tuple[Any, Any, Any, bool]:
        """Add the recent runs of the listed actions."""
        paginator, page, actions, has_other = super().paginate_queryset(queryset, page_size)
        page.object_list = list(actions)
        add_recent_stats(page.object_list)
        return paginator, page, page.object_list, has_other


class WarnOnSaveMixin:
    """Mixin for create and edit views of actions (put it first): shows configuration warnings."""

    def save_instance(self) -> Any:
        """Save as Wagtail does, then add a message for each configuration warning."""
        llm_action = super().save_instance()  # type: ignore[misc]
        for sentence in configuration_warnings(llm_action):
            messages.warning(self.request, sentence)  # type: ignore[attr-defined]
        return llm_action


class ActionCreateView(WarnOnSaveMixin, NoAutosaveMixin, CreateView):
    """The form of a new action."""


class ActionCopyView(WarnOnSaveMixin, NoAutosaveMixin, CopyView):
    """The form of a new action, filled in with the values of another one."""


class ActionEditView(WarnOnSaveMixin, NoAutosaveMixin, EditView):
    """The form of an action."""


class ActionDeleteView(DeleteView):
    """The confirmation to delete an action, which says that its runs stay in the history."""

    @property
    def confirmation_message(self) -> str:
        """The question, and the number of runs that stay."""
        question = _("Are you sure you want to delete this action?")
        count = self.object.runs.count()
        if not count:
            return question
        runs = ngettext(
            "Its %(count)d run stays in the history, with the label “%(label)s”.",
            "Its %(count)d runs stay in the history, with the label “%(label)s”.",
            count,
        )
        return f"{question} {runs % {'count': count, 'label': self.object.label}}"
