"""From the click to the first text that is seen, and where the time goes.

One machine has all the clocks, so moments of the browser, the web server, the worker and the
provider can be compared.
"""

from __future__ import annotations

import asyncio
import statistics
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from django.conf import settings
from playwright.async_api import async_playwright

from benchmarks.arrangements import threads
from benchmarks.budget import PARTS, budget
from benchmarks.clicks import OBSERVER, click
from benchmarks.figures import COLUMNS, Metrics
from benchmarks.floor import Floor
from benchmarks.report import Section, Table
from benchmarks.rig import FAST, SLOW, model_key
from benchmarks.rows import Visitor, content
from tests.chromium import ARGUMENTS, executable
from tests.factories import LLMActionFactory

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Sequence

    from playwright.async_api import Page

    from benchmarks.clicks import Click
    from benchmarks.options import Options
    from benchmarks.pace import Pace
    from benchmarks.rig import Rig, Web
    from benchmarks.rows import Content

STARTS = 6
"""How often the worker is started anew; the first click after it is told apart."""
ROUNDS = 5
"""After each start."""
CONCURRENCY = 10
PATIENCE_MS = 60_000
PROPOSAL = "[data-command=accept]:visible"


@dataclass(frozen=True, kw_only=True)
class Samples:
    """What was measured at one pace; plain times in milliseconds."""

    pace: Pace
    destination: str
    """The field that this pace's action writes."""
    http: list[float] = field(default_factory=list)
    sdk: list[float] = field(default_factory=list)
    peer: list[Click] = field(default_factory=list)
    ours: list[Click] = field(default_factory=list)
    after_start: list[Click] = field(default_factory=list)
    """Ours, where the worker was just started."""


def run(rig: Rig, options: Options) -> Section:
    """Measure each way in turn, at both paces, with several workers one after the other."""
    starts, rounds = options.pick(STARTS, 1), options.rounds_or(ROUNDS)
    both = [
        Samples(pace=FAST, destination="summary"),
        Samples(pace=SLOW, destination="subtitle"),
    ]
    for samples in both:
        model = model_key(samples.pace)
        LLMActionFactory(source="title", destination=samples.destination, model=model)
    # A proposal that nobody has decided on is shown again, so each click has a page of its own.
    made = content((rounds + 1) * (starts + 1) * len(both))
    with rig.web() as web:
        asyncio.run(_Measurement(rig, web, made).measure(both, starts=starts, rounds=rounds))
    return Section(
        title="From the click to the first text",
        tables=[*map(_first_texts, both), _lags(both), _budgets(both)],
    )


class _Measurement:
    def __init__(self, rig: Rig, web: Web, made: Content) -> None:
        self._rig = rig
        self._web = web
        self._paths = iter(made.edit_paths)
        self._floor = Floor(rig.open_provider)
        self._session_key = Visitor.new().session_key

    async def measure(self, both: Sequence[Samples], *, starts: int, rounds: int) -> None:
        """Fill the samples."""
        workers = threads(CONCURRENCY).commands
        async with self._browser() as page:
            with self._rig.workers(workers):
                for samples in both:
                    # Not counted: it warms up the browser, the web server and the provider.
                    await self._round(page, replace(samples, http=[], sdk=[], peer=[], ours=[]))
            for number in range(starts):
                with self._rig.workers(workers):
                    first = both[number % len(both)]
                    first.after_start.append(await self._ours(page, first))
                    for _ in range(rounds):
                        for samples in both:
                            await self._round(page, samples)

    async def _round(self, page: Page, samples: Samples) -> None:
        samples.http.append(await self._floor.http_ms(samples.pace))
        samples.sdk.append(await self._floor.sdk_ms(samples.pace))
        samples.ours.append(await self._ours(page, samples))
        samples.peer.append(await self._peer(page, samples))

    async def _ours(self, page: Page, samples: Samples) -> Click:
        await page.goto(f"{self._web.url}{next(self._paths)}")
        label = samples.destination.capitalize()
        return await click(page, f"[aria-label='Generate: {label}']", until=PROPOSAL)

    async def _peer(self, page: Page, samples: Samples) -> Click:
        query = urlencode({"model": samples.pace.model})
        await page.goto(f"{self._web.url}/peer/?{query}")
        return await click(page, "button", until="[data-done]")

    @asynccontextmanager
    async def _browser(self) -> AsyncIterator[Page]:
        async with async_playwright() as playwright:
            chromium = await playwright.chromium.launch(
                executable_path=executable(), args=ARGUMENTS
            )
            context = await chromium.new_context()
            context.set_default_timeout(PATIENCE_MS)
            await context.add_init_script(OBSERVER)
            name, value = settings.SESSION_COOKIE_NAME, self._session_key
            await context.add_cookies([{"name": name, "value": value, "url": self._web.url}])
            yield await context.new_page()
            await chromium.close()


def _first_texts(samples: Samples) -> Table:
    floor = Metrics(samples.sdk)
    ways = {
        "HTTP, without SDK": samples.http,
        "SDK, the floor": samples.sdk,
        "ours": [each.first_text_ms for each in samples.ours],
        "ours, first after the worker's start": [
            each.first_text_ms for each in samples.after_start
        ],
        "peer": [each.first_text_ms for each in samples.peer],
    }
    rows = []
    for name, times in ways.items():
        if times:
            figures = Metrics(times)
            above = [figures.median - floor.median, figures.p95 - floor.p95]
            ratio = f"{figures.median / floor.median:.2f}"
            rows.append([name, *figures.cells(), *(f"{each:+.0f}" for each in above), ratio])
    return Table(
        title=f"First text after {samples.pace.first_ms} ms at the provider, milliseconds",
        columns=["way", *COLUMNS, "median above floor", "p95 above floor", "median ÷ floor"],
        rows=rows,
        notes=["The goal for ours is + 150 ms in the median and + 300 ms in the p95."],
    )


def _lags(both: Sequence[Samples]) -> Table:
    rows = []
    for samples in both:
        lags = Metrics([lag for each in samples.ours for lag in each.lags_ms])
        rows.append([f"ours, {samples.pace.model}", *lags.cells()])
    return Table(
        title="From the provider's sending of a piece of text to the frame that shows it, "
        "milliseconds",
        columns=["way", *COLUMNS],
        rows=rows,
        notes=[f"Each text has {FAST.pieces} pieces, {FAST.each_ms} ms apart. The goal is 300 ms."],
    )


def _budgets(both: Sequence[Samples]) -> Table:
    budgets = [[budget(each) for each in samples.ours] for samples in both]
    rows = []
    for part, meaning in PARTS.items():
        medians = [statistics.median(each[part] for each in some) for some in budgets]
        rows.append([part, meaning, *(f"{median:.0f}" for median in medians)])
    wholes = [statistics.median(each.first_text_ms for each in samples.ours) for samples in both]
    rows.append(["all", "median of the wholes", *(f"{whole:.0f}" for whole in wholes)])
    return Table(
        title="Latency budget: where the time goes, medians in milliseconds",
        columns=["part", "meaning", *(f"first text at {each.pace.first_ms}" for each in both)],
        rows=rows,
    )
