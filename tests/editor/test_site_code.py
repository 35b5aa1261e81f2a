"""An exception in code of the site is a sentence for the editor, and an entry in the log."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any

import pytest
from django.contrib.auth.models import Permission
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.urls import reverse

from tests.editor.actions import action_for
from tests.editor.forms import snippet_edit
from tests.factories import AdminFactory, EditorFactory, LLMRunFactory
from tests.notices.models import Harbour
from wagtail_llm_actions.models import LLMRun

if TYPE_CHECKING:
    from django.test import Client

pytestmark = pytest.mark.django_db

SENTENCE = "Something went wrong on the server. Try again, or tell your admin."


@pytest.fixture
def admin_client(client: Client) -> Client:
    """Return a client that answers as a server does where a view fails."""
    client.force_login(AdminFactory())
    client.raise_request_exception = False
    return client


def posted(client: Client, text: str) -> Any:
    llm_action = action_for(Harbour, destination="text", source="text")
    data = {
        "llm-actions-action": llm_action.pk,
        "llm-actions-form-action": snippet_edit(Harbour.objects.create(name="Brest")),
        "llm-actions-request-id": uuid.uuid4(),
        "name": "Brest",
        "text": text,
    }
    return client.post(reverse("wagtail_llm_actions:start_run"), data)


def test_an_exception_in_clean_is_told_and_logged(
    admin_client: Client, caplog: pytest.LogCaptureFixture
) -> None:
    response = posted(admin_client, "Fail in clean")

    assert (response.status_code, response.json()["error"]["message"]) == (500, SENTENCE)
    assert not LLMRun.objects.exists()
    (entry,) = [record for record in caplog.records if record.name == "django.request"]
    assert entry.getMessage() == "Internal Server Error: /admin/llm/runs/"
    assert entry.exc_info
    assert entry.exc_info[0] is ZeroDivisionError


@pytest.mark.parametrize("endpoint", ["offers", "previous_texts", "side_panel"])
def test_an_exception_in_the_code_of_a_form_is_told(
    admin_client: Client, caplog: pytest.LogCaptureFixture, endpoint: str
) -> None:
    harbour = Harbour.objects.create(name="Fail in the form")
    # Without any, nothing asks the form.
    LLMRunFactory(
        action=action_for(Harbour, destination="text", source="text"),
        target_object_id=harbour.pk,
        succeeded=True,
    )

    response = admin_client.get(
        reverse(f"wagtail_llm_actions:{endpoint}"), {"form_action": snippet_edit(harbour)}
    )

    assert (response.status_code, response.json()["error"]["message"]) == (500, SENTENCE)
    assert "ZeroDivisionError" in caplog.text


def test_the_history_outlives_it_and_shows_no_text(
    client: Client, caplog: pytest.LogCaptureFixture
) -> None:
    reader = EditorFactory()
    reader.user_permissions.add(*Permission.objects.filter(codename="view_llmrun"))
    client.force_login(reader)
    harbour = Harbour.objects.create(name="Fail in the form")
    run = LLMRunFactory(
        action=action_for(Harbour, destination="text", source="text"),
        target_object_id=harbour.pk,
        succeeded=True,
    )

    page = client.get(reverse("wagtail_llm_actions:history_run", args=[run.pk]))

    assert page.status_code == 200
    assert run.output not in page.content.decode()
    assert "ZeroDivisionError" in caplog.text


def test_a_right_that_the_sites_code_denies_is_no_defect(
    admin_client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Harbour, "mistake", PermissionDenied)

    response = posted(admin_client, "Fail in clean")

    assert (response.status_code, response.json()["error"]["code"]) == (403, "permission_denied")


def test_a_request_that_fails_changes_nothing_where_requests_are_transactions(
    admin_client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(connection.settings_dict, "ATOMIC_REQUESTS", True)
    harbour = Harbour.objects.create(name="Fail in the form", text="As it was")

    admin_client.get(reverse("wagtail_llm_actions:offers"), {"form_action": snippet_edit(harbour)})

    harbour.refresh_from_db()
    assert harbour.text == "As it was"
