"""The rows of the history's export."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib.auth import get_user_model

from wagtail_llm_actions.models import LLMRun

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from wagtail_llm_actions.models.run_queryset import LLMRunQuerySet


class RunRows:
    """Values of runs, read in chunks: no more than one of them is in memory.

    Args:
        runs: In any order; the newest come first.
        columns: Names of fields, and ``seconds``.
    """

    model = LLMRun

    def __init__(self, runs: LLMRunQuerySet, columns: Sequence[str]) -> None:
        self._runs = runs
        self._columns = columns

    def count(self, limit: int | None = None) -> int:
        """Return the number of rows, or the limit if there are more."""
        return self._runs.order_by()[:limit].count()

    def __iter__(self) -> Iterator[dict[str, Any]]:
        fields = {*self._columns, "finished_at"} - {"seconds"}
        for chunk in self._runs.chunks(*fields):
            users = _names({row["user"] for row in chunk})
            for row in chunk:
                time = row["finished_at"] and row["finished_at"] - row["queued_at"]
                yield {
                    **row,
                    "user": users.get(row["user"]),
                    "seconds": time and time.total_seconds(),
                }


def _names(ids: set[Any]) -> dict[Any, str]:
    found = get_user_model()._default_manager.in_bulk(ids - {None})
    return {pk: str(user) for pk, user in found.items()}
