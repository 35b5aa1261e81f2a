"""What the package adds to the edit form of a page, and what binding the unsaved form takes.

Processor time, not time that passes, so that a busy machine says nearly the same as an idle one. Two sites
without the package are compared too: what they differ by is noise.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
from contextlib import ExitStack
from typing import TYPE_CHECKING

from benchmarks.processes import ROOT
from benchmarks.report import Section, Table
from benchmarks.timed_site import ACTIONS, BLOCKS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Self

    from benchmarks.options import Options
    from benchmarks.rig import Rig

PAIRS = 200
PACKAGE = "wagtail_llm_actions"
MS = 1_000


class TimedSite:
    """A process that answers for one form; stopped when the ``with`` block is left."""

    queries: Mapping[str, int]

    def __init__(self, *, has_package: bool) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "benchmarks.timed_site"],
            cwd=ROOT,
            env=_environment(has_package=has_package),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._process.communicate()

    def wait(self) -> None:
        """Wait until it has its database, and its caches are warm."""
        self.queries = json.loads(self._line())

    def seconds(self, request: str) -> float:
        """Return the processor time of a request."""
        assert self._process.stdin  # noqa: S101 - for the type checker
        self._process.stdin.write(f"{request}\n")
        self._process.stdin.flush()
        return float(self._line())

    def _line(self) -> str:
        assert self._process.stdout  # noqa: S101
        return self._process.stdout.readline()


def _environment(*, has_package: bool) -> Mapping[str, str]:
    from django.conf import settings  # noqa: PLC0415 - Django is set up by now

    leave_out = {"django.contrib.postgres"} | (set() if has_package else {PACKAGE})
    chosen = {
        "INSTALLED_APPS": [app for app in settings.INSTALLED_APPS if app not in leave_out],
        "WAGTAIL_LLM_ACTIONS": {
            **settings.WAGTAIL_LLM_ACTIONS,
            "MODELS": {"scripted": {"PROVIDER": "test", "NAME": "scripted"}},
            "PROVIDERS": {"test": {"BACKEND": f"{PACKAGE}.providers.testing.ScriptedProvider"}},
            "QUEUE": "tests.kept_queue.KeptQueue",
            "LIMITS": {
                f"{who}_{limit}": None
                for who in ("USER", "SITE")
                for limit in ("CONCURRENT", "PER_MINUTE", "PER_DAY")
            },
        },
    }
    without_server = {
        name: value
        for name, value in os.environ.items()
        if name not in {"TEST_DATABASE_ENGINE", "TEST_DATABASE_NAME"}
    }
    # The same order in all sets and dictionaries of both.
    return without_server | {"TEST_SETTINGS": json.dumps(chosen), "PYTHONHASHSEED": "0"}


def run(rig: Rig, options: Options) -> Section:
    """Ask for everything in turns, each round in the reverse order of the one before."""
    rounds = options.rounds_or(PAIRS)
    with ExitStack() as stack:
        without, control, own = (
            stack.enter_context(TimedSite(has_package=has_package))
            for has_package in (False, False, True)
        )
        for site in (without, control, own):
            site.wait()
        asked = {
            "form without the package": (without, "form"),
            "form without the package, a second process": (control, "form"),
            "form with the package": (own, "form"),
            "offers, which the form's script asks for": (own, "offers"),
            "Wagtail's preview of the form (POST)": (own, "preview"),
            "click, until the unsaved form is bound": (own, "bound"),
            "click, whole request": (own, "click"),
        }
        samples: dict[str, list[float]] = {name: [] for name in asked}
        for number in range(rounds):
            names = list(asked)
            for name in names if number % 2 else reversed(names):
                site, request = asked[name]
                samples[name].append(site.seconds(request))
        queries = {name: site.queries[request] for name, (site, request) in asked.items()}
    first, *_ = asked
    preview = "Wagtail's preview of the form (POST)"
    table = Table(
        title="Processor time of the edit form of a post, milliseconds",
        columns=["request", "n", "median", "÷ form without", "÷ preview", "queries"],
        rows=[
            [
                name,
                str(rounds),
                f"{MS * statistics.median(seconds):.1f}",
                _ratio(seconds, samples[first]),
                _ratio(seconds, samples[preview]),
                str(queries[name]),
            ]
            for name, seconds in samples.items()
        ],
        notes=[
            f"{ACTIONS} actions, {BLOCKS} blocks. A ratio is the median of those of the rounds."
        ],
    )
    return Section(title="The edit form", tables=[table])


def _ratio(ours: Sequence[float], others: Sequence[float]) -> str:
    return f"{statistics.median(a / b for a, b in zip(ours, others, strict=True)):.3f}"
