"""OpenAI's adapter keeps the contract of providers."""

from __future__ import annotations

from tests.providers.contract import ProviderContract
from tests.providers.wire_openai import OpenAIWire


class TestOpenAI(ProviderContract):
    wire = OpenAIWire()
