"""The candidates of one click: sibling runs that share a ``candidate_group``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wagtail_llm_actions.models import LLMRun

if TYPE_CHECKING:
    from collections.abc import Iterable

    from django.db.models import QuerySet


def siblings(run: LLMRun) -> QuerySet[LLMRun]:
    """Return the other candidates of the same click."""
    if run.candidate_group is None:
        return LLMRun.objects.none()
    # The user has an index; the candidate group has none.
    of_click = LLMRun.objects.filter(user=run.user_id, candidate_group=run.candidate_group)
    return of_click.exclude(pk=run.pk).for_editors()


def candidates_of(run: LLMRun) -> list[LLMRun]:
    """Return all candidates of the click, this run included, in their order."""
    return in_order([run, *siblings(run)])


def in_order(runs: Iterable[LLMRun]) -> list[LLMRun]:
    """Sort the candidates of a click: the first one leads, the order of the others is stable."""
    return sorted(runs, key=lambda run: (run.pk != run.candidate_group, run.pk))
