"""Several rows of budgets are locked at once: nobody meets an error, whatever others do meanwhile."""

from __future__ import annotations

import threading
import time
import uuid
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest
from django.contrib.auth.models import Group, User
from django.db import transaction

from tests.factories import EditorFactory, LLMBudgetFactory
from tests.spending.buying import counters
from tests.spending.racing import built_run, closed_connections, new_run, prepare
from wagtail_llm_actions.models import LLMBudget, LLMReservation, LLMRun
from wagtail_llm_actions.runs.enqueue import create_and_enqueue
from wagtail_llm_actions.runs.lifecycle.cancel import cancel
from wagtail_llm_actions.spending.verification import verify

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from pytest_django import Settings

    from tests.kept_queue import KeptQueue

CLICKERS, DELETIONS = 20, 4


@pytest.fixture(autouse=True)
def _prepared(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, kept_queue: type[KeptQueue]
) -> None:
    prepare(settings, monkeypatch)


def budgets_of_all_kinds(**values: Any) -> None:
    """Make budgets whose order by the primary key is not the one in which a click asks them."""
    for at_limit in ["warn", "refuse", "cheaper_model"]:
        LLMBudgetFactory(amount_usd=1_000, at_limit=at_limit, **values)


def click(built: LLMRun, user: User) -> None:
    run = new_run(built)
    run.user = user
    (run,) = create_and_enqueue(run)
    assert run.status == LLMRun.Status.QUEUED
    cancel(run.pk)


def delete_together(kept: LLMBudget) -> None:
    budgets_of_all_kinds()
    time.sleep(0.05)
    LLMBudget.objects.filter(scope="site").exclude(pk=kept.pk).delete()


def delete_with_their_group(users: Iterable[User]) -> None:
    group = Group.objects.create(name=uuid.uuid4().hex)
    group.user_set.add(*users)
    budgets_of_all_kinds(scope="group", group=group)
    time.sleep(0.05)
    group.delete()


def delete_with_their_user(built: LLMRun) -> None:
    user = EditorFactory()
    budgets_of_all_kinds(scope="user", user=user)
    click(built, user)
    # The instance of the deletion loses its key.
    click_in_a_thread = partial(click, built, User.objects.get(pk=user.pk))
    with ThreadPoolExecutor(1) as clicker:
        clicked = clicker.submit(with_closed_connections, click_in_a_thread)
        user.delete()
        clicked.result()


def with_closed_connections(call: Callable[[], None], times: int = 1) -> None:
    with closed_connections():
        for _ in range(times):
            call()


@pytest.mark.django_db(transaction=True)
def test_budgets_are_deleted_in_bulk_and_with_their_owner_while_people_click() -> None:
    built, users = built_run(EditorFactory()), [EditorFactory(), EditorFactory()]
    kept, over = LLMBudgetFactory(amount_usd=1_000), threading.Event()
    deletions: list[Callable[[], None]] = [
        partial(delete_together, kept),
        partial(delete_with_their_group, users),
        partial(delete_with_their_user, built),
    ]

    def click_on(number: int) -> None:
        with closed_connections():
            while not over.is_set():
                click(built, users[number % 2])

    with ThreadPoolExecutor(CLICKERS) as people, ThreadPoolExecutor(len(deletions)) as admins:
        clicks = [people.submit(click_on, number) for number in range(CLICKERS)]
        try:
            list(admins.map(with_closed_connections, deletions, [DELETIONS] * len(deletions)))
        finally:
            over.set()
        for clicked in clicks:
            clicked.result()

    assert counters(kept) == (0, 0)
    assert not LLMReservation.objects.exclude(period__budget=kept).exists()
    assert not list(verify())


@pytest.mark.django_db(transaction=True)
def test_people_click_and_cancel_in_transactions_of_their_requests() -> None:
    budgets_of_all_kinds()
    built, user = built_run(EditorFactory()), EditorFactory()

    def click_and_cancel() -> None:
        run = new_run(built)
        run.user = user
        # As with ATOMIC_REQUESTS, each is a request.
        with transaction.atomic():
            create_and_enqueue(run)
        with transaction.atomic():
            cancel(run.pk)

    with ThreadPoolExecutor(8) as people:
        clicks = [
            people.submit(with_closed_connections, click_and_cancel, times=15) for _ in range(8)
        ]
    for clicked in clicks:
        clicked.result()

    assert {counters(budget) for budget in LLMBudget.objects.all()} == {(0, 0)}
