"""``LIMITS``: how many runs a person, and the whole site, may have at once and start in a minute."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any

from django.core.exceptions import ImproperlyConfigured

from wagtail_llm_actions.conf.entries import SETTING, mapping

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, kw_only=True, slots=True)
class Limits:
    """Of runs that somebody waits for; ``None`` is no limit."""

    user_concurrent: int | None = 10
    """Under way at once, for one user; each candidate is a run."""
    user_per_minute: int | None = 60
    site_concurrent: int | None = None
    site_per_minute: int | None = None


def read_limits(raw: Mapping[str, Any]) -> Limits:
    """Return the limits; those that are not named have their defaults.

    Raises:
        ImproperlyConfigured: A key is unknown, or a value is no whole number above 0.
    """
    given = mapping(raw, "LIMITS")
    known = [field.name.upper() for field in fields(Limits)]
    for key, value in given.items():
        if key not in known:
            msg = f"{SETTING}['LIMITS'] has an unknown key {key!r}; known are {', '.join(known)}."
            raise ImproperlyConfigured(msg)
        is_number = isinstance(value, int) and not isinstance(value, bool)
        if value is not None and not (is_number and value > 0):
            msg = (
                f"{SETTING}['LIMITS'][{key!r}] must be a whole number above 0, or None for no "
                f"limit, not {value!r}."
            )
            raise ImproperlyConfigured(msg)
    return Limits(**{key.lower(): value for key, value in given.items()})
