"""A transaction of pruning takes as long as it should, whatever the machine is busy with."""

from __future__ import annotations

import pytest

from wagtail_llm_actions.retention.batch_size import MAX_ROWS, TARGET_SECONDS, BatchSize


@pytest.mark.parametrize("seconds_of_a_row", [0.0001, 0.001, 0.004, 0.03])
def test_batches_grow_or_shrink_to_what_takes_as_long_as_it_should(seconds_of_a_row: float) -> None:
    size = BatchSize()

    for _ in range(10):
        size.adapt(size.rows * seconds_of_a_row)

    seconds = size.rows * seconds_of_a_row
    assert size.rows == MAX_ROWS or TARGET_SECONDS / 4 < seconds <= TARGET_SECONDS


def test_a_batch_has_a_row_at_least() -> None:
    size = BatchSize()

    for _ in range(10):
        size.adapt(60)

    assert size.rows == 1
