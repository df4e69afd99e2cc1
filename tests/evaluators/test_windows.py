"""Excluded windows: passed in, planned and declared by events, with and without a scope."""

from datetime import timedelta

import pendulum
import pytest

import sla_rules as sla
from tests.conftest import History, agreement, only

TEXT, INSTANT = {"kind": "text"}, {"kind": "instant"}
PLAN = {"service": TEXT, "window_start": INSTANT, "window_end": INSTANT}
EVENTS = {
    "opened": {"service": TEXT},
    "service.changed": {"service": TEXT},
    "closed": {},
    "cancelled": {},
    "maintenance.scheduled": PLAN,
    "maintenance.rescheduled": PLAN,
    "maintenance.cancelled": {},
    "force.declared": {"service": TEXT},
    "force.lifted": {"service": TEXT},
}
WINDOWS = {
    "maintenance": {
        "event": "maintenance.scheduled",
        "replaced_by": "maintenance.rescheduled",
        "cancelled_by": "maintenance.cancelled",
        "start": "window_start",
        "end": "window_end",
        "scope": "service",
    },
    "force": {"from": "force.declared", "to": "force.lifted", "scope": "service"},
    "freeze": {"scope": "service"},
    "holiday": {},
}
POLICY = {
    "start": "opened",
    "stop": "closed",
    "cancel": "cancelled",
    "limit": "2 h",
    "exclude": ["maintenance", "force", "freeze", "holiday"],
}


def t(time, day=2):
    return f"2026-03-{day:02}T{time}{':00' if len(time) == 5 else ''}Z"


def hours(number):
    return timedelta(hours=number)


T0, LATER = t("14:00"), t("00:00", 20)


def judged(judge, told, as_of=None, windows=(), policy=POLICY, **parts):
    test = agreement(policy, **{"events": EVENTS, "windows": WINDOWS, **parts})
    return only(judge(test, told.events, as_of=as_of, windows=windows), subject="S")


def opened(**data):
    return History().add("opened", T0, **({"service": "video"} | data))


def freeze(start, end, scope=None, kind="freeze"):
    return sla.Window(kind=kind, start=t(start), end=None if end is None else t(end), scope=scope)


# --- passed in --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("stop", "expected"), [("16:59:59.999999", "met"), ("17:00", "met"), ("17:00:00.000001", "breached")]
)
def test_counted_time_stands_still_in_a_window_passed_in(judge, stop, expected):
    verdict = judged(judge, opened().add("closed", t(stop)), windows=[freeze("14:30", "15:30")])
    assert (verdict.outcome, verdict.due) == (expected, pendulum.parse(t("17:00")))


@pytest.mark.parametrize(
    ("scope", "service", "excluded"),
    [
        (None, "video", True),
        ("video", "video", True),
        ("audio", "video", False),
        ("video", None, False),
        (None, None, True),
    ],
)
def test_a_window_counts_without_a_scope_or_with_that_of_the_case(judge, scope, service, excluded):
    told = History().add("opened", T0, **({} if service is None else {"service": service}))
    verdict = judged(judge, told, windows=[freeze("14:30", "15:30", scope)])
    assert verdict.due == pendulum.parse(t("17:00" if excluded else "16:00"))


def test_a_window_with_a_scope_of_a_kind_that_names_no_field_concerns_no_case(judge):
    assert judged(judge, opened(), windows=[freeze("14:30", "15:30", "video", "holiday")]).due == pendulum.parse(
        t("16:00")
    )
    assert judged(judge, opened(), windows=[freeze("14:30", "15:30", None, "holiday")]).due == pendulum.parse(
        t("17:00")
    )


def test_the_scope_is_compared_with_the_attribute_at_the_stop(judge):
    told = opened().add("service.changed", t("14:10"), service="audio").add("closed", t("16:30"))
    windows = [freeze("14:30", "15:30", "audio")]
    assert judged(judge, told, windows=windows).outcome == "met"
    assert judged(judge, told, t("14:05"), windows=windows).due == pendulum.parse(t("16:00"))


def test_a_kind_that_the_policy_does_not_exclude_counts(judge):
    policy = {**POLICY, "exclude": ["holiday"]}
    assert judged(judge, opened(), windows=[freeze("14:30", "15:30")], policy=policy).due == pendulum.parse(t("16:00"))


def test_windows_of_several_kinds_overlap_and_merge(judge):
    windows = [freeze("14:30", "15:30"), freeze("15:00", "16:00", None, "holiday"), freeze("14:00", "14:10", "video")]
    verdict = judged(judge, opened().add("closed", t("17:00")), windows=windows)
    assert (verdict.elapsed, verdict.margin, verdict.due) == (
        timedelta(minutes=80),
        timedelta(minutes=40),
        pendulum.parse(t("17:40")),
    )


def test_a_window_is_half_open(judge):
    at_the_stop = judged(judge, opened().add("closed", t("16:00")), LATER, windows=[freeze("16:00", "18:00")])
    assert (at_the_stop.outcome, at_the_stop.elapsed) == ("met", hours(2))
    before_the_start = judged(judge, opened(), windows=[freeze("13:00", "14:00")])
    assert before_the_start.due == pendulum.parse(t("16:00"))


@pytest.mark.parametrize(
    ("exhausted_at", "stop", "expected"),
    [
        ("opening", "18:00", "met"),
        ("opening", "18:00:00.000001", "breached"),
        ("closing", "16:00", "met"),
        ("closing", "16:00:00.000001", "breached"),
    ],
)
def test_a_limit_used_up_where_a_window_begins_ends_where_the_calendar_says(judge, exhausted_at, stop, expected):
    policy = {**POLICY, "calendar": "cal"}
    calendars = {"cal": {"week": {"mon-sun": "00:00-24:00"}, "exhausted_at": exhausted_at}}
    told = opened().add("closed", t(stop))
    verdict = judged(judge, told, windows=[freeze("16:00", "18:00")], policy=policy, calendars=calendars)
    assert verdict.outcome == expected
    assert verdict.due == pendulum.parse(t("18:00" if exhausted_at == "opening" else "16:00"))


def test_a_start_within_a_window_begins_to_count_at_its_end(judge):
    verdict = judged(judge, opened().add("closed", t("15:00")), windows=[freeze("13:00", "15:30")])
    assert (verdict.elapsed, verdict.due, verdict.margin) == (hours(0), pendulum.parse(t("17:30")), hours(2))


def test_a_window_that_is_to_come_moves_due_already(judge):
    assert judged(judge, opened(), T0, windows=[freeze("15:00", "16:00")]).due == pendulum.parse(t("17:00"))


def test_a_window_without_end_holds_the_clock(judge):
    verdict = judged(judge, opened(), LATER, windows=[freeze("14:30", None)])
    assert (verdict.outcome, verdict.due, verdict.margin) == ("pending", None, hours(1.5))


def test_a_window_outside_of_working_time_changes_nothing(judge):
    policy = {**POLICY, "calendar": "office", "limit": "4 h"}
    calendars = {"office": {"week": {"mon-fri": "09:00-17:00"}}}
    told = opened().add("closed", t("10:00", 3))
    verdict = judged(judge, told, windows=[freeze("17:00", "23:00")], policy=policy, calendars=calendars)
    assert (verdict.outcome, verdict.elapsed, verdict.due) == ("met", hours(4), pendulum.parse(t("10:00", 3)))


def test_a_window_of_no_length_changes_nothing(judge):
    assert judged(judge, opened(), windows=[freeze("14:30", "14:30")]).due == pendulum.parse(t("16:00"))


# --- planned by events ------------------------------------------------------------------------------------------


def planned(told, type, at, start=None, end=None, service="video", subject="M-1"):
    data = {} if service is None else {"service": service}
    if start is not None:
        data |= {"window_start": t(start), "window_end": t(end)}
    return told.add(f"maintenance.{type}", at if "T" in at else t(at), subject=subject, **data)


def test_a_scheduled_window_does_not_count(judge):
    told = planned(opened(), "scheduled", "13:00", "14:30", "15:30")
    verdict = judged(judge, told.add("closed", t("17:00")))
    assert (verdict.outcome, verdict.elapsed, verdict.due) == ("met", hours(2), pendulum.parse(t("17:00")))


@pytest.mark.parametrize(("service", "excluded"), [("video", True), ("audio", False), (None, True)])
def test_the_scope_of_a_scheduled_window(judge, service, excluded):
    told = planned(opened(), "scheduled", "13:00", "14:30", "15:30", service)
    assert judged(judge, told).due == pendulum.parse(t("17:00" if excluded else "16:00"))


def test_a_window_that_was_scheduled_after_as_of_is_not_known(judge):
    told = planned(opened(), "scheduled", "14:10", "14:30", "15:30")
    assert judged(judge, told, t("14:09")).due == pendulum.parse(t("16:00"))
    assert judged(judge, told, t("14:10")).due == pendulum.parse(t("17:00"))


def test_the_latest_schedule_made_before_the_window_began_counts(judge):
    told = planned(opened(), "scheduled", "12:00", "14:30", "15:30")
    planned(told, "rescheduled", "13:00", "15:00", "15:15")
    planned(told, "rescheduled", "14:00", "15:00", "17:00")
    verdict = judged(judge, told.add("closed", t("18:00")))
    assert (verdict.outcome, verdict.elapsed) == ("met", hours(2))


@pytest.mark.parametrize(
    ("at", "due"),
    [("14:29:59.999999", "16:00"), ("14:30", "17:00"), ("14:30:00.000001", "17:00"), ("15:00", "17:00")],
)
def test_what_cancels_it_at_or_after_its_beginning_leaves_it_as_it_is(judge, at, due):
    told = planned(opened(), "scheduled", "13:00", "14:30", "15:30")
    planned(told, "cancelled", at)
    assert judged(judge, told, t("15:45")).due == pendulum.parse(t(due))


@pytest.mark.parametrize(
    ("at", "due"), [("14:29:59.999999", "16:15"), ("14:30", "17:00"), ("14:30:00.000001", "17:00")]
)
def test_what_moves_it_at_or_after_its_beginning_leaves_it_as_it_is(judge, at, due):
    told = planned(opened(), "scheduled", "13:00", "14:30", "15:30")
    planned(told, "rescheduled", at, "15:00", "15:15")
    assert judged(judge, told, t("15:45")).due == pendulum.parse(t(due))


def test_a_window_that_was_moved_away_before_it_began_may_be_moved_again(judge):
    told = planned(opened(), "scheduled", "13:00", "14:30", "15:30")
    planned(told, "rescheduled", "14:10", "15:30", "16:30")
    planned(told, "rescheduled", "15:00", "15:30", "15:40")
    assert judged(judge, told, t("15:45")).due == pendulum.parse(t("16:10"))


def test_a_cancelled_window_may_be_scheduled_again(judge):
    told = planned(opened(), "scheduled", "12:00", "14:30", "15:30")
    planned(planned(told, "cancelled", "13:00"), "scheduled", "14:00", "15:00", "15:30")
    assert judged(judge, told).due == pendulum.parse(t("16:30"))


@pytest.mark.parametrize(("at", "due"), [("14:29:59.999999", "17:00"), ("14:30", "16:00"), ("15:00", "16:00")])
def test_a_schedule_made_at_or_after_the_beginning_is_none(judge, at, due):
    told = planned(opened(), "scheduled", at, "14:30", "15:30")
    assert judged(judge, told, t("15:45")).due == pendulum.parse(t(due))


def test_a_schedule_that_comes_too_late_for_its_window_is_a_finding(judge):
    """Every event is either judged or listed as a finding; nothing is skipped silently."""
    test = agreement(POLICY, events=EVENTS, windows=WINDOWS)
    assert judge(test, planned(opened(), "scheduled", "15:00", "14:30", "15:30").events).findings


def test_a_second_window_of_the_same_subject_after_the_first_is_not_lost_silently(judge):
    """Whether it counts or not, the reader hears of it."""
    told = planned(opened(), "scheduled", "10:00", "11:00", "12:00")
    planned(told, "scheduled", "13:00", "14:30", "15:30")
    test = agreement(POLICY, events=EVENTS, windows=WINDOWS)
    verdicts = judge(test, told.events)
    assert only(verdicts).due == pendulum.parse(t("17:00")) or verdicts.findings


def test_windows_of_several_subjects_add_up(judge):
    told = planned(opened(), "scheduled", "13:00", "14:30", "15:00")
    planned(told, "scheduled", "13:00", "15:00", "15:30", subject="M-2")
    planned(told, "cancelled", "13:30", subject="M-3")
    assert judged(judge, told).due == pendulum.parse(t("17:00"))


@pytest.mark.parametrize(("start", "end"), [("15:30", "14:30"), (None, None)])
def test_a_schedule_without_a_window_that_can_be_is_a_finding_and_changes_nothing(judge, start, end):
    told = planned(opened(), "scheduled", "13:00", start, end)
    verdicts = judge(agreement(POLICY, events=EVENTS, windows=WINDOWS), told.events)
    assert only(verdicts).due == pendulum.parse(t("16:00"))
    assert verdicts.findings


# --- declared by events -----------------------------------------------------------------------------------------


def force(told, type, at, service="video", subject="F-1"):
    return told.add(f"force.{type}", t(at), subject=subject, **({} if service is None else {"service": service}))


def test_a_declared_window_lasts_from_one_event_to_the_other(judge):
    told = force(force(opened(), "declared", "14:30"), "lifted", "15:30").add("closed", t("17:00"))
    verdict = judged(judge, told)
    assert (verdict.outcome, verdict.elapsed, verdict.due) == ("met", hours(2), pendulum.parse(t("17:00")))


def test_while_it_lasts_the_clock_stands_still_and_due_is_empty(judge):
    told = force(opened(), "declared", "14:30")
    verdict = judged(judge, told, LATER)
    assert (verdict.outcome, verdict.due, verdict.elapsed, verdict.margin) == ("pending", None, hours(0.5), hours(1.5))
    stopped = judged(judge, told.add("closed", LATER))
    assert (stopped.outcome, stopped.elapsed) == ("met", hours(0.5))


@pytest.mark.parametrize(("service", "excluded"), [("video", True), ("audio", False), (None, True)])
def test_the_scope_of_a_declared_window(judge, service, excluded):
    told = force(force(opened(), "declared", "14:30", service), "lifted", "15:30", service)
    assert judged(judge, told).due == pendulum.parse(t("17:00" if excluded else "16:00"))


def test_declared_windows_of_two_services_are_two(judge):
    told = force(force(opened(), "declared", "14:30", "audio"), "declared", "14:40", "video")
    force(force(told, "lifted", "14:50", "audio"), "lifted", "15:40", "video")
    assert judged(judge, told).due == pendulum.parse(t("17:00"))


@pytest.mark.parametrize(
    ("declared", "lifted", "lasts"),
    [("video", "audio", True), ("video", None, False), (None, "video", True), (None, None, False)],
)
def test_a_lifting_ends_the_window_of_its_scope_and_one_without_scope_ends_all(judge, declared, lifted, lasts):
    """The design does not say what a lifting without the field ends: the code takes it as that of every service."""
    told = force(force(opened(), "declared", "14:30", declared), "lifted", "15:30", lifted)
    assert judged(judge, told, t("15:45")).due == (None if lasts else pendulum.parse(t("17:00")))


def test_the_declaration_and_the_lifting_may_have_other_subjects(judge):
    told = force(opened(), "declared", "14:30", subject="letter-1")
    force(told, "lifted", "15:30", subject="letter-2")
    assert judged(judge, told).due == pendulum.parse(t("17:00"))


def test_a_window_declared_before_the_start_holds_it_from_the_start(judge):
    told = force(force(opened(), "declared", "12:00"), "lifted", "15:00")
    assert judged(judge, told).due == pendulum.parse(t("17:00"))


def test_a_second_declaration_while_one_lasts_begins_none(judge):
    told = force(force(force(opened(), "declared", "14:30"), "declared", "15:00"), "lifted", "15:30")
    assert judged(judge, told).due == pendulum.parse(t("17:00"))


def test_a_window_declared_after_due_leaves_the_breach(judge):
    told = force(opened(), "declared", "16:00:00.000001")
    verdict = judged(judge, told, LATER)
    assert (verdict.outcome, verdict.due) == ("breached", pendulum.parse(t("16:00")))


def test_a_wider_exclusion_never_hurts(judge):
    told = opened().add("closed", t("17:00"))
    outcomes = [
        judged(judge, told, windows=[freeze("14:30", end)]).outcome for end in ("14:31", "15:29", "15:30", "18:00")
    ]
    assert outcomes == ["breached", "breached", "met", "met"]
