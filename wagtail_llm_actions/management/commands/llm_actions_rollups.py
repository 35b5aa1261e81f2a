"""``llm_actions_rollups``: build the rollups of the reports, or compare them with the runs."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from wagtail_llm_actions.reporting.rollups import differences, rebuild, refresh


class Command(BaseCommand):
    """Without an option, does at once what workers and the reports do bit by bit; safe at any time."""

    help = "Build the rollups of LLM runs that are missing or stale."

    def add_arguments(self, parser: Any) -> None:
        """Add what to do instead."""
        choice = parser.add_mutually_exclusive_group()
        choice.add_argument(
            "--verify",
            action="store_true",
            help="compare the rollups with the runs; change nothing",
        )
        choice.add_argument("--rebuild", action="store_true", help="build all rollups anew")

    def handle(self, *args: Any, **options: Any) -> None:
        """Print how many days, and sums of several days, were built or are wrong.

        Raises:
            CommandError: A rollup is not the sum of its runs.
        """
        if options["verify"]:
            wrong = [f"{span.start} ({span.days} days)" for span in differences()]
            if wrong:
                msg = f"Not the sums of their runs: {', '.join(wrong)}. Run it with --rebuild."
                raise CommandError(msg)
            self.stdout.write("All rollups are the sums of their runs.")
            return
        count = rebuild() if options["rebuild"] else refresh()
        self.stdout.write(f"Built: {count}.")
