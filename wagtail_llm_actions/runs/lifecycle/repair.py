"""What a model is asked when its answer does not fit the field."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from django.utils.translation import override

from wagtail_llm_actions.answers.checks.rewriting import is_long_enough, is_rewriting
from wagtail_llm_actions.answers.checks.words import is_unspaced
from wagtail_llm_actions.fields.contract import FaultKind
from wagtail_llm_actions.messages.faults import fault_sentence
from wagtail_llm_actions.prompts.repair import repair_prompt, shorten_to
from wagtail_llm_actions.runs.contract import contract_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

    from wagtail_llm_actions.fields.contract import Fault
    from wagtail_llm_actions.models import LLMRun

CONTENT = re.compile(r"(?s)<(\w+)>.*?</\1>")
"""What a prompt holds between tags."""
NEEDS_SOURCE = frozenset({FaultKind.TOO_SHORT, FaultKind.MISSING_WORD, FaultKind.NO_VALUE})
"""What cannot be mended from the text alone."""


def repair_request(prompt: str, text: str, faults: Sequence[Fault]) -> str:
    """Return the prompt that names the faults of an answer to another prompt."""
    needs_source = any(fault.kind in NEEDS_SOURCE for fault in faults)
    return repair_prompt(text, _sentences(faults, text), task=prompt if needs_source else "")


def is_sensible(text: str, *, run: LLMRun, before: str, faults: Sequence[Fault]) -> bool:
    """Return whether a repair is the text before, rewritten, and no comment, echo or scrap.

    A text that was to be translated shares no words with the one before, nor does another value.
    """
    kinds = {fault.kind for fault in faults}
    limit = max((fault.limit for fault in faults if fault.kind == FaultKind.TOO_LONG), default=0)
    is_one_line = contract_of(run).destination.is_one_line
    if limit and not is_long_enough(text, asked=limit, is_one_line=is_one_line):
        return False
    if kinds & {FaultKind.LANGUAGE, FaultKind.NO_VALUE}:
        return True
    task = CONTENT.sub("", run.prompt) if kinds & NEEDS_SOURCE else ""
    return is_rewriting(
        text,
        f"{before} {' '.join(fault.detail for fault in faults)}",
        source=" ".join(found[0] for found in CONTENT.finditer(run.prompt)),
        request=repair_prompt("", _sentences(faults, before), task=task),
    )


def has_time(started_at: datetime, now: datetime, deadline: datetime) -> bool:
    """Return whether a call that takes as long as the first one would end before the deadline."""
    return now + (now - started_at) < deadline


def _sentences(faults: Sequence[Fault], text: str) -> Iterator[str]:
    with override("en"):
        for fault in faults:
            yield fault_sentence(fault)
            if fault.kind == FaultKind.TOO_LONG:
                yield shorten_to(fault.limit, has_spaces=not is_unspaced(text))
