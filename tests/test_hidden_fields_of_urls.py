"""Every URL of the package, for users whose form hides fields in every way that a form can.

The URLs are those of ``tests/test_permissions_of_urls.py``, which fails for one that is missing.
"""

from __future__ import annotations

import uuid
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

import pytest
from django.contrib.auth.models import Permission
from django.test import Client
from django.urls import reverse

from tests.admin.html import context_of
from tests.editor.actions import action_for
from tests.editor.forms import snippet_edit
from tests.factories import (
    AdminFactory,
    BlogPageFactory,
    DossierFactory,
    EditorFactory,
    LLMBudgetFactory,
    LLMRunFactory,
)
from tests.notices.models import HIDDEN_FIELDS, Dossier
from tests.test_permissions_of_urls import TABLE
from wagtail_llm_actions.models import LLMExport, LLMImport, LLMRun

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from django.contrib.auth.models import User

    from wagtail_llm_actions.models import LLMAction

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("kept_queue")]

SECRET = "Content of_"  # noqa: S105
"""What the content of each hidden field begins with, and all texts of the runs that read it."""
PACKAGE = "wagtail_llm_actions:"

PER_RUN = {
    f"{PACKAGE}{name}"
    for name in ("history_run", "poll_run", "cancel_run", "decide_run", "form_value")
}
PER_FIELD = {
    f"{PACKAGE}{name}" for name in ("start_run", "request_preview", "start_playground_run")
}
EVERY_RIGHT = (
    "view_llmrun",
    "view_usage_llmrun",
    "view_costs",
    "add_llmaction",
    "change_llmaction",
    "add_prompttemplate",
    "change_prompttemplate",
)
ROLES: dict[str, tuple[str, ...]] = {
    "editor": (),
    "section reader": ("view_editable_llmrun",),
    "with every right of the package": EVERY_RIGHT,
}


class Site:
    """A dossier with an action and runs for each of its hidden fields, of everybody and of a user."""

    def __init__(self, user: User, kinds: Sequence[str] = HIDDEN_FIELDS) -> None:
        self.dossier = DossierFactory()
        self.page = BlogPageFactory()
        self.colleague = EditorFactory()
        self.budget = LLMBudgetFactory()
        self.actions: dict[str, LLMAction] = {}
        self.runs: dict[str, LLMRun] = {}
        self.tests: dict[str, LLMRun] = {}
        for kind in kinds:
            text = f"{{{{ input }}}} {{{{ fields.{kind} }}}}"
            self.actions[kind] = action_for(Dossier, text, source="text", destination="headline")
            self.runs[kind] = self.run(kind, user=user)
            self.tests[kind] = self.run(kind, user=user, trigger="test")
            self.run(kind, trigger="bulk")
            self.run(kind, status="failed", error_code="timeout", error_detail=f"{SECRET}{kind}.")
        self.actions["of_nobody"].save_revision()
        self.actions["of_nobody"].prompt_template.save_revision()

    def run(self, kind: str, **values: Any) -> LLMRun:
        texts = dict.fromkeys(
            ("prompt", "system_instructions", "output", "raw_output", "instruction"),
            f"{SECRET}{kind}.",
        )
        run: LLMRun = LLMRunFactory(
            **{"status": "succeeded", "finish_reason": "stop", "action": self.actions[kind]}
            | {"page": self.page}
            | {"target_object_id": str(self.dossier.pk), "target_label": str(self.dossier)}
            | {"read_fields": [kind, "text"], "user": self.colleague}
            | texts
            | values
        )
        return run

    def urls(self, name: str) -> Iterator[tuple[str, str]]:
        """Yield the address of a view, with the name of a hidden field: once, or for each of them."""
        namespace, _, view = name.rpartition(":")
        if name == f"{PACKAGE}usage_export":
            for table in ("runs", "costs", "error-patterns"):
                yield reverse(name, args=[table]), "of_nobody"
        elif name == f"{PACKAGE}poll_playground_run":
            yield from ((reverse(name, args=[run.pk]), kind) for kind, run in self.tests.items())
        elif name in PER_RUN:
            yield from ((reverse(name, args=[run.pk]), kind) for kind, run in self.runs.items())
        elif name == f"{PACKAGE}import_progress":
            yield reverse(name, args=[LLMImport.objects.create(total=300).pk]), "of_nobody"
        elif name in {f"{PACKAGE}export_progress", f"{PACKAGE}download_export"}:
            yield reverse(name, args=[LLMExport.objects.create(status="done").pk]), "of_nobody"
        elif name in PER_FIELD:
            yield from ((reverse(name), kind) for kind in self.actions)
        else:
            yield reverse(name, args=self.arguments(namespace, view)), "of_nobody"

    def arguments(self, namespace: str, view: str) -> list[Any]:
        if namespace.endswith("_budgets"):
            return [] if view in {"index", "index_results", "add"} else [self.budget.pk]
        if namespace.endswith("_budget_users"):
            return [AdminFactory().pk] if view == "chosen" else []
        instance: Any = self.actions["of_nobody"]
        if not namespace.endswith(("action", "_actions")):
            instance = instance.prompt_template
        if namespace == "wagtail_llm_actions" or view in {
            *("list", "list_results", "add", "choose", "choose_results", "chosen_multiple"),
            "create",
        }:
            return []
        if view == "revisions_revert":
            return [instance.pk, instance.latest_revision_id]
        if view == "revisions_compare":
            return [instance.pk, "earliest", "live"]
        return [instance.pk]

    def data(self, kind: str) -> dict[str, Any]:
        address = snippet_edit(self.dossier)
        llm_action = self.actions[kind]
        return {
            "form_action": address,
            "llm-actions-form-action": address,
            "llm-actions-action": llm_action.pk,
            "llm-actions-request-id": uuid.uuid4(),
            "headline": "Tides",
            "text": "The ferry leaves at seven.",
            "model_type": llm_action.model_type_id,
            "destination": "headline",
            "source": "text",
            "prompt_template": llm_action.prompt_template_id,
            "model": "scripted",
            "temperature": "0.7",
            "max_tokens": "100",
            "test_input": "Typed.",
            "decision": "accept",
        }


def told(site: Site, client: Client) -> dict[str, str]:
    """Return everything that each URL answers, in one text, and the pages that they lead to.

    These are asked for once, after all others: with what has changed, and with every message.
    """
    found = {}
    destinations: set[str] = set()
    for name, (method, _outcomes) in TABLE.items():
        send = getattr(client, method.lower())
        data = {"export": "csv"} if name == f"{PACKAGE}usage_export" else None
        answers = [send(url, data or site.data(kind)) for url, kind in site.urls(name)]
        destinations |= {answer.url for answer in answers if answer.status_code == HTTPStatus.FOUND}
        found[name] = " ".join(answer.getvalue().decode() for answer in answers)
    for url in sorted(destinations):
        answer = client.get(url, follow=True)
        assert answer.status_code == HTTPStatus.OK
        found[url] = answer.getvalue().decode()
    return found


def client_of(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


@pytest.mark.parametrize("role", ROLES)
def test_no_url_tells_what_the_form_hides(role: str) -> None:
    user = EditorFactory()
    user.user_permissions.set(Permission.objects.filter(codename__in=ROLES[role]))
    site = Site(user)
    before = set(LLMRun.objects.values_list("pk", flat=True))

    found = told(site, client_of(user))

    assert [name for name, text in found.items() if SECRET in text] == []
    started = LLMRun.objects.exclude(pk__in=before)
    assert not [run.prompt for run in started if SECRET in run.prompt]
    assert not LLMRun.objects.exclude(decision="none").exists()


def test_those_who_see_the_fields_are_told() -> None:
    admin = AdminFactory()
    site = Site(admin)

    found = told(site, client_of(admin))

    telling = {"history_run", "previous_texts", "side_panel", "poll_run", "decide_run"}
    telling |= {"cancel_run", "poll_playground_run", "usage_export"}
    assert {name for name, text in found.items() if SECRET in text} >= {
        f"{PACKAGE}{name}" for name in telling
    }


@pytest.mark.parametrize("codename", ["view_llmrun", "view_editable_llmrun"])
def test_no_search_finds_what_the_form_hides(codename: str) -> None:
    user, admin = EditorFactory(), AdminFactory()
    user.user_permissions.add(Permission.objects.get(codename=codename))
    site = Site(admin)
    site.run("of_tab", read_fields=["text"], prompt=f"{SECRET}text.")
    url, query = reverse(f"{PACKAGE}history"), {"text": SECRET}

    assert len(context_of(client_of(admin).get(url, query))["object_list"]) > 1
    (run,) = context_of(client_of(user).get(url, query))["object_list"]
    assert run.read_fields == ["text"]
