"""Where nothing is stored, no text is ever in the database, from the first write."""

from __future__ import annotations

from io import StringIO
from typing import TYPE_CHECKING, Any, cast

import pytest
from django.core.cache import cache
from django.core.cache.backends.locmem import LocMemCache
from django.core.management import call_command
from django.db import connection
from django.test import TestCase
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tests.admin.html import page_at, table_rows, words
from tests.admin.runs import HISTORY, run_url
from tests.editor.requests import decide, poll
from tests.factories import (
    AdminFactory,
    BlogPageFactory,
    EditorFactory,
    LLMActionFactory,
    PromptTemplateFactory,
)
from tests.retention.runs import whole_database
from tests.runs.starting import start_run
from wagtail_llm_actions.checks import check_settings
from wagtail_llm_actions.errors import ModelUnavailable, RateLimited, RequestRejected
from wagtail_llm_actions.messages.support_report import support_report
from wagtail_llm_actions.models import LLMRun, RedactionReason, RetentionMode
from wagtail_llm_actions.provider_registry import get_provider
from wagtail_llm_actions.retention.person import anonymise
from wagtail_llm_actions.runs.decisions import accept
from wagtail_llm_actions.runs.enqueue import bulk_create_and_enqueue
from wagtail_llm_actions.runs.lifecycle.execute import execute
from wagtail_llm_actions.runs.pending import attach_to_object, pending_runs
from wagtail_llm_actions.runs.previous import previous_counts
from wagtail_llm_actions.runs.redaction import redact
from wagtail_llm_actions.runs.request.build_run import build_run
from wagtail_llm_actions.runs.unstored import restore, withhold

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from django.contrib.auth.models import User
    from django.test import Client
    from pytest_django import Settings

    from wagtail_llm_actions.providers.testing import ScriptedProvider

pytestmark = pytest.mark.django_db

SENT = "zanzibar-canary"
"""In the unsaved form, the instruction, the prompt, and what a provider quotes."""
ANSWER = "kilimanjaro-canary"
LOST = "those of this run have been lost. Try again."


class ClosedCache(LocMemCache):
    """Stands for a cache whose server does not answer."""

    def set_many(self, *_args: Any, **_values: Any) -> Any:
        raise ConnectionError

    get_many = delete_many = set_many


@pytest.fixture(autouse=True)
def _empty_cache(kept_queue: object) -> Iterator[None]:
    cache.clear()
    yield
    cache.clear()


@pytest.fixture
def scripted(settings: Settings, kept_queue: object) -> ScriptedProvider:
    """Return the provider of two models, one of which can be the fallback of the other."""
    models = {key: {"PROVIDER": "test", "NAME": key} for key in ("scripted", "other")}
    settings.WAGTAIL_LLM_ACTIONS = settings.WAGTAIL_LLM_ACTIONS | {"MODELS": models}
    return cast("ScriptedProvider", get_provider("test"))


def clicked(user: User | None = None, **values: Any) -> LLMRun:
    """Click in a form with a text, a title and an instruction, none of which is saved."""
    template = PromptTemplateFactory(text="{{ input }} {{ instruction }}")
    llm_action = LLMActionFactory(
        **{"retention_mode": RetentionMode.NOTHING, "prompt_template": template, **values}
    )
    page = BlogPageFactory()
    page.intro, page.title = f"The {SENT} was seen.", f"About the {SENT}"
    with TestCase.captureOnCommitCallbacks(execute=True):
        return start_run(llm_action, page, user=user, instruction=f"More {SENT}.")


def target(run: LLMRun) -> Any:
    return run.target


def assert_no_text_is_stored() -> None:
    found = whole_database()
    assert "Action " in found
    assert SENT not in found
    assert ANSWER not in found


def down(detail: str = SENT) -> ModelUnavailable:
    return ModelUnavailable(provider="test", model="scripted", detail=detail)


ENDS: dict[str, list[list[Any]]] = {
    "succeeded": [[f"The {ANSWER}", " came."]],
    "succeeded after a repair": [
        [f"The {ANSWER} came early. " * 20],
        [f"The {ANSWER} came early, and it left."],
    ],
    "succeeded with the fallback": [[down()], [down()], [down()], [ANSWER]],
    "failed": [[RequestRejected(provider="test", model="scripted", detail=f"Bad: {SENT}")]],
    "failed in the middle": [[f"The {ANSWER}", down()]],
    "failed unexpectedly": [[f"The {ANSWER}", RuntimeError(f"No place for {SENT}")]],
    "queued again": [
        [RateLimited(provider="test", model="scripted", detail=SENT, retry_after_seconds=60)]
    ],
}


@pytest.mark.parametrize("end", ENDS)
def test_no_text_is_in_the_database_or_the_log_at_any_time(
    end: str, scripted: ScriptedProvider, caplog: pytest.LogCaptureFixture
) -> None:
    run = clicked(fallback_model="other" if "fallback" in end else "")
    assert_no_text_is_stored()
    for answer in ENDS[end]:
        scripted.script(*answer)

    execute(run.pk)

    assert_no_text_is_stored()
    assert SENT not in caplog.text
    assert ANSWER not in caplog.text
    assert len(scripted.requests) == len(ENDS[end])
    assert all(SENT in request.prompt or ANSWER in request.prompt for request in scripted.requests)
    run.refresh_from_db()
    assert run.status == end.split(maxsplit=1)[0]
    assert run.redaction_reason == RedactionReason.NEVER


def test_a_run_that_is_queued_again_is_sent_by_the_next_worker(scripted: ScriptedProvider) -> None:
    run = clicked()
    scripted.script(RateLimited(provider="test", model="scripted", retry_after_seconds=60))
    scripted.script(ANSWER)
    execute(run.pk)
    LLMRun.objects.filter(pk=run.pk).update(retry_at=None)

    execute(run.pk)

    first, second = scripted.requests
    assert second.prompt == first.prompt
    assert SENT in second.prompt
    assert_no_text_is_stored()


def test_a_click_that_cannot_be_sent_stores_no_instruction(scripted: ScriptedProvider) -> None:
    run = clicked(source="gone")

    assert (run.status, run.error_code) == ("failed", "invalid_input")
    assert_no_text_is_stored()


def test_a_text_goes_from_the_click_to_the_decision(
    client: Client, scripted: ScriptedProvider
) -> None:
    user = EditorFactory()
    client.force_login(user)
    run = clicked(user)
    assert poll(client, run).json()["status"] == "queued"
    scripted.script(f"The {ANSWER} came.")
    execute(run.pk)

    ended = poll(client, run).json()
    # As after a reload.
    (pending,) = pending_runs(user, target(run), "")
    decided = decide(client, run, decision="accept", text=f"The {ANSWER} came early.").json()

    assert (ended["status"], ended["output"], ended["notice"]) == (
        "succeeded",
        f"The {ANSWER} came.",
        "",
    )
    assert pending.output == f"The {ANSWER} came."
    assert decided["decision"] == "edited"
    run.refresh_from_db()
    assert 0 < cast("float", run.decision_similarity) < 1
    assert_no_text_is_stored()
    assert pending_runs(user, target(run), "") == []
    assert poll(client, run).json()["output"] == ""


def test_candidates_keep_their_texts_until_one_is_chosen(
    client: Client, scripted: ScriptedProvider
) -> None:
    user = EditorFactory()
    client.force_login(user)
    first = clicked(user, candidate_count=2)
    (other,) = LLMRun.objects.exclude(pk=first.pk)
    for run in (first, other):
        scripted.script(f"{ANSWER} {run.pk}")
        execute(run.pk)
    state = poll(client, first).json()
    texts = [state["output"], *(each["output"] for each in state["candidates"])]
    assert texts == [f"{ANSWER} {run.pk}" for run in (first, other)]

    decide(client, other, decision="accept", text=texts[1])

    assert poll(client, first).json()["output"] == ""
    assert_no_text_is_stored()


def test_without_its_cache_a_run_fails_with_a_sentence(
    client: Client, scripted: ScriptedProvider
) -> None:
    user = EditorFactory()
    client.force_login(user)
    run = clicked(user)
    cache.clear()

    execute(run.pk)

    state = poll(client, run).json()
    assert (state["status"], state["error"]["code"]) == ("failed", "interrupted")
    assert LOST in state["error"]["message"]
    assert scripted.requests == []


def test_a_text_that_the_cache_loses_later_cannot_be_accepted(
    client: Client, scripted: ScriptedProvider
) -> None:
    user = EditorFactory()
    client.force_login(user)
    run = clicked(user)
    scripted.script(ANSWER)
    execute(run.pk)
    cache.clear()

    state = poll(client, run).json()

    assert state["status"] == "failed"
    assert LOST in state["error"]["message"]
    assert pending_runs(user, target(run), "") == []


def test_texts_that_another_secret_key_has_encrypted_are_lost(
    scripted: ScriptedProvider, settings: Settings
) -> None:
    run = clicked()
    settings.SECRET_KEY = "another"  # noqa: S105

    execute(run.pk)

    run.refresh_from_db()
    assert run.error_context == {"reason": "texts_lost"}


def test_a_cache_that_does_not_answer_fails_the_click(
    scripted: ScriptedProvider, settings: Settings
) -> None:
    settings.CACHES = settings.CACHES | {"texts": {"BACKEND": f"{__name__}.ClosedCache"}}
    settings.WAGTAIL_LLM_ACTIONS = settings.WAGTAIL_LLM_ACTIONS | {"RETENTION": {"CACHE": "texts"}}

    run = clicked()

    assert (run.status, run.error_context) == ("failed", {"reason": "texts_lost"})
    assert_no_text_is_stored()


def test_bulk_runs_store_nothing_either(scripted: ScriptedProvider) -> None:
    llm_action = LLMActionFactory(retention_mode=RetentionMode.NOTHING)
    page = BlogPageFactory()
    page.intro = SENT
    run, _error = build_run(llm_action, page, trigger=LLMRun.Trigger.BULK)
    with TestCase.captureOnCommitCallbacks(execute=True):
        bulk_create_and_enqueue([run])
    scripted.script(ANSWER)

    execute(run.pk)

    assert_no_text_is_stored()
    (pending,) = pending_runs(EditorFactory(), page, "")
    assert pending.output == ANSWER


def test_a_new_page_gives_its_title_to_no_run(scripted: ScriptedProvider) -> None:
    user = EditorFactory()
    run = clicked(user)
    LLMRun.objects.filter(pk=run.pk).update(target_object_id=None, form_key="form")
    page = BlogPageFactory()
    page.title = SENT

    attach_to_object(user, page, "form")

    run.refresh_from_db()
    assert (run.target_object_id, run.target_label) == (str(page.pk), "")


def test_what_is_deleted_takes_texts_out_of_the_cache(scripted: ScriptedProvider) -> None:
    user = EditorFactory()
    run = clicked(user)
    scripted.script(ANSWER)
    execute(run.pk)
    page = target(run)

    redact([run.pk], RedactionReason.OBJECT)

    assert pending_runs(user, page, "") == []


@pytest.mark.parametrize("what", ["page", "user", "name of the user"])
def test_a_deletion_takes_texts_out_of_the_cache_for_good(
    what: str, scripted: ScriptedProvider
) -> None:
    user = EditorFactory()
    written, under_way = clicked(user), clicked(user)
    LLMRun.objects.filter(pk=under_way.pk).update(target_object_id=written.target_object_id)
    scripted.script(ANSWER)
    execute(written.pk)
    delete: dict[str, Callable[[], object]] = {
        "page": target(written).delete,
        "user": user.delete,
        "name of the user": lambda: anonymise(user),
    }

    delete[what]()

    # A worker that has read the prompt before has an answer now: nobody will ask for it.
    withhold(under_way.pk, {"output": ANSWER, "removed": []})
    for run in (written, under_way):
        assert cache.get(f"llm-actions:unstored:{run.pk}") is None
    execute(under_way.pk)
    under_way.refresh_from_db()
    assert under_way.error_context == {"reason": "texts_lost"}


def test_the_cache_holds_nothing_that_can_be_read(scripted: ScriptedProvider) -> None:
    run = clicked()
    scripted.script(ANSWER)
    execute(run.pk)

    held = cache.get(f"llm-actions:unstored:{run.pk}")

    assert SENT.encode() not in held
    assert ANSWER.encode() not in held


def test_the_admin_says_that_texts_are_not_stored(
    client: Client, scripted: ScriptedProvider
) -> None:
    admin = AdminFactory()
    client.force_login(admin)
    run = clicked()
    scripted.script(ANSWER)
    execute(run.pk)

    (row,) = table_rows(page_at(client, reverse(HISTORY)))
    exported = b"".join(client.get(f"{reverse(HISTORY)}?export=csv")).decode()
    page = words(page_at(client, run_url(run)))

    assert any("Texts not stored" in cell for cell in row)
    assert "The texts of this run are not stored. Times, decisions," in page
    assert not {SENT, ANSWER} & {*exported.split(), *page.split()}
    run.refresh_from_db()
    assert "texts: not stored" in support_report(run, [])
    assert (
        previous_counts(admin, target(run), "", ["summary"], lambda _names: True, without=[]) == {}
    )


def test_pruning_has_nothing_to_redact(scripted: ScriptedProvider) -> None:
    run = clicked()
    scripted.script(ANSWER)
    execute(run.pk)
    output = StringIO()

    call_command("llm_actions_prune", "--dry-run", "--days", "1", stdout=output)

    assert output.getvalue() == "Would redact 0 runs, delete 0 runs and anonymise 0 runs.\n"


@pytest.mark.parametrize(
    ("queue", "backend", "expected"),
    [
        ("KeptQueue", "locmem.LocMemCache", "E009"),
        ("QueueHere", "locmem.LocMemCache", "W011"),
        ("QueueHere", "dummy.DummyCache", "E009"),
        ("KeptQueue", "db.DatabaseCache", None),
    ],
)
def test_a_cache_that_is_not_shared_is_said(
    queue: str, backend: str, expected: str | None, settings: Settings
) -> None:
    settings.CACHES = {
        "default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"},
        "texts": {"BACKEND": f"django.core.cache.backends.{backend}", "LOCATION": "texts"},
    }
    settings.WAGTAIL_LLM_ACTIONS = settings.WAGTAIL_LLM_ACTIONS | {
        "QUEUE": f"tests.kept_queue.{queue}",
        "RETENTION": {"MODE": "nothing", "CACHE": "texts"},
    }

    found = check_settings()

    assert [message.id for message in found] == (
        [f"wagtail_llm_actions.{expected}"] if expected else []
    )
    assert all("['RETENTION']['CACHE']" in str(message.hint) for message in found)


def test_a_decision_takes_no_more_queries_than_on_a_run_whose_texts_are_kept(
    scripted: ScriptedProvider,
) -> None:
    def queries(mode: str) -> int:
        run = clicked(retention_mode=mode)
        scripted.script(f"The {ANSWER} came.")
        execute(run.pk)
        run = LLMRun.objects.get(pk=run.pk)
        restore([run])
        with CaptureQueriesContext(connection) as captured:
            accept(run, run.output)
        return len(captured)

    assert queries(RetentionMode.NOTHING) == queries(RetentionMode.KEEP)
