import pytest
from hypothesis import given as law
from hypothesis import strategies as st

import sla_rules as sla
from sla_rules.counting.allowance import BEYOND, Given
from sla_rules.counting.due import Due, counted, margin_of, ordinary_due
from sla_rules.counting.still import Still, still_of
from sla_rules.events import Window
from sla_rules.instants import HOUR, LAST, micros

ALWAYS = sla.Calendar(name="always")
OFFICE = sla.Calendar(week={"mon-fri": ["09:00-12:00", "13:00-17:00"]}, name="office")
DESK = sla.Calendar(week={"mon-fri": ["09:00-12:00", "13:00-17:00"]}, exhausted_at="closing", name="desk")
START = micros("2026-03-02T09:00:00Z")  # a Monday
EVENT = sla.Event(id="e1", type="deferred", subject="S", time="2026-03-02T10:00:00Z")
RUNNING = Still()


def due(given, calendar=ALWAYS, still=RUNNING, at=START, ended=False, strict=False):
    return ordinary_due(given, calendar, still, START, at, ended, strict)


def paused_at(at):
    return still_of([], [Window.between("paused", at, None)], START, at)


class TestDue:
    def test_is_the_last_instant_of_the_limit_and_one_before_it_when_strict(self):
        assert due(Given(counted=4 * HOUR)) == Due(START + 4 * HOUR)
        assert due(Given(counted=4 * HOUR), strict=True) == Due(START + 4 * HOUR - 1)
        assert due(Given(instant=START + 7), strict=True) == Due(START + 7 - 1)

    def test_an_instant_needs_no_calendar_and_no_pause_moves_it(self):
        assert due(Given(instant=START + 7), "unknown", paused_at(START)) == Due(START + 7)
        assert due(Given(instant=0)) == Due(0)

    def test_without_a_limit_is_open(self):
        assert due(Given(), "unknown") == Due()

    def test_is_unknown_for_the_cause_of_the_limit_then_for_that_of_the_calendar(self):
        assert due(Given(cause="`priority` is missing"), "unknown") == Due(cause="`priority` is missing")
        assert due(Given(counted=1), "unknown") == Due(cause="unknown")

    def test_beyond_the_horizon_is_unknown(self):
        assert due(Given(counted=LAST)) == Due(cause=BEYOND)

    def test_counts_what_stood_still(self):
        still = still_of([Window.between("freeze", START + HOUR, START + 3 * HOUR)], [], START, START)
        assert due(Given(counted=2 * HOUR), still=still) == Due(START + 4 * HOUR)


class TestPaused:
    LIMIT = Given(counted=3 * HOUR)

    def test_in_time_is_open(self):
        at = START + 3 * HOUR - 1
        assert due(self.LIMIT, still=paused_at(at), at=at) == Due()

    def test_after_the_limit_is_late_all_the_same(self):
        at = START + 3 * HOUR + 1
        assert due(self.LIMIT, still=paused_at(at), at=at) == Due(START + 3 * HOUR)

    def test_is_closed_by_its_end(self):
        at = START + HOUR
        assert due(self.LIMIT, still=paused_at(at), at=at, ended=True) != Due()

    @pytest.mark.parametrize(
        ("calendar", "strict", "is_open"),
        [(ALWAYS, True, True), (OFFICE, False, True), (OFFICE, True, True), (DESK, False, True), (DESK, True, False)],
    )
    def test_at_the_very_instant_of_closing_only_a_strict_limit_has_passed(self, calendar, strict, is_open):
        at = START + 3 * HOUR
        found = due(self.LIMIT, calendar, paused_at(at), at, strict=strict)
        assert found == (Due() if is_open else Due(at - 1))


class TestCounted:
    def test_is_none_where_the_calendar_is_unknown_or_ends(self):
        assert counted("unknown", START, START + 1, RUNNING) is None
        assert counted(OFFICE, START, LAST, RUNNING) is None

    def test_leaves_out_what_stood_still_and_is_zero_backwards(self):
        still = Still(((START, START + HOUR),))
        assert counted(ALWAYS, START, START + 3 * HOUR, still) == 2 * HOUR
        assert counted(ALWAYS, START + 3 * HOUR, START, still) == 0


def margin(given, due, elapsed, at, calendar=ALWAYS, strict=False):
    return margin_of(given, due, calendar, RUNNING, elapsed, at, strict)


class TestMargin:
    FOUR = Given(counted=4 * HOUR)

    def test_is_what_is_left_of_the_limit_negative_when_late(self):
        assert margin(self.FOUR, Due(START + 4 * HOUR), HOUR, START + HOUR) == 3 * HOUR
        assert margin(self.FOUR, Due(START + 4 * HOUR), 6 * HOUR, START + 6 * HOUR) == -2 * HOUR

    def test_is_that_of_the_limit_while_due_is_open(self):
        assert margin(self.FOUR, Due(), HOUR, START + HOUR) == 3 * HOUR
        assert margin(self.FOUR, Due(), HOUR, START + HOUR, strict=True) == 3 * HOUR

    def test_of_a_strict_limit_runs_to_the_instant_before_it(self):
        assert margin(self.FOUR, Due(START + 4 * HOUR - 1), HOUR, START + HOUR, strict=True) == 3 * HOUR - 1

    def test_of_a_deferred_case_runs_to_the_publication_and_is_unknown_before_it(self):
        assert margin(self.FOUR, Due(START + 9 * HOUR, deferral=(EVENT, EVENT)), HOUR, START + HOUR) == 8 * HOUR
        assert margin(self.FOUR, Due(deferral=(EVENT,)), HOUR, START + HOUR) is None

    def test_to_an_instant_is_counted_on_the_calendar(self):
        evening = START + 12 * HOUR
        assert margin(Given(instant=evening), Due(evening), HOUR, START + HOUR, OFFICE) == 6 * HOUR
        assert margin(Given(instant=START), Due(START), 4 * HOUR, START + 5 * HOUR, OFFICE) == -4 * HOUR

    def test_is_unknown_with_a_cause_without_a_limit_or_without_elapsed_time(self):
        assert margin(self.FOUR, Due(cause="unknown"), HOUR, START + HOUR) is None
        assert margin(Given(), Due(), HOUR, START + HOUR) is None
        assert margin(self.FOUR, Due(START + 4 * HOUR), None, START + HOUR) is None


LIMITS, LATER = st.integers(0, 60 * HOUR), st.integers(0, 200 * HOUR)


@law(LIMITS, LATER, st.sampled_from([ALWAYS, OFFICE, DESK]), st.booleans())
def test_a_margin_is_negative_only_after_the_due_instant(limit, after, calendar, strict):
    at = START + after
    found = ordinary_due(Given(counted=limit), calendar, RUNNING, START, at, True, strict)
    elapsed = counted(calendar, START, at, RUNNING)
    left = margin_of(Given(counted=limit), found, calendar, RUNNING, elapsed, at, strict)
    assert found.at is not None
    assert left is not None
    assert left >= 0 or at > found.at
    assert left <= 0 or at < found.at
