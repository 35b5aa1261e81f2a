"""The demo offers the models that are at hand besides its own, and says so."""

from __future__ import annotations

import json

import pytest

from example_site import other_models
from tests.parts.unreachable import refusing_port
from tests.providers.server import ProviderServer, whole
from wagtail_llm_actions.conf.providers import ANTHROPIC_BACKEND, OLLAMA_BACKEND, OPENAI_BACKEND

TAGS = {"models": [{"name": "qwen3:4b"}, {"name": "nomic-embed-text:latest"}]}


def test_keys_in_the_environment_offer_the_models_of_their_vendors() -> None:
    environment = {"OPENAI_API_KEY": "sk-1", "ANTHROPIC_API_KEY": "sk-2"}

    assert other_models.providers(environment) == {
        "openai": {"BACKEND": OPENAI_BACKEND, "API_KEY": "sk-1"},
        "anthropic": {"BACKEND": ANTHROPIC_BACKEND, "API_KEY": "sk-2"},
    }
    assert other_models.sentence(environment) == (
        "Further models to choose in an action: those of OpenAI, as OPENAI_API_KEY is set; "
        "those of Anthropic, as ANTHROPIC_API_KEY is set."
    )


def test_an_ollama_that_runs_offers_what_it_has_pulled() -> None:
    with ProviderServer() as server:
        server.play(whole(200, json.dumps(TAGS).encode()))
        found = other_models.running_ollama(server.url.removeprefix("http://"))

    assert other_models.models(found) == {
        "ollama-qwen3:4b": {"PROVIDER": "ollama", "NAME": "qwen3:4b", "LABEL": "qwen3:4b (Ollama)"}
    }
    assert other_models.providers(found) == {
        "ollama": {"BACKEND": OLLAMA_BACKEND, "BASE_URL": server.url}
    }
    assert "the Ollama on this machine (qwen3:4b)" in other_models.sentence(found)


@pytest.mark.parametrize("body", [b"<html>", b"{}", b'{"models": []}', b'{"models": null}'])
def test_what_is_no_ollama_offers_nothing(body: bytes) -> None:
    with ProviderServer() as server:
        server.play(whole(200, body))
        assert other_models.running_ollama(server.url) == {}


def test_nothing_is_said_where_nothing_else_is_there() -> None:
    found = other_models.running_ollama(f"127.0.0.1:{refusing_port()}")

    assert (found, other_models.providers(found), other_models.models(found)) == ({}, {}, {})
    assert other_models.sentence(found) == ""
