"""The form of a notice stands on the viewset, not on the model."""

from __future__ import annotations

from typing import Any

from django import forms
from wagtail.admin.forms import WagtailAdminModelForm
from wagtail.admin.panels import FieldPanel, ObjectList, TabbedInterface
from wagtail.snippets.models import register_snippet
from wagtail.snippets.views.snippets import SnippetViewSet

from tests.notices.models import MEMOS, Berth, Harbour, Notice, Rating


class NoticeForm(WagtailAdminModelForm):
    """Asks for something that is not stored."""

    reason = forms.CharField(required=False)


class NoticeViewSet(SnippetViewSet):
    """Has tabs, a heading of its own, a field for few, and one that is shown only."""

    model = Notice
    edit_handler = TabbedInterface(
        [
            ObjectList([FieldPanel("headline"), FieldPanel("text", heading="What happened")]),
            ObjectList(
                [
                    FieldPanel("internal", permission="notices.publish_notice"),
                    FieldPanel("kind"),
                    FieldPanel("code"),
                    FieldPanel("link"),
                    FieldPanel("contact"),
                    FieldPanel("colour", widget=forms.HiddenInput),
                    FieldPanel("reviewer", read_only=True),
                    FieldPanel("reason"),
                ],
                heading="Details",
            ),
        ],
        base_form_class=NoticeForm,
    )


class HarbourForm(WagtailAdminModelForm):
    """Writes and fails for one harbour."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.name == "Fail in the form":
            Harbour.objects.update(text="Half done")
            raise self.instance.mistake


class HarbourViewSet(SnippetViewSet):
    """Has a form with code of its own."""

    model = Harbour
    edit_handler = ObjectList([FieldPanel("name"), FieldPanel("text")], base_form_class=HarbourForm)


register_snippet(NoticeViewSet)
register_snippet(Rating)
register_snippet(HarbourViewSet)
register_snippet(Berth)
for memo in MEMOS:
    register_snippet(memo)
