"""An editor at a browser, with runs that wait until the test executes them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.factories import EditorFactory

if TYPE_CHECKING:
    from django.contrib.auth.models import User
    from django.test import Client


@pytest.fixture(autouse=True)
def _kept_runs(kept_queue: object) -> None:
    """Let no test of an endpoint start a thread."""


@pytest.fixture
def editor(db: None, client: Client) -> User:
    """Return the user whom ``client`` is logged in as."""
    user: User = EditorFactory.create()
    client.force_login(user)
    return user
