"""What the history can be narrowed to."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import django_filters
from django import forms
from django.contrib.auth import get_user_model
from django.contrib.contenttypes.models import ContentType
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django_filters.fields import DateRangeField
from wagtail.admin.filters import DateRangePickerWidget, WagtailFilterSet

from wagtail_llm_actions.admin.labels import model_type_label
from wagtail_llm_actions.errors import ErrorCode
from wagtail_llm_actions.messages.labels import model_label
from wagtail_llm_actions.models import LLMAction, LLMRun

if TYPE_CHECKING:
    from django.db.models import QuerySet

MAX_SEARCHED_RUNS = 10_000


def asked_models() -> list[tuple[str, str]]:
    """Return the models that runs asked for, with the names people know them by."""
    keys = LLMRun.objects.order_by("model_key").values_list("model_key", flat=True).distinct()
    return [(key, model_label(key)) for key in keys]


def target_types() -> list[tuple[int, str]]:
    """Return the page and snippet types that runs were for."""
    used = LLMRun.objects.order_by().values("target_content_type")
    types = ContentType.objects.filter(pk__in=used)
    return sorted(
        ((content_type.pk, model_type_label(content_type)) for content_type in types),
        key=lambda choice: choice[1],
    )


class SiteDaysField(DateRangeField):
    """From one day to another, cut where the reports cut them; Wagtail sets the reader's own zone."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        zone = timezone.get_default_timezone_name()
        kwargs["help_text"] = _("Days begin and end in the time zone of the site, %(zone)s.") % {
            "zone": zone
        }
        super().__init__(*args, **kwargs)

    def compress(self, data_list: Any) -> slice | None:
        """Return the first and the last moment."""
        with timezone.override(timezone.get_default_timezone()):
            bounds: slice | None = super().compress(data_list)
        return bounds


class SiteDaysFilter(django_filters.DateFromToRangeFilter):
    """Keeps what lies between two days of the site's time zone."""

    field_class = SiteDaysField


class HistoryFilterSet(WagtailFilterSet):
    """The filters of the list of runs; the search in texts comes last."""

    queued_at = SiteDaysFilter(label=_("Date"), widget=DateRangePickerWidget)
    status = django_filters.ChoiceFilter(label=_("Status"), choices=LLMRun.Status.choices)
    action = django_filters.ModelChoiceFilter(
        label=_("Action"), queryset=LLMAction.objects.order_by("label")
    )
    page_type = django_filters.ChoiceFilter(
        label=_("Page or snippet type"), field_name="target_content_type", choices=target_types
    )
    page = django_filters.CharFilter(
        label=_("Page or snippet: its title or number"), method="filter_page"
    )
    model_key = django_filters.ChoiceFilter(label=_("Model"), choices=asked_models)
    user = django_filters.ModelChoiceFilter(
        label=_("User"),
        queryset=lambda request: get_user_model().objects.filter(
            pk__in=LLMRun.objects.order_by().values("user").distinct()
        ),
    )
    error_code = django_filters.ChoiceFilter(
        label=_("Error"), choices=[(code.value, code.value) for code in ErrorCode]
    )
    decision = django_filters.MultipleChoiceFilter(
        label=_("Decision"),
        choices=LLMRun.Decision.choices,
        widget=forms.CheckboxSelectMultiple,
    )
    trigger = django_filters.ChoiceFilter(label=_("Trigger"), choices=LLMRun.Trigger.choices)
    text = django_filters.CharFilter(
        label=_("Text in prompt or output (of the newest 10,000 runs)"), method="filter_text"
    )

    class Meta:
        """The fields above."""

        model = LLMRun
        fields: list[str] = []

    def filter_page(self, runs: QuerySet[LLMRun], name: str, value: str) -> QuerySet[LLMRun]:
        """Keep the runs on objects that have this number, or whose title holds this."""
        if value.isdecimal():
            return runs.filter(target_object_id=value)
        # The number of a snippet can be a text, such as a UUID.
        return runs.filter(Q(target_object_id=value) | Q(target_label__icontains=value))

    def filter_text(self, runs: QuerySet[LLMRun], name: str, value: str) -> QuerySet[LLMRun]:
        """Keep the runs whose texts hold this, among the newest that the other filters left."""
        times = runs.order_by("-queued_at").values_list("queued_at", flat=True)
        oldest: Any = times[MAX_SEARCHED_RUNS - 1 : MAX_SEARCHED_RUNS].first()
        if oldest is not None:
            runs = runs.filter(queued_at__gte=oldest)
        return runs.filter(Q(prompt__icontains=value) | Q(output__icontains=value))
