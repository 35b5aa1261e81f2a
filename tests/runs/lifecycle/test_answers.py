"""From the pieces of an answer to what an editor sees and what the run keeps."""

from __future__ import annotations

from contextlib import ExitStack
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest
from django.contrib.contenttypes.models import ContentType

from tests.factories import LLMRunFactory
from tests.notices.models import Notice
from wagtail_llm_actions.conf import get_settings
from wagtail_llm_actions.errors import ModelUnavailable
from wagtail_llm_actions.generation import FinishReason, ReasoningDelta
from wagtail_llm_actions.models import LLMAttempt, LLMCircuitBreaker, LLMModelFinding, LLMRun
from wagtail_llm_actions.provider_registry import get_provider
from wagtail_llm_actions.providers.testing import ScriptedProvider
from wagtail_llm_actions.runs.findings import findings_of
from wagtail_llm_actions.runs.lifecycle import answer
from wagtail_llm_actions.runs.lifecycle.answer import MAX_FLUSH_SECONDS, Answer
from wagtail_llm_actions.runs.lifecycle.circuit_breaker import FAILURE_THRESHOLD
from wagtail_llm_actions.runs.lifecycle.execute import execute
from wagtail_llm_actions.streams.database import DatabaseStream

if TYPE_CHECKING:
    from uuid import UUID

    from pytest_django import Settings

pytestmark = pytest.mark.django_db

SHOWN: list[str] = []
THINKING: list[bool] = []


class RecordingStream(DatabaseStream):
    """Remembers what an editor was shown."""

    flush_seconds = 0.0

    def append(self, run_id: UUID, text: str) -> None:
        SHOWN.append(text)
        THINKING.append(LLMRun.objects.get(pk=run_id).is_reasoning)
        super().append(run_id, text)


@pytest.fixture
def provider(settings: Settings) -> ScriptedProvider:
    SHOWN.clear()
    THINKING.clear()
    options = {"OPTIONS": {"delay_seconds": 0.002}}
    providers = settings.WAGTAIL_LLM_ACTIONS["PROVIDERS"]
    settings.WAGTAIL_LLM_ACTIONS = settings.WAGTAIL_LLM_ACTIONS | {
        "PROVIDERS": providers | {"test": providers["test"] | options},
        "STREAM": f"{__name__}.RecordingStream",
    }
    found = get_provider("test")
    assert isinstance(found, ScriptedProvider)
    return found


def executed(**values: Any) -> LLMRun:
    run = LLMRunFactory(**{"field_path": "title"} | values)
    execute(run.pk)
    run.refresh_from_db()
    return run


@pytest.mark.parametrize(
    "answer",
    [
        "<think>Secret thoughts</think>The tide came early<|im_end|>",
        "[THINK]Secret thoughts[/THINK]The tide came early</s>",
        "Okay, the user wants secret thoughts.\n</think>\nThe tide came early</input>",
        "<|channel|>analysis<|message|>Secret thoughts<|end|><|start|>assistant<|channel|>final"
        "<|message|>The tide came early<|return|>",
    ],
)
@pytest.mark.parametrize("size", [1, 5])
def test_an_editor_is_never_shown_reasoning_tags_or_tokens(
    provider: ScriptedProvider, answer: str, size: int
) -> None:
    provider.script(*[answer[start : start + size] for start in range(0, len(answer), size)])

    run = executed()

    assert (run.status, run.output) == ("succeeded", "The tide came early")
    shown = "".join(SHOWN)
    assert "The tide came early".startswith(shown.strip())
    assert run.raw_output == answer
    assert {"reasoning"} <= {removed["kind"] for removed in run.removed}


def test_an_editor_is_never_shown_a_call_of_a_tool(provider: ScriptedProvider) -> None:
    provider.script("<function_call>", '{"query": "tide"}', "</function_call>", "\nThe tide came.")

    assert executed().output == "The tide came."
    assert "".join(SHOWN).strip() == "The tide came."


THOUGHT = "The page is about a harbour. "


def test_a_server_that_closes_reasoning_without_opening_it_is_remembered(
    provider: ScriptedProvider,
) -> None:
    provider.script(THOUGHT, "A tide, perhaps.\n</think>\n", "The tide came early")
    provider.script(THOUGHT, "The sea, perhaps.\n</think>\n", "The sea is cold")
    provider.script("A port")

    first, (second, third) = executed(), _executed_afterwards()

    assert (first.output, second.output, third.output) == (
        "The tide came early",
        "The sea is cold",
        "A port",
    )
    assert "".join(SHOWN).replace("\n", "") == "The sea is cold"
    assert LLMModelFinding.objects.get().begins_in_reasoning


@pytest.mark.parametrize(
    ("trigger", "others", "expected"),
    [("editor", 0, 0.0), ("editor", 30, 0.3), ("editor", 200, MAX_FLUSH_SECONDS), ("bulk", 30, 0)],
)
@pytest.mark.usefixtures("provider")
def test_a_process_with_many_runs_that_editors_wait_for_writes_each_more_rarely(
    monkeypatch: pytest.MonkeyPatch, trigger: str, others: int, expected: float
) -> None:
    monkeypatch.setattr(answer, "time", SimpleNamespace(monotonic=lambda: 7.0))
    run, other = LLMRunFactory(), LLMRunFactory(trigger=trigger)
    own = Answer(run, max_chars=1_000)
    with ExitStack() as stack, own.arriving():
        for _ in range(others):
            stack.enter_context(Answer(other, max_chars=1_000).arriving())
        own.add("The tide")
        assert own.seconds_to_flush() < 0
        own.flush()
        assert own.seconds_to_flush() == pytest.approx(expected)
    assert SHOWN == ["The tide"]
    assert own.seconds_to_flush() == 0


def _executed_afterwards() -> tuple[LLMRun, LLMRun]:
    """Execute two runs, with what only they show."""
    SHOWN.clear()
    return executed(), executed()


@pytest.mark.parametrize("is_set", [True, False])
def test_a_site_can_say_whether_answers_begin_in_reasoning(
    settings: Settings, *, is_set: bool
) -> None:
    models = settings.WAGTAIL_LLM_ACTIONS["MODELS"]
    entry = models["scripted"] | {"NAME": "owl" if is_set else "owl-r1"}
    settings.WAGTAIL_LLM_ACTIONS = settings.WAGTAIL_LLM_ACTIONS | {
        "MODELS": {"scripted": entry | {"BEGINS_IN_REASONING": is_set}}
    }

    found = findings_of(get_settings().models["scripted"])

    assert found.begins_in_reasoning is is_set


def test_a_text_that_begins_as_its_source_does_is_the_whole_text(
    provider: ScriptedProvider,
) -> None:
    provider.script("Summary: The tide came early.")
    run = LLMRunFactory(prompt="Proofread:\n<input>\nSummary: the tide came early\n</input>")

    execute(run.pk)

    run.refresh_from_db()
    assert run.output == "Summary: The tide came early."


@pytest.mark.parametrize("name", ["deepseek-r1", "Qwen/QwQ-32B"])
@pytest.mark.usefixtures("provider")
def test_a_model_that_is_known_to_think_without_an_opening_shows_nothing_of_it(
    settings: Settings, name: str
) -> None:
    models = settings.WAGTAIL_LLM_ACTIONS["MODELS"]
    settings.WAGTAIL_LLM_ACTIONS = settings.WAGTAIL_LLM_ACTIONS | {
        "MODELS": models | {"scripted": models["scripted"] | {"NAME": name}}
    }
    provider = get_provider("test")
    assert isinstance(provider, ScriptedProvider)
    provider.script(THOUGHT, "A tide, perhaps.\n</think>\n", "The tide came early")
    provider.script(THOUGHT, FinishReason.LENGTH)

    assert executed().output == "".join(SHOWN).strip() == "The tide came early"
    cut = executed()
    assert (cut.status, cut.error_context["reason"]) == ("failed", "only_reasoning")
    assert "".join(SHOWN).strip() == "The tide came early"


@pytest.mark.parametrize(
    ("reason", "status"), [(FinishReason.STOP, "succeeded"), (FinishReason.LENGTH, "failed")]
)
def test_a_closing_tag_behind_the_text_is_told_by_how_the_answer_ended(
    provider: ScriptedProvider, reason: FinishReason, status: str
) -> None:
    provider.script("The tide came early</think>", reason)

    run = executed()

    assert (run.status, run.output) == (status, "The tide came early" * (status == "succeeded"))


def test_the_text_is_cleaned_for_its_field(provider: ScriptedProvider) -> None:
    provider.script("Sure! Here are the titles:\n\n1. **The tide**\n2. The boats")
    provider.script("**The tide**\n\ncame early")

    assert executed().output == "The tide"
    assert executed(field_path="summary").output == "The tide\n\ncame early"


def test_a_clean_answer_is_kept_without_removals(provider: ScriptedProvider) -> None:
    provider.script("The tide")

    run = executed()

    assert (run.output, run.raw_output, run.removed) == ("The tide", "The tide", [])


@pytest.mark.parametrize("answer", ["<think>\nThe user wants", "<think>The user wants</think>\n\n"])
def test_nothing_but_reasoning_is_an_error_of_its_own(
    provider: ScriptedProvider, answer: str
) -> None:
    provider.script(answer)

    run = executed()

    assert (run.status, run.output) == ("failed", "")
    assert (run.error_code, run.error_context["reason"]) == ("invalid_output", "only_reasoning")
    assert run.raw_output == answer


def test_what_nobody_sees_is_no_text(provider: ScriptedProvider) -> None:
    provider.script("\u200b\u2060 \n")

    assert executed().error_code == "invalid_output"


def test_reasoning_beside_the_text_is_counted_and_not_kept(provider: ScriptedProvider) -> None:
    provider.script(ReasoningDelta(text="secret " * 40), "The tide", ModelUnavailable)

    run = executed()

    assert run.status == "failed"
    assert "secret" not in run.output + run.raw_output
    assert LLMAttempt.objects.get().output_tokens == 116


def test_the_editor_is_told_that_the_model_thinks_until_the_text_begins(
    provider: ScriptedProvider,
) -> None:
    provider.script(ReasoningDelta(text="Hm"), 0.1, "The tide ", 0.4, "came early, and so did I")

    run = executed()

    assert THINKING == [True, False]
    assert run.is_reasoning is False


def test_of_a_choice_a_json_object_is_asked_for_which_nobody_sees_arrive(
    provider: ScriptedProvider,
) -> None:
    provider.script('{"answer":', ' "Job"}')
    content_type = ContentType.objects.get_for_model(Notice)

    run = executed(field_path="kind", target_content_type=content_type)

    schema = provider.requests[0].schema
    assert schema is not None
    assert schema["properties"] == {"answer": {"type": "string", "enum": ["News", "Job"]}}
    assert (run.status, run.output, run.raw_output) == ("succeeded", "Job", '{"answer": "Job"}')
    assert SHOWN == []
    # A text needs none.
    provider.script("The tide.")
    executed()
    assert provider.requests[1].schema is None


def test_a_verdict_on_a_correct_text_is_an_error_of_its_own_that_is_not_retried(
    provider: ScriptedProvider,
) -> None:
    provider.script("✅ The text is already correct. No changes needed.")
    prompt = "Correct:\n<input>The tide came early.</input>"

    run = executed(field_path="summary", source_path="summary", prompt=prompt)

    assert (run.status, run.output) == ("failed", "")
    assert run.error_code == "nothing_to_change"
    assert LLMAttempt.objects.filter(run=run).count() == 1


def test_a_verdict_opens_no_circuit_breaker_and_asks_no_fallback(
    provider: ScriptedProvider,
) -> None:
    prompt = "Correct:\n<input>The tide came early.</input>"
    verdict = {"field_path": "summary", "source_path": "summary", "prompt": prompt}
    for _ in range(FAILURE_THRESHOLD):
        provider.script("No changes needed.")
        run = executed(**verdict, fallback_model_key="scripted")
        assert (run.error_code, run.used_fallback) == ("nothing_to_change", False)

    provider.script("The tide came early, and so did I.")
    assert executed(**verdict).status == "succeeded"
    assert not LLMCircuitBreaker.objects.exists()
