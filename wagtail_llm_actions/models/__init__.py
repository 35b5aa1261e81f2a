"""The tables: actions, templates, runs, rollups, budgets, breakers, findings, imports, exports."""

from __future__ import annotations

from wagtail_llm_actions.models.action import LLMAction
from wagtail_llm_actions.models.attempt import LLMAttempt
from wagtail_llm_actions.models.budget import LLMBudget, LLMBudgetPeriod, LLMReservation
from wagtail_llm_actions.models.choices import DismissReason, RedactionReason, RetentionMode
from wagtail_llm_actions.models.circuit_breaker import LLMCircuitBreaker
from wagtail_llm_actions.models.erasure import LLMErasure
from wagtail_llm_actions.models.export import LLMExport, LLMExportChunk
from wagtail_llm_actions.models.finding import LLMModelFinding
from wagtail_llm_actions.models.import_job import LLMImport
from wagtail_llm_actions.models.prompt_template import PromptTemplate
from wagtail_llm_actions.models.rollup import LLMRollupSpan, LLMRunRollup
from wagtail_llm_actions.models.run import LLMRun

__all__ = [
    "DismissReason",
    "LLMAction",
    "LLMAttempt",
    "LLMBudget",
    "LLMBudgetPeriod",
    "LLMCircuitBreaker",
    "LLMErasure",
    "LLMExport",
    "LLMExportChunk",
    "LLMImport",
    "LLMModelFinding",
    "LLMReservation",
    "LLMRollupSpan",
    "LLMRun",
    "LLMRunRollup",
    "PromptTemplate",
    "RedactionReason",
    "RetentionMode",
]
