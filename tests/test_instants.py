"""Instants: what is read as one, what is refused, and the way out."""

from datetime import UTC, date, datetime, time, timedelta, timezone
from zoneinfo import ZoneInfo

import pendulum
import pytest
from hypothesis import given
from hypothesis import strategies as st

import sla_rules as sla
from sla_rules.instants import DAY, FIRST, HOUR, LAST, MINUTE, SECOND, micros, moment, say_span, span, span_micros

NOON = micros("2026-03-02T12:00:00Z")


@pytest.mark.parametrize(
    "text",
    [
        "2026-03-02T12:00:00Z",
        "2026-03-02T12:00:00z",
        "2026-03-02t12:00:00z",
        "2026-03-02 12:00:00Z",
        "2026-03-02T12:00:00+00:00",
        "2026-03-02T12:00:00-00:00",
        "2026-03-02T12:00:00+0000",
        "2026-03-02T13:00:00+01:00",
        "2026-03-02T13:00:00+0100",
        "2026-03-02T13:00:00+01",
        "2026-03-02T07:00:00-05:00",
        "2026-03-02T07:00:00-0500",
        "2026-03-02T17:45:00+05:45",
        "2026-03-02T12:00:00.0Z",
        "2026-03-02T12:00:00,000Z",
        "2026-03-02T12:00:00.0000009Z",
        "2026-03-02T12:00:00.000000999+00:00",
        "2026-03-02T12:00Z",
        "20260302T120000Z",
        "2026-W10-1T12:00:00Z",
    ],
)
def test_ways_to_write_an_instant(text):
    assert micros(text) == NOON


@pytest.mark.parametrize(
    ("text", "fraction"),
    [
        (".5", 500_000),
        (",5", 500_000),
        (".000001", 1),
        (".123456", 123_456),
        (".1234567", 123_456),
        (".999999999", 999_999),
    ],
)
def test_fractions_of_a_second_are_cut_at_the_microsecond(text, fraction):
    assert micros(f"2026-03-02T12:00:00{text}Z") == NOON + fraction


@pytest.mark.parametrize(
    "value",
    [
        datetime(2026, 3, 2, 12, tzinfo=UTC),
        datetime(2026, 3, 2, 7, tzinfo=timezone(timedelta(hours=-5))),
        datetime(2026, 3, 2, 13, tzinfo=ZoneInfo("Europe/Paris")),
        pendulum.datetime(2026, 3, 2, 12),
        pendulum.datetime(2026, 3, 2, 7, tz="America/Toronto"),
    ],
)
def test_datetimes(value):
    assert micros(value) == NOON


def test_a_time_that_occurs_twice_is_told_apart_by_its_fold():
    first = datetime(2026, 10, 25, 2, 30, tzinfo=ZoneInfo("Europe/Paris"))
    assert micros(first.replace(fold=1)) - micros(first) == HOUR


@pytest.mark.parametrize(
    "value",
    [
        "2026-03-02T12:00:00",
        "2026-03-02T12:00",
        "2026-03-02 12:00:00.5",
        datetime(2026, 3, 2, 12),
        pendulum.naive(2026, 3, 2),
    ],
)
def test_naive_times(value):
    with pytest.raises(sla.InputError, match="has no offset or zone; write an instant such as"):
        micros(value)


@pytest.mark.parametrize(
    "value",
    [
        "now", "", "z", "Z", "12:00:00Z", "2026-03-02", "2026-03", "02/03/2026 12:00 UTC", "1772452800",
        "2026-02-30T12:00:00Z", "2026-061T12:00:00Z", "2026-03-02T12:00:00xZ", "2026-03-02T12:00:00.Z",
        "2026-03-02T24:00:00Z", "2026-03-02T12:60:00Z", "2026-03-02T23:59:60Z", "2026-03-02T12:00:00 UTC",
        "2026-03-02T12:00:00+25:00", "2026-03-02T13:00:00+01:00[Europe/Paris]", " 2026-03-02T12:00:00Z",
        "2026-03-02T12:00:00Z\n", "２０２６-03-02T12:00:00Z", "2026-03-02T12:00:00zz",
        None, 0, 1772452800.0, True, date(2026, 3, 2), time(12, tzinfo=UTC), b"2026-03-02T12:00:00Z",
    ],
)  # fmt: skip
def test_no_instants(value):
    with pytest.raises(sla.InputError, match="is not an instant such as `2026-03-02T14:00:00Z`"):
        micros(value)


class TestRange:
    def test_first_and_last(self):
        assert micros("0001-01-01T00:00:00Z") == FIRST
        assert micros("9999-12-31T23:59:59.999999Z") == LAST
        assert moment(FIRST).isoformat() == "0001-01-01T00:00:00+00:00"
        assert moment(LAST).isoformat() == "9999-12-31T23:59:59.999999+00:00"

    @pytest.mark.parametrize(
        "value",
        [
            "0001-01-01T00:00:00+00:01",
            "9999-12-31T23:59:59.999999-00:01",
            datetime.min.replace(tzinfo=ZoneInfo("Asia/Tokyo")),
            datetime.max.replace(tzinfo=ZoneInfo("America/Toronto")),
        ],
    )
    def test_beyond(self, value):
        with pytest.raises(sla.InputError, match="is outside the years 1 to 9999"):
            micros(value)

    def test_year_zero(self):
        with pytest.raises(sla.InputError):
            micros("0000-12-31T00:00:00Z")


@given(st.integers(FIRST, LAST))
def test_in_and_out_again(at):
    out = moment(at)
    assert isinstance(out, pendulum.DateTime)
    assert out.utcoffset() == timedelta(0)
    assert micros(out) == at
    assert micros(out.isoformat()) == at


@given(st.timedeltas(min_value=timedelta(days=-999_999), max_value=timedelta(days=999_999)))
def test_spans_in_and_out_again(length):
    assert span(span_micros(length)) == length


@pytest.mark.parametrize("length", [timedelta(hours=1), pendulum.duration(hours=1), pendulum.duration(minutes=60)])
def test_spans(length):
    assert span_micros(length) == HOUR


def test_negative_spans():
    assert span_micros(timedelta(microseconds=-1)) == -1
    assert span_micros(pendulum.duration(hours=-25)) == -25 * HOUR


@pytest.mark.parametrize("value", [5, 1.5, "1 h", None, HOUR])
def test_no_spans(value):
    with pytest.raises(sla.InputError, match="is not a timedelta"):
        span_micros(value)


@pytest.mark.parametrize(
    ("length", "text"),
    [
        (0, "0 s"),
        (1, "0.000001 s"),
        (SECOND, "1 s"),
        (MINUTE, "1 min"),
        (90 * MINUTE, "1 h 30 min"),
        (5 * MINUTE + 1, "5 min 0.000001 s"),
        (DAY, "24 h"),
        (-90 * MINUTE, "-1 h 30 min"),
        (HOUR + SECOND + 500_000, "1 h 1.5 s"),
    ],
)
def test_spans_as_a_person_says_them(length, text):
    assert say_span(length) == text
