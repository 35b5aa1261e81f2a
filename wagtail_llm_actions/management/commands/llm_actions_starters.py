"""``llm_actions_starters``: prompt templates to begin with."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from wagtail_llm_actions.configuration.starters import create_missing_starters
from wagtail_llm_actions.prompts.starters import starters


class Command(BaseCommand):
    """Creates what is missing; can be run again."""

    help = "Create the starter prompt templates whose names are not taken yet."

    def add_arguments(self, parser: Any) -> None:
        """Let people look first."""
        parser.add_argument("--list", action="store_true", help="only say which there are")

    def handle(self, *args: Any, **options: Any) -> None:
        """Create them, and say what was done."""
        if options["list"]:
            for starter in starters():
                self.stdout.write(f"{starter.name}: {starter.description}")
            return
        created = create_missing_starters()
        for template in created:
            self.stdout.write(f"Created “{template.name}”.")
        kept = len(starters()) - len(created)
        self.stdout.write(f"{len(created)} created, {kept} left as they are.")
