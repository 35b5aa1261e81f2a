"""``RETENTION``: how long the texts and the rows of runs are kept."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any

from django.conf import settings

from wagtail_llm_actions.conf.entries import SETTING, Problems, mapping

if TYPE_CHECKING:
    from collections.abc import Mapping


MODES = ("keep", "figures", "nothing")
"""The values of ``models.RetentionMode``, which this layer does not know."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Retention:
    """What is kept, and for how many days; ``None`` is for ever. An action can have others."""

    mode: str = "keep"
    """A ``RetentionMode``."""
    redact_after_days: int | None = 90
    """Prompts, outputs and the words of errors."""
    delete_after_days: int | None = None
    """The rows of runs, with their decisions, tokens and costs."""
    cache: str = "default"
    """The key in ``CACHES`` of what holds the texts that are not stored."""


def read_retention(raw: Mapping[str, Any]) -> Retention:
    """Return the periods, with defaults for missing keys.

    Raises:
        InvalidSettings: Keys, the mode or the cache are unknown, or days are neither whole numbers above 0 nor ``None``.
    """
    given = mapping(raw, "RETENTION")
    known = [field.name.upper() for field in fields(Retention)]
    problems = Problems()
    for key, value in given.items():
        where = f"{SETTING}['RETENTION']"
        is_number = isinstance(value, int) and not isinstance(value, bool)
        if key == "MODE":
            if value not in MODES:
                modes = ", ".join(map(repr, MODES))
                problems.append(f"{where}[{key!r}] must be one of {modes}, not {value!r}.")
        elif key == "CACHE":
            if not isinstance(value, str) or value not in settings.CACHES:
                caches = ", ".join(map(repr, settings.CACHES))
                problems.append(
                    f"{where}[{key!r}] must be a key of CACHES: {caches}; not {value!r}."
                )
        elif key not in known:
            problems.append(f"{where} has an unknown key {key!r}; known are {', '.join(known)}.")
        elif value is not None and not (is_number and value > 0):
            problems.append(
                f"{where}[{key!r}] must be a whole number of days above 0, or None for ever, "
                f"not {value!r}."
            )
    problems.raise_if_any()
    return Retention(**{key.lower(): value for key, value in given.items()})
