"""What a browser would send of an edit form, and of the widget on it."""

from __future__ import annotations

import json
import uuid
from typing import TYPE_CHECKING, Any

from bs4 import BeautifulSoup
from bs4.filter import SoupStrainer
from django.contrib.admin.utils import quote
from django.urls import reverse
from wagtail import blocks
from wagtail.models import GroupPagePermission

if TYPE_CHECKING:
    from collections.abc import Iterator

    from django.contrib.auth.models import User
    from django.db.models import Model
    from django.test import Client

    from wagtail_llm_actions.models import LLMAction

PAGE_EDIT = "wagtailadmin_pages:edit"
PAGE_ADD = "wagtailadmin_pages:add"
CONTROLS = SoupStrainer(["form", "input", "option", "select", "textarea"])
"""All else of a page is not kept, which halves the time that reading it takes."""


def page_edit(page: Model) -> str:
    """Return the address of a page's edit form."""
    return reverse(PAGE_EDIT, args=[page.pk])


def post_add(parent: Model) -> str:
    """Return the address of the form of a new post."""
    return reverse(PAGE_ADD, args=["blog", "blogpage", parent.pk])


def snippet_edit(snippet: Any) -> str:
    """Return the address of a snippet's edit form."""
    return reverse(snippet.snippet_viewset.get_url_name("edit"), args=[quote(snippet.pk)])


def snippet_add(model: Any) -> str:
    """Return the address of the form of a new snippet."""
    return reverse(model.snippet_viewset.get_url_name("add"))


def take_page_rights(user: User) -> None:
    """Leave the user without a right on any page."""
    GroupPagePermission.objects.filter(group__in=user.groups.all()).delete()


def post_of(client: Client, url: str) -> dict[str, str]:
    """Return the fields of the edit form at ``url`` with the values the page shows."""
    response = client.get(url)
    assert response.status_code == 200, url
    page = BeautifulSoup(response.text, "html.parser", parse_only=CONTROLS)
    form = page.select_one("form[data-edit-form]")
    assert form is not None
    data = {}
    for element in form.select("input[name], textarea[name], select[name]"):
        name = str(element["name"])
        if element.name == "textarea":
            data[name] = element.text.removeprefix("\n")
        elif element.name == "select":
            chosen = element.select_one("option[selected]")
            data[name] = str(chosen["value"]) if chosen else ""
        elif element.get("type") not in {"checkbox", "radio"} or element.has_attr("checked"):
            data[name] = str(element.get("value", ""))
    # The inputs of a StreamField are made in the browser; these are empty ones.
    return data | {"body-count": "0", "figures-count": "0"}


def offers(client: Client, url: str, **values: str) -> Any:
    """Ask what the form at ``url`` has to offer."""
    query = {"form_action": url, **values}
    return client.get(reverse("wagtail_llm_actions:offers"), query).json()


def click(client: Client, llm_action: LLMAction, url: str, **changes: str) -> Any:
    """Click Generate on the form at ``url`` after typing ``changes``; return the response."""
    widget = {
        "llm-actions-action": llm_action.pk,
        "llm-actions-form-action": url,
        "llm-actions-request-id": uuid.uuid4(),
    }
    data = post_of(client, url) | changes | widget
    return client.post(reverse("wagtail_llm_actions:start_run"), data)


def posted_stream(value: Any, name: str) -> dict[str, str]:
    """Return what a browser sends of the StreamField ``name`` with this value."""
    block = value.stream_block
    return dict(posted_block(block, block.get_form_state(value), name))


def posted_block(block: Any, state: Any, prefix: str) -> Iterator[tuple[str, str]]:
    """Yield what a form sends of a block in the state that Wagtail's script has of it."""
    if isinstance(block, blocks.StructBlock):
        for name, child in block.child_blocks.items():
            yield from posted_block(child, state[name], f"{prefix}-{name}")
    elif isinstance(block, (blocks.StreamBlock, blocks.ListBlock)):
        yield f"{prefix}-count", str(len(state))
        for number, row in enumerate(state):
            child = getattr(block, "child_block", None) or block.child_blocks[row["type"]]
            for name in ("type", "id"):
                yield f"{prefix}-{number}-{name}", str(row.get(name, ""))
            yield f"{prefix}-{number}-order", str(number)
            yield f"{prefix}-{number}-deleted", ""
            yield from posted_block(child, row["value"], f"{prefix}-{number}-value")
    elif isinstance(state, list):
        yield from ((prefix, str(each)) for each in state)
    else:
        # That of a chooser describes its object, and that of a table is what its input has as JSON.
        value = state.get("id", json.dumps(state)) if isinstance(state, dict) else state
        yield prefix, "" if value is None else str(value)
