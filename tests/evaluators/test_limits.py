"""Every form of limit, at its edges."""

from datetime import timedelta

import pendulum
import pytest

import sla_rules as sla
from tests.conftest import History, agreement, kinds, only

TEXT = {"kind": "text"}
EVENTS = {
    "opened": {
        "priority": {"kind": "text", "values": ["P1", "P2", "P3"]},
        "tier": {"kind": "text", "values": ["gold", "basic"]},
        "region": TEXT,
        "sites": {"kind": "integer"},
        "promised": {"kind": "instant"},
        "asked": {"kind": "instant"},
        "wanted": {"kind": "instant"},
        "rush": {"kind": "boolean"},
    },
    "sites.changed": {"sites": {"kind": "integer"}},
    "promised.changed": {"promised": {"kind": "instant"}},
    "closed": {},
    "cancelled": {},
}
T0 = "2026-03-02T14:00:00Z"  # a Monday
LATER = "2026-03-09T00:00:00Z"


def policy(limit, **more):
    return {"start": "opened", "stop": "closed", "cancel": "cancelled", "limit": limit, **more}


def judged(judge, limit, history, as_of=None, *, parts=None, **more):
    return only(judge(agreement(policy(limit, **more), events=EVENTS, **(parts or {})), history.events, as_of=as_of))


def assert_due(judge, limit, start, due, data=None, **more):
    """The instance that starts there is met at due, breached a microsecond later, and pending at due while open."""
    due = pendulum.parse(due)
    data = data or {}
    for stop, expected in (
        (due.subtract(microseconds=1), "met"),
        (due, "met"),
        (due.add(microseconds=1), "breached"),
    ):
        if stop < pendulum.parse(start):
            continue
        history = History().add("opened", start, **data).add("closed", stop)
        verdict = judged(judge, limit, history, **more)
        assert (verdict.outcome, verdict.due, verdict.stop) == (expected, due, stop)
    history = History().add("opened", start, **data)
    assert judged(judge, limit, history, due, **more).outcome == "pending"
    assert judged(judge, limit, history, due.add(microseconds=1), **more).outcome == "breached"


# --- durations and tables ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("limit", "due"),
    [
        ("30 min", "2026-03-02T14:30:00Z"),
        ("8 h", "2026-03-02T22:00:00Z"),
        ("PT30M", "2026-03-02T14:30:00Z"),
        ("1 h 30 min", "2026-03-02T15:30:00Z"),
        ("24 h", "2026-03-03T14:00:00Z"),
        ("0 min", T0),
    ],
)
def test_a_duration_is_counted_from_the_start(judge, limit, due):
    assert_due(judge, limit, T0, due)


def test_24_h_are_counted_time_on_a_day_of_23_hours(judge):
    parts = {"timezone": "Europe/Paris"}
    assert_due(judge, "24 h", "2026-03-28T12:00:00+01:00", "2026-03-29T13:00:00+02:00", parts=parts)


BY_ONE = {"by": "priority", "table": {"P1": "15 min", "P2": "1 h", "P3": "none"}}


def test_a_table_gives_the_limit_of_its_row(judge):
    assert_due(judge, BY_ONE, T0, "2026-03-02T14:15:00Z", {"priority": "P1"})
    assert_due(judge, BY_ONE, T0, "2026-03-02T15:00:00Z", {"priority": "P2"})
    history = History().add("opened", T0, priority="P3")
    verdict = judged(judge, BY_ONE, history, "2126-01-01T00:00:00Z")
    assert (verdict.outcome, verdict.due) == ("pending", None)


BY_TWO = {
    "by": ["priority", "tier"],
    "table": {
        "P1": {"gold": "10 min", "basic": "20 min"},
        "P2": {"gold": "30 min", "basic": {"each": "5 min", "times": "sites"}},
        "P3": {"gold": "3 h", "basic": "unjudged"},
    },
}


@pytest.mark.parametrize(
    ("priority", "tier", "minutes"), [("P1", "gold", 10), ("P1", "basic", 20), ("P2", "gold", 30), ("P2", "basic", 35)]
)
def test_a_table_by_two_fields(judge, priority, tier, minutes):
    due = pendulum.parse(T0).add(minutes=minutes).isoformat()
    assert_due(judge, BY_TWO, T0, due, {"priority": priority, "tier": tier, "sites": 7})


@pytest.mark.parametrize("data", [{}, {"priority": "P1"}, {"tier": "gold"}])
def test_a_table_by_two_fields_is_undetermined_without_one_of_them(judge, data):
    for stop in (None, "2026-03-02T14:00:01Z"):
        history = History().add("opened", T0, **data)
        if stop:
            history.add("closed", stop)
        verdict = judged(judge, BY_TWO, history, LATER)
        assert (verdict.outcome, verdict.due, verdict.limit) == ("undetermined", None, None)
        assert ("tier" if "priority" in data else "priority") in verdict.reason


def test_an_unjudged_row_gives_no_verdict(judge):
    history = History().add("opened", T0, priority="P3", tier="basic").add("closed", LATER)
    verdicts = judge(agreement(policy(BY_TWO), events=EVENTS), history.events)
    assert (list(verdicts), kinds(verdicts)) == ([], [])


def test_an_unjudged_row_counts_in_no_period(judge):
    unjudged = policy(BY_TWO, objective={"at_least": "80 %", "per": "month"})
    history = History().add("opened", T0, priority="P3", tier="basic").add("closed", LATER)
    assert judge(agreement(unjudged, events=EVENTS), history.events) == []


def test_a_value_without_a_row_is_undetermined(judge):
    limit = {"by": "region", "table": {"north": "1 h"}}
    history = History().add("opened", T0, region="south").add("closed", T0)
    verdict = judged(judge, limit, history)
    assert (verdict.outcome, verdict.due) == ("undetermined", None)
    assert "south" in verdict.reason


def test_a_table_by_a_boolean_and_by_an_integer(judge):
    by_boolean = {"by": "rush", "table": {True: "1 h", False: "2 h"}}
    assert_due(judge, by_boolean, T0, "2026-03-02T15:00:00Z", {"rush": True})
    assert_due(judge, by_boolean, T0, "2026-03-02T16:00:00Z", {"rush": False})
    by_integer = {"by": "sites", "table": {0: "1 h", 1: "2 h"}}
    assert_due(judge, by_integer, T0, "2026-03-02T15:00:00Z", {"sites": 0})
    assert_due(judge, by_integer, T0, "2026-03-02T16:00:00Z", {"sites": 1})


# --- tiers in days ahead ----------------------------------------------------------------------------------------

AHEAD = {
    "lead_days": {"to": "wanted"},
    "tiers": [
        {"from": 0, "to": 0, "limit": "10 min"},
        {"from": 1, "to": 2, "limit": "20 min"},
        {"from": 3, "limit": "30 min"},
    ],
}
PARIS = {"timezone": "Europe/Paris"}


@pytest.mark.parametrize(
    ("start", "wanted", "minutes"),
    [
        ("2026-03-02T00:00:00", "2026-03-02T23:59:59.999999", 10),
        ("2026-03-02T23:59:00", "2026-03-03T00:01:00", 20),  # two minutes, another day
        ("2026-03-02T23:59:59.999999", "2026-03-03T00:00:00", 20),
        ("2026-03-02T00:00:00", "2026-03-04T23:59:59.999999", 20),
        ("2026-03-02T00:00:00", "2026-03-05T00:00:00", 30),
        ("2026-03-02T23:59:59.999999", "2026-03-04T23:59:59.999999", 20),
        ("2026-03-02T12:00:00", "2026-03-02T12:00:00", 10),
        ("2026-03-02T12:00:00", "2036-03-02T12:00:00", 30),
        ("2026-02-28T12:00:00", "2026-03-02T12:00:00", 20),  # no 29 February
        ("2028-02-28T12:00:00", "2028-03-02T12:00:00", 30),  # a leap year
    ],
)
def test_tiers_go_by_calendar_days_in_the_zone_of_the_agreement(judge, start, wanted, minutes):
    for zone, offset in (("Europe/Paris", "+01:00"), ("America/Toronto", "-05:00"), ("Asia/Kolkata", "+05:30")):
        wanted_there = pendulum.parse(wanted, tz=zone).isoformat()
        history = History().add("opened", start + offset, wanted=wanted_there)
        verdict = judged(judge, AHEAD, history, parts={"timezone": zone})
        assert verdict.limit == timedelta(minutes=minutes)
        assert verdict.due == verdict.start.add(minutes=minutes)


@pytest.mark.parametrize(
    ("start", "wanted", "minutes"),
    [
        ("2026-03-28T23:30:00+01:00", "2026-03-30T00:30:00+02:00", 20),  # 24 h apart, two days ahead
        ("2026-03-27T23:30:00+01:00", "2026-03-29T23:30:00+02:00", 20),  # 47 h apart
        ("2026-10-25T00:00:00+02:00", "2026-10-25T23:59:59.999999+01:00", 10),  # 25 h, one day
        ("2026-10-24T23:59:00+02:00", "2026-10-27T00:00:00+01:00", 30),
    ],
)
def test_tiers_on_the_days_of_a_change_of_clocks(judge, start, wanted, minutes):
    history = History().add("opened", start, wanted=wanted)
    assert judged(judge, AHEAD, history, parts=PARIS).limit == timedelta(minutes=minutes)


def test_the_offset_in_which_an_instant_is_written_does_not_matter_for_its_day(judge):
    history = History().add("opened", "2026-03-02T18:00:00-05:00", wanted="2026-03-03T22:59:59Z")
    assert judged(judge, AHEAD, history, parts=PARIS).limit == timedelta(minutes=10)


def test_the_lead_may_begin_at_another_field(judge):
    limit = {**AHEAD, "lead_days": {"from": "asked", "to": "wanted"}}
    data = {"asked": "2026-03-01T12:00:00Z", "wanted": "2026-03-03T00:00:00Z"}
    assert_due(judge, limit, T0, "2026-03-02T14:20:00Z", data)


@pytest.mark.parametrize("data", [{}, {"asked": T0}, {"wanted": T0}])
def test_tiers_without_one_of_the_instants_are_undetermined(judge, data):
    limit = {**AHEAD, "lead_days": {"from": "asked", "to": "wanted"}}
    verdict = judged(judge, limit, History().add("opened", T0, **data), LATER)
    assert (verdict.outcome, verdict.due) == ("undetermined", None)


@pytest.mark.parametrize("wanted", ["2026-03-01T23:59:59Z", "2026-03-02T13:59:59.999999Z"])
def test_a_lead_that_ends_before_the_request_is_a_finding_and_not_judged(judge, wanted):
    """The design lists the finding; the code gives no verdict beside it, also where both are on one day."""
    history = History("T-1").add("opened", T0, wanted=wanted).add("closed", LATER)
    verdicts = judge(agreement(policy(AHEAD), events=EVENTS), history.events)
    assert (list(verdicts), kinds(verdicts)) == ([], ["interval_reversed"])
    assert verdicts.findings[0].subject == "T-1"


# --- each x times -----------------------------------------------------------------------------------------------

EACH = {"each": "5 min", "times": "sites"}


@pytest.mark.parametrize(("sites", "minutes"), [(0, 0), (1, 5), (75, 375), (76, 380)])
def test_each_gives_so_much_for_every_one(judge, sites, minutes):
    assert_due(judge, EACH, T0, pendulum.parse(T0).add(minutes=minutes).isoformat(), {"sites": sites})


@pytest.mark.parametrize("data", [{}, {"sites": None}, {"sites": -1}])
def test_each_without_a_number_or_with_a_negative_one_is_undetermined(judge, data):
    for stop in (T0, LATER):
        verdict = judged(judge, EACH, History().add("opened", T0, **data).add("closed", stop))
        assert (verdict.outcome, verdict.due, verdict.limit) == ("undetermined", None, None)
        assert "sites" in verdict.reason


def test_each_of_more_than_time_can_hold_is_undetermined_and_can_be_read(judge):
    verdict = judged(judge, EACH, History().add("opened", T0, sites=10**15).add("closed", LATER))
    assert (verdict.outcome, verdict.due) == ("undetermined", None)
    assert verdict.to_dict()["outcome"] == "undetermined"
    assert verdict.limit is None or verdict.limit > timedelta(0)
    assert verdict.reason


def test_a_76th_site_revises_the_limit(judge):
    history = History().add("opened", T0, sites=75).add("sites.changed", "2026-03-02T20:15:00.000001Z", sites=76)
    assert judged(judge, EACH, history, "2026-03-02T20:15:00Z").outcome == "pending"
    verdict = judged(judge, EACH, history)
    assert (verdict.outcome, verdict.due) == ("pending", pendulum.parse("2026-03-02T20:20:00Z"))
    assert judged(judge, EACH, history, "2026-03-02T20:20:00.000001Z").outcome == "breached"


# --- until a field ----------------------------------------------------------------------------------------------

UNTIL = {"until": "promised"}


def test_until_ends_at_the_instant_that_a_field_names(judge):
    assert_due(judge, UNTIL, T0, "2026-03-05T09:00:00Z", {"promised": "2026-03-05T10:00:00+01:00"})
    history = History().add("opened", T0, promised="2026-03-05T09:00:00Z").add("closed", "2026-03-04T09:00:00Z")
    verdict = judged(judge, UNTIL, history)
    assert (verdict.limit, verdict.margin) == (None, timedelta(hours=24))


def test_until_an_instant_before_the_start_is_breached_from_the_start(judge):
    history = History().add("opened", T0, promised="2026-03-02T13:00:00Z")
    assert judged(judge, UNTIL, history, T0).outcome == "breached"
    assert judged(judge, UNTIL, history.add("closed", T0)).outcome == "breached"


def test_a_strict_until_ends_a_microsecond_before(judge):
    promised = "2026-03-05T09:00:00Z"
    history = History().add("opened", T0, promised=promised)
    assert judged(judge, UNTIL, history, "2026-03-05T08:59:59.999999Z", strict=True).outcome == "pending"
    assert judged(judge, UNTIL, history, promised, strict=True).outcome == "breached"


def test_until_reads_the_field_at_the_stop(judge):
    history = History().add("opened", T0, promised="2026-03-03T00:00:00Z")
    history.add("promised.changed", "2026-03-02T20:00:00Z", promised="2026-03-04T00:00:00Z")
    assert judged(judge, UNTIL, history, "2026-03-02T19:59:59Z").due == pendulum.parse("2026-03-03T00:00:00Z")
    assert judged(judge, UNTIL, history.add("closed", "2026-03-04T00:00:00Z")).outcome == "met"


def test_until_a_missing_field_is_undetermined(judge):
    verdict = judged(judge, UNTIL, History().add("opened", T0).add("closed", T0))
    assert (verdict.outcome, verdict.due) == ("undetermined", None)
    assert "promised" in verdict.reason


# --- ends of days and months ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("zone", "start", "after", "due"),
    [
        ("UTC", T0, 0, "2026-03-02T23:59:59.999999Z"),
        ("UTC", "2026-03-02T00:00:00Z", 0, "2026-03-02T23:59:59.999999Z"),
        ("UTC", "2026-03-02T23:59:59.999999Z", 0, "2026-03-02T23:59:59.999999Z"),
        ("UTC", T0, 1, "2026-03-03T23:59:59.999999Z"),
        ("UTC", "2026-02-28T12:00:00Z", 1, "2026-03-01T23:59:59.999999Z"),
        ("UTC", "2028-02-28T12:00:00Z", 1, "2028-02-29T23:59:59.999999Z"),
        ("America/Toronto", "2026-03-03T04:59:59.999999Z", 0, "2026-03-03T04:59:59.999999Z"),
        ("America/Toronto", "2026-03-03T05:00:00Z", 0, "2026-03-04T04:59:59.999999Z"),
        ("Europe/Paris", "2026-03-28T23:00:00Z", 0, "2026-03-29T21:59:59.999999Z"),  # 23 hours
        ("Europe/Paris", "2026-03-28T12:00:00Z", 1, "2026-03-29T21:59:59.999999Z"),
        ("Europe/Paris", "2026-10-24T22:00:00Z", 0, "2026-10-25T22:59:59.999999Z"),  # 25 hours
        ("Africa/Cairo", "2026-04-23T12:00:00Z", 0, "2026-04-23T21:59:59.999999Z"),  # the next midnight is skipped
        ("Africa/Cairo", "2026-10-29T12:00:00Z", 0, "2026-10-29T21:59:59.999999Z"),  # 23:00 to 24:00 comes twice
        ("America/Havana", "2026-10-31T12:00:00Z", 0, "2026-11-01T03:59:59.999999Z"),  # 00:00 comes twice: the first
    ],
)
def test_the_end_of_a_day_is_its_last_microsecond_in_the_zone(judge, zone, start, after, due):
    parts = {"timezone": zone}
    assert_due(judge, {"end_of": "day", "after": after}, start, due, parts=parts)


@pytest.mark.parametrize(
    ("zone", "start", "after", "due"),
    [
        ("UTC", "2026-01-31T23:59:59.999999Z", 0, "2026-01-31T23:59:59.999999Z"),
        ("UTC", "2026-02-01T00:00:00Z", 0, "2026-02-28T23:59:59.999999Z"),  # 28 days
        ("UTC", "2028-02-01T00:00:00Z", 0, "2028-02-29T23:59:59.999999Z"),  # 29
        ("UTC", "2026-04-15T00:00:00Z", 0, "2026-04-30T23:59:59.999999Z"),  # 30
        ("UTC", "2026-05-15T00:00:00Z", 0, "2026-05-31T23:59:59.999999Z"),  # 31
        ("UTC", "2026-01-31T12:00:00Z", 1, "2026-02-28T23:59:59.999999Z"),
        ("UTC", "2026-12-31T12:00:00Z", 1, "2027-01-31T23:59:59.999999Z"),
        ("UTC", "2026-11-30T12:00:00Z", 14, "2028-01-31T23:59:59.999999Z"),
        ("America/Toronto", "2026-04-01T03:59:59.999999Z", 0, "2026-04-01T03:59:59.999999Z"),  # 31 March there
        ("America/Toronto", "2026-04-01T04:00:00Z", 0, "2026-05-01T03:59:59.999999Z"),
        ("Europe/Paris", "2026-03-15T12:00:00Z", 0, "2026-03-31T21:59:59.999999Z"),
    ],
)
def test_the_end_of_a_month_is_its_last_microsecond_in_the_zone(judge, zone, start, after, due):
    parts = {"timezone": zone}
    assert_due(judge, {"end_of": "month", "after": after}, start, due, parts=parts)


def test_midnight_is_late(judge):
    history = History().add("opened", T0).add("closed", "2026-03-03T00:00:00Z")
    assert judged(judge, {"end_of": "day"}, history).outcome == "breached"


@pytest.mark.parametrize("limit", [{"end_of": "month", "after": 100_000}, {"end_of": "day", "after": 100_000}])
def test_an_end_beyond_the_years_that_there_are_is_judged_or_undetermined_but_no_error(judge, limit):
    verdict = judged(judge, limit, History().add("opened", T0))
    assert verdict.outcome in ("pending", "undetermined")


@pytest.mark.parametrize(
    ("start", "days", "due"),
    [
        (T0, 1, "2026-03-03T22:59:59.999999Z"),
        ("2026-03-06T12:00:00Z", 1, "2026-03-07T22:59:59.999999Z"),  # Saturdays count
        ("2026-03-06T12:00:00Z", 3, "2026-03-09T22:59:59.999999Z"),
        ("2026-03-27T12:00:00Z", 2, "2026-03-29T21:59:59.999999Z"),  # a day of 23 hours
        ("2026-10-24T12:00:00Z", 1, "2026-10-25T22:59:59.999999Z"),  # 25 hours
        ("2026-02-27T12:00:00Z", 3, "2026-03-02T22:59:59.999999Z"),
    ],
)
def test_calendar_days_end_with_the_last_of_them(judge, start, days, due):
    assert_due(judge, {"calendar_days": days}, start, due, parts=PARIS)


OFFICE = {"office": {"week": {"mon-fri": "09:00-17:00"}, "holidays": {"dates": ["2026-03-10", "2026-05-01"]}}}


@pytest.mark.parametrize(
    ("start", "days", "due"),
    [
        (T0, 1, "2026-03-03T22:59:59.999999Z"),
        ("2026-03-02T23:30:00Z", 1, "2026-03-04T22:59:59.999999Z"),  # Tuesday in Paris
        ("2026-03-06T12:00:00Z", 1, "2026-03-09T22:59:59.999999Z"),  # Friday to Monday
        ("2026-03-07T12:00:00Z", 1, "2026-03-09T22:59:59.999999Z"),  # Saturday
        ("2026-03-08T12:00:00Z", 1, "2026-03-09T22:59:59.999999Z"),  # Sunday
        ("2026-03-09T12:00:00Z", 1, "2026-03-11T22:59:59.999999Z"),  # over a holiday
        ("2026-03-05T12:00:00Z", 3, "2026-03-11T22:59:59.999999Z"),  # Fri, Mon, Wed
        ("2026-03-27T12:00:00Z", 1, "2026-03-30T21:59:59.999999Z"),  # over the change of clocks
    ],
)
def test_business_days_are_those_on_which_the_calendar_is_open(judge, start, days, due):
    parts = {**PARIS, "calendars": OFFICE}
    assert_due(judge, {"business_days": days}, start, due, parts=parts, calendar="office")


def test_business_days_of_a_calendar_that_is_always_open_are_all_days(judge):
    assert_due(judge, {"business_days": 2}, "2026-03-06T12:00:00Z", "2026-03-08T22:59:59.999999Z", parts=PARIS)


# --- calendars and the horizon ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("exhausted_at", "due"), [("opening", "2026-03-03T08:00:00Z"), ("closing", "2026-03-02T16:00:00Z")]
)
def test_a_limit_used_up_at_closing_time_ends_where_its_calendar_says(judge, exhausted_at, due):
    calendars = {"office": {**OFFICE["office"], "exhausted_at": exhausted_at}}
    parts = {**PARIS, "calendars": calendars}
    assert_due(judge, "8 h", "2026-03-02T08:00:00Z", due, parts=parts, calendar="office")
    assert_due(judge, "4 h", "2026-03-02T12:00:00Z", due, parts=parts, calendar="office")


def test_a_limit_counts_only_working_time(judge):
    parts = {**PARIS, "calendars": OFFICE}
    assert_due(judge, "4 h", "2026-03-06T15:00:00Z", "2026-03-09T11:00:00Z", parts=parts, calendar="office")
    history = History().add("opened", "2026-03-06T15:00:00Z").add("closed", "2026-03-09T10:00:00Z")
    verdict = judged(judge, "4 h", history, parts=parts, calendar="office")
    assert (verdict.elapsed, verdict.margin) == (timedelta(hours=3), timedelta(hours=1))


def test_a_start_and_a_stop_in_closed_time_take_no_time(judge):
    parts = {**PARIS, "calendars": OFFICE}
    history = History().add("opened", "2026-03-07T10:00:00Z").add("closed", "2026-03-08T10:00:00Z")
    verdict = judged(judge, "4 h", history, parts=parts, calendar="office")
    assert (verdict.outcome, verdict.elapsed, verdict.margin) == ("met", timedelta(0), timedelta(hours=4))
    assert verdict.due == pendulum.parse("2026-03-09T12:00:00Z")


def test_a_limit_of_nothing_in_closed_time_is_due_at_the_next_opening(judge):
    parts = {**PARIS, "calendars": OFFICE}
    assert_due(judge, "0 min", "2026-03-07T10:00:00Z", "2026-03-09T08:00:00Z", parts=parts, calendar="office")


def test_a_strict_limit_used_up_at_closing_time(judge):
    """`strict` ends 1 µs before the inclusive due instant: with `opening`, that is 1 µs before the opening.

    (A stop overnight has then used up the whole of what it had to stay under, and is met.)
    """
    for exhausted_at, due in (("opening", "2026-03-03T07:59:59.999999Z"), ("closing", "2026-03-02T15:59:59.999999Z")):
        parts = {**PARIS, "calendars": {"office": {**OFFICE["office"], "exhausted_at": exhausted_at}}}
        start = "2026-03-02T08:00:00Z"
        assert_due(judge, "8 h", start, due, parts=parts, calendar="office", strict=True)


def test_a_due_time_beyond_the_horizon_is_undetermined_with_the_reason(judge):
    parts = {**PARIS, "calendars": OFFICE}
    for stop in (None, LATER):
        history = History().add("opened", T0)
        if stop:
            history.add("closed", stop)
        verdict = judged(judge, "2000000 h", history, LATER, parts=parts, calendar="office")
        assert (verdict.outcome, verdict.due) == ("undetermined", None)
        assert "horizon" in verdict.reason


def test_business_days_beyond_the_horizon_are_undetermined(judge):
    parts = {**PARIS, "calendars": OFFICE}
    verdict = judged(judge, {"business_days": 60_000}, History().add("opened", T0), parts=parts, calendar="office")
    assert (verdict.outcome, verdict.due) == ("undetermined", None)


def test_a_due_time_within_the_horizon_decides_also_of_a_stop_beyond_it(judge):
    """Only a due time beyond the horizon is undetermined; a known one is passed, however late the stop or `as_of`."""
    parts = {**PARIS, "calendars": OFFICE}
    history = History().add("opened", T0)
    open_ = judged(judge, "8 h", history, "2300-01-01T00:00:00Z", parts=parts, calendar="office")
    assert open_.outcome == "breached"
    late = judged(judge, "8 h", history.add("closed", "2300-01-01T00:00:00Z"), parts=parts, calendar="office")
    assert late.outcome == "breached"


def test_the_calendar_by_the_value_of_a_field(judge):
    parts = {**PARIS, "calendars": OFFICE}
    calendar = {"by": "tier", "table": {"gold": "always", "basic": "office"}}
    friday = "2026-03-06T15:00:00Z"
    for tier, due in (("gold", "2026-03-06T19:00:00Z"), ("basic", "2026-03-09T11:00:00Z")):
        assert_due(judge, "4 h", friday, due, {"tier": tier}, parts=parts, calendar=calendar)


def test_a_limit_that_gives_no_bare_day_is_refused():
    with pytest.raises(sla.AgreementError, match="no bare day"):
        agreement(policy("3 days"), events=EVENTS)
