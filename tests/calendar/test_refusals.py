"""What a calendar refuses: words it does not know, hours that cannot be, time that it does not know."""

import builtins
import sys
from datetime import date, datetime, timedelta

import numpy as np
import pytest

from sla_rules.calendar import HORIZON, Calendar
from sla_rules.errors import BeyondHorizonError, CalendarError, InputError
from sla_rules.instants import LAST, micros
from tests.calendar.strategies import Window

HOUR = timedelta(hours=1)
OFFICE = Calendar(week={"mon-fri": "09:00-17:00"}, name="office")
AT = "2026-06-15T09:00:00Z"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"timezone": "Europe/Pariss"}, "`Europe/Pariss` is not a time zone.*did you mean `Europe/Paris`"),
        ({"timezone": "America"}, "`America` is not a time zone"),
        ({"timezone": "../etc/passwd"}, "is not a time zone"),
        ({"timezone": ""}, "`` is not a time zone"),
        ({"timezone": "localtime"}, "`localtime` is not a time zone"),
        ({"timezone": None}, "`None` is not a time zone"),
        ({"week": ["09:00-17:00"]}, "is not a week such as"),
        (
            {"week": {"mon-fry": "09:00-17:00"}},
            "`fry` is not a weekday such as `mon` or `monday`, did you mean `friday`",
        ),
        ({"week": {"mondey": "09:00-17:00"}}, "did you mean `monday`"),
        ({"week": {"": "09:00-17:00"}}, "`` is not a weekday"),
        ({"week": {"mon-tue-wed": "09:00-17:00"}}, "`tue-wed` is not a weekday"),
        ({"week": {1: "09:00-17:00"}}, "`1` is not a weekday"),
        ({"week": {"mon": "9-17"}}, "`9-17` is not a period such as `09:00-17:00`"),
        ({"week": {"mon": "9:00-17:00"}}, "is not a period"),
        ({"week": {"mon": "09:00"}}, "is not a period"),
        ({"week": {"mon": "09:00-12:00-17:00"}}, "is not a period"),
        ({"week": {"mon": "09:60-17:00"}}, "is not a period"),
        ({"week": {"mon": "09:00:60-17:00"}}, "is not a period"),
        ({"week": {"mon": "09:00-24:01"}}, "is not a period"),
        ({"week": {"mon": "09:00-25:00"}}, "is not a period"),
        ({"week": {"mon": ["09:00-17:00", 5]}}, "`5` is not a period"),
        ({"week": {"mon": "٠٩:٠٠-١٧:٠٠"}}, "is not a period"),
        ({"week": {"mon": None}}, "`None` in `week` is neither a period nor a list of periods"),
        ({"week": {"mon": {"09:00": "17:00"}}}, "in `week` is neither a period nor a list"),
        ({"week": {"mon": "09:00-09:00"}}, "`09:00-09:00` begins and ends at the same time; .*`00:00-24:00`"),
        ({"week": {"mon": "00:00-00:00"}}, "begins and ends at the same time"),
        ({"week": {"mon": "24:00-06:00"}}, "`24:00-06:00` begins where its day ends"),
        ({"week": {"mon": ["09:00-12:00", "11:59-13:00"]}}, "`09:00-12:00` and `11:59-13:00` overlap on monday"),
        ({"week": {"mon-fri": "09:00-12:00", "wed": "22:00-06:00, "}}, "is not a period"),
        ({"week": {"mon-fri": "09:00-12:00", "wed": "10:00-11:00"}}, "overlap on wednesday"),
        ({"week": {"mon": ["20:00-04:00", "22:00-23:00"]}}, "overlap on monday"),
        ({"holidays": "2026-05-01"}, "`2026-05-01` is not a list of holidays"),
        ({"holidays": 5}, "`5` is not a list of holidays"),
        ({"holidays": ["1 May"]}, "`1 May` is not a date such as `2026-05-01`"),
        ({"holidays": [datetime(2026, 5, 1)]}, "is not a date"),
        ({"holidays": ["2206-05-01"]}, "`2206-05-01` is outside the years 1900 to 2200"),
        ({"holidays": {"contry": "FR"}}, "`contry` is not a date .*did you mean `country`"),
        (
            {"holidays": {"country": "FR", "subdivison": "57"}},
            "`subdivison` is not one of .*did you mean `subdivision`",
        ),
        ({"holidays": {"country": "fr"}}, "`fr` is not a country .*did you mean `FR`"),
        ({"holidays": {"country": "Atlantis"}}, "`Atlantis` is not a country"),
        ({"holidays": {"country": ""}}, "`` is not a country"),
        ({"holidays": {"country": None}}, "`None` is not a country or subdivision"),
        ({"holidays": {"country": "US", "subdivision": "ca"}}, "`ca` is not a subdivision of `US`, did you mean `CA`"),
        ({"holidays": {"country": "FR", "subdivision": "Mosele"}}, "did you mean `Moselle`"),
        ({"holidays": {"subdivision": "CA"}}, "subdivision `CA` needs its `country`"),
        ({"extra": "2026-05-16"}, "`2026-05-16` is not a period of a date such as `2026-05-16 09:00-12:00`"),
        ({"extra": ["2026-02-30 09:00-12:00"]}, "`2026-02-30` is not a date"),
        ({"extra": ["2026-05-16 09:00-09:00"]}, "begins and ends at the same time"),
        ({"extra": [5]}, "`5` is not a period of a date"),
        ({"extra": None}, "`None` in `extra` is neither"),
        ({"removed": "9999-12-31 22:00-24:00"}, "outside the years 1900 to 2200"),
        ({"exhausted_at": "open"}, "exhausted_at is `opening` or `closing`, not `open`, did you mean `opening`"),
        ({"week": {}}, "never open"),
        ({"week": {"mon": []}}, "never open"),
        ({"week": {}, "extra": "2026-05-16 09:00-12:00", "removed": "2026-05-16 08:00-13:00"}, "never open"),
        ({"week": {}, "name": "empty"}, "`empty` is a calendar that is never open"),
    ],
)
def test_a_calendar_that_cannot_be(arguments: dict[str, object], message: str) -> None:
    with pytest.raises(CalendarError, match=message):
        Calendar(**arguments)


def test_never_open_in_all_the_years_that_are_known() -> None:
    mondays = [date(2002, 12, 30) + timedelta(weeks=week) for week in range(1, 1300)]
    arguments = {"week": {"mon": "09:00-17:00"}, "name": "mondays"}
    with pytest.raises(CalendarError, match="`mondays` is a calendar that is never open"):
        Calendar(**arguments, holidays={"country": "LK", "dates": mondays})
    opens = Calendar(**arguments, holidays={"country": "LK", "dates": mondays[1:]}).next_open(
        micros("2003-01-01T00:00:00Z")
    )
    assert opens == micros("2003-01-06T09:00:00Z")


def test_holidays_of_a_country_need_their_package(monkeypatch: pytest.MonkeyPatch) -> None:
    imported = builtins.__import__

    def refuse(name: str, *rest: object) -> object:
        if name == "holidays":
            raise ImportError(name)
        return imported(name, *rest)

    monkeypatch.delitem(sys.modules, "holidays", raising=False)
    monkeypatch.setattr(builtins, "__import__", refuse)
    with pytest.raises(CalendarError, match=r"need the extra `sla-rules\[holidays\]`"):
        Calendar(holidays={"country": "DE", "subdivision": "BY"})
    assert Calendar(holidays=["2026-05-01"])


@pytest.mark.parametrize("limit", [-HOUR, timedelta(microseconds=-1)])
def test_negative_limits(limit: timedelta) -> None:
    with pytest.raises(InputError, match=r"the limit `-.*` is negative"):
        OFFICE.add(AT, limit)
    with pytest.raises(InputError, match="is negative"):
        OFFICE.add_many(np.array([0]), limit)


def test_what_is_no_instant_or_span() -> None:
    with pytest.raises(InputError, match="no offset or zone"):
        OFFICE.add("2026-06-15T09:00:00", HOUR)
    with pytest.raises(InputError, match="`8` is not a timedelta"):
        OFFICE.add(AT, 8)


# The horizon


@pytest.mark.parametrize(
    ("calendar", "text"),
    [
        (OFFICE, f"{HORIZON.start - 1}-12-31T23:59:59.999999Z"),
        (OFFICE, f"{HORIZON.stop}-01-01T00:00:00.000001Z"),
        (Calendar(week={"mon-sun": "00:00-24:00"}, holidays={"country": "LK"}), "2002-12-31T23:59:59Z"),
        (Calendar(week={"mon-sun": "00:00-24:00"}, holidays={"country": "LK"}), "2199-01-01T00:00:00Z"),
        (Calendar(week={"mon-fri": "09:00-17:00"}, holidays={"country": "US"}), "2101-01-01T00:00:00.000001Z"),
    ],
)
def test_instants_beyond_the_horizon(calendar: Calendar, text: str) -> None:
    for ask in (
        lambda: calendar.is_open(text),
        lambda: calendar.add(text, HOUR),
        lambda: calendar.next_open(micros(text)),
        lambda: calendar.elapsed(*sorted([text, AT])),
        lambda: calendar.periods(*sorted([text, AT])),
        lambda: calendar.explain(text, HOUR),
    ):
        with pytest.raises(BeyondHorizonError, match="beyond the horizon of the calendar"):
            ask()


def test_the_edges_of_the_horizon_belong_to_it() -> None:
    first, last = "1900-01-01T00:00:00Z", "2201-01-01T00:00:00Z"
    assert OFFICE.elapsed(first, last) > timedelta(0)
    assert OFFICE.add(first, HOUR).isoformat() == "1900-01-01T10:00:00+00:00"
    assert (OFFICE.first, OFFICE.last) == (micros(first), micros(last))


def test_holidays_bound_the_horizon_to_the_years_they_are_known_for() -> None:
    united_states = Calendar(week={"mon-fri": "09:00-17:00"}, holidays={"country": "US"})
    assert united_states.add("2100-12-30T15:00:00Z", HOUR).day == 30
    with pytest.raises(BeyondHorizonError, match=r"1900-01-01T00:00:00.*2101-01-01T00:00:00"):
        united_states.add("2100-12-30T16:00:00Z", HOUR)


def test_a_limit_used_up_exactly_at_the_last_closing() -> None:
    arguments = {"week": {}, "extra": "2026-05-16 09:00-12:00"}
    assert Calendar(**arguments, exhausted_at="closing").add(AT[:8].replace("06", "05") + "16T09:00:00Z", 3 * HOUR)
    with pytest.raises(BeyondHorizonError, match="the limit is used up at a time that is beyond"):
        Calendar(**arguments).add("2026-05-16T09:00:00Z", 3 * HOUR)


@pytest.mark.parametrize("limit", [timedelta(days=300 * 366), timedelta.max])
def test_limits_that_are_used_up_beyond_the_horizon(limit: timedelta) -> None:
    with pytest.raises(BeyondHorizonError, match="beyond the horizon of the calendar `office`"):
        OFFICE.add(AT, limit)
    with pytest.raises(BeyondHorizonError):
        Calendar().add(AT, timedelta.max)


@pytest.mark.parametrize("calendar", [OFFICE, Calendar(), Calendar(exhausted_at="closing")])
def test_a_window_without_end_that_comes_before_due(calendar: Calendar) -> None:
    exclude = [Window("force_majeure", micros(AT), None)]
    for ask in (
        calendar.add,
        calendar.explain,
        lambda at, limit, exclude: calendar.add_many([micros(at)], limit, exclude=exclude),
    ):
        with pytest.raises(BeyondHorizonError, match="is used up"):
            ask(AT, HOUR, exclude=exclude)


def test_the_integer_core_takes_any_integer() -> None:
    for at in (-(10**30), LAST + 1, 10**30):
        with pytest.raises(BeyondHorizonError):
            OFFICE.due(at, 1)
        with pytest.raises(BeyondHorizonError):
            OFFICE.counted(min(at, 0), max(at, 0))
