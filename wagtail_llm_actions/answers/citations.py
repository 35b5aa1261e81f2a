"""Find the marks by which models that search cite what they have read; without a list, they mean nothing."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from wagtail_llm_actions.answers.destination import Source

_TOKEN = re.compile(
    r"[ \t]?【\d[^【】\n]{0,60}†[^【】\n]{0,80}】|[ \t]?(?:file)?cite(?:turn\d{1,3}[a-z]{3,12}\d{1,3})+"
)
"""OpenAI's: “【4:0†source】”, and “citeturn0search1” where its private characters were lost."""
_NUMBERS = r"(?:[ \t]?\[[1-9]\d?\])+"
_NUMBERED = re.compile(
    rf"(?<=[\w\"”»)%]){_NUMBERS}(?=[.!?…](?!\w)|[ \t]*(?:\n|\Z))|(?<=[.!?…\"”»)]){_NUMBERS}(?=\s|\Z)"
)
"""Perplexity's, at the end of a sentence: “came early[1].”, “came early.[2][3]”."""
_NO_CITATIONS = re.compile(r"(?m)^[ \t]*\[\d{1,2}\]|```|\[0\]|\w\[[A-Za-z_]|^[ \t]*>>> ")
"""A list of the sources, or code, in which such numbers are something else."""
_NUMBERS_BEFORE = re.compile(r"\[\d{1,3}\]|\w\[\w{0,20}\]")
"""A text with marks of its own, or about arrays."""


def without_citations(text: str, source: Source) -> str:
    """Return a text without marks that its source does not have."""
    text = _TOKEN.sub("", text)
    if not source or source.matches(_NUMBERS_BEFORE) or _NO_CITATIONS.search(text):
        return text
    return _NUMBERED.sub("", text)
