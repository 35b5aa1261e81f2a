"""Filters of the history. Figures elsewhere link to it through ``admin.links``."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

import django_filters
from django import forms
from django.contrib.auth import get_user_model
from django.contrib.contenttypes.models import ContentType
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from django_filters.fields import DateRangeField
from wagtail.admin.filters import DateRangePickerWidget, WagtailFilterSet
from wagtail.admin.utils import get_user_display_name

from wagtail_llm_actions.admin.labels import model_type_label
from wagtail_llm_actions.admin.links import NO_USER, deleted_action
from wagtail_llm_actions.admin.run_access import readable_in_history
from wagtail_llm_actions.errors import ErrorCode
from wagtail_llm_actions.messages.labels import model_label
from wagtail_llm_actions.models import DismissReason, LLMAction, LLMRun
from wagtail_llm_actions.permissions.policies import can_view_costs
from wagtail_llm_actions.permissions.runs import viewable_runs
from wagtail_llm_actions.reporting.metrics import COUNTED_TRIGGERS, UNKNOWN_COST

if TYPE_CHECKING:
    from uuid import UUID

    from django.db.models import QuerySet

    from wagtail_llm_actions.models.run_queryset import LLMRunQuerySet

MAX_SEARCHED_RUNS = 10_000


def actions(runs: QuerySet[LLMRun]) -> list[tuple[Any, str]]:
    """Return all actions, followed by the last labels of deleted actions that have runs."""
    existing = LLMAction.objects.order_by("label").values_list("pk", "label")
    deleted = (
        runs.filter(action=None, trigger__in=COUNTED_TRIGGERS)
        .order_by("action_label")
        .values_list("action_label", flat=True)
        .distinct()
    )
    return [
        *existing,
        *(
            (deleted_action(label), _("%(action)s (deleted)") % {"action": label})
            for label in deleted
        ),
    ]


def models(runs: QuerySet[LLMRun]) -> list[tuple[str, str]]:
    """Return the models that runs were for, with their labels."""
    keys = runs.order_by("model_key").values_list("model_key", flat=True).distinct()
    return [(key, model_label(key)) for key in keys]


def users(runs: QuerySet[LLMRun]) -> list[tuple[Any, str]]:
    """Return the users who have runs."""
    used = runs.order_by().values("user").distinct()
    found = get_user_model()._default_manager.filter(pk__in=used)
    return [(user.pk, get_user_display_name(user)) for user in found]


def target_types(runs: QuerySet[LLMRun]) -> list[tuple[int, str]]:
    """Return the page and snippet types that runs were for, sorted by their labels."""
    used = runs.order_by().values("target_content_type")
    types = ContentType.objects.filter(pk__in=used)
    return sorted(
        ((content_type.pk, model_type_label(content_type)) for content_type in types),
        key=lambda choice: choice[1],
    )


CHOICES = {"action": actions, "model_key": models, "page_type": target_types, "user": users}
"""What the filters of the history offer, by their names; each is called with the runs of the list."""


class SiteDaysField(DateRangeField):
    """A range of days in the site's time zone, as in the reports; Wagtail would use the user's."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        zone = timezone.get_default_timezone_name()
        kwargs["help_text"] = _lazy(
            "Days begin and end in the time zone of the site, %(zone)s."
        ) % {"zone": zone}
        super().__init__(*args, **kwargs)

    def compress(self, data_list: Any) -> slice | None:
        """Return the first and the last moment of the range."""
        with timezone.override(timezone.get_default_timezone()):
            bounds: slice | None = super().compress(data_list)
        return bounds


class SiteDaysFilter(django_filters.DateFromToRangeFilter):
    """Keep the runs of a range of days in the site's time zone."""

    field_class = SiteDaysField


class CheckboxesFilter(django_filters.MultipleChoiceFilter):
    """Keep the runs that have any of the checked values."""

    def __init__(self, **kwargs: Any) -> None:
        # A run has one value, so nothing comes twice that `distinct` would have to remove.
        super().__init__(widget=forms.CheckboxSelectMultiple, distinct=False, **kwargs)


class HistoryFilterSet(WagtailFilterSet):
    """The filters of the list of runs; the search in texts comes last."""

    queued_at = SiteDaysFilter(label=_lazy("Date"), widget=DateRangePickerWidget)
    status = CheckboxesFilter(label=_lazy("Status"), choices=LLMRun.Status.choices)
    action = django_filters.ChoiceFilter(label=_lazy("Action"), method="filter_action")
    page_type = django_filters.ChoiceFilter(
        label=_lazy("Page or snippet type"), field_name="target_content_type"
    )
    page = django_filters.CharFilter(
        label=_lazy("Title or ID of the page or snippet"), method="filter_page"
    )
    model_key = django_filters.ChoiceFilter(label=_lazy("Model"))
    user = django_filters.ChoiceFilter(
        label=_lazy("User"), null_label=_lazy("No user"), null_value=NO_USER
    )
    error_code = CheckboxesFilter(
        label=_lazy("Error"), choices=[(code.value, code.value) for code in ErrorCode]
    )
    error_pattern = django_filters.UUIDFilter(
        label=_lazy("Error pattern of a run"),
        method="filter_error_pattern",
        help_text=_lazy("The ID of a failed run: its page shows it."),
    )
    decision = CheckboxesFilter(label=_lazy("Decision"), choices=LLMRun.Decision.choices)
    dismiss_reason = CheckboxesFilter(
        label=_lazy("Reason for dismissing"), choices=DismissReason.choices
    )
    trigger = CheckboxesFilter(label=_lazy("Trigger"), choices=LLMRun.Trigger.choices)
    cost = django_filters.ChoiceFilter(
        label=_lazy("Cost"),
        choices=[("known", _lazy("Known")), ("unknown", _lazy("Unknown"))],
        method="filter_cost",
    )
    finished_since = django_filters.IsoDateTimeFilter(
        label=_lazy("Finished since"),
        field_name="finished_at",
        lookup_expr="gte",
        help_text=_lazy("For example 2026-11-30 14:00."),
    )
    text = django_filters.CharFilter(
        label=_lazy("Text in prompt or output (of the newest 10,000 runs)"), method="filter_text"
    )

    class Meta:
        """The fields above."""

        model = LLMRun
        fields: list[str] = []

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # A limited history must name nobody whose runs it does not list.
        runs = self.queryset if self.request is None else viewable_runs(self.request.user)
        for name, choices in CHOICES.items():
            self.filters[name].extra["choices"] = partial(choices, runs)
        if self.request is not None and not can_view_costs(self.request.user):
            del self.filters["cost"]

    def filter_action(self, runs: QuerySet[LLMRun], name: str, value: str) -> QuerySet[LLMRun]:
        """Keep the runs of an action, or of the deleted actions with this last label."""
        if value.isdecimal():
            return runs.filter(action=int(value))
        return runs.filter(action=None, action_label=value.removeprefix(deleted_action("")))

    def filter_page(self, runs: QuerySet[LLMRun], name: str, value: str) -> QuerySet[LLMRun]:
        """Keep the runs of the objects that have this primary key, or whose title contains this."""
        if value.isdecimal():
            return runs.filter(target_object_id=value)
        # The primary key of a snippet can be a text, such as a UUID.
        return runs.filter(Q(target_object_id=value) | Q(target_label__icontains=value))

    def filter_error_pattern(
        self, runs: QuerySet[LLMRun], name: str, value: UUID
    ) -> QuerySet[LLMRun]:
        """Keep the runs that failed as this run did; none if it did not fail, or does not exist."""
        pattern = (
            LLMRun.objects.filter(pk=value)
            .exclude(error_code="")
            .values("error_code", "model_key", "error_detail")
            .first()
        )
        return runs.filter(**pattern) if pattern else runs.none()

    def filter_cost(self, runs: QuerySet[LLMRun], name: str, value: str) -> QuerySet[LLMRun]:
        """Keep the runs whose cost is known, or those that called a model at an unknown cost."""
        return runs.filter(UNKNOWN_COST if value == "unknown" else Q(cost_usd__isnull=False))

    def filter_text(self, runs: LLMRunQuerySet, name: str, value: str) -> QuerySet[LLMRun]:
        """Keep the runs whose prompt or output contains this, among the newest of the other filters."""
        times = runs.order_by("-queued_at").values_list("queued_at", flat=True)
        oldest: Any = times[MAX_SEARCHED_RUNS - 1 : MAX_SEARCHED_RUNS].first()
        if oldest is not None:
            runs = runs.filter(queued_at__gte=oldest)
        runs = runs.filter(Q(prompt__icontains=value) | Q(output__icontains=value))
        # Being found would tell what a text holds.
        return runs if self.request is None else readable_in_history(self.request, runs)
