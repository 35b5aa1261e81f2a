"""However a provider answers, the run ends with a plain code, and the next one is as good as ever."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.faults.answers import BEHAVIOURS, MEGABYTE

if TYPE_CHECKING:
    from tests.faults.conftest import NewLoad, Tell
    from tests.faults.load import Fate
    from tests.faults.site import Site

pytestmark = [pytest.mark.faults, pytest.mark.django_db(transaction=True)]

MAX_OUTPUT_CHARS = MEGABYTE
MAX_GROWTH_MB = 300
"""Of a process that reads several huge answers at once; one event of them is 10 MB."""

ENDS = {
    "status-400": "invalid_input",
    "status-401": "authentication",
    "status-403": "authentication",
    "status-404": "model_unavailable",
    "status-408": "timeout",
    "status-409": "invalid_input",
    "status-413": "invalid_input",
    "status-422": "invalid_input",
    "status-429": "rate_limited",
    "status-500": "model_unavailable",
    "status-502": "model_unavailable",
    "status-503": "model_unavailable",
    "status-504": "timeout",
    "status-529": "rate_limited",
    "status-429-wait": "rate_limited",
    "status-429-wait-4": "rate_limited",
    "status-429-wait-8": "rate_limited",
    "status-429-long-wait": "rate_limited",
    "status-429-odd-wait": "rate_limited",
    "status-302": "model_unavailable",
    "html": "invalid_output",
    "html-502": "model_unavailable",
    "nothing": "invalid_output",
    "garbage": "invalid_output",
    "garbage-in": "invalid_output",
    "no-events": "invalid_output",
    "latin-1": "invalid_output",
    "binary": "invalid_output",
    "nul": "succeeded",
    "half-characters": "succeeded",
    "twice": "succeeded",
    "same-events": "succeeded",
    "error-event": "rate_limited",
    "slow-first": "succeeded",
    "hang-before": "timeout",
    "hang-in": "timeout",
    "hang-after": "succeeded",
    "cut-before": "model_unavailable",
    "cut-in": "model_unavailable",
    "cut-after": "model_unavailable",
    "broken-chunk": "model_unavailable",
    "huge-line": "timeout",
    "endless-silence": "timeout",
    "usage-negative": "succeeded",
    "usage-huge": "succeeded",
    "usage-words": "succeeded",
    "usage-parts": "succeeded",
    "usage-fractions": "succeeded",
}
"""An answer that is whole is kept, whatever its token counts are."""
TOO_LONG = {"endless", "huge-event", "huge-text"}
"""Kept in part, or not at all."""


def end(fate: Fate) -> str:
    """Say how a run ended, in a word."""
    return fate.run.error_code or fate.run.status


def peak_memory(pid: int) -> int:
    """Return the most that a process ever had in memory, in MB."""
    status = Path(f"/proc/{pid}/status").read_text()
    kilobytes = next(line for line in status.splitlines() if line.startswith("VmHWM")).split()[1]
    return int(kilobytes) // 1000


def test_every_misbehaviour_ends_with_a_plain_code(
    site: Site, new_load: NewLoad, tell: Tell
) -> None:
    load = new_load(site)
    # Loads what the first call of a process takes its time for.
    load.try_again()
    before = {pid: peak_memory(pid) for pid in site.executors()}
    for model in BEHAVIOURS:
        load.click(1, model)
        load.count_fault()

    tell(load.settle("every misbehaviour"))
    load.check()
    fates = {fate.model: fate for fate in load.fates()}
    load.try_again()
    assert {model: end(fates[model]) for model in ENDS} == ENDS
    for model in TOO_LONG:
        assert end(fates[model]) in {"invalid_output", "timeout", "succeeded"}
        assert len(fates[model].run.output) <= MAX_OUTPUT_CHARS, model
    # The same processes as before: none has ended and was started again.
    grown = {pid: peak_memory(pid) - megabytes for pid, megabytes in before.items()}
    assert max(grown.values()) < MAX_GROWTH_MB, grown
