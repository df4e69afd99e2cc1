"""Calendar periods of a time zone: labels, bounds, the ends of the calendar."""

from datetime import date
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sla_rules.instants import DAY, FIRST, HOUR, LAST, micros
from sla_rules.periods import add_months, bounds, label, label_of_date, last_instant, local_date, midnight

UTC = ZoneInfo("UTC")
PARIS = ZoneInfo("Europe/Paris")
TORONTO = ZoneInfo("America/Toronto")
TOKYO = ZoneInfo("Asia/Tokyo")
PERIODS = ("day", "week", "month", "quarter", "year", "whole")


@pytest.mark.parametrize(
    ("day", "labels"),
    [
        ((2026, 3, 10), ["2026-03-10", "2026-W11", "2026-03", "2026-Q1", "2026", "whole"]),
        ((2026, 1, 1), ["2026-01-01", "2026-W01", "2026-01", "2026-Q1", "2026", "whole"]),
        ((2025, 12, 29), ["2025-12-29", "2026-W01", "2025-12", "2025-Q4", "2025", "whole"]),
        ((2025, 12, 28), ["2025-12-28", "2025-W52", "2025-12", "2025-Q4", "2025", "whole"]),
        ((2026, 12, 31), ["2026-12-31", "2026-W53", "2026-12", "2026-Q4", "2026", "whole"]),
        ((2027, 1, 3), ["2027-01-03", "2026-W53", "2027-01", "2027-Q1", "2027", "whole"]),
        ((2027, 1, 4), ["2027-01-04", "2027-W01", "2027-01", "2027-Q1", "2027", "whole"]),
        ((2024, 2, 29), ["2024-02-29", "2024-W09", "2024-02", "2024-Q1", "2024", "whole"]),
        ((2026, 9, 30), ["2026-09-30", "2026-W40", "2026-09", "2026-Q3", "2026", "whole"]),
        ((999, 1, 1), ["0999-01-01", "0999-W01", "0999-01", "0999-Q1", "0999", "whole"]),
        ((1, 1, 1), ["0001-01-01", "0001-W01", "0001-01", "0001-Q1", "0001", "whole"]),
        ((9999, 12, 31), ["9999-12-31", "9999-W52", "9999-12", "9999-Q4", "9999", "whole"]),
    ],
)
def test_labels(day, labels):
    assert [label_of_date(date(*day), per) for per in PERIODS] == labels


def test_labels_are_those_of_the_time_zone():
    at = micros("2025-12-31T23:30:00Z")
    assert label(at, "month", UTC) == "2025-12"
    assert label(at, "month", PARIS) == "2026-01"
    assert label(at, "day", TORONTO) == "2025-12-31"
    assert label(at, "week", PARIS) == "2026-W01"


@pytest.mark.parametrize(
    ("period", "per", "start", "end"),
    [
        ("2026-03-02", "day", "2026-03-01T23:00:00Z", "2026-03-02T23:00:00Z"),
        ("2026-03-29", "day", "2026-03-28T23:00:00Z", "2026-03-29T22:00:00Z"),
        ("2026-10-25", "day", "2026-10-24T22:00:00Z", "2026-10-25T23:00:00Z"),
        ("2026-W01", "week", "2025-12-28T23:00:00Z", "2026-01-04T23:00:00Z"),
        ("2026-W53", "week", "2026-12-27T23:00:00Z", "2027-01-03T23:00:00Z"),
        ("2026-03", "month", "2026-02-28T23:00:00Z", "2026-03-31T22:00:00Z"),
        ("2026-12", "month", "2026-11-30T23:00:00Z", "2026-12-31T23:00:00Z"),
        ("2026-Q1", "quarter", "2025-12-31T23:00:00Z", "2026-03-31T22:00:00Z"),
        ("2026-Q4", "quarter", "2026-09-30T22:00:00Z", "2026-12-31T23:00:00Z"),
        ("2026", "year", "2025-12-31T23:00:00Z", "2026-12-31T23:00:00Z"),
    ],
)
def test_bounds(period, per, start, end):
    assert bounds(period, per, PARIS) == (micros(start), micros(end))


def test_a_day_has_23_24_or_25_hours():
    lengths = [
        (end - start) // HOUR
        for start, end in (bounds(f"2026-{day}", "day", PARIS) for day in ("03-29", "03-30", "10-25"))
    ]
    assert lengths == [23, 24, 25]


def test_whole_has_no_bounds_that_end():
    assert bounds("whole", "whole", PARIS) == (FIRST, LAST + 1)


@given(st.integers(micros("1900-01-01T00:00:00Z"), micros("2100-01-01T00:00:00Z")), st.sampled_from(PERIODS))
def test_an_instant_lies_in_its_period(at, per):
    for zone in (UTC, PARIS, TORONTO, TOKYO):
        start, end = bounds(label(at, per, zone), per, zone)
        assert start <= at < end


@given(st.dates(date(1900, 1, 1), date(2100, 1, 1)), st.sampled_from(PERIODS[:-1]))
def test_periods_follow_each_other(day, per):
    _, end = bounds(label_of_date(day, per), per, PARIS)
    assert bounds(label(end, per, PARIS), per, PARIS)[0] == end
    assert label(end - 1, per, PARIS) == label_of_date(day, per)


class TestMidnight:
    def test_that_is_skipped(self):
        zone = ZoneInfo("America/Sao_Paulo")
        assert midnight(date(2018, 11, 4), zone) == micros("2018-11-04T03:00:00Z")
        assert local_date(micros("2018-11-04T03:00:00Z") - 1, zone) == date(2018, 11, 3)

    def test_that_occurs_twice(self):
        zone = ZoneInfo("America/Havana")
        assert midnight(date(2026, 11, 1), zone) == micros("2026-11-01T04:00:00Z")
        start, end = bounds("2026-11-01", "day", zone)
        assert end - start == 25 * HOUR

    def test_last_instant(self):
        assert last_instant(date(2026, 3, 29), PARIS) == micros("2026-03-29T22:00:00Z") - 1


@pytest.mark.parametrize(
    ("months", "expected"),
    [
        (0, (2026, 1, 1)),
        (1, (2026, 2, 1)),
        (11, (2026, 12, 1)),
        (12, (2027, 1, 1)),
        (-1, (2025, 12, 1)),
        (25, (2028, 2, 1)),
    ],
)
def test_add_months(months, expected):
    assert add_months(date(2026, 1, 31), months) == date(*expected)


class TestEndsOfTheCalendar:
    ZONES = (UTC, PARIS, TORONTO, TOKYO)

    @pytest.mark.parametrize("zone", ZONES, ids=str)
    @pytest.mark.parametrize(
        ("period", "per"),
        [("9999-12-31", "day"), ("9999-W52", "week"), ("9999-12", "month"), ("9999-Q4", "quarter"), ("9999", "year")],
    )
    def test_the_last_periods_end_after_the_last_instant(self, period, per, zone):
        start, end = bounds(period, per, zone)
        assert end == LAST + 1
        assert start < LAST
        assert label(LAST, per, zone) == period

    @pytest.mark.parametrize("zone", ZONES, ids=str)
    @pytest.mark.parametrize("per", PERIODS)
    def test_the_first_and_last_instants_lie_in_their_periods(self, per, zone):
        for at in (FIRST, FIRST + 1, LAST - 1, LAST):
            start, end = bounds(label(at, per, zone), per, zone)
            assert start >= FIRST
            assert end <= LAST + 1
            assert at < end

    def test_the_first_day_begins_with_the_first_instant(self):
        assert bounds("0001-01-01", "day", UTC) == (FIRST, FIRST + DAY)
        assert midnight(date.min, TOKYO) == FIRST
        assert local_date(FIRST, TORONTO) == date.min

    def test_the_last_but_one_month(self):
        assert bounds("9999-11", "month", UTC) == (micros("9999-11-01T00:00:00Z"), micros("9999-12-01T00:00:00Z"))
