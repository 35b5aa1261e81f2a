"""Workbooks that are too large for a request: question, job, progress, download, expiry."""

from __future__ import annotations

import io
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from django.contrib.auth.models import Permission
from django.test import TestCase
from django.urls import reverse
from django.utils import timezone
from django.utils.module_loading import import_string
from openpyxl import load_workbook
from wagtail.users.models import UserProfile

from tests.admin.html import page_at, words
from tests.admin.runs import HISTORY, history_reader
from tests.factories import AdminFactory, LLMActionFactory, LLMRunFactory
from wagtail_llm_actions.admin.exports import job, spreadsheets
from wagtail_llm_actions.models import LLMExport, LLMExportChunk
from wagtail_llm_actions.models.background_job import BackgroundJob, JobDeleted
from wagtail_llm_actions.tasks import recover_runs

if TYPE_CHECKING:
    from django.contrib.auth.models import User
    from django.test import Client

    from tests.kept_queue import KeptQueue

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("kept_queue")]

LIST = "wagtail_llm_actions:exports"


@pytest.fixture(autouse=True)
def small_files(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(spreadsheets, "ROWS_OF_REQUEST", 1)
    monkeypatch.setattr(job, "CHUNK_BYTES", 1_000)
    monkeypatch.setattr(job, "PROGRESS_ROWS", 2)


def history(**query: str) -> str:
    return reverse(HISTORY, query={"export": "xlsx", **query})


def started(client: Client, url: str = "") -> str:
    """Ask for a large file, and return the address of its progress."""
    with TestCase.captureOnCommitCallbacks(execute=True):
        response = client.post(url or history())
    assert response.status_code == 302
    address: str = response["Location"]
    return address


def execute(kept_queue: type[KeptQueue]) -> None:
    """Do what the queue would."""
    ((task, *args),) = kept_queue.called
    import_string(task)(*args)
    import_string(task)(*args)  # Delivered twice.
    kept_queue.called.clear()


def rows_of(client: Client, address: str) -> list[tuple[Any, ...]]:
    response: Any = client.get(f"{address}file/")
    assert response.status_code == 200
    content = response.getvalue()
    assert response["Content-Length"] == str(len(content))
    return list(load_workbook(io.BytesIO(content)).active.values)


def test_a_large_workbook_is_written_outside_the_request(
    client: Client, admin: User, kept_queue: type[KeptQueue]
) -> None:
    LLMRunFactory.create_batch(5, action=LLMActionFactory(label="=Sum"))

    question = page_at(client, history())

    assert "An XLSX file with more than 1 row" in words(question)
    (form,) = question.select("main form[method=post]")
    assert not form.get("action")
    assert not LLMExport.objects.exists()

    address = started(client)

    waiting = client.get(address)
    assert "The file waits for a worker." in waiting.text
    assert waiting["Refresh"]
    assert client.get(f"{address}file/").status_code == 404
    execute(kept_queue)
    done = client.get(address)
    assert "5 rows are written." in done.text
    assert not done.has_header("Refresh")
    rows = rows_of(client, address)
    assert [row[2] for row in rows] == ["Action", *["'=Sum"] * 5]
    assert LLMExportChunk.objects.count() > 1
    assert "llm-history.xlsx" in client.get(f"{address}file/")["Content-Disposition"]
    assert words(page_at(client, reverse(LIST))).count("5 rows are written.") == 1


def test_a_csv_file_is_never_too_large(client: Client, admin: User) -> None:
    LLMRunFactory.create_batch(3)

    response: Any = client.get(history(export="csv"))

    assert response.getvalue().count(b"\n") == 4


def test_the_file_holds_what_the_filters_keep(
    client: Client, admin: User, kept_queue: type[KeptQueue]
) -> None:
    LLMRunFactory.create_batch(2, target_label="Tides")
    LLMRunFactory.create_batch(2, target_label="Boats")

    address = started(client, history(page="tides"))
    execute(kept_queue)

    assert {row[4] for row in rows_of(client, address)[1:]} == {"Tides"}


@pytest.mark.parametrize("query", [{"state": "x"}, {"status": "lost"}, {"export": "pdf"}])
def test_a_wrong_filter_starts_nothing(
    client: Client, admin: User, query: dict[str, str], kept_queue: type[KeptQueue]
) -> None:
    LLMRunFactory.create_batch(3)

    response = client.post(history(**query))

    assert response.status_code == 400
    assert "Nothing was exported." in response.text
    assert not LLMExport.objects.exists()
    assert not kept_queue.called


def test_a_filter_that_went_away_exports_nothing(
    client: Client, admin: User, kept_queue: type[KeptQueue]
) -> None:
    run = LLMRunFactory()
    LLMRunFactory.create_batch(2, action=run.action)
    address = started(client, history(action=str(run.action_id)))
    run.action.delete()

    execute(kept_queue)

    page = client.get(address).text
    assert "The file was not written." in page
    assert "The filter “action” does not have this value." in page
    assert not LLMExportChunk.objects.exists()


def test_a_file_is_for_its_owner_only(
    client: Client, admin: User, kept_queue: type[KeptQueue]
) -> None:
    LLMRunFactory.create_batch(3)
    address = started(client)
    execute(kept_queue)

    client.force_login(AdminFactory())

    for url in (address, f"{address}file/"):
        assert client.get(url).status_code == 404
    assert "llm-history.xlsx" not in client.get(reverse(LIST)).text
    client.post(address)
    assert LLMExport.objects.exists()


def give(user: User, *codenames: str) -> None:
    user.user_permissions.add(*Permission.objects.filter(codename__in=codenames))


def take(user: User, *codenames: str) -> None:
    user.user_permissions.remove(*Permission.objects.filter(codename__in=codenames))


def test_the_rights_are_asked_for_again_when_the_file_is_written(
    client: Client, kept_queue: type[KeptQueue]
) -> None:
    user = history_reader()
    client.force_login(user)
    LLMRunFactory.create_batch(3)
    address = started(client)
    take(user, "view_llmrun")

    execute(kept_queue)

    give(user, "view_llmrun")
    assert "You are not allowed to export this any more." in client.get(address).text
    assert not LLMExportChunk.objects.exists()


def test_costs_are_in_the_file_of_who_may_see_them_when_it_is_written(
    client: Client, kept_queue: type[KeptQueue]
) -> None:
    user = history_reader()
    client.force_login(user)
    give(user, "view_costs")
    LLMRunFactory.create_batch(3)
    for sees in (True, False):
        address = started(client)
        if not sees:
            take(user, "view_costs")
        execute(kept_queue)
        assert ("Cost in US dollars" in rows_of(client, address)[0]) is sees


@pytest.mark.parametrize("change", [take, give])
def test_the_rights_are_asked_for_again_at_the_download(
    client: Client, kept_queue: type[KeptQueue], change: Any
) -> None:
    user = history_reader()
    client.force_login(user)
    if change is take:
        give(user, "view_costs")
    LLMRunFactory.create_batch(3)
    address = started(client)
    execute(kept_queue)
    assert rows_of(client, address)

    change(user, "view_costs")

    response = client.get(f"{address}file/", follow=True)
    assert response.redirect_chain == [(address, 302)]
    assert "Your permissions have changed since the file was written." in response.text


@pytest.mark.parametrize("is_deleted", [True, False])
def test_a_user_who_was_deleted_or_locked_out_gets_no_file(
    client: Client, admin: User, kept_queue: type[KeptQueue], is_deleted: bool
) -> None:
    LLMRunFactory.create_batch(3)
    started(client)
    if is_deleted:
        admin.delete()
    else:
        admin.is_active = False
        admin.save()

    execute(kept_queue)

    assert LLMExport.objects.get().status == "failed"
    assert not LLMExportChunk.objects.exists()


def test_an_expired_file_is_gone(client: Client, admin: User, kept_queue: type[KeptQueue]) -> None:
    LLMRunFactory.create_batch(3)
    address = started(client)
    execute(kept_queue)
    export = LLMExport.objects.get()
    assert timedelta(hours=23) < export.expires_at - timezone.now() < timedelta(hours=25)
    recover_runs()
    assert rows_of(client, address)

    LLMExport.objects.update(expires_at=timezone.now() - timedelta(seconds=1))

    assert client.get(f"{address}file/").status_code == 404
    assert not LLMExportChunk.objects.exists()


def test_the_tick_deletes_expired_files(
    client: Client, admin: User, kept_queue: type[KeptQueue]
) -> None:
    LLMRunFactory.create_batch(3)
    started(client)
    execute(kept_queue)
    LLMExport.objects.update(expires_at=timezone.now())

    recover_runs()

    assert not LLMExport.objects.exists()
    assert not LLMExportChunk.objects.exists()


def test_a_file_that_is_deleted_is_written_no_further(
    client: Client, admin: User, kept_queue: type[KeptQueue]
) -> None:
    LLMRunFactory.create_batch(5)
    address = started(client)
    export = LLMExport.objects.get()
    rows = job.followed(export, range(5), 5)
    next(rows)
    assert client.post(address)["Location"] == reverse(LIST)

    with pytest.raises(JobDeleted):
        list(rows)
    execute(kept_queue)

    assert not LLMExport.objects.exists()


def test_a_user_has_one_unfinished_export(
    client: Client, admin: User, kept_queue: type[KeptQueue]
) -> None:
    LLMRunFactory.create_batch(3)

    assert started(client) == started(client)

    assert len(kept_queue.called) == 1
    long_ago = timezone.now() - timedelta(minutes=5)
    LLMExport.objects.update(status=BackgroundJob.Status.RUNNING, updated_at=long_ago)
    assert "Interrupted" in client.get(reverse(LIST)).text
    started(client)
    assert LLMExport.objects.count() == 2


def test_a_user_has_five_files(client: Client, admin: User) -> None:
    others = LLMExport.objects.create(user=AdminFactory(), status="done", filename="x.xlsx")
    oldest, *_newer = [
        LLMExport.objects.create(
            user=admin, status="done", created_at=timezone.now() - timedelta(hours=hours)
        )
        for hours in (9, 8, 7, 6, 5)
    ]
    LLMRunFactory.create_batch(3)

    started(client)

    assert LLMExport.objects.filter(user=admin).count() == 5
    assert not LLMExport.objects.filter(pk=oldest.pk).exists()
    assert LLMExport.objects.filter(pk=others.pk).exists()


def test_a_queue_that_does_not_answer_is_said(client: Client, admin: User, settings: Any) -> None:
    settings.WAGTAIL_LLM_ACTIONS = settings.WAGTAIL_LLM_ACTIONS | {
        "QUEUE": "tests.kept_queue.ClosedQueue"
    }
    LLMRunFactory.create_batch(3)

    address = started(client)

    assert "The queue server cannot be reached." in client.get(address).text


def test_numbers_of_rows_are_written_as_the_language_writes_them(
    client: Client, admin: User
) -> None:
    LLMExport.objects.create(user=admin, status="running", written=402_000, total=1_234_567)
    UserProfile.objects.create(user=admin, preferred_language="de")

    page = words(page_at(client, reverse(LIST)))

    assert "402.000" in page
    assert "1.234.567" in page
