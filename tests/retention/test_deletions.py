"""What is deleted leaves no texts behind."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.contrib.contenttypes.models import ContentType
from django.core.management import call_command
from wagtail.models import Page

from tests.factories import AuthorFactory, BlogPageFactory, EditorFactory, LLMActionFactory
from tests.retention.runs import SECRET, full_run, stored_words
from wagtail_llm_actions.models import LLMErasure, LLMRun, LLMRunRollup
from wagtail_llm_actions.reporting.rollups import differences, refresh
from wagtail_llm_actions.retention import deletions
from wagtail_llm_actions.retention.erasures import ObjectErasure

if TYPE_CHECKING:
    from django.db.models import Model
    from pytest_django import DjangoAssertNumQueries

pytestmark = pytest.mark.django_db


def test_the_runs_on_a_deleted_page_lose_their_texts_and_its_title() -> None:
    page = BlogPageFactory(title="Mayor resigns")
    run, other = full_run(page=page), full_run()
    assert "Mayor resigns" in stored_words(run)

    Page.objects.get(pk=page.pk).delete()

    assert SECRET not in stored_words(run)
    assert "Mayor resigns" not in stored_words(run)
    run.refresh_from_db()
    assert (run.redaction_reason, run.decision, run.input_tokens) == ("object", "accepted", 12)
    assert SECRET in stored_words(other)
    assert not LLMErasure.objects.exists()


def test_so_do_those_on_a_deleted_snippet() -> None:
    author: Model = AuthorFactory()
    model_type = ContentType.objects.get_for_model(type(author))
    llm_action = LLMActionFactory(model_type=model_type, destination="bio", source="name")
    run = full_run(action=llm_action, target_object_id=str(author.pk), target_label="Ines")

    author.delete()

    assert SECRET not in stored_words(run)
    assert "Ines" not in stored_words(run)


def test_a_title_goes_also_from_a_run_that_was_redacted_before() -> None:
    page = BlogPageFactory(title="Mayor resigns")
    run = full_run(days=91, page=page)
    call_command("llm_actions_prune", verbosity=0)
    assert "Mayor resigns" in stored_words(run)

    page.delete()

    run.refresh_from_db()
    assert (run.target_label, run.redaction_reason) == ("", "age")


@pytest.mark.parametrize("others", [0, 1])
def test_a_run_under_way_on_a_deleted_page_is_redacted_once_it_has_ended(others: int) -> None:
    page = BlogPageFactory()
    run = full_run(page=page, status=LLMRun.Status.RUNNING)
    for _ in range(others):
        full_run(page=page)

    page.delete()
    assert SECRET in stored_words(run)
    call_command("llm_actions_prune", verbosity=0)
    assert SECRET in stored_words(run)
    LLMRun.objects.filter(pk=run.pk).update(status=LLMRun.Status.SUCCEEDED)
    call_command("llm_actions_prune", verbosity=0)

    assert SECRET not in stored_words(run)
    assert not LLMErasure.objects.exists()


def test_a_deletion_takes_one_query_where_there_was_no_run(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    content_type = ContentType.objects.get_for_model(type(BlogPageFactory()))
    with django_assert_num_queries(1):
        ObjectErasure(content_type.pk, "0").begin(100)


def test_the_runs_of_a_deleted_user_name_nobody_and_lose_what_they_typed() -> None:
    user = EditorFactory()
    typed, plain = full_run(user=user), full_run(user=user, instruction="")

    user.delete()

    typed.refresh_from_db()
    plain.refresh_from_db()
    assert (typed.user_id, plain.user_id) == (None, None)
    assert SECRET not in stored_words(typed)
    assert (typed.redaction_reason, plain.redaction_reason) == ("person", "")
    assert SECRET in stored_words(plain)


def test_what_a_deleted_user_typed_for_a_run_under_way_goes_when_it_has_ended() -> None:
    user = EditorFactory()
    run = full_run(user=user, status=LLMRun.Status.RUNNING)

    user.delete()
    call_command("llm_actions_prune", verbosity=0)
    assert SECRET in stored_words(run)
    LLMRun.objects.filter(pk=run.pk).update(status=LLMRun.Status.SUCCEEDED)
    call_command("llm_actions_prune", verbosity=0)

    run.refresh_from_db()
    assert SECRET not in stored_words(run)
    assert run.redaction_reason == "person"


@pytest.mark.parametrize("kind", ["page", "user"])
def test_of_many_runs_the_deletion_erases_some_and_pruning_the_rest(
    kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(deletions, "MAX_RUNS", 2)
    page, user = BlogPageFactory(), EditorFactory()
    runs = [full_run(page=page, user=user) for _ in range(5)]

    (page if kind == "page" else user).delete()
    assert sum(SECRET in stored_words(run) for run in runs) == 3

    call_command("llm_actions_prune", verbosity=0)
    assert not any(SECRET in stored_words(run) for run in runs)
    assert not LLMErasure.objects.exists()


def test_the_reports_of_days_that_are_over_do_not_name_an_anonymised_user_either() -> None:
    user = EditorFactory()
    pk = user.pk
    full_run(user=user, days=3)
    refresh()
    assert LLMRunRollup.objects.filter(user=user).exists()

    user.delete()
    refresh()

    assert not LLMRunRollup.objects.filter(user=pk).exists()
    assert list(differences()) == []
