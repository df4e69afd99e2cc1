"""What holds for every calendar."""

import pickle
from datetime import timedelta
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from sla_rules.calendar import Calendar, merged
from sla_rules.errors import BeyondHorizonError
from sla_rules.instants import DAY, MINUTE, micros, moment, span
from tests.calendar.strategies import REACH, Case, OpenMinutes, Plan, Window, cases, instants, limits, plans, windows

CHOSEN = settings(
    derandomize=True, deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow], database=None
)
LAST_MINUTE = 2 * REACH * 1440


def still_of(exclude: list[Window]) -> tuple[tuple[int, int], ...]:
    return merged((window.start_at, window.end_at) for window in exclude)


def due_of(case: Case, start: int, limit: int) -> int:
    """The due instant; a calendar whose few open periods do not suffice is no example."""
    try:
        return case.calendar.due(start, limit, still_of(case.exclude))
    except BeyondHorizonError:
        assume(False)
        raise


@given(st.data(), cases(), limits)
@CHOSEN
def test_elapsed_until_due_is_the_limit(data: st.DataObject, case: Case, limit: int) -> None:
    start = data.draw(instants(case.plan))
    due = due_of(case, start, limit)
    assert case.calendar.counted(start, due, still_of(case.exclude)) == limit
    assert due >= start


@given(st.data(), cases("opening"), limits)
@CHOSEN
def test_opening_is_the_last_instant_in_time(data: st.DataObject, case: Case, limit: int) -> None:
    start = data.draw(instants(case.plan))
    due = due_of(case, start, limit)
    assert case.calendar.counted(start, due + 1, still_of(case.exclude)) == limit + 1


@given(st.data(), cases("closing"), limits.filter(bool))
@CHOSEN
def test_closing_is_the_first_instant_with_all_used(data: st.DataObject, case: Case, limit: int) -> None:
    start = data.draw(instants(case.plan))
    due = due_of(case, start, limit)
    assert case.calendar.counted(start, due - 1, still_of(case.exclude)) == limit - 1


@given(st.data(), cases())
@CHOSEN
def test_zero_moves_to_the_next_counted_instant(data: st.DataObject, case: Case) -> None:
    start = data.draw(instants(case.plan))
    due = due_of(case, start, 0)
    still = still_of(case.exclude)
    assert case.calendar.next_open(start, still) == due
    assert case.calendar.is_open(moment(due), exclude=case.exclude)
    assert (due == start) == case.calendar.is_open(moment(start), exclude=case.exclude)


@given(st.data(), cases())
@CHOSEN
def test_elapsed_adds_up_over_a_split(data: st.DataObject, case: Case) -> None:
    start, split, end = sorted(data.draw(st.lists(instants(case.plan), min_size=3, max_size=3)))
    still = still_of(case.exclude)
    parts = case.calendar.counted(start, split, still) + case.calendar.counted(split, end, still)
    assert parts == case.calendar.counted(start, end, still)
    assert 0 <= parts <= end - start
    assert case.calendar.counted(end, start, still) == 0


@given(st.data(), cases(), limits, limits)
@CHOSEN
def test_due_is_monotone(data: st.DataObject, case: Case, limit: int, more: int) -> None:
    start, later = sorted(data.draw(st.lists(instants(case.plan), min_size=2, max_size=2)))
    assert due_of(case, start, limit) <= due_of(case, start, limit + more)
    if limit or case.calendar.exhausted_at == "opening":
        assert due_of(case, start, limit) <= due_of(case, later, limit)


@given(st.data(), cases(), limits)
@CHOSEN
def test_an_exclusion_in_closed_time_changes_nothing(data: st.DataObject, case: Case, limit: int) -> None:
    start, end = sorted(data.draw(st.lists(instants(case.plan), min_size=2, max_size=2)))
    calendar, still = case.calendar, still_of(case.exclude)
    periods = calendar.periods(moment(case.plan.instant(0)), moment(case.plan.instant(LAST_MINUTE)))
    edges = [case.plan.instant(0), *(micros(edge) for period in periods for edge in period)]
    closed = merged([*still, *zip(edges[::2], [*edges[1::2], case.plan.instant(LAST_MINUTE)], strict=True)])
    assert calendar.counted(start, end, closed) == calendar.counted(start, end, still)
    assert calendar.due(start, limit, closed) == due_of(case, start, limit)


@given(st.data(), cases(), limits)
@CHOSEN
def test_adjacent_exclusions_equal_the_joined_one(data: st.DataObject, case: Case, limit: int) -> None:
    start, first, middle, last = sorted(data.draw(st.lists(instants(case.plan), min_size=4, max_size=4)))
    apart, joined = [(first, middle), (middle, last)], [(first, last)]
    calendar = case.calendar
    assert calendar.counted(start, last + DAY, apart) == calendar.counted(start, last + DAY, joined)
    try:
        assert calendar.due(start, limit, apart) == calendar.due(start, limit, joined)
    except BeyondHorizonError:
        assume(False)


@given(st.data(), cases(), limits)
@CHOSEN
def test_explained_stretches_are_adjacent_and_add_up(data: st.DataObject, case: Case, limit: int) -> None:
    start = data.draw(instants(case.plan))
    due = due_of(case, start, limit)
    stretches = case.calendar.explain(moment(start), span(limit), exclude=case.exclude)
    edges = [edge for stretch in stretches for edge in (stretch.start, stretch.end)]
    assert edges[::2] == [moment(start), *edges[1:-1:2]][: len(stretches)]
    assert (edges[-1] if edges else moment(start)) == moment(due)
    assert sum((s.length for s in stretches if s.cause == "counted"), timedelta()) == span(limit)
    assert all(stretch.length == stretch.end - stretch.start > timedelta() for stretch in stretches)
    for one, other in pairwise(stretches):
        assert (one.cause, one.name) != (other.cause, other.name)


@given(st.data(), cases())
@CHOSEN
def test_periods_are_disjoint_and_add_up(data: st.DataObject, case: Case) -> None:
    start, end = sorted(data.draw(st.lists(instants(case.plan), min_size=2, max_size=2)))
    periods = case.calendar.periods(moment(start), moment(end), exclude=case.exclude)
    edges = [micros(edge) for period in periods for edge in period]
    assert edges == sorted(set(edges))
    assert all(start <= edge <= end for edge in edges)
    total = sum((closes - opens for opens, closes in periods), timedelta())
    assert total == case.calendar.elapsed(moment(start), moment(end), exclude=case.exclude)


@given(st.data(), cases())
@CHOSEN
def test_arrays_equal_single_values(data: st.DataObject, case: Case) -> None:
    calendar, still = case.calendar, still_of(case.exclude)
    pairs = data.draw(st.lists(st.tuples(instants(case.plan), instants(case.plan), limits), min_size=1, max_size=30))
    starts, ends, lengths = (np.array(column, np.int64) for column in zip(*pairs, strict=True))
    elapsed = calendar.elapsed_many(starts, ends, exclude=case.exclude)
    assert elapsed.tolist() == [span(calendar.counted(start, end, still)) for start, end, _ in pairs]
    expected: list[int] = []
    for start, _, limit in pairs:
        try:
            expected.append(calendar.due(start, limit, still))
        except BeyondHorizonError:
            with pytest.raises(BeyondHorizonError, match=f"at index `{len(expected)}` is"):
                calendar.add_many(starts, lengths, exclude=case.exclude)
            return
    assert calendar.add_many(starts, lengths, exclude=case.exclude).view(np.int64).tolist() == expected


@given(st.data(), plans(), st.sampled_from(["opening", "closing"]))
@settings(CHOSEN, max_examples=80)
def test_the_oracle_that_reads_the_clock_agrees(data: st.DataObject, plan: Plan, exhausted_at: str) -> None:
    exclude = data.draw(windows(plan))
    oracle = OpenMinutes(plan, exclude)
    assume(any(oracle.open))
    calendar, still = plan.calendar(exhausted_at), still_of(exclude)
    first = data.draw(st.integers(0, LAST_MINUTE - 1))
    begin = plan.instant(0)
    for start, end in ((0, LAST_MINUTE), (first, LAST_MINUTE), *((day, day + 1440) for day in range(0, 17280, 1440))):
        counted = calendar.counted(begin + start * MINUTE, begin + end * MINUTE, still)
        assert counted == oracle.minutes(start, end) * MINUTE, (start, end)
    for limit in (0, data.draw(st.integers(1, 3000)), oracle.minutes(first, LAST_MINUTE) or 1):
        expected = oracle.due(first, limit, exhausted_at == "opening")
        if expected is not None:
            assert calendar.due(begin + first * MINUTE, limit * MINUTE, still) == begin + expected * MINUTE


@given(cases())
@CHOSEN
def test_a_calendar_says_itself(case: Case) -> None:
    for again in (eval(repr(case.calendar), {"Calendar": Calendar}), pickle.loads(pickle.dumps(case.calendar))):
        assert again == case.calendar
        assert hash(again) == hash(case.calendar)


@given(st.lists(st.tuples(st.integers(0, 40), st.integers(0, 40)), max_size=8))
@CHOSEN
def test_merged_covers_the_same_integers(intervals: list[tuple[int, int]]) -> None:
    joined = merged(intervals)
    assert {i for a, b in joined for i in range(a, b)} == {i for a, b in intervals for i in range(a, b)}
    assert all(a < b for a, b in joined)
    assert all(one[1] < other[0] for one, other in pairwise(joined))
