"""``llm_actions_budgets``: verify the counters of budgets, and rebuild them."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from wagtail_llm_actions.messages.currency import usd
from wagtail_llm_actions.spending.settlement import settle_left
from wagtail_llm_actions.spending.verification import verify


class Command(BaseCommand):
    """Exit code 1 if a counter is wrong and ``--rebuild`` was not given; safe at any time."""

    help = "Compare what budgets have counted with the runs, and rebuild the counters."

    def add_arguments(self, parser: Any) -> None:
        """Add the option to write."""
        parser.add_argument("--rebuild", action="store_true", help="write the sums of the runs")

    def handle(self, *args: Any, **options: Any) -> None:
        """Print each counter that is wrong.

        Raises:
            CommandError: One is, and stays so.
        """
        settle_left()
        wrong = 0
        for found in verify(rebuild=options["rebuild"]):
            wrong += 1
            self.stdout.write(
                f"{found.period}: {usd(found.counted_usd)} counted, {usd(found.summed_usd)} by its runs."
            )
        if wrong and not options["rebuild"]:
            msg = f"Wrong counters: {wrong}. Correct them with --rebuild."
            raise CommandError(msg)
        self.stdout.write(f"Counters corrected: {wrong}." if wrong else "All counters are right.")
