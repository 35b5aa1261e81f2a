"""Measure, and print tables: ``python -m benchmarks all``."""

from __future__ import annotations

import argparse
import os
import sys
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.options import Options
from benchmarks.rig import running_rig

if TYPE_CHECKING:
    from collections.abc import Sequence

    from benchmarks.report import Section
    from benchmarks.rig import Rig

BENCHMARKS = (
    "answers",
    "cold_start",
    "edit_form",
    "exports",
    "fair_slots",
    "first_text",
    "lanes",
    "polls",
    "prune",
    "reports",
    "rollup_cost",
    "run_cost",
    "typing_latency",
    "web",
    "workers",
)
DATABASES = {"postgresql": "tests.postgres", "mariadb": "tests.mariadb", "sqlite": ""}
"""By name, what starts the server; SQLite needs none."""


def main(arguments: Sequence[str]) -> int:
    """Run what the command line asks for; return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("benchmark", choices=[*BENCHMARKS, "all"])
    parser.add_argument("--rounds", type=int, help="how often each thing is measured")
    parser.add_argument("--quick", action="store_true", help="only show that it runs")
    parser.add_argument("--database", choices=DATABASES, default="postgresql")
    parser.add_argument(
        "--rows", type=int, nargs=2, metavar="N", help="the numbers of runs that reports compares"
    )
    parser.add_argument(
        "--folder", type=Path, help="where SQLite databases of reports stay, to be used again"
    )
    parser.add_argument(
        "--pin-web", action="store_true", help="give the web processes of web a core of their own"
    )
    parser.add_argument(
        "--split-web",
        action="store_true",
        help="answer clicks and polls of web by web processes of their own",
    )
    parser.add_argument("--markdown", type=Path, help="write the tables to this file too")
    chosen = parser.parse_args(arguments)
    server = DATABASES[chosen.database]
    if server and "TEST_DATABASE_ENGINE" not in os.environ:
        code: int = import_module(server).main([sys.executable, "-m", "benchmarks", *arguments])
        return code
    names = BENCHMARKS if chosen.benchmark == "all" else (chosen.benchmark,)
    options = Options(
        rounds=chosen.rounds,
        quick=chosen.quick,
        rows=chosen.rows,
        folder=chosen.folder,
        pin_web=chosen.pin_web,
        split_web=chosen.split_web,
    )
    with running_rig() as rig:
        parts = [_machine_line(rig)]
        print(parts[0], flush=True)
        for name in names:
            parts.append(str(_run(name, rig, options)))
            print(f"\n{parts[-1]}", flush=True)
    if chosen.markdown:
        chosen.markdown.write_text("\n\n".join(["# Benchmark results", *parts]) + "\n")
    return 0


def _machine_line(rig: Rig) -> str:
    line: str = import_module("benchmarks.machine").machine_line(rig)
    return line


def _run(name: str, rig: Rig, options: Options) -> Section:
    """Import a benchmark, which needs Django to be set up, and run it."""
    section: Section = import_module(f"benchmarks.{name}").run(rig, options)
    return section


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
