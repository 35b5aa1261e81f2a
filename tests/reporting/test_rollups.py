"""The figures from rollups are those of the rows, whatever happens to a run afterwards."""

from __future__ import annotations

import random
import uuid
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from io import StringIO
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import pytest
from django.core.management import CommandError, call_command
from django.db import transaction
from django.db.models import Count
from hypothesis import Phase, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from tests.factories import LLMActionFactory, LLMRunFactory, UserFactory
from tests.parts.examples import examples
from tests.reporting.usage_rows import JULY, NOON, failed, succeeded
from wagtail_llm_actions.models import LLMRollupSpan, LLMRun, LLMRunRollup, RedactionReason
from wagtail_llm_actions.models.rollup import SPAN_DAYS
from wagtail_llm_actions.reporting.error_patterns import error_patterns
from wagtail_llm_actions.reporting.latency import Latencies, nearest_rank
from wagtail_llm_actions.reporting.metrics import Metrics, aggregate, counted_runs
from wagtail_llm_actions.reporting.period import ONE_DAY, Period, today
from wagtail_llm_actions.reporting.reading import Span, cover
from wagtail_llm_actions.reporting.rollups import archive, rebuild, refresh
from wagtail_llm_actions.reporting.usage import DIMENSIONS, Usage
from wagtail_llm_actions.runs import decisions
from wagtail_llm_actions.runs.redaction import redact

if TYPE_CHECKING:
    from pytest_django import DjangoAssertNumQueries, Settings

pytestmark = pytest.mark.django_db

COUNTED = [
    name
    for name in Metrics.__dataclass_fields__
    if "seconds" not in name and name not in {"timed_runs", "has_approximate_times"}
]
# In Paris an hour is left out on 28 March.
DST = Period(date(2021, 3, 20), date(2021, 4, 5))


def counts(metrics: Metrics) -> dict[str, Any]:
    return {name: getattr(metrics, name) for name in COUNTED}


def groups(usage: Usage) -> dict[str, list[tuple[Any, str, dict[str, Any]]]]:
    return {
        dimension: [(group.key, group.name, counts(group.metrics)) for group in usage.by(dimension)]
        for dimension in DIMENSIONS
    }


def assert_equal_to_rows(period: Period) -> None:
    """Compare all figures of a period with sums that the database makes of the rows."""
    usage = Usage(period)
    assert counts(usage.totals) == counts(aggregate(counted_runs(period)))
    for day in usage.days:
        of_day = counted_runs(Period(day.day, day.day))
        assert counts(day.metrics) == counts(aggregate(of_day))
        costs = {run.model_key: Decimal(0) for run in of_day if run.cost_usd is not None}
        for run in of_day:
            if run.cost_usd is not None:
                costs[run.model_key] += run.cost_usd
        assert day.costs == costs
    columns = {
        "action": "action_id",
        "model": "model_key",
        "user": "user_id",
        "page_type": "target_content_type_id",
        "error": "error_code",
    }
    for dimension, column in columns.items():
        found = {group.key: counts(group.metrics) for group in usage.by(dimension)}
        rows = counted_runs(period)
        keys = set(rows.values_list(column, flat=True)) - ({""} if dimension == "error" else set())
        assert found == {key: counts(aggregate(rows.filter(**{column: key}))) for key in keys}
    reasons = counted_runs(period).exclude(dismiss_reason="").values_list("dismiss_reason")
    assert dict(usage.dismiss_reasons()) == dict(reasons.annotate(Count("pk")))
    assert_percentiles_near(usage.totals, counted_runs(period))
    assert_patterns_equal_rows(period)


def patterns(usage: Usage) -> dict[tuple[str, str], tuple[Any, ...]]:
    """Return the error patterns by error and model: a deleted run takes its message with it."""
    found: dict[tuple[str, str], tuple[Any, ...]] = {}
    for each in error_patterns(usage):
        key = each.error_code, each.model_key
        runs, first, last, names = found.get(key, (0, each.first_at, each.last_at, set()))
        first, last = min(first, each.first_at), max(last, each.last_at)
        found[key] = runs + each.runs, first, last, names | set(each.actions)
    return found


def assert_patterns_equal_rows(period: Period) -> None:
    """Compare the error patterns with sums that are made of the rows one by one."""
    expected: dict[tuple[str, str, str], tuple[Any, ...]] = {}
    for run in counted_runs(period).exclude(error_code="").select_related("action"):
        key = run.error_code, run.model_key, run.error_detail
        name = run.action.label if run.action else run.action_label
        runs, first, last, names = expected.get(key, (0, run.queued_at, run.queued_at, set()))
        first, last = min(first, run.queued_at), max(last, run.queued_at)
        expected[key] = runs + 1, first, last, names | {name}
    found = {
        (each.error_code, each.model_key, each.detail): (
            each.runs,
            each.first_at,
            each.last_at,
            set(each.actions),
        )
        for each in error_patterns(Usage(period))
    }
    assert found == expected


def assert_percentiles_near(metrics: Metrics, runs: Any) -> None:
    seconds = sorted(
        run.seconds for run in runs.filter(status="succeeded", trigger="editor") if run.finished_at
    )
    assert metrics.timed_runs == len(seconds)
    for name, percent in {"median_seconds": 50, "p95_seconds": 95}.items():
        right = nearest_rank(seconds, percent)
        assert getattr(metrics, name) == (right and pytest.approx(right, rel=0.04))


RUNS = st.fixed_dictionaries(
    {
        "queued_at": st.integers(0, 17 * 24 * 60).map(
            lambda minutes: datetime(2021, 3, 19, 20, tzinfo=UTC) + timedelta(minutes=minutes)
        ),
        "status": st.sampled_from(["succeeded", "succeeded", "succeeded", "failed", "cancelled"]),
        "trigger": st.sampled_from(["editor", "editor", "bulk", "test"]),
        "decision": st.sampled_from(["none", "accepted", "edited", "dismissed", "unsaved"]),
        "dismiss_reason": st.sampled_from(["", "", "tone", "facts"]),
        "error_code": st.sampled_from(["", "timeout", "limit_reached", "nothing_to_change"]),
        "error_detail": st.sampled_from(["", "Too late.", "Too busy."]),
        "model_key": st.sampled_from(["one", "two"]),
        "used_fallback": st.booleans(),
        "input_tokens": st.none() | st.integers(0, 10**6),
        "output_tokens": st.none() | st.integers(0, 10**6),
        "cost_usd": st.none() | st.decimals(0, 9, places=9),
        "seconds": st.floats(0.01, 3000),
        "who": st.integers(0, 1),
    }
)


@given(runs=st.lists(RUNS, max_size=25), seed=st.integers(0, 10**6))
@hypothesis_settings(examples(3), phases=[Phase.generate])
def test_rollups_are_the_sums_of_the_rows_and_stay_so(
    runs: list[dict[str, Any]], seed: int
) -> None:
    LLMRun.objects.all().delete()
    LLMRollupSpan.objects.all().delete()
    actions, users = LLMActionFactory.create_batch(2), UserFactory.create_batch(2)
    chance = random.Random(seed)  # noqa: S311 - no secret
    for values in runs:
        add_run(dict(values), actions, users)

    refresh(DST)
    assert_equal_to_rows(DST)
    assert_equal_to_rows(Period(date(2021, 3, 27), date(2021, 3, 29)))

    for run in LLMRun.objects.order_by("queued_at"):
        if chance.random() < 0.3:
            decisions.dismiss(run, "tone")
        elif chance.random() < 0.2:
            decisions.accept(run, "Another text.")
    assert_equal_to_rows(DST)
    redact_some(chance)
    assert_equal_to_rows(DST)

    refresh(DST)
    users[0].delete()
    actions[0].delete()
    assert_equal_to_rows(DST)
    call_command("llm_actions_rollups", "--verify", stdout=StringIO())

    before = Usage(DST)
    expected = counts(before.totals), groups(before), patterns(before)
    doomed = [run.pk for run in LLMRun.objects.all() if chance.random() < 0.5]
    delete(doomed)
    assert not LLMRun.objects.filter(pk__in=doomed).exists()
    for _ in range(2):
        after = Usage(DST)
        assert (counts(after.totals), groups(after), patterns(after)) == expected
        refresh(DST)
    call_command("llm_actions_rollups", "--verify", stdout=StringIO())


def add_run(values: dict[str, Any], actions: list[Any], users: list[Any]) -> None:
    who, seconds = values.pop("who"), values.pop("seconds")
    has_text = values["status"] == "succeeded"
    if values["status"] != "failed":
        values["error_code"] = values["error_detail"] = ""
    if values["decision"] != "dismissed":
        values["dismiss_reason"] = ""
    LLMRunFactory(
        **values,
        action=actions[who],
        user=users[who],
        page=None,
        target_object_id="1",
        target_label="A page",
        output="A text." if has_text else "",
        started_at=values["queued_at"],
        first_token_at=values["queued_at"] + timedelta(seconds=seconds / 2) if has_text else None,
        finished_at=values["queued_at"] + timedelta(seconds=seconds),
    )


def redact_some(chance: random.Random) -> None:
    with transaction.atomic():
        run_ids = [run.pk for run in LLMRun.objects.all() if chance.random() < 0.3]
        redact(run_ids, RedactionReason.AGE)


def delete(run_ids: list[uuid.UUID]) -> None:
    archive(run_ids)
    LLMRun.objects.filter(pk__in=run_ids).delete()


def test_a_report_reads_no_runs_of_days_that_are_rolled_up(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    for number in range(6):
        succeeded(queued_at=NOON + number * ONE_DAY, model_key=f"model-{number}")
        failed(error_detail=str(number))
    refresh(Period(JULY.previous.start, JULY.end))

    with django_assert_num_queries(2) as queries:
        usage, previous = Usage.with_previous(JULY)
        usage.load(previous)
        assert not previous.totals.runs
        assert usage.totals.runs == sum(day.metrics.runs for day in usage.days) == 12

    assert not any(
        f'"{LLMRun._meta.db_table}"' in query["sql"] for query in queries.captured_queries
    )


def test_a_decision_that_comes_days_later_counts_at_once() -> None:
    run = succeeded()
    refresh(JULY)
    assert Usage(JULY).totals.accepted == 0

    decisions.accept(run, run.output)

    assert Usage(JULY).totals.accepted == 1
    assert LLMRollupSpan.objects.get(days=1, start=NOON.date()).stale_token is not None
    refresh(JULY)
    assert not LLMRollupSpan.objects.exclude(stale_token=None).filter(days=1).exists()
    assert Usage(JULY).totals.accepted == 1


def test_a_day_that_has_changed_is_read_from_the_runs_though_longer_spans_are_built() -> None:
    run = succeeded(queued_at=datetime(2021, 3, 25, 12, tzinfo=UTC))
    whole = Period(date(2021, 3, 1), date(2021, 5, 31))
    succeeded(queued_at=datetime(2021, 3, 1, 12, tzinfo=UTC))
    refresh(whole)
    assert LLMRollupSpan.objects.filter(days=4, stale_token=None).exists()

    decisions.accept(run, run.output)

    assert Usage(whole).totals.accepted == 1
    refresh(whole)
    assert (
        not LLMRollupSpan.objects.filter(days=4)
        .exclude(stale_token=None)
        .filter(start__range=(whole.start, whole.end - 3 * ONE_DAY))
    )
    assert Usage(whole).totals.accepted == 1


def test_error_patterns_are_read_from_rollups(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    for number in range(6):
        failed(queued_at=NOON + number % 3 * ONE_DAY, error_detail=f"Message {number % 2}.")
    refresh(JULY)

    usage = Usage(JULY)
    with django_assert_num_queries(2) as queries:
        found = error_patterns(usage)

    assert {(each.runs, each.detail) for each in found} == {(3, "Message 0."), (3, "Message 1.")}
    rollups = queries.captured_queries[0]["sql"]
    assert LLMRunRollup._meta.db_table in rollups


def test_the_pattern_of_a_deleted_run_is_counted_without_its_message() -> None:
    failed(error_detail="The prompt “Secret” is too long.")
    refresh(JULY)
    delete(list(LLMRun.objects.values_list("pk", flat=True)))

    for _ in range(2):
        (pattern,) = error_patterns(Usage(JULY))
        assert (pattern.runs, pattern.detail, pattern.newest) == (1, "", None)
        assert (pattern.first_at, pattern.last_at) == (NOON, NOON)
        refresh(JULY)
    assert not LLMRunRollup.objects.exclude(error_detail_hash="").exists()


def test_redacting_a_run_takes_the_hash_of_its_message_out_of_the_rollups() -> None:
    run = failed(error_detail="The prompt “Secret” is too long.")
    refresh(JULY)
    assert LLMRunRollup.objects.exclude(error_detail_hash="").exists()

    with transaction.atomic():
        redact([run.pk], RedactionReason.AGE)

    (pattern,) = error_patterns(Usage(JULY))
    assert (pattern.runs, pattern.detail, pattern.newest) == (1, "", run)
    refresh(JULY)
    assert not LLMRunRollup.objects.exclude(error_detail_hash="").exists()


def test_a_day_waits_for_its_runs_to_finish() -> None:
    run = LLMRunFactory(queued_at=NOON)
    refresh(JULY)
    assert Usage(JULY).totals.queued == 1

    LLMRun.objects.filter(pk=run.pk).update(status="succeeded")

    assert (Usage(JULY).totals.queued, Usage(JULY).totals.succeeded) == (0, 1)


def test_today_is_read_from_the_runs() -> None:
    succeeded(queued_at=datetime.now(UTC))

    refresh(Period.last_days(3))

    assert not LLMRollupSpan.objects.filter(start=today(), days=1).exists()
    assert Usage(Period.last_days(1)).totals.runs == 1


def test_the_candidates_of_a_click_are_one_proposal_after_some_are_deleted() -> None:
    group = uuid.uuid4()
    runs = [succeeded(candidate_group=group) for _ in range(3)]
    refresh(JULY)

    for run in runs:
        assert (Usage(JULY).totals.succeeded, Usage(JULY).totals.proposed) == (3, 1)
        delete([run.pk])

    assert (Usage(JULY).totals.succeeded, Usage(JULY).totals.proposed) == (3, 1)


def test_days_of_another_time_zone_are_not_read(settings: Settings) -> None:
    # The next day in Paris, and still the same one in New York.
    succeeded(queued_at=datetime(2026, 7, 3, 22, 30, tzinfo=UTC))
    refresh(JULY)
    day = Period(date(2026, 7, 3), date(2026, 7, 3))
    assert Usage(day).totals.runs == 0

    settings.TIME_ZONE = "America/New_York"

    assert Usage(day).totals.runs == 1
    refresh(JULY)
    assert Usage(day).totals.runs == 1
    assert Usage(Period(JULY.start, date(2026, 7, 4))).totals.runs == 1


def test_verifying_finds_what_was_changed_behind_the_back_of_the_package() -> None:
    run = succeeded()
    refresh(JULY)
    LLMRun.objects.filter(pk=run.pk).update(cost_usd=5)

    with pytest.raises(CommandError, match="2026-07-03"):
        call_command("llm_actions_rollups", "--verify", stdout=StringIO())
    assert LLMRunRollup.objects.exists()


def test_rebuilding_mends_it() -> None:
    run = succeeded(queued_at=datetime.now(UTC) - 3 * ONE_DAY)
    refresh()
    LLMRun.objects.filter(pk=run.pk).update(cost_usd=5)

    assert rebuild()

    assert Usage(Period.last_days(7)).totals.cost_usd == 5
    call_command("llm_actions_rollups", "--verify", stdout=StringIO())


@pytest.mark.parametrize(("length", "most"), [(30, 12), (365, 20), (731, 23)])
def test_a_period_is_few_spans_whatever_its_first_day(length: int, most: int) -> None:
    spans = {
        Span(days, date.fromordinal(ordinal))
        for days in SPAN_DAYS
        for ordinal in range(date(2023, 1, 1).toordinal() // 64 * 64, 740_000, days)
    }
    counts = set()

    for offset in range(64):
        start = date(2024, 1, 3) + offset * ONE_DAY
        used, uncovered = cover(Period(start, start + (length - 1) * ONE_DAY), spans)

        assert uncovered == []
        assert sum(span.days for span in used) == length
        assert used[0].start == start
        for before, after in pairwise(used):
            assert after.start == before.start + before.days * ONE_DAY
        counts.add(len(used))

    assert max(counts) == most


def test_spans_of_other_lengths_are_left_alone() -> None:
    LLMRollupSpan.objects.create(days=8, start=JULY.start)
    succeeded()

    refresh(JULY)

    assert Usage(JULY).totals.runs == 1


def test_days_that_no_span_has_are_told() -> None:
    period = Period(date(2026, 7, 1), date(2026, 7, 3))

    assert cover(period, {Span(1, date(2026, 7, 2))}) == (
        [Span(1, date(2026, 7, 2))],
        [date(2026, 7, 1), date(2026, 7, 3)],
    )


@examples(100)
@given(st.lists(st.floats(0.002, 300_000), min_size=1))
def test_a_percentile_of_a_histogram_is_off_by_less_than_four_percent(values: list[float]) -> None:
    exact, rolled_up = Latencies(), Latencies()
    exact.to_end.extend(values)
    rolled_up.histograms.append(exact.packed())

    for name in ("median_seconds", "p95_seconds"):
        assert rolled_up.percentiles()[name] == pytest.approx(exact.percentiles()[name], rel=0.04)
    assert rolled_up.packed() == exact.packed()
