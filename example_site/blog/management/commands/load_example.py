"""``manage.py load_example``: everything that the example site needs in its database."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser
from django.urls import reverse
from wagtail.models import Locale

from example_site.blog.loading.actions import load_actions
from example_site.blog.loading.pages import load_german_pages, load_pages, set_address
from example_site.blog.loading.pictures import load_pictures
from example_site.blog.loading.tables import create_tables
from example_site.blog.loading.users import load_users
from example_site.blog.models import BlogPage


class Command(BaseCommand):
    """Says how far it is on the standard error, and what to do next on the standard output."""

    help = "Fills the example site. Run again, it leaves what is there."

    def add_arguments(self, parser: CommandParser) -> None:
        """Add the options."""
        parser.add_argument("--migrate", action="store_true", help="create the tables first")
        parser.add_argument(
            "--passwords",
            type=Path,
            help="the file that keeps the passwords; by default it is in the site's data folder",
        )

    def handle(self, *_args: Any, migrate: bool, passwords: Path | None, **_options: Any) -> None:
        """Load what is missing, then print the log-ins and the first step."""
        self.stderr.style_func = None
        if migrate:
            create_tables(self.stderr.write)
        if load_pages():
            self.stderr.write("Wrote the magazine.")
        if load_german_pages():
            self.stderr.write("Translated a part of it into German.")
        if load_pictures():
            self.stderr.write("Drew images without alternative texts.")
        if load_actions():
            self.stderr.write("Added prompt templates and actions.")
        set_address()
        logins = load_users(passwords or settings.DATA_DIR / "passwords.json")
        for name, password in logins.items():
            self.stdout.write(f"{name} / {password}")
        self.stdout.write(f"\n{first_step()}")


def first_step() -> str:
    """Return what to click first: a post that has an introduction and no summary."""
    posts = BlogPage.newest().filter(locale=Locale.get_default())
    post = posts.filter(summary="").first() or posts.first()
    if post is None:
        return "There is no post any more. Write one with an introduction, then look below its summary."
    address = settings.WAGTAILADMIN_BASE_URL + reverse("wagtailadmin_pages:edit", args=[post.pk])
    return (
        f"Open the post “{post.title}”, which has no summary yet:\n{address}\n"
        "and click Generate below the summary. What you get, you may change before you accept it."
    )
