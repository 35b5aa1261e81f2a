"""What was taken away from an answer, as the run's page shows it."""

from __future__ import annotations

from collections import defaultdict
from enum import StrEnum
from typing import TypedDict

MAX_KEPT_CHARS = 2_000


class Removal(StrEnum):
    """The kinds of what models write around a text."""

    REASONING = "reasoning"
    SPECIAL_TOKEN = "special_token"  # noqa: S105 - no password
    TAG = "tag"
    FENCE = "fence"
    QUOTES = "quotes"
    LEAD_IN = "lead_in"
    COMMENT = "comment"
    ALTERNATIVE = "alternative"
    MARKUP = "markup"
    DECORATIVE = "decorative"


class RemovedText(TypedDict):
    """One kind of removal, as a run stores it."""

    kind: str
    """A value of ``Removal``."""
    text: str
    """The removed pieces, a line each; cut to ``MAX_KEPT_CHARS``."""


class Removals:
    """Collects removals; of each kind, no more text than a run's page can show."""

    def __init__(self) -> None:
        self._texts: dict[Removal, str] = defaultdict(str)

    def add(self, kind: Removal, text: str) -> None:
        """Record a removed piece; a blank one is not worth showing."""
        if piece := text.strip():
            before = self._texts[kind]
            if len(before) < MAX_KEPT_CHARS:
                joined = f"{before}\n{piece}" if before else piece
                self._texts[kind] = joined[:MAX_KEPT_CHARS]

    def __contains__(self, kind: Removal) -> bool:
        return kind in self._texts

    def as_json(self) -> list[RemovedText]:
        """Return the removals in the order in which their kinds first occurred."""
        return [{"kind": kind.value, "text": text} for kind, text in self._texts.items()]
