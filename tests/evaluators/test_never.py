"""Prohibitions: what must not happen at all, or not after an event."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

import sla_rules as sla
from sla_rules.instants import MINUTE, micros, moment
from tests.conftest import History, agreement, kinds, only

EVENTS = {
    "started": {
        "scheduled_end": {"kind": "instant"},
        "vip": {"kind": "boolean"},
        "refused": {"kind": "boolean"},
        "day": {"kind": "date"},
        "site": {"kind": "text"},
    },
    "ended": {"site": {"kind": "text"}},
    "dropped": {"by": {"kind": "text"}, "site": {"kind": "text"}},
    "lost": {},
    "warned": {},
    "changed": {"vip": {"kind": "boolean"}, "scheduled_end": {"kind": "instant"}, "day": {"kind": "date"}},
}
ALONE = {"kind": "never", "violated_by": "dropped"}
AFTER = {**ALONE, "for_each": "started"}
EACH = {**AFTER, "occurrence": "each"}
UNTIL = {**AFTER, "until": "ended"}
EITHER_ID_FIRST = pytest.mark.parametrize(("a", "b"), [("e1", "e2"), ("e2", "e1")])


def at(clock):
    return f"2026-03-02T{clock if clock.count(':') == 2 else clock + ':00'}Z"


def history(*steps, subject="S"):
    """Events such as `e1 started 14:00`, with data as a second item of a pair."""
    made = History(subject)
    for step in steps:
        words, data = (step, {}) if isinstance(step, str) else step
        id, type, clock = words.split()
        made.add(type, at(clock), id=id, **data)
    return made


def judged(judge, policy, *steps, as_of="20:00", **parts):
    return judge(agreement(policy, **{"events": EVENTS, **parts}), history(*steps).events, as_of=at(as_of))


def outcomes(verdicts):
    return [(verdict.evidence[0], str(verdict.outcome)) for verdict in verdicts]


# --- without for_each -------------------------------------------------------------------------------------------


def test_each_violating_event_is_an_instance_and_breached(judge):
    verdicts = judged(judge, ALONE, "e1 dropped 14:00", "e2 dropped 14:00", "e3 dropped 15:00", "e4 started 15:00")
    assert outcomes(verdicts) == [("e1", "breached"), ("e2", "breached"), ("e3", "breached")]
    assert [verdict.start for verdict in verdicts] == [moment(micros(at(each))) for each in ("14:00", "14:00", "15:00")]
    assert [verdict.stop for verdict in verdicts] == [verdict.start for verdict in verdicts]


def test_what_does_not_happen_has_no_verdict(judge):
    verdicts = judged(judge, ALONE, "e1 started 14:00", "e2 ended 15:00")
    assert (list(verdicts), kinds(verdicts)) == ([], [])


def test_only_what_where_selects_violates(judge):
    policy = {**ALONE, "violated_by": {"type": "dropped", "where": {"by": "provider"}}}
    steps = [("e1 dropped 14:00", {"by": "client"}), ("e2 dropped 15:00", {"by": "provider"}), "e3 dropped 16:00"]
    assert outcomes(judged(judge, policy, *steps)) == [("e2", "breached")]


def test_one_of_several_types_violates(judge):
    verdicts = judged(judge, {**ALONE, "violated_by": ["dropped", "lost"]}, "e1 lost 14:00", "e2 dropped 15:00")
    assert outcomes(verdicts) == [("e1", "breached"), ("e2", "breached")]


def test_applies_reads_the_case_at_the_violation(judge):
    policy = {**ALONE, "applies": {"vip": True}}
    steps = ["e1 dropped 14:00", ("e2 changed 15:00", {"vip": True}), "e3 dropped 15:00", "e4 dropped 16:00"]
    assert outcomes(judged(judge, policy, *steps)) == [("e3", "breached"), ("e4", "breached")]


# --- with for_each ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("clock", "outcome"),
    [
        ("13:59:59.999999", "met"),
        ("14:00", "breached"),
        ("14:00:00.000001", "breached"),
        ("19:59:59", "breached"),
        ("20:00", "breached"),
        ("20:00:00.000001", "met"),  # not known yet
    ],
)
@EITHER_ID_FIRST
def test_a_violation_counts_from_the_instant_of_the_start_on(judge, clock, outcome, a, b):
    verdict = only(judged(judge, AFTER, f"{a} started 14:00", f"{b} dropped {clock}"))
    assert (verdict.outcome, verdict.subject, verdict.key) == (outcome, "S", ("S",))
    assert verdict.start == moment(micros(at("14:00")))
    assert verdict.stop == (moment(micros(at(clock))) if outcome == "breached" else None)
    assert verdict.evidence == ((a, b) if outcome == "breached" else (a,))


@pytest.mark.parametrize("policy", [AFTER, EACH, UNTIL])
def test_it_is_met_until_violated_and_never_pending(judge, policy):
    assert only(judged(judge, policy, "e1 started 14:00", as_of="14:00")).outcome == "met"
    assert only(judged(judge, policy, "e1 started 14:00", "e2 dropped 14:30", as_of="14:29:59.999999")).outcome == "met"
    assert only(judged(judge, policy, "e1 started 14:00", "e2 dropped 14:30", as_of="14:30")).outcome == "breached"


def test_the_first_violation_decides_and_more_change_nothing(judge):
    verdict = only(judged(judge, AFTER, "e1 started 14:00", "e9 dropped 15:00", "e2 dropped 16:00"))
    assert (verdict.outcome, verdict.stop, verdict.evidence) == ("breached", moment(micros(at("15:00"))), ("e1", "e9"))


def test_the_violation_of_another_case_is_none(judge):
    events = history("e1 started 14:00").events + history("e2 dropped 15:00", subject="other").events
    verdicts = judge(agreement(AFTER, events=EVENTS), events)
    assert outcomes(verdicts) == [("e1", "met")]


@pytest.mark.parametrize(("scheduled", "outcome"), [("15:00:00.000001", "met"), ("15:00", "breached"), (None, "met")])
def test_where_compares_the_time_with_a_field_of_the_case(judge, scheduled, outcome):
    where = {"by": "provider", "time": {"ge": {"field": "scheduled_end"}}}
    policy = {**AFTER, "violated_by": {"type": "dropped", "where": where}}
    data = {} if scheduled is None else {"scheduled_end": at(scheduled)}
    steps = [("e1 started 14:00", data), ("e2 dropped 15:00", {"by": "provider"})]
    assert only(judged(judge, policy, *steps)).outcome == outcome


@pytest.mark.parametrize("clock", ["14:30", "15:00"])
@EITHER_ID_FIRST
def test_where_reads_the_case_as_it_is_at_the_violation_changes_of_its_instant_included(judge, clock, a, b):
    policy = {**AFTER, "violated_by": {"type": "dropped", "where": {"vip": True}}}
    steps = ["e0 started 14:00", (f"{a} changed {clock}", {"vip": True}), f"{b} dropped 15:00"]
    assert only(judged(judge, policy, *steps)).outcome == "breached"
    steps = ["e0 started 14:00", f"{b} dropped 15:00", (f"{a} changed 15:00:00.000001", {"vip": True})]
    assert only(judged(judge, policy, *steps)).outcome == "met"


@EITHER_ID_FIRST
def test_where_reads_attributes_that_the_start_sets_over_a_change_of_its_instant(judge, a, b):
    """Design, *Case and attributes*: within one instant changes first, the start event last, whatever the ids."""
    policy = {**AFTER, "violated_by": {"type": "dropped", "where": {"vip": True}}}
    steps = [(f"{a} started 14:00", {"vip": True}), (f"{b} changed 14:00", {"vip": False}), "e9 dropped 15:00"]
    assert only(judged(judge, policy, *steps)).outcome == "breached"


def test_a_field_that_the_violation_declares_is_read_from_it_alone(judge):
    events = {**EVENTS, "changed": {"by": {"kind": "text"}}}
    policy = {**AFTER, "violated_by": {"type": "dropped", "where": {"by": "provider"}}}
    steps = ["e1 started 14:00", ("e2 changed 14:30", {"by": "provider"}), "e3 dropped 15:00"]
    assert only(judged(judge, policy, *steps, events=events)).outcome == "met"


# --- occurrence -------------------------------------------------------------------------------------------------


def test_first_is_the_default_and_has_one_instance(judge):
    steps = ["e1 started 14:00", "e2 started 15:00", "e3 dropped 16:00"]
    assert outcomes(judged(judge, AFTER, *steps)) == [("e1", "breached")]
    assert outcomes(judged(judge, {**AFTER, "occurrence": "first"}, *steps)) == [("e1", "breached")]
    assert outcomes(judged(judge, {**AFTER, "occurrence": "first"}, *steps[:2])) == [("e1", "met")]


def test_first_is_the_first_to_which_the_policy_applies(judge):
    policy = {**AFTER, "applies": {"vip": True}}
    steps = [("e1 started 14:00", {"vip": False}), "e2 dropped 14:30", ("e3 started 15:00", {"vip": True})]
    assert outcomes(judged(judge, policy, *steps)) == [("e3", "met")]
    assert outcomes(judged(judge, policy, *steps, "e4 dropped 15:00")) == [("e3", "breached")]


@pytest.mark.parametrize(
    ("clock", "breached"),
    [
        ("13:59:59.999999", None),
        ("14:00", "e1"),
        ("14:59:59.999999", "e1"),
        ("15:00", "e5"),
        ("15:59:59.999999", "e5"),
        ("16:00", "e3"),
        ("19:00", "e3"),
    ],
)
@pytest.mark.parametrize("id", ["e0", "e9"])
def test_each_a_violation_belongs_to_the_latest_start_at_or_before_it(judge, clock, breached, id):
    steps = ["e1 started 14:00", "e5 started 15:00", "e3 started 16:00", f"{id} dropped {clock}"]
    expected = [(start, "breached" if start == breached else "met") for start in ("e1", "e5", "e3")]
    assert outcomes(judged(judge, EACH, *steps)) == expected


def test_each_a_start_without_until_closes_none_and_each_has_its_own_violations(judge):
    steps = ["e1 started 14:00", "e2 dropped 14:10", "e3 dropped 14:20", "e4 started 15:00", "e5 dropped 15:10"]
    verdicts = judged(judge, EACH, *steps)
    assert [verdict.evidence for verdict in verdicts] == [("e1", "e2"), ("e4", "e5")]


@pytest.mark.parametrize("id", ["e0", "e5", "e9"])
def test_each_of_two_starts_of_one_instant_the_later_one_in_order_is_the_latest(judge, id):
    steps = ["e1 started 14:00", "e8 started 14:00", f"{id} dropped 14:00"]
    assert sorted(outcomes(judged(judge, EACH, *steps))) == [("e1", "met"), ("e8", "breached")]


# --- a violation that is a start itself -------------------------------------------------------------------------

REFUSED = {**ALONE, "for_each": "started", "violated_by": {"type": "started", "where": {"refused": True}}}


@pytest.mark.parametrize("occurrence", ["first", "each"])
def test_the_event_itself_may_be_the_violation(judge, occurrence):
    policy = {**REFUSED, "occurrence": occurrence}
    verdict = only(judged(judge, policy, ("e1 started 14:00", {"refused": True})))
    assert (verdict.outcome, verdict.start, verdict.stop) == ("breached", verdict.start, verdict.start)
    assert verdict.evidence == ("e1",)
    assert only(judged(judge, policy, ("e1 started 14:00", {"refused": False}))).outcome == "met"


def test_a_later_start_that_violates_breaches_the_first_or_itself(judge):
    steps = ["e1 started 14:00", ("e2 started 15:00", {"refused": True})]
    assert outcomes(judged(judge, REFUSED, *steps)) == [("e1", "breached")]
    assert outcomes(judged(judge, {**REFUSED, "occurrence": "each"}, *steps)) == [("e1", "met"), ("e2", "breached")]


@EITHER_ID_FIRST
def test_each_a_start_that_violates_breaches_one_instance_of_its_instant_only(judge, a, b):
    """Design, *Never*: a violation belongs to the latest `for_each` event at or before it, so to one; here itself."""
    policy = {**REFUSED, "occurrence": "each"}
    verdicts = judged(judge, policy, f"{a} started 14:00", (f"{b} started 14:00", {"refused": True}))
    assert sorted(outcomes(verdicts)) == sorted([(a, "met"), (b, "breached")])


# --- until ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("clock", "outcome"),
    [("14:59:59.999999", "breached"), ("15:00", "breached"), ("15:00:00.000001", "met"), ("13:59:59.999999", "met")],
)
@EITHER_ID_FIRST
def test_a_violation_counts_no_later_than_until_and_at_its_instant(judge, clock, outcome, a, b):
    steps = ["e0 started 14:00", f"{a} ended 15:00", f"{b} dropped {clock}"]
    assert only(judged(judge, UNTIL, *steps)).outcome == outcome


def test_the_first_until_at_or_after_the_start_ends_it(judge):
    steps = ["e1 ended 13:00", "e2 started 14:00", "e3 dropped 14:30"]
    assert only(judged(judge, UNTIL, *steps)).outcome == "breached"
    steps = ["e2 started 14:00", "e3 ended 15:00", "e4 dropped 15:30", "e5 ended 16:00"]
    assert only(judged(judge, UNTIL, *steps)).outcome == "met"


@EITHER_ID_FIRST
def test_an_until_at_the_instant_of_the_start_ends_it(judge, a, b):
    """Design, *Order*: after the starts of an instant come its stops not yet used, so one of that instant counts."""
    steps = [f"{a} started 14:00", f"{b} ended 14:00"]
    assert only(judged(judge, UNTIL, *steps, "e3 dropped 14:00:00.000001")).outcome == "met"
    assert only(judged(judge, UNTIL, *steps, "e3 dropped 14:00")).outcome == "breached"


def test_where_of_until_is_read(judge):
    policy = {**UNTIL, "until": {"type": "changed", "where": {"vip": True}}}
    steps = ["e1 started 14:00", ("e2 changed 14:30", {"vip": False}), "e4 dropped 15:00"]
    assert only(judged(judge, policy, *steps)).outcome == "breached"
    steps = ["e1 started 14:00", ("e2 changed 14:30", {"vip": True}), "e4 dropped 15:00"]
    assert only(judged(judge, policy, *steps)).outcome == "met"


def test_each_has_its_own_until(judge):
    policy = {**UNTIL, "occurrence": "each"}
    steps = ["e1 started 14:00", "e2 ended 14:30", "e3 dropped 14:45", "e4 started 15:00", "e5 dropped 15:30"]
    assert outcomes(judged(judge, policy, *steps)) == [("e1", "met"), ("e4", "breached")]


def test_an_event_never_ends_the_instance_that_it_starts(judge):
    """Design, *Order*: "an event never stops the instance that it starts"; here each start ends the one before."""
    policy = {**AFTER, "until": ["ended", "started"]}
    assert only(judged(judge, policy, "e1 started 14:00", "e2 dropped 15:00")).outcome == "breached"
    steps = ["e1 started 14:00", "e2 started 15:00", "e3 dropped 15:00:00.000001"]
    assert only(judged(judge, policy, *steps)).outcome == "met"


@EITHER_ID_FIRST
def test_each_an_until_that_ends_the_open_one_does_not_end_the_one_that_starts_at_its_instant(judge, a, b):
    """Design, *Order*: stops of open instances, then starts; one event stops at most one instance."""
    policy = {**UNTIL, "occurrence": "each"}
    steps = ["e0 started 14:00", f"{a} ended 15:00", f"{b} started 15:00", "e9 dropped 16:00"]
    assert outcomes(judged(judge, policy, *steps)) == [("e0", "met"), (b, "breached")]


@EITHER_ID_FIRST
@pytest.mark.parametrize("occurrence", ["first", "each"])
def test_a_start_to_which_it_does_not_apply_opens_nothing_that_an_until_could_end(judge, occurrence, a, b):
    """So the `until` at the instant of the start that counts is not used yet, and ends it."""
    policy = {**UNTIL, "occurrence": occurrence, "applies": {"vip": True}}
    steps = [("e0 started 14:00", {"vip": False}), (f"{a} started 15:00", {"vip": True}), f"{b} ended 15:00"]
    assert outcomes(judged(judge, policy, *steps, "e9 dropped 16:00")) == [(a, "met")]


@EITHER_ID_FIRST
def test_each_an_instance_that_has_ended_leaves_an_until_to_the_next(judge, a, b):
    policy = {**UNTIL, "occurrence": "each"}
    steps = ["e0 started 14:00", "e00 ended 14:30", f"{a} started 15:00", f"{b} ended 15:00", "e9 dropped 16:00"]
    assert outcomes(judged(judge, policy, *steps)) == [("e0", "met"), (a, "met")]
    steps[0:2] = ["e0 started 14:00", "e00 ended 14:00"]
    assert outcomes(judged(judge, policy, *steps)) == [("e0", "met"), (a, "met")]


# --- match ------------------------------------------------------------------------------------------------------


def test_an_event_that_lacks_a_match_field_belongs_to_every_case_of_its_subject(judge):
    policy = {**UNTIL, "match": ["subject", "site"]}
    starts = [("e1 started 14:00", {"site": "north"}), ("e2 started 14:10", {"site": "south"})]
    verdicts = judged(judge, policy, *starts, ("e3 dropped 14:30", {"site": "south"}))
    assert {verdict.key: verdict.outcome for verdict in verdicts} == {("S", "north"): "met", ("S", "south"): "breached"}
    verdicts = judged(judge, policy, *starts, "e3 dropped 14:30")
    assert [verdict.outcome for verdict in verdicts] == ["breached", "breached"]
    verdicts = judged(judge, policy, *starts, "e3 ended 14:20", ("e4 dropped 14:30", {"site": "south"}))
    assert [verdict.outcome for verdict in verdicts] == ["met", "met"]


def test_a_match_across_subjects_has_the_subject_of_the_start(judge):
    policy = {**AFTER, "match": ["site"]}
    events = history(("e1 started 14:00", {"site": "north"})).events
    events += history(("e2 dropped 15:00", {"site": "north"}), subject="other").events
    verdict = only(judge(agreement(policy, events=EVENTS), events))
    assert (verdict.outcome, verdict.subject, verdict.key) == ("breached", "S", ("north",))


# --- applies, exemptions, in force ------------------------------------------------------------------------------


@EITHER_ID_FIRST
def test_applies_reads_the_case_at_its_start_the_start_event_last(judge, a, b):
    policy = {**AFTER, "applies": {"vip": True}}
    assert not judged(judge, policy, "e1 started 14:00", ("e2 changed 14:30", {"vip": True}), "e3 dropped 15:00")
    steps = [(f"{a} started 14:00", {"vip": True}), (f"{b} changed 14:00", {"vip": False}), "e3 dropped 15:00"]
    assert only(judged(judge, policy, *steps)).outcome == "breached"
    steps = [(f"{a} started 14:00", {}), (f"{b} changed 14:00", {"vip": True}), "e3 dropped 15:00"]
    assert only(judged(judge, policy, *steps)).outcome == "breached"


EXEMPT = {
    **AFTER,
    "exemptions": [{"id": "vip", "clause": "other", "when": {"vip": True}}, {"id": "told", "preceded_by": "warned"}],
}


@pytest.mark.parametrize(
    ("clock", "exempt"), [("13:00", True), ("14:00", True), ("15:00", True), ("15:00:00.000001", False)]
)
@EITHER_ID_FIRST
def test_an_exemption_rests_on_an_event_at_or_before_the_violation(judge, clock, exempt, a, b):
    verdict = only(judged(judge, EXEMPT, "e0 started 14:00", f"{a} warned {clock}", f"{b} dropped 15:00"))
    assert verdict.outcome == ("exempt" if exempt else "breached")
    assert verdict.exempted_by == (("told",) if exempt else ())
    assert (a in verdict.evidence) == exempt


def test_what_is_kept_is_exempt_all_the_same(judge):
    verdict = only(judged(judge, EXEMPT, ("e1 started 14:00", {"vip": True}), "e2 warned 19:00"))
    assert (verdict.outcome, verdict.exempted_by, verdict.clauses) == ("exempt", ("vip", "told"), ("c", "other"))
    assert "`vip`" in verdict.reason
    assert "`told`" in verdict.reason


def test_when_of_an_exemption_reads_the_case_at_its_start(judge):
    steps = [("e1 started 14:00", {"vip": False}), ("e2 changed 14:10", {"vip": True}), "e3 dropped 15:00"]
    assert only(judged(judge, EXEMPT, *steps)).outcome == "breached"


def test_without_for_each_the_case_is_read_at_the_violation(judge):
    policy = {**EXEMPT, "for_each": None}
    del policy["for_each"]
    steps = ["e1 dropped 14:00", ("e2 changed 15:00", {"vip": True}), "e3 dropped 16:00"]
    assert outcomes(judged(judge, policy, *steps)) == [("e1", "breached"), ("e3", "exempt")]


@pytest.mark.parametrize("policy", [ALONE, AFTER])
def test_what_starts_outside_the_time_in_force_is_a_finding_and_no_verdict(judge, policy):
    parts = {"in_force": {"from": "2026-03-03"}}
    steps = ["e1 started 14:00", "e2 dropped 15:00"]
    verdicts = judged(judge, policy, *steps, **parts)
    start = "e1" if policy is AFTER else "e2"
    assert (list(verdicts), kinds(verdicts)) == ([], ["not_in_force"])
    assert [finding.event for finding in verdicts.findings] == [start]
    assert len(judged(judge, policy, *steps, in_force={"from": "2026-03-02"})) == 1


def test_a_case_in_force_at_its_start_is_judged_by_a_violation_after_the_end(judge):
    verdicts = judge(
        agreement(AFTER, events=EVENTS, in_force={"to": "2026-03-03"}),
        history("e1 started 14:00").add("dropped", "2026-03-05T00:00:00Z").events,
    )
    assert (only(verdicts).outcome, kinds(verdicts)) == ("breached", [])


# --- objectives -------------------------------------------------------------------------------------------------

DAILY = {**AFTER, "objective": {"at_least": "50 %", "per": "day", "of": "day"}}


def test_the_period_is_that_of_the_field_at_as_of(judge):
    """Design, *Objectives*: `of` is read at the stop, but for `never` at `as_of`, after the violation too."""
    steps = [("e1 started 14:00", {"day": "2026-03-05"}), "e2 dropped 15:00"]
    assert only(judged(judge, DAILY, *steps), subject="S").period == "2026-03-05"
    steps.append(("e3 changed 16:00", {"day": "2026-03-09"}))
    assert only(judged(judge, DAILY, *steps), subject="S").period == "2026-03-09"
    assert only(judged(judge, DAILY, *steps, as_of="15:59"), subject="S").period == "2026-03-05"
    without = [steps[0], steps[2]]
    assert only(judged(judge, DAILY, *without), subject="S").period == "2026-03-09"


def test_a_period_counts_what_is_met_and_breached(judge):
    policy = {**EACH, "objective": {"at_least": "50 %", "per": "day"}}
    made = history("e1 started 14:00", "e2 dropped 14:30", "e3 started 15:00")
    limit = "2026-03-03T00:00:00Z"
    period = only(judge(agreement(policy, events=EVENTS), made.events, as_of=limit), subject="")
    assert (period.outcome, period.period, period.met, period.counted) == ("met", "2026-03-02", 1, 2)
    made.add("started", at("16:00"), id="e4").add("dropped", at("16:00"), id="e5")
    period = only(judge(agreement(policy, events=EVENTS), made.events, as_of=limit), subject="")
    assert (period.outcome, period.met, period.counted) == ("breached", 1, 3)


def test_without_the_field_it_counts_in_no_period(judge):
    verdicts = judged(judge, DAILY, "e1 started 14:00", "e2 dropped 15:00")
    assert (only(verdicts).period, only(verdicts).outcome, kinds(verdicts)) == (None, "breached", ["no_period"])


# --- reasons ----------------------------------------------------------------------------------------------------


def test_the_reason_names_the_events_and_when_it_happened(judge):
    steps = ["e1 started 14:00", "e2 dropped 15:00"]
    verdict = only(judged(judge, AFTER, *steps, timezone="Europe/Paris"))
    for part in ("`dropped`", "`started`", "2026-03-02 16:00:00 CET"):
        assert part in verdict.reason
    assert verdict.clauses == ("c",)
    kept = only(judged(judge, AFTER, steps[0]))
    assert "`dropped`" in kept.reason
    assert kept.reason != verdict.reason


def test_a_reason_without_for_each_names_no_start(judge):
    reason = only(judged(judge, ALONE, "e1 started 14:00", "e2 dropped 15:00")).reason
    assert "`started`" not in reason
    assert "2026-03-02 15:00:00 UTC" in reason


# --- restated ---------------------------------------------------------------------------------------------------

BEGIN = micros(at("08:00"))


def drawn(types):
    one = st.tuples(st.integers(0, 7), st.sampled_from(types))
    return st.lists(one, min_size=1, max_size=10).flatmap(
        lambda rows: st.permutations(range(len(rows))).map(
            lambda ids: [
                sla.Event(id=f"e{id:02}", type=type, subject="S", time=moment(BEGIN + minute * MINUTE))
                for (minute, type), id in zip(rows, ids, strict=True)
            ]
        )
    )


@given(events=drawn(["started", "dropped", "dropped", "ended"]))
def test_law_first_is_breached_by_any_violation_from_the_start_to_until(judge, events):
    starts = [event.at for event in events if event.type == "started"]
    verdicts = judge(agreement(UNTIL, events=EVENTS), events)
    if not starts:
        assert not verdicts
        return
    ends = [event.at for event in events if event.type == "ended" and event.at >= min(starts)]
    until = min(ends, default=BEGIN + 100 * MINUTE)
    guilty = [event.at for event in events if event.type == "dropped" and min(starts) <= event.at <= until]
    verdict = only(verdicts)
    assert (verdict.start_at, verdict.stop_at) == (min(starts), min(guilty, default=None))
    assert verdict.outcome == ("breached" if guilty else "met")


@given(events=drawn(["started", "dropped"]))
def test_law_each_is_breached_where_it_is_the_latest_start_of_a_violation(judge, events):
    starts = sorted((event.at, event.id) for event in events if event.type == "started")
    guilty = {
        max(start for start in starts if start[0] <= event.at)
        for event in events
        if event.type == "dropped" and any(start[0] <= event.at for start in starts)
    }
    verdicts = judge(agreement(EACH, events=EVENTS), events)
    found = {(verdict.start_at, verdict.evidence[0]): verdict.outcome for verdict in verdicts}
    assert found == {start: "breached" if start in guilty else "met" for start in starts}


@given(events=drawn(["started", "dropped"]), ends=st.sets(st.integers(0, 7)))
def test_law_each_an_until_between_a_start_and_its_violation_ends_it(judge, events, ends):
    """With ends between the instants of all else, so that none shares one."""
    halves = [BEGIN + minute * MINUTE + MINUTE // 2 for minute in ends]
    made = [sla.Event(id=f"u{at}", type="ended", subject="S", time=moment(at)) for at in halves]
    starts = sorted((event.at, event.id) for event in events if event.type == "started")
    guilty = set()
    for event in events:
        latest = max((start for start in starts if start[0] <= event.at), default=None)
        if event.type == "dropped" and latest and not any(latest[0] < at < event.at for at in halves):
            guilty.add(latest)
    verdicts = judge(agreement({**UNTIL, "occurrence": "each"}, events=EVENTS), events + made)
    found = {(verdict.start_at, verdict.evidence[0]): verdict.outcome for verdict in verdicts}
    assert found == {start: "breached" if start in guilty else "met" for start in starts}


@given(events=drawn(["dropped", "started"]))
def test_law_without_for_each_every_violation_is_a_breach(judge, events):
    verdicts = judge(agreement(ALONE, events=EVENTS), events)
    assert sorted(outcomes(verdicts)) == sorted((event.id, "breached") for event in events if event.type == "dropped")
