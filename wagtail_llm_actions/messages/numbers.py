"""Numbers as people read them, many at a time."""

from __future__ import annotations

from typing import Any

from django.utils import numberformat
from django.utils.formats import get_format
from django.utils.translation import get_language


class NumberFormat:
    """Does what ``number_format`` does, in the language that is active when it is made.

    That looks the separators up for each number, which takes longer than formatting it.
    """

    def __init__(self) -> None:
        language = get_language()
        self._decimal = get_format("DECIMAL_SEPARATOR", language)
        self._grouping = get_format("NUMBER_GROUPING", language)
        self._thousand = get_format("THOUSAND_SEPARATOR", language)

    def __call__(
        self, value: Any, *, decimal_pos: int | None = None, force_grouping: bool = False
    ) -> str:
        """Return a number as text; the arguments are those of ``number_format``."""
        return numberformat.format(
            value,
            self._decimal,
            decimal_pos,
            self._grouping,
            self._thousand,
            force_grouping=force_grouping,
            use_l10n=True,
        )
