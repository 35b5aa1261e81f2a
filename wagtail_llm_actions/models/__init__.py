"""The tables: actions and their templates, runs, budgets, breakers, findings, imports, exports."""

from __future__ import annotations

from wagtail_llm_actions.models.action import LLMAction
from wagtail_llm_actions.models.attempt import LLMAttempt
from wagtail_llm_actions.models.budget import LLMBudget, LLMBudgetPeriod, LLMReservation
from wagtail_llm_actions.models.circuit_breaker import LLMCircuitBreaker
from wagtail_llm_actions.models.dismiss_reason import DismissReason
from wagtail_llm_actions.models.erasure import LLMErasure
from wagtail_llm_actions.models.export import LLMExport, LLMExportChunk
from wagtail_llm_actions.models.finding import LLMModelFinding
from wagtail_llm_actions.models.import_job import LLMImport
from wagtail_llm_actions.models.prompt_template import PromptTemplate
from wagtail_llm_actions.models.redaction_reason import RedactionReason
from wagtail_llm_actions.models.retention_mode import RetentionMode
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
    "LLMRun",
    "PromptTemplate",
    "RedactionReason",
    "RetentionMode",
]
