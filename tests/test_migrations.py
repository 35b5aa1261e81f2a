"""The migrations match the models and run both ways, on each Wagtail and each database."""

from __future__ import annotations

import pytest
from django.core.management import call_command
from django.db import connection

from tests.factories import EditorFactory, LLMRunFactory

APPS = ["wagtail_llm_actions", "blog"]


@pytest.mark.django_db
@pytest.mark.parametrize("app", APPS)
def test_no_migration_is_missing(app: str) -> None:
    call_command("makemigrations", app, check_changes=True, dry_run=True)


@pytest.mark.django_db(transaction=True)
def test_the_migrations_run_backward_and_forward_again() -> None:
    llm_action = LLMRunFactory(succeeded=True).action
    llm_action.groups.add(EditorFactory().groups.get())
    llm_action.save()
    call_command("migrate", "wagtail_llm_actions", "zero", verbosity=0)
    without = set(connection.introspection.table_names())

    call_command("migrate", "wagtail_llm_actions", verbosity=0)

    added = set(connection.introspection.table_names()) - without
    assert added
    assert all(table.startswith("wagtail_llm_actions_") for table in added)
