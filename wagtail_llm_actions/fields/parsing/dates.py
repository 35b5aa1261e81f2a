"""Dates and times: in the form of ISO 8601, and in the formats of the field and its widget."""

from __future__ import annotations

import datetime
import re
from contextlib import suppress
from itertools import chain
from typing import TYPE_CHECKING, Any

from django import forms
from django.core.exceptions import ValidationError

from wagtail_llm_actions.fields.parsing.base import format_of, raw_value
from wagtail_llm_actions.fields.parsing.months import iso_date

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_DAYS = ("%d %B %Y", "%B %d, %Y", "%d %b %Y", "%b %d, %Y")
_TIMES = ("%H:%M", "%H:%M:%S", "%I:%M %p", "%I %p")
_MOMENTS = tuple(f"{day} {time}" for day in _DAYS for time in _TIMES)
_MONTHS = 12
_ISO = re.compile(
    r"(?<!\d)(\d{4})[-/.年년] ?(\d{1,2})[-/.月월] ?(\d{1,2})[日일]?(?!\d)"
    r"(?:(?:T|,? )(\d{2}:\d{2}(?::\d{2})?)(Z|[+-]\d{2}:\d{2})?)?"
)
"""A date whose year comes first, which has one meaning, with or without a time."""
_BESIDE_DAY = re.compile(
    r"^(?:(?:mon|tues|wednes|thurs|fri|satur|sun)day,? )|(?<=\d)(?:st|nd|rd|th)\b(?: of\b)?|(?<=\d)\.(?= [A-Z])",
    re.IGNORECASE,
)
"""A weekday, and what stands behind the number of a day."""
_YEARS = range(2, 9_999)
"""What can be converted between time zones."""


@raw_value.register(forms.DateField)
def _date(form_field: forms.DateField, text: str) -> Any:
    def read(written: str, form: str) -> Any:
        return datetime.datetime.strptime(written, form).date()  # noqa: DTZ007

    return _first(form_field, text, datetime.date.fromisoformat, read, _DAYS, has_time=False)


@raw_value.register(forms.DateTimeField)
def _moment(form_field: forms.DateTimeField, text: str) -> Any:
    """Return a moment in the time zone of the form, unless the text names one."""

    def read(written: str, form: str) -> Any:
        return datetime.datetime.strptime(written, form)  # noqa: DTZ007

    return _first(form_field, text, datetime.datetime.fromisoformat, read, _MOMENTS)


@raw_value.register(forms.TimeField)
def _time(form_field: forms.TimeField, text: str) -> Any:
    def read(written: str, form: str) -> Any:
        return datetime.datetime.strptime(written, form).time()  # noqa: DTZ007

    return _first(form_field, text, datetime.time.fromisoformat, read, _TIMES)


def _first(
    form_field: Any,
    text: str,
    from_iso: Callable[[str], Any],
    read: Callable[[str, str], Any],
    formats: tuple[str, ...],
    *,
    has_time: bool = True,
) -> Any:
    """Return the first reading of a text by one of the formats; ``None`` for an empty text."""
    written = text.strip().rstrip(".").strip()
    if not written:
        return None
    spellings = dict.fromkeys(
        (
            written,
            _BESIDE_DAY.sub("", written),
            _only_date(written, has_time=has_time),
            iso_date(written),
        )
    )
    readings = (_readings(form_field, each, from_iso, read, formats) for each in spellings)
    found = next(chain.from_iterable(readings), None)
    if found is None or getattr(found, "year", _YEARS[0]) not in _YEARS:
        raise ValidationError(form_field.error_messages["invalid"], code="invalid")
    # No control of a form holds parts of a second.
    return found.replace(microsecond=0) if hasattr(found, "microsecond") else found


def _only_date(text: str, *, has_time: bool) -> str:
    """Return the one date within a text in the form of ISO 8601; empty where there is none, or several."""
    found = {
        f"{year}-{month:0>2}-{day:0>2}" + (f" {time}{zone or ''}" if has_time and time else "")
        for year, month, day, time, zone in _ISO.findall(text)
    }
    return found.pop() if len(found) == 1 else ""


def _readings(
    form_field: Any,
    written: str,
    from_iso: Callable[[str], Any],
    read: Callable[[str, str], Any],
    formats: tuple[str, ...],
) -> Iterator[Any]:
    with suppress(ValueError):
        found = from_iso(written)
        yield found
    own = getattr(form_field.widget, "format", None)
    for form in filter(None, [own, *formats, *form_field.input_formats]):
        with suppress(ValueError):
            found = read(written, form)
            if form == own or not _is_ambiguous(form, found):
                yield found


def _is_ambiguous(form: str, found: Any) -> bool:
    """Return whether another country would read another day, or another century."""
    if "%y" in form:
        return True
    is_numeric = "%d" in form and "%m" in form and not form.startswith("%Y")
    return is_numeric and found.day != found.month and found.day <= _MONTHS


@format_of.register(forms.DateField)
def _format_of_date(form_field: forms.DateField) -> str:
    return "a date as YYYY-MM-DD"


@format_of.register(forms.DateTimeField)
def _format_of_moment(form_field: forms.DateTimeField) -> str:
    return "a date and a time as YYYY-MM-DD HH:MM"


@format_of.register(forms.TimeField)
def _format_of_time(form_field: forms.TimeField) -> str:
    return "a time as HH:MM"


@format_of.register(forms.DurationField)
def _format_of_duration(form_field: forms.DurationField) -> str:
    return "a duration in days and hours as D HH:MM:SS"
