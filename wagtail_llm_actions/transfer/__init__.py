"""Move actions and prompt templates between environments, as JSON by natural keys."""

from __future__ import annotations

from wagtail_llm_actions.transfer.apply import apply_import
from wagtail_llm_actions.transfer.entries import export_setup
from wagtail_llm_actions.transfer.plan import Change, ImportPlan, Planned, plan_import
from wagtail_llm_actions.transfer.serialization import (
    MAX_BYTES,
    ImportRefused,
    read_setup,
    write_setup,
)

__all__ = [
    "MAX_BYTES",
    "Change",
    "ImportPlan",
    "ImportRefused",
    "Planned",
    "apply_import",
    "export_setup",
    "plan_import",
    "read_setup",
    "write_setup",
]
