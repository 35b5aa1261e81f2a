"""Export and import in the admin: download, upload, look, confirm."""

from __future__ import annotations

import json
from datetime import timedelta
from io import StringIO
from typing import TYPE_CHECKING, Any

import pytest
from bs4 import BeautifulSoup
from django.contrib.auth.models import Permission
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.urls import reverse
from django.utils import timezone
from django.utils.module_loading import import_string
from wagtail.models import ModelLogEntry

from tests.admin.html import page_at, table_rows, words
from tests.factories import LLMActionFactory, PromptTemplateFactory, UserFactory
from wagtail_llm_actions.admin import transfer
from wagtail_llm_actions.models import LLMAction, LLMImport, PromptTemplate
from wagtail_llm_actions.transfer.fixture import MAX_BYTES, export_fixture

if TYPE_CHECKING:
    from pathlib import Path

    from django.contrib.auth.models import User
    from django.test import Client

    from tests.kept_queue import KeptQueue

pytestmark = pytest.mark.django_db

ACTIONS = "wagtail_llm_actions_actions:list"
EXPORT = "wagtail_llm_actions:export"
IMPORT = "wagtail_llm_actions:import"
BOTH = ("llmaction", "prompttemplate")


@pytest.fixture
def llm_action() -> LLMAction:
    template = PromptTemplateFactory(name="Short", text="Shorten.\n{{ input }}")
    made: LLMAction = LLMActionFactory(label="Sum up", prompt_template=template)
    return made


def changed(**values: Any) -> list[dict[str, Any]]:
    """Return an export of what is here, with another action."""
    entries: list[dict[str, Any]] = json.loads(export_fixture())
    entries[-1]["fields"] |= values
    return entries


def template(name: str, text: str) -> dict[str, Any]:
    """Return the entry of a prompt template."""
    return {
        "model": "wagtail_llm_actions.prompttemplate",
        "fields": {"name": name, "text": text},
    }


def upload(client: Client, entries: Any) -> BeautifulSoup:
    """Choose a file and look at what it would change."""
    content = entries if isinstance(entries, bytes) else json.dumps(entries).encode()
    file = SimpleUploadedFile("actions.json", content, content_type="application/json")
    response = client.post(reverse(IMPORT), {"file": file})
    assert response.status_code == 200
    return BeautifulSoup(response.text, "html.parser")


def carried(page: BeautifulSoup) -> dict[str, str]:
    """Return what the page sends when it is confirmed."""
    return {
        name: str(field["value"])
        for name in ("content", "fingerprint")
        for field in page.select(f"input[name={name}]")
        if field.has_attr("value")
    }


def user_with(client: Client, *rights: str) -> User:
    user: User = UserFactory()
    names = [f"{right}_{model}" for right in rights for model in BOTH]
    user.user_permissions.set(Permission.objects.filter(codename__in=[*names, "access_admin"]))
    client.force_login(user)
    return user


def test_an_export_is_a_file_to_download(
    client: Client, admin: User, llm_action: LLMAction
) -> None:
    response = client.get(reverse(EXPORT))

    assert response["Content-Type"] == "application/json"
    assert response["Content-Disposition"] == 'attachment; filename="llm-actions.json"'
    assert response.content.decode() == export_fixture()


def test_an_export_knows_no_filter(client: Client, admin: User, llm_action: LLMAction) -> None:
    response = client.get(reverse(EXPORT), {"model": "scripted"})

    assert response.status_code == 400
    assert "Nothing was exported. The file holds all actions and prompt templates" in response.text
    assert llm_action.label not in response.text


def test_the_list_of_actions_leads_to_export_and_import(client: Client, admin: User) -> None:
    page = page_at(client, reverse(ACTIONS))

    for name, label in ((EXPORT, "Export"), (IMPORT, "Import")):
        (link,) = page.select(f'a[href="{reverse(name)}"]')
        assert words(link) == label


@pytest.mark.parametrize(
    ("rights", "exports", "imports"),
    [
        (["view"], True, False),
        (["change"], True, False),
        (["add", "change"], True, True),
        (["add", "view"], True, False),
    ],
)
def test_the_rights_on_both_models_decide(
    client: Client, rights: list[str], exports: bool, imports: bool
) -> None:
    user_with(client, *rights)
    page = page_at(client, reverse(ACTIONS))

    for name, allowed in ((EXPORT, exports), (IMPORT, imports)):
        assert bool(page.select(f'a[href="{reverse(name)}"]')) == allowed
        assert (client.get(reverse(name)).status_code == 200) == allowed


@pytest.mark.parametrize("model", BOTH)
def test_the_rights_on_one_model_are_not_enough(client: Client, model: str) -> None:
    user = user_with(client, "view", "add", "change")
    user.user_permissions.remove(*Permission.objects.filter(codename__endswith=f"_{model}"))

    for name in (EXPORT, IMPORT):
        assert client.get(reverse(name)).status_code == 302


def test_a_confirmation_needs_the_rights_too(client: Client, llm_action: LLMAction) -> None:
    user = user_with(client, "add", "change")
    sent = carried(upload(client, changed(temperature=0.9)))
    user.user_permissions.remove(Permission.objects.get(codename="change_prompttemplate"))

    assert client.post(reverse(IMPORT), sent)["Location"] == reverse("wagtailadmin_home")

    llm_action.refresh_from_db()
    assert llm_action.temperature == 0.7


def test_changes_are_shown_before_anything_is_written(
    client: Client, admin: User, llm_action: LLMAction
) -> None:
    entries = changed(temperature=0.9, description="<b>New</b>", model="far")

    page = upload(client, [*entries, template("Long", "Say more: {{ input }}")])

    assert table_rows(page) == [
        ["Name", "Long"],
        ["Text", "Say more: {{ input }}"],
        ["Description", "\N{EN DASH}", "<b>New</b>"],
        ["LLM model", "scripted", "far"],
        ["Temperature", "0.7", "0.9"],
    ]
    assert [words(heading) for heading in page.select("h3")][:2] == [
        "Prompt template “Long”",
        "LLM action “Sum up” (blog.blogpage, summary)",
    ]
    assert "The model “far” is not configured." in words(page)
    assert "1 is the same as here." in words(page)
    llm_action.refresh_from_db()
    assert llm_action.temperature == 0.7
    assert PromptTemplate.objects.count() == 1


def test_what_is_confirmed_is_written_and_logged(
    client: Client, admin: User, llm_action: LLMAction
) -> None:
    entries = changed(temperature=0.9)
    page = upload(client, [*entries, template("“Long”", "Say\r\nmore: {{ input }}")])

    response = client.post(reverse(IMPORT), carried(page), follow=True)

    assert response.redirect_chain == [(reverse(ACTIONS), 302)]
    assert "Imported: 1 created, 1 changed." in response.content.decode()
    assert json.loads(export_fixture())[-1] == entries[-1]
    assert PromptTemplate.objects.get(name="“Long”").text == "Say\r\nmore: {{ input }}"
    logs = ModelLogEntry.objects.filter(user=admin).values_list("action", "label")
    assert sorted(logs) == [("wagtail.create", "“Long”"), ("wagtail.edit", "Sum up")]
    history = reverse("wagtail_llm_actions_actions:history", args=[llm_action.pk])
    assert "Edited" in words(page_at(client, history))


def test_what_changed_since_it_was_shown_is_shown_again(
    client: Client, admin: User, llm_action: LLMAction
) -> None:
    page = upload(client, changed(temperature=0.9))
    LLMAction.objects.update(temperature=1.5)

    response = client.post(reverse(IMPORT), carried(page))

    again = BeautifulSoup(response.text, "html.parser")
    assert "Something here has changed in the meantime." in words(again)
    assert table_rows(again) == [["Temperature", "1.5", "0.9"]]
    llm_action.refresh_from_db()
    assert llm_action.temperature == 1.5
    client.post(reverse(IMPORT), carried(again))
    llm_action.refresh_from_db()
    assert llm_action.temperature == 0.9


def test_problems_are_listed_and_cannot_be_confirmed(
    client: Client, admin: User, llm_action: LLMAction
) -> None:
    page = upload(client, changed(temperature=0.9, groups=[["<Nobody>"]]))

    assert "There is no group “<Nobody>” here." in words(page)
    assert "Confirm import" not in words(page)
    assert "content" not in carried(page)


def test_a_confirmation_is_checked_as_if_it_were_a_file(
    client: Client, admin: User, llm_action: LLMAction
) -> None:
    sent = carried(upload(client, changed(temperature=0.9)))

    for content, sentence in (
        (json.dumps(changed(temperature=3)), "less than or equal to 2.0"),
        (json.dumps(changed(max_tokens=3)), "changed in the meantime"),
        ("[{}]", "The file is not an export of LLM actions."),
        ("<html>", "The file is not JSON in UTF-8."),
        ("", "The file is not JSON in UTF-8."),
        (" " * MAX_BYTES + "[]", "The file is larger than 1 MB."),
    ):
        response = client.post(reverse(IMPORT), sent | {"content": content}, follow=True)
        assert sentence in response.content.decode()
    llm_action.refresh_from_db()
    assert (llm_action.temperature, llm_action.max_tokens) == (0.7, 1000)


def test_a_file_that_is_the_same_changes_nothing(
    client: Client, admin: User, llm_action: LLMAction
) -> None:
    page = upload(client, changed())

    assert "There is nothing to change." in words(page)
    assert "Confirm import" not in words(page)


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"<html>", "The file is not JSON in UTF-8."),
        (b" " * (MAX_BYTES + 1), "The file is larger than 1 MB."),
        (b"", "The submitted file is empty."),
    ],
)
def test_a_file_that_cannot_be_read_is_said_beside_the_field(
    client: Client, admin: User, content: bytes, sentence: str
) -> None:
    page = upload(client, content)

    (error,) = page.select(".w-field__errors")
    assert sentence in words(error)


@pytest.fixture
def small_requests(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a request import no more than 20, so that little is large."""
    monkeypatch.setattr(transfer, "MAX_ENTRIES_OF_REQUEST", 20)


def templates(number: int) -> list[dict[str, Any]]:
    return [template(f"Short {each}", "{{ input }}") for each in range(number)]


def large(client: Client, entries: list[dict[str, Any]]) -> str:
    """Import a large file up to its progress page, and return that page's address."""
    response = client.post(reverse(IMPORT), carried(upload(client, entries)))
    address: str = response["Location"]
    return address


def execute(kept_queue: type[KeptQueue]) -> None:
    """Do what the queue would."""
    ((task, *args),) = kept_queue.called
    kept_queue.called.clear()
    import_string(task)(*args)


def progress(client: Client, address: str) -> tuple[str, bool]:
    """Return what the page says, and whether the browser asks again."""
    response = client.get(address)
    block = BeautifulSoup(response.text, "html.parser").select_one("#main .help-block")
    assert block
    return words(block), response.has_header("Refresh")


def test_more_than_a_request_can_import_is_imported_outside_it(
    client: Client, admin: User, llm_action: LLMAction, kept_queue: type[KeptQueue]
) -> None:
    page = upload(client, [*changed(temperature=0.9), *templates(250)])
    assert len(page.select("h3")) == 200
    assert "51 more are not shown." in words(page)

    address = client.post(reverse(IMPORT), carried(page))["Location"]

    sentence, asks_again = progress(client, address)
    assert "251 actions and prompt templates wait for a worker." in sentence
    assert asks_again
    assert PromptTemplate.objects.count() == 1
    ((task, import_id),) = kept_queue.called
    execute(kept_queue)
    import_string(task)(import_id)  # Delivered twice.
    sentence, asks_again = progress(client, address)
    assert "All 251 actions and prompt templates are imported." in sentence
    assert not asks_again
    assert words(page_at(client, reverse(IMPORT))).count("All 251 actions") == 1
    assert PromptTemplate.objects.count() == 251
    llm_action.refresh_from_db()
    assert llm_action.temperature == 0.9
    assert ModelLogEntry.objects.filter(user=admin).count() == 251
    assert LLMImport.objects.get().content == ""


@pytest.mark.usefixtures("small_requests")
def test_a_large_import_asks_for_the_right_again_when_it_starts(
    client: Client, kept_queue: type[KeptQueue]
) -> None:
    user = user_with(client, "add", "change")
    address = large(client, templates(21))
    right = Permission.objects.get(codename="change_prompttemplate")
    user.user_permissions.remove(right)

    execute(kept_queue)

    assert not PromptTemplate.objects.exists()
    user.user_permissions.add(right)
    assert "You are not allowed to import any more." in progress(client, address)[0]


@pytest.mark.usefixtures("small_requests")
def test_a_large_import_writes_what_was_confirmed_or_nothing(
    client: Client, admin: User, llm_action: LLMAction, kept_queue: type[KeptQueue]
) -> None:
    address = large(client, [*changed(temperature=0.9), *templates(21)])
    LLMAction.objects.update(temperature=1.5)

    execute(kept_queue)

    assert "Ended after 0 of 22. Something here has changed" in progress(client, address)[0]
    assert PromptTemplate.objects.count() == 1


@pytest.mark.usefixtures("small_requests")
def test_one_large_import_at_a_time(
    client: Client, admin: User, kept_queue: type[KeptQueue]
) -> None:
    address = large(client, templates(21))
    again = client.post(reverse(IMPORT), carried(upload(client, templates(21))), follow=True)
    assert "Another import is not finished yet." in again.content.decode()

    long_ago = timezone.now() - timedelta(minutes=5)
    LLMImport.objects.update(status="running", written=10, updated_at=long_ago)

    sentence, asks_again = progress(client, address)
    assert "Interrupted after 10 of 21. Choose the file again to see what is left." in sentence
    assert not asks_again
    assert large(client, templates(21)) != address


@pytest.mark.usefixtures("small_requests")
def test_a_large_import_says_that_its_queue_does_not_answer(
    client: Client, admin: User, settings: Any
) -> None:
    settings.WAGTAIL_LLM_ACTIONS = settings.WAGTAIL_LLM_ACTIONS | {
        "QUEUE": "tests.kept_queue.ClosedQueue"
    }

    page = client.post(reverse(IMPORT), carried(upload(client, templates(21))), follow=True)

    assert "the queue server cannot be reached" in page.content.decode()
    assert not LLMImport.objects.exists()


def test_more_than_the_admin_imports_is_left_to_the_command(
    client: Client, admin: User, tmp_path: Path
) -> None:
    entries = templates(2_001)
    sentence = (
        "The file has 2001 actions and prompt templates. This page imports up to 2000. For more, ask a "
        "developer to run this on the server, with the name of the file: manage.py llm_actions_import "
        "FILE"
    )

    page = upload(client, json.dumps(entries).encode())
    confirmed = client.post(
        reverse(IMPORT), {"content": json.dumps(entries), "fingerprint": ""}, follow=True
    )

    assert sentence in words(page)
    assert sentence in confirmed.content.decode()
    assert not PromptTemplate.objects.exists()
    path = tmp_path / "actions.json"
    path.write_text(json.dumps(entries))
    call_command("llm_actions_import", str(path), "--dry-run", stdout=(output := StringIO()))
    assert output.getvalue().count("Create: ") == 2_001


def test_a_form_without_a_file_is_said(client: Client, admin: User) -> None:
    response = client.post(reverse(IMPORT), {})

    assert "This field is required." in response.content.decode()


def test_a_file_of_almost_a_megabyte_can_be_confirmed(
    client: Client, admin: User, llm_action: LLMAction
) -> None:
    text = "ä\n" * 9_000
    entries = [*changed(), *(template(f"Long {number}", text) for number in range(27))]
    content = json.dumps(entries, ensure_ascii=False).encode()
    assert 0.95 * MAX_BYTES < len(content) < MAX_BYTES

    client.post(reverse(IMPORT), carried(upload(client, content)))

    assert PromptTemplate.objects.filter(text=text).count() == 27
