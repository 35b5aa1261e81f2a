"""A cancel stops the bill wherever the run is; a closed tab stops nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.faults.conftest import RUNS, RUNS_AT_ONCE
from tests.parts.waiting import eventually
from wagtail_llm_actions.models import LLMAttempt, LLMRun
from wagtail_llm_actions.queues.base import reserved_slots
from wagtail_llm_actions.streams import get_stream

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.faults.conftest import NewLoad, Tell
    from tests.faults.load import Fate, Load, Row
    from tests.faults.misbehaving import Record
    from tests.faults.site import Site

pytestmark = [pytest.mark.faults, pytest.mark.django_db(transaction=True)]


def has_text(run: LLMRun) -> bool:
    return bool(get_stream().read(run.pk, 0)[0])


def waits_to_be_tried_again(run: LLMRun) -> bool:
    return run.retry_at is not None


STATES: dict[str, Callable[[LLMRun], bool]] = {
    "hang-before": lambda run: run.status == LLMRun.Status.RUNNING,
    "hang-in": has_text,
    "slow": has_text,
    "endless-drip": has_text,
    "endless-silence": lambda run: run.status == LLMRun.Status.RUNNING,
    "status-429-wait-4": waits_to_be_tried_again,
    "status-429-wait-8": waits_to_be_tried_again,
}
"""How the provider answers, and how to see that a run has got to where it is cancelled."""


def open_calls(load: Load) -> list[Record]:
    return [call for fate in load.fates() for call in fate.calls if call["ended"] is None]


def cancel_all(site: Site, load: Load) -> Row:
    """Cancel every run of a load; return what came of them, once no call is open any more."""
    load.count_fault()
    for run in load.runs(*LLMRun.UNFINISHED):
        site.cancel(run.pk)
    row = load.settle("cancel")
    eventually(lambda: not open_calls(load))
    return {**row, "seconds": round(max(map(closed_after, load.fates())), 1)}


def closed_after(fate: Fate) -> float:
    """Return the seconds from the click on Cancel until the provider's connection was closed."""
    assert fate.run.cancel_requested_at
    clicked_at = fate.run.cancel_requested_at.timestamp()
    return max([0.0, *((call["ended"] or 0.0) - clicked_at for call in fate.calls)])


def test_a_cancel_closes_the_connection_in_every_state(
    site: Site, new_load: NewLoad, tell: Tell
) -> None:
    for model, is_there in STATES.items():
        load = new_load(site)
        (run_id,) = load.click(1, model)
        eventually(lambda: load.fates()[0].calls)  # noqa: B023 - used at once
        eventually(lambda: is_there(LLMRun.objects.get(pk=run_id)))  # noqa: B023 - used at once

        row = cancel_all(site, load)
        tell({**row, "fault": f"cancel: {model}"})
        load.check()
        (fate,) = load.fates()
        assert fate.run.status == LLMRun.Status.CANCELLED, model
        if not model.startswith("status"):
            attempt = fate.run.attempts.latest("number")
            assert attempt.usage_source == LLMAttempt.UsageSource.ESTIMATED, model
            assert attempt.input_tokens, model
        load.try_again()


def test_a_cancel_of_many_runs_frees_every_place(site: Site, new_load: NewLoad, tell: Tell) -> None:
    """Those that are executed, and those that wait behind them."""
    load = new_load(site)
    executors = site.runs_at_once // RUNS_AT_ONCE
    # One editor clicks for all, and leaves some slots to others.
    most = executors * (RUNS_AT_ONCE - reserved_slots(RUNS_AT_ONCE))
    load.click(most, "endless-drip")
    load.wait_until_running(most)
    load.click(max(RUNS - most, 1))

    row = cancel_all(site, load)
    tell({**row, "fault": "cancel of every run"})
    load.check()
    assert {run.status for run in load.runs()} == {LLMRun.Status.CANCELLED}
    load.try_again()


def test_a_closed_tab_cancels_nothing(site: Site, new_load: NewLoad) -> None:
    load = new_load(site)
    (run_id,) = load.click(1)
    site.poll(run_id)

    # Nobody asks for it any more.
    eventually(lambda: LLMRun.objects.get(pk=run_id).is_final)
    assert [fate.run.status for fate in load.fates()] == [LLMRun.Status.SUCCEEDED]
    assert list(load.fates()[0].faults()) == []
