"""What was wrong with the token counts of an attempt, as sentences for admins."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _lazy

from wagtail_llm_actions.generation import UsageRepair

if TYPE_CHECKING:
    from collections.abc import Mapping

    from django.utils.functional import Promise

    from wagtail_llm_actions.models import LLMAttempt

_SENTENCES: Mapping[str, Promise] = {
    UsageRepair.COUNT_CONVERTED: _lazy("A count was not a whole number; it was rounded up."),
    UsageRepair.COUNT_IGNORED: _lazy("A count was impossible and was ignored."),
    UsageRepair.ZERO_IGNORED: _lazy("A zero that came after a count was ignored."),
    UsageRepair.CACHED_BESIDE_INPUT: _lazy(
        "The provider counted cached tokens beside the input; they were added to it."
    ),
    UsageRepair.CACHE_WRITE_ABOVE_INPUT: _lazy(
        "The provider counted the same tokens as read from its cache and as written into it; they "
        "count as read."
    ),
    UsageRepair.REASONING_BESIDE_OUTPUT: _lazy(
        "The provider counted reasoning beside the output; it was added to it."
    ),
    UsageRepair.REASONING_ABOVE_OUTPUT: _lazy(
        "The provider counted more reasoning than output; the output stands."
    ),
    UsageRepair.REASONING_FROM_TOTAL: _lazy(
        "The provider's total was above the sum of its counts; the difference is billed as reasoning."
    ),
    UsageRepair.INPUT_FROM_TOTAL: _lazy(
        "The provider reported no input; it is the total without the output."
    ),
    UsageRepair.OUTPUT_FROM_TOTAL: _lazy(
        "The provider reported no output; it is the total without the input."
    ),
    UsageRepair.TOTAL_IGNORED: _lazy(
        "The provider's total was below the sum of its counts and was ignored."
    ),
    UsageRepair.INPUT_MISSING: _lazy("The provider reported no input."),
    UsageRepair.OUTPUT_MISSING: _lazy("The provider reported no output."),
    UsageRepair.COST_IGNORED: _lazy("The provider's own cost was impossible and was ignored."),
}


def usage_repair_sentences(attempt: LLMAttempt) -> list[str]:
    """Return a sentence for each repair; a code of another version stands for itself."""
    return [str(_SENTENCES.get(code, code)) for code in attempt.usage_repairs]
