"""Recorded values that must be those of a decision table."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

import sla_rules as sla
from tests.conftest import History, agreement, kinds, only

FLAG = {"kind": "boolean"}
LEVEL = {"kind": "text", "values": ["SL1", "SL2", "SL3", "SL4"]}
EVENTS = {
    "opened": {
        "severity": LEVEL,
        "outage": FLAG,
        "impaired": FLAG,
        "degraded": FLAG,
        "sites": {"kind": "integer"},
        "vip": FLAG,
        "day": {"kind": "date"},
    },
    "changed": {"severity": LEVEL, "outage": FLAG, "vip": FLAG, "day": {"kind": "date"}},
    "warned": {},
}
ROWS = [
    {"when": {"outage": True}, "value": "SL4"},
    {"when": {"impaired": True}, "value": "SL3"},
    {"when": {"degraded": True}, "value": "SL2"},
]
POLICY = {"kind": "classification", "start": "opened", "value": "severity", "table": [*ROWS, {"value": "SL1"}]}
PARTIAL = {**POLICY, "table": ROWS}
T0, T1 = "2026-03-02T14:00:00Z", "2026-03-02T15:00:00Z"


def judged(judge, policy, history=None, /, *, with_=None, **data):
    history = history or History("T-1").add("opened", T0, id="e1", **data)
    return judge(agreement(policy, **{"events": EVENTS, **(with_ or {})}), history.events)


def outcome(judge, policy, **data):
    return str(only(judged(judge, policy, **data)).outcome)


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        ({"outage": True}, "SL4"),
        ({"outage": True, "impaired": True, "degraded": True}, "SL4"),  # the first match
        ({"outage": False, "impaired": True, "degraded": True}, "SL3"),
        ({"impaired": True}, "SL3"),
        ({"degraded": True}, "SL2"),
        ({"outage": False}, "SL1"),  # the row that takes all that is left
        ({"outage": False, "impaired": False, "degraded": False}, "SL1"),
    ],
)
def test_the_first_row_that_holds_decides(judge, facts, expected):
    for severity in LEVEL["values"]:
        verdict = only(judged(judge, POLICY, severity=severity, **facts))
        assert verdict.outcome == ("met" if severity == expected else "breached")
        assert (severity in verdict.reason, expected in verdict.reason) == (True, True)


@pytest.mark.parametrize("data", [{}, {"outage": None}, {"sites": 3}])
def test_a_start_with_none_of_the_facts_has_no_verdict(judge, data):
    verdicts = judged(judge, POLICY, severity="SL1", **data)
    assert (list(verdicts), kinds(verdicts)) == ([], [])


def test_facts_of_the_wrong_kind_are_none(judge):
    verdicts = judged(judge, POLICY, severity="SL1", outage="true")
    assert (list(verdicts), kinds(verdicts)) == ([], ["wrong_value"])
    assert verdicts.findings[0].event == "e1"


@pytest.mark.parametrize("data", [{}, {"severity": None}, {"severity": "SL9"}, {"severity": 4}])
def test_without_the_recorded_value_it_is_undetermined(judge, data):
    verdict = only(judged(judge, POLICY, outage=True, **data))
    assert verdict.outcome == "undetermined"
    assert "`severity`" in verdict.reason


def test_a_table_without_a_row_for_the_facts_leaves_it_undetermined(judge):
    verdict = only(judged(judge, PARTIAL, outage=False, severity="SL1"))
    assert verdict.outcome == "undetermined"
    assert "row" in verdict.reason
    assert outcome(judge, PARTIAL, outage=True, severity="SL4") == "met"
    assert outcome(judge, PARTIAL, degraded=True, severity="SL4") == "breached"
    assert not judged(judge, PARTIAL, severity="SL1")


def test_conditions_may_be_of_any_form(judge):
    table = [
        {"when": {"any": [{"outage": True}, {"sites": {"gt": 75}}]}, "value": "SL4"},
        {"when": {"not": {"impaired": True}}, "value": "SL1"},
        {"value": "SL3"},
    ]
    policy = {**POLICY, "table": table}
    assert outcome(judge, policy, sites=76, severity="SL4") == "met"
    assert outcome(judge, policy, sites=75, severity="SL1") == "met"
    assert outcome(judge, policy, impaired=True, severity="SL3") == "met"


def test_it_reads_the_data_of_the_start_alone(judge):
    """Not the attributes of the case: neither what came before, nor what is corrected later."""
    history = History("T-1").add("changed", T0, id="e0", outage=True, severity="SL4")
    history.add("opened", T1, id="e1", degraded=True, severity="SL2").add("changed", T1, id="e2", severity="SL1")
    assert only(judged(judge, POLICY, history)).outcome == "met"
    history = History("T-1").add("changed", T0, id="e0", severity="SL4").add("opened", T1, id="e1", outage=True)
    assert only(judged(judge, POLICY, history)).outcome == "undetermined"
    history = History("T-1").add("changed", T0, id="e0", outage=True).add("opened", T1, id="e1", severity="SL4")
    assert not judged(judge, POLICY, history)


@pytest.mark.parametrize(
    ("field", "values"),
    [
        ({"kind": "integer"}, (3, 4)),
        ({"kind": "decimal"}, (1.5, 2)),
        ({"kind": "boolean"}, (True, False)),
        ({"kind": "month"}, ("2026-03", "2026-04")),
        ({"kind": "date"}, ("2026-03-02", "2026-03-03")),
        ({"kind": "instant"}, ("2026-03-02T14:00:00Z", "2026-03-02T16:00:00Z")),
    ],
)
def test_the_value_may_be_of_any_kind(judge, field, values):
    """Design, *Kinds of policy*: breached when the recorded value differs from the decision table's."""
    events = {"opened": {"level": field, "outage": FLAG}}
    table = [{"when": {"outage": True}, "value": values[0]}, {"value": values[1]}]
    policy = {**POLICY, "value": "level", "table": table}
    for recorded in values:
        verdict = only(judged(judge, policy, with_={"events": events}, outage=True, level=recorded))
        assert verdict.outcome == ("met" if recorded == values[0] else "breached")


# --- occurrence, applies, exemptions, in force, objectives ------------------------------------------------------


def test_first_is_the_default_and_each_judges_every_start(judge):
    history = History("T-1").add("opened", T0, id="e1", outage=True, severity="SL4")
    history.add("opened", T1, id="e2", outage=True, severity="SL1")
    assert [verdict.evidence for verdict in judged(judge, POLICY, history)] == [("e1",)]
    verdicts = judged(judge, {**POLICY, "occurrence": "each"}, history)
    assert [verdict.outcome for verdict in verdicts] == ["met", "breached"]


def test_applies_and_where_choose_the_start(judge):
    history = History("T-1").add("opened", T0, id="e1", outage=True, severity="SL1", vip=False)
    history.add("opened", T1, id="e2", outage=True, severity="SL4", vip=True)
    assert only(judged(judge, {**POLICY, "applies": {"vip": True}}, history)).evidence == ("e2",)
    where = {"type": "opened", "where": {"vip": True}}
    assert only(judged(judge, {**POLICY, "start": where}, history)).evidence == ("e2",)


EXEMPT = {
    **POLICY,
    "exemptions": [{"id": "vip", "clause": "other", "when": {"vip": True}}, {"id": "told", "preceded_by": "warned"}],
}


@pytest.mark.parametrize("severity", ["SL4", "SL1", None])
def test_an_exempt_one_is_exempt_right_wrong_or_unknown(judge, severity):
    verdict = only(judged(judge, EXEMPT, outage=True, severity=severity, vip=True))
    assert (verdict.outcome, verdict.exempted_by, verdict.clauses) == ("exempt", ("vip",), ("c", "other"))
    assert verdict.reason.startswith("Exempt by `vip`")


@pytest.mark.parametrize(("second", "exempt"), [("13:00:00", True), ("14:00:00", True), ("14:00:00.000001", False)])
def test_an_exemption_rests_on_what_came_at_or_before_the_start(judge, second, exempt):
    """A record is judged at its instant (the reading of the code: it is its own stop)."""
    history = History("T-1").add("opened", T0, id="e1", outage=True, severity="SL1")
    history.add("warned", f"2026-03-02T{second}Z", id="e2")
    verdict = only(judged(judge, EXEMPT, history))
    assert (verdict.outcome, "e2" in verdict.evidence) == ("exempt" if exempt else "breached", exempt)


def test_a_start_outside_the_time_in_force_is_a_finding_and_no_verdict(judge):
    verdicts = judged(judge, POLICY, with_={"in_force": {"from": "2026-03-03"}}, outage=True, severity="SL1")
    assert (list(verdicts), kinds(verdicts)) == ([], ["not_in_force"])
    assert verdicts.findings[0].event == "e1"


def test_undetermined_ones_are_counted_beside_the_period(judge):
    policy = {**POLICY, "objective": {"at_least": "50 %", "per": "day", "of": "day"}}
    history = History()
    for number, severity in enumerate(["SL4", "SL1", None]):
        history.add("opened", T0, subject=f"T-{number}", outage=True, severity=severity, day="2026-02-02")
    period = only(judged(judge, policy, history), subject="")
    assert (period.outcome, period.period, period.met, period.counted) == ("met", "2026-02-02", 1, 2)
    assert "1 undetermined" in period.reason


def test_the_reason_has_the_recorded_the_expected_and_the_facts(judge):
    verdict = only(judged(judge, POLICY, degraded=True, outage=False, severity="SL4"))
    for part in ("`severity`", "SL4", "SL2", "degraded true", "outage false"):
        assert part in verdict.reason
    assert (verdict.clauses, verdict.evidence, verdict.subject) == (("c",), ("e1",), "T-1")


facts = st.sampled_from([None, True, False])


@given(outage=facts, impaired=facts, degraded=facts, severity=st.sampled_from([None, *LEVEL["values"]]))
def test_law_the_table_read_from_top_to_bottom(judge, outage, impaired, degraded, severity):
    data = {"outage": outage, "impaired": impaired, "degraded": degraded, "severity": severity}
    event = sla.Event(id="e", type="opened", subject="T", time=T0, data=data)
    verdicts = judge(agreement(POLICY, events=EVENTS), [event])
    if {outage, impaired, degraded} == {None}:
        assert not verdicts
        return
    expected = "SL4" if outage else "SL3" if impaired else "SL2" if degraded else "SL1"
    named = "undetermined" if severity is None else "met" if severity == expected else "breached"
    assert only(verdicts).outcome == named
