"""OpenAI, and servers that speak its chat completions protocol, through the ``openai`` SDK."""

from __future__ import annotations

from wagtail_llm_actions.providers.openai.provider import OpenAIProvider

__all__ = ["OpenAIProvider"]
