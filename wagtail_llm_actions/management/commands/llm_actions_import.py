"""``llm_actions_import``: import the file of ``llm_actions_export``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.core.management.base import BaseCommand, CommandError

from wagtail_llm_actions.transfer.fixture import MAX_BYTES, TransferError, read_fixture
from wagtail_llm_actions.transfer.plan import apply_import, plan_import

if TYPE_CHECKING:
    from collections.abc import Iterator

    from wagtail_llm_actions.transfer.plan import Change, ImportPlan


class Command(BaseCommand):
    """Prints the changes, then applies all of them in one transaction, or none."""

    help = "Import actions and prompt templates. Creates and changes them; deletes nothing."

    def add_arguments(self, parser: Any) -> None:
        """Add the file and the dry run."""
        parser.add_argument("file", help="the JSON file that llm_actions_export wrote")
        parser.add_argument(
            "--dry-run", action="store_true", help="show the changes without applying them"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Import the file.

        Raises:
            CommandError: The file cannot be read, or does not fit this site; nothing was changed.
        """
        try:
            plan = plan_import(read_fixture(_read(options["file"])))
            for line in _lines(plan):
                self.stdout.write(_printable(line))
            for warning in plan.warnings:
                self.stderr.write(_printable(f"Warning: {warning}"))
            if plan.problems:
                lines = ["Nothing was imported.", *map(_printable, plan.problems)]
                raise CommandError("\n".join(lines))
            if options["dry_run"]:
                self.stdout.write("Dry run: nothing was changed.")
                return
            apply_import(plan)
        except TransferError as error:
            raise CommandError(str(error)) from None
        self.stdout.write("{created} created, {changed} changed.".format(**plan.counts))


def _read(name: str) -> bytes:
    try:
        with Path(name).open("rb") as file:
            return file.read(MAX_BYTES + 1)
    except OSError as error:
        msg = f"{name} cannot be read: {error.strerror}."
        raise CommandError(msg) from None


def _lines(plan: ImportPlan) -> Iterator[str]:
    for write in plan.writes:
        yield f"{'Create' if write.is_new else 'Change'}: {write.name}"
        for change in write.changes:
            yield from _change_lines(change, is_new=write.is_new)
    yield f"Unchanged: {plan.unchanged}"


def _change_lines(change: Change, *, is_new: bool) -> Iterator[str]:
    old, new = change.old.splitlines(), change.new.splitlines()
    if len(old) <= 1 and len(new) <= 1:
        before = "" if is_new else f"{change.old or '(empty)'} → "
        yield f"  {change.label}: {before}{change.new or '(empty)'}"
        return
    yield f"  {change.label}:"
    yield from (f"    - {line}" for line in old)
    yield from (f"    + {line}" for line in new)


def _printable(line: str) -> str:
    """Replace control characters, so that a file cannot send escape sequences to the terminal."""
    return "".join(char if char.isprintable() else "�" for char in line)
