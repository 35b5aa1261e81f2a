"""Runs with content that somebody may read, as the database selects and counts them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from django.contrib.contenttypes.models import ContentType
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.factories import AuthorFactory, BlogPageFactory, EditorFactory, LLMRunFactory
from wagtail_llm_actions.models import LLMRun
from wagtail_llm_actions.runs.previous import (
    finished_runs,
    has_finished_runs,
    previous_counts,
    previous_runs,
)

if TYPE_CHECKING:
    from collections.abc import Collection

pytestmark = pytest.mark.django_db

KINDS: list[dict[str, Any]] = [
    {"read_fields": []},
    {"read_fields": ["body"]},
    {"read_fields": ["Body"]},
    {"read_fields": ["body", "summary"]},
    {"read_fields": ["bodysummary"]},
    {"source_path": "body"},
    {"source_path": "subtitle", "field_path": "intro"},
    {"field_path": "title"},
    {"trigger": "test"},
    {"trigger": "test", "read_fields": ["body"]},
]


def can_read(names: Collection[str]) -> bool:
    return {"intro", "body", "summary"}.issuperset(names)


def kept() -> set[Any]:
    runs = LLMRun.objects.with_content(lambda run: can_read(run.content_fields))
    return set(runs.values_list("pk", flat=True))


def test_the_database_selects_what_content_fields_would() -> None:
    for kind in KINDS * 2:
        LLMRunFactory(**{"source_path": "intro", "field_path": "summary", **kind})

    expected = {run.pk for run in LLMRun.objects.all() if can_read(run.content_fields)}

    assert 0 < len(expected) < 2 * len(KINDS)
    assert kept() == expected


def test_the_type_of_the_object_counts() -> None:
    of_page = LLMRunFactory()
    author = AuthorFactory()
    of_author = LLMRunFactory(
        action__model_type=ContentType.objects.get_for_model(author),
        target_object_id=str(author.pk),
    )
    asked: list[int] = []

    def is_of_author(run: LLMRun) -> bool:
        asked.append(run.target_content_type_id)
        return bool(run.target_content_type_id == of_author.target_content_type_id)

    assert list(LLMRun.objects.with_content(is_of_author)) == [of_author]
    assert sorted(asked) == sorted(
        [of_page.target_content_type_id, of_author.target_content_type_id]
    )


def test_neither_queries_nor_parameters_grow_with_the_runs() -> None:
    lengths = []
    for _ in range(2):
        for kind in KINDS:
            LLMRunFactory(**kind)
        with CaptureQueriesContext(connection) as queries:
            kept()
        lengths.append([len(query["sql"]) for query in queries])

    assert len(lengths[0]) == 2
    assert lengths[0] == lengths[1]


def test_what_a_form_lists_of_an_object_is_selected_and_counted_by_the_database() -> None:
    page, user = BlogPageFactory(), EditorFactory()
    paths = {"source_path": "intro", "field_path": "summary"}
    done = {"page": page, "succeeded": True, "output": "A text.", **paths}
    shown = LLMRunFactory(**done)
    LLMRunFactory(**done, read_fields=["subtitle"])
    failed = LLMRunFactory(page=page, status="failed", error_code="timeout", **paths)
    seen = LLMRunFactory(**done)
    of_form = user, page, "", can_read

    assert set(finished_runs(*of_form)) == {shown, failed, seen}
    assert set(previous_runs(*of_form)) == {shown, seen}
    assert has_finished_runs(*of_form)
    with CaptureQueriesContext(connection) as queries:
        counts = previous_counts(user, page, "", ["summary"], can_read, without=[str(seen.pk)])
    assert (counts, len(queries)) == ({"summary": 1}, 1)

    assert not has_finished_runs(user, page, "", lambda names: not names)
