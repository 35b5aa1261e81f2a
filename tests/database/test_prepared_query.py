"""Prepared queries give what Django's own would, for the values of each use."""

from __future__ import annotations

import threading
import uuid
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest
from django.db import connection
from django.db.models import Value
from django.utils import timezone
from wagtail.models import Page, PageManager

from example_site.blog.models import BlogPage
from tests.factories import AuthorFactory, BlogPageFactory, LLMRunFactory
from wagtail_llm_actions.database.prepared_query import (
    COUNT,
    Parameter,
    PreparedQuery,
    object_with_key,
)
from wagtail_llm_actions.models import LLMRun
from wagtail_llm_actions.runs.lookup import run_for_editors

if TYPE_CHECKING:
    from django.db.models import QuerySet
    from pytest_django import DjangoAssertNumQueries

pytestmark = pytest.mark.django_db

PK = LLMRun._meta.pk
QUEUED_AT = LLMRun._meta.get_field("queued_at")


def test_an_object_is_that_of_djangos_own_query() -> None:
    LLMRunFactory()
    run = LLMRunFactory(status="succeeded", output="A text.", removed=[{"kind": "quotes"}])
    query = PreparedQuery(lambda: LLMRun.objects.filter(pk=Parameter("run_id", PK)))

    found = query.first(run_id=run.pk)

    expected = LLMRun.objects.get(pk=run.pk)
    assert found == expected
    assert not found._state.adding
    for field in LLMRun._meta.concrete_fields:
        assert getattr(found, field.attname) == getattr(expected, field.attname)


def test_nothing_is_found_for_another_value() -> None:
    LLMRunFactory()
    query = PreparedQuery(lambda: LLMRun.objects.filter(pk=Parameter("run_id", PK)))

    assert query.first(run_id=uuid.uuid4()) is None


@pytest.mark.parametrize("key", [2**63, -(2**70)])
def test_nothing_has_a_key_that_is_too_large_for_its_column(key: int) -> None:
    assert object_with_key(Page.objects, key) is None


def test_columns_that_were_left_out_are_read_later(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    run = LLMRunFactory(prompt="A prompt.")
    query = PreparedQuery(
        lambda: (
            LLMRun.objects.defer("prompt")
            .filter(pk=Parameter("run_id", PK))
            .annotate(answer=Value(42))
        )
    )

    with django_assert_num_queries(1):
        found = query.first(run_id=run.pk)

    assert found
    assert found.get_deferred_fields() == {"prompt"}
    assert found.prompt == "A prompt."
    assert found.answer == 42


def test_rows_have_the_values_of_python() -> None:
    now = timezone.now()
    earlier, later = LLMRunFactory(queued_at=now), LLMRunFactory(queued_at=now + timedelta(1))
    query: PreparedQuery[LLMRun] = PreparedQuery(
        lambda: (
            LLMRun.objects.filter(queued_at__gte=Parameter("moment", QUEUED_AT))
            .order_by("queued_at")
            .values_list("pk", "queued_at", "temperature")
        )
    )

    assert query.rows(moment=now) == [
        (earlier.pk, now, earlier.temperature),
        (later.pk, now + timedelta(1), later.temperature),
    ]
    assert len(query.rows(moment=later.queued_at)) == 1


def test_the_number_of_rows_is_a_row() -> None:
    LLMRunFactory.create_batch(2)

    def queued() -> QuerySet[LLMRun, tuple[int]]:
        status = Parameter("status", LLMRun._meta.get_field("status"))
        return LLMRun.objects.filter(status=status).order_by().values_list(COUNT)

    query = PreparedQuery(queued)

    assert query.rows(status="queued") == [(2,)]
    assert query.rows(status="running") == [(0,)]


def test_a_query_is_built_once() -> None:
    built = []

    def build() -> QuerySet[LLMRun]:
        built.append(1)
        return LLMRun.objects.filter(pk=Parameter("run_id", PK))

    query = PreparedQuery(build)
    assert not built

    for _ in range(2):
        query.first(run_id=uuid.uuid4())

    assert built == [1]


class _Interrupted(Value):
    """A value at which the first thread that compiles it stops until a second one does, if one does.

    The second stops until the first has compiled all.
    """

    def __init__(self) -> None:
        super().__init__(1)
        self.threads = 0
        self.second_compiles, self.first_has_compiled = threading.Event(), threading.Event()

    def as_sql(self, *args: Any, **kwargs: Any) -> Any:
        self.threads += 1
        if self.threads == 1:
            self.second_compiles.wait(0.5)
        else:
            self.second_compiles.set()
            self.first_has_compiled.wait(5)
        return super().as_sql(*args, **kwargs)

    def __copy__(self) -> _Interrupted:
        # Django copies what it puts into a query.
        return self


@pytest.mark.django_db(transaction=True)
def test_two_threads_may_use_it_first_at_the_same_time() -> None:
    page = BlogPageFactory()
    value = _Interrupted()
    # Its rows are in two tables, which Django joins while it compiles.
    pages = BlogPage.objects.order_by().annotate(one=value)
    query = PreparedQuery(lambda: pages.filter(pk=Parameter("key", BlogPage._meta.pk)))

    def find(key: int) -> BlogPage | None:
        try:
            return query.first(key=key)
        finally:
            value.first_has_compiled.set()
            connection.close()

    with ThreadPoolExecutor(2) as threads:
        assert list(threads.map(find, [page.pk, page.pk])) == [page, page]


@pytest.mark.parametrize(
    "new",
    [
        {"status": "succeeded", "output": '100 % of "it".\nIt\'s \\ done.', "raw_output": ""},
        {"removed": [{"kind": "quotes"}], "unsourced_facts": [], "price": {"input": "3"}},
        {"price": None, "cost_usd": None, "finished_at": None, "lease_token": None},
        {"cost_usd": Decimal("0.000123456"), "input_tokens": 7, "is_reasoning": True},
        {"finished_at": timezone.now(), "lease_token": uuid.uuid4(), "user": None},
    ],
)
def test_an_update_writes_what_djangos_own_does(new: dict[str, Any]) -> None:
    prepared, changed, other = LLMRunFactory.create_batch(3, price={"output": "15"})
    query = PreparedQuery(lambda: LLMRun.objects.filter(pk=Parameter("run_id", PK)))

    for _ in range(2):
        assert query.update(new, run_id=prepared.pk) == 1
    LLMRun.objects.filter(pk=changed.pk).update(**new)

    rows = {row["pk"]: row for row in LLMRun.objects.values("pk", *new)}
    ours, djangos = rows[prepared.pk], rows[changed.pk]
    assert {**ours, "pk": 0} == {**djangos, "pk": 0}
    for name in new:
        assert rows[other.pk][name] == getattr(other, name if name != "user" else "user_id")
        null = LLMRun.objects.filter(**{f"{name}__isnull": True})
        assert null.filter(pk=prepared.pk).exists() == null.filter(pk=changed.pk).exists()


def test_an_update_of_no_row_says_so() -> None:
    run = LLMRunFactory(status="queued")
    query = PreparedQuery(lambda: LLMRun.objects.queued().filter(pk=Parameter("run_id", PK)))

    assert query.update({"status": "running"}, run_id=run.pk) == 1
    assert query.update({"status": "running"}, run_id=run.pk) == 0
    assert query.update({"output": "A text."}, run_id=run.pk) == 0
    run.refresh_from_db()
    assert (run.status, run.output) == ("running", "")


@pytest.mark.parametrize("factory", [BlogPageFactory, AuthorFactory])
def test_an_object_is_found_by_its_key_as_text(factory: type[BlogPageFactory]) -> None:
    made = factory()
    model = type(made)

    found = object_with_key(model._base_manager, str(made.pk))

    assert found == made
    for field in model._meta.concrete_fields:
        assert getattr(found, field.attname) == getattr(made, field.attname)
    assert object_with_key(model._base_manager, str(made.pk + 1)) is None


def test_a_manager_that_makes_objects_of_other_classes_is_asked_itself() -> None:
    class SpecificManager(PageManager):
        def get_queryset(self) -> Any:
            return super().get_queryset().specific()

    page = BlogPageFactory()
    manager: Any = SpecificManager()
    manager.model = Page

    assert isinstance(object_with_key(manager, page.pk), BlogPage)
    assert object_with_key(manager, page.pk + 1) is None


def test_a_manager_that_chooses_rows_anew_each_time_is_asked_itself() -> None:
    chosen: list[int] = []

    class TenantManager(PageManager):
        def get_queryset(self) -> Any:
            return super().get_queryset().filter(pk__in=chosen)

    page = BlogPageFactory()
    manager: Any = TenantManager()
    manager.model = BlogPage

    assert object_with_key(manager, page.pk) is None
    chosen.append(page.pk)
    assert object_with_key(manager, page.pk) == page
    chosen.clear()
    assert object_with_key(manager, page.pk) is None


def test_a_run_is_found_with_its_target(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    run = LLMRunFactory(page=(page := BlogPageFactory()))

    with django_assert_num_queries(2):
        found = run_for_editors(run.pk)
        assert found
        assert found.target == page
    assert "prompt" in found.get_deferred_fields()


def test_the_target_of_a_run_may_be_deleted(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    run = LLMRunFactory(page=(page := BlogPageFactory()))
    page.delete()

    found = run_for_editors(run.pk)

    with django_assert_num_queries(0):
        assert found
        assert found.target is None
