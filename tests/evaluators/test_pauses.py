"""Time that does not count because of the case: pauses, and the time between a stop and a reopening."""

from datetime import timedelta

import pendulum
import pytest

from tests.conftest import History, agreement, kinds, only

STATUS = {"kind": "text", "values": ["new", "pending", "on_hold", "done"]}
EVENTS = {
    "opened": {"status": STATUS},
    "held": {"why": {"kind": "text"}},
    "released": {},
    "waiting": {},
    "answered": {},
    "status.changed": {"status": STATUS},
    "closed": {},
    "cancelled": {},
    "reopened": {},
}
PLAIN = {"start": "opened", "stop": "closed", "cancel": "cancelled", "limit": "2 h"}
BETWEEN = {**PLAIN, "pause": {"from": "held", "to": "released"}}
WHILE = {**PLAIN, "pause": {"while": {"status": {"in": ["pending", "on_hold"]}}}}
BOTH = {**PLAIN, "pause": [{"from": "held", "to": "released"}, {"from": "waiting", "to": "answered"}]}
REOPENING = {**PLAIN, "resume": "reopened"}


def t(time, day=2):
    return f"2026-03-{day:02}T{time}{':00' if len(time) == 5 else ''}Z"


T0 = t("14:00")
LATER = t("00:00", 20)


def history(*steps, **data):
    """Opened at 14:00; then steps such as `held 14:30`."""
    told = History().add("opened", T0, **data)
    for step in steps:
        type, time = step.split()
        told.add(type, t(time))
    return told


def judged(judge, policy, told, as_of=None, **parts):
    return only(judge(agreement(policy, events=EVENTS, **parts), told.events, as_of=as_of))


def hours(number):
    return timedelta(hours=number)


# --- between events ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("stop", "expected"), [("16:59:59.999999", "met"), ("17:00", "met"), ("17:00:00.000001", "breached")]
)
def test_counted_time_stands_still_in_a_pause(judge, stop, expected):
    verdict = judged(judge, BETWEEN, history("held 14:30", "released 15:30", f"closed {stop}"))
    assert (verdict.outcome, verdict.due) == (expected, pendulum.parse(t("17:00")))
    assert verdict.limit == hours(2)


def test_elapsed_and_margin_leave_the_pause_out(judge):
    verdict = judged(judge, BETWEEN, history("held 14:30", "released 15:30", "closed 16:00"))
    assert (verdict.elapsed, verdict.margin) == (hours(1), hours(1))
    late = judged(judge, BETWEEN, history("held 14:30", "released 15:30", "closed 18:00"))
    assert (late.elapsed, late.margin) == (hours(3), hours(-1))


def test_a_pause_that_is_open_at_the_start_holds_it_from_the_start(judge):
    told = History().add("held", t("13:00")).add("opened", T0).add("released", t("15:00")).add("closed", t("17:00"))
    verdict = judged(judge, BETWEEN, told)
    assert (verdict.outcome, verdict.due, verdict.elapsed) == ("met", pendulum.parse(t("17:00")), hours(2))
    assert verdict.start == pendulum.parse(T0)
    before = judged(judge, BETWEEN, told, t("14:30"))
    assert (before.outcome, before.due, before.elapsed, before.margin) == ("pending", None, hours(0), hours(2))


def test_a_pause_that_ended_before_the_start_does_not_matter(judge):
    told = History().add("held", t("12:00")).add("released", t("13:00")).add("opened", T0).add("closed", t("16:00"))
    assert judged(judge, BETWEEN, told).due == pendulum.parse(t("16:00"))


def test_a_pause_that_ends_at_the_start_does_not_matter(judge):
    told = History().add("held", t("12:00")).add("opened", T0).add("released", T0).add("closed", t("16:00"))
    assert judged(judge, BETWEEN, told).elapsed == hours(2)


def test_pauses_add_up(judge):
    steps = ("held 14:30", "released 15:00", "held 15:30", "released 16:00", "closed 17:00")
    verdict = judged(judge, BETWEEN, history(*steps))
    assert (verdict.outcome, verdict.elapsed, verdict.margin) == ("met", hours(2), hours(0))


def test_a_second_beginning_of_a_pause_begins_none(judge):
    verdict = judged(judge, BETWEEN, history("held 14:30", "held 15:00", "released 15:30", "closed 17:00"))
    assert (verdict.outcome, verdict.elapsed) == ("met", hours(2))


@pytest.mark.parametrize(
    "steps",
    [
        ("held 14:30", "waiting 15:00", "released 15:30", "answered 16:30"),  # overlapping
        ("held 14:30", "released 15:30", "waiting 15:30", "answered 16:30"),  # adjacent
        ("held 14:30", "waiting 15:00", "answered 16:00", "released 16:30"),  # one within the other
        ("held 14:30", "waiting 14:30", "answered 16:30", "released 16:30"),  # the same
    ],
)
def test_overlapping_pauses_merge(judge, steps):
    verdict = judged(judge, BOTH, history(*steps, "closed 18:00"))
    assert (verdict.outcome, verdict.elapsed, verdict.due) == ("met", hours(2), pendulum.parse(t("18:00")))


def test_while_one_of_two_pauses_lasts_the_clock_stands_still(judge):
    told = history("held 14:30", "waiting 15:00", "released 15:30")
    verdict = judged(judge, BOTH, told, LATER)
    assert (verdict.outcome, verdict.due, verdict.margin) == ("pending", None, timedelta(minutes=90))


@pytest.mark.parametrize("as_of", [t("14:30"), t("15:00"), LATER])
def test_while_paused_and_in_time_it_is_pending_with_due_empty_and_the_counted_time_left(judge, as_of):
    verdict = judged(judge, BETWEEN, history("held 14:30"), as_of)
    assert (verdict.outcome, verdict.due) == ("pending", None)
    assert (verdict.elapsed, verdict.margin, verdict.limit) == (hours(0.5), hours(1.5), hours(2))


def test_before_the_pause_due_is_known_and_after_it_again(judge):
    told = history("held 14:30", "released 15:30")
    assert judged(judge, BETWEEN, told, t("14:29:59.999999")).due == pendulum.parse(t("16:00"))
    assert judged(judge, BETWEEN, told, t("15:29:59.999999")).due is None
    assert judged(judge, BETWEEN, told, t("15:30")).due == pendulum.parse(t("17:00"))


@pytest.mark.parametrize(
    ("held", "expected"), [("15:59:59.999999", "pending"), ("16:00", "pending"), ("16:00:00.000001", "breached")]
)
def test_a_pause_that_begins_after_due_leaves_the_breach(judge, held, expected):
    verdict = judged(judge, BETWEEN, history(f"held {held}"), LATER)
    assert verdict.outcome == expected
    if expected == "breached":
        assert (verdict.due, verdict.margin) == (pendulum.parse(t("16:00")), timedelta(microseconds=-1))
    else:
        assert verdict.due is None


@pytest.mark.parametrize(("at", "expected"), [("15:00", "met"), ("20:00", "met")])
def test_a_stop_while_paused_takes_no_time_of_the_pause(judge, at, expected):
    for later in ((), ("released 22:00",)):
        verdict = judged(judge, BETWEEN, history("held 14:30", f"closed {at}", *later))
        assert (verdict.outcome, verdict.elapsed, verdict.margin) == (expected, hours(0.5), hours(1.5))


def test_a_stop_while_paused_after_the_limit_was_used_up_is_late(judge):
    assert judged(judge, BETWEEN, history("held 16:00:00.000001", "closed 20:00")).outcome == "breached"
    verdict = judged(judge, BETWEEN, history("held 16:00", "closed 20:00"))
    assert (verdict.outcome, verdict.elapsed, verdict.margin) == ("met", hours(2), hours(0))


def test_where_the_calendar_exhausts_at_closing_a_limit_used_up_where_a_pause_begins_has_passed(judge):
    policy = {**BETWEEN, "calendar": "cal"}
    calendars = {"cal": {"week": {"mon-sun": "00:00-24:00"}, "exhausted_at": "closing"}}
    told = history("held 16:00", "released 20:00", "closed 18:00")
    verdict = judged(judge, policy, told, LATER, calendars=calendars)
    assert (verdict.outcome, verdict.due) == ("breached", pendulum.parse(t("16:00")))
    opening = judged(judge, BETWEEN, told, LATER)
    assert opening.outcome == "met"
    assert judged(judge, policy, history("held 16:00"), t("16:00"), calendars=calendars).outcome == "pending"
    assert judged(judge, policy, history("held 16:00"), t("16:00:00.000001"), calendars=calendars).outcome == "breached"


@pytest.mark.parametrize(
    ("stop", "expected"), [("20:00", "met"), ("20:00:00.000001", "breached"), ("16:00", "met"), ("18:00", "met")]
)
def test_a_limit_used_up_where_a_pause_begins_is_due_where_it_ends(judge, stop, expected):
    told = history("held 16:00", "released 20:00", f"closed {stop}")
    assert judged(judge, BETWEEN, told, LATER).outcome == expected


def test_a_pause_in_closed_time_changes_nothing(judge):
    policy = {**BETWEEN, "calendar": "office", "limit": "4 h"}
    calendars = {"office": {"week": {"mon-fri": "09:00-17:00"}}}
    told = history("held 18:00", "released 20:00")
    told.add("closed", t("10:00", 3))
    verdict = judged(judge, policy, told, calendars=calendars)
    assert (verdict.outcome, verdict.elapsed, verdict.due) == ("met", hours(4), pendulum.parse(t("10:00", 3)))


def test_a_pause_in_working_time_moves_due_over_the_night(judge):
    policy = {**BETWEEN, "calendar": "office", "limit": "4 h"}
    calendars = {"office": {"week": {"mon-fri": "09:00-17:00"}}}
    told = history("held 16:00").add("released", t("10:00", 3)).add("closed", t("12:00", 3))
    verdict = judged(judge, policy, told, calendars=calendars)
    assert (verdict.outcome, verdict.elapsed, verdict.due) == ("met", hours(4), pendulum.parse(t("12:00", 3)))


def test_a_strict_limit_after_a_pause_ends_a_microsecond_before(judge):
    policy = {**BETWEEN, "strict": True}
    for stop, expected in (("16:59:59.999999", "met"), ("17:00", "breached")):
        verdict = judged(judge, policy, history("held 14:30", "released 15:30", f"closed {stop}"))
        assert (verdict.outcome, verdict.due) == (expected, pendulum.parse(t("16:59:59.999999")))


def test_a_pause_belongs_to_its_case(judge):
    told = (
        history("closed 17:00")
        .add("held", t("14:30"), subject="another")
        .add("released", t("15:30"), subject="another")
    )
    assert judged(judge, BETWEEN, told).outcome == "breached"


def test_where_on_a_pause_decides_whether_it_is_one(judge):
    policy = {**PLAIN, "pause": {"from": {"type": "held", "where": {"why": "customer"}}, "to": "released"}}
    told = History().add("opened", T0).add("held", t("14:30"), why="us").add("held", t("15:00"), why="customer")
    told.add("released", t("15:30")).add("closed", t("17:00"))
    verdict = judged(judge, policy, told)
    assert (verdict.elapsed, verdict.outcome) == (hours(2.5), "breached")


def test_a_pause_carries_on_into_the_next_instance(judge):
    policy = {**BETWEEN, "occurrence": "each"}
    told = history("held 14:30", "closed 15:00", "opened 15:30", "released 16:00", "closed 18:00")
    first, second = judge(agreement(policy, events=EVENTS), told.events)
    assert (first.elapsed, second.elapsed, second.outcome) == (hours(0.5), hours(2), "met")


def test_a_resume_without_a_pause_is_a_finding_and_changes_nothing(judge):
    told = history("released 14:30", "closed 16:00")
    verdicts = judge(agreement(BETWEEN, events=EVENTS), told.events)
    assert (only(verdicts).outcome, only(verdicts).elapsed) == ("met", hours(2))
    assert kinds(verdicts) == ["resume_without_pause"]
    assert (verdicts.findings[0].event, verdicts.findings[0].subject) == ("e002", "S")


def test_a_second_end_of_a_pause_is_a_finding(judge):
    told = history("held 14:30", "released 15:00", "released 15:30", "closed 16:00")
    assert kinds(judge(agreement(BETWEEN, events=EVENTS), told.events)) == ["resume_without_pause"]


# --- while the case is in a state -------------------------------------------------------------------------------


def states(*changes, **data):
    told = History().add("opened", T0, **data)
    for change in changes:
        status, time = change.split()
        told.add("status.changed", t(time), status=status)
    return told


def test_a_pause_by_state_lasts_while_the_state_does(judge):
    told = states("pending 14:30", "new 15:30").add("closed", t("17:00"))
    verdict = judged(judge, WHILE, told)
    assert (verdict.outcome, verdict.elapsed, verdict.due) == ("met", hours(2), pendulum.parse(t("17:00")))


def test_from_one_pausing_state_to_another_the_pause_goes_on(judge):
    told = states("pending 14:30", "on_hold 15:00", "pending 16:00", "done 16:30").add("closed", t("18:00"))
    assert judged(judge, WHILE, told).elapsed == hours(2)


def test_a_pause_by_state_at_the_start_event_holds_from_the_start(judge):
    told = states("new 15:00", status="pending").add("closed", t("17:00"))
    verdict = judged(judge, WHILE, told)
    assert (verdict.elapsed, verdict.outcome) == (hours(2), "met")


def test_a_pause_by_state_of_before_the_start_holds_from_the_start(judge):
    told = History().add("status.changed", t("13:00"), status="pending").add("opened", T0)
    told.add("status.changed", t("15:00"), status="new").add("closed", t("17:00"))
    assert judged(judge, WHILE, told).elapsed == hours(2)


def test_the_start_event_decides_the_state_at_its_instant(judge):
    for ids in ("ab", "ba"):
        told = History().add("opened", T0, id=ids[0], status="new")
        told.add("status.changed", T0, id=ids[1], status="pending").add("closed", t("16:00"), id="z")
        assert judged(judge, WHILE, told).elapsed == hours(2)


def test_while_in_a_pausing_state_due_is_empty(judge):
    verdict = judged(judge, WHILE, states("pending 14:30"), LATER)
    assert (verdict.outcome, verdict.due, verdict.margin) == ("pending", None, hours(1.5))


@pytest.mark.parametrize("ids", ["ab", "ba"])
def test_of_a_pausing_change_and_a_stop_at_one_instant_the_count_is_the_same(judge, ids):
    told = History().add("opened", T0, id="0").add("status.changed", t("16:00"), id=ids[0], status="pending")
    told.add("closed", t("16:00"), id=ids[1])
    verdict = judged(judge, WHILE, told)
    assert (verdict.outcome, verdict.elapsed) == ("met", hours(2))
    late = History().add("opened", T0, id="0").add("status.changed", t("17:00"), id=ids[0], status="pending")
    assert judged(judge, WHILE, late.add("closed", t("17:00"), id=ids[1])).outcome == "breached"


def test_two_states_within_one_instant_are_that_of_the_higher_id(judge):
    told = History().add("opened", T0, id="0").add("status.changed", t("14:30"), id="2", status="new")
    told.add("status.changed", t("14:30"), id="1", status="pending").add("closed", t("16:00"), id="9")
    assert judged(judge, WHILE, told).elapsed == hours(2)


def test_a_pause_by_state_and_one_between_events_merge(judge):
    policy = {**PLAIN, "pause": [*([BETWEEN["pause"]]), WHILE["pause"]]}
    told = states("pending 15:00", "new 16:30").add("held", t("14:30")).add("released", t("15:30"))
    verdict = judged(judge, policy, told.add("closed", t("18:00")))
    assert (verdict.elapsed, verdict.outcome) == (hours(2), "met")


# --- reopening --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("stop", "expected"), [("20:00", "met"), ("20:00:00.000001", "breached"), ("19:59:59.999999", "met")]
)
def test_the_time_between_a_stop_and_its_reopening_does_not_count(judge, stop, expected):
    verdict = judged(judge, REOPENING, history("closed 15:00", "reopened 19:00", f"closed {stop}"))
    assert (verdict.outcome, verdict.due) == (expected, pendulum.parse(t("20:00")))
    assert (verdict.start, verdict.stop) == (pendulum.parse(T0), pendulum.parse(t(stop)))
    assert verdict.limit == hours(2)


def test_a_reopened_instance_is_open(judge):
    told = history("closed 15:00", "reopened 19:00")
    assert judged(judge, REOPENING, told, t("18:59:59.999999")).outcome == "met"
    verdict = judged(judge, REOPENING, told, t("19:30"))
    assert (verdict.outcome, verdict.stop, verdict.due) == ("pending", None, pendulum.parse(t("20:00")))
    assert (verdict.elapsed, verdict.margin) == (hours(1.5), hours(0.5))
    assert judged(judge, REOPENING, told, t("20:00:00.000001")).outcome == "breached"


def test_it_may_be_reopened_again(judge):
    steps = ("closed 14:30", "reopened 15:00", "closed 15:30", "reopened 17:00", "closed 18:00")
    verdict = judged(judge, REOPENING, history(*steps))
    assert (verdict.outcome, verdict.elapsed, verdict.due) == ("met", hours(2), pendulum.parse(t("18:00")))


def test_a_late_stop_that_is_reopened_stays_late(judge):
    told = history("closed 16:00:00.000001", "reopened 17:00", "closed 17:30")
    verdict = judged(judge, REOPENING, told)
    assert (verdict.outcome, verdict.due) == ("breached", pendulum.parse(t("16:00")))
    assert (verdict.elapsed, verdict.margin) == (
        timedelta(minutes=150, microseconds=1),
        -timedelta(minutes=30, microseconds=1),
    )
    assert judged(judge, REOPENING, told, t("17:00")).outcome == "breached"


def test_a_stop_at_due_that_is_reopened_has_no_time_left(judge):
    told = history("closed 16:00", "reopened 17:00")
    assert judged(judge, REOPENING, told, t("17:00")).outcome == "pending"
    assert judged(judge, REOPENING, told, t("17:00:00.000001")).outcome == "breached"


def test_a_reopening_does_nothing_to_an_open_or_a_cancelled_instance(judge):
    assert judged(judge, REOPENING, history("reopened 15:00", "closed 16:00")).elapsed == hours(2)
    verdict = judged(judge, REOPENING, history("cancelled 15:00", "reopened 15:30", "closed 20:00"))
    assert (verdict.outcome, verdict.stop) == ("void", None)


def test_a_reopened_instance_may_be_cancelled(judge):
    assert judged(judge, REOPENING, history("closed 15:00", "reopened 17:00", "cancelled 18:00")).outcome == "void"
    late = history("closed 15:00", "reopened 17:00", "cancelled 18:00:00.000001")
    assert judged(judge, REOPENING, late).outcome == "breached"


def test_a_stop_at_the_instant_of_the_reopening_stops_it_again(judge):
    told = history("closed 15:00", "reopened 17:00", "closed 17:00")
    verdict = judged(judge, REOPENING, told, LATER)
    assert (verdict.outcome, verdict.elapsed, verdict.stop) == ("met", hours(1), pendulum.parse(t("17:00")))


def test_pauses_and_a_reopening_merge(judge):
    policy = {**REOPENING, "pause": {"from": "held", "to": "released"}}
    steps = ("held 14:30", "closed 15:00", "released 16:00", "reopened 17:00", "closed 18:30")
    verdict = judged(judge, policy, history(*steps))
    assert (verdict.outcome, verdict.elapsed, verdict.due) == ("met", hours(2), pendulum.parse(t("18:30")))


def test_a_reopening_counts_working_time_only(judge):
    policy = {**REOPENING, "calendar": "office"}
    calendars = {"office": {"week": {"mon-fri": "09:00-17:00"}}}
    told = history("closed 15:00").add("reopened", t("07:00", 3)).add("closed", t("10:00", 3))
    verdict = judged(judge, policy, told, calendars=calendars)
    # 14:00-15:00 on Monday, then from the opening on Tuesday: used up at 10:00.
    assert (verdict.outcome, verdict.elapsed, verdict.due) == ("met", hours(2), pendulum.parse(t("10:00", 3)))


def test_with_each_a_reopening_reopens_the_last_instance(judge):
    policy = {**REOPENING, "occurrence": "each"}
    told = history("closed 14:30", "opened 15:00", "closed 16:00", "reopened 18:00", "closed 19:00")
    first, second = judge(agreement(policy, events=EVENTS), told.events)
    assert (first.elapsed, first.stop) == (hours(0.5), pendulum.parse(t("14:30")))
    assert (second.elapsed, second.stop) == (hours(2), pendulum.parse(t("19:00")))


def test_a_start_while_reopened_opens_none(judge):
    policy = {**REOPENING, "occurrence": "each"}
    told = history("closed 15:00", "reopened 15:30", "opened 15:45", "closed 16:00")
    assert judged(judge, policy, told).elapsed == hours(1.5)


def test_a_stop_that_is_a_reopening_too_does_not_undo_itself(judge):
    policy = {**PLAIN, "resume": ["reopened", "closed"]}
    assert judged(judge, policy, history("closed 15:00"), LATER).outcome == "met"


def test_what_comes_of_a_pause_after_the_stop_changes_nothing_of_the_verdict(judge):
    """The design does not say what is due after a stop while paused: the code ends the pause with the stop."""
    told = history("held 14:30", "closed 15:00")
    before = judged(judge, BETWEEN, told, LATER)
    assert before.due == pendulum.parse(t("16:30"))
    after = judged(judge, BETWEEN, told.add("released", t("22:00")), LATER)
    assert after.to_dict() == before.to_dict()
