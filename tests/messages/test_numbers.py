"""Numbers in the language of the reader."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

import pytest
from django.utils.formats import number_format
from django.utils.translation import override

from wagtail_llm_actions.messages.numbers import NumberFormat

if TYPE_CHECKING:
    from pytest_django import Settings


@pytest.mark.parametrize("is_always_grouped", [False, True])
@pytest.mark.parametrize("language", ["en", "de", "fr", "zh-hans", "sw"])
def test_numbers_are_written_as_django_writes_them(
    settings: Settings, language: str, is_always_grouped: bool
) -> None:
    settings.USE_THOUSAND_SEPARATOR = is_always_grouped
    numbers: list[tuple[float | Decimal, int | None]] = [
        *((number, None) for number in (0, 7, 999, 1_000, -12_345, 1_234_567_890)),
        *((number, 1) for number in (0.0, 0.1, 94.5, 1_234.5, -0.4, 1e16)),
        *((Decimal(amount), 2) for amount in ("0", "0.01", "1234.50", "-1.10", "1E+7")),
    ]
    with override(language):
        write = NumberFormat()
        for number, decimals in numbers:
            for force_grouping in (False, True):
                expected = number_format(number, decimals, force_grouping=force_grouping)
                written = write(number, decimal_pos=decimals, force_grouping=force_grouping)
                assert written == str(expected)
