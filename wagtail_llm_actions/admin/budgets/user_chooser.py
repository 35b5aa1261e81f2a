"""Choose the user of a budget by searching: a site may have more than a list can show."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from django import forms
from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.exceptions import FieldDoesNotExist, PermissionDenied
from django.db.models import Q
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from wagtail.admin.forms.choosers import BaseFilterForm
from wagtail.admin.ui.tables import Column
from wagtail.admin.views.generic.chooser import (
    ChooseResultsView,
    ChooseView,
    ChosenMultipleView,
    ChosenView,
)
from wagtail.admin.viewsets.chooser import ChooserViewSet
from wagtail.admin.widgets import BaseChooser

from wagtail_llm_actions.permissions.policies import BUDGET_POLICY
from wagtail_llm_actions.scripts import script_path

if TYPE_CHECKING:
    from django.db.models import QuerySet
    from django.http import HttpRequest, HttpResponseBase


def _searched_fields() -> list[str]:
    """Return the names of the fields that a user is known by, of those that the user model has."""
    model = get_user_model()
    found = [model.USERNAME_FIELD]
    for name in ("first_name", "last_name", model.get_email_field_name()):
        try:
            model._meta.get_field(name)
        except FieldDoesNotExist:
            continue
        found.append(name)
    return found


def _full_name(user: Any) -> str:
    # Not every user model has one.
    return user.get_full_name() if hasattr(user, "get_full_name") else ""


class UserSearchForm(BaseFilterForm):
    """Finds users all of whose words are somewhere in their names or address."""

    q = forms.CharField(
        label=_("Search term"),
        widget=forms.TextInput(attrs={"placeholder": _("Search")}),
        required=False,
    )

    def filter(self, objects: QuerySet[Any]) -> QuerySet[Any]:
        """Return the users that are searched for; all without a word."""
        self.search_query = self.cleaned_data.get("q") or ""
        self.is_searching = bool(self.search_query)
        for word in self.search_query.split():
            found = Q()
            for name in _searched_fields():
                found |= Q(**{f"{name}__icontains": word})
            objects = objects.filter(found)
        return objects


class _ForBudgets:
    """Views for those who may add or change budgets: they read names of users."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Refuse others.

        Raises:
            PermissionDenied: The user may neither add nor change budgets.
        """
        if not BUDGET_POLICY.user_has_any_permission(request.user, ["add", "change"]):
            raise PermissionDenied
        response: HttpResponseBase = super().dispatch(request, *args, **kwargs)  # type: ignore[misc]
        return response


class _UserList(_ForBudgets):
    """The list of users, by name."""

    filter_form_class = UserSearchForm

    @property
    def ordering(self) -> str:
        return get_user_model().USERNAME_FIELD

    @property
    def columns(self) -> list[Column]:
        user: Column = self.title_column  # type: ignore[attr-defined]
        user.label = _("User")
        return [
            user,
            Column("name", label=_("Name"), accessor=_full_name),
        ]

    def can_create(self) -> bool:
        return False


class _ChooseView(_UserList, ChooseView):
    pass


class _ChooseResultsView(_UserList, ChooseResultsView):
    pass


class _ChosenView(_ForBudgets, ChosenView):
    pass


class _ChosenMultipleView(_ForBudgets, ChosenMultipleView):
    pass


class UserChooser(BaseChooser):
    """Wagtail's chooser, started by a script of ours: its own one in the page breaks a strict policy."""

    def render(
        self, name: str, value: Any, attrs: dict[str, Any] | None = None, renderer: Any = None
    ) -> str:
        """Return the chooser with what its script takes, as JSON."""
        attributes = attrs or {}
        shown = self.get_value_data(value)
        options = self.get_js_init_options(attributes["id"], name, shown)
        return format_html(
            '<div data-llm-actions-chooser="{}" data-llm-actions-chooser-options="{}">{}</div>',
            attributes["id"],
            json.dumps(options),
            self.render_html(name, shown, attrs),
        )

    @property
    def media(self) -> forms.Media:
        """Return Wagtail's script, and the one that starts it."""
        scripts: Any = [forms.Script(script_path("chooser.js"), type="module")]
        wagtails: forms.Media = super().media
        return wagtails + forms.Media(js=scripts)


class UserChooserViewSet(ChooserViewSet):
    """The dialog behind the user of a budget."""

    model = settings.AUTH_USER_MODEL
    icon = "user"
    choose_one_text = _("Choose a user")
    choose_another_text = _("Choose another user")
    edit_item_text = _("Edit this user")
    base_widget_class = UserChooser
    # Other forms of the site keep what they have.
    register_widget = False
    choose_view_class = _ChooseView
    choose_results_view_class = _ChooseResultsView
    chosen_view_class = _ChosenView
    chosen_multiple_view_class = _ChosenMultipleView

    def get_urlpatterns(self) -> list[Any]:
        """Leave out the form for a new user."""
        return [pattern for pattern in super().get_urlpatterns() if pattern.name != "create"]


user_chooser_viewset = UserChooserViewSet(
    "wagtail_llm_actions_budget_users", url_prefix="llm/budgets/users"
)
