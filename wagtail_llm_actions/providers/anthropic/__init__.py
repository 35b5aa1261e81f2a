"""Anthropic, and servers that speak its messages protocol, through the ``anthropic`` SDK."""

from __future__ import annotations

from wagtail_llm_actions.providers.anthropic.provider import AnthropicProvider

__all__ = ["AnthropicProvider"]
