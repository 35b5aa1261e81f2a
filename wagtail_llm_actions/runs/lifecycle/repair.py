"""What a model is asked when its answer does not fit the field."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import override

from wagtail_llm_actions.fields.contract import FaultKind
from wagtail_llm_actions.messages.faults import fault_sentence
from wagtail_llm_actions.prompts.repair import repair_prompt, shorten_to

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

    from wagtail_llm_actions.fields.contract import Fault

NEEDS_SOURCE = frozenset({FaultKind.TOO_SHORT, FaultKind.MISSING_WORD})
"""What cannot be mended from the text alone."""


def repair_request(prompt: str, text: str, faults: Sequence[Fault]) -> str:
    """Return the prompt that names the faults of an answer to another prompt."""
    needs_source = any(fault.kind in NEEDS_SOURCE for fault in faults)
    return repair_prompt(text, _sentences(faults), task=prompt if needs_source else "")


def has_time(started_at: datetime, now: datetime, deadline: datetime) -> bool:
    """Return whether a call that takes as long as the first one would end before the deadline."""
    return now + (now - started_at) < deadline


def _sentences(faults: Sequence[Fault]) -> Iterator[str]:
    with override("en"):
        for fault in faults:
            yield fault_sentence(fault)
            if fault.kind == FaultKind.TOO_LONG:
                yield shorten_to(fault.limit)
