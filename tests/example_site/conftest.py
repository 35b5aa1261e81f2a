"""A loaded magazine, and a supervisor for trivial parts."""

from __future__ import annotations

from pathlib import Path
from shutil import copy
from typing import TYPE_CHECKING

import pytest
from django.core.management import call_command
from django.db import transaction

from example_site.blog.models import BlogIndexPage
from example_site.supervisor import Supervisor
from tests.factories import JOURNAL

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_django import DjangoDbBlocker

ROOT = Path(__file__).resolve().parent.parent.parent


@pytest.fixture(scope="module")
def loaded_example(
    django_db_setup: None,
    django_db_blocker: DjangoDbBlocker,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Path]:
    """Load the example once; return the file of its passwords."""
    passwords = tmp_path_factory.mktemp("example") / "passwords.json"
    with django_db_blocker.unblock(), transaction.atomic():
        # A site has one when it is new: the example's own.
        BlogIndexPage.objects.get(title=JOURNAL).delete()
        call_command("load_example", passwords=passwords)
        yield passwords
        transaction.set_rollback(True)


@pytest.fixture
def passwords_file(loaded_example: Path, tmp_path: Path) -> Path:
    return Path(copy(loaded_example, tmp_path))


@pytest.fixture
def magazine(loaded_example: Path, db: None) -> None:
    """The example's rows; what a test does to them is undone."""


@pytest.fixture
def sentences() -> list[str]:
    """What the supervisor says."""
    return []


@pytest.fixture
def supervisor(tmp_path: Path, sentences: list[str]) -> Iterator[Supervisor]:
    with Supervisor(folder=ROOT, logs=tmp_path / "log", say=sentences.append) as supervisor:
        yield supervisor
