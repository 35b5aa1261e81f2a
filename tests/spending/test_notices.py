"""Admins hear once in each period that most of a budget is spent, and once that it is used up."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest
from django.contrib.auth.models import Permission

from tests.factories import AdminFactory, EditorFactory, LLMBudgetFactory, UserFactory
from tests.spending.buying import bought, click, with_prices, worst_usd
from wagtail_llm_actions.admin.budgets.rows import budget_rows
from wagtail_llm_actions.messages.errors import error_sentence, troubleshooting
from wagtail_llm_actions.models import LLMBudget
from wagtail_llm_actions.signals import budget_threshold_reached
from wagtail_llm_actions.spending.notices import forget

if TYPE_CHECKING:
    from collections.abc import Iterator

    from django.core.mail import EmailMessage
    from pytest_django import DjangoCaptureOnCommitCallbacks, Settings

    from tests.kept_queue import KeptQueue

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _prices(settings: Settings, kept_queue: type[KeptQueue]) -> None:
    with_prices(settings)


@pytest.fixture
def committed(
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> Iterator[None]:
    with django_capture_on_commit_callbacks(execute=True):
        yield


@pytest.fixture
def told() -> Iterator[list[str]]:
    thresholds: list[str] = []

    def hear(threshold: str, **kwargs: Any) -> None:
        assert kwargs["sender"] is LLMBudget
        thresholds.append(threshold)

    budget_threshold_reached.connect(hear)
    yield thresholds
    budget_threshold_reached.disconnect(hear)


def test_those_who_may_manage_budgets_get_one_e_mail_for_each_threshold_and_no_one_else(
    mailoutbox: list[EmailMessage],
    told: list[str],
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    admin, manager = AdminFactory(), UserFactory()
    manager.user_permissions.add(Permission.objects.get(codename="change_llmbudget"))
    UserFactory()
    LLMBudgetFactory(amount_usd=10)

    with django_capture_on_commit_callbacks(execute=True):
        bought(5_000)
        assert mailoutbox == []
        bought(3_000)
    with django_capture_on_commit_callbacks(execute=True):
        for _ in range(2):
            assert click(user=EditorFactory()).status == "failed"

    addresses = [address for message in mailoutbox for address in message.to]
    assert sorted(addresses) == sorted([admin.email, manager.email] * 2)
    assert told == ["warning", "limit"]
    warning, limit = [message for message in mailoutbox if message.to == [admin.email]]
    assert warning.subject == "LLM budget: 80 % spent of The whole site, each month"
    assert limit.subject == "LLM budget used up: The whole site, each month"
    assert "Spent: $8.00 of $10.00." in limit.body
    assert "http://localhost/admin/llm/budgets/" in limit.body
    (unpriced, _) = [message for message in mailoutbox if message.to == [manager.email]]
    assert "$" not in str(unpriced.body), "costs are for those who may see them"


def test_runs_under_way_alone_reach_no_limit(
    mailoutbox: list[EmailMessage], committed: None
) -> None:
    AdminFactory()
    budget = LLMBudgetFactory(amount_usd=100)
    budget.amount_usd = round(Decimal("1.5") * worst_usd(click()), 2)
    budget.save()

    assert click().status == "failed"
    assert mailoutbox == []


@pytest.mark.parametrize(("price", "reached"), [(1_000, 2), (None, 1)])
def test_a_budget_that_takes_the_cheaper_model_tells_also_where_that_is_refused(
    price: int | None,
    reached: int,
    told: list[str],
    settings: Settings,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    with_prices(settings, cheap=price)
    for at_limit in ("cheaper_model", "refuse"):
        LLMBudgetFactory(amount_usd=10, at_limit=at_limit)
    with django_capture_on_commit_callbacks(execute=True):
        bought(9_500)
    told.clear()

    with django_capture_on_commit_callbacks(execute=True):
        assert click(cheaper_model="cheap").status == "failed"

    assert told == ["limit"] * reached


def test_a_run_for_which_the_whole_amount_is_too_little_is_refused_and_reaches_no_limit(
    mailoutbox: list[EmailMessage],
    told: list[str],
    settings: Settings,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    with_prices(settings, free=0)
    AdminFactory()
    LLMBudgetFactory(amount_usd=1)

    with django_capture_on_commit_callbacks(execute=True):
        run = click(model="free", fallback_model="scripted")

    assert run.status == "failed"
    assert error_sentence(run) == (
        "The monthly budget of this site has too little left for this run. Even the whole budget would be "
        "too little. Ask your admin."
    )
    assert "a free model with a fallback that is not free" in troubleshooting(run)
    assert (told, mailoutbox) == ([], [])


def test_a_soft_budget_tells_too_and_a_new_amount_is_told_anew(
    told: list[str], django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    budget = LLMBudgetFactory(amount_usd=1, at_limit="warn")
    with django_capture_on_commit_callbacks(execute=True):
        bought(1_000)
        bought(1_000)
    assert told == ["limit"]

    forget(budget)
    with django_capture_on_commit_callbacks(execute=True):
        bought(1_000)
    assert told == ["limit", "limit"]


def test_an_e_mail_that_cannot_be_sent_breaks_no_run(
    caplog: pytest.LogCaptureFixture,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    AdminFactory(email="no\naddress@example.com")
    LLMBudgetFactory(amount_usd=1, at_limit="warn")

    with django_capture_on_commit_callbacks(execute=True):
        assert bought(2_000).status == "succeeded"

    assert "No e-mail could be sent about the budget" in caplog.text


def test_budgets_are_shown_with_what_is_left_to_those_who_may_see_costs() -> None:
    LLMBudgetFactory(amount_usd=100)
    bought(25_000)
    click()

    (row,) = budget_rows(AdminFactory())

    assert (row.label, row.left[-11:]) == ("The whole site, each month", " of $100.00")
    assert row.spent.startswith("$25.00 (25\N{NO-BREAK SPACE}%), and up to $")
    assert budget_rows(UserFactory()) == []
