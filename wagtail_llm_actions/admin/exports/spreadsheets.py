"""``ExportMixin``: a view that downloads rows as CSV or XLSX."""

from __future__ import annotations

from itertools import islice
from tempfile import TemporaryFile
from typing import IO, TYPE_CHECKING, Any

from asgiref.sync import sync_to_async
from django.core.handlers.asgi import ASGIRequest
from django.http import FileResponse, HttpResponse, StreamingHttpResponse
from django.utils.translation import gettext as _
from wagtail.admin.views.mixins import ExcelDateFormatter, SpreadsheetExportMixin

from wagtail_llm_actions.admin.exports.cells import safe_cell, safe_csv_cell

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterable, Iterator, Mapping

    from django.http import HttpRequest
    from django.http.response import HttpResponseBase

ROWS_OF_PIECE = 500
"""How many rows of a CSV file are sent at once."""
ROWS_OF_SHEET = 1_048_575
"""What a sheet of a workbook can hold beside its headings."""
XLSX_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


class ExportRefused(Exception):
    """Nothing is exported; the text is a sentence that says why."""


class ExportMixin(SpreadsheetExportMixin):
    """Mixin for views (put it first): downloads rows without holding all of them in memory.

    Texts are never run as formulas.
    """

    request: HttpRequest

    def export_rows(self) -> Iterable[Mapping[str, Any]]:
        """Return the rows, with a value for each name in ``list_export``.

        Raises:
            ExportRefused: The query asks for something that does not exist.
        """
        raise NotImplementedError

    def export(self) -> HttpResponseBase:
        """Return the file, or status 400 with a sentence where the query asks for none."""
        if not self.is_export:
            return _refusal(_("Nothing was exported. The format is either csv or xlsx."))
        try:
            rows = self.export_rows()
        except ExportRefused as refused:
            return _refusal(str(refused))
        response: HttpResponseBase = self.as_spreadsheet(rows, self.request.GET["export"])
        return response

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
        """Return the file row by row, under ASGI as well."""
        response: StreamingHttpResponse = super().write_csv_response(queryset)
        if isinstance(self.request, ASGIRequest):
            response.streaming_content = _asynchronous(self.stream_csv(queryset))
        return response

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


def _refusal(sentence: str) -> HttpResponse:
    return HttpResponse(sentence, status=400, content_type="text/plain; charset=utf-8")


async def _asynchronous(pieces: Iterator[bytes]) -> AsyncIterator[bytes]:
    """Yield the pieces one by one; Django would first collect all of them."""
    while piece := await sync_to_async(lambda: next(pieces, b""))():
        yield piece


def _sheet(workbook: Any, headings: list[Any]) -> Any:
    sheet = workbook.create_sheet(title=f"Sheet{len(workbook.worksheets) + 1}")
    sheet.append(headings)
    return sheet
