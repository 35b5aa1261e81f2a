"""Admin-defined LLM actions for Wagtail: generate one field's text from another, and review it."""

from __future__ import annotations

__version__ = "0.1.0"
