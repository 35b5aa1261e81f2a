"""OpenAI's adapter keeps the contract of providers."""

from __future__ import annotations

from tests.providers.contract import FilteringProviderContract
from tests.providers.wire_openai import OpenAIWire


class TestOpenAI(FilteringProviderContract):
    wire = OpenAIWire()
