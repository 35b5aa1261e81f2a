"""Ollama's adapter keeps the contract of providers; it filters no content."""

from __future__ import annotations

from tests.providers.contract import ProviderContract
from tests.providers.wire_ollama import OllamaWire


class TestOllama(ProviderContract):
    wire = OllamaWire()
