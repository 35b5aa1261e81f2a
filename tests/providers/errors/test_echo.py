"""A message that repeats the prompt is understood by its own words."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from tests.providers.contract import REQUEST, collect
from tests.providers.server import ProviderServer, whole
from tests.providers.wire_anthropic import AnthropicWire
from tests.providers.wire_ollama import OllamaWire
from tests.providers.wire_openai import OpenAIWire
from wagtail_llm_actions.errors import ContextExceeded, ProviderError, RequestRejected
from wagtail_llm_actions.providers.errors.echo import hide_echo, without_echo

if TYPE_CHECKING:
    from tests.providers.contract import Wire

WIRES = [OpenAIWire(), AnthropicWire(), OllamaWire()]
PROMPT = (
    "Write a title for <input>The prompt exceeds the maximum context length of the model, said the "
    'owl. "Rate limit exceeded: insufficient credit balance",\nread the screen; an invalid API key '
    "and an unsupported temperature were not its only problems.</input>"
)
PYTHON = PROMPT.replace("\n", "\\n")


@pytest.mark.parametrize("wire", WIRES, ids=["o", "a", "l"])
@pytest.mark.parametrize(
    ("message", "kind"),
    [
        (f"Could not parse {PROMPT}", RequestRejected),
        (f"Bad role in messages[0]: {PYTHON[:180]}... (truncated)", RequestRejected),
        (f"1 validation error for Chat: got {PROMPT.upper()}", RequestRejected),
        (f"The prompt exceeds the context window: {PROMPT}", ContextExceeded),
    ],
    ids=["whole", "escaped and cut", "capitals", "an error of its own"],
)
def test_words_of_the_prompt_say_nothing_about_an_error(
    wire: Wire, message: str, kind: type[ProviderError]
) -> None:
    with ProviderServer() as server:
        server.play(*[whole(400, wire.error_body(400, message))] * 2)

        with pytest.raises(ProviderError) as caught:
            collect(wire.provider(server.url), replace(REQUEST, prompt=PROMPT))

        assert type(caught.value) is kind
        assert len(server.requests) == 1, "no parameter was refused"


@pytest.mark.parametrize(
    ("message", "own"),
    [
        ("Rate limit exceeded", "Rate limit exceeded"),
        (f"Wrong: {PROMPT}!", "Wrong:  !"),
        (f"{PROMPT}{PROMPT}", "  "),
        ("", ""),
    ],
)
def test_only_what_is_repeated_is_left_out(message: str, own: str) -> None:
    assert without_echo(message, PROMPT) == own


def test_a_short_prompt_hides_no_words() -> None:
    assert without_echo("The rate limit is hit", "rate limit") == "The rate limit is hit"


LONG = 'Summarize:\n<input>Über die Flüsse kühlen Wassers geht\'s nach "Süden" 🦉.</input>\nBe brief, owl.'


@pytest.mark.parametrize(
    "quoted",
    [
        LONG,
        LONG.upper(),
        repr(LONG)[1:-1],
        json.dumps(LONG)[1:-1],
        json.dumps(json.dumps(LONG))[3:-3],
    ],
    ids=["as it is", "in capitals", "as Python", "as JSON", "as JSON in JSON"],
)
def test_nothing_of_a_prompt_is_shown(quoted: str) -> None:
    assert hide_echo(f"No: «{quoted}» is bad.", LONG) == "No: «[prompt]» is bad."


def test_not_even_a_short_line_of_a_prompt_is_shown() -> None:
    assert hide_echo("No: BE BRIEF, OWL. is bad.", LONG) == "No: [prompt] is bad."
