"""The contract of the field that a run writes, and what of a text breaks it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wagtail_llm_actions import fields
from wagtail_llm_actions.fields.contract import Contract, FaultKind
from wagtail_llm_actions.models import LLMAction
from wagtail_llm_actions.runs.request.rules import AnswerRules

if TYPE_CHECKING:
    from wagtail_llm_actions.fields.contract import Fault
    from wagtail_llm_actions.models import LLMRun


def contract_of(run: LLMRun) -> Contract:
    """Return what the destination field of a run takes; plain text where the model is gone."""
    model = run.target_model
    return fields.contract_at(model, run.field_path) if model else Contract()


def faults_of(run: LLMRun, text: str) -> list[Fault]:
    """Return what of a text does not fit the destination field of a run, or breaks its rules.

    A text that is added to another text is no whole value, so no validator judges it. That an image is
    decorative fits always.
    """
    if run.image and not text:
        return []
    contract = contract_of(run)
    faults = contract.faults(text)
    if not contract.is_value and run.write_mode != LLMAction.WriteMode.REPLACE:
        faults = [fault for fault in faults if fault.kind == FaultKind.TOO_LONG]
    rules = AnswerRules(**run.rules)
    return [*faults, *rules.faults(contract.as_read(text), length=contract.length(text))]
