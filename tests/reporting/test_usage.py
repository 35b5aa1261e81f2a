"""The figures of a period, against the rows they are made of."""

from __future__ import annotations

import uuid
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest
from django.contrib.contenttypes.models import ContentType

from example_site.blog.models import Author
from tests.factories import LLMActionFactory, LLMRunFactory
from tests.reporting.usage_rows import JULY, NOON, failed, succeeded
from wagtail_llm_actions.models import LLMAction, LLMRun
from wagtail_llm_actions.reporting.error_patterns import error_patterns
from wagtail_llm_actions.reporting.latency import nearest_rank
from wagtail_llm_actions.reporting.period import Period, today
from wagtail_llm_actions.reporting.usage import DIMENSIONS, Usage

if TYPE_CHECKING:
    from pytest_django import DjangoAssertNumQueries, Settings

pytestmark = pytest.mark.django_db

ONE_DAY = timedelta(days=1)


def test_totals_are_what_the_rows_add_up_to() -> None:
    succeeded(cost="0.1", decision="accepted", input_tokens=10, output_tokens=3)
    succeeded(cost="0.2", decision="edited", input_tokens=20, output_tokens=4, queued_at=NOON)
    succeeded(cost="0.000000001", decision="dismissed", queued_at=NOON + 3 * ONE_DAY)
    failed(cost_usd=Decimal("0.05"), started_at=NOON)
    LLMRunFactory(status="cancelled", queued_at=NOON)
    LLMRunFactory(queued_at=NOON)
    rows = list(LLMRun.objects.all())

    totals = Usage(JULY).totals

    assert totals.runs == len(rows) == 6
    assert (totals.succeeded, totals.failed, totals.cancelled, totals.queued) == (3, 1, 1, 1)
    assert totals.cost_usd == sum(row.cost_usd or 0 for row in rows) == Decimal("0.350000001")
    assert totals.input_tokens == sum(row.input_tokens or 0 for row in rows) == 30
    assert totals.output_tokens == sum(row.output_tokens or 0 for row in rows) == 7
    assert totals.success_rate == 3 / 4
    assert totals.acceptance_rate == 2 / 3
    assert totals.cost_per_accepted == totals.cost_usd / 2


def test_the_candidates_of_a_click_are_one_proposal() -> None:
    kept, rejected = uuid.uuid4(), uuid.uuid4()
    for decision in ("dismissed", "accepted", "dismissed"):
        succeeded(decision=decision, candidate_group=kept)
    assert Usage(JULY).totals.acceptance_rate == 1

    for _ in range(3):
        succeeded(decision="dismissed", candidate_group=rejected)
    failed(candidate_group=rejected)
    succeeded(decision="accepted")

    totals = Usage(JULY).totals
    assert (totals.accepted, totals.proposed, totals.succeeded) == (2, 3, 7)
    (group,) = Usage(JULY).by("model")
    assert group.metrics.acceptance_rate == 2 / 3


def test_days_and_groups_add_up_to_the_totals() -> None:
    actions = LLMActionFactory.create_batch(3)
    for number in range(12):
        succeeded(
            cost=f"0.0{number}1",
            action=actions[number % 3],
            model_key=f"model-{number % 2}",
            queued_at=NOON + number % 5 * ONE_DAY,
        )
    failed(action=actions[0])
    usage = Usage(JULY)

    costs = [cost for day in usage.days for cost in day.costs.values()]
    assert len(usage.days) == 10
    assert sum(day.metrics.runs for day in usage.days) == usage.totals.runs == 13
    assert sum(costs) == usage.totals.cost_usd
    for dimension in DIMENSIONS.keys() - {"error"}:
        groups = usage.by(dimension)
        assert sum(group.metrics.runs for group in groups) == 13
        assert sum(group.metrics.cost_usd or 0 for group in groups) == usage.totals.cost_usd
        assert [group.metrics.runs for group in groups] == sorted(
            (group.metrics.runs for group in groups), reverse=True
        )
    (errors,) = usage.by("error")
    assert (errors.key, errors.metrics.runs) == ("timeout", 1)


def test_a_cost_that_nobody_knows_is_counted_and_not_taken_for_nothing() -> None:
    succeeded(cost=None)
    failed(started_at=NOON)
    failed(started_at=None)

    totals = Usage(JULY).totals

    assert totals.unknown_costs == 2
    assert totals.cost_usd is None
    assert totals.cost_per_accepted is None


def test_a_period_without_runs_cost_nothing_and_has_no_rates() -> None:
    totals = Usage(JULY).totals

    assert (totals.runs, totals.unknown_costs) == (0, 0)
    assert totals.cost_usd == 0
    assert (totals.success_rate, totals.acceptance_rate, totals.cost_per_accepted) == (
        None,
        None,
        None,
    )
    assert (totals.median_seconds, totals.p95_seconds) == (None, None)
    assert totals.first_token_seconds is None


def test_runs_that_test_an_action_are_left_out_of_everything() -> None:
    for status in ("succeeded", "failed"):
        LLMRunFactory(
            trigger="test",
            status=status,
            queued_at=NOON,
            started_at=NOON,
            finished_at=NOON,
            error_code="timeout",
            cost_usd=1,
        )
    usage = Usage(JULY)

    assert usage.totals == Usage(JULY.previous).totals
    assert not any(day.metrics.runs or day.costs for day in usage.days)
    assert not any(usage.by(dimension) for dimension in DIMENSIONS)
    assert error_patterns(Usage(JULY)) == []


@pytest.mark.parametrize(
    ("queued_at", "day"),
    [
        # Half past midnight, and half past eleven in the evening, in Paris.
        (datetime(2026, 7, 1, 22, 30, tzinfo=UTC), date(2026, 7, 2)),
        (datetime(2026, 7, 1, 21, 30, tzinfo=UTC), date(2026, 7, 1)),
        (datetime(2026, 7, 10, 21, 59, 59, 999999, tzinfo=UTC), date(2026, 7, 10)),
        (datetime(2026, 6, 30, 22, 0, tzinfo=UTC), date(2026, 7, 1)),
    ],
)
def test_a_run_belongs_to_the_day_of_the_sites_time_zone(queued_at: datetime, day: date) -> None:
    succeeded(queued_at=queued_at, seconds=3)

    (found,) = [entry for entry in Usage(JULY).days if entry.metrics.runs]

    assert found.day == day
    assert found.metrics.median_seconds == 3
    assert sum(found.costs.values()) == Decimal("0.01")


@pytest.mark.parametrize(
    "queued_at",
    [datetime(2026, 6, 30, 21, 59, tzinfo=UTC), datetime(2026, 7, 10, 22, 0, tzinfo=UTC)],
)
def test_the_day_before_and_the_day_after_do_not_belong_to_it(queued_at: datetime) -> None:
    succeeded(queued_at=queued_at)

    assert Usage(JULY).totals.runs == 0


def test_the_period_before_is_as_long_and_ends_the_day_before() -> None:
    assert JULY.length == 10
    assert JULY.previous == Period(date(2026, 6, 21), date(2026, 6, 30))
    assert Period.last_days(7).length == 7
    assert Period.last_days(7).end == today()
    with pytest.raises(ValueError, match="ends before"):
        Period(date(2026, 7, 2), date(2026, 7, 1))


def test_a_day_with_25_hours_is_one_day() -> None:
    autumn = Period(date(2026, 10, 25), date(2026, 10, 25))

    start, end = autumn.bounds

    assert end.astimezone(UTC) - start.astimezone(UTC) == timedelta(hours=25)


def test_times_are_percentiles_of_the_runs_that_succeeded() -> None:
    for seconds in range(1, 21):
        succeeded(seconds=seconds)
    failed(finished_at=NOON + timedelta(hours=1))

    totals = Usage(JULY).totals

    assert (totals.median_seconds, totals.p95_seconds) == (10, 19)
    assert totals.first_token_seconds == 5


def test_the_nearest_rank_is_a_value_that_was_measured() -> None:
    assert nearest_rank([], 95) is None
    assert nearest_rank([4.0], 50) == 4.0
    assert nearest_rank([1.0, 2.0], 50) == 1.0
    assert nearest_rank([1.0, 2.0, 3.0], 95) == 3.0
    assert nearest_rank([1.0, 2.0], 0) == 1.0


def test_an_action_that_was_renamed_is_one_action_and_deleted_ones_keep_their_names() -> None:
    action = LLMActionFactory(label="Standfirst")
    succeeded(action=action, action_label="Summary", seconds=4)
    succeeded(action=action, action_label="Standfirst", seconds=6)
    for label in ("Old one", "Older one"):
        succeeded(action__label=label)
        LLMAction.objects.get(label=label).delete()

    groups = Usage(JULY).by("action")

    assert (groups[0].key, groups[0].name, groups[0].metrics.runs) == (action.pk, "Standfirst", 2)
    assert groups[0].metrics.p95_seconds == 6
    assert sorted(group.name for group in groups[1:]) == ["Old one", "Older one"]


def test_runs_are_grouped_by_page_type() -> None:
    snippet = ContentType.objects.get_for_model(Author)
    succeeded(action__model_type=snippet, target_object_id="1")
    succeeded()
    succeeded()

    groups = Usage(JULY).by("page_type")

    assert [group.metrics.runs for group in groups] == [2, 1]
    assert groups[1].key == snippet.pk


def test_errors_that_are_alike_are_one_pattern_with_the_actions_they_hit() -> None:
    actions = [LLMActionFactory(label="One"), LLMActionFactory(label="Two")]
    for number in range(3):
        failed(
            error_code="model_unavailable",
            error_detail="model “owl” not found",
            action=actions[number % 2],
            queued_at=NOON + number * ONE_DAY,
        )
    failed(error_code="model_unavailable", error_detail="connection refused")
    failed(error_code="model_unavailable", error_detail="model “owl” not found", model_key="other")

    patterns = error_patterns(Usage(JULY))

    assert [pattern.runs for pattern in patterns] == [3, 1, 1]
    first = patterns[0]
    assert (first.first_at, first.last_at) == (NOON, NOON + 2 * ONE_DAY)
    assert first.actions == ("One", "Two")
    assert first.newest
    assert first.newest.queued_at == first.last_at
    assert {pattern.model_key for pattern in patterns[1:]} == {"scripted", "other"}


def test_the_number_of_queries_does_not_grow_with_the_rows(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    for number in range(6):
        succeeded(queued_at=NOON + number * ONE_DAY, model_key=f"model-{number}")
        failed(error_detail=str(number))

    with django_assert_num_queries(2):
        usage, previous = Usage.with_previous(JULY)
        usage.load(previous)
        assert (usage.totals.runs, previous.totals.runs) == (12, 0)
    with django_assert_num_queries(0):
        assert len(usage.days) == 10
        assert len([usage.by(dimension) for dimension in DIMENSIONS][1]) == 7
    with django_assert_num_queries(1):
        assert len(error_patterns(usage)) == 6


def test_a_site_without_time_zones_counts_days_too(settings: Settings) -> None:
    settings.USE_TZ = False

    assert Usage(Period.last_days(3)).totals.runs == 0
    assert len(Usage(Period.last_days(3)).days) == 3
