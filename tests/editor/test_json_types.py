"""The JSON of the endpoints has the types that the scripts declare in tests/js/api.d.ts."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from types import NoneType, UnionType
from typing import (
    TYPE_CHECKING,
    Any,
    NotRequired,
    get_args,
    get_origin,
    get_type_hints,
    is_typeddict,
)

import pytest
from django.urls import reverse

from tests.editor.forms import click, offers, page_edit
from tests.editor.requests import cancel, decide, poll, poll_again, running
from tests.factories import (
    AdminFactory,
    BlogPageFactory,
    EditorFactory,
    LLMActionFactory,
    LLMRunFactory,
)
from wagtail_llm_actions.admin import api_errors
from wagtail_llm_actions.admin.actions import playground
from wagtail_llm_actions.admin.editor import (
    estimates,
    previous,
    request_preview,
    serializers,
    side_panel,
)
from wagtail_llm_actions.admin.editor import offers as offers_module
from wagtail_llm_actions.generation import FinishReason
from wagtail_llm_actions.models import LLMAction, LLMRun

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from django.contrib.auth.models import User
    from django.test import Client

DECLARATIONS = Path(__file__).parents[1] / "js" / "api.d.ts"
MODULES = (
    api_errors,
    estimates,
    offers_module,
    playground,
    previous,
    request_preview,
    serializers,
    side_panel,
)
VALUES: Mapping[str, Iterable[str]] = {
    "status": LLMRun.Status.values,
    "decision": LLMRun.Decision.values,
    "write_mode": LLMAction.WriteMode.values,
    "finish_reason": FinishReason,
}
"""What may stand in the keys whose values the scripts list."""
TYPESCRIPT = {str: "string", int: "number", float: "number", bool: "boolean", NoneType: "null"}


@dataclass(frozen=True)
class Interface:
    """An interface as it is written: its own keys only."""

    base: str
    types: dict[str, str]
    """By key; one that may be missing ends with a question mark."""


def declared() -> dict[str, Interface]:
    """Return the interfaces of the scripts."""
    pattern = r"interface (\w+)(?: extends (\w+))? \{\n(.*?)\n  \}"
    return {
        name: Interface(base, dict(re.findall(r"(\w+\??): (.+);", body)))
        for name, base, body in re.findall(pattern, DECLARATIONS.read_text(), re.DOTALL)
    }


def sent() -> dict[str, Any]:
    """Return the typed dictionaries of the server by name."""
    return {
        name: value
        for module in MODULES
        for name, value in vars(module).items()
        if is_typeddict(value) and value.__module__ == module.__name__
    }


def keys(name: str) -> dict[str, str]:
    """Return all keys of an interface, with those that it inherits."""
    interface = declared()[name]
    return (keys(interface.base) if interface.base else {}) | interface.types


def typescript(key: str, hint: Any) -> str:
    """Return a Python type in TypeScript; of a key whose values are listed, the list."""
    if get_origin(hint) is NotRequired:
        (hint,) = get_args(hint)
    if isinstance(hint, UnionType):
        return " | ".join(typescript(key, each) for each in get_args(hint))
    if hint is str and key in VALUES:
        return " | ".join(f"'{value}'" for value in VALUES[key])
    if hint in TYPESCRIPT:
        return TYPESCRIPT[hint]
    if is_typeddict(hint):
        return str(hint.__name__)
    arguments = [typescript("", each) for each in get_args(hint)]
    return f"Record<{', '.join(arguments)}>" if get_origin(hint) is dict else f"{arguments[0]}[]"


def test_each_typed_dictionary_has_an_interface_and_each_interface_one() -> None:
    assert declared().keys() == sent().keys()


@pytest.mark.parametrize("name", sorted(declared()))
def test_an_interface_has_the_keys_and_the_types_that_the_server_sends(name: str) -> None:
    of_server = {
        f"{key}?" if get_origin(hint) is NotRequired else key: typescript(key, hint)
        for key, hint in get_type_hints(sent()[name], localns=sent(), include_extras=True).items()
    }

    def in_any_order(types: Mapping[str, str]) -> dict[str, set[str]]:
        return {key: set(type_.split(" | ")) for key, type_ in types.items()}

    assert in_any_order(keys(name)) == in_any_order(of_server)


def matches(value: Any, type_: str) -> bool:
    """Return whether a value of JSON is of a type of the scripts."""
    if " | " in type_:
        return any(matches(value, each) for each in type_.split(" | "))
    if type_.endswith("[]"):
        return isinstance(value, list) and all(matches(each, type_[:-2]) for each in value)
    if record := re.fullmatch(r"Record<string, (.+)>", type_):
        return isinstance(value, dict) and all(matches(each, record[1]) for each in value.values())
    if type_.startswith("'"):
        return bool(value == type_.strip("'"))
    if type_ in declared():
        return isinstance(value, dict) and is_object(value, type_)
    return TYPESCRIPT[type(value)] == type_


def is_object(value: Any, name: str) -> bool:
    types = keys(name)
    required = {key for key in types if not key.endswith("?")}
    assert required <= value.keys() <= {key.rstrip("?") for key in types}, name
    for key, content in value.items():
        assert matches(content, types.get(key) or types[f"{key}?"]), (name, key, content)
    return True


@pytest.mark.django_db
def test_the_widgets_endpoints_answer_with_what_the_scripts_declare(
    client: Client, editor: User
) -> None:
    page, llm_action = BlogPageFactory(), LLMActionFactory(candidate_count=2)
    LLMRunFactory(page=page, user=EditorFactory(), succeeded=True, error_code="")
    LLMRunFactory(page=page, user=editor, status="failed", error_code="timeout")
    url = page_edit(page)
    form = {"form_action": url}

    started = click(client, llm_action, url).json()
    polled = poll_again(client, started, "0", "0").json()
    run = running(user=editor, page=page, field_path="subtitle", action=llm_action)

    assert is_object(started, "RunState")
    assert is_object(polled, "LiveAnswer")
    assert is_object(poll(client, run).json(), "RunState")
    assert is_object(offers(client, url), "Offers")
    assert is_object(cancel(client, run).json(), "RunState")
    assert is_object(decide(client, run, decision="dismiss").json(), "RunState")
    previous_url = reverse("wagtail_llm_actions:previous_texts")
    previous_texts = client.get(previous_url, form).json()
    assert previous_texts["fields"]
    assert is_object(previous_texts, "PreviousTexts")
    panel = client.get(reverse("wagtail_llm_actions:side_panel"), form).json()
    assert panel["groups"]
    assert is_object(panel, "SidePanel")
    assert is_object(client.get(previous_url).json(), "ErrorAnswer")


@pytest.mark.django_db
def test_the_playgrounds_endpoints_answer_with_what_the_scripts_declare(client: Client) -> None:
    admin = AdminFactory()
    client.force_login(admin)
    run = LLMRunFactory(trigger="test", status="failed", error_code="timeout", user=admin)

    refused = client.post(reverse("wagtail_llm_actions:start_playground_run")).json()
    polled = client.get(reverse("wagtail_llm_actions:poll_playground_run", args=[run.pk])).json()

    assert refused["error"]["field_errors"]
    assert is_object(refused, "ErrorAnswer")
    assert is_object(polled, "PlaygroundRun")
