"""A loaded magazine, and a supervisor for trivial parts."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from django.core.management import call_command

from example_site.supervisor import Supervisor

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parent.parent.parent


@pytest.fixture
def passwords_file(tmp_path: Path) -> Path:
    return tmp_path / "passwords.json"


@pytest.fixture
def magazine(db: None, passwords_file: Path) -> None:
    call_command("load_example", passwords=passwords_file)


@pytest.fixture
def sentences() -> list[str]:
    """What the supervisor says."""
    return []


@pytest.fixture
def supervisor(tmp_path: Path, sentences: list[str]) -> Iterator[Supervisor]:
    with Supervisor(folder=ROOT, logs=tmp_path / "log", say=sentences.append) as supervisor:
        yield supervisor
