"""``llm_actions_import``: import the file of ``llm_actions_export``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.core.management.base import BaseCommand, CommandError

from wagtail_llm_actions.transfer import (
    MAX_BYTES,
    ImportRefused,
    apply_import,
    plan_import,
    read_setup,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from wagtail_llm_actions.transfer import Change, ImportPlan


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
            plan = plan_import(read_setup(_read(options["file"])))
            for line in _lines(plan):
                self.stdout.write(_printable(line))
            for sentence in plan.warnings:
                self.stderr.write(_printable(f"Warning: {sentence}"))
            if plan.problems:
                problems = "\n".join(_printable(problem) for problem in plan.problems)
                msg = f"Nothing was imported.\n{problems}"
                raise CommandError(msg)
            if options["dry_run"]:
                self.stdout.write("Dry run: nothing was changed.")
                return
            apply_import(plan)
        except ImportRefused as error:
            raise CommandError(str(error)) from None
        self.stdout.write(f"{len(plan.created)} created, {len(plan.changed)} changed.")


def _read(name: str) -> bytes:
    try:
        with Path(name).open("rb") as file:
            return file.read(MAX_BYTES + 1)
    except OSError as error:
        msg = f"{name} cannot be read: {error.strerror}."
        raise CommandError(msg) from None


def _lines(plan: ImportPlan) -> Iterator[str]:
    for verb, items in (("Create", plan.created), ("Change", plan.changed)):
        for item in items:
            yield f"{verb}: {item.name}"
            for change in item.changes:
                yield from _change_lines(change)
    yield f"Unchanged: {len(plan.unchanged)}"


def _change_lines(change: Change) -> Iterator[str]:
    old, new = change.old_text.splitlines(), change.new_text.splitlines()
    if len(old) <= 1 and len(new) <= 1:
        before = f"{change.old_text or '(empty)'} → " if change.old is not None else ""
        yield f"  {change.label}: {before}{change.new_text or '(empty)'}"
        return
    yield f"  {change.label}:"
    yield from (f"    - {line}" for line in old)
    yield from (f"    + {line}" for line in new)


def _printable(line: str) -> str:
    """Replace control characters, so that a file cannot send escape sequences to the terminal."""
    return "".join(char if char.isprintable() else "�" for char in line)
