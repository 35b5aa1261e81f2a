"""Filters of the history. Figures elsewhere link to it through ``admin.links``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import UUID

import django_filters
from django import forms
from django.core.validators import EMPTY_VALUES
from django.db.models import Q
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _lazy
from django_filters.fields import DateRangeField
from wagtail.admin.filters import DateRangePickerWidget, WagtailFilterSet

from wagtail_llm_actions.admin.history.choices import choices_for
from wagtail_llm_actions.admin.history.pagination import MAX_SEARCHED_RUNS, RunPaginator
from wagtail_llm_actions.admin.links import NO_USER, deleted_action
from wagtail_llm_actions.admin.run_access import readable_in_history
from wagtail_llm_actions.messages.errors import error_choices
from wagtail_llm_actions.models import DismissReason, LLMRun
from wagtail_llm_actions.permissions.policies import can_view_costs
from wagtail_llm_actions.permissions.runs import viewable_runs
from wagtail_llm_actions.reporting.metrics import COUNTED_TRIGGERS, UNKNOWN_COST

if TYPE_CHECKING:
    from collections.abc import Callable

    from wagtail_llm_actions.admin.history.choices import Choices
    from wagtail_llm_actions.models.run_queryset import LLMRunQuerySet


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


INDEXED = (
    "page",
    "error_pattern",
    "error_code",
    "user",
    "action",
    "model_key",
    "page_type",
    "status",
)
"""Filters that an index answers where they have one value; that of the first one is used."""


class HistoryFilterSet(WagtailFilterSet):
    """The filters of the list of runs; the search in texts comes last."""

    queued_at = SiteDaysFilter(label=_lazy("Date"), widget=DateRangePickerWidget)
    status = CheckboxesFilter(label=_lazy("Status"), choices=LLMRun.Status.choices)
    action = django_filters.ChoiceFilter(label=_lazy("Action"))
    page_type = django_filters.ChoiceFilter(label=_lazy("Page or snippet type"))
    page = django_filters.CharFilter(label=_lazy("Title or ID of the page or snippet"))
    model_key = django_filters.ChoiceFilter(label=_lazy("Model"))
    user = django_filters.ChoiceFilter(
        label=_lazy("User"), null_label=_lazy("No user"), null_value=NO_USER
    )
    error_code = CheckboxesFilter(label=_lazy("Error"), choices=error_choices)
    error_pattern = django_filters.UUIDFilter(
        label=_lazy("Error pattern of a run"),
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
    )
    finished_since = django_filters.IsoDateTimeFilter(
        label=_lazy("Finished since"), help_text=_lazy("For example 2026-11-30 14:00.")
    )
    text = django_filters.CharFilter(
        label=_lazy("Text in prompt or output (of the newest 5,000 runs)")
    )

    class Meta:
        """The fields above."""

        model = LLMRun
        fields: list[str] = []

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("action", "model_key", "page_type", "user"):
            self.filters[name].extra["choices"] = self._offered(name)
        if self.request is not None and not can_view_costs(self.request.user):
            del self.filters["cost"]

    def filter_queryset(self, runs: LLMRunQuerySet) -> LLMRunQuerySet:
        """Keep the runs that fit; a text is looked for in the newest that fit all other filters."""
        conditions = dict(self.conditions)
        text = conditions.pop("text", None)
        runs = runs.filter(*conditions.values())
        if text is None:
            return runs
        times = runs.order_by("-queued_at").values_list("queued_at", flat=True)
        oldest = times[MAX_SEARCHED_RUNS - 1 : MAX_SEARCHED_RUNS].first()
        if oldest is not None:
            runs = runs.filter(queued_at__gte=oldest)
        return self.readable(runs.filter(text))

    def paginator(self, runs: LLMRunQuerySet, per_page: int) -> RunPaginator:
        """Return what reads the runs that fit page by page."""
        conditions = dict(self.conditions)
        indexed = {"queued_at", next(filter(self._is_indexed, INDEXED), "")}
        if "page" in indexed:
            indexed.add("page_type")
        if {*COUNTED_TRIGGERS} <= {*self._chosen.get("trigger", ())}:
            # Nearly all runs: next to nothing is read in vain.
            indexed.add("trigger")
        has_text = "text" in conditions
        runs = runs.filter(*(conditions.pop(name) for name in indexed & conditions.keys()))
        rest = Q(*conditions.values())
        return RunPaginator(runs, rest, per_page, self.readable if has_text else None)

    def readable(self, runs: LLMRunQuerySet) -> LLMRunQuerySet:
        """Keep the runs whose texts the user may read: being found would tell what a text holds."""
        return runs if self.request is None else readable_in_history(self.request, runs)

    @cached_property
    def conditions(self) -> dict[str, Q]:
        """The conditions of the filters in force, by the filters' names."""
        special: dict[str, Callable[[Any], Q]] = {
            "queued_at": _on_days,
            "action": _of_action,
            "page_type": lambda value: Q(target_content_type=value),
            "page": self._of_page,
            "user": lambda value: Q(user=None if value == NO_USER else value),
            "error_code": lambda codes: Q(error_code__in=codes, error_code__gt=""),
            "error_pattern": _like,
            "cost": lambda value: UNKNOWN_COST if value == "unknown" else Q(cost_usd__isnull=False),
            "finished_since": lambda value: Q(finished_at__gte=value),
            "text": lambda value: Q(prompt__icontains=value) | Q(output__icontains=value),
        }
        return {
            name: special[name](value)
            if name in special
            else Q(**{f"{name}__in": value if isinstance(value, list) else [value]})
            for name, value in self._chosen.items()
        }

    @cached_property
    def _chosen(self) -> dict[str, Any]:
        values = self.form.cleaned_data.items() if self.is_valid() else ()
        return {name: value for name, value in values if value not in EMPTY_VALUES}

    @cached_property
    def viewable(self) -> LLMRunQuerySet:
        """The runs that the history lists to the user: a limited one takes queries to tell."""
        return viewable_runs(self.request.user)

    @cached_property
    def _choices(self) -> Choices:
        # Once: validation, the filters in force and the form each ask for them.
        return choices_for(self.request.user, self.viewable)

    def _offered(self, name: str) -> Callable[[], list[tuple[Any, str]]]:
        return lambda: self._choices[name]

    def _is_indexed(self, name: str) -> bool:
        value = self._chosen.get(name)
        if name == "page":
            return value is not None and _is_key(value)
        return value is not None and (not isinstance(value, list) or len(value) == 1)

    def _of_page(self, value: str) -> Q:
        """Return the condition that an object has this primary key, or a title that contains it."""
        if not _is_key(value):
            return Q(target_object_id=value) | Q(target_label__icontains=value)
        # The index begins with the type.
        types = [pk for pk, _label in self._choices["page_type"]]
        return Q(target_content_type__in=types, target_object_id=value)


def _is_key(value: str) -> bool:
    """Return whether a text is a primary key rather than a title."""
    if value.isdecimal():
        return True
    try:
        return str(UUID(value)) == value
    except ValueError:
        return False


def _on_days(days: slice) -> Q:
    bounds = {"queued_at__gte": days.start, "queued_at__lte": days.stop}
    return Q(**{lookup: moment for lookup, moment in bounds.items() if moment is not None})


def _of_action(value: str) -> Q:
    """Return the condition for an action, or for the deleted actions with this last label."""
    if value.isdecimal():
        return Q(action=int(value))
    return Q(action=None, action_label=value.removeprefix(deleted_action("")))


def _like(run_id: UUID) -> Q:
    """Return the condition for runs that failed as this one; none if it did not, or does not exist."""
    pattern = (
        LLMRun.objects.filter(pk=run_id)
        .exclude(error_code="")
        .values("error_code", "model_key", "error_detail_hash")
        .first()
    )
    return Q(error_code__gt="", **pattern) if pattern else Q(pk__in=[])
