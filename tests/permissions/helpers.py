"""Locked objects."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.utils import timezone

if TYPE_CHECKING:
    from django.contrib.auth.models import User


def lock(instance: Any, user: User) -> None:
    instance.locked, instance.locked_by, instance.locked_at = True, user, timezone.now()
    instance.save()
