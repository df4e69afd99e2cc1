"""An attribute behind the limit or the calendar changes: the start stays, the whole count is taken again."""

from datetime import timedelta

import pendulum
import pytest

from tests.conftest import History, agreement, kinds, only

PRIORITY = {"priority": {"kind": "text", "values": ["P1", "P2", "P3"]}}
EVENTS = {
    "opened": {**PRIORITY, "place": {"kind": "text", "values": ["paris", "tokyo"]}},
    "priority.changed": PRIORITY,
    "place.changed": {"place": {"kind": "text", "values": ["paris", "tokyo"]}},
    "closed": {},
    "cancelled": {},
    "noted": {"remark": {"kind": "text"}},
}
POLICY = {
    "start": "opened",
    "stop": "closed",
    "cancel": "cancelled",
    "limit": {"by": "priority", "table": {"P1": "1 h", "P2": "2 h", "P3": "3 h"}},
}
T0, T30, T60, T90, T120 = (f"2026-03-02T{time}:00Z" for time in ("14:00", "14:30", "15:00", "15:30", "16:00"))
HIDDEN = "limit_passed_before_change"


def judged(judge, history, as_of=None, policy=POLICY, **parts):
    return judge(agreement(policy, events=EVENTS, **parts), history.events, as_of=as_of)


@pytest.mark.parametrize(
    ("stop", "expected"), [(T120, "met"), ("2026-03-02T16:00:00.000001Z", "breached"), (T90, "met")]
)
def test_the_limit_is_that_of_the_value_at_the_stop_counted_from_the_start(judge, stop, expected):
    history = History().add("opened", T0, priority="P1").add("priority.changed", T30, priority="P2").add("closed", stop)
    verdict = only(judged(judge, history))
    assert (verdict.outcome, verdict.limit) == (expected, timedelta(hours=2))
    assert (verdict.start, verdict.due) == (pendulum.parse(T0), pendulum.parse(T120))


def test_a_stricter_value_may_breach_at_once(judge):
    history = History().add("opened", T0, priority="P3").add("priority.changed", T90, priority="P1")
    verdict = only(judged(judge, history))
    assert (verdict.outcome, verdict.due, verdict.margin) == ("breached", pendulum.parse(T60), timedelta(minutes=-30))


@pytest.mark.parametrize(
    ("as_of", "hours"), [("2026-03-02T14:29:59.999999Z", 1), (T30, 2), (T60, 3), ("2026-03-02T18:00:00Z", 3)]
)
def test_the_limit_is_that_of_the_value_at_as_of_while_open(judge, as_of, hours):
    history = History().add("opened", T0, priority="P1")
    history.add("priority.changed", T30, priority="P2").add("priority.changed", T60, priority="P3")
    verdict = only(judged(judge, history, as_of))
    assert verdict.limit == timedelta(hours=hours)
    assert verdict.due == pendulum.parse(T0).add(hours=hours)


def test_a_value_that_changes_after_the_stop_does_not_matter(judge):
    history = History().add("opened", T0, priority="P1").add("closed", T60)
    history.add("priority.changed", "2026-03-02T15:00:00.000001Z", priority="P3")
    verdict = only(judged(judge, history))
    assert (verdict.outcome, verdict.limit) == ("met", timedelta(hours=1))


def test_a_value_that_is_given_only_later_makes_the_limit_known(judge):
    history = History().add("opened", T0).add("priority.changed", T30, priority="P1").add("closed", T60)
    assert only(judged(judge, history, "2026-03-02T14:29:59.999999Z")).outcome == "undetermined"
    assert only(judged(judge, history, T30)).outcome == "pending"
    assert only(judged(judge, history)).outcome == "met"


def test_a_value_of_before_the_start_counts_until_it_changes(judge):
    history = History().add("priority.changed", "2026-03-01T00:00:00Z", priority="P2").add("opened", T0)
    assert only(judged(judge, history)).limit == timedelta(hours=2)


# --- the calendar -----------------------------------------------------------------------------------------------

CALENDARS = {
    "paris": {"timezone": "Europe/Paris", "week": {"mon-fri": "09:00-17:00"}},
    "tokyo": {"timezone": "Asia/Tokyo", "week": {"mon-fri": "09:00-17:00"}},
}
BY_PLACE = {
    "start": "opened",
    "stop": "closed",
    "limit": "4 h",
    "calendar": {"by": "place", "table": {"paris": "paris", "tokyo": "tokyo"}},
}


def test_when_the_calendar_changes_the_whole_count_is_taken_again(judge):
    # 14:00 UTC is 15:00 in Paris (2 h left on Monday) and 23:00 in Tokyo (closed until Tuesday 00:00 UTC).
    history = History().add("opened", T0, place="paris")
    paris = only(judged(judge, history, "2026-03-02T15:00:00Z", BY_PLACE, calendars=CALENDARS))
    assert (paris.due, paris.elapsed) == (pendulum.parse("2026-03-03T10:00:00Z"), timedelta(hours=1))
    history.add("place.changed", "2026-03-02T15:00:00Z", place="tokyo")
    tokyo = only(judged(judge, history, "2026-03-03T01:00:00Z", BY_PLACE, calendars=CALENDARS))
    assert (tokyo.due, tokyo.elapsed) == (pendulum.parse("2026-03-03T04:00:00Z"), timedelta(hours=1))
    assert tokyo.margin == timedelta(hours=3)


@pytest.mark.parametrize(
    ("stop", "expected"), [("2026-03-03T04:00:00Z", "met"), ("2026-03-03T04:00:00.000001Z", "breached")]
)
def test_a_stop_under_the_new_calendar(judge, stop, expected):
    history = History().add("opened", T0, place="paris").add("place.changed", T60, place="tokyo").add("closed", stop)
    assert only(judged(judge, history, None, BY_PLACE, calendars=CALENDARS)).outcome == expected


def test_a_missing_value_behind_the_calendar_is_undetermined(judge):
    verdict = only(judged(judge, History().add("opened", T0).add("closed", T30), None, BY_PLACE, calendars=CALENDARS))
    assert (verdict.outcome, verdict.due) == ("undetermined", None)
    assert "place" in verdict.reason


@pytest.mark.parametrize(("stop", "expected"), [(T60, "met"), ("2026-03-02T15:00:00.000001Z", "breached")])
def test_a_due_instant_that_needs_no_calendar_decides_even_where_the_calendar_is_unknown(judge, stop, expected):
    """`stop <= due` decides, elapsed only informs; undetermined is for a limit that cannot be known."""
    policy = {**BY_PLACE, "limit": {"until": "promised"}}
    events = {**EVENTS, "promise": {"promised": {"kind": "instant"}}}
    history = History().add("opened", T0).add("promise", T0, promised=T60).add("closed", stop)
    verdict = only(judge(agreement(policy, events=events, calendars=CALENDARS), history.events))
    assert (verdict.outcome, verdict.due) == (expected, pendulum.parse(T60))


# --- a breach that retargeting hides ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("change", "found"), [(T60, []), ("2026-03-02T15:00:00.000001Z", [HIDDEN]), (T90, [HIDDEN]), (T30, [])]
)
def test_lowering_after_the_stricter_limit_had_passed_is_a_finding(judge, change, found):
    history = History("T-1").add("opened", T0, priority="P1").add("priority.changed", change, priority="P2")
    verdicts = judged(judge, history.add("closed", T120))
    assert (only(verdicts).outcome, kinds(verdicts)) == ("met", found)
    assert {finding.subject for finding in verdicts.findings} <= {"T-1"}


def test_so_it_is_while_open(judge):
    history = History().add("opened", T0, priority="P1").add("priority.changed", T90, priority="P2")
    verdicts = judged(judge, history)
    assert (only(verdicts).outcome, kinds(verdicts)) == ("pending", [HIDDEN])


def test_so_it_is_where_a_cancel_then_voids(judge):
    history = History().add("opened", T0, priority="P1").add("priority.changed", T90, priority="P2")
    verdicts = judged(judge, history.add("cancelled", T120))
    assert (only(verdicts).outcome, kinds(verdicts)) == ("void", [HIDDEN])


def test_a_breach_that_stays_one_is_not_hidden(judge):
    history = History().add("opened", T0, priority="P1").add("priority.changed", T90, priority="P2")
    verdicts = judged(judge, history.add("closed", "2026-03-02T16:00:00.000001Z"))
    assert (only(verdicts).outcome, kinds(verdicts)) == ("breached", [])


def test_a_change_for_the_stricter_hides_nothing(judge):
    history = History().add("opened", T0, priority="P2").add("priority.changed", T30, priority="P1").add("closed", T60)
    assert kinds(judged(judge, history)) == []


def test_an_event_that_says_the_same_again_hides_nothing(judge):
    history = History().add("opened", T0, priority="P2").add("priority.changed", T90, priority="P2").add("closed", T120)
    assert kinds(judged(judge, history)) == []


def test_a_change_after_the_stop_hides_nothing(judge):
    history = History().add("opened", T0, priority="P1").add("closed", T60).add("priority.changed", T90, priority="P3")
    assert kinds(judged(judge, history)) == []


def test_a_hidden_breach_in_the_middle_of_several_changes_is_found(judge):
    history = History().add("opened", T0, priority="P3").add("priority.changed", T30, priority="P1")
    verdicts = judged(judge, history.add("priority.changed", T90, priority="P3").add("closed", T120))
    assert (only(verdicts).outcome, kinds(verdicts)) == ("met", [HIDDEN])


def test_a_change_of_calendar_may_hide_a_breach_too(judge):
    history = History().add("opened", "2026-03-02T08:00:00Z", place="paris")
    history.add("place.changed", "2026-03-02T13:00:00Z", place="tokyo").add("closed", "2026-03-02T14:00:00Z")
    verdicts = judged(judge, history, None, BY_PLACE, calendars=CALENDARS)
    assert (only(verdicts).outcome, kinds(verdicts)) == ("met", [HIDDEN])


def test_a_limit_beyond_the_horizon_before_a_change_does_not_stop_the_judging(judge):
    """Where the due time is beyond the horizon it is undetermined, never an error; so also of the former limit."""
    office = {"office": {"week": {"mon-fri": "09:00-17:00"}}}
    policy = {**POLICY, "limit": {"by": "priority", "table": {"P1": "9000000 h", "P2": "2 h", "P3": "3 h"}}}
    policy["calendar"] = "office"
    history = History().add("opened", T0, priority="P1")
    before = only(judged(judge, history, None, policy, calendars=office))
    assert before.outcome == "undetermined"
    history.add("priority.changed", T30, priority="P2").add("closed", T60)
    assert only(judged(judge, history, None, policy, calendars=office)).outcome == "met"
