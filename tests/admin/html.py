"""What a page of the admin shows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from unittest.mock import patch

from bs4 import BeautifulSoup, Tag
from django.template.response import SimpleTemplateResponse

if TYPE_CHECKING:
    from django.test import Client


def page_at(client: Client, url: str) -> BeautifulSoup:
    """Return the page at ``url``."""
    response = client.get(url)
    assert response.status_code == 200, url
    return BeautifulSoup(response.text, "html.parser")


def context_of(response: Any) -> Any:
    """Return what a view gave to its template; ``response.context`` is empty (see ``uncopied_contexts``)."""
    return response.context_data


def context_at(client: Client, url: str, query: Any = None) -> Any:
    """Return what the view at ``url`` gives to its template, which is not rendered: most of the work of a list."""
    with patch.object(SimpleTemplateResponse, "rendered_content", ""):
        response = client.get(url, query)
    assert response.status_code == 200, url
    return context_of(response)


def words(tag: Tag) -> str:
    """Return the text of an element, on one line."""
    return " ".join(tag.get_text(" ").split())


def choices(page: BeautifulSoup, name: str) -> list[tuple[str, str]]:
    """Return values and labels of a select."""
    return [
        (str(option["value"]), words(option))
        for option in page.select(f"select[name={name}] option")
    ]


def chosen(page: BeautifulSoup, name: str) -> str:
    """Return the value that a select shows."""
    option = page.select_one(f"select[name={name}] option[selected]")
    return str(option["value"]) if option else ""


def table_rows(page: BeautifulSoup) -> list[list[str]]:
    """Return the words in the cells of a listing."""
    return [
        [words(cell) for cell in row.select("td")] for row in page.select("table.listing tbody tr")
    ]
