"""How long ordinary pages of the admin take while texts are being generated.

The visitors share the machine's cores with what they visit; what each part used of them is told.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import time
import uuid
from contextlib import ExitStack
from dataclasses import asdict, replace
from typing import TYPE_CHECKING

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from benchmarks.arrangements import threads
from benchmarks.load import FINAL, Findings, Plan, poll_headers, poll_path
from benchmarks.processes import ROOT, cpu_seconds, move_to_cores, on_cores, wait_until
from benchmarks.report import Section
from benchmarks.rig import ONE_SECOND, THIRTY_SECONDS, THREE_SECONDS, model_key
from benchmarks.rows import Visitor, content
from benchmarks.situations import (
    LOOK_SECONDS,
    LOW_PRIORITY,
    SAME_PRIORITY,
    Measured,
    Situation,
    cpu_table,
    generations_table,
    looks_table,
    pages_table,
)
from tests.factories import AdminFactory
from wagtail_llm_actions.models import LLMRun

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from benchmarks.options import Options
    from benchmarks.pace import Pace
    from benchmarks.processes import Process
    from benchmarks.rig import Rig, Web
    from benchmarks.rows import Content

ROUNDS = 2
PEOPLE = (
    (25, THREE_SECONDS, LOW_PRIORITY),
    (100, THIRTY_SECONDS, LOW_PRIORITY),
    (100, THIRTY_SECONDS, SAME_PRIORITY),
    (100, THREE_SECONDS, LOW_PRIORITY),
)
"""How many generate at once, and how long each text takes."""
QUICK_PEOPLE = ((4, ONE_SECOND, LOW_PRIORITY),)
LOWER_PRIORITY = 10
"""Of the web processes for clicks and polls, below those for pages and above the worker."""
PEER_PEOPLE, QUICK_PEER_PEOPLE = 8, 2
SECONDS, QUICK_SECONDS = 30, 2
SETTLE_SECONDS, QUICK_SETTLE_SECONDS = 8, 1


def run(rig: Rig, options: Options) -> Section:
    """Look at pages while nothing, our runs, and the peer's requests are under way, in turn."""
    made = content()
    many: Sequence[tuple[int, Pace, int]] = options.pick(PEOPLE, QUICK_PEOPLE)
    most = max(people for people, _, _ in many)
    situations = _situations(
        made,
        many,
        options.pick(PEER_PEOPLE, QUICK_PEER_PEOPLE),
        options.pick(THREE_SECONDS, ONE_SECOND),
    )
    # A process for each core, so that the workers can take what the machine has.
    arrangement = threads(most, processes=options.pick(2, 1))
    web_cores, other_cores = _cores(options)
    move_to_cores(_servers(rig), other_cores)
    with ExitStack() as stack:
        with on_cores(web_cores):
            webs = {"web": stack.enter_context(rig.web())}
            if options.split_web:
                # On one core, niceness alone lets pages wait for the end of each turn.
                policy = os.SCHED_IDLE if options.pin_web else os.SCHED_OTHER
                webs["web for texts"] = stack.enter_context(rig.web(LOWER_PRIORITY, policy))
        ports = (webs["web"].port, [*webs.values()][-1].port)
        # The workers and the visitors are started later.
        stack.enter_context(on_cores(other_cores))
        headers = [Visitor.new().headers for _ in range(most + 1)]

        def measure(situation: Situation, seconds: float | None = None) -> Measured:
            plan = _plan(situation, made, ports, headers, options)
            with rig.workers(arrangement.commands, situation.niceness) as workers:
                return _measure(
                    replace(plan, seconds=seconds or plan.seconds),
                    _parts(rig, webs, workers),
                )

        for situation in situations:
            # Not counted: it warms everything up.
            measure(situation, QUICK_SECONDS)
        for _ in range(options.rounds_or(ROUNDS)):
            for situation in situations:
                situation.measured.append(measure(situation))
        with rig.workers(arrangement.commands):
            queries = _queries_of_a_poll(situations[1].form)
    return Section(
        title=_title(options),
        tables=[
            looks_table(situations),
            pages_table(situations, list(made.looked_at)),
            generations_table(situations[1:], queries),
            cpu_table(situations),
        ],
    )


def _title(options: Options) -> str:
    parts = [
        "The web is not blocked",
        *(["on a core of its own"] if options.pin_web else []),
        *(["clicks and polls in processes of their own"] if options.split_web else []),
    ]
    return ", ".join(parts)


def _cores(options: Options) -> tuple[set[int], set[int]]:
    """Return the cores of the web processes, and those of everything else."""
    cores = sorted(os.sched_getaffinity(0))
    if not options.pin_web:
        return set(cores), set(cores)
    if len(cores) == 1:
        msg = "The web cannot have a core of its own on a machine that has one."
        raise RuntimeError(msg)
    return set(cores[:1]), set(cores[1:])


def _servers(rig: Rig) -> list[int]:
    providers = (rig.open_provider, rig.limited_provider)
    return [
        *(provider.process.pid for provider in providers),
        *rig.database_pids(),
        rig.valkey_pid(),
    ]


def _parts(
    rig: Rig, webs: Mapping[str, Web], workers: Sequence[Process]
) -> Mapping[str, Sequence[int]]:
    return {
        **{name: [web.process.pid] for name, web in webs.items()},
        "worker": [worker.pid for worker in workers],
        "provider": [rig.open_provider.process.pid],
        "database": rig.database_pids(),
        "Valkey": [rig.valkey_pid()],
    }


def _situations(
    made: Content, many: Sequence[tuple[int, Pace, int]], peer_people: int, peer_pace: Pace
) -> list[Situation]:
    path = reverse("wagtail_llm_actions:start_run")
    return [
        Situation(name="idle", way="ours", people=0),
        *(
            Situation(
                name=f"ours, {people} at once, {pace.seconds:.0f} s each"
                + (", worker at the same priority" if niceness == SAME_PRIORITY else ""),
                way="ours",
                people=people,
                pace=pace,
                niceness=niceness,
                path=path,
                form=made.click(model_key(pace)),
            )
            for people, pace, niceness in many
        ),
        Situation(
            name=f"peer, {peer_people} at once, {peer_pace.seconds:.0f} s each",
            way="peer",
            people=peer_people,
            pace=peer_pace,
            path=reverse("peer_generate"),
            form={"model": peer_pace.model},
        ),
    ]


def _plan(
    situation: Situation,
    made: Content,
    ports: tuple[int, int],
    headers: Sequence[Mapping[str, str]],
    options: Options,
) -> Plan:
    # Each person is a user of their own, so that the limits of a user are kept.
    looker, *people = headers
    return Plan(
        port=ports[0],
        runs_port=ports[1],
        headers=looker,
        pages=made.looked_at,
        look_seconds=LOOK_SECONDS,
        # They begin one after the other, and go on like that.
        settle_seconds=max(
            options.pick(SETTLE_SECONDS, QUICK_SETTLE_SECONDS), situation.pace.seconds
        ),
        seconds=options.pick(SECONDS, QUICK_SECONDS),
        way=situation.way,
        people=people[: situation.people],
        path=situation.path,
        form=situation.form,
    )


def _measure(plan: Plan, parts: Mapping[str, Sequence[int]]) -> Measured:
    with subprocess.Popen(
        [sys.executable, "-m", "benchmarks.load"],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as visitors:
        assert visitors.stdin is not None  # noqa: S101 - for the type checker
        assert visitors.stdout is not None  # noqa: S101 - for the type checker
        visitors.stdin.write(json.dumps(asdict(plan)))
        visitors.stdin.close()
        visitors.stdout.readline()
        all_parts = {**parts, "visitors": [visitors.pid]}
        before = {part: cpu_seconds(pids) for part, pids in all_parts.items()}
        begun = time.perf_counter()
        found = Findings(**json.loads(visitors.stdout.readline()))
        measured = Measured(
            findings=found,
            seconds=time.perf_counter() - begun,
            cpu_seconds={
                part: cpu_seconds(pids) - before[part] for part, pids in all_parts.items()
            },
        )
    unfinished = LLMRun.objects.filter(status__in=LLMRun.UNFINISHED)
    wait_until(lambda: not unfinished.exists())
    return measured


def _queries_of_a_poll(form: Mapping[str, str]) -> int:
    """Return how many queries a poll of a running run makes.

    The median: now and then a poll also looks for lost runs, or checks the rights again.
    """
    client = Client()
    client.force_login(AdminFactory())
    click = {**form, "llm-actions-request-id": str(uuid.uuid4())}
    state = client.post(reverse("wagtail_llm_actions:start_run"), click).json()
    counts = []
    while state["status"] not in FINAL:
        with CaptureQueriesContext(connection) as queries:
            answer = client.get(poll_path(state), headers=poll_headers(state))
        state |= answer.json()
        if state["status"] == LLMRun.Status.RUNNING:
            counts.append(len(queries))
    return statistics.median_high(counts or [0])
