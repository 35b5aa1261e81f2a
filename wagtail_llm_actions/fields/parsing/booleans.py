"""Yes or no."""

from __future__ import annotations

import re
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from wagtail_llm_actions.fields.parsing.base import format_of, raw_value, schema_of, shown_value

YES = frozenset(
    "yes y true t 1 on checked ja j jo oui sí si s sim да tak ano áno igen kyllä evet ναι da jah jā "
    "taip ya bai já vâng так はい 是 是的 对 對 예 네 نعم بله بلی כן हाँ हां হ্যাঁ có ใช่ ใช่ครับ ใช่ค่ะ".split()
)
NO = frozenset(
    "no n false f 0 off unchecked nein nej nei nee non não nao нет ні nie ne nem ei hayır όχι nu nē "
    "tidak bukan ez いいえ 否 不 不是 不是的 아니요 아니오 لا לא خیر نه नहीं না không ไม่ ไม่ใช่".split()
)
"""What models answer in the languages that they know best. None of them is in both."""
_AROUND = " \t\n\"'`*_“”.!。।"
_END = re.compile(r"[,.;:!。।，、،؛—–(\n]| - ")
"""Behind a first word that is the answer; "no doubt" is not."""
_BEFORE = re.compile(r"\A\W+")


@raw_value.register(forms.BooleanField)
def _boolean(form_field: forms.BooleanField, text: str) -> bool:
    """Return what the text, or what is behind its colon, says by its first word before a comma or a full stop."""
    bare = _BEFORE.sub("", text)
    for part in (bare, _BEFORE.sub("", bare.rpartition(":")[2])):
        word = _END.split(part.strip(_AROUND), maxsplit=1)[0].strip(_AROUND).casefold()
        if word in YES:
            return True
        if word in NO:
            return False
    raise ValidationError(_("Answer yes or no."))


@shown_value.register(forms.BooleanField)
def _shown(form_field: forms.BooleanField, controls: list[str]) -> str:
    return _("Yes") if controls in (["on"], ["true"]) else _("No")


@schema_of.register(forms.BooleanField)
def _schema(form_field: forms.BooleanField) -> dict[str, Any]:
    return {} if isinstance(form_field, forms.NullBooleanField) else {"type": "boolean"}


@format_of.register(forms.BooleanField)
def _format(form_field: forms.BooleanField) -> str:
    return "yes or no"
