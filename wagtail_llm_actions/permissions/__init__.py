"""Permission checks: who may edit an object, run an action, see a run or open a screen."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from django.contrib.auth.models import AbstractUser, AnonymousUser

User: TypeAlias = "AbstractUser | AnonymousUser"
"""Whoever a request comes from, whatever the site's ``AUTH_USER_MODEL``."""
