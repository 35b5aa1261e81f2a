"""Anthropic's adapter keeps the contract of providers."""

from __future__ import annotations

from tests.providers.contract import FilteringProviderContract
from tests.providers.wire_anthropic import AnthropicWire


class TestAnthropic(FilteringProviderContract):
    wire = AnthropicWire()
