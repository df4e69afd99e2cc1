"""Exact examples: the edges of working hours, changes of the clock, holidays, windows, both ends of `exhausted_at`."""

from datetime import date, timedelta

import pendulum
import pytest

from sla_rules.calendar import Calendar, Stretch, merged
from sla_rules.instants import HOUR, MINUTE, micros, moment
from tests.calendar.strategies import Window

US = timedelta(microseconds=1)
OFFICE = Calendar(timezone="Europe/Paris", week={"mon-fri": ["08:30-12:00", "13:00-17:30"]})
CLOSING = Calendar(timezone="Europe/Paris", week={"mon-fri": ["08:30-12:00", "13:00-17:30"]}, exhausted_at="closing")


def h(hours: float) -> timedelta:
    return timedelta(hours=hours)


def at(text: str) -> pendulum.DateTime:
    """An instant of Paris in June, an hour apart from no other zone of this file."""
    return pendulum.parse(text, tz="Europe/Paris")


def window(start: str, end: str | None, kind: str = "maintenance", id: str | None = None) -> Window:
    return Window(kind, micros(at(start)), None if end is None else micros(at(end)), id)


@pytest.mark.parametrize(
    ("start", "limit", "opening", "closing"),
    [
        ("2026-06-15T09:00", h(1), "2026-06-15T10:00", None),
        ("2026-06-15T09:00", h(3) - US, "2026-06-15T11:59:59.999999", None),
        ("2026-06-15T09:00", h(3), "2026-06-15T13:00", "2026-06-15T12:00"),
        ("2026-06-15T09:00", h(3) + US, "2026-06-15T13:00:00.000001", None),
        ("2026-06-15T08:30", h(8) - US, "2026-06-15T17:29:59.999999", None),
        ("2026-06-15T08:30", h(8), "2026-06-16T08:30", "2026-06-15T17:30"),
        ("2026-06-15T08:30", h(8) + US, "2026-06-16T08:30:00.000001", None),
        ("2026-06-19T13:00", h(4.5), "2026-06-22T08:30", "2026-06-19T17:30"),
        ("2026-06-19T17:30", h(0), "2026-06-22T08:30", None),
        ("2026-06-19T17:29:59.999999", h(0), "2026-06-19T17:29:59.999999", None),
        ("2026-06-15T12:30", h(0), "2026-06-15T13:00", None),
        ("2026-06-15T12:30", US, "2026-06-15T13:00:00.000001", None),
        ("2026-06-15T03:00", h(3.5), "2026-06-15T13:00", "2026-06-15T12:00"),
        ("2026-06-15T08:30", h(40), "2026-06-22T08:30", "2026-06-19T17:30"),
    ],
)
def test_due_at_the_edges_of_working_hours(start: str, limit: timedelta, opening: str, closing: str | None) -> None:
    assert OFFICE.add(at(start), limit) == at(opening)
    assert CLOSING.add(at(start), limit) == at(closing or opening)


@pytest.mark.parametrize("calendar", [OFFICE, CLOSING])
@pytest.mark.parametrize("hours", [0, 1, 3.5, 8, 12])
def test_in_time_means_at_or_before_due(calendar: Calendar, hours: float) -> None:
    due = calendar.add(at("2026-06-15T08:30"), h(hours))
    assert calendar.elapsed(at("2026-06-15T08:30"), due) == h(hours)


@pytest.mark.parametrize(
    ("start", "end", "expected"),
    [
        ("2026-06-15T08:30", "2026-06-15T17:30", h(8)),
        ("2026-06-15T08:30", "2026-06-16T08:30", h(8)),
        ("2026-06-15T12:00", "2026-06-15T13:00", h(0)),
        ("2026-06-15T11:59:59.999999", "2026-06-15T13:00:00.000001", 2 * US),
        ("2026-06-19T17:00", "2026-06-22T09:00", h(1)),
        ("2026-06-15T10:00", "2026-06-15T10:00", h(0)),
        ("2026-06-15T10:00", "2026-06-15T09:00", h(0)),
    ],
)
def test_elapsed(start: str, end: str, expected: timedelta) -> None:
    assert OFFICE.elapsed(at(start), at(end)) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-06-15T08:29:59.999999", False),
        ("2026-06-15T08:30", True),
        ("2026-06-15T11:59:59.999999", True),
        ("2026-06-15T12:00", False),
        ("2026-06-20T10:00", False),
    ],
)
def test_periods_are_half_open(text: str, expected: bool) -> None:
    assert OFFICE.is_open(at(text)) is expected


def test_results_are_utc() -> None:
    due = OFFICE.add("2026-06-15T09:00:00+02:00", h(1))
    assert isinstance(due, pendulum.DateTime)
    assert due.isoformat() == "2026-06-15T08:00:00+00:00"
    assert due.timezone_name == "UTC"


def test_periods_are_clipped_to_the_question() -> None:
    found = OFFICE.periods(at("2026-06-19T10:00"), at("2026-06-22T09:00"))
    expected = [("19T10:00", "19T12:00"), ("19T13:00", "19T17:30"), ("22T08:30", "22T09:00")]
    assert found == [(at(f"2026-06-{first}"), at(f"2026-06-{last}")) for first, last in expected]
    assert OFFICE.periods(at("2026-06-22T09:00"), at("2026-06-19T10:00")) == []
    assert OFFICE.periods(at("2026-06-20T09:00"), at("2026-06-21T10:00")) == []


@pytest.mark.parametrize(
    ("zone", "day", "week", "hours"),
    [
        ("America/Toronto", date(2026, 3, 8), None, 23),
        ("America/Toronto", date(2026, 11, 1), None, 25),
        ("America/Toronto", date(2026, 6, 1), None, 24),
        ("Europe/Paris", date(2026, 3, 29), "00:00-24:00", 23),
        ("Europe/Paris", date(2026, 10, 25), "00:00-24:00", 25),
        ("Australia/Lord_Howe", date(2026, 4, 5), "00:00-24:00", 24.5),
        ("Australia/Lord_Howe", date(2026, 10, 4), "00:00-24:00", 23.5),
        ("Asia/Kolkata", date(2026, 3, 29), "09:00-17:00", 8),
        # Toronto skips 02:00 to 03:00: times in between move forward by the hour.
        ("America/Toronto", date(2026, 3, 8), "01:00-04:00", 2),
        ("America/Toronto", date(2026, 3, 8), "02:15-02:45", 0.5),
        ("America/Toronto", date(2026, 3, 8), "02:30-04:00", 0.5),
        ("America/Toronto", date(2026, 3, 8), "02:30-03:30", 0),
        ("America/Toronto", date(2026, 3, 8), "02:30-03:15", 0),
        ("America/Toronto", date(2026, 3, 8), "01:00-02:30", 1.5),
        # 01:00 to 02:00 occurs twice there: the first counts.
        ("America/Toronto", date(2026, 11, 1), "00:30-01:30", 1),
        ("America/Toronto", date(2026, 11, 1), "01:30-03:00", 2.5),
        ("America/Toronto", date(2026, 11, 1), "01:00-02:00", 2),
        ("Australia/Lord_Howe", date(2026, 4, 5), "01:00-03:00", 2.5),
        ("Australia/Lord_Howe", date(2026, 10, 4), "01:00-03:00", 1.5),
    ],
)
def test_days_on_which_the_clock_changes(zone: str, day: date, week: str | None, hours: float) -> None:
    name = f"{day:%A}"
    calendar = Calendar(timezone=zone, week=None if week is None else {name: week})
    midnight = pendulum.datetime(day.year, day.month, day.day, tz=zone)
    assert calendar.elapsed(midnight, midnight.add(days=1)) == h(hours)


@pytest.mark.parametrize(
    ("zone", "evening", "hours"),
    [
        ("America/Toronto", date(2026, 3, 7), 7),
        ("America/Toronto", date(2026, 10, 31), 9),
        ("Australia/Lord_Howe", date(2026, 4, 4), 8.5),
        ("Europe/Paris", date(2026, 3, 28), 7),
        ("Europe/Paris", date(2026, 6, 27), 8),
    ],
)
def test_a_night_shift_across_the_change(zone: str, evening: date, hours: float) -> None:
    calendar = Calendar(timezone=zone, week={"sat": "22:00-06:00"})
    noon = pendulum.datetime(evening.year, evening.month, evening.day, 12, tz=zone)
    assert calendar.elapsed(noon, noon.add(days=1)) == h(hours)
    assert calendar.periods(noon, noon.add(days=1)) == [(noon.set(hour=22), noon.add(days=1).set(hour=6))]


def test_apia_had_no_30_december_2011() -> None:
    calendar = Calendar(timezone="Pacific/Apia", week={"mon-fri": "09:00-17:00"})
    thursday = pendulum.datetime(2011, 12, 29, 16, tz="Pacific/Apia")
    monday = pendulum.datetime(2012, 1, 2, 9, tz="Pacific/Apia")
    assert calendar.add(thursday, h(1)) == monday
    assert calendar.elapsed(thursday, monday) == h(1)
    night = Calendar(timezone="Pacific/Apia", week={"thu": "22:00-06:00"})
    assert night.elapsed(thursday, monday) == h(8)
    always = Calendar(timezone="Pacific/Apia", holidays=["2011-12-30"])
    assert always.elapsed(thursday, thursday.add(days=2)) == timedelta(days=1)


@pytest.mark.parametrize(
    ("days", "open_days"),
    [
        ("mon-fri", "0123 4"),
        ("fri-mon", "4560"),
        ("sun, mon", "60"),
        ("sat", "5"),
        ("Saturday", "5"),
        ("mon-wed,fri", "0124"),
        ("tuesday - thursday", "123"),
        ("mon-mon", "0"),
    ],
)
def test_weekdays(days: str, open_days: str) -> None:
    calendar = Calendar(week={days: "09:00-10:00"})
    monday = pendulum.datetime(2026, 6, 15, 9)
    assert [calendar.is_open(monday.add(days=day)) for day in range(7)] == [str(day) in open_days for day in range(7)]


@pytest.mark.parametrize(
    ("text", "hours"),
    [
        ("18:00-24:00", 6),
        ("18:00-00:00", 6),
        ("00:00-24:00", 24),
        ("22:00-21:00", 23),
        ("09:00:30-09:01:00", 30 / 3600),
    ],
)
def test_forms_of_a_period(text: str, hours: float) -> None:
    calendar = Calendar(week={"mon": text})
    assert calendar.elapsed("2026-06-15T00:00:00Z", "2026-06-17T00:00:00Z") == h(hours)


def test_adjacent_and_overlapping_periods_of_two_days_merge() -> None:
    calendar = Calendar(
        week={"mon": "20:00-24:00", "tue": ["00:00-06:00", "06:00-08:00"], "wed": "22:00-06:00", "thu": "05:00-09:00"}
    )
    monday = pendulum.datetime(2026, 6, 15)
    hours = [(20, 32), (70, 81)]
    assert calendar.periods(monday, monday.add(days=7)) == [
        (monday.add(hours=a), monday.add(hours=b)) for a, b in hours
    ]


def test_always_is_the_identity() -> None:
    always = Calendar()
    assert always.add("2026-03-29T00:30:00Z", h(1000)) == pendulum.datetime(2026, 3, 29, 0, 30).add(hours=1000)
    assert always.elapsed("0001-01-01T00:00:00Z", "9999-12-31T23:59:59.999999Z") == always_span()
    assert always.is_open("9999-12-31T23:59:59.999999Z")
    assert always.add("0001-01-01T00:00:00Z", always_span()) == pendulum.datetime(9999, 12, 31, 23, 59, 59, 999999)
    assert Calendar(extra="2026-05-16 09:00-12:00").add("2026-05-16T08:00:00Z", h(1)).hour == 9


def always_span() -> timedelta:
    return timedelta(microseconds=micros("9999-12-31T23:59:59.999999Z") - micros("0001-01-01T00:00:00Z"))


# Holidays


@pytest.mark.parametrize(
    "holidays",
    [
        [date(2026, 5, 1)],
        ["2026-05-01"],
        {date(2026, 5, 1)},
        {date(2026, 5, 1): "Labour Day"},
        {"2026-05-01": None},
        {"dates": ["2026-05-01"]},
        {"dates": {"2026-05-01": "Labour Day"}},
        {"country": "FR"},
        {"country": "FRA"},
        {"country": "FR", "subdivision": "57", "dates": ["2026-12-24"]},
    ],
)
def test_forms_of_holidays(holidays: object) -> None:
    calendar = Calendar(timezone="Europe/Paris", week={"mon-fri": "09:00-17:00"}, holidays=holidays)
    assert calendar.add(at("2026-04-30T16:00"), h(2)) == at("2026-05-04T10:00")


def test_holidays_of_a_subdivision() -> None:
    week = {"mon-fri": "09:00-17:00"}
    good_friday = at("2026-04-03T10:00")
    france = Calendar(timezone="Europe/Paris", week=week, holidays={"country": "FR"})
    moselle = Calendar(timezone="Europe/Paris", week=week, holidays={"country": "FR", "subdivision": "Moselle"})
    assert france.is_open(good_friday)
    assert not moselle.is_open(good_friday)
    (first, *_) = moselle.explain(good_friday, h(1))
    assert (first.cause, first.name) == ("holiday", "Good Friday")


def test_names_of_holidays_do_not_depend_on_the_locale(monkeypatch: pytest.MonkeyPatch) -> None:
    for language in ("fr_FR.UTF-8", "de_DE.UTF-8", "C"):
        monkeypatch.setenv("LANGUAGE", language)
        calendar = Calendar(timezone="Europe/Paris", holidays={"country": "FR"})
        assert calendar.explain(at("2026-05-01T10:00"), h(1))[0].name == "Labor Day"


def test_a_date_of_ones_own_renames_a_holiday_of_the_country() -> None:
    for said, name in ((["2026-05-01"], "Labor Day"), ({"2026-05-01": "Works outing"}, "Works outing")):
        calendar = Calendar(timezone="Europe/Paris", holidays={"country": "FR", "dates": said})
        assert calendar.explain(at("2026-05-01T10:00"), h(1))[0].name == name


def test_a_holiday_clips_a_night_from_midnight_to_midnight() -> None:
    calendar = Calendar(timezone="Europe/Paris", week={"mon-sun": "22:00-06:00"}, holidays=["2026-06-17"])
    found = calendar.periods(at("2026-06-16T12:00"), at("2026-06-18T12:00"))
    assert found == [(at("2026-06-16T22:00"), at("2026-06-17T00:00")), (at("2026-06-18T00:00"), at("2026-06-18T06:00"))]


def test_a_holiday_on_the_day_of_the_change_is_as_long_as_the_day() -> None:
    calendar = Calendar(timezone="Europe/Paris", holidays=["2026-03-29"])
    assert calendar.elapsed(at("2026-03-28T00:00"), at("2026-03-31T00:00")) == h(48)


# Extra and removed


def test_extra_opens_a_holiday_and_removed_closes_everything() -> None:
    calendar = Calendar(
        timezone="Europe/Paris",
        week={"mon-fri": "09:00-17:00"},
        holidays=["2026-05-01"],
        extra=["2026-05-01 10:00-12:00", "2026-05-02 22:00-02:00"],
        removed=["2026-05-01 11:00-11:30", "2026-05-04 09:00-10:00"],
    )
    found = calendar.periods(at("2026-05-01T00:00"), at("2026-05-05T00:00"))
    expected = [("01T10:00", "01T11:00"), ("01T11:30", "01T12:00"), ("02T22:00", "03T02:00"), ("04T10:00", "04T17:00")]
    assert found == [(at(f"2026-05-{first}"), at(f"2026-05-{last}")) for first, last in expected]


def test_a_removed_period_across_new_year() -> None:
    calendar = Calendar(removed="2026-12-31 23:00-01:00")
    assert calendar.elapsed("2026-12-31T00:00:00Z", "2027-01-02T00:00:00Z") == h(46)
    assert calendar.add("2026-12-31T22:30:00Z", h(1)) == pendulum.datetime(2027, 1, 1, 1, 30)


def test_only_extra() -> None:
    calendar = Calendar(week={}, extra="2031-05-16 09:00-12:00")
    assert calendar.add("2026-01-01T00:00:00Z", h(1)) == pendulum.datetime(2031, 5, 16, 10)
    assert calendar.elapsed("1950-01-01T00:00:00Z", "2199-01-01T00:00:00Z") == h(3)


# Windows that do not count

MAINTENANCE = window("2026-06-15T10:00", "2026-06-15T11:00", id="M1")


@pytest.mark.parametrize(
    ("exclude", "limit", "opening", "closing"),
    [
        ([MAINTENANCE], h(1.5) - US, "2026-06-15T09:59:59.999999", None),
        ([MAINTENANCE], h(1.5), "2026-06-15T11:00", "2026-06-15T10:00"),
        ([MAINTENANCE], h(1.5) + US, "2026-06-15T11:00:00.000001", None),
        ([MAINTENANCE], h(2.5), "2026-06-15T13:00", "2026-06-15T12:00"),
        # overlapping, adjacent, inside one another, empty, the wrong way round
        ([MAINTENANCE, window("2026-06-15T10:30", "2026-06-15T11:30")], h(2), "2026-06-15T13:00", "2026-06-15T12:00"),
        ([MAINTENANCE, window("2026-06-15T11:00", "2026-06-15T11:30")], h(1.5), "2026-06-15T11:30", "2026-06-15T10:00"),
        ([MAINTENANCE, window("2026-06-15T10:15", "2026-06-15T10:30")], h(1.5), "2026-06-15T11:00", "2026-06-15T10:00"),
        ([window("2026-06-15T10:00", "2026-06-15T10:00")], h(2), "2026-06-15T10:30", None),
        ([window("2026-06-15T10:00", "2026-06-15T09:00")], h(2), "2026-06-15T10:30", None),
        # before the start, open at the start, in closed time, from closing time on
        ([window("2026-06-14T10:00", "2026-06-15T08:30")], h(2), "2026-06-15T10:30", None),
        ([window("2026-06-14T10:00", "2026-06-15T09:00")], h(2), "2026-06-15T11:00", None),
        ([window("2026-06-15T12:00", "2026-06-15T13:00")], h(4), "2026-06-15T13:30", None),
        ([window("2026-06-15T18:00", "2026-06-16T09:00")], h(8), "2026-06-16T09:00", "2026-06-15T17:30"),
        ([window("2026-06-15T08:30", "2026-06-16T09:00")], h(0), "2026-06-16T09:00", None),
        # open without end, after all of the limit is used
        ([window("2026-06-15T11:00", None)], h(2), "2026-06-15T10:30", None),
    ],
)
def test_windows(exclude: list[Window], limit: timedelta, opening: str, closing: str | None) -> None:
    start = at("2026-06-15T08:30")
    assert OFFICE.add(start, limit, exclude=exclude) == at(opening)
    assert CLOSING.add(start, limit, exclude=exclude) == at(closing or opening)
    assert OFFICE.add(start, limit, exclude=exclude[::-1]) == at(opening)
    assert OFFICE.elapsed(start, at(opening), exclude=exclude) == limit


def test_elapsed_until_within_an_open_ended_window() -> None:
    exclude = [window("2026-06-15T11:00", None)]
    assert OFFICE.elapsed(at("2026-06-15T08:30"), at("2030-06-15T00:00"), exclude=exclude) == h(2.5)
    assert not OFFICE.is_open(at("2026-06-15T11:00"), exclude=exclude)
    assert OFFICE.is_open(at("2026-06-15T10:59"), exclude=exclude)


def test_windows_may_be_any_iterable() -> None:
    start = at("2026-06-15T08:30")
    assert OFFICE.add(start, h(2), exclude=iter([MAINTENANCE])) == at("2026-06-15T11:30")
    assert OFFICE.explain(start, h(2), exclude=iter([MAINTENANCE]))[-1].end == at("2026-06-15T11:30")


def test_still_intervals_of_the_integer_core() -> None:
    start = micros(at("2026-06-15T08:30"))
    still = [(start + HOUR, start + 2 * HOUR), (start + 2 * HOUR, start + 2 * HOUR + 30 * MINUTE)]
    assert OFFICE.counted(start, start + 3 * HOUR, still) == 90 * MINUTE
    assert OFFICE.due(start, HOUR, still) == start + 2 * HOUR + 30 * MINUTE
    assert CLOSING.due(start, HOUR, still) == start + HOUR
    assert OFFICE.next_open(start + HOUR, still) == start + 2 * HOUR + 30 * MINUTE
    assert OFFICE.next_open(start, still) == start


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ([], ()),
        ([(3, 3), (5, 4)], ()),
        ([(4, 6), (1, 2)], ((1, 2), (4, 6))),
        ([(1, 3), (3, 5)], ((1, 5),)),
        ([(1, 9), (2, 3), (8, 10)], ((1, 10),)),
    ],
)
def test_merged(given: list[tuple[int, int]], expected: tuple[tuple[int, int], ...]) -> None:
    assert merged(given) == expected


# Explanations


def test_explain_names_every_cause() -> None:
    calendar = Calendar(
        timezone="Europe/Paris", week={"mon-fri": "09:00-17:00"}, holidays={"2026-06-17": "Fair", "2026-06-18": None}
    )
    exclude = [
        window("2026-06-16T15:00", "2026-06-16T16:30", id="M1"),
        window("2026-06-16T16:00", "2026-06-16T20:00", "force_majeure"),
    ]
    said = [
        ("16T12:00", "16T15:00", "counted", ""),
        ("16T15:00", "16T16:00", "excluded", "maintenance M1"),
        ("16T16:00", "16T16:30", "excluded", "maintenance M1, force_majeure"),
        ("16T16:30", "16T17:00", "excluded", "force_majeure"),
        ("16T17:00", "17T00:00", "closed", ""),
        ("17T00:00", "18T00:00", "holiday", "Fair"),
        ("18T00:00", "19T00:00", "holiday", "holiday"),
        ("19T00:00", "19T09:00", "closed", ""),
        ("19T09:00", "19T10:00", "counted", ""),
    ]
    expected = []
    for first, last, cause, name in said:
        start, end = at(f"2026-06-{first}"), at(f"2026-06-{last}")
        expected.append(Stretch(start, end, cause, name, moment(micros(end)) - moment(micros(start))))
    assert calendar.explain(at("2026-06-16T12:00"), h(4), exclude=exclude) == expected


def test_explain_of_nothing_and_up_to_the_next_opening() -> None:
    assert OFFICE.explain(at("2026-06-15T09:00"), h(0)) == []
    causes = [stretch.cause for stretch in OFFICE.explain(at("2026-06-15T17:00"), h(0.5))]
    assert causes == ["counted", "closed"]
    assert [stretch.cause for stretch in CLOSING.explain(at("2026-06-15T17:00"), h(0.5))] == ["counted"]


def test_an_extra_period_on_a_holiday_counts() -> None:
    calendar = Calendar(week={"mon-fri": "09:00-17:00"}, holidays=["2026-05-01"], extra="2026-05-01 10:00-12:00")
    causes = [stretch.cause for stretch in calendar.explain("2026-05-01T09:00:00Z", h(1))]
    assert causes == ["holiday", "counted"]


# Identity


def test_calendars_that_say_the_same_are_equal() -> None:
    one = Calendar(week={"mon-tue": "09:00-17:00"}, holidays=["2026-05-01", "2026-01-01"])
    other = Calendar(week={"tue, MONDAY": ["09:00-17:00"]}, holidays=[date(2026, 1, 1), date(2026, 5, 1)])
    assert one == other
    assert hash(one) == hash(other)
    assert one != Calendar(week={"mon-tue": "09:00-17:00"})
    assert one != Calendar(week={"mon-tue": "09:00-17:00"}, holidays=["2026-05-01"], exhausted_at="closing")
    assert one != "one"
    assert Calendar(name="a") != Calendar(name="b")


def test_a_calendar_cannot_be_changed() -> None:
    for name in ("name", "timezone", "exhausted_at", "anything"):
        with pytest.raises(AttributeError):
            setattr(OFFICE, name, "x")


def test_repr_says_what_was_chosen() -> None:
    calendar = Calendar(timezone="Asia/Kolkata", week={"sat": "22:00-06:00"}, name="night")
    assert repr(calendar) == "Calendar(timezone='Asia/Kolkata', week={'sat': ['22:00-06:00']}, name='night')"
    assert repr(Calendar()) == "Calendar()"
    assert (calendar.name, calendar.timezone, calendar.exhausted_at) == ("night", "Asia/Kolkata", "opening")


# The years that are compiled first, and those that are added


@pytest.mark.parametrize(
    ("zone", "text"),
    [("Pacific/Auckland", "2026-12-31T12:00:00Z"), ("America/Toronto", "2026-01-01T02:00:00Z")],
)
def test_an_instant_whose_year_in_the_zone_is_another_than_in_utc(zone: str, text: str) -> None:
    assert Calendar(timezone=zone, removed="2040-01-01 09:00-10:00").is_open(text)


@pytest.mark.parametrize("year", [2026, 2027, 2031, 1999])
def test_a_night_into_a_new_year(year: int) -> None:
    calendar = Calendar(week={"mon-sun": "22:00-06:00"})
    assert calendar.is_open(pendulum.datetime(year, 1, 1, 3))
    assert not calendar.is_open(pendulum.datetime(year, 1, 1, 6))


def test_what_a_calendar_was_asked_before_changes_no_answer() -> None:
    starts = [pendulum.datetime(year, 12, 31, 9, tz="Europe/Paris") for year in (2026, 2040, 1950, 2027, 2190, 2025)]
    asked_before = Calendar(timezone="Europe/Paris", week={"mon-fri": "09:00-17:00"})
    for start in starts:
        fresh = Calendar(timezone="Europe/Paris", week={"mon-fri": "09:00-17:00"})
        assert asked_before.add(start, h(50)) == fresh.add(start, h(50))
