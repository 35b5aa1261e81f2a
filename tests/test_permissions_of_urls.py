"""Every URL of the package, for everybody: a URL that is not in this table fails the test."""

from __future__ import annotations

import json
import uuid
from typing import TYPE_CHECKING, Any

import pytest
from django.contrib.auth.models import Permission
from django.test import Client
from django.urls import URLResolver, get_resolver, reverse

from tests.factories import (
    AdminFactory,
    BlogPageFactory,
    EditorFactory,
    LLMActionFactory,
    LLMBudgetFactory,
    LLMRunFactory,
    PromptTemplateFactory,
    UserFactory,
)
from wagtail_llm_actions.admin.exports.rights import rights_of
from wagtail_llm_actions.models import (
    LLMAction,
    LLMBudget,
    LLMExport,
    LLMImport,
    LLMRun,
    PromptTemplate,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from django.contrib.auth.models import User
    from django.http import HttpResponse

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("kept_queue")]

# A redirect to the log-in, or with a message to the admin's front page.
LOGIN, HOME = "/admin/login/", "/admin/"
MODELS = "/admin/llm/models/"

ROLES: dict[str, tuple[Any, tuple[str, ...]]] = {
    "visitor": (UserFactory, ()),
    "guest": (UserFactory, ("access_admin",)),
    "editor": (EditorFactory, ()),
    "section reader": (EditorFactory, ("view_editable_llmrun",)),
    "usage reader": (UserFactory, ("access_admin", "view_usage_llmrun")),
    "cost reader": (UserFactory, ("access_admin", "view_costs")),
    "reader": (UserFactory, ("access_admin", "view_llmrun")),
    "tester": (UserFactory, ("access_admin", "change_llmaction")),
    "author": (UserFactory, ("access_admin", "change_prompttemplate")),
    "budget manager": (UserFactory, ("access_admin", "change_llmbudget")),
    "admin": (AdminFactory, ()),
}
"""How to make a user of each role, and with which rights; all but a visitor may enter the admin."""

Outcomes = dict[str, str | int]


def outcomes(otherwise: str | int, **found: str | int) -> Outcomes:
    """Return what each role gets; of a role that is not named, ``otherwise``."""
    named = {role.replace("_", " "): outcome for role, outcome in found.items()}
    return {"anonymous": LOGIN, "visitor": LOGIN} | {
        role: named.get(role, otherwise) for role in ROLES if role != "visitor"
    }


FOR_ADMINS = outcomes(HOME, admin=200)
FOR_READERS = outcomes(HOME, section_reader=200, reader=200, admin=200)
FOR_USAGE = outcomes(HOME, usage_reader=200, reader=200, admin=200)
FOR_MODELS = outcomes(HOME, tester=200, admin=200)
FOR_TESTERS = outcomes(403, tester=200, admin=200)
FOR_AUTHORS = outcomes(403, author=200, admin=200)
FOR_BUDGETS = outcomes(HOME, budget_manager=200, admin=200)
FOR_EDITORS = outcomes(403, editor=200, section_reader=200, admin=200)
# The run of the editor; others read it in the history.
FOR_ITS_USER = outcomes(403, editor=200)
# Wagtail lets everybody in its admin choose a snippet, and shows no more of it than its name.
FOR_ALL = outcomes(200)

OWN_URLS: dict[str, tuple[str, Outcomes]] = {
    "history": ("GET", FOR_READERS),
    "history_results": ("GET", FOR_READERS),
    "history_run": ("GET", FOR_READERS),
    "usage": ("GET", FOR_USAGE),
    # Of costs, which few may see.
    "usage_export": ("GET", outcomes(HOME, usage_reader=404, reader=404, admin=200)),
    "getting_started": ("GET", FOR_ADMINS),
    # Without a type it shows the form again.
    "create_first_action": ("POST", FOR_ADMINS),
    "create_starters": ("POST", outcomes(HOME, admin="/admin/llm/getting-started/")),
    "models": ("GET", FOR_MODELS),
    "check_models": ("POST", outcomes(HOME, tester=MODELS, admin=MODELS)),
    "retry_now": ("POST", outcomes(HOME, tester=MODELS, admin=MODELS)),
    "export": ("GET", FOR_ADMINS),
    "import": ("GET", FOR_ADMINS),
    "import_progress": ("GET", FOR_ADMINS),
    # Of their own files; these are the reader's.
    "exports": ("GET", FOR_ALL),
    "export_progress": ("GET", outcomes(404, reader=200)),
    "download_export": ("GET", outcomes(404, reader=200)),
    "validate_prompt_template": ("POST", FOR_AUTHORS),
    # Of a page that an author may not edit.
    "preview_prompt_template": ("POST", outcomes(403, admin=200)),
    "action_fields": ("GET", FOR_TESTERS),
    "start_playground_run": ("POST", outcomes(403, tester=202, admin=202)),
    "poll_playground_run": ("GET", outcomes(403)),
    # Without a right it offers nothing.
    "offers": ("GET", FOR_ALL),
    "previous_texts": ("GET", FOR_EDITORS),
    "side_panel": ("GET", FOR_EDITORS),
    "request_preview": ("POST", FOR_EDITORS),
    "start_run": ("POST", outcomes(403, editor=202, section_reader=202, admin=202)),
    "poll_run": ("GET", FOR_ITS_USER),
    "cancel_run": ("POST", FOR_ITS_USER),
    "decide_run": ("POST", FOR_ITS_USER),
    # Of any text that they may propose again; the field of this one takes the text itself.
    "form_value": ("POST", outcomes(403, editor=400, section_reader=400, admin=400)),
}


def snippet_urls(manager: str) -> dict[str, tuple[str, Outcomes]]:
    """Return the URLs of a kind of snippet that admins manage, and that one role may change."""
    changed = outcomes(HOME, **{manager: 200, "admin": 200})
    return {
        "list": ("GET", changed),
        "list_results": ("GET", changed),
        "add": ("GET", FOR_ADMINS),
        "edit": ("GET", changed),
        "delete": ("GET", FOR_ADMINS),
        "copy": ("GET", FOR_ADMINS),
        "usage": ("GET", changed),
        "history": ("GET", changed),
        "history_results": ("GET", changed),
        "revisions_revert": ("GET", changed),
        "revisions_compare": ("GET", changed),
    }


CHOOSER_URLS: dict[str, tuple[str, Outcomes]] = {
    "choose": ("GET", FOR_ALL),
    "choose_results": ("GET", FOR_ALL),
    "chosen": ("GET", FOR_ALL),
    "chosen_multiple": ("GET", FOR_ALL),
    "create": ("GET", FOR_ADMINS),
}
BUDGET_URLS: dict[str, tuple[str, Outcomes]] = {
    "index": ("GET", FOR_BUDGETS),
    "index_results": ("GET", FOR_BUDGETS),
    "add": ("GET", FOR_ADMINS),
    "edit": ("GET", FOR_BUDGETS),
    "delete": ("GET", FOR_ADMINS),
    "inspect": ("GET", FOR_BUDGETS),
    "usage": ("GET", FOR_BUDGETS),
    "history": ("GET", FOR_BUDGETS),
    "history_results": ("GET", FOR_BUDGETS),
}
BUDGET_USER_URLS: dict[str, tuple[str, Outcomes]] = dict.fromkeys(
    ("choose", "choose_results", "chosen", "chosen_multiple"), ("GET", FOR_BUDGETS)
)
TABLE = {
    f"{namespace}:{name}": row
    for namespace, rows in {
        "wagtail_llm_actions": OWN_URLS,
        "wagtail_llm_actions_actions": {
            **snippet_urls("tester"),
            "reorder": ("POST", outcomes(HOME, tester=200, admin=200)),
        },
        "wagtail_llm_actions_prompt_templates": snippet_urls("author"),
        "wagtail_llm_actions_budgets": BUDGET_URLS,
        "wagtail_llm_actions_budget_users": BUDGET_USER_URLS,
        "wagtailsnippetchoosers_wagtail_llm_actions_llmaction": CHOOSER_URLS,
        "wagtailsnippetchoosers_wagtail_llm_actions_prompttemplate": CHOOSER_URLS,
    }.items()
    for name, row in rows.items()
}
PAGES = {
    "history",
    "history_results",
    "history_run",
    "models",
    "check_models",
    "retry_now",
    "export",
    "import",
    "import_progress",
    "exports",
    "export_progress",
    "download_export",
    "usage",
    "usage_export",
    "getting_started",
    "create_first_action",
    "create_starters",
}
JSON_URLS = {name: method for name, (method, _) in OWN_URLS.items() if name not in PAGES}


def package_urls(resolver: URLResolver, namespaces: tuple[str, ...] = ()) -> Iterator[str]:
    for pattern in resolver.url_patterns:
        if isinstance(pattern, URLResolver):
            inner = (*namespaces, pattern.namespace) if pattern.namespace else namespaces
            yield from package_urls(pattern, inner)
        elif "wagtail_llm_actions" in "".join(namespaces):
            yield ":".join((*namespaces, pattern.name or str(pattern.pattern)))


class Site:
    """One object of each kind, and a user of each role."""

    def __init__(self) -> None:
        self.users: dict[str, User | None] = {"anonymous": None}
        for role, (factory, codenames) in ROLES.items():
            user = factory()
            user.user_permissions.set(Permission.objects.filter(codename__in=codenames))
            self.users[role] = user
        self.llm_action: LLMAction = LLMActionFactory(source="title")
        self.llm_action.save_revision()
        self.template: PromptTemplate = PromptTemplateFactory()
        self.template.save_revision()
        self.budget: LLMBudget = LLMBudgetFactory(at_limit="warn")
        self.large_import = LLMImport.objects.create(total=300, written=300, status="done")
        reader = self.users["reader"]
        assert reader is not None
        self.large_export = LLMExport.objects.create(
            user=reader, status="done", filename="runs.xlsx", rights=rights_of(reader)
        )
        self.page = BlogPageFactory()
        self.run: LLMRun = LLMRunFactory(
            action=self.llm_action, page=self.page, user=self.users["editor"], succeeded=True
        )

    def client(self, role: str, **options: Any) -> Client:
        client = Client(**options)
        user = self.users[role]
        if user:
            client.force_login(user)
        return client

    def path(self, name: str) -> str:
        namespace, _, view = name.rpartition(":")
        if namespace == "wagtail_llm_actions":
            of_run = view in {
                "history_run",
                "poll_run",
                "cancel_run",
                "decide_run",
                "form_value",
                "poll_playground_run",
            }
            if view == "import_progress":
                return reverse(name, args=[self.large_import.pk])
            if view in {"export_progress", "download_export"}:
                return reverse(name, args=[self.large_export.pk])
            if view == "usage_export":
                return reverse(name, args=["costs"])
            return reverse(name, args=[self.run.pk] if of_run else [])
        instance = self.instance(namespace)
        args: list[Any] = [instance.pk]
        if view == "revisions_revert":
            args += [instance.latest_revision_id]
        elif view == "revisions_compare":
            args += ["earliest", "live"]
        elif view not in {
            "edit",
            "delete",
            "inspect",
            "copy",
            "usage",
            "history",
            "history_results",
            "reorder",
            "chosen",
        }:
            args = []
        return reverse(name, args=args)

    def instance(self, namespace: str) -> Any:
        if namespace.endswith("_budgets"):
            return self.budget
        if namespace.endswith("_budget_users"):
            return self.users["editor"]
        return self.llm_action if namespace.endswith(("action", "_actions")) else self.template

    def data(self, name: str) -> dict[str, Any]:
        address = reverse("wagtailadmin_pages:edit", args=[self.page.pk])
        if name.endswith(":usage_export"):
            return {"export": "csv"}
        if name.endswith(":chosen_multiple"):
            return {"id": []}
        if name.endswith((":create_first_action", ":export")):
            return {}
        return {
            "form_action": address,
            "llm-actions-form-action": address,
            "llm-actions-action": self.llm_action.pk,
            "llm-actions-request-id": uuid.uuid4(),
            "title": "Tides",
            "page": self.page.pk,
            "model_type": self.llm_action.model_type_id,
            "destination": "summary",
            "source": "title",
            "prompt_template": self.template.pk,
            "model": "scripted",
            "temperature": "0.7",
            "max_tokens": "100",
            "test_input": "Early water.",
            "body-count": 0,
            "decision": "dismiss",
        }

    def request(self, client: Client, name: str, method: str) -> HttpResponse:
        response: HttpResponse = getattr(client, method.lower())(self.path(name), self.data(name))
        return response


@pytest.fixture
def site() -> Site:
    return Site()


def outcome(response: HttpResponse) -> str | int:
    if response.status_code == 302:
        return response["Location"].partition("?")[0]
    return response.status_code


def test_every_url_of_the_package_is_in_the_table() -> None:
    assert sorted(package_urls(get_resolver())) == sorted(TABLE)


@pytest.mark.parametrize("role", ["anonymous", *ROLES])
def test_everybody_gets_what_they_may(site: Site, role: str) -> None:
    client = site.client(role)

    found = {
        name: outcome(site.request(client, name, method)) for name, (method, _) in TABLE.items()
    }

    assert found == {name: row[role] for name, (_, row) in TABLE.items()}


@pytest.mark.parametrize("role", ["guest", "editor", "admin"])
def test_what_is_not_for_a_user_is_said_in_json_to_programs(site: Site, role: str) -> None:
    client = site.client(role)

    for name, method in JSON_URLS.items():
        response = site.request(client, f"wagtail_llm_actions:{name}", method)
        assert response["Content-Type"] == "application/json"
        if response.status_code == 403:
            assert json.loads(response.content) == {
                "error": {
                    "code": "permission_denied",
                    "message": "You are not allowed to do this here. Ask your admin if you need to.",
                }
            }


@pytest.mark.parametrize("role", ["anonymous", "visitor"])
def test_a_program_of_somebody_without_access_to_the_admin_is_refused(
    site: Site, role: str
) -> None:
    client = site.client(role, headers={"X-Requested-With": "XMLHttpRequest"})

    for name, method in JSON_URLS.items():
        assert site.request(client, f"wagtail_llm_actions:{name}", method).status_code == 403


@pytest.mark.parametrize("name", JSON_URLS)
def test_an_endpoint_takes_one_method(site: Site, name: str) -> None:
    client = site.client("editor")
    path = site.path(f"wagtail_llm_actions:{name}")

    for method in {"GET", "POST", "PUT", "PATCH", "DELETE"} - {JSON_URLS[name]}:
        assert getattr(client, method.lower())(path).status_code == 405, method


@pytest.mark.parametrize(
    "name",
    [
        *(f"wagtail_llm_actions:{name}" for name, method in JSON_URLS.items() if method == "POST"),
        "wagtail_llm_actions:import",
        *(
            f"wagtail_llm_actions_{kind}:{name}"
            for kind in ("actions", "prompt_templates")
            for name in ("add", "edit", "copy", "delete", "revisions_revert")
        ),
    ],
)
def test_nothing_is_written_without_a_csrf_token(site: Site, name: str) -> None:
    role = "editor" if name.startswith("wagtail_llm_actions:") else "admin"
    client = site.client(role, enforce_csrf_checks=True)
    before = [model.objects.count() for model in (LLMAction, LLMRun, PromptTemplate)]

    response = site.request(client, name, "POST")

    assert response.status_code == 403
    assert [model.objects.count() for model in (LLMAction, LLMRun, PromptTemplate)] == before
    site.run.refresh_from_db()
    assert (site.run.status, site.run.decision) == ("succeeded", "none")
