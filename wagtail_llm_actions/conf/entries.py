"""Read and validate values of the settings dict; every error message names the key.

One mistake does not hide another: whoever reads several values collects what is wrong with each.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date
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
    (date, str): "a date",
    (Mapping,): "a dict",
}


class InvalidSettings(ImproperlyConfigured):
    """What is wrong with the settings, one sentence for each mistake."""

    def __init__(self, *problems: str) -> None:
        super().__init__(" ".join(problems))
        self.problems = problems


class Problems(list[str]):
    """The mistakes that were found while values were read."""

    @contextmanager
    def collect(self) -> Iterator[None]:
        """Go on after a wrong value."""
        try:
            yield
        except InvalidSettings as error:
            self.extend(error.problems)

    def raise_if_any(self) -> None:
        """Raise ``InvalidSettings`` with all of them."""
        if self:
            raise InvalidSettings(*self)


def mapping(raw: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    """Return a value that is a dict; empty if the key is missing.

    Raises:
        InvalidSettings: The value is not a dict.
    """
    value = raw.get(key, {})
    if not isinstance(value, Mapping):
        msg = f"{SETTING}[{key!r}] must be a dict."
        raise InvalidSettings(msg)
    return value


def name_lists(raw: Mapping[str, Any], key: str) -> Mapping[str, Sequence[str]]:
    """Return a value that is a dict of lists of names; empty if the key is missing.

    Raises:
        InvalidSettings: The value is no such dict.
    """
    value = mapping(raw, key)
    for names in value.values():
        if not isinstance(names, (list, tuple)) or not all(isinstance(name, str) for name in names):
            msg = f"{SETTING}[{key!r}] must be a dict whose values are lists of names."
            raise InvalidSettings(msg)
    return value


def class_path(raw: Mapping[str, Any], key: str) -> str | None:
    """Return the dotted path of a class, ``None`` if the key is not set.

    Raises:
        InvalidSettings: The value is not a string.
    """
    value = raw.get(key)
    if value is None or isinstance(value, str):
        return value or None
    msg = f"{SETTING}[{key!r}] must be the dotted path of a class."
    raise InvalidSettings(msg)


def positive(value: object, kind: type, where: str) -> Any:
    """Return a value that is a finite number above 0, of the given type.

    Raises:
        InvalidSettings: The value is not such a number.
    """
    is_number = isinstance(value, (int, kind)) and not isinstance(value, bool)
    if not is_number or not 0 < value < math.inf:  # type: ignore[operator]
        msg = f"{SETTING}{where} must be a number above 0, not {value!r}."
        raise InvalidSettings(msg)
    return value


def entry(
    value: object,
    kinds: Mapping[str, tuple[type, ...]],
    required: set[str],
    where: str,
    problems: Problems,
) -> Mapping[str, Any]:
    """Return the valid values of a dict with known keys, such as an entry of ``MODELS``, without those that are ``None``.

    ``None`` counts as "not set", because that is what ``os.environ.get()`` returns. Values may be
    secret, so no message quotes one.

    Args:
        value: The entry as the site wrote it.
        kinds: The known keys with their types, each a key of ``TYPE_NAMES``.
        required: The keys that must not be empty.
        where: The position in the settings for error messages, such as ``['MODELS']['gpt']``.
        problems: Gets a sentence for each key that is unknown or missing, or has a wrong value.
    """
    if not isinstance(value, Mapping):
        problems.append(f"{SETTING}{where} must be a dict.")
        return {}
    found = {}
    for key, item in value.items():
        if key not in kinds:
            known = ", ".join(kinds)
            problems.append(f"{SETTING}{where} has an unknown key {key!r}; known are {known}.")
        elif item is None:
            continue
        elif not isinstance(item, kinds[key]) or (
            isinstance(item, bool) and bool not in kinds[key]
        ):
            problems.append(f"{SETTING}{where}[{key!r}] must be {TYPE_NAMES[kinds[key]]}.")
        elif item or key not in required:
            found[key] = item
    missing = sorted(key for key in required if not value.get(key))
    problems += [f"{SETTING}{where} needs the key {key!r}." for key in missing]
    return found
