"""The database's tables, with a sign of life while they are made."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

if TYPE_CHECKING:
    from collections.abc import Callable


def create_tables(say: Callable[[str], object]) -> bool:
    """Apply what migrations there are, telling now and then how far it is; return whether any were."""
    executor = MigrationExecutor(connection)
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    if plan:
        call_command("migrate", interactive=False, stdout=_Counter(len(plan), say))
    return bool(plan)


class _Counter(io.StringIO):
    """Takes the output of ``migrate``, which says OK after each migration."""

    STEPS = 4

    def __init__(self, total: int, say: Callable[[str], object]) -> None:
        super().__init__()
        self.total = total
        self.say = say
        self.done = 0

    def write(self, text: str) -> int:
        step = self.done * self.STEPS // self.total
        self.done += text.count(" OK")
        if self.done * self.STEPS // self.total > step:
            self.say(f"Created tables: {self.done} of {self.total} migrations.")
        return len(text)
