"""Reports → LLM history: every run, and a page for each."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import django_filters
from django.contrib.auth import get_user_model
from django.db.models import prefetch_related_objects
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.generic import DetailView
from wagtail.admin.admin_url_finder import AdminURLFinder
from wagtail.admin.filters import DateRangePickerWidget, WagtailFilterSet
from wagtail.admin.ui.tables import Column, DateColumn, StatusTagColumn, TitleColumn, UserColumn
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin
from wagtail.admin.views.generic.permissions import PermissionCheckedMixin
from wagtail.admin.views.reports import ReportView
from wagtail.permission_policies import ModelPermissionPolicy

from wagtail_llm_actions.admin.advice import advice
from wagtail_llm_actions.admin.messages import error_sentence, model_label
from wagtail_llm_actions.admin.money import usd
from wagtail_llm_actions.admin.support import support_report
from wagtail_llm_actions.models import LLMAction, LLMRun
from wagtail_llm_actions.runs.recover import recover
from wagtail_llm_actions.runs.values import field_label

if TYPE_CHECKING:
    from collections.abc import Iterable

    from django.db.models import QuerySet

    from wagtail_llm_actions.models import LLMAttempt

HISTORY_POLICY = ModelPermissionPolicy(LLMRun)


def asked_models() -> list[tuple[str, str]]:
    """Return the models that runs asked for, with the names people know them by."""
    keys = LLMRun.objects.order_by("model_key").values_list("model_key", flat=True).distinct()
    return [(key, model_label(key)) for key in keys]


class HistoryFilterSet(WagtailFilterSet):
    """What the list can be narrowed to."""

    queued_at = django_filters.DateFromToRangeFilter(label=_("Date"), widget=DateRangePickerWidget)
    status = django_filters.ChoiceFilter(label=_("Status"), choices=LLMRun.Status.choices)
    action = django_filters.ModelChoiceFilter(
        label=_("Action"), queryset=LLMAction.objects.order_by("label")
    )
    model_key = django_filters.ChoiceFilter(label=_("Model"), choices=asked_models)
    user = django_filters.ModelChoiceFilter(
        label=_("User"),
        queryset=lambda request: get_user_model().objects.filter(
            pk__in=LLMRun.objects.order_by().values("user").distinct()
        ),
    )

    class Meta:
        """The fields above."""

        model = LLMRun
        fields: list[str] = []


class TargetColumn(Column):
    """The page or snippet, linked where this user may edit it."""

    cell_template_name = "wagtail_llm_actions/history/target_cell.html"

    def get_cell_context_data(self, instance: LLMRun, parent_context: Any) -> dict[str, Any]:
        """Add the link that the view found."""
        context: dict[str, Any] = super().get_cell_context_data(instance, parent_context)
        context["run"] = instance
        return context


class StatusColumn(StatusTagColumn):
    """The status in words, marked as good only where it is."""

    def __init__(self) -> None:
        super().__init__(
            "get_status_display",
            label=_("Status"),
            primary=lambda run: run.status == LLMRun.Status.SUCCEEDED,
        )


def _tokens(run: LLMRun) -> str:
    if run.input_tokens is None or run.output_tokens is None:
        return "-"
    return f"{run.input_tokens} + {run.output_tokens}"


def _seconds(run: LLMRun) -> str:
    return "-" if run.seconds is None else f"{run.seconds:.1f} s"


def _parameters(attempt: LLMAttempt) -> str:
    """List what was sent; what is missing was left out for this model."""
    names = {
        "temperature": _("temperature"),
        "max_tokens": _("max tokens"),
        "reasoning_effort": _("reasoning effort"),
    }
    sent = attempt.sent_parameters
    given = [f"{words} {sent[name]}" for name, words in names.items() if sent.get(name) is not None]
    if sent.get("temperature") is None:
        given.append(str(_("no temperature")))
    return ", ".join(given)


def _add_edit_urls(runs: Iterable[Any], user: Any) -> None:
    # A content type outlives a model that was removed from the code.
    known = [run for run in runs if run.target_content_type.model_class()]
    prefetch_related_objects(known, "target")
    finder = AdminURLFinder(user)
    for run in known:
        run.target_url = finder.get_edit_url(run.target) if run.target else None


class HistoryView(ReportView):
    """The list of runs, newest first."""

    model = LLMRun
    permission_policy = HISTORY_POLICY
    permission_required = "view"
    page_title = _("LLM history")
    header_icon = "history"
    index_url_name = "wagtail_llm_actions:history"
    index_results_url_name = "wagtail_llm_actions:history_results"
    filterset_class = HistoryFilterSet
    default_ordering = "-queued_at"
    columns = [
        TitleColumn(
            "action_label",
            label=_("Action"),
            width="180",
            get_url=lambda run: reverse("wagtail_llm_actions:history_run", args=[run.pk]),
        ),
        TargetColumn("target_label", label=_("Page")),
        Column("field_label", label=_("Field")),
        UserColumn("user"),
        Column(lambda run: model_label(run.model_key), label=_("Model")),
        StatusColumn(),
        Column(_tokens, label=_("Tokens (in + out)")),
        Column(lambda run: usd(run.cost_usd), label=_("Cost")),
        Column(_seconds, label=_("Time")),
        DateColumn("queued_at", label=_("When")),
    ]
    list_export = [
        "queued_at",
        "user",
        "action_label",
        "target_label",
        "field_label",
        "model_key",
        "status",
        "input_tokens",
        "output_tokens",
        "cost_usd",
        "seconds",
        "decision",
        "error_code",
    ]
    export_headings = {"seconds": _("Seconds")}
    export_filename = "llm-history"

    def get_queryset(self) -> QuerySet[LLMRun]:
        """Fetch what the list shows, without the long texts."""
        recover()
        return (
            LLMRun.objects.select_related("user__wagtail_userprofile", "target_content_type")
            .defer("prompt", "system_instructions", "output", "error_detail")
            .order_by("-queued_at")
        )

    def decorate_paginated_queryset(self, object_list: Any) -> Any:
        """Find the edit links of the shown runs."""
        if not self.is_export:
            _add_edit_urls(object_list, self.request.user)
        return object_list


class RunView(PermissionCheckedMixin, WagtailAdminTemplateMixin, DetailView):
    """Everything about one run."""

    model = LLMRun
    context_object_name = "run"
    permission_policy = HISTORY_POLICY
    permission_required = "view"
    template_name = "wagtail_llm_actions/history/run.html"
    page_title = _("LLM run")
    header_icon = "history"
    _show_breadcrumbs = True

    def get_object(self, queryset: Any = None) -> LLMRun:
        """Fetch the run with everything the page shows."""
        runs = LLMRun.objects.select_related(
            "user__wagtail_userprofile", "prompt_template_revision", "target_content_type"
        ).prefetch_related("attempts")
        return get_object_or_404(runs, pk=self.kwargs["run_id"])

    def get_page_subtitle(self) -> str:
        """Name the action."""
        return str(self.object.action_label)

    def get_breadcrumbs_items(self) -> list[dict[str, Any]]:
        """Lead back to the list."""
        return [
            *self.breadcrumbs_items,
            {"url": reverse("wagtail_llm_actions:history"), "label": _("LLM history")},
            {"url": "", "label": self.page_title, "sublabel": self.get_page_subtitle()},
        ]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add what needs words or links."""
        run = self.object
        model = run.target_content_type.model_class()
        _add_edit_urls([run], self.request.user)
        attempts = [
            (attempt, _parameters(attempt), usd(attempt.cost_usd)) for attempt in run.attempts.all()
        ]
        return super().get_context_data(
            **kwargs,
            model_label=model_label(run.model_key),
            fallback_label=model_label(run.fallback_model_key),
            attempts=attempts,
            sent=attempts[-1][1] if attempts else "",
            cost=usd(run.cost_usd),
            error=error_sentence(run),
            advice=advice(run),
            report=support_report(run, run.attempts.all()) if run.error_code else "",
            source_label=field_label(model, run.source_path) if model else run.source_path,
        )
