"""The Python examples of the documentation do what their pages say."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from tests.factories import LLMRunFactory
from wagtail_llm_actions import signals
from wagtail_llm_actions.runs.decisions import accept, dismiss
from wagtail_llm_actions.runs.lifecycle.execute import execute

EXTENDING = Path(__file__).parent.parent / "docs" / "extending"


def example(page: str) -> dict[str, Any]:
    """Execute all Python blocks of a page, and return their names."""
    names: dict[str, Any] = {"__name__": f"docs.extending.{page}"}
    text = (EXTENDING / f"{page}.md").read_text()
    for block in re.findall(r"^```python\n(.*?)^```", text, flags=re.DOTALL | re.MULTILINE):
        exec(compile(block, f"{page}.md", "exec"), names)  # noqa: S102 - our own documentation
    return names


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("provider")
def test_the_receivers_of_the_signals_page_count_and_measure() -> None:
    names = example("signals")
    names["connect"]()
    first, second = LLMRunFactory.create_batch(2, action_label="Summary")
    try:
        for run in (first, second):
            execute(run.pk)
            run.refresh_from_db()
        accept(first, first.output)
        dismiss(second)
    finally:
        signals.run_decided.disconnect(names["count_decision"], sender=type(first))
        signals.run_finished.disconnect(names["measure"], sender=type(first))

    assert names["outcomes"] == {"Summary: Accepted": 1, "Summary: Dismissed": 1}
    assert len(names["seconds"]) == 2
