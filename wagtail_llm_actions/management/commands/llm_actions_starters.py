"""``llm_actions_starters``: create the starter prompt templates."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from wagtail_llm_actions.configuration.starters import create_missing_starters, usable_starters


class Command(BaseCommand):
    """Creates the missing ones, so it can be run again."""

    help = "Create the starter prompt templates, except for names that are taken."

    def add_arguments(self, parser: Any) -> None:
        """Add the list."""
        parser.add_argument(
            "--list", action="store_true", help="list the starters without creating any"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Create or list the starters."""
        if options["list"]:
            for starter in usable_starters():
                self.stdout.write(f"{starter.name}: {starter.description}")
            return
        created = create_missing_starters()
        for template in created:
            self.stdout.write(f"Created “{template.name}”.")
        existing = len(usable_starters()) - len(created)
        self.stdout.write(f"{len(created)} created, {existing} unchanged.")
