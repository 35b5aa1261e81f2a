"""Read values of the dict of settings; a wrong one raises ``ImproperlyConfigured`` with its key."""

from __future__ import annotations

import math
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django.core.exceptions import ImproperlyConfigured
from django.utils.functional import Promise

SETTING = "WAGTAIL_LLM_ACTIONS"

TEXT = (str, Promise)
WORDS: Mapping[tuple[type, ...], str] = {
    (str,): "a string",
    TEXT: "a string",
    (bool,): "True or False",
    (int,): "a whole number",
    (int, float): "a number",
    (int, float, str, Decimal): "a number",
    (Mapping,): "a dict",
}


def mapping(raw: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    """Return a dict among the settings, empty where there is none.

    Raises:
        ImproperlyConfigured: It is no dict.
    """
    value = raw.get(key, {})
    if not isinstance(value, Mapping):
        msg = f"{SETTING}[{key!r}] must be a dict."
        raise ImproperlyConfigured(msg)
    return value


def positive(value: object, kind: type, key: str) -> Any:
    """Return a number above 0.

    Raises:
        ImproperlyConfigured: It is none.
    """
    is_number = isinstance(value, (int, kind)) and not isinstance(value, bool)
    if not is_number or not 0 < value < math.inf:  # type: ignore[operator]
        msg = f"{SETTING}[{key!r}] must be a number above 0, not {value!r}."
        raise ImproperlyConfigured(msg)
    return value


def entry(
    value: object, kinds: Mapping[str, tuple[type, ...]], required: set[str], where: str
) -> Mapping[str, Any]:
    """Return a dict of known keys, without those that are ``None``.

    ``None`` stands for "not set": it is what ``os.environ.get()`` returns. The values may be
    secret, so no message quotes one.

    Args:
        value: What the site wrote.
        kinds: The known keys, and one of the rows of ``WORDS`` for each.
        required: The keys that must not be empty.
        where: The place in the settings, such as ``['MODELS']['gpt']``.

    Raises:
        ImproperlyConfigured: It is not such a dict.
    """
    if not isinstance(value, Mapping):
        msg = f"{SETTING}{where} must be a dict."
        raise ImproperlyConfigured(msg)
    if unknown := set(value) - set(kinds):
        msg = f"{SETTING}{where} has an unknown key {min(unknown, key=str)!r}."
        raise ImproperlyConfigured(msg)
    values = {key: item for key, item in value.items() if item is not None}
    for key, item in values.items():
        is_wrong_bool = isinstance(item, bool) and bool not in kinds[key]
        if is_wrong_bool or not isinstance(item, kinds[key]):
            msg = f"{SETTING}{where}[{key!r}] must be {WORDS[kinds[key]]}."
            raise ImproperlyConfigured(msg)
    if missing := {key for key in required if not values.get(key)}:
        msg = f"{SETTING}{where} needs the key {min(missing)!r}."
        raise ImproperlyConfigured(msg)
    return values
