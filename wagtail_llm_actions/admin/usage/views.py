"""Reports → LLM usage and costs: figures, charts and tables of a period, and their exports."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from django.http import Http404, HttpResponseBadRequest
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from django.views.generic import TemplateView, View
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin
from wagtail.admin.views.generic.permissions import PermissionCheckedMixin
from wagtail.admin.views.mixins import SpreadsheetExportMixin

from wagtail_llm_actions.admin.exports import SafeExportMixin
from wagtail_llm_actions.admin.usage.cards import cards
from wagtail_llm_actions.admin.usage.period import CHOICES, DEFAULT, as_query, chosen_period
from wagtail_llm_actions.admin.usage.registry import CHARTS, tables
from wagtail_llm_actions.permissions.policies import RUN_POLICY, can_view_costs
from wagtail_llm_actions.reporting.usage import Usage
from wagtail_llm_actions.runs.lifecycle.recovery import recover

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponseBase

    from wagtail_llm_actions.admin.usage.table import Table
    from wagtail_llm_actions.reporting.period import Period


class UsageView(PermissionCheckedMixin, WagtailAdminTemplateMixin, TemplateView):
    """The report."""

    permission_policy = RUN_POLICY
    permission_required = "view"
    template_name = "wagtail_llm_actions/usage/usage.html"
    page_title = _("LLM usage and costs")
    header_icon = "llm-actions-generate"
    _show_breadcrumbs = True

    @cached_property
    def with_costs(self) -> bool:
        """Whether this reader may see what runs cost."""
        return can_view_costs(self.request.user)

    def get_page_title(self) -> Any:
        """Promise no costs to those who may not see them."""
        return self.page_title if self.with_costs else _("LLM usage")

    def get_breadcrumbs_items(self) -> list[dict[str, Any]]:
        """Say where this is."""
        return [*self.breadcrumbs_items, {"url": "", "label": self.get_page_title()}]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add the figures of the chosen days; of the last 30 where the address is wrong."""
        recover()
        try:
            choice, period = chosen_period(self.request.GET)
            is_wrong = False
        except ValueError:
            choice, period = chosen_period({"period": DEFAULT})
            is_wrong = True
        usage, before = Usage(period), Usage(period.previous)
        every = {name: make() for name, make in tables(usage, with_costs=self.with_costs).items()}
        return super().get_context_data(
            **kwargs,
            choices=CHOICES.items(),
            choice=choice,
            period=period,
            previous=period.previous,
            is_wrong=is_wrong,
            cards=cards(usage, before, with_costs=self.with_costs),
            charts=[every[name] for name in CHARTS if name in every],
            tables=[table for name, table in every.items() if name not in CHARTS],
            chart_data={
                name: _chart(every[name], CHARTS[name]) for name in CHARTS if name in every
            },
            export_query=urlencode(as_query(period)),
            has_runs=usage.totals.runs,
        )


def _chart(table: Table, kind: str) -> dict[str, Any]:
    series = table.columns[1:]
    columns = list(zip(*(row.values for row in table.rows), strict=True))
    return {
        "kind": kind,
        "unit": series[0].kind if series else "count",
        "labels": [words[0][0] for _url, words in table.listed],
        "series": [
            {
                "label": column.heading,
                "values": [None if value is None else float(value) for value in values],
            }
            for column, values in zip(series, columns[1:], strict=True)
        ],
    }


class UsageExportView(SafeExportMixin, SpreadsheetExportMixin, PermissionCheckedMixin, View):
    """One table of the report as CSV or XLSX, with all of its rows."""

    permission_policy = RUN_POLICY
    permission_required = "view"
    http_method_names = ["get", "head"]

    def get(self, request: HttpRequest, table: str) -> HttpResponseBase:
        """Write the table; a wrong address gets nothing.

        Raises:
            Http404: There is no such table, or not for this reader.
        """
        try:
            _choice, period = chosen_period(request.GET)
        except ValueError:
            return HttpResponseBadRequest()
        make = tables(Usage(period), with_costs=can_view_costs(request.user)).get(table)
        if make is None:
            raise Http404
        if not self.is_export:
            return HttpResponseBadRequest()
        return self._written(make(), period)

    def _written(self, table: Table, period: Period) -> HttpResponseBase:
        self.list_export = [str(number) for number, _column in enumerate(table.columns)]
        self.export_headings = {
            name: column.sheet_heading
            for name, column in zip(self.list_export, table.columns, strict=True)
        }
        self.export_filename = f"llm-usage-{table.slug}-{period.start}-{period.end}"
        rows = [dict(zip(self.list_export, row, strict=True)) for row in table.sheet]
        response: HttpResponseBase = self.as_spreadsheet(rows, self.request.GET["export"])
        return response
