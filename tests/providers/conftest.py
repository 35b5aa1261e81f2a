"""Let the shared contract's assertions explain themselves like those of test modules."""

from __future__ import annotations

import pytest

pytest.register_assert_rewrite(
    "tests.providers.contract",
    "tests.providers.wire_anthropic",
    "tests.providers.wire_ollama",
    "tests.providers.wire_openai",
)
