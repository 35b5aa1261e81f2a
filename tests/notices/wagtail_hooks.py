"""The form of a notice stands on the viewset, not on the model."""

from __future__ import annotations

from typing import Any

from django import forms
from wagtail.admin.forms import WagtailAdminModelForm
from wagtail.admin.panels import (
    FieldPanel,
    FieldRowPanel,
    MultiFieldPanel,
    ObjectList,
    TabbedInterface,
)
from wagtail.snippets.models import register_snippet
from wagtail.snippets.views.snippets import SnippetViewSet

from tests.notices.models import MEMOS, Berth, Dossier, Harbour, Notice, Rating


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


class RatingViewSet(SnippetViewSet):
    """Has nothing that could be changed."""

    model = Rating
    edit_handler = ObjectList([FieldPanel("stars", read_only=True)])


class HarbourForm(WagtailAdminModelForm):
    """Wants the name of the user; writes and fails for one harbour."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.author = self.for_user.get_full_name()
        if self.instance.name == "Fail in the form":
            Harbour.objects.update(text="Half done")
            raise self.instance.mistake


class HarbourViewSet(SnippetViewSet):
    """Has a form with code of its own."""

    model = Harbour
    edit_handler = ObjectList([FieldPanel("name"), FieldPanel("text")], base_form_class=HarbourForm)


register_snippet(NoticeViewSet)
register_snippet(RatingViewSet)
register_snippet(HarbourViewSet)
register_snippet(Berth)
for memo in MEMOS:
    register_snippet(memo)


CLEARANCE = "notices.clear_dossier"


class ClearedGroup(MultiFieldPanel):
    """A site's own group, which decides by the user."""

    class BoundPanel(MultiFieldPanel.BoundPanel):
        def is_shown(self) -> bool:
            return bool(self.request.user.has_perm(CLEARANCE))


class ClearedPanel(FieldPanel):
    """A site's own panel, which decides by the user and by what was saved."""

    class BoundPanel(FieldPanel.BoundPanel):
        def is_shown(self) -> bool:
            is_cleared: bool = self.request.user.has_perm(CLEARANCE)
            return is_cleared or self.instance.headline == "Open"


class DossierForm(WagtailAdminModelForm):
    """Takes a field from some users, and lets nobody change another."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["disabled"].disabled = True
        if not self.for_user.has_perm(CLEARANCE):
            del self.fields["of_form_class"]


class DossierViewSet(SnippetViewSet):
    """Hides fields in each way that Wagtail has."""

    model = Dossier
    edit_handler = TabbedInterface(
        [
            ObjectList(
                [
                    FieldPanel("headline"),
                    FieldPanel("text"),
                    FieldPanel("of_panel", permission=CLEARANCE),
                    MultiFieldPanel([FieldPanel("of_multi_field_panel")], permission=CLEARANCE),
                    FieldRowPanel([FieldPanel("of_row")], permission=CLEARANCE),
                    ObjectList([MultiFieldPanel(["of_list"])], permission=CLEARANCE),
                    ClearedGroup([FieldRowPanel([FieldPanel("of_group_of_the_site")])]),
                    ClearedPanel("of_panel_of_the_site"),
                    FieldPanel("of_form_class"),
                    FieldPanel("read_only", read_only=True),
                    FieldPanel("disabled"),
                ]
            ),
            ObjectList([FieldPanel("of_tab")], heading="Secret", permission=CLEARANCE),
        ],
        base_form_class=DossierForm,
    )


register_snippet(DossierViewSet)
