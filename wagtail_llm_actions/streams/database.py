"""Live text in the run's own row: for sites without Redis, also with several web processes."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.db import InterfaceError, OperationalError, connection
from django.db.models import Case, F, TextField, Value, When
from django.db.models.functions import Concat, Substr

from wagtail_llm_actions.database.sqlite import has_deferred_transactions
from wagtail_llm_actions.streams.base import Stream

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from uuid import UUID

    from django.db.models import QuerySet

logger = logging.getLogger(__name__)

# The largest position in a text that every database accepts.
MAX_POSITION = 2**31 - 2


class DatabaseStream(Stream):
    """Appends to ``LLMRun.output``; positions are characters."""

    flush_seconds = 0.25

    def __init__(self) -> None:
        """Write half as often where a write may stand in the way of a page that is being saved."""
        if has_deferred_transactions():
            self.flush_seconds *= 2

    def append(self, run_id: UUID, text: str) -> None:
        """Add the text by one query, without reading what is there.

        A run that another process has ended keeps its output as it is.
        """
        try:
            self._rows([run_id]).filter(status="running").update(
                output=Concat(F("output"), Value(text), output_field=TextField())
            )
        except (InterfaceError, OperationalError) as error:
            if connection.in_atomic_block:
                raise
            logger.warning("Live text of run %s is lost: %s", run_id, type(error).__name__)
            connection.close()

    def read(self, run_id: UUID, after: int) -> tuple[str, int]:
        """Return the text after a number of characters."""
        return self.read_all({run_id: after})[run_id]

    def read_all(self, positions: Mapping[UUID, int]) -> dict[UUID, tuple[str, int]]:
        """Return the texts of several runs, by one query."""
        starts = [
            When(pk=run_id, then=Value(min(after, MAX_POSITION) + 1))
            for run_id, after in positions.items()
        ]
        rest = Substr("output", Case(*starts), output_field=TextField())
        texts = dict(self._rows(positions).values_list("pk", rest))
        return {
            run_id: (text := texts.get(run_id, ""), after + len(text))
            for run_id, after in positions.items()
        }

    def close(self, run_id: UUID) -> None:
        """Do nothing: the live text is the run's output."""

    def _rows(self, run_ids: Iterable[UUID]) -> QuerySet[Any]:
        # By name: models are a layer above streams and must not be imported here.
        runs = apps.get_model("wagtail_llm_actions", "LLMRun")._default_manager
        return runs.filter(pk__in=list(run_ids))
