"""Every URL of the package that shows money, for users with every right but that to see costs."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest
from django.contrib.auth.models import Permission
from django.urls import reverse

from tests.editor.forms import snippet_edit
from tests.factories import EditorFactory, LLMAttemptFactory
from tests.test_hidden_fields_of_urls import PACKAGE, Site, client_of, told
from wagtail_llm_actions.models import LLMRun

if TYPE_CHECKING:
    from django.contrib.auth.models import User

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("kept_queue")]

COST = Decimal("765432.10")
COST_AS_SHOWN = re.compile(r"765[.,]?432|\d[.,]?\d{3}[.,]?\d{3}[.,]\d\d")
"""That of a run, or of all together, which cost some million dollars."""
USAGE_TABLES = ("runs", "costs", "actions", "models", "users", "page-types", "errors")


def user_with_all_but(*codenames: str) -> User:
    user: User = EditorFactory()
    rights = Permission.objects.filter(content_type__app_label="wagtail_llm_actions")
    user.user_permissions.set(rights.exclude(codename__in=codenames))
    return user


def shown(user: User) -> set[str]:
    """Return which URLs show what runs have cost, those of exports and of Wagtail's screens too."""
    # What hides a field decides nothing about costs.
    site = Site(user, ["of_nobody"])
    for run in LLMRun.objects.all():
        LLMAttemptFactory(run=run, cost_usd=COST)
    # All are of this user, who sees what they were made from.
    LLMRun.objects.update(
        user=user, read_fields=["text"], cost_usd=COST, estimated_cost_usd=COST, input_tokens=1
    )
    client = client_of(user)
    found = told(site, client)
    history, usage = reverse(f"{PACKAGE}history"), reverse(f"{PACKAGE}usage")
    more = {
        "home": reverse("wagtailadmin_home"),
        "edit form": snippet_edit(site.dossier),
        "history.csv": f"{history}?export=csv",
        "history by cost": f"{history}?cost=known&ordering=cost_usd",
        "usage of a year": f"{usage}?days=365",
        **{
            f"{table}.csv": f"{reverse(f'{PACKAGE}usage_export', args=[table])}?export=csv"
            for table in USAGE_TABLES
        },
    }
    found |= {name: client.get(url).getvalue().decode() for name, url in more.items()}
    return {name for name, text in found.items() if COST_AS_SHOWN.search(text)}


def test_no_url_shows_what_runs_have_cost_to_those_who_may_not_see_costs() -> None:
    assert shown(user_with_all_but("view_costs")) == set()


def test_those_who_may_see_costs_read_them() -> None:
    views = {"history_run", "usage", "poll_run", "previous_texts", "side_panel"}
    views |= {"poll_playground_run"}
    screens = {
        "home",
        "history by cost",
        "history.csv",
        "costs.csv",
        "actions.csv",
        "models.csv",
        "users.csv",
    }
    assert shown(user_with_all_but()) >= {f"{PACKAGE}{view}" for view in views} | screens
