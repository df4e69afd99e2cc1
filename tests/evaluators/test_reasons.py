"""The reason: one sentence that a contract manager understands, with the numbers."""

from datetime import timedelta

import pytest

import sla_rules as sla
from tests.conftest import History, agreement, only

EVENTS = {
    "opened": {"priority": {"kind": "text", "values": ["P1", "P2"]}, "vip": {"kind": "boolean"}},
    "closed": {},
    "cancelled": {},
    "held": {},
    "released": {},
    "absence.told": {},
}
POLICY = {
    "start": "opened",
    "stop": "closed",
    "cancel": "cancelled",
    "limit": {"by": "priority", "table": {"P1": "90 min", "P2": "none"}},
    "exemptions": [
        {"id": "vip", "clause": "other", "when": {"vip": True}},
        {"id": "absent", "preceded_by": "absence.told"},
    ],
}
ZONE = {"timezone": "America/Toronto"}
T0 = "2026-03-02T14:00:00Z"  # 09:00 in Toronto; due 10:30 there
LIMIT, DUE = "1 h 30 min", "2026-03-02 10:30:00"


def judged(judge, steps, as_of=None, policy=POLICY, data=None, **parts):
    history = History().add("opened", T0, **({"priority": "P1"} if data is None else data))
    for step in steps:
        type, time = step.split()
        history.add(type, f"2026-03-02T{time}Z")
    return only(judge(agreement(policy, events=EVENTS, **{**ZONE, **parts}), history.events, as_of=as_of), subject="S")


def assert_sentence(reason):
    assert reason
    assert reason[0].isupper() or reason[0] == "`" or reason[0].isdigit()
    assert reason.endswith(".")
    assert "\n" not in reason
    assert "  " not in reason


@pytest.mark.parametrize(
    ("outcome", "steps", "as_of", "elapsed"),
    [
        ("met", ["closed 15:10:00"], None, "1 h 10 min"),
        ("met", ["closed 14:00:00"], "2026-03-03T00:00:00Z", "0 s"),
        ("breached", ["closed 15:30:00.000001"], None, "1 h 30 min 0.000001 s"),
        ("breached", ["closed 17:45:30"], None, "3 h 45 min 30 s"),
        ("breached", [], "2026-03-02T16:00:00Z", "2 h"),
        ("breached", ["cancelled 16:00:00"], None, "2 h"),
        ("pending", [], "2026-03-02T14:20:00Z", "20 min"),
        ("void", ["cancelled 15:00:00"], None, "1 h"),
        ("exempt", ["absence.told 14:10:00", "closed 16:00:00"], None, "2 h"),
    ],
)
def test_a_reason_has_the_elapsed_time_the_limit_and_due_in_the_zone_of_the_agreement(
    judge, outcome, steps, as_of, elapsed
):
    verdict = judged(judge, steps, as_of)
    assert verdict.outcome == outcome
    assert_sentence(verdict.reason)
    for part in (elapsed, LIMIT, DUE):
        assert part in verdict.reason, (part, verdict.reason)


def test_the_zone_is_named(judge):
    assert "10:30:00 EST" in judged(judge, ["closed 15:10:00"]).reason
    assert "16:30:00 CET" in judged(judge, ["closed 15:10:00"], timezone="Europe/Paris").reason


def test_a_breach_says_by_how_much(judge):
    assert "15 min too late" in judged(judge, ["closed 15:45:00"]).reason
    assert "30 min too late" in judged(judge, [], "2026-03-02T16:00:00Z").reason


def test_a_pending_one_says_what_is_left(judge):
    assert "1 h 10 min left" in judged(judge, [], "2026-03-02T14:20:00Z").reason


def test_what_chose_the_limit_is_named(judge):
    reason = judged(judge, ["closed 15:10:00"]).reason
    assert "priority" in reason
    assert "P1" in reason


def test_the_events_are_named(judge):
    reason = judged(judge, ["closed 15:10:00"]).reason
    assert "`opened`" in reason
    assert "`closed`" in reason


def test_an_undetermined_one_says_what_is_missing(judge):
    verdict = judged(judge, [], data={})
    assert verdict.outcome == "undetermined"
    assert_sentence(verdict.reason)
    assert "`priority`" in verdict.reason


def test_a_void_one_says_that_it_was_cancelled_also_where_the_limit_is_unknown(judge):
    """The reason says why the outcome is what it is: void because cancelled, not because a field is missing."""
    for data in ({}, {"priority": "P2"}):
        verdict = judged(judge, ["cancelled 15:00:00"], data=data)
        assert verdict.outcome == "void"
        assert "cancelled" in verdict.reason.lower()


def test_an_exempt_one_names_all_its_exemptions_and_what_would_have_been(judge):
    verdict = judged(judge, ["absence.told 14:10:00", "closed 15:45:00"], data={"priority": "P1", "vip": True})
    assert verdict.outcome == "exempt"
    assert_sentence(verdict.reason)
    for part in ("`vip`", "`absent`", "15 min too late", LIMIT, DUE):
        assert part in verdict.reason


def test_the_clauses_are_that_of_the_policy_and_those_of_the_exemptions(judge):
    assert judged(judge, ["closed 15:10:00"]).clauses == ("c",)
    assert judged(judge, ["absence.told 14:10:00"]).clauses == ("c",)  # its own clause, once
    assert judged(judge, [], data={"priority": "P1", "vip": True}).clauses == ("c", "other")


def test_no_limit_is_said(judge):
    verdict = judged(judge, [], "2026-03-05T00:00:00Z", {**POLICY, "limit": "none"})
    assert_sentence(verdict.reason)
    assert "no limit" in verdict.reason


def test_strict_is_said(judge):
    reason = judged(judge, ["closed 15:30:00"], policy={**POLICY, "strict": True}).reason
    assert "less than 1 h 30 min" in reason
    assert "10:29:59.999999" in reason


def test_while_paused_the_time_left_is_said_and_no_due(judge):
    policy = {**POLICY, "pause": {"from": "held", "to": "released"}}
    verdict = judged(judge, ["held 14:30:00"], "2026-03-05T00:00:00Z", policy)
    assert verdict.margin == timedelta(hours=1)
    assert_sentence(verdict.reason)
    assert "1 h left" in verdict.reason
    assert LIMIT in verdict.reason
    assert DUE not in verdict.reason


def test_counted_time_is_said_where_it_is_not_plain_time(judge):
    policy = {**POLICY, "pause": {"from": "held", "to": "released"}}
    reason = judged(judge, ["held 14:30:00", "released 15:30:00", "closed 16:00:00"], None, policy).reason
    assert "1 h of counted time" in reason
    assert "counted" not in judged(judge, ["closed 15:10:00"]).reason


def test_a_period_says_its_counts_its_share_and_the_promise(judge):
    policy = {**POLICY, "objective": {"at_least": "80 %", "per": "month"}, "exemptions": POLICY["exemptions"][:1]}
    history = History()
    for number in range(6):
        history.add("opened", T0, subject=str(number), priority="P1", vip=number == 5)
        history.add("closed", "2026-03-02T15:00:00Z" if number else "2026-03-02T16:00:00Z", subject=str(number))
    verdicts = judge(agreement(policy, events=EVENTS, **ZONE), history.events, as_of="2026-04-02T00:00:00Z")
    period = only(verdicts, subject="")
    assert period.outcome == "met"
    assert_sentence(period.reason)
    for part in ("4 of 5", "80 %", "2026-03", "1 exempt", "at least"):
        assert part in period.reason
    running = only(judge(agreement(policy, events=EVENTS, **ZONE), history.events), subject="")
    assert_sentence(running.reason)
    assert "not over yet" in running.reason.lower()


@pytest.mark.parametrize("limit", [{"end_of": "day"}, {"calendar_days": 2}, {"business_days": 1}])
def test_a_limit_in_days_gives_its_due_instant(judge, limit):
    verdict = judged(judge, ["closed 15:10:00"], policy={**POLICY, "limit": limit})
    assert_sentence(verdict.reason)
    assert "23:59:59.999999" in verdict.reason
    assert "1 h 10 min" in verdict.reason


def test_the_reason_is_rendered_from_the_verdict_and_reading_it_twice_gives_the_same(judge):
    verdict = judged(judge, ["closed 15:10:00"])
    assert verdict.reason == verdict.reason == verdict.to_dict()["reason"]
    assert isinstance(verdict, sla.Verdict)
