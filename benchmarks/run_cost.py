"""Processor time of a run from the click to the decision, by leg and process."""

from __future__ import annotations

import asyncio
import json
import statistics
import uuid
from collections import Counter, defaultdict
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from django.test import Client
from django.urls import reverse

from benchmarks.arrangements import threads
from benchmarks.http import Connection
from benchmarks.load import FINAL, FIRST_OF_THE_ERRORS, poll_headers, poll_path
from benchmarks.processes import cpu_seconds, wait_until
from benchmarks.report import Section, Table
from benchmarks.rig import FOUR_SECONDS, INSTANT, model_key
from benchmarks.rows import CSRF_TOKEN, Visitor
from benchmarks.timed_site import post
from tests.editor.forms import page_edit, post_of, posted_stream
from tests.factories import AdminFactory, LLMActionFactory
from wagtail_llm_actions.models import LLMRun

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from benchmarks.options import Options
    from benchmarks.rig import Rig

ROUNDS = 3
RUNS, QUICK_RUNS = 100, 2
SLOW_RUNS, QUICK_SLOW_RUNS = 12, 1
AT_ONCE = 4
"""More would be told to poll less often."""
MS = 1_000
SLOW_LEG = "a text of 4 s, all legs"
PARTS = ("web", "worker", "database", "Valkey")
SECONDS = 120.0
"""Within which all runs of a round have to end."""


def run(rig: Rig, options: Options) -> Section:
    """Start, poll and decide on runs that are written at once, and on some that take 4 s."""
    forms = {pace: _click(model_key(pace)) for pace in (INSTANT, FOUR_SECONDS)}
    fast, slow = options.pick(RUNS, QUICK_RUNS), options.pick(SLOW_RUNS, QUICK_SLOW_RUNS)
    measured: dict[str, list[Mapping[str, float]]] = defaultdict(list)
    polls: list[int] = []
    with rig.workers(threads(AT_ONCE).commands) as workers, rig.web() as web:
        pids = {
            "web": [web.process.pid],
            "worker": [worker.pid for worker in workers],
            "database": rig.database_pids(),
            "Valkey": [rig.valkey_pid()],
        }

        def browsers(form: Mapping[str, str], count: int) -> list[_Browser]:
            return [_Browser(web.port, form) for _ in range(count)]

        # Not counted: it warms everything up.
        asyncio.run(_leg_by_leg(browsers(forms[INSTANT], 2 * AT_ONCE), pids, defaultdict(list)))
        for _ in range(options.rounds_or(ROUNDS)):
            asyncio.run(_leg_by_leg(browsers(forms[INSTANT], fast), pids, measured))
            followed = browsers(forms[FOUR_SECONDS], slow)
            asyncio.run(_to_their_end(followed, pids, measured))
            polls += [browser.polls for browser in followed]
    return Section(title="The cost of a run", tables=[_table(measured, statistics.mean(polls))])


def _click(model: str) -> dict[str, str]:
    """Return what the widget posts of the whole form of a post with 20 blocks, which is a draft."""
    page = post()
    client = Client()
    client.force_login(AdminFactory())
    form = page_edit(page)
    action = LLMActionFactory(source="title", destination="search_description", model=model)
    return {
        **post_of(client, form),
        **posted_stream(page.body, "body"),
        "csrfmiddlewaretoken": CSRF_TOKEN,
        "llm-actions-action": str(action.pk),
        "llm-actions-instruction": "",
        "llm-actions-form-action": form,
        "llm-actions-form-key": "",
    }


class _Browser:
    """One run, of a user of its own, so that no limit is met."""

    def __init__(self, port: int, form: Mapping[str, str]) -> None:
        self._connection = Connection(port, Visitor.new().headers)
        self._form = {**form, "llm-actions-request-id": str(uuid.uuid4())}
        self.state: dict[str, Any] = {}
        self.polls = 0

    async def start(self) -> None:
        path = reverse("wagtail_llm_actions:start_run")
        self.state = await self._ask("POST", path, urlencode(self._form))

    async def poll(self) -> None:
        self.polls += 1
        headers = poll_headers(self.state)
        self.state |= await self._ask("GET", poll_path(self.state), headers=headers)

    async def accept(self) -> None:
        data = urlencode({"decision": "accept", "text": self.state["output"]})
        await self._ask("POST", self.state["decide_url"], data)

    async def follow(self) -> None:
        """Do all that a browser does, at the pace that the server sets."""
        await self.start()
        while self.state["status"] not in FINAL:
            await asyncio.sleep(self.state["poll_after_ms"] / MS)
            await self.poll()
        await self.accept()

    async def _ask(self, method: str, path: str, body: str = "", **options: Any) -> dict[str, Any]:
        status, answer = await self._connection.ask(method, path, body, **options)
        # The server hangs up on idle connections sooner than the next leg comes.
        self._connection.close()
        if status >= FIRST_OF_THE_ERRORS:
            msg = f"{method} {path}: {status} {answer!r}"
            raise RuntimeError(msg)
        parsed: dict[str, Any] = json.loads(answer)
        return parsed


async def _leg_by_leg(
    browsers: Sequence[_Browser],
    pids: Mapping[str, Sequence[int]],
    measured: dict[str, list[Mapping[str, float]]],
) -> None:
    """Do the same step of all runs, then the next one: so each leg is measured by itself."""
    for leg, step in (
        ("start, and the worker", _Browser.start),
        ("last poll", _Browser.poll),
        ("decision", _Browser.accept),
    ):
        before = _cpu(pids)
        for browser in browsers:
            await step(browser)
        await asyncio.to_thread(_wait_for_all)
        measured[leg].append(_used(pids, before, len(browsers)))


async def _to_their_end(
    browsers: Sequence[_Browser],
    pids: Mapping[str, Sequence[int]],
    measured: dict[str, list[Mapping[str, float]]],
) -> None:
    turns = asyncio.Semaphore(AT_ONCE)

    async def follow(browser: _Browser) -> None:
        async with turns:
            await browser.follow()

    before = _cpu(pids)
    await asyncio.gather(*map(follow, browsers))
    measured[SLOW_LEG].append(_used(pids, before, len(browsers)))


def _wait_for_all() -> None:
    unfinished = LLMRun.objects.unfinished()
    wait_until(
        lambda: not unfinished.exists(),
        log=lambda: str(list(unfinished.values("status", "queued_at", "started_at"))),
        seconds=SECONDS,
    )


def _cpu(pids: Mapping[str, Sequence[int]]) -> dict[str, float]:
    return {part: cpu_seconds(pids[part]) for part in PARTS}


def _used(
    pids: Mapping[str, Sequence[int]], before: Mapping[str, float], count: int
) -> dict[str, float]:
    """Return the milliseconds of each part for each run."""
    return {part: (now - before[part]) / count * MS for part, now in _cpu(pids).items()}


def _table(measured: Mapping[str, Sequence[Mapping[str, float]]], polls: float) -> Table:
    rows = []
    totals: Counter[str] = Counter()
    for leg, rounds in measured.items():
        medians = {part: statistics.median(each[part] for each in rounds) for part in PARTS}
        if leg == SLOW_LEG:
            rows.append(_row("**written at once, all legs**", totals))
            rows.append(_row(f"**{leg}, {polls:.0f} polls**", medians))
        else:
            totals.update(medians)
            rows.append(_row(leg, medians))
    number = len(measured[SLOW_LEG])
    return Table(
        title="Processor time of a run, in ms",
        columns=["leg", *PARTS, "sum"],
        rows=rows,
        notes=[
            f"Medians of {number} rounds. {INSTANT.pieces} pieces of text, all at once or "
            f"{FOUR_SECONDS.each_ms} ms apart. The worker's whole time is in the first leg."
        ],
    )


def _row(name: str, values: Mapping[str, float]) -> list[str]:
    return [name, *(f"{values[part]:.1f}" for part in PARTS), f"{sum(values.values()):.1f}"]
