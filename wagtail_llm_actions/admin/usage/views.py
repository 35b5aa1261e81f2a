"""Reports → LLM usage and costs: cards, charts and tables of a period, and their exports."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from django.http import Http404
from django.utils.functional import cached_property
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.generic import TemplateView, View
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin
from wagtail.admin.views.generic.permissions import PermissionCheckedMixin

from wagtail_llm_actions.admin.budgets.rows import budget_rows
from wagtail_llm_actions.admin.exports.spreadsheets import ExportMixin, ExportRefused
from wagtail_llm_actions.admin.mixins import BreadcrumbsMixin
from wagtail_llm_actions.admin.run_access import reader_in_history
from wagtail_llm_actions.admin.usage.cards import cards
from wagtail_llm_actions.admin.usage.charts import chart_data
from wagtail_llm_actions.admin.usage.formatting import estimate_errors_sentence
from wagtail_llm_actions.admin.usage.period import CHOICES, DEFAULT, QUERY, as_query, chosen_period
from wagtail_llm_actions.admin.usage.registry import CHARTS, tables
from wagtail_llm_actions.admin.usage.table import MAX_LISTED_ROWS
from wagtail_llm_actions.messages.currency import rate_sentence
from wagtail_llm_actions.permissions.policies import (
    RUN_POLICY,
    VIEW_USAGE_PERMISSIONS,
    can_view_all_runs,
    can_view_costs,
    can_view_runs,
)
from wagtail_llm_actions.reporting.rollups import refresh_without_worker
from wagtail_llm_actions.reporting.usage import Usage
from wagtail_llm_actions.runs.lifecycle.recovery import recover_without_worker
from wagtail_llm_actions.scripts import script_path

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest, HttpResponseBase

    from wagtail_llm_actions.admin.usage.table import Table


def user_tables(
    usage: Usage, request: HttpRequest, limit: int | None = None
) -> dict[str, Callable[[], Table]]:
    """Return the tables that the user may view, by their slugs; see ``tables``."""
    return tables(
        usage,
        with_costs=can_view_costs(request.user),
        limit=limit,
        can_read=reader_in_history(request) if can_view_all_runs(request.user) else None,
    )


class UsageView(BreadcrumbsMixin, PermissionCheckedMixin, WagtailAdminTemplateMixin, TemplateView):
    """The report."""

    permission_policy = RUN_POLICY
    any_permission_required = VIEW_USAGE_PERMISSIONS
    template_name = "wagtail_llm_actions/usage/usage.html"
    page_title = _("LLM usage and costs")
    header_icon = "llm-actions-generate"

    @cached_property
    def with_costs(self) -> bool:
        """Whether the user may view costs."""
        return can_view_costs(self.request.user)

    def get_page_title(self) -> Any:
        """Leave costs out of the title for users who may not view them."""
        return self.page_title if self.with_costs else _("LLM usage")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add the report of the chosen period, or of the last 30 days if the query is invalid."""
        recover_without_worker()
        refresh_without_worker()
        try:
            choice, period = chosen_period(self.request.GET)
            is_invalid = False
        except ValueError:
            choice, period = chosen_period({"period": DEFAULT})
            is_invalid = True
        usage, previous = Usage.with_previous(period)
        usage.load(previous)
        found = {
            name: make() for name, make in user_tables(usage, self.request, MAX_LISTED_ROWS).items()
        }
        shown_cards = cards(usage, previous, with_costs=self.with_costs)
        if not can_view_runs(self.request.user):
            found = {name: table.without_links() for name, table in found.items()}
            shown_cards = [card.without_links() for card in shown_cards]
        return super().get_context_data(
            **kwargs,
            choices=CHOICES.items(),
            choice=choice,
            period=period,
            previous=period.previous,
            is_invalid=is_invalid,
            cards=shown_cards,
            charts=[found[name] for name in CHARTS if name in found],
            tables=[table for name, table in found.items() if name not in CHARTS],
            chart_data={
                name: chart_data(found[name], kind)
                for name, kind in CHARTS.items()
                if name in found
            },
            export_query=urlencode(as_query(period)),
            budgets=budget_rows(self.request.user),
            rate=rate_sentence() if self.with_costs else "",
            estimates=estimate_errors_sentence(usage.estimate_errors) if self.with_costs else "",
            has_runs=usage.totals.runs,
            chart_script=script_path("usage.js"),
        )


class UsageExportView(ExportMixin, PermissionCheckedMixin, View):
    """Download of one table of the report, with all rows, as CSV or XLSX."""

    permission_policy = RUN_POLICY
    any_permission_required = VIEW_USAGE_PERMISSIONS
    http_method_names = ["get", "head", "post"]

    def get(self, request: HttpRequest, table: str) -> HttpResponseBase:
        """Return the file, or status 400 for an invalid period or format.

        Raises:
            Http404: There is no such table, or the user may not view it.
        """
        return self.export()

    def export_rows(self) -> list[dict[str, Any]]:
        """Return the rows of the table in the address.

        Raises:
            ExportRefused: The period is invalid, or something else was asked for.
            Http404: There is no such table, or the user may not view it.
        """
        try:
            _choice, period = chosen_period(self.request.GET)
        except ValueError:
            raise ExportRefused(gettext("Nothing was exported. The period is not valid.")) from None
        if unknown := self.request.GET.keys() - {"export", *QUERY}:
            sentence = gettext("Nothing was exported. There is no filter “%(names)s”.")
            raise ExportRefused(sentence % {"names": ", ".join(sorted(unknown))})
        make = user_tables(Usage(period), self.request).get(self.kwargs["table"])
        if make is None:
            raise Http404
        table = make()
        self.list_export = [str(number) for number, _column in enumerate(table.columns)]
        self.export_headings = {
            name: column.export_heading
            for name, column in zip(self.list_export, table.columns, strict=True)
        }
        self.export_filename = f"llm-usage-{table.slug}-{period.start}-{period.end}"
        return [dict(zip(self.list_export, row, strict=True)) for row in table.export_rows]
