"""``llm_actions_import``: what ``llm_actions_export`` wrote on another environment."""

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
    """Shows what would change, then applies it; all of it, or nothing."""

    help = "Import actions and prompt templates; creates and changes, and deletes nothing."

    def add_arguments(self, parser: Any) -> None:
        """Let people look first."""
        parser.add_argument("file", help="the JSON that llm_actions_export wrote")
        parser.add_argument("--dry-run", action="store_true", help="only show what would change")

    def handle(self, *args: Any, **options: Any) -> None:
        """Import.

        Raises:
            CommandError: The file cannot be read, or does not fit here; nothing was written.
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
                self.stdout.write("Nothing was written, because of --dry-run.")
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
    """Take the power from control characters: a file must not steer the terminal."""
    return "".join(char if char.isprintable() else "�" for char in line)
