"""Runs under way while something breaks, and what has become of each."""

from __future__ import annotations

import random
import time
import uuid
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, TypedDict

from django.utils import timezone

from tests.factories import LLMBudgetFactory
from tests.faults.answers import words
from tests.faults.provider import PACED
from tests.parts.waiting import MAX_OUTAGE_SECONDS, eventually
from wagtail_llm_actions.conf import get_settings
from wagtail_llm_actions.models import LLMBudget, LLMBudgetPeriod, LLMReservation, LLMRun
from wagtail_llm_actions.runs.lifecycle.circuit_breaker import reset
from wagtail_llm_actions.spending.settlement import settle_left
from wagtail_llm_actions.spending.verification import verify

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime

    from tests.faults.misbehaving import Record
    from tests.faults.provider import FaultyProvider
    from tests.faults.site import Site

LOOK_SECONDS = 1.0
"""Between two looks at a load; where threads execute it, each look polls every run that has not ended."""
BUDGET_USD = 1_000
"""Far more than a load may cost at most: what is tried is that no reservation is lost."""


class Row(TypedDict):
    """A line of the report."""

    fault: str
    site: str
    runs: int
    injected: int
    """How often something was broken."""
    hit: int
    """Runs that were executed when it broke first."""
    succeeded: int
    interrupted: int
    other: int
    """Ended in another way: failed with another code, or cancelled."""
    lost: int
    duplicates: int
    seconds: float
    """From the end of the fault until each run was final, or held or queued anew."""


@dataclass(kw_only=True)
class Fate:
    """What has become of a run."""

    marker: str
    model: str
    run: LLMRun
    calls: list[Record]

    @property
    def is_interrupted(self) -> bool:
        return self.run.error_code == "interrupted"

    def duplicates(self) -> int:
        """Count calls that nobody counted, and calls after one whose outcome nobody knew."""
        attempts = list(self.run.attempts.all())
        unknown = [attempt for attempt in attempts[:-1] if attempt.error_code == "interrupted"]
        return max(0, len(self.calls) - len(attempts)) + len(unknown)

    def faults(self) -> Iterator[str]:
        """Say what is stored of the run that cannot be so in the end."""
        run = self.run
        if not run.is_final:
            yield f"{self.marker} is lost: {run.status}"
            return
        if run.lease_token or run.lease_expires_at or run.finished_at is None:
            yield f"{self.marker} is {run.status} but still held"
        if run.attempts.filter(finished_at=None).exists():
            yield f"{self.marker} is {run.status} but has a call without an end"
        if run.status == LLMRun.Status.FAILED and not run.error_code:
            yield f"{self.marker} has failed without a code"
        if self.model in PACED and run.status == LLMRun.Status.SUCCEEDED:
            count = int(PACED[self.model].split(":")[1])
            if run.output != "".join(words(self.marker, count)).strip():
                yield f"{self.marker} has another text: {run.output!r}"


class Load:
    """Clicks on Generate, each with a marker that the provider sees."""

    def __init__(self, site: Site, provider: FaultyProvider) -> None:
        self._site = site
        self._provider = provider
        self._clicked: dict[str, tuple[str, uuid.UUID]] = {}
        self._injected = 0
        self._hit = 0
        if not LLMBudget.objects.exists():
            LLMBudgetFactory(amount_usd=BUDGET_USD)

    def click(self, count: int, model: str = "steady") -> list[uuid.UUID]:
        markers = [f"tide-{uuid.uuid4().hex}" for _ in range(count)]
        started = self._site.click(model, markers)
        self._clicked |= {marker: (model, run_id) for marker, run_id in started.items()}
        return list(started.values())

    def click_many(self, count: int) -> None:
        """Click so that runs are under way for a while, however slow the clicks are."""
        self.click(count - count // 4)
        self.click(count // 4, "slow")

    def runs(self, *statuses: LLMRun.Status) -> list[LLMRun]:
        runs = LLMRun.objects.filter(pk__in=[run_id for _, run_id in self._clicked.values()])
        return list(runs.filter(status__in=statuses) if statuses else runs)

    def wait_until_under_way(self) -> None:
        """Wait until runs are executed, and for a random moment more."""
        self.wait_until_running(2)
        time.sleep(random.uniform(0, 1))  # noqa: S311 - no secret
        assert self.runs(LLMRun.Status.RUNNING)
        self.count_fault()

    def wait_until_running(self, count: int) -> None:
        eventually(lambda: len(self.runs(LLMRun.Status.RUNNING)) >= count)

    def count_fault(self) -> None:
        """Say that something is broken now."""
        self._hit = self._hit or len(self.runs(LLMRun.Status.RUNNING))
        self._injected += 1

    def settle(self, fault: str) -> Row:
        """Wait for what is promised after the end of a fault, then for the end of every run."""
        ended_at, began = timezone.now(), time.monotonic()
        wait_while(lambda: self._unsettled(ended_at))
        seconds = time.monotonic() - began
        wait_while(self._unfinished)
        fates = self.fates()
        row = Row(
            fault=fault,
            site=self._site.name,
            runs=len(fates),
            injected=self._injected,
            hit=self._hit,
            succeeded=sum(fate.run.status == LLMRun.Status.SUCCEEDED for fate in fates),
            interrupted=sum(fate.is_interrupted for fate in fates),
            other=0,
            lost=sum(not fate.run.is_final for fate in fates),
            duplicates=sum(fate.duplicates() for fate in fates),
            seconds=round(seconds, 1),
        )
        row["other"] = row["runs"] - row["succeeded"] - row["interrupted"] - row["lost"]
        return row

    def check(self) -> None:
        """Assert that no run is lost, was called too often, or is stored or paid for in part."""
        fates = self.fates()
        assert [line for fate in fates for line in fate.faults()] == []
        assert sum(fate.duplicates() for fate in fates) == 0
        self._check_budget(fates)

    def _check_budget(self, fates: list[Fate]) -> None:
        """Assert that each reservation has made room for what its run was billed."""
        reservations = LLMReservation.objects.filter(run__in=[fate.run.pk for fate in fates])
        assert reservations.count() == len(fates)

        def are_settled() -> bool:
            # It leaves out what another process is settling at the same time.
            settle_left()
            return not reservations.filter(settled_at=None).exists()

        eventually(are_settled)
        assert not list(verify(rebuild=False))
        assert LLMBudgetPeriod.objects.filter(spent_nano_usd__gt=0).exists()

    def try_again(self) -> None:
        """Generate again for each run that was interrupted, and once at least; all succeed."""
        # The model is there again, and somebody has said so.
        reset(get_settings().models["steady"])
        again = Load(self._site, self._provider)
        again.click(sum(fate.is_interrupted for fate in self.fates()) or 1)
        wait_while(again._unfinished)
        again.check()
        assert {run.status for run in again.runs()} == {LLMRun.Status.SUCCEEDED}

    def fates(self) -> list[Fate]:
        calls: dict[str, list[Record]] = {marker: [] for marker in self._clicked}
        for call in self._provider.calls(self._clicked):
            calls[call["marker"]].append(call)
        runs = {run.pk: run for run in self.runs()}
        return [
            Fate(marker=marker, model=model, run=runs[run_id], calls=calls[marker])
            for marker, (model, run_id) in self._clicked.items()
        ]

    def _unfinished(self) -> list[LLMRun]:
        unfinished = self.runs(*LLMRun.UNFINISHED)
        self._site.look(unfinished)
        return unfinished

    def _unsettled(self, ended_at: datetime) -> list[LLMRun]:
        """Return the runs that nobody can be shown to care for since the end of the fault."""
        unfinished = self.runs(*LLMRun.UNFINISHED)
        waiting = self._site.look(unfinished)
        renewed = ended_at + timedelta(seconds=self._site.lease_seconds)
        return [
            run
            for run in unfinished
            if run.pk not in waiting
            and not (run.lease_expires_at is not None and run.lease_expires_at > renewed)
        ]


def wait_while(left: Callable[[], list[LLMRun]]) -> None:
    """Wait until there are none, as long as they get fewer; what is left then is lost."""
    count = len(left())
    deadline = time.monotonic() + MAX_OUTAGE_SECONDS
    while count and time.monotonic() < deadline:
        time.sleep(LOOK_SECONDS)
        now = len(left())
        if now < count:
            deadline = time.monotonic() + MAX_OUTAGE_SECONDS
        count = now
