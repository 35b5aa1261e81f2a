"""Ollama through its native API, with ``httpx``."""

from __future__ import annotations

from wagtail_llm_actions.providers.ollama.provider import OllamaProvider

__all__ = ["OllamaProvider"]
