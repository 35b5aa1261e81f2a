"""An admin looks at usage and costs: charts in light and dark, and the same numbers as tables."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from tests.factories import AdminFactory, BlogPageFactory, LLMActionFactory
from tests.parts.web import WebProcess
from tests.reporting.usage_rows import NOON, failed, succeeded

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.browser.person import Person

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

JULY = {"from": "2026-07-01", "to": "2026-07-10"}

COLOURS = """canvas => {
    const {data} = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
    const found = new Set();
    for (let at = 0; at < data.length; at += 4) {
        if (data[at + 3] === 255) found.add(data.slice(at, at + 3).join());
    }
    return found.size;
}"""


@pytest.fixture(scope="module")
def site(django_db_setup: None) -> Iterator[str]:
    """A site that needs neither a queue server nor a model."""
    with WebProcess({}) as web:
        web.wait_until_ready()
        yield f"http://{web.address}"


@pytest.fixture
def admin(visit: Callable[..., Person], site: str) -> Person:
    action, page, user = LLMActionFactory(), BlogPageFactory(), AdminFactory()
    for number in range(24):
        values = {"action": action, "page": page, "user": user}
        queued_at = NOON + timedelta(days=number % 8 - 2)
        succeeded(
            seconds=1 + number % 5,
            cost=f"0.0{number % 4 + 1}",
            queued_at=queued_at,
            model_key=f"model-{number % 3}",
            **values,
        )
        if number % 3 == 0:
            failed(queued_at=queued_at, error_detail="No answer.", **values)
    return visit(user, site)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_charts_are_drawn_and_their_numbers_can_be_read(admin: Person, scheme: str) -> None:
    admin.page.emulate_media(color_scheme=scheme, reduced_motion="reduce")  # type: ignore[arg-type]
    admin.open(reverse("wagtail_llm_actions:usage", query=JULY))

    charts = admin.page.locator("canvas[data-llm-actions-chart]")
    expect(charts).to_have_count(3)
    for chart in charts.all():
        chart.scroll_into_view_if_needed()
        # Text, lines and more than one series.
        assert chart.evaluate(COLOURS) > 3
    table = admin.page.locator("details table").first
    expect(table).to_be_hidden()
    admin.page.get_by_text("Chart data").first.click()
    expect(table).to_be_visible()


def test_charts_follow_the_readers_colours(admin: Person) -> None:
    admin.page.emulate_media(color_scheme="light", reduced_motion="reduce")
    admin.open(reverse("wagtail_llm_actions:usage", query=JULY))
    chart = admin.page.locator("canvas[data-llm-actions-chart=runs]")
    expect(chart).to_be_visible()
    light = chart.evaluate("canvas => canvas.toDataURL()")

    admin.page.emulate_media(color_scheme="dark", reduced_motion="reduce")

    expect(chart).to_be_visible()
    admin.page.wait_for_function(
        "light => document.querySelector('canvas').toDataURL() !== light", arg=light
    )


def test_advice_on_errors_has_the_widest_column_and_fits_the_window(admin: Person) -> None:
    admin.page.set_viewport_size({"width": 1280, "height": 800})
    admin.open(reverse("wagtail_llm_actions:usage", query=JULY))
    table = admin.page.get_by_role("group", name="Error patterns")

    widths = table.locator("th").evaluate_all("headings => headings.map((th) => th.offsetWidth)")

    assert widths[-1] >= 1.5 * max(widths[:-1])
    assert table.evaluate("scroll => scroll.scrollWidth <= scroll.clientWidth")
