"""Which instances there are: starts, matches, `applies`, `where`, `when`, and the time in force."""

from datetime import timedelta

import pendulum
import pytest

from tests.conftest import History, agreement, kinds, only

T0, T30, T60, T90 = (f"2026-03-02T{time}:00Z" for time in ("14:00", "14:30", "15:00", "15:30"))
LATER = "2026-03-09T00:00:00Z"
TEXT = {"kind": "text"}
EVENTS = {
    "opened": {"channel": TEXT, "by": TEXT, "vip": {"kind": "boolean"}},
    "answered": {"by": TEXT, "sites": {"kind": "integer"}},
    "closed": {},
    "cancelled": {},
    "channel.changed": {"channel": TEXT},
    "vip.changed": {"vip": {"kind": "boolean"}},
    "promised": {"until": {"kind": "instant"}},
}
PLAIN = {"start": "opened", "stop": "closed", "cancel": "cancelled", "limit": "1 h"}
EACH = {**PLAIN, "occurrence": "each"}


def judged(judge, policy, history, as_of=None, **parts):
    return judge(agreement(policy, **{"events": EVENTS, **parts}), history.events, as_of=as_of)


# --- first and each ---------------------------------------------------------------------------------------------


def test_only_the_first_start_counts_unless_said(judge):
    history = History().add("opened", T0).add("opened", T30).add("closed", T90)
    verdict = only(judged(judge, PLAIN, history))
    assert (verdict.outcome, verdict.start) == ("breached", pendulum.parse(T0))


@pytest.mark.parametrize("end", ["closed", "cancelled"])
def test_there_is_one_instance_a_match_whatever_became_of_it(judge, end):
    history = History().add("opened", T0).add(end, T30).add("opened", T60).add("closed", LATER)
    verdict = only(judged(judge, PLAIN, history))
    assert verdict.outcome == ("met" if end == "closed" else "void")
    assert verdict.elapsed == timedelta(minutes=30)


@pytest.mark.parametrize("end", ["closed", "cancelled"])
def test_with_each_a_start_after_a_stop_or_cancel_opens_the_next(judge, end):
    history = History().add("opened", T0).add(end, T30).add("opened", T60).add("closed", LATER)
    first, second = judged(judge, EACH, history)
    assert first.outcome == ("met" if end == "closed" else "void")
    assert (second.outcome, second.start) == ("breached", pendulum.parse(T60))


def test_with_each_a_start_while_one_is_open_opens_none(judge):
    history = History().add("opened", T0).add("opened", T30).add("closed", T60).add("closed", T90)
    verdict = only(judged(judge, EACH, history))
    assert (verdict.outcome, verdict.elapsed) == ("met", timedelta(hours=1))


def test_with_each_a_breached_instance_stays_open_until_it_is_stopped(judge):
    history = History().add("opened", T0).add("opened", LATER)
    verdict = only(judged(judge, EACH, history))
    assert (verdict.outcome, verdict.start) == ("breached", pendulum.parse(T0))


def test_the_subject_of_a_verdict_is_its_case_and_cases_do_not_mix(judge):
    history = History().add("opened", T0, subject="A").add("opened", T0, subject="B").add("closed", T30, subject="B")
    verdicts = judged(judge, PLAIN, history, T90)
    assert only(verdicts, subject="A").outcome == "breached"
    assert only(verdicts, subject="B").outcome == "met"
    assert [verdict.key for verdict in verdicts] == [("A",), ("B",)]


def test_several_types_may_start_and_stop(judge):
    policy = {**PLAIN, "start": ["opened", "promised"], "stop": ["closed", "answered"]}
    history = History().add("promised", T0, subject="A").add("answered", T30, subject="A")
    history.add("opened", T0, subject="B").add("closed", T30, subject="B")
    assert [verdict.outcome for verdict in judged(judge, policy, history)] == ["met", "met"]


# --- applies ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("applies", "there"),
    [
        ({"channel": "web"}, True),
        ({"channel": "mail"}, False),
        ({"channel": {"in": ["mail", "web"]}}, True),
        ({"channel": {"not_in": ["mail", "web"]}}, False),
        ({"channel": {"ne": "web"}}, False),
        ({"by": {"ne": "us"}}, True),  # missing
        ({"by": {"not_in": ["us"]}}, True),
        ({"by": "us"}, False),
        ({"by": {"in": ["us"]}}, False),
        ({"by": {"exists": False}}, True),
        ({"by": {"exists": True}}, False),
        ({"not": {"by": "us"}}, True),
        ({"any": [{"by": "us"}, {"channel": "web"}]}, True),
        ({"all": [{"by": "us"}, {"channel": "web"}]}, False),
        ({"vip": True}, False),
        ({"channel": {"eq": {"field": "by"}}}, False),
    ],
)
def test_a_policy_yields_an_instance_where_it_applies(judge, applies, there):
    history = History().add("opened", T0, channel="web").add("closed", T30)
    verdicts = judged(judge, {**PLAIN, "applies": applies}, history)
    assert len(verdicts) == there
    assert kinds(verdicts) == []


def test_applies_reads_the_case_at_its_start(judge):
    policy = {**PLAIN, "applies": {"channel": "web"}}
    left = History().add("opened", T0, channel="web").add("channel.changed", T30, channel="mail").add("closed", T90)
    assert only(judged(judge, policy, left)).outcome == "breached"
    came = History().add("opened", T0, channel="mail").add("channel.changed", T30, channel="web").add("closed", T90)
    assert judged(judge, policy, came) == []
    before = History().add("channel.changed", "2026-03-02T13:00:00Z", channel="web").add("opened", T0)
    assert len(judged(judge, policy, before)) == 1


def test_the_start_to_which_a_policy_applies_is_the_first_one(judge):
    """The design does not say whether a start to which the policy does not apply uses up `first`: it does not."""
    policy = {**PLAIN, "applies": {"channel": "web"}}
    history = History().add("opened", T0, channel="mail").add("opened", T60, channel="web").add("closed", T90)
    verdict = only(judged(judge, policy, history))
    assert (verdict.start, verdict.outcome) == (pendulum.parse(T60), "met")


# --- match ------------------------------------------------------------------------------------------------------

SITES = {
    "ordered": {"site": TEXT, "size": {"kind": "integer"}},
    "built": {"site": TEXT},
    "withdrawn": {"site": TEXT},
    "project.closed": {"why": TEXT},
    "size.changed": {"site": TEXT, "size": {"kind": "integer"}},
}
BY_SITE = {
    "start": "ordered",
    "stop": ["built", "project.closed"],
    "cancel": "withdrawn",
    "match": ["subject", "site"],
    "limit": "1 h",
}


def test_each_value_of_a_match_field_is_a_case_of_its_own(judge):
    history = History().add("ordered", T0, site="north").add("ordered", T0, site="south")
    history.add("built", T30, site="north").add("built", T90, site="south")
    verdicts = judged(judge, BY_SITE, history, events=SITES)
    assert only(verdicts, key=("S", "north")).outcome == "met"
    assert only(verdicts, key=("S", "south")).outcome == "breached"
    assert {verdict.subject for verdict in verdicts} == {"S"}


def test_the_same_site_of_another_subject_is_another_case(judge):
    history = History().add("ordered", T0, site="north").add("built", T30, site="north", subject="another")
    verdict = only(judged(judge, BY_SITE, history, events=SITES))
    assert (verdict.key, verdict.outcome) == (("S", "north"), "pending")


def test_an_event_without_the_field_belongs_to_every_case_of_its_subject(judge):
    history = History().add("ordered", T0, site="north").add("ordered", T0, site="south").add("project.closed", T30)
    history.add("ordered", T0, site="north", subject="another")
    verdicts = judged(judge, BY_SITE, history, events=SITES)
    assert only(verdicts, key=("S", "north")).outcome == "met"
    assert only(verdicts, key=("S", "south")).outcome == "met"
    assert only(verdicts, key=("another", "north")).outcome == "pending"


def test_an_event_without_the_field_is_in_its_place_in_the_order_of_each_case(judge):
    history = History().add("ordered", T0, site="north").add("withdrawn", T60, site="north")
    history.add("project.closed", T30)
    verdict = only(judged(judge, BY_SITE, history, events=SITES))
    assert (verdict.outcome, verdict.stop) == ("met", pendulum.parse(T30))


def test_the_attributes_of_a_case_are_those_of_its_own_events_and_of_general_ones(judge):
    policy = {**BY_SITE, "limit": {"each": "30 min", "times": "size"}}
    history = History().add("ordered", T0, site="north", size=1).add("ordered", T0, site="south", size=2)
    history.add("size.changed", T0, site="south", size=3).add("ordered", T0, site="west")
    history.add("size.changed", T30, size=4)
    verdicts = judged(judge, policy, history, T0, events=SITES)
    assert only(verdicts, key=("S", "north")).limit == timedelta(minutes=30)
    assert only(verdicts, key=("S", "south")).limit == timedelta(minutes=60)  # the start event comes last
    assert only(verdicts, key=("S", "west")).outcome == "undetermined"
    for site in ("north", "south", "west"):
        assert only(judged(judge, policy, history, events=SITES), key=("S", site)).limit == timedelta(minutes=120)


def test_a_general_stop_of_a_subject_without_any_case_is_a_finding(judge):
    """Total: every event is either judged or listed as a finding; nothing is skipped silently."""
    verdicts = judged(judge, BY_SITE, History().add("project.closed", T30), events=SITES)
    assert (list(verdicts), kinds(verdicts)) == ([], ["stop_without_start"])


INVOICES = {
    "month.ended": {"customer": TEXT, "month": {"kind": "month"}},
    "invoice.sent": {"customer": TEXT, "month": {"kind": "month"}},
}
ACROSS = {"start": "month.ended", "stop": "invoice.sent", "match": ["customer", "month"], "limit": "1 h"}


def test_a_match_may_go_across_subjects(judge):
    history = History().add("month.ended", T0, subject="calendar", customer="acme", month="2026-02")
    history.add("month.ended", T0, subject="calendar", customer="umbrella", month="2026-02")
    history.add("invoice.sent", T30, subject="I-1", customer="umbrella", month="2026-02")
    history.add("invoice.sent", T30, subject="I-2", customer="acme", month="2026-01")
    verdicts = judged(judge, ACROSS, history, T90, events=INVOICES)
    acme = only(verdicts, key=("acme", "2026-02"))
    umbrella = only(verdicts, key=("umbrella", "2026-02"))
    assert (acme.outcome, umbrella.outcome) == ("breached", "met")
    assert (acme.subject, umbrella.subject) == ("calendar", "calendar")
    assert kinds(verdicts) == ["stop_without_start"]


def test_where_subject_is_not_in_the_match_an_event_without_a_field_belongs_to_none(judge):
    history = History("X").add("month.ended", T0, customer="acme", month="2026-02")
    history.add("invoice.sent", T30, customer="acme").add("invoice.sent", T30, month="2026-02")
    verdict = only(judged(judge, ACROSS, history, T90, events=INVOICES))
    assert (verdict.key, verdict.outcome) == (("acme", "2026-02"), "breached")


def test_an_integer_may_be_a_match_field(judge):
    events = {"opened": {"line": {"kind": "integer"}}, "closed": {"line": {"kind": "integer"}}}
    policy = {"start": "opened", "stop": "closed", "match": ["subject", "line"], "limit": "1 h"}
    history = History().add("opened", T0, line=1).add("opened", T0, line=2).add("closed", T30, line=2)
    verdicts = judged(judge, policy, history, events=events)
    assert [verdict.outcome for verdict in verdicts] == ["pending", "met"]


# --- where and when ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("by", "expected"), [("us", "met"), ("them", "pending"), (None, "pending")])
def test_where_reads_a_field_that_the_type_declares_from_the_event_alone(judge, by, expected):
    policy = {**PLAIN, "stop": {"type": "answered", "where": {"by": "us"}}}
    data = {} if by is None else {"by": by}
    history = History().add("opened", T0, by="us").add("answered", T30, **data)
    assert only(judged(judge, policy, history)).outcome == expected


@pytest.mark.parametrize(("channel", "expected"), [("web", "met"), ("mail", "pending")])
def test_where_reads_other_fields_from_the_case(judge, channel, expected):
    policy = {**PLAIN, "stop": {"type": "answered", "where": {"channel": "web"}}}
    history = History().add("opened", T0, channel=channel).add("answered", T30)
    assert only(judged(judge, policy, history)).outcome == expected


def test_where_reads_the_case_as_it_is_at_the_event(judge):
    policy = {**PLAIN, "stop": {"type": "answered", "where": {"channel": "web"}}}
    history = History().add("opened", T0, channel="mail").add("answered", "2026-03-02T14:10:00Z")
    history.add("channel.changed", T30, channel="web").add("answered", "2026-03-02T14:40:00Z")
    assert only(judged(judge, policy, history)).stop == pendulum.parse("2026-03-02T14:40:00Z")


@pytest.mark.parametrize(
    ("at", "expected"),
    [("2026-03-02T14:29:59.999999Z", "pending"), (T30, "met"), ("2026-03-02T14:30:00.000001Z", "met")],
)
def test_where_reads_the_time_of_the_event_and_compares_with_other_fields(judge, at, expected):
    policy = {**PLAIN, "stop": {"type": "closed", "where": {"time": {"ge": {"field": "until"}}}}}
    history = History().add("opened", T0).add("promised", T0, until="2026-03-02T15:30:00+01:00").add("closed", at)
    assert only(judged(judge, policy, history)).outcome == expected


def test_where_of_a_start_decides_whether_it_is_one(judge):
    policy = {**PLAIN, "start": {"type": "opened", "where": {"channel": "web"}}}
    history = History().add("opened", T0, channel="mail").add("opened", T30, channel="web")
    assert only(judged(judge, policy, history)).start == pendulum.parse(T30)


def test_where_of_a_cancel_decides_whether_it_is_one(judge):
    policy = {**PLAIN, "cancel": {"type": "answered", "where": {"sites": {"gt": 75}}}}
    history = History().add("opened", T0).add("answered", T30, sites=75)
    assert only(judged(judge, policy, history)).outcome == "pending"
    assert only(judged(judge, policy, history.add("answered", T30, sites=76))).outcome == "void"


@pytest.mark.parametrize(("vip", "expected"), [(True, "met"), (False, "pending"), (None, "pending")])
def test_a_stop_counts_when_its_condition_holds_of_the_case_at_its_start(judge, vip, expected):
    policy = {**PLAIN, "stop": ["closed", {"type": "answered", "when": {"vip": True}}]}
    history = History().add("opened", T0, **({} if vip is None else {"vip": vip})).add("answered", T30)
    history.add("vip.changed", "2026-03-02T14:10:00Z", vip=not vip)
    assert only(judged(judge, policy, history)).outcome == expected
    assert only(judged(judge, policy, history.add("closed", T60))).outcome == "met"


def test_where_and_when_of_a_stop_must_both_hold(judge):
    policy = {**PLAIN, "stop": {"type": "answered", "where": {"by": "us"}, "when": {"vip": True}}}
    for vip, by, expected in ((True, "us", "met"), (True, "them", "pending"), (False, "us", "pending")):
        history = History().add("opened", T0, vip=vip).add("answered", T30, by=by)
        assert only(judged(judge, policy, history)).outcome == expected


def test_a_stop_whose_condition_fails_leaves_the_cancel_of_the_same_instant(judge):
    policy = {**PLAIN, "stop": {"type": "answered", "when": {"vip": True}}}
    history = History().add("opened", T0, vip=False).add("answered", T30).add("cancelled", T30)
    assert only(judged(judge, policy, history)).outcome == "void"


# --- in force ---------------------------------------------------------------------------------------------------

FORCE = {"from": "2026-03-02", "to": "2026-04-01"}


@pytest.mark.parametrize(
    ("start", "there"),
    [
        ("2026-03-02T04:59:59.999999Z", False),
        ("2026-03-02T05:00:00Z", True),  # midnight in Toronto, winter time
        ("2026-04-01T03:59:59.999999Z", True),
        ("2026-04-01T04:00:00Z", False),  # midnight in Toronto, summer time
    ],
)
def test_a_case_that_starts_while_the_agreement_is_not_in_force_gets_no_verdict_and_a_finding(judge, start, there):
    history = History().add("opened", start).add("closed", LATER if start < LATER else "2026-04-02T00:00:00Z")
    verdicts = judged(judge, PLAIN, history, in_force=FORCE, timezone="America/Toronto")
    assert len(verdicts) == there
    assert kinds(verdicts) == ([] if there else ["not_in_force"])


def test_a_case_is_judged_by_the_terms_in_force_when_it_started(judge):
    history = History().add("opened", "2026-03-31T12:00:00Z").add("closed", "2026-04-20T12:00:00Z")
    verdicts = judged(judge, PLAIN, history, in_force=FORCE)
    assert only(verdicts).outcome == "breached"
    assert (only(verdicts).version, kinds(verdicts)) == ("2026-03-02", [])


def test_the_finding_of_a_case_out_of_force_names_the_event(judge):
    history = History("T-1").add("opened", "2026-02-01T12:00:00Z", id="first")
    finding = judged(judge, PLAIN, history, in_force=FORCE).findings[0]
    assert (finding.kind, finding.event, finding.subject) == ("not_in_force", "first", "T-1")
