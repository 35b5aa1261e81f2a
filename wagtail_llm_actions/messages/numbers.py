"""Numbers as people read them, many at a time."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.utils import numberformat
from django.utils.formats import get_format
from django.utils.translation import get_language

if TYPE_CHECKING:
    from decimal import Decimal


class NumberFormat:
    """Does what ``number_format`` does, in the language that is active when it is made.

    That takes ten times as long: it looks the separators up for each number, and puts them between its
    digits one by one.
    """

    def __init__(self) -> None:
        language = get_language()
        self._decimal = get_format("DECIMAL_SEPARATOR", language)
        self._grouping = get_format("NUMBER_GROUPING", language)
        self._thousand = get_format("THOUSAND_SEPARATOR", language)
        self._is_grouped = settings.USE_THOUSAND_SEPARATOR

    def __call__(
        self,
        value: float | Decimal,
        *,
        decimal_pos: int | None = None,
        force_grouping: bool = False,
    ) -> str:
        """Return a number as text.

        Args:
            value: Rounded to the decimals that are shown; without ``decimal_pos`` an integer.
            decimal_pos: How many decimals are shown.
            force_grouping: Separate the thousands also where the settings do not ask for it.
        """
        is_grouped = force_grouping or self._is_grouped
        if is_grouped and self._grouping != 3:  # noqa: PLR2004 - the groups of Python's own format
            return numberformat.format(
                value,
                self._decimal,
                decimal_pos,
                self._grouping,
                self._thousand,
                force_grouping=True,
            )
        decimals = "" if decimal_pos is None else f".{decimal_pos}f"
        whole, point, rest = format(value, f",{decimals}" if is_grouped else decimals).partition(
            "."
        )
        whole = whole.replace(",", self._thousand)
        return f"{whole}{self._decimal}{rest}" if point else whole
