"""The database is away for a moment: what is to be written is written when it is back."""

from __future__ import annotations

from itertools import chain, repeat
from typing import TYPE_CHECKING

import pytest
from django.db import InterfaceError, OperationalError, connection, transaction

from tests.factories import LLMRunFactory
from wagtail_llm_actions.models import LLMRun
from wagtail_llm_actions.runs.lifecycle import db_retry
from wagtail_llm_actions.runs.lifecycle.execute import execute

if TYPE_CHECKING:
    from collections.abc import Iterable

pytestmark = pytest.mark.django_db(transaction=True)


class Clock:
    """Stands still but for sleeping."""

    def __init__(self) -> None:
        self.now = 0.0

    def monotonic(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += seconds


@pytest.fixture(autouse=True)
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(db_retry, "time", clock)
    return clock


class Write:
    """Raises these errors, one each time, and succeeds after them."""

    def __init__(self, errors: Iterable[Exception]) -> None:
        self.errors = iter(errors)
        self.count = 0

    def __call__(self) -> str:
        self.count += 1
        if error := next(self.errors, None):
            raise error
        return "written"


def test_it_is_tried_until_it_works(clock: Clock) -> None:
    write = Write([OperationalError("gone"), InterfaceError("closed")])

    assert db_retry.retry_on_db_outage(write) == "written"

    assert write.count == 3
    assert clock.now == 2 * db_retry.PAUSE_SECONDS


def test_it_is_given_up_after_half_a_minute(clock: Clock) -> None:
    with pytest.raises(OperationalError):
        db_retry.retry_on_db_outage(Write(repeat(OperationalError("gone"))))

    assert clock.now == db_retry.MAX_OUTAGE_SECONDS


def test_another_error_is_raised_at_once() -> None:
    write = Write(chain([ValueError("wrong")]))

    with pytest.raises(ValueError, match="wrong"):
        db_retry.retry_on_db_outage(write)

    assert write.count == 1


@pytest.mark.usefixtures("provider")
def test_a_run_waits_for_a_free_connection(clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    """Otherwise its job fails, which looks like a worker that cannot execute it."""
    run = LLMRunFactory()
    connect, refusals = connection.connect, iter(["too many clients already"] * 2)

    def refuse() -> None:
        if refusal := next(refusals, None):
            raise OperationalError(refusal)
        connect()

    connection.close()
    monkeypatch.setattr(connection, "connect", refuse)
    execute(run.pk)

    run.refresh_from_db()
    assert run.status == LLMRun.Status.SUCCEEDED
    assert clock.now == 2 * db_retry.PAUSE_SECONDS


DEADLOCK = OperationalError(db_retry.INNODB_DEADLOCK, "Deadlock found when trying to get lock")


def test_a_transaction_is_repeated_that_innodb_has_rolled_back_for_another_one() -> None:
    write = Write([DEADLOCK, DEADLOCK])

    assert db_retry.retry_on_innodb_deadlock(write)() == "written"


def test_no_other_error_and_no_part_of_another_transaction_is_repeated() -> None:
    write = Write([OperationalError(1205, "Lock wait timeout exceeded"), DEADLOCK])
    repeated = db_retry.retry_on_innodb_deadlock(write)

    with pytest.raises(OperationalError, match="Lock wait"):
        repeated()
    with transaction.atomic(), pytest.raises(OperationalError, match="Deadlock"):
        repeated()
