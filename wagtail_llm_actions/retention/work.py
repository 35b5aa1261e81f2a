"""What can be due for many rows, and is written batch by batch in short transactions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from django.db import connection, transaction

from wagtail_llm_actions.database.locks import let_locks_expire
from wagtail_llm_actions.database.sqlite import yielding_writes

if TYPE_CHECKING:
    from django.db.models import QuerySet


class Work:
    """Something that is due for a set of rows; most often of runs."""

    verb: ClassVar[str]
    """What is done to a row, for a line of output: a regular verb, in the infinitive."""
    noun: ClassVar[str] = "run"
    """What a row is called there, in the singular."""

    def due(self) -> QuerySet[Any]:
        """Return the rows that it is due for, in the order in which they are written."""
        raise NotImplementedError

    def lock(self) -> None:
        """Lock what others lock before such rows, at the start of a transaction; nothing by default."""

    def do(self, keys: list[Any]) -> None:
        """Write a batch, inside a transaction.

        Args:
            keys: The primary keys of its rows.
        """
        raise NotImplementedError

    def end(self) -> None:
        """Do what is left when no row is due any more; nothing by default."""

    def do_batch(self, size: int) -> int:
        """Write the next batch of at most so many rows; return how many it had, 0 at the end."""
        with yielding_writes(), transaction.atomic():
            let_locks_expire()
            self.lock()
            due = self.due().values_list("pk", flat=True)
            # What a worker or another process is writing to is left for the next time.
            skip_locked = connection.features.has_select_for_update_skip_locked
            keys = list(due.select_for_update(skip_locked=skip_locked)[:size])
            if keys:
                self.do(keys)
            else:
                self.end()
            return len(keys)
