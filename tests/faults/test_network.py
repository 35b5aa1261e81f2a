"""The network between a site and its provider breaks, for all runs at once."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest

from tests.faults.conftest import RUNS

if TYPE_CHECKING:
    from tests.faults.conftest import NewLoad, Tell
    from tests.faults.provider import FaultyProvider
    from tests.faults.site import Site

pytestmark = [pytest.mark.faults, pytest.mark.django_db(transaction=True)]

OUTAGE_SECONDS = 3.0


def test_a_provider_whose_connections_are_cut_loses_nothing(
    site: Site, provider: FaultyProvider, new_load: NewLoad, tell: Tell
) -> None:
    load = new_load(site)
    load.click_many(RUNS)
    load.wait_until_under_way()
    provider.break_down()
    try:
        time.sleep(OUTAGE_SECONDS)
    finally:
        provider.mend()

    tell(load.settle("the provider's connections cut and refused"))
    load.check()
    load.try_again()


def test_a_provider_whose_packets_are_dropped_loses_nothing(
    site: Site, provider: FaultyProvider, new_load: NewLoad, tell: Tell
) -> None:
    load = new_load(site)
    load.click_many(RUNS)
    load.wait_until_under_way()
    provider.fall_silent()
    try:
        time.sleep(OUTAGE_SECONDS)
    finally:
        provider.mend()

    tell(load.settle("the provider silent"))
    load.check()
    load.try_again()


def test_answers_that_are_cut_at_every_point_lose_nothing(
    site: Site, new_load: NewLoad, tell: Tell
) -> None:
    load = new_load(site)
    for model in ("cut-before", "cut-in", "cut-after", "broken-chunk"):
        load.click(RUNS // 4, model)
        load.count_fault()

    tell(load.settle("each answer cut: before it, in it, after its text, in an event"))
    load.check()
    load.try_again()
