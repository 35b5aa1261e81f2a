"""The two people who can log in, and what the editor may do."""

from __future__ import annotations

import json
import secrets
import string
from typing import TYPE_CHECKING

from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group, Permission
from django.db import transaction
from wagtail.models import GroupPagePermission

from example_site.blog.models import HomePage

if TYPE_CHECKING:
    from pathlib import Path

NAMES = {"admin": "Ada", "editor": "Edith"}
# Without the letters that look like others.
PASSWORD_CHARACTERS = "".join(sorted(set(string.ascii_letters + string.digits) - set("0O1lI")))
PASSWORD_LENGTH = 14


@transaction.atomic
def load_users(passwords_file: Path) -> dict[str, str]:
    """Create the users who are missing; return all passwords.

    The passwords are random and kept in the file, so that each start can show them again. Without
    the file the users get new ones.
    """
    group = _editors()
    is_new_file = not passwords_file.exists()
    passwords = _read_or_make(passwords_file)
    for username, password in passwords.items():
        is_admin = username == "admin"
        user, is_new = get_user_model().objects.get_or_create(
            username=username,
            defaults={
                "email": f"{username}@example.com",
                "first_name": NAMES[username],
                "is_staff": is_admin,
                "is_superuser": is_admin,
            },
        )
        if is_new or is_new_file:
            user.set_password(password)
            user.save()
        if not is_admin:
            user.groups.add(group)
    return passwords


def _read_or_make(file: Path) -> dict[str, str]:
    if not file.exists():
        made = {
            name: "".join(secrets.choice(PASSWORD_CHARACTERS) for _ in range(PASSWORD_LENGTH))
            for name in NAMES
        }
        file.parent.mkdir(parents=True, exist_ok=True)
        file.touch(mode=0o600)
        file.write_text(json.dumps(made), encoding="utf-8")
    passwords: dict[str, str] = json.loads(file.read_text(encoding="utf-8"))
    return passwords


def _editors() -> Group:
    """Return the group that writes and publishes below the front pages, and edits authors."""
    group, _created = Group.objects.get_or_create(name="Editors")
    admin = Permission.objects.get(content_type__app_label="wagtailadmin", codename="access_admin")
    authors = Permission.objects.filter(
        content_type__app_label="blog", codename__endswith="_author"
    )
    group.permissions.add(admin, *authors)
    for action in ("add", "change", "publish"):
        permission = Permission.objects.get(
            content_type__app_label="wagtailcore", codename=f"{action}_page"
        )
        for home in HomePage.objects.all():
            GroupPagePermission.objects.get_or_create(group=group, page=home, permission=permission)
    return group
