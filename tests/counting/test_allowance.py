from zoneinfo import ZoneInfo

import pytest
from pydantic import TypeAdapter

import sla_rules as sla
from sla_rules.counting.allowance import BEYOND, Given, calendar_of, given_by, missing
from sla_rules.instants import DAY, HOUR, MINUTE, micros
from sla_rules.language.calendars import CalendarTable
from sla_rules.language.limits import Limit

PARIS = ZoneInfo("Europe/Paris")
OFFICE = sla.Calendar(timezone="Europe/Paris", week={"mon-fri": "09:00-17:00"}, name="office")
ALWAYS = sla.Calendar(name="always")
START = micros("2026-03-27T15:00:00+01:00")  # a Friday; the clocks change in the night to Sunday


def given(limit, calendar=ALWAYS, start=START, **facts):
    return given_by(TypeAdapter(Limit).validate_python(limit), facts, start, PARIS, calendar)


def end_of(day, offset):
    return micros(f"{day}T23:59:59.999999{offset}")


class TestGiven:
    @pytest.mark.parametrize(
        ("limit", "facts", "expected"),
        [
            ("4 h", {}, Given(counted=4 * HOUR)),
            ("none", {}, Given()),
            ({"each": "5 min", "times": "sites"}, {"sites": 3}, Given(counted=15 * MINUTE, basis=(("sites", 3),))),
            ({"each": "5 min", "times": "sites"}, {"sites": 0}, Given(counted=0, basis=(("sites", 0),))),
            ({"each": "5 min", "times": "sites"}, {"sites": -1}, Given(cause="`sites` is -1")),
            ({"each": "5 min", "times": "sites"}, {}, Given(cause=missing("sites"))),
            ({"until": "promised"}, {"promised": START - 1}, Given(instant=START - 1)),
            ({"until": "promised"}, {}, Given(cause=missing("promised"))),
            ({"end_of": "day"}, {}, Given(instant=end_of("2026-03-27", "+01:00"))),
            ({"end_of": "day", "after": 2}, {}, Given(instant=end_of("2026-03-29", "+02:00"))),
            ({"end_of": "month"}, {}, Given(instant=end_of("2026-03-31", "+02:00"))),
            ({"calendar_days": 2}, {}, Given(instant=end_of("2026-03-29", "+02:00"))),
        ],
    )
    def test_of_each_form(self, limit, facts, expected):
        assert given(limit, **facts) == expected

    def test_too_many_are_beyond_the_horizon(self):
        assert given({"each": "5 min", "times": "sites"}, sites=10**15) == Given(
            cause=BEYOND, basis=(("sites", 10**15),)
        )

    def test_an_end_after_the_last_year_is_beyond_the_horizon(self):
        assert given({"calendar_days": 1}, start=micros("9999-12-31T12:00:00Z")) == Given(cause=BEYOND)

    @pytest.mark.parametrize(
        ("given", "expected"),
        [
            (Given(counted=0), True),
            (Given(instant=0), True),
            (Given(), False),
            (Given(unjudged=True), False),
            (Given(cause=BEYOND), False),
        ],
    )
    def test_is_bounded_by_any_time_or_instant(self, given, expected):
        assert given.bounded is expected


class TestBusinessDays:
    def test_skip_what_the_calendar_is_closed_on(self):
        assert given({"business_days": 1}, OFFICE).instant == end_of("2026-03-30", "+02:00")
        assert given({"business_days": 1}, ALWAYS).instant == end_of("2026-03-28", "+01:00")

    def test_are_unknown_without_a_calendar_and_nothing_else_is(self):
        assert given({"business_days": 1}, "no calendar for site south") == Given(cause="no calendar for site south")
        assert given({"calendar_days": 1}, "no calendar for site south").cause is None
        assert given("4 h", "no calendar for site south") == Given(counted=4 * HOUR)


class TestTable:
    TWO = {
        "by": ["priority", "vip"],
        "table": {"P1": {True: "1 h", False: {"each": "2 h", "times": "sites"}}, "P2": "none"},
    }

    def test_names_what_chose_the_row_before_what_the_row_itself_rests_on(self):
        basis = (("priority", "P1"), ("vip", False), ("sites", 2))
        assert given(self.TWO, priority="P1", vip=False, sites=2) == Given(counted=4 * HOUR, basis=basis)

    def test_names_the_first_field_that_is_missing(self):
        assert given(self.TWO, vip=True).cause == missing("priority")
        assert given(self.TWO, priority="P1").cause == missing("vip")

    def test_names_the_values_without_a_row(self):
        assert given(self.TWO, priority="P9", vip=True).cause == "the table has no row for P9, True"

    def test_may_leave_a_row_unjudged(self):
        table = {"by": "priority", "table": {"P1": "1 h", "P2": "unjudged"}}
        assert given(table, priority="P2") == Given(unjudged=True, basis=(("priority", "P2"),))


class TestLeadDays:
    TIERS = [{"from": 0, "to": 1, "limit": "1 h"}, {"from": 2, "limit": {"business_days": 1}}]
    FROM_START = {"lead_days": {"to": "due"}, "tiers": TIERS}
    BETWEEN = {"lead_days": {"from": "asked", "to": "due"}, "tiers": TIERS}

    def test_count_dates_of_the_zone_and_not_hours(self):
        midnight = end_of("2026-03-28", "+01:00") + 1
        assert given(self.FROM_START, due=midnight - 1) == Given(counted=HOUR, basis=(("days ahead", 1),))
        assert given(self.FROM_START, OFFICE, due=midnight).basis == (("days ahead", 2),)

    def test_give_the_tier_the_calendar_and_the_start(self):
        assert given(self.FROM_START, OFFICE, due=START + 5 * DAY).instant == end_of("2026-03-30", "+02:00")

    def test_name_the_field_that_is_missing_the_earlier_one_first(self):
        assert given(self.FROM_START).cause == missing("due")
        assert given(self.BETWEEN, asked=START).cause == missing("due")
        assert given(self.BETWEEN).cause == missing("asked")

    def test_that_run_backwards_give_no_verdict_and_say_so(self):
        backwards = Given(unjudged=True, reversed=("due", "asked"))
        assert given(self.BETWEEN, asked=START, due=START - 1) == backwards
        assert given(self.FROM_START, due=START - 1) == Given(unjudged=True, reversed=("due", None))

    def test_of_no_length_do_not_run_backwards(self):
        assert given(self.BETWEEN, asked=START, due=START) == Given(counted=HOUR, basis=(("days ahead", 0),))


class TestCalendar:
    CALENDARS = {"always": ALWAYS, "office": OFFICE}
    BY_SITE = CalendarTable(by="site", table={"north": "office"})

    def test_is_the_one_named_whatever_the_case(self):
        assert calendar_of("office", {}, self.CALENDARS) is OFFICE

    def test_is_that_of_the_value_or_unknown_for_a_reason(self):
        assert calendar_of(self.BY_SITE, {"site": "north"}, self.CALENDARS) is OFFICE
        assert calendar_of(self.BY_SITE, {"site": "south"}, self.CALENDARS) == "no calendar for site south"
        assert calendar_of(self.BY_SITE, {}, self.CALENDARS) == missing("site")
