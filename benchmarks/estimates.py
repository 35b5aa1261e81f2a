"""How far the estimates before a click are off: each run is estimated by those before it.

``python -m benchmarks.estimates`` replays made-up runs: sources of real prose, their tokens counted by a
real tokenizer, answers whose lengths vary as those of models do, and some runs that are repaired or tried
again. ``--site``, with ``DJANGO_SETTINGS_MODULE`` of a site, replays the runs in its database.
"""

from __future__ import annotations

import argparse
import json
import os
import random
from collections import defaultdict
from pathlib import Path
from statistics import median, quantiles
from typing import TYPE_CHECKING, NamedTuple
from urllib.request import Request, urlopen

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")
django.setup()

from tests.parts.model_server import running_model_server  # noqa: E402 - needs the settings
from wagtail_llm_actions.models import LLMRun  # noqa: E402
from wagtail_llm_actions.spending.estimates import (  # noqa: E402
    COLUMNS,
    USED_RUNS,
    MeasuredRun,
    estimate_from,
    measured_run,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from tests.parts.model_server import ModelServer

SEED = 20261127
RUNS_PER_ACTION = 200
INPUT_USD, OUTPUT_USD = 2.5e-6, 10e-6
"""Of a token."""
NEWEST_RUNS = 1_000
"""Of each action and model of a site, as each takes a line through those before it."""
REPAIRED, TRIED_AGAIN = 0.06, 0.03
"""Parts of the runs: a second call with the answer in it, and a whole one that was billed for nothing."""


class Kind(NamedTuple):
    """Actions of one kind."""

    template_chars: int
    source_chars: tuple[int, int]
    answer_tokens: float
    """The median."""
    per_source_token: float
    """Tokens of the answer for each token of the source, besides."""
    spread: float
    """Of the logarithm of an answer's length."""


KINDS = {
    "title": Kind(600, (1_000, 8_000), 12, 0, 0.2),
    "summary": Kind(900, (500, 30_000), 90, 0, 0.25),
    "translation": Kind(500, (300, 15_000), 0, 1.3, 0.08),
    "proofreading": Kind(700, (300, 10_000), 0, 1.02, 0.05),
    "summary, reasoning": Kind(900, (500, 30_000), 600, 0, 0.5),
    "text of an image": Kind(400, (0, 0), 45, 0, 0.3),
}


def made_up_runs(kind: Kind, prose: str, count: Callable[[str], int]) -> Iterator[MeasuredRun]:
    """Yield runs of an action in the order of their start."""
    pick = random.Random(SEED)  # noqa: S311 - the same runs each time
    template = count(prose[: kind.template_chars])
    for _number in range(RUNS_PER_ACTION):
        length = round(pick.triangular(*kind.source_chars, sum(kind.source_chars) / 4))
        start = pick.randrange(len(prose) - length)
        source = count(prose[start : start + length]) if length else 0
        answer = (kind.answer_tokens + kind.per_source_token * source) * pick.lognormvariate(
            0, kind.spread
        )
        sent = float(template + source)
        luck = pick.random()
        if luck < REPAIRED:
            sent, answer = sent + template + source + answer, 2 * answer
        elif luck < REPAIRED + TRIED_AGAIN:
            sent, answer = 2 * sent, 1.5 * answer
        yield MeasuredRun(length, sent * INPUT_USD, answer * OUTPUT_USD)


def errors(runs: Sequence[MeasuredRun]) -> list[float]:
    """Return how far the estimate of each run was off, in parts of its cost."""
    found = []
    for number, run in enumerate(runs):
        before = runs[max(0, number - USED_RUNS) : number]
        cost = run.input_usd + run.output_usd
        estimate = estimate_from(before)
        if estimate and cost:
            found.append(abs(float(estimate.cost_usd(run.source_chars)) / cost - 1))
    return found


def site_runs() -> dict[str, list[MeasuredRun]]:
    """Return the newest runs in the database that say what they cost, by action and model, oldest first."""
    groups = defaultdict(list)
    rows = LLMRun.objects.exclude(action=None).order_by("queued_at")
    for row in rows.values(*COLUMNS, "action__label").iterator():
        if run := measured_run(row):
            groups[f"{row['action__label']}, {row['model_key']}"].append(run)
    return {name: runs[-NEWEST_RUNS:] for name, runs in groups.items()}


def prose() -> str:
    """Return the documentation as one text."""
    pages = sorted((Path(__file__).parents[1] / "docs").glob("*.md"))
    return "\n".join(page.read_text() for page in pages)


def tokens(server: ModelServer, text: str) -> int:
    """Count the tokens of a text, as the model of the example site reads it."""
    body = json.dumps({"content": text}).encode()
    headers = {"Content-Type": "application/json", "Authorization": f"Bearer {server.api_key}"}
    request = Request(f"{server.url}/tokenize", body, headers)  # noqa: S310 - on this machine
    with urlopen(request) as response:  # noqa: S310
        return len(json.load(response)["tokens"])


def report(groups: dict[str, list[MeasuredRun]]) -> None:
    """Print the errors of each action, and of all runs."""
    print("| action | runs | median error | 90 % below |\n| --- | --- | --- | --- |")
    found = {name: errors(runs) for name, runs in groups.items()}
    found["all"] = [error for each in found.values() for error in each]
    if not found["all"]:
        print(
            "\nNo two runs of one action succeeded with a known cost and a source of known length."
        )
    for name, each in found.items():
        if len(each) > 1:
            ninth = quantiles(each, n=10)[-1]
            print(f"| {name} | {len(each)} | {median(each):.1%} | {ninth:.1%} |")


def main() -> None:
    """Print how far estimates are off."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.estimates", description=__doc__)
    parser.add_argument("--site", action="store_true", help="replay the runs in the database")
    if parser.parse_args().site:
        report(site_runs())
        return
    text = prose()
    with running_model_server() as server:
        report(
            {
                name: list(made_up_runs(kind, text, lambda part: tokens(server, part)))
                for name, kind in KINDS.items()
            }
        )


if __name__ == "__main__":
    main()
