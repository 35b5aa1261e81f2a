"""``llm_actions_person``: what this package stores about a person, and taking their name away."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from django.contrib.auth import get_user_model
from django.core.management.base import BaseCommand, CommandError
from django.core.serializers.json import DjangoJSONEncoder

from wagtail_llm_actions.retention.person import anonymise, personal_data

if TYPE_CHECKING:
    from collections.abc import Iterator

    from wagtail_llm_actions.permissions import User


class Command(BaseCommand):
    """Answers a request for information or for erasure, for one user of the site."""

    help = "List what LLM actions store about a user, export it as JSON, or anonymise it."

    def add_arguments(self, parser: Any) -> None:
        """Add the user, the format, and what to do."""
        parser.add_argument("--user", required=True, help="the name that the user logs in with")
        parser.add_argument(
            "--format",
            choices=["table", "json"],
            default="table",
            help="how many rows there are, by default, or all of them",
        )
        parser.add_argument(
            "--anonymise",
            action="store_true",
            help="take the user's name away, and redact the runs in which they typed an instruction",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Print what is stored, or how many runs were anonymised.

        Raises:
            CommandError: There is no such user.
        """
        model: Any = get_user_model()
        try:
            user = model._default_manager.get_by_natural_key(options["user"])
        except model.DoesNotExist as error:
            msg = f"There is no user {options['user']!r}."
            raise CommandError(msg) from error
        if options["anonymise"]:
            self.stdout.write(f"Runs anonymised: {anonymise(user)}.")
        elif options["format"] == "json":
            for piece in _as_json(user):
                self.stdout.write(piece, ending="")
        else:
            for table in personal_data(user):
                self.stdout.write(f"{table.label}: {sum(1 for _row in table.rows)}")


def _as_json(user: User) -> Iterator[str]:
    """Yield the pieces of one object, a line for each row: there may be too many for the memory."""
    yield f'{{\n"user": {json.dumps(user.get_username())}'
    for table in personal_data(user):
        yield f',\n"{table.name}": ['
        separator = "\n"
        for row in table.rows:
            yield separator + json.dumps(row, cls=DjangoJSONEncoder)
            separator = ",\n"
        yield "\n]"
    yield "\n}\n"
