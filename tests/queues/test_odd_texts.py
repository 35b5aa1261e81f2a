"""What a model writes is stored, however odd."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.factories import LLMRunFactory
from wagtail_llm_actions.models import LLMRun
from wagtail_llm_actions.runs.lifecycle.execute import execute

if TYPE_CHECKING:
    from wagtail_llm_actions.providers.testing import ScriptedProvider

HALF, OTHER_HALF = "\ud83c", "\udf0a"


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("pieces", "output"),
    [
        (["The\0 ", "tide\0"], "The tide"),
        (["The ", HALF, OTHER_HALF, "tide"], "The 🌊tide"),
        (["The 🌊 tide"], "The 🌊 tide"),
    ],
)
def test_what_no_database_takes_is_left_out(
    provider: ScriptedProvider, pieces: list[str], output: str
) -> None:
    run = LLMRunFactory()
    provider.script(*pieces)

    execute(run.pk)

    run.refresh_from_db()
    assert (run.status, run.output) == (LLMRun.Status.SUCCEEDED, output)
