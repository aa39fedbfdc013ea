"""Spans: half-open, aware, never empty; and the laws of their algebra over sets of minutes."""

from datetime import UTC, datetime, timedelta, timezone
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.kernel.spans import (
    Seconds,
    Span,
    Spans,
    covers,
    first_overlap,
    intersect,
    merge,
    overlaps,
    subtract,
)

NINE = datetime(2026, 10, 5, 9, tzinfo=UTC)
HOUR = timedelta(hours=1)

PAIRS = st.tuples(st.integers(0, 60), st.integers(0, 15)).map(lambda it: (it[0], it[0] + it[1]))
LISTS = st.lists(PAIRS, max_size=12)
MERGED = LISTS.map(merge)


def minutes(spans: list[Seconds] | Spans) -> set[int]:
    return {minute for start, end in spans for minute in range(start, end)}


def test_neighbours_touch_without_overlapping() -> None:
    first, second = Span(NINE, NINE + HOUR), Span(NINE + HOUR, NINE + 2 * HOUR)

    assert not first.overlaps(second)
    assert not second.overlaps(first)
    assert first.overlaps(Span(NINE + HOUR / 2, NINE + 2 * HOUR))


def test_a_span_owns_its_start_and_not_its_end() -> None:
    span = Span(NINE, NINE + HOUR)

    assert [NINE in span, NINE + HOUR in span] == [True, False]
    assert span.duration == HOUR


def test_a_span_is_kept_in_utc_and_counts_in_unix_seconds() -> None:
    berlin = timezone(timedelta(hours=2))
    span = Span(NINE.astimezone(berlin), (NINE + HOUR).astimezone(berlin))

    assert span == Span(NINE, NINE + HOUR)
    assert span.start.tzinfo is UTC
    assert Span.from_seconds(span.seconds) == span


@pytest.mark.parametrize("end", [NINE, NINE - HOUR])
def test_a_span_without_length_is_refused(end: datetime) -> None:
    with pytest.raises(ValueError, match="must end after it starts"):
        Span(NINE, end)


def test_a_naive_datetime_is_refused() -> None:
    with pytest.raises(ValueError, match="aware"):
        Span(NINE.replace(tzinfo=None), NINE + HOUR)


@given(LISTS)
def test_merging_keeps_each_minute_once_in_spans_that_do_not_touch(spans: list[Seconds]) -> None:
    merged = merge(spans)

    assert minutes(merged) == minutes(spans)
    assert all(one[1] < two[0] for one, two in pairwise(merged))
    assert merge(merged) == merged


@given(MERGED, MERGED)
def test_subtracting_is_the_difference_of_minutes(left: Spans, right: Spans) -> None:
    assert subtract(left, right) == merge(subtract(left, right))
    assert minutes(subtract(left, right)) == minutes(left) - minutes(right)


@given(MERGED, MERGED)
def test_intersecting_is_the_common_minutes_and_does_not_care_about_order(
    left: Spans, right: Spans
) -> None:
    assert minutes(intersect(left, right)) == minutes(left) & minutes(right)
    assert intersect(left, right) == intersect(right, left)
    assert merge([*subtract(left, right), *intersect(left, right)]) == left


@given(PAIRS, PAIRS)
def test_two_spans_overlap_when_they_share_a_minute(one: Seconds, two: Seconds) -> None:
    assert overlaps(one, two) == bool(minutes([one]) & minutes([two]))


@given(LISTS, PAIRS)
def test_the_first_overlap_is_the_first_span_that_shares_a_minute(
    spans: list[Seconds], wanted: Seconds
) -> None:
    shared = [it for it in sorted(spans) if minutes([it]) & minutes([wanted])]

    assert first_overlap(sorted(spans), wanted) == (shared[0] if shared else None)


@given(MERGED, PAIRS.filter(lambda it: it[0] < it[1]))
def test_covering_is_holding_every_minute(spans: Spans, wanted: Seconds) -> None:
    assert covers(spans, wanted) == (minutes([wanted]) <= minutes(spans))
