"""Visitors of the site, in a process of their own: one looks at pages, others generate.

Usage: python -m benchmarks.load < plan.json

Prints a line when it begins to count, and what it found when it has counted for long enough.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
import uuid
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from benchmarks.http import Connection

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

FINAL = {"succeeded", "failed", "cancelled"}
FIRST_OF_THE_ERRORS = 300


@dataclass(frozen=True, kw_only=True)
class Plan:
    """What to do."""

    port: int
    """Where pages are."""
    runs_port: int
    """Where texts are generated; in front of a site a proxy tells the two apart by their paths."""
    headers: Mapping[str, str]
    """Of the browser that looks at pages."""
    pages: Mapping[str, str]
    """Addresses of the pages that are looked at in turn, by their names."""
    look_seconds: float
    """From one look to the next, however long each takes."""
    settle_seconds: float
    """Before anything is counted; people come one after the other in it."""
    seconds: float
    """How long it is counted."""
    way: str
    """``ours`` or ``peer``."""
    people: Sequence[Mapping[str, str]]
    """The headers of the browsers of those who generate, again and again."""
    path: str
    """Where they post."""
    form: Mapping[str, str]
    """What they post."""


@dataclass(kw_only=True)
class Findings:
    """What happened while it was counted; times in seconds."""

    looks: dict[str, list[float]] = field(default_factory=dict)
    polls: list[float] = field(default_factory=list)
    starts: list[float] = field(default_factory=list)
    """Until a run was started."""
    generations: list[float] = field(default_factory=list)
    """From the click until the whole text was there."""
    failures: list[str] = field(default_factory=list)


def poll_path(run: Mapping[str, Any]) -> str:
    """Return the path of the next poll, which reads on from the run's cursor."""
    return f"{run['poll_url']}?cursor={run['cursor']}"


def poll_headers(run: Mapping[str, Any]) -> Mapping[str, str]:
    """Return the headers of the next poll."""
    return {"X-LLM-Actions-Poll-Token": run["poll_token"]}


class Visitors:
    """Carries out a plan."""

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self._findings = Findings(looks={name: [] for name in plan.pages})
        self._is_counting = False
        self._is_over = False

    async def visit(self) -> None:
        """Return when everybody has left."""
        people = [
            asyncio.create_task(self._person(number)) for number in range(len(self._plan.people))
        ]
        await asyncio.sleep(self._plan.settle_seconds)
        _say({"counting": True})
        self._is_counting = True
        await self._look_around()
        self._is_counting = False
        self._is_over = True
        _say(asdict(self._findings))
        await asyncio.gather(*people)

    async def _look_around(self) -> None:
        """Look at a page at each beat, whether the page before is there or not."""
        names = list(self._plan.pages)
        begun = time.perf_counter()
        async with asyncio.TaskGroup() as looks:
            for number in range(round(self._plan.seconds / self._plan.look_seconds)):
                looks.create_task(self._look(names[number % len(names)]))
                due = begun + (number + 1) * self._plan.look_seconds
                await asyncio.sleep(due - time.perf_counter())

    async def _look(self, name: str) -> None:
        connection = Connection(self._plan.port, self._plan.headers)
        try:
            await self._ask(
                connection, "GET", self._plan.pages[name], times=self._findings.looks[name]
            )
        except OSError as error:
            self._findings.failures.append(f"{name}: {error!r}")
        finally:
            connection.close()

    async def _person(self, number: int) -> None:
        await asyncio.sleep(self._plan.settle_seconds * number / len(self._plan.people))
        generate = {"ours": self._ours, "peer": self._peer}[self._plan.way]
        connection = Connection(self._plan.runs_port, self._plan.people[number])
        while not self._is_over:
            begun = time.perf_counter()
            try:
                await generate(connection)
            except OSError as error:
                self._findings.failures.append(repr(error))
            self._count(self._findings.generations, begun)
        connection.close()

    async def _ours(self, connection: Connection) -> None:
        """Do as the widget does, at the pace that the server sets."""
        form = {**self._plan.form, "llm-actions-request-id": str(uuid.uuid4())}
        started = await self._ask(
            connection, "POST", self._plan.path, urlencode(form), times=self._findings.starts
        )
        run = json.loads(started)
        while run["status"] not in FINAL:
            await asyncio.sleep(run["poll_after_ms"] / 1000)
            answer = await self._ask(
                connection,
                "GET",
                poll_path(run),
                headers=poll_headers(run),
                times=self._findings.polls,
            )
            run |= json.loads(answer)
        if run["status"] != "succeeded":
            self._findings.failures.append(str(run["error"]))

    async def _peer(self, connection: Connection) -> None:
        await self._ask(connection, "POST", self._plan.path, urlencode(self._plan.form), times=[])

    async def _ask(
        self,
        connection: Connection,
        method: str,
        path: str,
        body: str = "",
        *,
        headers: Mapping[str, str] | None = None,
        times: list[float],
    ) -> bytes:
        begun = time.perf_counter()
        status, content = await connection.ask(method, path, body, headers=headers)
        if status >= FIRST_OF_THE_ERRORS:
            msg = f"{method} {path} answered {status}"
            raise OSError(msg)
        self._count(times, begun)
        return content

    def _count(self, times: list[float], begun: float) -> None:
        if self._is_counting:
            times.append(time.perf_counter() - begun)


def _say(line: Mapping[str, Any]) -> None:
    print(json.dumps(line), flush=True)


if __name__ == "__main__":
    asyncio.run(Visitors(Plan(**json.load(sys.stdin))).visit())
