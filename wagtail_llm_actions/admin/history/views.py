"""Reports → LLM history: the list of runs and its export."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError
from django.core.validators import EMPTY_VALUES
from django.db.models import prefetch_related_objects
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import number_format
from django.utils.functional import cached_property
from django.utils.html import format_html
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from wagtail.admin.admin_url_finder import AdminURLFinder
from wagtail.admin.ui.tables import Column, DateColumn, StatusTagColumn, TitleColumn, UserColumn
from wagtail.admin.views.reports import ReportView
from wagtail.models import AbstractPage

from wagtail_llm_actions.admin.exports.spreadsheets import ExportMixin, ExportRefused
from wagtail_llm_actions.admin.history.filters import HistoryFilterSet
from wagtail_llm_actions.admin.history.rows import RunRows
from wagtail_llm_actions.admin.mixins import StylesheetMixin
from wagtail_llm_actions.compat import page_model
from wagtail_llm_actions.messages.currency import money
from wagtail_llm_actions.messages.labels import decision_label, model_label
from wagtail_llm_actions.messages.notices import redaction_date
from wagtail_llm_actions.models import LLMRun, RedactionReason
from wagtail_llm_actions.permissions.policies import (
    RUN_POLICY,
    VIEW_RUNS_PERMISSIONS,
    can_view_all_runs,
    can_view_costs,
)
from wagtail_llm_actions.runs.lifecycle.recovery import recover

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from django.http import HttpRequest
    from django.http.response import HttpResponseBase

    from wagtail_llm_actions.admin.history.pagination import RunPage, RunPaginator
    from wagtail_llm_actions.models.run_queryset import LLMRunQuerySet
    from wagtail_llm_actions.permissions import User


class TargetColumn(Column):
    """The page or snippet, with a link if the user may edit it."""

    cell_template_name = "wagtail_llm_actions/history/target_cell.html"

    def get_cell_context_data(self, instance: LLMRun, parent_context: Any) -> dict[str, Any]:
        """Add the run, which the view has given its edit URL."""
        context: dict[str, Any] = super().get_cell_context_data(instance, parent_context)
        context["run"] = instance
        return context


class StatusColumn(StatusTagColumn):
    """The status, highlighted if the run succeeded."""

    def __init__(self) -> None:
        super().__init__(
            "get_status_display",
            label=_("Status"),
            primary=lambda run: run.status == LLMRun.Status.SUCCEEDED,
        )


def _tokens(run: LLMRun) -> str:
    if run.input_tokens is None or run.output_tokens is None:
        return "-"
    counts = (run.input_tokens, run.output_tokens)
    return " + ".join(number_format(count, force_grouping=True) for count in counts)


def _decision(run: LLMRun) -> str:
    label = decision_label(run)
    date = redaction_date(run)
    if not date:
        return label
    is_never_stored = run.redaction_reason == RedactionReason.NEVER
    note = _("Texts not stored") if is_never_stored else _("Texts redacted on %(date)s")
    return format_html("{}<br><small>{}</small>", label, note % {"date": date})


def _seconds(run: LLMRun) -> str:
    return "-" if run.seconds is None else f"{number_format(round(run.seconds, 1), 1)} s"


def add_edit_urls(runs: Iterable[Any], user: User) -> None:
    """Set ``target_url`` on each run whose object exists; ``None`` if the user may not edit it."""
    # A content type outlives a model that was removed from the code.
    known = [(run, run.target_model) for run in runs if run.target_model]
    on_pages = [run for run, model in known if issubclass(model, AbstractPage)]
    others = [run for run, model in known if not issubclass(model, AbstractPage)]
    prefetch_related_objects(others, "_target")
    finder = AdminURLFinder(user)
    for run in others:
        run.target_url = finder.get_edit_url(run.target) if run.target else None
    if not can_view_all_runs(user):
        # A limited history lists nothing but what exists, and its reader may edit.
        for run in on_pages:
            pk = run.target_object_id
            run.target_url = reverse("wagtailadmin_pages:edit", args=[pk]) if pk else None
        return
    # One query for pages of all types: as the base model, they say as much.
    pages = page_model()._default_manager.filter(pk__in=_page_keys(on_pages))
    if not user.is_superuser:
        # Who may not edit a page may still review it.
        pages = pages.prefetch_workflow_states()
    objects = {str(page.pk): page for page in pages} if on_pages else {}
    for run in on_pages:
        page = objects.get(run.target_object_id)
        run.target_url = finder.get_edit_url(page) if page else None


def _is_abandoned(run: LLMRun) -> bool:
    expires_at = run.lease_expires_at
    is_running = run.status == LLMRun.Status.RUNNING
    return is_running and expires_at is not None and expires_at < timezone.now()


def _page_keys(runs: Iterable[LLMRun]) -> set[Any]:
    keys = set()
    for run in runs:
        with suppress(ValidationError):
            keys.add(page_model()._meta.pk.to_python(run.target_object_id))
    return keys - {None}


NO_FILTERS = frozenset({"export", "p", "ordering", "_w_filter_fragment"})
"""What else an address of the list may carry."""


def _refusal(sentence: str, names: set[str]) -> str:
    nothing = gettext("Nothing was exported.")
    return f"{nothing} {sentence % {'names': ', '.join(sorted(names))}}"


class HistoryView(StylesheetMixin, ExportMixin, ReportView):
    """The list of runs, newest first."""

    model = LLMRun
    permission_policy = RUN_POLICY
    any_permission_required = VIEW_RUNS_PERMISSIONS
    page_title = _("LLM history")
    header_icon = "history"
    index_url_name = "wagtail_llm_actions:history"
    index_results_url_name = "wagtail_llm_actions:history_results"
    filterset_class = HistoryFilterSet
    results_template_name = "wagtail_llm_actions/history/results.html"
    export_headings = {"seconds": _("Seconds")}
    export_filename = "llm-history"

    @cached_property
    def columns(self) -> list[Column]:
        """The columns; costs only for users who may view them."""
        title = TitleColumn(
            "action_label",
            label=_("Action"),
            get_url=lambda run: reverse("wagtail_llm_actions:history_run", args=[run.pk]),
        )
        cost = Column(lambda run: money(run.cost_usd), label=_("Cost"))
        return [
            title,
            TargetColumn("target_label", label=_("Page")),
            Column("field_label", label=_("Field")),
            UserColumn("user"),
            Column(lambda run: model_label(run.model_key), label=_("Model")),
            StatusColumn(),
            Column(_decision, label=_("Decision")),
            Column(_tokens, label=_("Tokens"), classname="llm-actions-nowrap"),
            *([cost] if can_view_costs(self.request.user) else []),
            Column(_seconds, label=_("Time"), classname="llm-actions-nowrap"),
            DateColumn("queued_at", label=_("When")),
        ]

    @property
    def list_export(self) -> list[str]:
        """The exported columns; costs only for users who may view them."""
        return [
            "queued_at",
            "user",
            "action_label",
            "trigger",
            "target_label",
            "field_label",
            "model_key",
            "status",
            "input_tokens",
            "cached_input_tokens",
            "cache_write_tokens",
            "output_tokens",
            "reasoning_tokens",
            *(["cost_usd"] if can_view_costs(self.request.user) else []),
            "seconds",
            "decision",
            "dismiss_reason",
            "error_code",
            "redacted_at",
        ]

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Return the list, or its export."""
        if request.GET.get("export"):
            return self.export()
        response: HttpResponseBase = super().get(request, *args, **kwargs)
        return response

    def export_rows(self) -> RunRows:
        """Return the filtered runs.

        Raises:
            ExportRefused: A filter is unknown or invalid: without it, the file would hold every run.
        """
        if unknown := self._sent_names() - self._filter_names() - NO_FILTERS:
            raise ExportRefused(_refusal(gettext("There is no filter “%(names)s”."), unknown))
        if invalid := self._ignored_names():
            raise ExportRefused(
                _refusal(gettext("The filter “%(names)s” does not have this value."), invalid)
            )
        return RunRows(self.get_filtered_queryset(), self.list_export)

    def count_rows(self, rows: RunRows, limit: int | None = None) -> int:
        """Let the database count, and no further than it has to."""
        return rows.count(limit)

    def _sent_names(self) -> set[str]:
        return {name for name, values in self.request.GET.lists() if any(values)}

    def _filter_names(self) -> set[str]:
        return {*self.filters.filters, "queued_at_from", "queued_at_to"}

    def _ignored_names(self) -> set[str]:
        """Return the filters that were sent, and would filter nothing or everything."""
        cleaned = self.filters.form.cleaned_data if self.filters.is_valid() else {}
        sent = {name.removesuffix("_from").removesuffix("_to") for name in self._sent_names()}
        ignored = {name for name in sent & cleaned.keys() if cleaned[name] in EMPTY_VALUES}
        return ignored | set(self.filters.form.errors)

    def get_queryset(self) -> LLMRunQuerySet:
        """Fetch what the list shows, with long texts deferred."""
        viewable: LLMRunQuerySet = self.filters.viewable
        return viewable.select_related("user__wagtail_userprofile").defer(
            "prompt",
            "system_instructions",
            "fallback_request",
            "output",
            "raw_output",
            "removed",
            "error_detail",
        )

    def filter_queryset(self, queryset: LLMRunQuerySet) -> LLMRunQuerySet:
        """Apply the filters; an invalid one, such as a user without runs, yields no runs."""
        if not self.filters.is_valid():
            return queryset.none()
        # A page of the list is filtered where it is read.
        return self.filters.filter_queryset(queryset) if self.is_export else queryset

    def paginate_queryset(
        self, queryset: LLMRunQuerySet, page_size: int
    ) -> tuple[RunPaginator, RunPage, Sequence[LLMRun], bool]:
        """Read the page of the address; end runs on it that were lost."""
        paginator = self.filters.paginator(queryset, page_size)
        number = self.request.GET.get(self.page_kwarg)
        page = paginator.get_page(number)
        if any(map(_is_abandoned, page.object_list)):
            recover()
            page = paginator.get_page(number)
        return paginator, page, page.object_list, page.has_other_pages()

    def decorate_paginated_queryset(self, object_list: Any) -> Any:
        """Add the edit URLs of the listed runs."""
        add_edit_urls(object_list, self.request.user)
        return object_list
