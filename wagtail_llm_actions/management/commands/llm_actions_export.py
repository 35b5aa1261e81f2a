"""``llm_actions_export``: write actions and prompt templates as JSON, for another environment."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from wagtail_llm_actions.models import LLMAction, PromptTemplate
from wagtail_llm_actions.transfer.fixture import export_fixture


class Command(BaseCommand):
    """Prints the JSON, or writes it to a file."""

    help = "Export all actions and prompt templates as JSON, for llm_actions_import."

    def add_arguments(self, parser: Any) -> None:
        """Add the output file."""
        parser.add_argument(
            "--output", metavar="FILE", help="write to this file instead of printing"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Export all actions and prompt templates.

        Raises:
            CommandError: The file cannot be written.
        """
        if not options["output"]:
            self.stdout.write(export_fixture(), ending="")
            return
        try:
            Path(options["output"]).write_text(export_fixture(), encoding="utf-8")
        except OSError as error:
            msg = f"{options['output']} cannot be written: {error.strerror}."
            raise CommandError(msg) from None
        counts = f"{LLMAction.objects.count()} actions and {PromptTemplate.objects.count()}"
        self.stdout.write(f"{counts} prompt templates written to {options['output']}.")
