"""What is remarkable about the data is a finding, and no verdict is lost by it."""

import pytest

import sla_rules as sla
from tests.conftest import History, agreement, kinds, only

EVENTS = {
    "opened": {
        "priority": {"kind": "text", "values": ["P1", "P2"], "required": True},
        "sites": {"kind": "integer"},
        "wanted": {"kind": "instant"},
        "cost": {"kind": "decimal"},
        "rush": {"kind": "boolean"},
        "day": {"kind": "date"},
        "month": {"kind": "month"},
    },
    "booked": {
        "begin": {"kind": "instant", "not_before": "time"},
        "end": {"kind": "instant", "not_before": "begin"},
    },
    "closed": {},
}
PLAIN = {"start": "opened", "stop": "closed", "limit": "1 h"}
BY_PRIORITY = {**PLAIN, "limit": {"by": "priority", "table": {"P1": "1 h", "P2": "2 h"}}}
T0, T30, T60, T90 = (f"2026-03-02T{time}:00Z" for time in ("14:00", "14:30", "15:00", "15:30"))


def judged(judge, history, policy=PLAIN, as_of=None, **parts):
    return judge(agreement(policy, **{"events": EVENTS, **parts}), history.events, as_of=as_of)


def test_data_that_are_in_order_give_no_finding(judge):
    history = History().add(
        "opened", T0, priority="P1", sites=3, cost=1.5, rush=False, day="2026-03-02", month="2026-03"
    )
    assert kinds(judged(judge, history.add("closed", T30))) == []


# --- stops without starts ---------------------------------------------------------------------------------------


def test_a_stop_without_a_start_is_a_finding(judge):
    verdicts = judged(judge, History("T-1").add("closed", T30, id="lonely"))
    assert (list(verdicts), kinds(verdicts)) == ([], ["stop_without_start"])
    assert (verdicts.findings[0].event, verdicts.findings[0].subject) == ("lonely", "T-1")


def test_a_stop_before_its_start_is_a_finding_and_stops_nothing(judge):
    history = History().add("closed", "2026-03-02T13:59:59.999999Z").add("opened", T0, priority="P1")
    verdicts = judged(judge, history, as_of=T90)
    assert (only(verdicts).outcome, kinds(verdicts)) == ("breached", ["stop_without_start"])


def test_each_stop_without_a_start_is_a_finding_of_its_own(judge):
    verdicts = judged(judge, History().add("closed", T0).add("closed", T30).add("closed", T30, subject="another"))
    assert kinds(verdicts) == ["stop_without_start"] * 3


def test_a_stop_after_the_instance_has_ended_is_no_finding(judge):
    history = History().add("opened", T0, priority="P1").add("closed", T30).add("closed", T60)
    assert kinds(judged(judge, history)) == []


def test_a_stop_of_a_case_to_which_the_policy_does_not_apply_is_no_finding(judge):
    policy = {**PLAIN, "applies": {"priority": "P2"}}
    history = History().add("opened", T0, priority="P1").add("closed", T30)
    verdicts = judged(judge, history, policy)
    assert (list(verdicts), kinds(verdicts)) == ([], [])


# --- fields -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("data", [{}, {"priority": None}])
def test_a_missing_required_field_is_a_finding_and_the_event_stays(judge, data):
    history = History("T-1").add("opened", T0, id="first", **data).add("closed", T30)
    verdicts = judged(judge, history)
    assert (only(verdicts).outcome, kinds(verdicts)) == ("met", ["missing_field"])
    finding = verdicts.findings[0]
    assert (finding.event, finding.subject) == ("first", "T-1")
    assert "priority" in finding.message
    assert only(judged(judge, history, BY_PRIORITY)).outcome == "undetermined"


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("priority", "P9"),
        ("priority", 1),
        ("sites", "3"),
        ("sites", 1.5),
        ("sites", True),
        ("cost", "1.5"),
        ("cost", float("nan")),
        ("rush", "true"),
        ("rush", 1),
        ("wanted", "2026-03-02"),
        ("wanted", "2026-03-02T12:00:00"),
        ("wanted", "now"),
        ("day", "2026-03-02T12:00:00Z"),
        ("day", "2026-02-30"),
        ("month", "2026-13"),
        ("month", "2026-03-01"),
    ],
)
def test_a_wrong_value_is_a_finding_and_the_event_stays(judge, field, value):
    history = History("T-1").add("opened", T0, id="first", **({"priority": "P1"} | {field: value})).add("closed", T30)
    verdicts = judged(judge, history)
    assert (only(verdicts).outcome, kinds(verdicts)) == ("met", ["wrong_value"])
    finding = verdicts.findings[0]
    assert (finding.event, finding.subject) == ("first", "T-1")
    assert field in finding.message


def test_a_wrong_value_counts_as_missing(judge):
    history = History().add("opened", T0, priority="P9").add("closed", T30)
    verdicts = judged(judge, history, BY_PRIORITY)
    assert (only(verdicts).outcome, kinds(verdicts)) == ("undetermined", ["wrong_value"])


def test_a_wrong_value_leaves_the_one_before_in_place(judge):
    events = {**EVENTS, "changed": {"priority": {"kind": "text", "values": ["P1", "P2"]}}}
    history = History().add("opened", T0, priority="P2").add("changed", T30, priority="P9").add("closed", T90)
    verdicts = judged(judge, history, BY_PRIORITY, events=events)
    assert (only(verdicts).outcome, kinds(verdicts)) == ("met", ["wrong_value"])


def test_a_value_that_another_event_allows_is_wrong_in_this_one(judge):
    events = {**EVENTS, "changed": {"priority": {"kind": "text", "values": ["P1", "P2", "P3"]}}}
    limit = {"by": "priority", "table": {"P1": "1 h", "P2": "2 h", "P3": "3 h"}}
    history = History().add("opened", T0, priority="P3").add("closed", T30)
    verdicts = judged(judge, history, {**PLAIN, "limit": limit}, events=events)
    assert (only(verdicts).outcome, kinds(verdicts)) == ("undetermined", ["wrong_value"])


def test_a_misspelt_field_is_a_finding(judge):
    verdicts = judged(judge, History().add("opened", T0, priority="P1", sitse=3).add("closed", T30))
    assert (only(verdicts).outcome, kinds(verdicts)) == ("met", ["unknown_field"])
    assert "sites" in verdicts.findings[0].message


@pytest.mark.parametrize(("begin", "end"), [("2026-03-02T13:59:59.999999Z", T60), (T60, "2026-03-02T14:59:59.999999Z")])
def test_an_interval_that_ends_before_it_starts_is_a_finding(judge, begin, end):
    policy = {**PLAIN, "start": "booked"}
    history = History("T-1").add("booked", T0, id="first", begin=begin, end=end)
    verdicts = judged(judge, history, policy)
    assert (list(verdicts), kinds(verdicts)) == ([], ["interval_reversed"])
    assert (verdicts.findings[0].event, verdicts.findings[0].subject) == ("first", "T-1")


def test_an_interval_of_no_length_is_none_such(judge):
    history = History().add("booked", T0, begin=T0, end=T0)
    verdicts = judged(judge, history, {**PLAIN, "start": "booked"})
    assert (len(verdicts), kinds(verdicts)) == (1, [])


# --- types ------------------------------------------------------------------------------------------------------


def test_an_undeclared_type_is_one_counted_finding(judge):
    history = History().add("opened", T0, priority="P1")
    history.add("clsoed", T30).add("clsoed", T60, subject="another").add("clsoed", T60).add("stars.counted", T60)
    verdicts = judged(judge, history)
    assert only(verdicts).outcome == "pending"
    found = {finding.message: finding for finding in verdicts.findings}
    assert [finding.kind for finding in found.values()] == ["unknown_type"] * 2
    misspelt = next(finding for message, finding in found.items() if "`clsoed`" in message)
    other = next(finding for message, finding in found.items() if "`stars.counted`" in message)
    assert (misspelt.count, other.count) == (3, 1)
    assert "`closed`" in misspelt.message  # the nearest declared one
    assert "`closed`" not in other.message


def test_unknown_types_after_as_of_do_not_exist_yet(judge):
    history = History().add("opened", T0, priority="P1").add("clsoed", T60)
    assert kinds(judged(judge, history, as_of=T30)) == []


# --- what does not exist yet, and input that is none ------------------------------------------------------------


def test_findings_are_those_of_what_was_known(judge):
    history = History().add("opened", T0, priority="P1").add("opened", T60, subject="another", priority="P9")
    assert kinds(judged(judge, history, as_of=T30)) == []
    assert kinds(judged(judge, history)) == ["wrong_value"]


def test_findings_do_not_depend_on_the_order_of_the_input(judge):
    history = History().add("closed", T0).add("clsoed", T0).add("opened", T30, priority="P9").add("opened", T30)
    history.add("opened", T30, id="e003", priority="P1").add("closed", T60, subject="another")
    expected = judged(judge, history).findings
    assert len(expected) >= 5
    history.events.reverse()
    assert set(judged(judge, history).findings) == set(expected)


def test_one_bad_event_does_not_lose_the_verdicts_of_others(judge):
    history = History().add("opened", T0, subject="A", priority="P1").add("closed", T30, subject="A")
    history.add("opened", T0, subject="B", priority=["P1"], sites={"n": 1}, wanted=7).add("closed", T30, subject="B")
    history.add("opned", T0, subject="C").add("closed", T30, subject="C")
    verdicts = judged(judge, history, BY_PRIORITY)
    assert [(verdict.subject, verdict.outcome) for verdict in verdicts] == [("A", "met"), ("B", "undetermined")]
    assert kinds(verdicts) == ["stop_without_start", "unknown_type", "wrong_value", "wrong_value", "wrong_value"]


@pytest.mark.parametrize("time", ["2026-03-02T14:00:00", "now", "2026-03-02", "", None, 0])
def test_a_time_that_is_no_instant_is_refused_with_the_place(time):
    with pytest.raises(sla.InputError, match=r"e9.*time"):
        sla.Event(id="e9", type="opened", subject="S", time=time)


def test_a_window_of_an_undeclared_kind_is_refused(judge):
    window = sla.Window(kind="maintenence", start=T0, end=T30)
    with pytest.raises(sla.InputError, match="maintenence"):
        judge(agreement(PLAIN, events=EVENTS, windows={"maintenance": {}}), History().events, windows=[window])
