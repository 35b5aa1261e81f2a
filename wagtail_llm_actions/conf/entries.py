"""Read and validate values of the settings dict; every error message names the key."""

from __future__ import annotations

import math
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django.core.exceptions import ImproperlyConfigured
from django.utils.functional import Promise

SETTING = "WAGTAIL_LLM_ACTIONS"

TEXT = (str, Promise)
TYPE_NAMES: Mapping[tuple[type, ...], str] = {
    (str,): "a string",
    TEXT: "a string",
    (bool,): "True or False",
    (int,): "a whole number",
    (int, float): "a number",
    (int, float, str, Decimal): "a number",
    (Mapping,): "a dict",
}


def mapping(raw: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    """Return a value that is a dict; empty if the key is missing.

    Raises:
        ImproperlyConfigured: The value is not a dict.
    """
    value = raw.get(key, {})
    if not isinstance(value, Mapping):
        msg = f"{SETTING}[{key!r}] must be a dict."
        raise ImproperlyConfigured(msg)
    return value


def class_path(raw: Mapping[str, Any], key: str) -> str | None:
    """Return the dotted path of a class, ``None`` if the key is not set.

    Raises:
        ImproperlyConfigured: The value is not a string.
    """
    value = raw.get(key)
    if value is None or isinstance(value, str):
        return value or None
    msg = f"{SETTING}[{key!r}] must be the dotted path of a class."
    raise ImproperlyConfigured(msg)


def positive(value: object, kind: type, key: str) -> Any:
    """Return a value that is a finite number above 0, of the given type.

    Raises:
        ImproperlyConfigured: The value is not such a number.
    """
    is_number = isinstance(value, (int, kind)) and not isinstance(value, bool)
    if not is_number or not 0 < value < math.inf:  # type: ignore[operator]
        msg = f"{SETTING}[{key!r}] must be a number above 0, not {value!r}."
        raise ImproperlyConfigured(msg)
    return value


def entry(
    value: object, kinds: Mapping[str, tuple[type, ...]], required: set[str], where: str
) -> Mapping[str, Any]:
    """Return a validated entry of ``PROVIDERS`` or ``MODELS``, without keys that are ``None``.

    ``None`` counts as "not set", because that is what ``os.environ.get()`` returns. Values may be
    secret, so no message quotes one.

    Args:
        value: The entry as the site wrote it.
        kinds: The known keys with their types, each a key of ``TYPE_NAMES``.
        required: The keys that must not be empty.
        where: The position in the settings for error messages, such as ``['MODELS']['gpt']``.

    Raises:
        ImproperlyConfigured: A key is unknown or missing, or a value has the wrong type.
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
            msg = f"{SETTING}{where}[{key!r}] must be {TYPE_NAMES[kinds[key]]}."
            raise ImproperlyConfigured(msg)
    if missing := {key for key in required if not values.get(key)}:
        msg = f"{SETTING}{where} needs the key {min(missing)!r}."
        raise ImproperlyConfigured(msg)
    return values
