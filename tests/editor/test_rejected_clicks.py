"""What a click on Generate does not start, and how that is told."""

from __future__ import annotations

import re
import uuid
from typing import TYPE_CHECKING, Any

import pytest
from django.contrib.auth.models import Group, Permission, User
from django.urls import reverse
from django.utils import timezone

from example_site.blog.models import Author
from tests.editor.actions import action_for, page_action
from tests.editor.forms import page_edit, post_add, snippet_add, snippet_edit, take_page_rights
from tests.factories import (
    AdminFactory,
    AuthorFactory,
    BlogIndexPageFactory,
    BlogPageFactory,
    LLMActionFactory,
    LLMRunFactory,
    NoticeFactory,
)
from tests.notices.models import Notice
from wagtail_llm_actions.models import LLMRun

if TYPE_CHECKING:
    from django.test import Client
    from pytest_django import Settings

    from wagtail_llm_actions.models import LLMAction

pytestmark = pytest.mark.django_db


def posted(client: Client, llm_action: LLMAction, url: str, **changes: object) -> Any:
    data: dict[str, Any] = {
        "llm-actions-action": llm_action.pk,
        "llm-actions-form-action": url,
        "llm-actions-request-id": uuid.uuid4(),
        "title": "Title",
        "body-count": 0,
    }
    return client.post(reverse("wagtail_llm_actions:start_run"), data | changes)


def test_a_prompt_in_the_request_is_ignored(client: Client, editor: User) -> None:
    posted(
        client,
        page_action("title"),
        page_edit(BlogPageFactory()),
        prompt="Say something else",
        system_instructions="Obey",
        model="expensive",
    )

    run = LLMRun.objects.get()
    assert (run.prompt, run.model_key) == ("<input>Title</input>", "scripted")
    assert "Obey" not in run.system_instructions


@pytest.mark.parametrize(
    "changes",
    [
        {"llm-actions-action": ""},
        {"llm-actions-action": "one"},
        {"llm-actions-action": "-1"},
        {"llm-actions-action": "9" * 5_000},
        {"llm-actions-request-id": ""},
        {"llm-actions-request-id": "no-uuid"},
        {"llm-actions-form-key": "x" * 65},
        {"llm-actions-form-key": "a\0b"},
    ],
)
def test_a_request_that_only_a_program_would_send_is_refused(
    client: Client, editor: User, changes: dict[str, str]
) -> None:
    response = posted(client, page_action("title"), page_edit(BlogPageFactory()), **changes)

    assert response.status_code == 400
    assert response.json()["error"]["code"] == "bad_request"
    assert not LLMRun.objects.exists()


def test_a_form_of_which_a_part_is_missing_is_refused(client: Client, editor: User) -> None:
    llm_action = page_action("title")
    data = {
        "llm-actions-action": llm_action.pk,
        "llm-actions-form-action": page_edit(BlogPageFactory()),
        "llm-actions-request-id": uuid.uuid4(),
        "title": "A title, and no number of blocks",
    }

    response = client.post(reverse("wagtail_llm_actions:start_run"), data)

    assert (response.status_code, response.json()["error"]["code"]) == (400, "bad_request")


@pytest.mark.parametrize(
    "changes",
    [
        {"llm-actions-action": "4711"},
        {"llm-actions-form-action": ""},
        {"llm-actions-form-action": "/admin/images/1/"},
        {"llm-actions-form-action": "/admin/pages/4711/edit/"},
    ],
)
def test_an_action_or_a_form_that_is_gone_is_not_found(
    client: Client, editor: User, changes: dict[str, str]
) -> None:
    response = posted(client, page_action("title"), page_edit(BlogPageFactory()), **changes)

    assert (response.status_code, response.json()["error"]["code"]) == (404, "not_found")
    assert not LLMRun.objects.exists()


def locked_page(editor: User) -> tuple[LLMAction, str]:
    page = BlogPageFactory(locked=True, locked_by=AdminFactory(), locked_at=timezone.now())
    return page_action("title"), page_edit(page)


def page_without_rights(editor: User) -> tuple[LLMAction, str]:
    take_page_rights(editor)
    return page_action("title"), page_edit(BlogPageFactory())


def new_page_without_rights(editor: User) -> tuple[LLMAction, str]:
    take_page_rights(editor)
    return page_action("title"), post_add(BlogIndexPageFactory())


def new_snippet_without_rights(editor: User) -> tuple[LLMAction, str]:
    editor.groups.get().permissions.remove(Permission.objects.get(codename="add_author"))
    return action_for(Author, destination="bio", source="name"), snippet_add(Author)


def inactive_action(editor: User) -> tuple[LLMAction, str]:
    return LLMActionFactory(source="title", is_active=False), page_edit(BlogPageFactory())


def action_for_another_type(editor: User) -> tuple[LLMAction, str]:
    return page_action("title"), snippet_edit(AuthorFactory())


def action_for_another_group(editor: User) -> tuple[LLMAction, str]:
    llm_action = page_action("title")
    llm_action.groups.add(Group.objects.create(name="Others"))
    llm_action.save()
    return llm_action, page_edit(BlogPageFactory())


def hidden_destination(editor: User) -> tuple[LLMAction, str]:
    llm_action = action_for(Notice, destination="internal", source="text")
    return llm_action, snippet_edit(NoticeFactory())


def hidden_source(editor: User) -> tuple[LLMAction, str]:
    llm_action = action_for(Notice, destination="text", source="internal")
    return llm_action, snippet_edit(NoticeFactory(internal="Secret."))


@pytest.mark.parametrize(
    "case",
    [
        locked_page,
        page_without_rights,
        new_page_without_rights,
        new_snippet_without_rights,
        inactive_action,
        action_for_another_type,
        action_for_another_group,
        hidden_destination,
        hidden_source,
    ],
)
def test_what_the_user_may_not_do_is_refused_and_not_recorded(
    client: Client, editor: User, case: Any
) -> None:
    llm_action, url = case(editor)

    response = posted(client, llm_action, url)

    assert response.status_code == 403
    assert response.json() == {
        "error": {
            "code": "permission_denied",
            "message": "You are not allowed to do this here. Ask your admin if you need to.",
        }
    }
    assert not LLMRun.objects.exists()


def limited_click(client: Client, settings: Settings) -> Any:
    settings.WAGTAIL_LLM_ACTIONS = settings.WAGTAIL_LLM_ACTIONS | {"LIMITS": {"USER_PER_MINUTE": 1}}
    return posted(client, page_action("title"), page_edit(BlogPageFactory()))


def test_a_click_beyond_a_limit_is_a_failed_run_that_says_when_to_try_again(
    client: Client, editor: User, settings: Settings
) -> None:
    LLMRunFactory(user=editor)

    response = limited_click(client, settings)

    assert response.status_code == 202
    error = response.json()["error"]
    assert error["code"] == "limit_reached"
    assert re.fullmatch(
        r"You have started 1 run in the last minute, which is the limit. "
        r"Try again in \d+ seconds.",
        error["message"],
    )
    assert "error: limit_reached" in error["report"]


def test_further_clicks_beyond_it_are_told_the_same_and_not_recorded(
    client: Client, editor: User, settings: Settings
) -> None:
    LLMRunFactory(user=editor)
    first = limited_click(client, settings).json()["error"]

    response = limited_click(client, settings)

    error = response.json()["error"]
    assert response.status_code == 429
    assert int(response["Retry-After"]) > 0
    assert error["code"] == first["code"]
    assert error["message"].startswith("You have started 1 run in the last minute")
    assert LLMRun.objects.count() == 2


def test_a_form_that_is_too_large_is_refused_in_words(
    client: Client, editor: User, settings: Settings
) -> None:
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = None

    response = posted(
        client, page_action("title"), page_edit(BlogPageFactory()), summary="x" * 5_000_000
    )

    assert response.status_code == 413
    assert response.json()["error"] == {
        "code": "too_large",
        "message": "This form is too large to be sent. Shorten its texts, then try again.",
    }
    assert not LLMRun.objects.exists()
