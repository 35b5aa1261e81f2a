"""Live text in the run's own row: for sites without Redis, right with several web processes."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.db import InterfaceError, OperationalError, connection
from django.db.models import F, TextField, Value
from django.db.models.functions import Concat, Substr

from wagtail_llm_actions.streams.base import Stream

if TYPE_CHECKING:
    from uuid import UUID

    from django.db.models import QuerySet

logger = logging.getLogger(__name__)

# The largest that every database takes for a place in a text.
MAX_POSITION = 2**31 - 2


class DatabaseStream(Stream):
    """Appends to ``LLMRun.output``; positions are characters."""

    flush_seconds = 0.25

    def append(self, run_id: UUID, text: str) -> None:
        """Add the text in the database, so that nothing has to be read first.

        A run that somebody else has ended keeps its output as it is.
        """
        try:
            self._row(run_id).filter(status="running").update(
                output=Concat(F("output"), Value(text), output_field=TextField())
            )
        except (InterfaceError, OperationalError) as error:
            if connection.in_atomic_block:
                raise
            logger.warning("Live text of run %s is lost: %s", run_id, type(error).__name__)
            connection.close()

    def read(self, run_id: UUID, after: int) -> tuple[str, int]:
        """Read what stands behind a number of characters."""
        rest = Substr("output", min(after, MAX_POSITION) + 1, output_field=TextField())
        text = self._row(run_id).values_list(rest, flat=True).first() or ""
        return text, after + len(text)

    def close(self, run_id: UUID) -> None:
        """Do nothing: the live text is the run's output."""

    def _row(self, run_id: UUID) -> QuerySet[Any]:
        # By name, since the models stand above the streams.
        return apps.get_model("wagtail_llm_actions", "LLMRun")._default_manager.filter(pk=run_id)
