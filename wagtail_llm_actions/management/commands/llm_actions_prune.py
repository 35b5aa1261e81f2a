"""``llm_actions_prune``: redact old texts and delete old runs now, without waiting for a worker."""

from __future__ import annotations

import time
from collections import Counter
from typing import TYPE_CHECKING, Any

from django.core.management.base import BaseCommand, CommandError

from wagtail_llm_actions.retention.prune import Periods, due_work, prune

if TYPE_CHECKING:
    from collections.abc import Callable

    from wagtail_llm_actions.retention.work import Work

PROGRESS_SECONDS = 5.0
NOTHING = {("redact", "run"): 0, ("delete", "run"): 0, ("anonymise", "run"): 0}
"""Numbers of rows, by the verb and the noun of their work."""


class Command(BaseCommand):
    """Does at once what workers do bit by bit; safe at any time, also twice at once."""

    help = "Redact, delete and anonymise LLM runs, as RETENTION, the actions and deletions say."

    def add_arguments(self, parser: Any) -> None:
        """Add other periods than those of the settings, and the dry run."""
        parser.add_argument(
            "--days", type=int, help="redact texts after so many days, whatever the settings say"
        )
        parser.add_argument(
            "--delete-days", type=int, help="delete runs after so many days, whatever they say"
        )
        parser.add_argument("--dry-run", action="store_true", help="only count what is due")

    def handle(self, *args: Any, **options: Any) -> None:
        """Print how many runs were redacted and deleted, and every few seconds how far it is.

        Reservations are named only where there were any.
        """
        works = due_work(_given(options))
        if options["dry_run"]:
            due = Counter(NOTHING)
            for work in works:
                if count := work.due().count():
                    due[work.verb, work.noun] += count
            self.stdout.write(f"Would {_said(due, str)}.")
            return
        done, printed_at = Counter(NOTHING), time.monotonic()

        def progress(work: Work, count: int) -> None:
            nonlocal printed_at
            done[work.verb, work.noun] += count
            if time.monotonic() - printed_at >= PROGRESS_SECONDS:
                printed_at = time.monotonic()
                self.stdout.write(f"So far: {_said(done, _past)}.")

        prune(works, progress=progress)
        self.stdout.write(f"Done: {_said(done, _past)}.")


def _said(counts: Counter[tuple[str, str]], form: Callable[[str], str]) -> str:
    *others, last = [
        f"{form(verb)} {count:,} {noun if count == 1 else f'{noun}s'}"
        for (verb, noun), count in counts.items()
    ]
    return f"{', '.join(others)} and {last}"


def _past(verb: str) -> str:
    return f"{verb.removesuffix('e')}ed"


def _given(options: dict[str, Any]) -> Periods | None:
    days, delete_days = options["days"], options["delete_days"]
    if any(number is not None and number < 1 for number in (days, delete_days)):
        msg = "Days are whole numbers above 0."
        raise CommandError(msg)
    if days is None and delete_days is None:
        return None
    return Periods(redact_after_days=days, delete_after_days=delete_days)
