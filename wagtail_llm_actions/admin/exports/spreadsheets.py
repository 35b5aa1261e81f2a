"""``ExportMixin``: a view that downloads rows as CSV or XLSX."""

from __future__ import annotations

from itertools import islice
from tempfile import TemporaryFile
from typing import IO, TYPE_CHECKING, Any

from django.http import FileResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from wagtail.admin.views.mixins import ExcelDateFormatter, SpreadsheetExportMixin
from wagtail.admin.widgets.button import Button

from wagtail_llm_actions.admin.exports.cells import safe_cell, safe_csv_cell
from wagtail_llm_actions.admin.exports.job import followed, job_of, start_export
from wagtail_llm_actions.admin.exports.streaming import download
from wagtail_llm_actions.admin.exports.views import XLSX_TYPE, exports_page
from wagtail_llm_actions.models.background_job import JobFailed

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
    from django.http.response import HttpResponseBase

ROWS_OF_PIECE = 500
"""How many rows of a CSV file are sent at once."""
ROWS_OF_SHEET = 1_048_575
"""What a sheet of a workbook can hold beside its headings."""
ROWS_OF_REQUEST = 10_000
"""A workbook with more rows is written outside the request; that takes about 0.2 ms a row."""


class ExportRefused(Exception):
    """Nothing is exported; the text is a sentence that says why."""


class ExportMixin(SpreadsheetExportMixin):
    """Mixin for views (put it first): downloads rows without holding all of them in memory.

    Texts are never run as formulas.
    """

    request: HttpRequest

    @cached_property
    def header_more_buttons(self) -> list[Button]:
        """Add the way to the files of the user."""
        files = Button(
            _("Exported files"),
            url=reverse("wagtail_llm_actions:exports"),
            icon_name="download",
            priority=110,
        )
        return [*super().header_more_buttons, files]

    def export_rows(self) -> Iterable[Mapping[str, Any]]:
        """Return the rows, with a value for each name in ``list_export``.

        Raises:
            ExportRefused: The query asks for something that does not exist.
        """
        raise NotImplementedError

    def count_rows(self, rows: Any, limit: int | None = None) -> int:
        """Return the number of rows, or the limit if there are more."""
        return min(len(rows), limit or len(rows))

    def export(self) -> HttpResponseBase:
        """Return the file, or a page with status 400 that says why the query asks for none.

        Where a workbook would be too large for a request, return the question whether to write it
        outside of it.
        """
        try:
            rows: Any = self._checked_rows()
        except ExportRefused as refused:
            return self._refusal(refused)
        form = self.request.GET["export"]
        if job := job_of(self.request):
            rows = _Followed(rows, followed(job, rows, self.count_rows(rows)))
        elif (
            form == self.FORMAT_XLSX
            and self.count_rows(rows, ROWS_OF_REQUEST + 1) > ROWS_OF_REQUEST
        ):
            return exports_page(self.request, rows_of_request=ROWS_OF_REQUEST)
        response: HttpResponseBase = self.as_spreadsheet(rows, form)
        return response

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Start to write the workbook outside the request."""
        try:
            self._checked_rows()
        except ExportRefused as refused:
            return self._refusal(refused)
        export = start_export(request, f"{self.get_filename()}.xlsx")
        address = reverse("wagtail_llm_actions:export_progress", args=[export.pk])
        return HttpResponseRedirect(address)

    def _refusal(self, refused: ExportRefused) -> HttpResponse:
        if job_of(self.request):
            raise JobFailed(str(refused)) from None
        response = exports_page(self.request, refusal=str(refused))
        response.status_code = 400
        return response

    def _checked_rows(self) -> Any:
        if not self.is_export:
            raise ExportRefused(_("Nothing was exported. The format is either csv or xlsx."))
        return self.export_rows()

    def get_heading(self, queryset: Any, field: str) -> Any:
        """Escape a heading, which may be a name that somebody chose."""
        return safe_csv_cell(super().get_heading(queryset, field))

    def preprocess_field_value(self, field: str, value: Any, export_format: str) -> Any:
        """Escape what Wagtail made of the value."""
        written = super().preprocess_field_value(field, value, export_format)
        return (safe_csv_cell if export_format == self.FORMAT_CSV else safe_cell)(written)

    def stream_csv(self, queryset: Any) -> Iterator[bytes]:
        """Yield the headings at once, and the rows some at a time."""
        lines = super().stream_csv(queryset)
        yield next(lines)
        while piece := b"".join(islice(lines, ROWS_OF_PIECE)):
            yield piece

    def write_csv_response(self, queryset: Any) -> StreamingHttpResponse:
        """Return the file row by row."""
        pieces = self.stream_csv(queryset)
        return download(self.request, pieces, f"{self.get_filename()}.csv", "text/csv")

    def write_xlsx(self, queryset: Any, output: IO[bytes]) -> None:
        """Write a workbook, with as many sheets as the rows need."""
        from openpyxl import Workbook  # noqa: PLC0415 - as Wagtail, only where it is needed

        workbook = Workbook(write_only=True, iso_dates=True)
        headings = [self.get_heading(queryset, field) for field in self.list_export]
        date_format = ExcelDateFormatter().get()
        try:
            worksheet = _sheet(workbook, headings)
            for number, row in enumerate(queryset):
                if number and number % ROWS_OF_SHEET == 0:
                    worksheet = _sheet(workbook, headings)
                worksheet.append(
                    self.generate_xlsx_row(
                        worksheet, self.to_row_dict(row), date_format=date_format
                    )
                )
        finally:
            # Deletes the temporary files of the sheets too.
            workbook.save(output)

    def write_xlsx_response(self, queryset: Any) -> FileResponse:
        """Return the workbook from a temporary file, which has no name."""
        output = TemporaryFile()  # noqa: SIM115 - the response closes it
        self.write_xlsx(queryset, output)
        output.seek(0)
        name = f"{self.get_filename()}.xlsx"
        return FileResponse(output, as_attachment=True, content_type=XLSX_TYPE, filename=name)


class _Followed:
    """Rows whose progress is stored, with the model that their headings come from."""

    def __init__(self, rows: Any, followed: Iterator[Any]) -> None:
        self.model = getattr(rows, "model", None)
        self._followed = followed

    def __iter__(self) -> Iterator[Any]:
        return self._followed


def _sheet(workbook: Any, headings: list[Any]) -> Any:
    sheet = workbook.create_sheet(title=f"Sheet{len(workbook.worksheets) + 1}")
    sheet.append(headings)
    return sheet
