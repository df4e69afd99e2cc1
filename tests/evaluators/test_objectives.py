"""Objectives: the period of an instance, and the verdict of each period."""

from fractions import Fraction

import pytest

from tests.conftest import History, agreement, kinds, only

TEXT = {"kind": "text"}
EVENTS = {
    "opened": {"vip": {"kind": "boolean"}, "priority": {"kind": "text", "values": ["P1", "P2"]}},
    "dated": {"event_at": {"kind": "instant"}, "day": {"kind": "date"}},
    "closed": {},
    "cancelled": {},
    "noted": {},
}
PLAIN = {"start": "opened", "stop": "closed", "cancel": "cancelled", "limit": "1 h"}
MARCH, APRIL = "2026-03-10T12:00:00Z", "2026-04-01T00:00:00Z"
AT_LEAST_80 = {"at_least": "80 %", "per": "month"}


def policy(objective=AT_LEAST_80, **more):
    return {**PLAIN, "objective": objective, **more}


def judged(judge, objective, history, as_of=None, timezone="UTC", **more):
    return judge(agreement(policy(objective, **more), events=EVENTS, timezone=timezone), history.events, as_of=as_of)


def periods(verdicts):
    return [verdict for verdict in verdicts if not verdict.subject]


def many(day="2026-03-10", **counts):
    """So many instances that are met, breached, pending (at 12:30), exempt, void, undetermined."""
    history = History()
    for kind, count in counts.items():
        for number in range(count):
            subject = f"{kind}-{number}"
            data = {"priority": "P1"} | ({"vip": True} if kind == "exempt" else {})
            history.add("opened", f"{day}T12:00:00Z", subject=subject, **({} if kind == "undetermined" else data))
            if kind == "met":
                history.add("closed", f"{day}T12:10:00Z", subject=subject)
            if kind == "breached":
                history.add("closed", f"{day}T13:00:00.000001Z", subject=subject)
            if kind == "void":
                history.add("cancelled", f"{day}T12:10:00Z", subject=subject)
    return history


ALL_OUTCOMES = {
    "limit": {"by": "priority", "table": {"P1": "1 h", "P2": "none"}},
    "exemptions": [{"id": "vip", "when": {"vip": True}}],
}


# --- which period -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("per", "start", "label"),
    [
        ("day", MARCH, "2026-03-10"),
        ("week", MARCH, "2026-W11"),
        ("week", "2026-03-08T23:59:59.999999Z", "2026-W10"),
        ("week", "2026-03-09T00:00:00Z", "2026-W11"),
        ("week", "2027-01-01T12:00:00Z", "2026-W53"),  # ISO: a Friday of the last week of 2026
        ("week", "2024-12-30T12:00:00Z", "2025-W01"),
        ("month", MARCH, "2026-03"),
        ("quarter", MARCH, "2026-Q1"),
        ("quarter", "2026-04-01T00:00:00Z", "2026-Q2"),
        ("quarter", "2026-12-31T23:59:59.999999Z", "2026-Q4"),
        ("year", MARCH, "2026"),
        ("whole", MARCH, "whole"),
    ],
)
def test_an_instance_carries_the_label_of_its_period(judge, per, start, label):
    verdicts = judged(judge, {"at_least": "80 %", "per": per}, History().add("opened", start))
    instance, period = only(verdicts, subject="S"), only(verdicts, subject="")
    assert (instance.period, period.period) == (label, label)
    assert (period.key, period.start, period.due, period.policy, period.clauses) == ((), None, None, "p", ("c",))


def test_without_an_objective_there_is_no_period(judge):
    verdict = only(judge(agreement(PLAIN, events=EVENTS), History().add("opened", MARCH).events))
    assert verdict.period is None
    assert (verdict.counted, verdict.met, verdict.breached, verdict.share) == (None, None, None, None)


@pytest.mark.parametrize(
    ("zone", "start", "label"),
    [
        ("America/Toronto", "2026-04-01T03:59:59.999999Z", "2026-03"),
        ("America/Toronto", "2026-04-01T04:00:00Z", "2026-04"),
        ("UTC", "2026-04-01T03:59:59.999999Z", "2026-04"),
        ("UTC", "2026-03-31T23:59:59.999999Z", "2026-03"),
        ("Asia/Tokyo", "2026-03-31T15:00:00Z", "2026-04"),
        ("America/Toronto", "2026-03-01T04:59:59.999999Z", "2026-02"),
    ],
)
def test_a_month_is_that_of_the_zone_of_the_agreement(judge, zone, start, label):
    verdicts = judged(judge, AT_LEAST_80, History().add("opened", start), timezone=zone)
    assert only(verdicts, subject="S").period == label


def test_a_period_is_over_with_its_last_instant_in_the_zone(judge):
    history = many(met=1)
    for zone, last, over in (
        ("UTC", "2026-03-31T23:59:59.999999Z", "2026-04-01T00:00:00Z"),
        ("America/Toronto", "2026-04-01T03:59:59.999999Z", "2026-04-01T04:00:00Z"),
    ):
        assert only(judged(judge, AT_LEAST_80, history, last, zone), subject="").outcome == "pending"
        assert only(judged(judge, AT_LEAST_80, history, over, zone), subject="").outcome == "met"


@pytest.mark.parametrize(
    ("per", "last", "over"),
    [
        ("day", "2026-03-10T23:59:59.999999Z", "2026-03-11T00:00:00Z"),
        ("week", "2026-03-15T23:59:59.999999Z", "2026-03-16T00:00:00Z"),
        ("quarter", "2026-03-31T23:59:59.999999Z", "2026-04-01T00:00:00Z"),
        ("year", "2026-12-31T23:59:59.999999Z", "2027-01-01T00:00:00Z"),
    ],
)
def test_when_a_period_is_over(judge, per, last, over):
    objective = {"at_least": "80 %", "per": per}
    assert only(judged(judge, objective, many(met=1), last), subject="").outcome == "pending"
    assert only(judged(judge, objective, many(met=1), over), subject="").outcome == "met"
    assert only(judged(judge, objective, many(breached=1), last), subject="").outcome == "pending"
    assert only(judged(judge, objective, many(breached=1), over), subject="").outcome == "breached"


def test_the_whole_is_what_is_known_where_the_agreement_has_no_end(judge):
    """`whole` is judged at `as_of`, and in an agreement with an end when that has come."""
    period = only(
        judged(judge, {"at_least": "80 %", "per": "whole"}, many(met=4, breached=1), "2036-01-01T00:00:00Z"), subject=""
    )
    assert (period.outcome, period.period) == ("met", "whole")
    assert (period.counted, period.met, period.breached, period.share) == (5, 4, 1, Fraction(4, 5))


def test_each_period_has_its_own_verdict(judge):
    history = History()
    for month, stop in (("01", "12:10"), ("02", "14:00"), ("03", "12:10")):
        history.add("opened", f"2026-{month}-10T12:00:00Z", subject=month).add(
            "closed", f"2026-{month}-10T{stop}:00Z", subject=month
        )
    found = periods(judged(judge, AT_LEAST_80, history, "2026-03-20T00:00:00Z"))
    assert [(verdict.period, verdict.outcome) for verdict in found] == [
        ("2026-01", "met"),
        ("2026-02", "breached"),
        ("2026-03", "pending"),
    ]


def test_the_instance_verdicts_stay(judge):
    verdicts = judged(judge, AT_LEAST_80, many(met=4, breached=1), APRIL)
    assert sorted(verdict.outcome for verdict in verdicts if verdict.subject) == ["breached", *["met"] * 4]
    assert len(periods(verdicts)) == 1


# --- the share --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("objective", "met", "breached", "expected"),
    [
        ({"at_least": "80 %"}, 4, 1, "met"),  # exactly
        ({"at_least": "80 %"}, 3, 1, "breached"),
        ({"at_least": "80 %"}, 79, 21, "breached"),
        ({"at_least": "80 %"}, 81, 19, "met"),
        ({"at_least": "100 %"}, 5, 0, "met"),
        ({"at_least": "100 %"}, 99, 1, "breached"),
        ({"at_least": "0 %"}, 0, 3, "met"),
        ({"at_least": "33.3 %"}, 1, 2, "met"),
        ({"at_least": "33.4 %"}, 1, 2, "breached"),
        ({"breached_less_than": "3 %"}, 97, 3, "breached"),  # exactly: not less
        ({"breached_less_than": "3 %"}, 98, 3, "met"),
        ({"breached_less_than": "3 %"}, 98, 2, "met"),
        ({"breached_less_than": "3 %"}, 5, 0, "met"),
        ({"breached_at_most": "1 %"}, 99, 1, "met"),  # exactly
        ({"breached_at_most": "1 %"}, 98, 1, "breached"),
        ({"breached_at_most": "0 %"}, 5, 0, "met"),
        ({"breached_at_most": "0 %"}, 5, 1, "breached"),
    ],
)
def test_a_period_that_is_over_is_judged_by_its_share_exactly(judge, objective, met, breached, expected):
    history = many(met=met, breached=breached)
    period = only(judged(judge, {**objective, "per": "month"}, history, APRIL), subject="")
    assert period.outcome == expected
    assert (period.counted, period.met, period.breached) == (met + breached, met, breached)
    assert (period.share, type(period.share)) == (Fraction(met, met + breached), Fraction)


def test_what_is_exempt_void_or_undetermined_is_left_out_and_counted_beside(judge):
    history = many(met=4, breached=1, exempt=6, void=7, undetermined=8)
    period = only(judged(judge, AT_LEAST_80, history, APRIL, **ALL_OUTCOMES), subject="")
    assert (period.outcome, period.counted, period.share) == ("met", 5, Fraction(4, 5))
    for shown in ("6 exempt", "7 void", "8 undetermined"):
        assert shown in period.reason


@pytest.mark.parametrize("kind", ["exempt", "void", "undetermined"])
def test_a_period_with_nothing_but_what_is_left_out_has_no_verdict(judge, kind):
    verdicts = judged(judge, AT_LEAST_80, many(**{kind: 3}), APRIL, **ALL_OUTCOMES)
    assert (len(verdicts), periods(verdicts)) == (3, [])
    assert {verdict.period for verdict in verdicts} == {"2026-03"}


# --- pending ----------------------------------------------------------------------------------------------------


def test_a_running_period_is_pending_even_where_it_is_lost_already(judge):
    period = only(judged(judge, AT_LEAST_80, many(breached=100), "2026-03-31T23:59:59.999999Z"), subject="")
    assert (period.outcome, period.counted, period.met, period.share) == ("pending", 100, 0, Fraction(0))


OPEN_END = {"limit": {"by": "priority", "table": {"P1": "1 h", "P2": "none"}}}


def with_open(history, count):
    for number in range(count):
        history.add("opened", MARCH, subject=f"open-{number}", priority="P2")
    return history


@pytest.mark.parametrize(
    ("met", "breached", "open_", "expected"),
    [
        (4, 1, 0, "met"),
        (4, 0, 1, "met"),  # 4 of 5 at worst
        (4, 0, 2, "pending"),  # 4 of 6 at worst
        (0, 1, 3, "breached"),  # 3 of 4 at best
        (0, 1, 4, "pending"),  # 4 of 5 at best
        (0, 0, 1, "pending"),
        (100, 25, 1, "pending"),  # 100 of 126 at worst, 101 of 126 at best
        (101, 25, 0, "met"),
    ],
)
def test_a_period_that_is_over_waits_while_pending_instances_can_change_the_answer(
    judge, met, breached, open_, expected
):
    history = with_open(many(met=met, breached=breached), open_)
    period = only(judged(judge, AT_LEAST_80, history, APRIL, **OPEN_END), subject="")
    assert period.outcome == expected
    assert (period.counted, period.met, period.breached) == (met + breached, met, breached)


@pytest.mark.parametrize(
    ("objective", "met", "breached", "open_", "expected"),
    [
        ({"breached_less_than": "50 %"}, 2, 0, 2, "pending"),  # 2 of 4 at worst
        ({"breached_less_than": "50 %"}, 3, 0, 2, "met"),
        ({"breached_less_than": "50 %"}, 0, 2, 2, "breached"),
        ({"breached_at_most": "50 %"}, 2, 0, 2, "met"),
        ({"breached_at_most": "50 %"}, 0, 2, 2, "pending"),
        ({"breached_at_most": "50 %"}, 0, 3, 2, "breached"),
    ],
)
def test_so_do_the_other_measures(judge, objective, met, breached, open_, expected):
    history = with_open(many(met=met, breached=breached), open_)
    period = only(judged(judge, {**objective, "per": "month"}, history, APRIL, **OPEN_END), subject="")
    assert period.outcome == expected


def test_a_period_of_pending_instances_alone_has_a_verdict_without_a_share(judge):
    period = only(judged(judge, AT_LEAST_80, with_open(History(), 2), **OPEN_END), subject="")
    assert (period.outcome, period.counted, period.met, period.breached, period.share) == ("pending", 0, 0, 0, None)


def test_an_instance_counts_in_the_period_of_its_start_though_it_ends_in_the_next(judge):
    history = History().add("opened", "2026-03-31T23:30:00Z").add("closed", "2026-04-01T00:30:00Z")
    before = judged(judge, AT_LEAST_80, history, "2026-04-01T00:00:00Z")
    assert only(before, subject="").outcome == "pending"
    after = judged(judge, AT_LEAST_80, history)
    assert (only(after, subject="").period, only(after, subject="").outcome) == ("2026-03", "met")


# --- of a field -------------------------------------------------------------------------------------------------

OF_INSTANT = {"at_least": "80 %", "per": "month", "of": "event_at"}
OF_DATE = {"at_least": "80 %", "per": "month", "of": "day"}


def test_the_period_may_be_that_of_a_field(judge):
    history = History().add("opened", MARCH).add("dated", MARCH, event_at="2026-05-10T00:00:00Z", day="2026-06-30")
    history.add("closed", MARCH)
    assert only(judged(judge, OF_INSTANT, history), subject="S").period == "2026-05"
    assert only(judged(judge, OF_DATE, history), subject="S").period == "2026-06"


@pytest.mark.parametrize(
    ("zone", "at", "label"),
    [("America/Toronto", "2026-05-01T03:59:59.999999Z", "2026-04"), ("UTC", "2026-05-01T03:59:59Z", "2026-05")],
)
def test_the_instant_of_a_field_counts_in_the_zone_of_the_agreement(judge, zone, at, label):
    history = History().add("opened", MARCH).add("dated", MARCH, event_at=at)
    assert only(judged(judge, OF_INSTANT, history, timezone=zone), subject="S").period == label


def test_the_date_of_a_field_is_that_date_in_every_zone(judge):
    history = History().add("opened", MARCH).add("dated", MARCH, day="2026-05-01")
    for zone in ("America/Toronto", "UTC", "Asia/Tokyo"):
        assert only(judged(judge, OF_DATE, history, timezone=zone), subject="S").period == "2026-05"


def test_the_field_is_read_at_the_stop(judge):
    history = History().add("opened", MARCH).add("dated", MARCH, event_at="2026-05-10T00:00:00Z")
    history.add("closed", "2026-03-10T12:30:00Z").add("dated", "2026-03-11T00:00:00Z", event_at="2026-07-10T00:00:00Z")
    assert only(judged(judge, OF_INSTANT, history), subject="S").period == "2026-05"


def test_the_field_is_read_at_as_of_while_open(judge):
    history = History().add("opened", MARCH).add("dated", MARCH, event_at="2026-05-10T00:00:00Z")
    history.add("dated", "2026-03-11T00:00:00Z", event_at="2026-07-10T00:00:00Z")
    assert only(judged(judge, OF_INSTANT, history, "2026-03-10T23:59:59Z"), subject="S").period == "2026-05"
    assert only(judged(judge, OF_INSTANT, history), subject="S").period == "2026-07"


def test_without_the_field_an_instance_counts_in_no_period_and_a_finding_says_so(judge):
    verdicts = judged(judge, OF_INSTANT, History("T-1").add("opened", MARCH).add("closed", MARCH))
    assert (only(verdicts).outcome, only(verdicts).period) == ("met", None)
    assert kinds(verdicts) == ["no_period"]
    assert verdicts.findings[0].subject == "T-1"


def test_a_retargeted_instance_moves_to_the_other_period_with_its_field(judge):
    history = History().add("opened", MARCH).add("dated", MARCH, event_at="2026-03-20T00:00:00Z")
    history.add("dated", "2026-03-10T12:20:00Z", event_at="2026-04-20T00:00:00Z").add("closed", "2026-03-10T12:30:00Z")
    found = periods(judged(judge, OF_INSTANT, history, "2026-05-01T00:00:00Z"))
    assert [(verdict.period, verdict.outcome) for verdict in found] == [("2026-04", "met")]
