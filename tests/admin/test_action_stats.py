"""The recent runs of each action in the list of actions."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from tests.admin.html import context_of
from tests.factories import LLMActionFactory, LLMRunFactory

if TYPE_CHECKING:
    from django.contrib.auth.models import User
    from django.test import Client

pytestmark = pytest.mark.django_db
LIST = reverse("wagtail_llm_actions_actions:list")


def test_an_action_is_listed_with_its_runs_of_thirty_days(client: Client, admin: User) -> None:
    llm_action, unused = LLMActionFactory(label="A"), LLMActionFactory(label="B")
    last = LLMRunFactory(action=llm_action, succeeded=True)
    LLMRunFactory(action=llm_action, status="failed", error_code="timeout")
    LLMRunFactory(action=llm_action, status="failed", error_code="limit_reached")
    LLMRunFactory(action=llm_action, status="failed", error_code="nothing_to_change")
    LLMRunFactory(action=llm_action, succeeded=True, trigger="bulk")
    LLMRunFactory(action=llm_action, succeeded=True, trigger="test")
    LLMRunFactory(action=unused, queued_at=timezone.now() - timedelta(days=31))
    type(last).objects.filter(pk=last.pk).update(queued_at=timezone.now())

    listed = context_of(client.get(LIST))["object_list"]

    assert [(each.recent_runs, each.recent_succeeded, each.recent_failed) for each in listed] == [
        (5, 2, 1),
        (0, 0, 0),
    ]
    last.refresh_from_db()
    assert listed[0].last_run_at == last.queued_at
    assert listed[1].last_run_at < timezone.now() - timedelta(days=30)


@pytest.mark.usefixtures("menu")
def test_the_list_of_actions_takes_the_same_queries_however_many_there_are(
    client: Client, admin: User
) -> None:
    LLMRunFactory()
    client.get(LIST)
    with CaptureQueriesContext(connection) as few:
        client.get(LIST)
    LLMRunFactory.create_batch(4)

    with CaptureQueriesContext(connection) as many:
        client.get(LIST)

    assert len(many) == len(few) <= 15
