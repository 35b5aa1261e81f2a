"""The Python examples of the documentation do what their pages say."""

from __future__ import annotations

import os
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from django.core.checks import run_checks
from django.urls import reverse

from tests.factories import LLMRunFactory
from tests.parts.docs_examples import example_module
from tests.providers.contract import collect
from tests.settings import WAGTAIL_LLM_ACTIONS
from wagtail_llm_actions import signals
from wagtail_llm_actions.errors import ModelUnavailable
from wagtail_llm_actions.fields import blocks
from wagtail_llm_actions.fields.markup.markdown import to_markdown
from wagtail_llm_actions.generation import FinishReason, GenerationRequest, TextDelta
from wagtail_llm_actions.models import LLMRun
from wagtail_llm_actions.provider_registry import get_provider
from wagtail_llm_actions.providers.streaming import ProviderStream
from wagtail_llm_actions.queues import Priority, get_queue
from wagtail_llm_actions.runs.decisions import accept, dismiss
from wagtail_llm_actions.runs.lifecycle.execute import execute

if TYPE_CHECKING:
    from pytest_django import Settings


def example(page: str) -> dict[str, Any]:
    """Execute all Python blocks of a page, and return their names."""
    return vars(example_module(page))


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


PROGRAM = """
import os, sys, time
print(f"{os.getpid()} {sys.argv[1]}: {sys.stdin.read()}", flush=True)
if sys.argv[1] == "endless":
    time.sleep(60)
sys.exit(sys.argv[1] == "broken")
"""


def use_command_provider(settings: Settings) -> None:
    settings.WAGTAIL_LLM_ACTIONS = WAGTAIL_LLM_ACTIONS | {
        "PROVIDERS": {
            "test": {
                "BACKEND": f"{example_module('provider').__name__}.CommandProvider",
                "OPTIONS": {"command": [sys.executable, "-c", PROGRAM]},
            }
        }
    }


def request(model: str) -> GenerationRequest:
    return GenerationRequest(model=model, prompt="Hoo?", max_tokens=5)


@pytest.mark.django_db
def test_the_provider_of_the_docs_writes_the_text_of_a_run(settings: Settings) -> None:
    use_command_provider(settings)
    run = LLMRunFactory(prompt="The tide came early.")

    execute(run.pk)

    run.refresh_from_db()
    assert run.status == LLMRun.Status.SUCCEEDED
    assert run.output.partition(" ")[2] == "scripted: The tide came early."
    assert run.finish_reason == FinishReason.STOP
    assert [str(check.msg) for check in run_checks() if "PROVIDERS" in str(check.msg)] == []


def test_the_provider_of_the_docs_ends_its_program_with_the_call(settings: Settings) -> None:
    use_command_provider(settings)
    stream = ProviderStream(get_provider("test"), request("endless"))
    piece = stream.next(30)
    assert isinstance(piece, TextDelta)

    stream.close()

    with pytest.raises(ProcessLookupError):
        os.kill(int(piece.text.partition(" ")[0]), 0)


def test_the_provider_of_the_docs_says_why_it_failed(settings: Settings) -> None:
    use_command_provider(settings)

    with pytest.raises(ModelUnavailable) as caught:
        collect(get_provider("test"), request("broken"))

    assert caught.value.detail == f"{sys.executable} ended with exit code 1."


def test_the_subclass_of_the_docs_sends_what_mistral_takes() -> None:
    provider = example("provider")["MistralProvider"](alias="mistral", api_key="made-up-key")

    assert provider.is_vendors_server
    assert provider.request_kwargs(request("owl-1")) == {
        "model": "owl-1",
        "messages": [{"role": "user", "content": "Hoo?"}],
        "stream": True,
        "extra_body": {"max_tokens": 5, "safe_prompt": True},
    }


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("provider")
def test_the_queue_of_the_docs_has_a_run_executed(settings: Settings) -> None:
    settings.WAGTAIL_LLM_ACTIONS = WAGTAIL_LLM_ACTIONS | {
        "QUEUE": f"{example_module('queue').__name__}.TasksQueue"
    }
    settings.TASKS = {"default": {"BACKEND": "django_tasks.backends.immediate.ImmediateBackend"}}
    run = LLMRunFactory()

    get_queue().enqueue(run.pk, Priority.INTERACTIVE)
    get_queue().enqueue(run.pk, Priority.INTERACTIVE)

    run.refresh_from_db()
    assert run.status == LLMRun.Status.SUCCEEDED
    assert run.attempts.count() == 1
    assert get_queue().enqueue_missing([run.pk], Priority.BULK) == 0
    assert get_queue().has_worker() is None


@pytest.mark.django_db
def test_the_check_of_the_stream_of_the_docs_is_a_system_check(settings: Settings) -> None:
    settings.WAGTAIL_LLM_ACTIONS = WAGTAIL_LLM_ACTIONS | {
        "STREAM": f"{example_module('stream').__name__}.CacheStream"
    }

    assert "newsroom.E001" in [check.id for check in run_checks()]


def test_the_block_reader_of_the_docs_reads_its_block() -> None:
    names = example("block")
    block = names["PriceBlock"]()
    price = {"audience": "Adults", "amount": "12.50", "remarks": "<p>With <b>tea</b></p>"}
    before = dict(blocks._readers)
    names["register"]()
    try:
        read = [
            blocks.Walk(to_markdown, 1_000).read(block, block.to_python(price | more))
            for more in ({}, {"is_secret": True})
        ]
    finally:
        blocks._readers.clear()
        blocks._readers.update(before)

    assert read == ["Adults: 12.50 €\n\nWith **tea**", ""]


RUN_ID = "0d6f0a3c-9e5b-4f0e-8c55-2f6b0f6a5c11"


@pytest.mark.parametrize(
    ("name", "arguments", "is_for_texts"),
    [
        ("start_run", [], True),
        ("poll_run", [RUN_ID], True),
        ("cancel_run", [RUN_ID], True),
        ("decide_run", [RUN_ID], True),
        ("form_value", [RUN_ID], True),
        ("start_playground_run", [], True),
        ("poll_playground_run", [RUN_ID], True),
        ("offers", [], False),
        ("history_run", [RUN_ID], False),
        ("models", [], False),
    ],
)
def test_the_proxy_of_the_docs_tells_clicks_and_polls_from_pages(
    name: str, arguments: list[str], is_for_texts: bool
) -> None:
    page = Path(__file__).parent.parent / "docs" / "worker.md"
    (location,) = re.findall(r"location ~ (\S+)", page.read_text())
    path = reverse(f"wagtail_llm_actions:{name}", args=arguments)

    assert bool(re.match(location, path)) == is_for_texts
