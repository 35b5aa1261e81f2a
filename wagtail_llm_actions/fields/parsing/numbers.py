"""Numbers, as people write them, where there is no doubt about the separators."""

from __future__ import annotations

import re
import unicodedata
from decimal import Decimal

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from wagtail_llm_actions.fields.parsing.base import format_of, raw_value

_CURRENCY = re.compile(r"^[$€£¥₹]\s*|\s*[$€£¥₹]$")
_SEPARATORS = {0x2212: "-", 0x2019: "'", 0x202F: " ", 0x066B: ".", 0x066C: ","}
"""A minus, an apostrophe, a narrow space, and the decimal point and the comma of Arabic."""
_PLAIN = re.compile(r"[+-]?(?:\d+(?:\.\d*)?|\.\d+)")
_COMMA = re.compile(r"[+-]?(?:\d+,(?!\d{3}$)|0,|\d{4,},)\d+")
_GROUPED = re.compile(r"[+-]?\d{1,3}(?:([ '_.,])\d{3})(?:\1\d{3})*(?:(?!\1)[.,]\d+)?")
_AMBIGUOUS = re.compile(r"[+-]?[1-9]\d{0,2}[.,]\d{3}")
"""One point or comma before three digits: in some countries it is a thousand, in others a part."""


@raw_value.register(forms.IntegerField)
def _number(form_field: forms.IntegerField, text: str) -> Decimal | None:
    """Return a number; as a number, so that no locale reads its separators once more."""
    written = unicodedata.normalize("NFKC", text).strip().removesuffix(".")
    written = written.translate(_SEPARATORS)
    written = _CURRENCY.sub("", written)
    if not written:
        return None
    # A point stands before decimals: the prompt asks for it, where there can be any.
    is_ambiguous = _AMBIGUOUS.fullmatch(written) and (_is_whole(form_field) or "," in written)
    if is_ambiguous or not (digits := _digits(written)):
        raise ValidationError(_("Write the number in digits, without separators of thousands."))
    return Decimal(digits)


def _digits(written: str) -> str:
    if _PLAIN.fullmatch(written):
        return written
    if _COMMA.fullmatch(written):
        return written.replace(",", ".")
    grouped = _GROUPED.fullmatch(written)
    return written.replace(grouped[1], "").replace(",", ".") if grouped else ""


@format_of.register(forms.IntegerField)
def _format(form_field: forms.IntegerField) -> str:
    kind = "a whole number in digits" if _is_whole(form_field) else "a number in digits"
    decimals = "" if _is_whole(form_field) else ", with a point before decimals"
    places = getattr(form_field, "decimal_places", None)
    if places is not None and decimals:
        decimals = f"{decimals}, of which there are at most {places}"
    limits = [
        f" {word} {limit}"
        for word, limit in (("from", form_field.min_value), ("to", form_field.max_value))
        if limit is not None
    ]
    return f"{kind}{''.join(limits)}{decimals}, without separators of thousands"


def _is_whole(form_field: forms.IntegerField) -> bool:
    return not isinstance(form_field, (forms.DecimalField, forms.FloatField))
