"""When the runs of an error pattern were, and of which actions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping
    from datetime import datetime


@dataclass(slots=True)
class Occurrences:
    """Those of at least one run."""

    first_at: datetime
    last_at: datetime
    actions: set[tuple[int | None, str]]
    """Primary key and label at the time; no key for an action that had been deleted by then."""

    @classmethod
    def from_columns(
        cls, first_at: datetime, last_at: datetime, actions: Iterable[tuple[int | None, str]]
    ) -> Occurrences:
        """Return what ``columns`` has given."""
        return cls(first_at, last_at, {(pk, label) for pk, label in actions})

    def merge(self, other: Occurrences) -> None:
        """Add those of other runs."""
        self.first_at = min(self.first_at, other.first_at)
        self.last_at = max(self.last_at, other.last_at)
        self.actions |= other.actions

    @property
    def columns(self) -> dict[str, Any]:
        """The values of a rollup."""
        actions = sorted(self.actions, key=lambda action: (action[0] or 0, action[1]))
        return {
            "first_at": self.first_at,
            "last_at": self.last_at,
            "actions": [list(action) for action in actions],
        }

    def names(self, labels: Mapping[int, str]) -> tuple[str, ...]:
        """Return the names of the actions, sorted: a deleted one has its last label.

        Args:
            labels: Those of the present actions by primary key.
        """
        return tuple(sorted({labels.get(pk or 0, label) for pk, label in self.actions}))

    def forget_deleted(self, action_ids: Collection[int]) -> None:
        """Forget the keys of deleted actions, as the runs do.

        Args:
            action_ids: Of the present ones.
        """
        self.actions = {(pk if pk in action_ids else None, label) for pk, label in self.actions}
