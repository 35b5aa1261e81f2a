"""An admin at a browser."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.factories import AdminFactory

if TYPE_CHECKING:
    from django.contrib.auth.models import User
    from django.test import Client


@pytest.fixture
def admin(db: None, client: Client) -> User:
    """Return the user whom ``client`` is logged in as."""
    user: User = AdminFactory.create()
    client.force_login(user)
    return user
