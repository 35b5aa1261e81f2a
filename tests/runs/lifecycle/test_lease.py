"""How the leases of one process look for what became of their runs."""

from __future__ import annotations

import uuid
from types import SimpleNamespace
from typing import TYPE_CHECKING

import pytest
from django.utils import timezone

from tests.factories import LLMRunFactory
from wagtail_llm_actions.models import LLMRun
from wagtail_llm_actions.runs.lifecycle import lease
from wagtail_llm_actions.runs.lifecycle.lease import CHECK_SECONDS, Cancelled, Lease, LeaseLost

if TYPE_CHECKING:
    from pytest_django import DjangoAssertNumQueries

pytestmark = pytest.mark.django_db


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> SimpleNamespace:
    clock = SimpleNamespace(now=7.0)
    monkeypatch.setattr(lease, "time", SimpleNamespace(monotonic=lambda: clock.now))
    return clock


def leased() -> Lease:
    token = uuid.uuid4()
    run = LLMRunFactory(status=LLMRun.Status.RUNNING, lease_token=token)
    return Lease(run.pk, token)


def test_the_runs_of_a_process_are_read_together(
    clock: SimpleNamespace, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    first, cancelled, lost = leased(), leased(), leased()
    LLMRun.objects.filter(pk=cancelled.run_id).update(cancel_requested_at=timezone.now())
    LLMRun.objects.filter(pk=lost.run_id).update(lease_token=uuid.uuid4())

    with django_assert_num_queries(0):
        for each in (first, cancelled, lost):
            each.check()
    clock.now += CHECK_SECONDS
    with django_assert_num_queries(1):
        first.check()
        with pytest.raises(Cancelled):
            cancelled.check()
        with pytest.raises(LeaseLost):
            lost.check()


def test_each_lease_renews_itself(clock: SimpleNamespace) -> None:
    first, frozen = leased(), leased()

    clock.now += 1_000
    first.check()

    renewed = LLMRun.objects.exclude(lease_expires_at=None).values_list("pk", flat=True)
    assert list(renewed) == [first.run_id]
    assert frozen.run_id != first.run_id
