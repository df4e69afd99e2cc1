"""Outcomes of a deadline: its edges, what takes precedence, cancelling, and what is known when."""

from datetime import timedelta

import pendulum
import pytest

import sla_rules as sla
from tests.conftest import History, agreement, only

EVENTS = {
    "opened": {
        "priority": {"kind": "text", "values": ["P1", "P2"]},
        "vip": {"kind": "boolean"},
        "promised": {"kind": "instant"},
    },
    "priority.changed": {"priority": {"kind": "text", "values": ["P1", "P2"]}},
    "closed": {},
    "cancelled": {},
    "absence.told": {},
    "noted": {},
}
PLAIN = {"start": "opened", "stop": "closed", "cancel": "cancelled", "limit": "1 h"}
BY_PRIORITY = {**PLAIN, "limit": {"by": "priority", "table": {"P1": "1 h", "P2": "2 h"}}}
EXEMPT = [{"id": "vip", "clause": "other", "when": {"vip": True}}]

OPENED, DUE = "2026-03-02T14:00:00Z", "2026-03-02T15:00:00Z"
JUST_BEFORE, JUST_AFTER = "2026-03-02T14:59:59.999999Z", "2026-03-02T15:00:00.000001Z"
LATER = "2026-03-03T14:00:00Z"


def outcome(judge, policy, history, as_of=None, **parts):
    return only(judge(agreement(policy, events=EVENTS, **parts), history.events, as_of=as_of)).outcome


# --- at the limit -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("stop", "expected"), [(JUST_BEFORE, "met"), (DUE, "met"), (JUST_AFTER, "breached"), (LATER, "breached")]
)
def test_a_stop_is_met_up_to_and_at_the_limit(judge, stop, expected):
    assert outcome(judge, PLAIN, History().add("opened", OPENED).add("closed", stop)) == expected


@pytest.mark.parametrize(
    ("stop", "expected"),
    [("2026-03-02T14:59:59.999998Z", "met"), (JUST_BEFORE, "met"), (DUE, "breached"), (JUST_AFTER, "breached")],
)
def test_a_strict_limit_ends_a_microsecond_before(judge, stop, expected):
    history = History().add("opened", OPENED).add("closed", stop)
    verdict = only(judge(agreement({**PLAIN, "strict": True}, events=EVENTS), history.events))
    assert verdict.outcome == expected
    assert verdict.due == pendulum.parse(JUST_BEFORE)
    assert verdict.limit == timedelta(hours=1)


@pytest.mark.parametrize(
    ("as_of", "expected"), [(OPENED, "pending"), (JUST_BEFORE, "pending"), (DUE, "pending"), (JUST_AFTER, "breached")]
)
def test_an_open_instance_is_pending_at_due_and_breached_a_microsecond_after(judge, as_of, expected):
    assert outcome(judge, PLAIN, History().add("opened", OPENED), as_of) == expected


@pytest.mark.parametrize(
    ("as_of", "expected"),
    [("2026-03-02T14:59:59.999998Z", "pending"), (JUST_BEFORE, "pending"), (DUE, "breached")],
)
def test_an_open_strict_instance_is_breached_at_the_limit(judge, as_of, expected):
    assert outcome(judge, {**PLAIN, "strict": True}, History().add("opened", OPENED), as_of) == expected


def test_the_fields_of_a_verdict_in_time(judge):
    history = History("T-1").add("opened", OPENED).add("closed", "2026-03-02T14:20:00Z")
    verdict = only(judge(agreement(PLAIN, events=EVENTS), history.events, as_of=LATER))
    assert (verdict.policy, verdict.subject, verdict.key) == ("p", "T-1", ("T-1",))
    assert verdict.start == pendulum.parse(OPENED)
    assert verdict.due == pendulum.parse(DUE)
    assert verdict.stop == pendulum.parse("2026-03-02T14:20:00Z")
    assert verdict.limit == timedelta(hours=1)
    assert verdict.elapsed == timedelta(minutes=20)
    assert verdict.margin == timedelta(minutes=40)
    assert (verdict.period, verdict.clauses, verdict.exempted_by) == (None, ("c",), ())
    assert set(verdict.evidence) == {"e001", "e002"}


def test_the_margin_of_a_late_stop_is_negative(judge):
    history = History().add("opened", OPENED).add("closed", "2026-03-02T15:10:00Z")
    verdict = only(judge(agreement(PLAIN, events=EVENTS), history.events, as_of=LATER))
    assert verdict.margin == timedelta(minutes=-10)
    assert verdict.elapsed == timedelta(minutes=70)


def test_the_elapsed_time_of_an_open_instance_runs_to_as_of(judge):
    verdict = only(judge(agreement(PLAIN, events=EVENTS), History().add("opened", OPENED).events, as_of=JUST_AFTER))
    assert verdict.stop is None
    assert verdict.elapsed == timedelta(hours=1, microseconds=1)
    assert verdict.margin == timedelta(microseconds=-1)


def test_the_time_of_an_event_is_an_instant_whatever_its_offset(judge):
    history = History().add("opened", "2026-03-02T15:00:00+01:00").add("closed", "2026-03-02T10:00:00-05:00")
    verdict = only(judge(agreement(PLAIN, events=EVENTS), history.events))
    assert (verdict.start, verdict.stop) == (pendulum.parse(OPENED), pendulum.parse(DUE))
    assert verdict.outcome == "met"


# --- what takes precedence --------------------------------------------------------------------------------------


@pytest.mark.parametrize("stop", [JUST_BEFORE, JUST_AFTER, None])
def test_exempt_comes_before_met_breached_and_pending(judge, stop):
    history = History().add("opened", OPENED, vip=True)
    if stop:
        history.add("closed", stop)
    verdict = only(judge(agreement({**PLAIN, "exemptions": EXEMPT}, events=EVENTS), history.events))
    assert verdict.outcome == "exempt"
    assert verdict.exempted_by == ("vip",)
    assert verdict.clauses == ("c", "other")


def test_exempt_comes_before_void(judge):
    history = History().add("opened", OPENED, vip=True).add("cancelled", JUST_BEFORE)
    assert outcome(judge, {**PLAIN, "exemptions": EXEMPT}, history) == "exempt"


def test_exempt_comes_before_the_breach_that_a_late_cancel_leaves(judge):
    history = History().add("opened", OPENED, vip=True).add("cancelled", JUST_AFTER)
    assert outcome(judge, {**PLAIN, "exemptions": EXEMPT}, history) == "exempt"


@pytest.mark.parametrize("stop", ["closed", "cancelled", None])
def test_exempt_comes_before_undetermined(judge, stop):
    history = History().add("opened", OPENED, vip=True)
    if stop:
        history.add(stop, JUST_BEFORE)
    assert outcome(judge, {**BY_PRIORITY, "exemptions": EXEMPT}, history) == "exempt"


def test_void_comes_before_undetermined(judge):
    assert outcome(judge, BY_PRIORITY, History().add("opened", OPENED).add("cancelled", LATER)) == "void"


@pytest.mark.parametrize("stop", [JUST_BEFORE, LATER, None])
def test_undetermined_comes_before_met_breached_and_pending(judge, stop):
    history = History().add("opened", OPENED)
    if stop:
        history.add("closed", stop)
    verdict = only(judge(agreement(BY_PRIORITY, events=EVENTS), history.events, as_of=LATER))
    assert verdict.outcome == "undetermined"
    assert (verdict.due, verdict.limit, verdict.margin) == (None, None, None)
    assert verdict.start == pendulum.parse(OPENED)


# --- exemptions -------------------------------------------------------------------------------------------------


def test_without_its_ground_an_exemption_does_nothing(judge):
    history = History().add("opened", OPENED, vip=False).add("closed", JUST_AFTER)
    verdict = only(judge(agreement({**PLAIN, "exemptions": EXEMPT}, events=EVENTS), history.events))
    assert (verdict.outcome, verdict.exempted_by, verdict.clauses) == ("breached", (), ("c",))


@pytest.mark.parametrize("order", [1, -1])
def test_a_verdict_names_all_exemptions_that_apply_in_whatever_order_they_stand(judge, order):
    both = [*EXEMPT, {"id": "absent", "preceded_by": "absence.told"}]
    history = History().add("opened", OPENED, vip=True).add("absence.told", OPENED).add("closed", DUE)
    verdict = only(judge(agreement({**PLAIN, "exemptions": both[::order]}, events=EVENTS), history.events))
    assert verdict.outcome == "exempt"
    assert set(verdict.exempted_by) == {"vip", "absent"}
    assert verdict.clauses == ("c", "other")


def test_when_reads_the_case_at_its_start(judge):
    events = {**EVENTS, "vip.changed": {"vip": {"kind": "boolean"}}}
    policy = {**PLAIN, "exemptions": EXEMPT}
    later = History().add("opened", OPENED, vip=False).add("vip.changed", "2026-03-02T14:00:00.000001Z", vip=True)
    assert only(judge(agreement(policy, events=events), later.events)).outcome == "pending"
    before = History().add("vip.changed", "2026-03-02T13:59:59.999999Z", vip=True).add("opened", OPENED)
    assert only(judge(agreement(policy, events=events), before.events)).outcome == "exempt"
    same = History().add("opened", OPENED).add("vip.changed", OPENED, vip=True)
    assert only(judge(agreement(policy, events=events), same.events)).outcome == "exempt"


PRECEDED = {**PLAIN, "exemptions": [{"id": "absent", "clause": "other", "preceded_by": "absence.told"}]}


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        ("2026-03-01T00:00:00Z", "exempt"),
        (OPENED, "exempt"),
        ("2026-03-02T15:59:59.999999Z", "exempt"),
        ("2026-03-02T16:00:00Z", "exempt"),
        ("2026-03-02T16:00:00.000001Z", "breached"),
    ],
)
def test_preceded_by_counts_at_or_before_the_stop(judge, told, expected):
    history = History().add("opened", OPENED).add("closed", "2026-03-02T16:00:00Z").add("absence.told", told)
    assert outcome(judge, PRECEDED, history, LATER) == expected


@pytest.mark.parametrize(
    ("as_of", "expected"), [("2026-03-02T15:59:59.999999Z", "breached"), ("2026-03-02T16:00:00Z", "exempt")]
)
def test_preceded_by_counts_up_to_as_of_while_open(judge, as_of, expected):
    history = History().add("opened", OPENED).add("absence.told", "2026-03-02T16:00:00Z")
    assert outcome(judge, PRECEDED, history, as_of) == expected


@pytest.mark.parametrize(("told", "expected"), [(DUE, "exempt"), (JUST_AFTER, "void")])
def test_preceded_by_counts_up_to_the_cancel_of_a_cancelled_instance(judge, told, expected):
    history = History().add("opened", OPENED).add("cancelled", DUE).add("absence.told", told)
    assert outcome(judge, PRECEDED, history, LATER) == expected


def test_preceded_by_means_an_event_of_the_case_only(judge):
    history = History().add("opened", OPENED).add("absence.told", OPENED, subject="another").add("closed", JUST_AFTER)
    assert outcome(judge, PRECEDED, history) == "breached"


def test_preceded_by_is_evidence(judge):
    history = History().add("opened", OPENED).add("absence.told", DUE, id="told").add("closed", JUST_AFTER)
    assert "told" in only(judge(agreement(PRECEDED, events=EVENTS), history.events)).evidence


# --- cancelling -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("cancel", "expected"), [(OPENED, "void"), (JUST_BEFORE, "void"), (DUE, "void"), (JUST_AFTER, "breached")]
)
def test_a_cancel_at_or_before_due_voids_and_later_leaves_the_breach(judge, cancel, expected):
    history = History().add("opened", OPENED).add("cancelled", cancel)
    verdict = only(judge(agreement(PLAIN, events=EVENTS), history.events, as_of=LATER))
    assert verdict.outcome == expected
    assert verdict.stop is None


def test_a_cancel_ends_the_instance(judge):
    history = History().add("opened", OPENED).add("cancelled", "2026-03-02T14:30:00Z").add("closed", LATER)
    verdict = only(judge(agreement(PLAIN, events=EVENTS), history.events))
    assert (verdict.outcome, verdict.stop) == ("void", None)
    assert verdict.elapsed == timedelta(minutes=30)
    assert verdict.margin == timedelta(minutes=30)


def test_a_stop_after_a_late_cancel_changes_nothing(judge):
    history = History().add("opened", OPENED).add("cancelled", JUST_AFTER).add("closed", LATER)
    verdict = only(judge(agreement(PLAIN, events=EVENTS), history.events))
    assert (verdict.outcome, verdict.stop) == ("breached", None)


@pytest.mark.parametrize("stop", [JUST_BEFORE, JUST_AFTER])
def test_a_cancel_after_a_stop_changes_nothing(judge, stop):
    history = History().add("opened", OPENED).add("closed", stop).add("cancelled", LATER)
    assert outcome(judge, PLAIN, history) == ("met" if stop == JUST_BEFORE else "breached")


@pytest.mark.parametrize(
    ("before", "after", "cancel", "expected"),
    [
        ("P1", "P2", "2026-03-02T16:00:00Z", "void"),
        ("P1", "P2", "2026-03-02T16:00:00.000001Z", "breached"),
        ("P2", "P1", DUE, "void"),
        ("P2", "P1", JUST_AFTER, "breached"),
    ],
)
def test_a_cancel_is_judged_with_the_attributes_of_that_instant(judge, before, after, cancel, expected):
    history = History().add("opened", OPENED, priority=before).add("cancelled", cancel)
    history.add("priority.changed", "2026-03-02T14:30:00Z", priority=after)
    assert outcome(judge, BY_PRIORITY, history, LATER) == expected


@pytest.mark.parametrize("changed", [DUE, "2026-03-02T14:30:00Z"])
def test_an_attribute_that_changes_after_the_cancel_does_not_matter(judge, changed):
    history = History().add("opened", OPENED, priority="P1").add("cancelled", "2026-03-02T14:10:00Z")
    history.add("priority.changed", changed, priority="P2")
    verdict = only(judge(agreement(BY_PRIORITY, events=EVENTS), history.events))
    assert (verdict.outcome, verdict.limit) == ("void", timedelta(hours=1))


def test_a_cancel_with_no_limit_given_voids(judge):
    history = History().add("opened", OPENED).add("cancelled", LATER)
    assert outcome(judge, {**PLAIN, "limit": "none"}, history) == "void"


def test_a_cancel_while_the_clock_stands_still_voids(judge):
    events = {**EVENTS, "held": {}, "released": {}}
    policy = {**PLAIN, "pause": {"from": "held", "to": "released"}}
    history = History().add("opened", OPENED).add("held", "2026-03-02T14:30:00Z").add("cancelled", LATER)
    assert only(judge(agreement(policy, events=events), history.events)).outcome == "void"


def test_a_cancel_before_any_start_changes_nothing(judge):
    history = History().add("cancelled", "2026-03-02T13:00:00Z").add("opened", OPENED).add("closed", DUE)
    assert outcome(judge, PLAIN, history) == "met"


# --- no limit, and the time of knowledge ------------------------------------------------------------------------


def test_an_instance_without_limit_is_pending_for_ever_and_never_breached(judge):
    policy = {**PLAIN, "limit": "none"}
    for as_of in (OPENED, LATER, "2036-03-02T14:00:00Z"):
        verdict = only(judge(agreement(policy, events=EVENTS), History().add("opened", OPENED).events, as_of=as_of))
        assert (verdict.outcome, verdict.due, verdict.limit, verdict.margin) == ("pending", None, None, None)
    closed = History().add("opened", OPENED).add("closed", LATER)
    assert outcome(judge, policy, closed) in ("met", "pending")  # kept, in any case not breached


def test_only_events_up_to_as_of_exist(judge):
    history = History().add("opened", OPENED).add("closed", DUE)
    verdict = only(judge(agreement(PLAIN, events=EVENTS), history.events, as_of=JUST_BEFORE))
    assert (verdict.outcome, verdict.stop) == ("pending", None)
    assert verdict.elapsed == timedelta(hours=1, microseconds=-1)
    assert outcome(judge, PLAIN, history, DUE) == "met"


def test_a_start_after_as_of_gives_no_verdict(judge):
    history = History().add("opened", OPENED).add("closed", DUE)
    assert judge(agreement(PLAIN, events=EVENTS), history.events, as_of="2026-03-02T13:59:59.999999Z") == []
    assert len(judge(agreement(PLAIN, events=EVENTS), history.events, as_of=OPENED)) == 1


def test_as_of_is_the_time_of_the_latest_event_unless_said(judge):
    history = History().add("opened", OPENED)
    assert outcome(judge, PLAIN, history) == "pending"
    assert outcome(judge, PLAIN, history.add("noted", DUE, subject="another")) == "pending"
    assert outcome(judge, PLAIN, history.add("noted", JUST_AFTER, subject="another")) == "breached"


def test_a_late_correction_revises_the_verdict_and_a_past_as_of_does_not_know_it(judge):
    history = History().add("opened", OPENED, priority="P1")
    history.add("priority.changed", "2026-03-02T15:30:00Z", priority="P2").add("closed", "2026-03-02T15:40:00Z")
    assert outcome(judge, BY_PRIORITY, history, "2026-03-02T15:29:59.999999Z") == "breached"
    assert outcome(judge, BY_PRIORITY, history, "2026-03-02T15:30:00Z") == "pending"
    assert outcome(judge, BY_PRIORITY, history) == "met"


def test_a_late_cause_exempts_and_a_past_as_of_does_not_know_it(judge):
    history = History().add("opened", OPENED).add("absence.told", LATER)
    assert outcome(judge, PRECEDED, history, "2026-03-03T13:59:59.999999Z") == "breached"
    assert outcome(judge, PRECEDED, history, LATER) == "exempt"


def test_as_of_in_another_offset_and_as_a_datetime_is_the_same_instant(judge):
    history = History().add("opened", OPENED)
    for as_of in ("2026-03-02T16:00:00.000001+01:00", pendulum.parse(JUST_AFTER)):
        assert outcome(judge, PLAIN, history, as_of) == "breached"


def test_no_events_give_no_verdicts(judge):
    verdicts = judge(agreement(PLAIN, events=EVENTS), [])
    assert (list(verdicts), verdicts.findings) == ([], [])


@pytest.mark.parametrize("as_of", ["2026-03-02T15:00:00", "now", "2026-03-02"])
def test_an_as_of_that_is_no_instant_is_refused(judge, as_of):
    with pytest.raises(sla.InputError):
        judge(agreement(PLAIN, events=EVENTS), History().add("opened", OPENED).events, as_of=as_of)
