"""Amounts are counted in US dollars, and shown in the site's currency too."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest
from django.core.checks import run_checks
from django.utils import timezone
from django.utils.translation import override

from wagtail_llm_actions.conf import InvalidSettings, get_settings
from wagtail_llm_actions.messages.currency import money, price_sentence, rate_sentence
from wagtail_llm_actions.messages.metrics import format_display
from wagtail_llm_actions.pricing import FREE, SETTINGS, Price

if TYPE_CHECKING:
    from pytest_django import Settings

EURO = {"CODE": "EUR", "RATE": "0.86", "DATE": "2026-11-01"}


def with_currency(settings: Settings, **changed: Any) -> None:
    settings.WAGTAIL_LLM_ACTIONS = settings.WAGTAIL_LLM_ACTIONS | {"CURRENCY": EURO | changed}


@pytest.mark.parametrize("raw", [{}, {"CURRENCY": None}])
def test_without_a_currency_amounts_are_in_us_dollars(settings: Settings, raw: Any) -> None:
    settings.WAGTAIL_LLM_ACTIONS = settings.WAGTAIL_LLM_ACTIONS | raw

    assert money(Decimal("12.4")) == "$12.40"
    assert rate_sentence() == ""


def test_amounts_are_shown_in_both_and_prices_in_us_dollars(settings: Settings) -> None:
    with_currency(settings)

    assert money(Decimal("12.4")) == "$12.40 (10.66\N{NO-BREAK SPACE}EUR)"
    assert money(Decimal(0)) == "$0.00 (0.00\N{NO-BREAK SPACE}EUR)"
    assert money(Decimal("0.0021")) == "$0.0021 (0.0018\N{NO-BREAK SPACE}EUR)"
    assert money(None) == "unknown"
    assert format_display("price", Decimal(1)) == "$1.00 (0.86\N{NO-BREAK SPACE}EUR)"
    assert "EUR" not in price_sentence(Price(listed=FREE, source=SETTINGS))
    assert rate_sentence() == (
        "Costs are counted in US dollars. 1 US dollar is shown as 0.86 EUR, the rate of Nov. 1, 2026 "
        "from your settings."
    )


@pytest.mark.parametrize(
    ("code", "rate", "shown"),
    [
        ("JPY", 155, "$12.40 (1,922\N{NO-BREAK SPACE}JPY)"),
        ("KWD", "0.3", "$12.40 (3.720\N{NO-BREAK SPACE}KWD)"),
        ("IDR", Decimal("16312.5"), "$12.40 (202,275.00\N{NO-BREAK SPACE}IDR)"),
        ("GBP", 0.75, "$12.40 (9.30\N{NO-BREAK SPACE}GBP)"),
    ],
)
def test_a_currency_has_its_own_number_of_decimals(
    settings: Settings, code: str, rate: Any, shown: str
) -> None:
    with_currency(settings, CODE=code, RATE=rate)

    assert money(Decimal("12.4")) == shown


def test_amounts_are_written_as_the_language_writes_numbers(settings: Settings) -> None:
    with_currency(settings, CODE="IDR", RATE="16312.5")

    with override("de"):
        assert money(Decimal("12.4")) == "$12,40 (202.275,00\N{NO-BREAK SPACE}IDR)"
        assert "16.312,5 IDR" in rate_sentence()


@pytest.mark.parametrize("day", [date(2026, 11, 1), datetime(2026, 11, 1, 9), "2026-11-01"])  # noqa: DTZ001 - as a site may write it
def test_the_day_of_the_rate_is_a_date_or_its_text(settings: Settings, day: Any) -> None:
    with_currency(settings, DATE=day)

    currency = get_settings().currency

    assert currency is not None
    assert currency.date == date(2026, 11, 1)


@pytest.mark.parametrize(
    ("raw", "key"),
    [
        (EURO | {"CODE": "eur"}, "CODE"),
        (EURO | {"CODE": "EURO"}, "CODE"),
        (EURO | {"CODE": "€"}, "CODE"),
        (EURO | {"CODE": "USD"}, "CODE"),
        (EURO | {"CODE": 978}, "CODE"),
        (EURO | {"RATE": 0}, "RATE"),
        (EURO | {"RATE": "-0.86"}, "RATE"),
        (EURO | {"RATE": "0,86"}, "RATE"),
        (EURO | {"RATE": "NaN"}, "RATE"),
        (EURO | {"RATE": float("inf")}, "RATE"),
        (EURO | {"RATE": True}, "RATE"),
        (EURO | {"DATE": "1 November"}, "DATE"),
        (EURO | {"DATE": "2026-13-01"}, "DATE"),
        (EURO | {"DATE": 20261101}, "DATE"),
        ({"CODE": "EUR", "DATE": "2026-11-01"}, "RATE"),
        ({"CODE": "EUR", "RATE": "0.86"}, "DATE"),
        ({"RATE": "0.86", "DATE": "2026-11-01"}, "CODE"),
        (EURO | {"SYMBOL": "€"}, "SYMBOL"),
        ("EUR", "CURRENCY"),
    ],
)
def test_a_mistake_names_its_key(settings: Settings, raw: Any, key: str) -> None:
    settings.WAGTAIL_LLM_ACTIONS = settings.WAGTAIL_LLM_ACTIONS | {"CURRENCY": raw}

    with pytest.raises(InvalidSettings) as caught:
        get_settings()

    (problem,) = caught.value.problems
    assert "['CURRENCY']" in problem
    assert repr(key) in problem


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("days_ago", "check_id"),
    [(-1, "E007"), (0, None), (90, None), (91, "W010"), (4000, "W010")],
)
def test_a_rate_of_the_future_is_refused_and_an_old_one_is_warned_of(
    settings: Settings, days_ago: int, check_id: str | None
) -> None:
    with_currency(settings, DATE=timezone.localdate() - timedelta(days=days_ago))

    found = [str(message.id) for message in run_checks() if "CURRENCY" in message.msg]

    assert found == ([f"wagtail_llm_actions.{check_id}"] if check_id else [])
