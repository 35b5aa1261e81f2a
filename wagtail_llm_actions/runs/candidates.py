"""The candidates of one click: sibling runs that share a ``candidate_group``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wagtail_llm_actions.models import LLMRun

if TYPE_CHECKING:
    from collections.abc import Iterable

    from django.db.models import QuerySet


def siblings(run: LLMRun) -> QuerySet[LLMRun]:
    """Return the other runs of the same click."""
    if run.candidate_group is None:
        return LLMRun.objects.none()
    # By the user too, for whom there is an index.
    return LLMRun.objects.filter(user=run.user_id, candidate_group=run.candidate_group).exclude(
        pk=run.pk
    )


def candidates_of(run: LLMRun) -> list[LLMRun]:
    """Return all runs of the same click, this one among them, in their order."""
    return in_order([run, *siblings(run)])


def in_order(runs: Iterable[LLMRun]) -> list[LLMRun]:
    """Sort the runs of one click: the first one, then the others in an order that stays."""
    return sorted(runs, key=lambda run: (run.pk != run.candidate_group, run.pk))
