"""How costs are shown: in which currency beside US dollars, and from which amount on before a click."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any

from wagtail_llm_actions.conf.entries import SETTING, InvalidSettings, Problems, entry

if TYPE_CHECKING:
    from collections.abc import Mapping

_CODES = """
AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BHD BIF BMD BND BOB BRL BSD BTN BWP BYN BZD
CAD CDF CHF CLP CNY COP CRC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS
GIP GMD GNF GTQ GYD HKD HNL HTG HUF IDR ILS INR IQD IRR ISK JMD JOD JPY KES KGS KHR KMF KPW
KRW KWD KYD KZT LAK LBP LKR LRD LSL LYD MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR
MZN NAD NGN NIO NOK NPR NZD OMR PAB PEN PGK PHP PKR PLN PYG QAR RON RSD RUB RWF SAR SBD SCR
SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TND TOP TRY TTD TWD TZS UAH UGX
UYU UZS VED VES VND VUV WST XAF XCD XCG XOF XPF YER ZAR ZMW ZWG
"""
CODES = frozenset(_CODES.split())
"""The currencies of countries in ISO 4217, as of 2026, without the US dollar."""
_WITHOUT_DECIMALS = "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX VND VUV XAF XOF XPF"
_WITH_THREE = "BHD IQD JOD KWD LYD OMR TND"
DECIMALS = {
    **dict.fromkeys(_WITHOUT_DECIMALS.split(), 0),
    **dict.fromkeys(_WITH_THREE.split(), 3),
}
"""The decimals that are customary, by code; of all others 2."""
KINDS: Mapping[str, tuple[type, ...]] = {
    "CODE": (str,),
    "RATE": (int, float, str, Decimal),
    "DATE": (date, str),
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Currency:
    """The site's own currency, and its price as the site states it."""

    code: str
    """Of ISO 4217."""
    rate: Decimal
    """Units of the currency for one US dollar."""
    date: date
    """Of the rate."""

    @property
    def decimals(self) -> int:
        """The decimals that are customary."""
        return DECIMALS.get(self.code, 2)


def read_currency(raw: Mapping[str, Any]) -> Currency | None:
    """Return the site's currency; ``None`` for US dollars alone.

    Raises:
        InvalidSettings: The code is none of ``CODES``, the rate is no number above 0, the date is
            none, or a key is missing or unknown.
    """
    value = raw.get("CURRENCY")
    if value is None:
        return None
    problems, where = Problems(), "['CURRENCY']"
    given = entry(value, KINDS, set(KINDS), where, problems)
    if "CODE" in given and given["CODE"] not in CODES:
        problems.append(
            f"{SETTING}{where}['CODE'] must be the code of a currency in capitals, such as 'EUR', "
            f"and not that of US dollars; it is {given['CODE']!r}."
        )
    rate, day = _rate(given.get("RATE")), _date(given.get("DATE"))
    if "RATE" in given and rate is None:
        problems.append(
            f"{SETTING}{where}['RATE'] must be a number above 0, the units for one US dollar, not "
            f"{given['RATE']!r}."
        )
    if "DATE" in given and day is None:
        problems.append(
            f"{SETTING}{where}['DATE'] must be a date, such as '2026-11-01', not {given['DATE']!r}."
        )
    problems.raise_if_any()
    assert rate is not None  # noqa: S101 - for mypy; a missing one is a problem
    assert day is not None  # noqa: S101
    return Currency(code=given["CODE"], rate=rate, date=day)


def read_estimate_from_cents(raw: Mapping[str, Any]) -> Decimal | None:
    """Return from how many US cents on a click says what it costs; ``None`` for never.

    Raises:
        InvalidSettings: The value is neither a number of at least 0 nor ``None``.
    """
    value = raw.get("ESTIMATE_FROM_CENTS", Decimal(1))
    if value is None:
        return None
    cents = None if isinstance(value, bool) else _number(value)
    if cents is None or cents < 0:
        msg = (
            f"{SETTING}['ESTIMATE_FROM_CENTS'] must be a number of US cents, 0 for every click or None "
            f"for none, not {value!r}."
        )
        raise InvalidSettings(msg)
    return cents


def _number(value: object) -> Decimal | None:
    try:
        number = Decimal(str(value))
    except InvalidOperation:
        return None
    return number if number.is_finite() else None


def _rate(value: object) -> Decimal | None:
    rate = _number(value)
    return rate if rate and rate > 0 else None


def _date(value: object) -> date | None:
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    try:
        return date.fromisoformat(str(value))
    except ValueError:
        return None
