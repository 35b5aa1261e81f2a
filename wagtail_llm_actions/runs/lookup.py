"""Read a run and its target as polls and decisions do, by prepared queries."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from wagtail_llm_actions.database.prepared_query import Parameter, PreparedQuery, object_with_key
from wagtail_llm_actions.models import LLMRun

if TYPE_CHECKING:
    from uuid import UUID

_RUN = PreparedQuery(
    lambda: LLMRun.objects.for_editors().order_by().filter(pk=Parameter("run_id", LLMRun._meta.pk))
)


def run_for_editors(run_id: UUID) -> LLMRun | None:
    """Return a run as ``for_editors`` does, with its target; ``None`` if there is none."""
    run = _RUN.first(run_id=run_id)
    if run:
        fetch_target(run)
    return run


def fetch_target(run: LLMRun) -> None:
    """Read the target of a run, if it is saved and its model is there."""
    model = run.target_model
    if model is not None and run.target_object_id is not None:
        target: Any = LLMRun._meta.get_field("_target")
        target.set_cached_value(run, object_with_key(model._base_manager, run.target_object_id))
