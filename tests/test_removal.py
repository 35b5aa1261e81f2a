"""The app can be removed from a site, and one that was removed without its tables hurts nobody."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from django.apps import apps
from django.contrib.auth.models import User
from django.db import connection
from django.urls import reverse

from tests import settings as test_settings
from tests.factories import AdminFactory, EditorFactory, LLMActionFactory, LLMRunFactory
from tests.parts.fresh_python import run_python

if TYPE_CHECKING:
    from django.test import Client

    from wagtail_llm_actions.models import LLMRun

APP = "wagtail_llm_actions"
WITHOUT_THE_APP = """
import django

django.setup()

from django.contrib.auth.models import Group, User
from django.core.management import call_command
from django.db import connection, transaction
from wagtail.models import Page

call_command("check")
with transaction.atomic():
    Page.objects.get(title="Harbours").delete()
    User.objects.get(username="ines").delete()
    Group.objects.get(name="Editors of everything").delete()
    connection.check_constraints()
call_command("purge_revisions")
call_command("remove_stale_contenttypes", include_stale_apps=True, interactive=False)
"""


@pytest.fixture
def run() -> LLMRun:
    """Return a run of an action, with everything that it points to."""
    editor = EditorFactory(username="ines")
    llm_action = LLMActionFactory()
    llm_action.groups.add(editor.groups.get())
    llm_action.save()
    template = llm_action.prompt_template
    first = template.save_revision()
    template.save_revision()
    llm_action.save_revision()
    run: LLMRun = LLMRunFactory(
        action=llm_action,
        user=editor,
        prompt_template_revision=first,
        page__title="Harbours",
        succeeded=True,
    )
    return run


def test_no_foreign_key_keeps_a_row_of_another_app() -> None:
    models = apps.get_app_config(APP).get_models(include_auto_created=True)
    constraining = [
        str(field)
        for model in models
        for field in model._meta.local_fields
        if field.remote_field
        and field.remote_field.model._meta.app_label != APP
        and getattr(field, "db_constraint", False)
    ]

    assert constraining == []


@pytest.mark.processes
@pytest.mark.django_db(transaction=True)
def test_a_site_that_dropped_the_app_and_kept_its_tables_goes_on(
    client: Client, run: LLMRun, monkeypatch: pytest.MonkeyPatch
) -> None:
    others = [app for app in test_settings.INSTALLED_APPS if app != APP]
    monkeypatch.setenv("TEST_SETTINGS", json.dumps({"INSTALLED_APPS": others}))
    monkeypatch.setenv("TEST_DATABASE_NAME", str(connection.settings_dict["NAME"]))

    run_python(WITHOUT_THE_APP)

    # Back again, the app finds runs of a user, a page and a version of a template that are gone.
    client.force_login(AdminFactory())
    for name, args in [("history", []), ("history_run", [run.pk])]:
        assert client.get(reverse(f"{APP}:{name}", args=args)).status_code == 200
    assert not User.objects.filter(username="ines").exists()
