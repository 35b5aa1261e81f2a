"""``LIMITS``: how many runs a user and the whole site may have at once, or start in a time."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any

from wagtail_llm_actions.conf.entries import SETTING, Problems, mapping

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, kw_only=True, slots=True)
class Limits:
    """Limits of interactive runs; ``None`` is no limit. Bulk runs are not limited."""

    user_concurrent: int | None = 10
    """Unfinished runs of one user; each candidate counts as one."""
    user_per_minute: int | None = 60
    """Runs that one user started in the last 60 seconds."""
    user_per_day: int | None = 500
    """Runs that one user started in the last 24 hours."""
    site_concurrent: int | None = 200
    site_per_minute: int | None = 1_000
    site_per_day: int | None = 2_000
    """Runs that all users together started in the last 24 hours."""


def read_limits(raw: Mapping[str, Any]) -> Limits:
    """Return the limits, with defaults for missing keys.

    Raises:
        InvalidSettings: Keys are unknown, or values are neither whole numbers above 0 nor ``None``.
    """
    given = mapping(raw, "LIMITS")
    known = [field.name.upper() for field in fields(Limits)]
    problems = Problems()
    for key, value in given.items():
        if key not in known:
            problems.append(
                f"{SETTING}['LIMITS'] has an unknown key {key!r}; known are {', '.join(known)}."
            )
            continue
        is_number = isinstance(value, int) and not isinstance(value, bool)
        if value is not None and not (is_number and value > 0):
            problems.append(
                f"{SETTING}['LIMITS'][{key!r}] must be a whole number above 0, or None for no "
                f"limit, not {value!r}."
            )
    problems.raise_if_any()
    return Limits(**{key.lower(): value for key, value in given.items()})
