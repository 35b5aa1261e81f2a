"""What runs were of: read from indexes, value by value, however many runs there are."""

from __future__ import annotations

from typing import NamedTuple

from django.db import connection


class UsedValue(NamedTuple):
    """A value that runs have, or an action."""

    kind: str
    """``type``, ``model``, ``deleted action``, or ``action`` for each action, with runs or without."""
    pk: int | None
    """Of the content type or the action."""
    label: str | None
    """The key of the model, or the label of the action."""


def used_values() -> list[UsedValue]:
    """Return the types, models and deleted actions that runs have, each sorted, and all actions.

    ``SELECT DISTINCT`` would read every run. Each recursion asks for the least value above the one
    before, which is one step in an index for each value. MariaDB takes these steps for ``DISTINCT``,
    and no others.
    """
    with connection.cursor() as cursor:
        cursor.execute((_DISTINCT if connection.vendor == "mysql" else _STEPS) + _VALUES)
        values = [UsedValue(*row) for row in cursor.fetchall()]
    return sorted(values, key=lambda value: (value.label or "", value.pk or 0))


_STEPS = """
WITH RECURSIVE types (value) AS (
    SELECT (SELECT MIN(target_content_type_id) FROM wagtail_llm_actions_llmrun)
    UNION ALL
    SELECT (SELECT MIN(run.target_content_type_id) FROM wagtail_llm_actions_llmrun run
            WHERE run.target_content_type_id > types.value)
    FROM types WHERE types.value IS NOT NULL
), models (value) AS (
    SELECT (SELECT MIN(model_key) FROM wagtail_llm_actions_llmrun)
    UNION ALL
    SELECT (SELECT MIN(run.model_key) FROM wagtail_llm_actions_llmrun run
            WHERE run.model_key > models.value)
    FROM models WHERE models.value IS NOT NULL
), deleted (value) AS (
    SELECT (SELECT run.action_label FROM wagtail_llm_actions_llmrun run
            WHERE run.action_id IS NULL AND NOT (run.trigger = 'test')
            ORDER BY run.action_id, run.action_label LIMIT 1)
    UNION ALL
    SELECT (SELECT run.action_label FROM wagtail_llm_actions_llmrun run
            WHERE run.action_id IS NULL AND NOT (run.trigger = 'test')
                AND run.action_label > deleted.value
            ORDER BY run.action_id, run.action_label LIMIT 1)
    FROM deleted WHERE deleted.value IS NOT NULL
)
"""
_DISTINCT = """
WITH types (value) AS (
    SELECT DISTINCT target_content_type_id FROM wagtail_llm_actions_llmrun
), models (value) AS (
    SELECT DISTINCT model_key FROM wagtail_llm_actions_llmrun
), deleted (value) AS (
    SELECT DISTINCT action_label FROM wagtail_llm_actions_llmrun
    WHERE action_id IS NULL AND NOT (wagtail_llm_actions_llmrun.trigger = 'test')
)
"""
_VALUES = """
SELECT 'type', value, NULL FROM types WHERE value IS NOT NULL
UNION ALL SELECT 'action', id, label FROM wagtail_llm_actions_llmaction
UNION ALL SELECT 'model', NULL, value FROM models WHERE value IS NOT NULL
UNION ALL SELECT 'deleted action', NULL, value FROM deleted WHERE value IS NOT NULL
"""
