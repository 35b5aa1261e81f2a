"""Exports of the usage report."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING, Any

import pytest
from django.urls import reverse
from openpyxl import load_workbook

from tests.admin.html import page_at
from tests.admin.runs import history_reader
from tests.admin.test_usage import JULY, USAGE, WRONG, cost_reader
from tests.factories import EditorFactory
from tests.reporting.usage_rows import failed, succeeded
from wagtail_llm_actions.admin.exports import spreadsheets
from wagtail_llm_actions.admin.exports.cells import safe_cell, safe_csv_cell
from wagtail_llm_actions.admin.exports.spreadsheets import ExportMixin

if TYPE_CHECKING:
    from django.contrib.auth.models import User
    from django.test import Client

pytestmark = pytest.mark.django_db

TABLES = (
    "runs",
    "costs",
    "times",
    "actions",
    "models",
    "users",
    "page-types",
    "dismissals",
    "errors",
    "error-patterns",
)


def export_url(table: str, **query: str) -> str:
    query = query or {**JULY, "export": "csv"}
    return reverse("wagtail_llm_actions:usage_export", args=[table], query=query)


def exported(client: Client, table: str) -> list[dict[str, str]]:
    response: Any = client.get(export_url(table))
    assert response.status_code == 200
    assert f"llm-usage-{table}-2026-07-01-2026-07-10.csv" in response["Content-Disposition"]
    return list(csv.DictReader(io.StringIO(response.getvalue().decode())))


def test_a_table_is_exported_with_its_units(client: Client, admin: User) -> None:
    succeeded(cost="0.0125", action__label="Summary", seconds=2.5, input_tokens=1200)

    assert exported(client, "actions") == [
        {
            "Action": "Summary",
            "Runs": "1",
            "Succeeded (%)": "100.0",
            "Failed": "0",
            "Accepted (%)": "0.0",
            "Input tokens": "1200",
            "Output tokens": "",
            "Median time (s)": "2.5",
            "95th percentile (s)": "2.5",
            "Cost (USD)": "0.012500000",
            "Unknown costs": "0",
            "Cost per accepted text (USD)": "",
        }
    ]


@pytest.mark.parametrize("table", TABLES)
@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_every_table_is_offered_in_both_forms(
    client: Client, admin: User, table: str, form: str
) -> None:
    succeeded(decision="dismissed", dismiss_reason="tone")
    failed()

    links = [str(a["href"]) for a in page_at(client, reverse(USAGE, query=JULY)).select("a[href]")]

    url = export_url(table, **JULY, export=form)
    assert url in links
    response: Any = client.get(url)
    assert response.status_code == 200
    content = response.getvalue()
    if form == "xlsx":
        assert len(list(load_workbook(io.BytesIO(content)).active.values)) >= 2


def test_days_and_numbers_are_days_and_numbers_in_a_workbook(client: Client, admin: User) -> None:
    succeeded(cost="0.25")

    response: Any = client.get(export_url("costs", **JULY, export="xlsx"))

    sheet = load_workbook(io.BytesIO(response.getvalue())).active
    values = list(sheet.values)
    assert values[0] == ("Day", "Scripted (USD)")
    assert str(values[3][0]).startswith("2026-07-03")
    assert values[3][1] == 0.25


def test_an_export_has_all_rows(client: Client, admin: User) -> None:
    for number in range(52):
        succeeded(model_key=f"model-{number:02}")

    page = page_at(client, reverse(USAGE, query=JULY))

    assert len(page.select("section[aria-labelledby=llm-actions-models] tbody tr")) == 50
    assert "2 more rows are in the download." in page.text
    assert len(exported(client, "models")) == 52


FORMULAS = ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", " =1", "\uff1d1"]


@pytest.mark.parametrize("text", FORMULAS)
def test_a_text_is_never_a_formula(text: str) -> None:
    assert safe_cell(text) == f"'{text}"


@pytest.mark.parametrize("text", FORMULAS)
def test_a_heading_is_never_a_formula(text: str) -> None:
    class Export(ExportMixin):
        list_export = ["cost"]
        export_headings = {"cost": text}

    (line,) = Export().stream_csv([])
    workbook = io.BytesIO()
    Export().write_xlsx([], workbook)

    assert next(csv.reader(io.StringIO(line.decode(), newline=""))) == [safe_csv_cell(text)]
    assert load_workbook(workbook).worksheets[0]["A1"].value.startswith("'")


@pytest.mark.parametrize(
    ("text", "safe"),
    [
        ("tide;=1", "tide;'=1"),
        ("tide; =1", "tide;' =1"),
        ("tide\t@x", "tide\t'@x"),
        ("tide|-1", "tide|'-1"),
        ("tide\r\n\n+1", "tide\r\n\n'+1"),
        ("\r=1", "'\r'=1"),
        ("tide; 1", "tide; 1"),
    ],
)
def test_a_text_is_no_formula_for_a_program_that_splits_it(text: str, safe: str) -> None:
    assert safe_csv_cell(text) == safe


def test_a_workbook_has_as_many_sheets_as_its_rows_need(monkeypatch: pytest.MonkeyPatch) -> None:
    class Export(ExportMixin):
        list_export = ["number"]

    monkeypatch.setattr(spreadsheets, "ROWS_OF_SHEET", 2)
    workbook = io.BytesIO()

    Export().write_xlsx([{"number": number} for number in range(4)], workbook)

    sheets = load_workbook(workbook).worksheets
    assert [list(sheet.values) for sheet in sheets] == [
        [("number",), (0,), (1,)],
        [("number",), (2,), (3,)],
    ]


@pytest.mark.parametrize("value", ["Tide", "a=b", "", -1, -0.5, None, "2 - 1"])
def test_other_values_stay_as_they_are(value: Any) -> None:
    assert safe_cell(value) == value


def test_a_control_character_breaks_no_workbook() -> None:
    assert safe_cell("a\x00b\x1f") == "ab"
    assert safe_cell("\x00=1") == "'=1"


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_what_people_and_providers_wrote_is_made_safe_in_exports(
    client: Client, admin: User, form: str
) -> None:
    failed(action__label="=HYPERLINK(1)", error_detail="@evil\x07")

    response: Any = client.get(export_url("error-patterns", **JULY, export=form))

    content = response.getvalue()
    if form == "csv":
        (_, row) = csv.reader(io.StringIO(content.decode()))
    else:
        (_, row) = load_workbook(io.BytesIO(content)).active.values
    assert row[2] == "'@evil"
    assert row[6] == "'=HYPERLINK(1)"


@pytest.mark.parametrize("table", ["everything", "action", "runs-by-day"])
def test_an_unknown_table_is_not_found(client: Client, admin: User, table: str) -> None:
    assert client.get(export_url(table)).status_code == 404


@pytest.mark.parametrize("query", WRONG)
def test_a_wrong_period_exports_nothing(client: Client, admin: User, query: dict[str, str]) -> None:
    response = client.get(export_url("actions", **query, export="csv"))

    assert response.status_code == 400
    assert "Nothing was exported. The period is not valid." in response.text


@pytest.mark.parametrize("query", [{"perid": "7"}, {"user": "1"}, {"Period": "7"}])
def test_an_unknown_filter_exports_nothing(
    client: Client, admin: User, query: dict[str, str]
) -> None:
    response = client.get(export_url("actions", **query, export="csv"))

    assert response.status_code == 400
    assert f"There is no filter “{next(iter(query))}”." in response.text


@pytest.mark.parametrize("query", [JULY, {**JULY, "export": "pdf"}])
def test_an_unknown_form_exports_nothing(
    client: Client, admin: User, query: dict[str, str]
) -> None:
    response = client.get(export_url("actions", **query))

    assert response.status_code == 400
    assert "Nothing was exported. The format is either csv or xlsx." in response.text


def test_exports_hold_costs_only_for_those_who_may_see_them(client: Client) -> None:
    succeeded(cost="0.17")
    failed()

    client.force_login(history_reader())
    assert client.get(export_url("costs")).status_code == 404
    for table in set(TABLES) - {"costs"}:
        assert not any("ost" in heading for row in exported(client, table) for heading in row)

    client.force_login(cost_reader())
    assert exported(client, "models")[0]["Cost (USD)"] == "0.170000000"


def test_others_export_nothing(client: Client) -> None:
    client.force_login(EditorFactory())

    for table in TABLES:
        assert client.get(export_url(table)).status_code == 302
