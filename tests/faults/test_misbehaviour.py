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

TOO_MUCH = {"endless", "huge-event", "huge-line", "huge-text"}
"""What is kept of these, if anything, and when they end, is up to the limits of a site."""
WAITS_FOR_LONG = {"status-429-wait-8"}
"""Several times, which a slow machine has no time for."""

ENDS = {
    "authentication": {"status-401", "status-403"},
    "invalid_input": {"status-400", "status-409", "status-413", "status-422"},
    "invalid_output": {
        *("binary", "garbage", "garbage-in", "html", "latin-1", "no-events", "nothing"),
        *TOO_MUCH,
    },
    "model_unavailable": {
        *("status-302", "status-404", "status-500", "status-502", "status-503", "html-502"),
        *("broken-chunk", "cut-after", "cut-before", "cut-in"),
    },
    "rate_limited": {
        *("status-429", "status-429-wait", "status-429-wait-4", "status-429-long-wait"),
        *("status-429-odd-wait", "status-529", "error-event"),
        *WAITS_FOR_LONG,
    },
    "timeout": {
        *("status-408", "status-504", "hang-before", "hang-in", "endless-silence"),
        *TOO_MUCH,
        *WAITS_FOR_LONG,
    },
    # An answer that is whole is kept, whatever its token counts are.
    "succeeded": {
        *("half-characters", "hang-after", "nul", "same-events", "slow-first", "twice"),
        *("usage-fractions", "usage-huge", "usage-negative", "usage-parts", "usage-words"),
        *TOO_MUCH,
        # Whole, unless the end is lost with the connection.
        "cut-after",
    },
}
"""How a run ends, and the misbehaviours that end it so."""


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
    ends = {model: end(fate) for model, fate in fates.items()}
    assert {model: code for model, code in ends.items() if model not in ENDS.get(code, ())} == {}
    sizes = {model: len(fate.run.output) for model, fate in fates.items()}
    assert {model: size for model, size in sizes.items() if size > MAX_OUTPUT_CHARS} == {}
    # The same processes as before: none has ended and was started again.
    grown = {pid: peak_memory(pid) - megabytes for pid, megabytes in before.items()}
    assert max(grown.values()) < MAX_GROWTH_MB, grown
