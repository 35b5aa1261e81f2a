"""Dates with the name of a month in any language that Django knows."""

from __future__ import annotations

import gettext
import re
import unicodedata
from itertools import product
from pathlib import Path

from django import conf
from django.utils.dates import MONTHS, MONTHS_3, MONTHS_AP, WEEKDAYS
from django.utils.translation import override

from wagtail_llm_actions.threads import built_once

MAX_CHARS = 80
_BUDDHIST_YEARS = range(2400, 2700)
_CONTEXTS = ("", "alt. month\x04", "abbrev. month\x04")
"""Of Django's messages: the name by itself, within a date, and short."""
_FILLERS = frozenset(
    "de del do le den der dem am an el il la di da dia día d m g r г р року год года gada metų roku um à a las los kl klo ore alle "
    "в о год. і ngày năm date datum fecha data uhr h at on the of от від el dia dne dn em på om".split()
)
"""What stands beside the parts of a date, and says nothing else."""
_TIME = re.compile(r"(\d{1,2})[:h.](\d{2})(?::(\d{2}))?h?")
_PLACE = re.compile(r"(\d{1,2})(?:st|nd|rd|th|er|ère|[oa]|\.|-?го|-?е|-?а)?")
"""The number of a day; “1º” has become “1o”."""
_YEAR = re.compile(r"(\d{4})\.?")
_HEBREW_IN = "ב"
_VIETNAMESE = re.compile(r"\btháng (\d{1,2})\b")


def iso_date(text: str) -> str:
    """Return a date, such as “3. März 2024 um 14:30 Uhr”, as “2024-03-03 14:30”.

    It is empty where the text has no such date, has anything else beside it, or names a month by a word that
    is another one in another language, as “listopad” is.
    """
    text = unicodedata.normalize("NFKC", text[: MAX_CHARS + 1]).casefold()
    if len(text) > MAX_CHARS or not any(map(str.isdigit, text)):
        return ""
    text = _VIETNAMESE.sub(lambda found: f"tháng-{int(found[1])}", text)
    names = _names()
    found: dict[str, str] = {}
    for word in re.sub(r"(?<=\d)\.(?=[^\W\d])|[,،،/()]", " ", text).split():
        bare = word.strip(".-")
        kind, value = _read(word, bare, names)
        if not kind and bare not in _FILLERS and bare not in names:
            return ""
        if kind:
            if kind in found:
                return ""
            found[kind] = value
    if not {"day", "month", "year"} <= found.keys():
        return ""
    date = "-".join(found[kind] for kind in ("year", "month", "day"))
    return f"{date} {found['time']}" if "time" in found else date


def _read(word: str, bare: str, names: dict[str, int]) -> tuple[str, str]:
    """Return which part of a date a word is, and the part in digits; a weekday is none."""
    if number := names.get(bare) or names.get(bare.removeprefix(_HEBREW_IN)):
        return "month", f"{number:02}"
    if year := _YEAR.fullmatch(word):
        value = int(year[1])
        return "year", f"{value - 543 if value in _BUDDHIST_YEARS else value:04}"
    if time := _TIME.fullmatch(word):
        return "time", ":".join(f"{int(part):02}" for part in time.groups() if part)
    if day := _PLACE.fullmatch(word):
        return "day", f"{int(day[1]):02}"
    return "", ""


@built_once
def _names() -> dict[str, int]:
    """Return the month of each name, and 0 for a weekday; names of two months are left out.

    Django's own catalogs are read, and not kept: those of a project would stay in memory.
    """
    with override(None):
        english = [
            (str(name), str(MONTHS_3[number]), str(MONTHS_AP[number]))
            for number, name in MONTHS.items()
        ]
        weekdays = list(map(str, WEEKDAYS.values()))
    found: dict[str, set[int]] = {}
    for path in Path(conf.__file__).parent.glob("locale/*/LC_MESSAGES/django.mo"):
        with path.open("rb") as file:
            catalog = gettext.GNUTranslations(file)
        for number, forms in enumerate(english, start=1):
            for context, form in product(_CONTEXTS, forms):
                _add(found, catalog.gettext(f"{context}{form}").removeprefix(context), number)
        for day in weekdays:
            _add(found, catalog.gettext(day), 0)
    found |= {f"tháng-{month}": {month} for month in range(1, 13)}
    found |= {"janv": {1}, "févr": {2}}
    return {name: next(iter(months)) for name, months in found.items() if len(months) == 1}


def _add(found: dict[str, set[int]], name: str, month: int) -> None:
    folded = unicodedata.normalize("NFKC", name).casefold().strip(" .")
    if folded and not any(map(str.isdigit, folded)):
        found.setdefault(folded, set()).add(month)
