"""Procedures: steps in order, what results ask for, and how they end."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import sla_rules as sla
from sla_rules.instants import MINUTE, micros, moment
from tests.conftest import History, agreement, kinds, only

EVENTS = {
    "begun": {"to": {"kind": "text"}, "people": {"kind": "boolean"}, "vip": {"kind": "boolean"}},
    "step": {"step": {"kind": "text"}, "result": {"kind": "text"}},
    "contacted": {},
    "closed": {},
    "warned": {},
    "changed": {"people": {"kind": "boolean"}, "vip": {"kind": "boolean"}, "day": {"kind": "date"}},
}
LISTED = ["one", "two", "three"]
FREE = {"kind": "procedure", "start": "begun", "step": {"event": "step", "field": "step"}, "steps": LISTED}
"""Without ends."""
ENDED = {**FREE, "end": {"reached": "contacted", "closed": "closed"}, "complete": True}
ASKING = {**ENDED, "asks": {"result": {"voicemail": ["message", "desk"], "pager": ["message", "desk", "page"]}}}
PATH = {
    "kind": "procedure",
    "start": "step",
    "step": {"event": "step", "field": "step"},
    "steps": ["L1", "L2", "L3", "engineering"],
    "begin_at": "L1",
}
EITHER_ID_FIRST = pytest.mark.parametrize(("a", "b"), [("e1", "e2"), ("e2", "e1")])


def at(clock):
    return f"2026-03-02T{clock if clock.count(':') == 2 else clock + ':00'}Z"


def history(*steps, subject="S"):
    """Events: `e1 begun 14:00`, `e2 one 14:10` a step, `e3 one/voicemail 14:10` with its result."""
    made = History(subject)
    for step in steps:
        words, data = (step, {}) if isinstance(step, str) else step
        id, type, clock = words.split()
        if type not in EVENTS:
            name, _, result = type.partition("/")
            type, data = "step", {"step": name, **({"result": result} if result else {}), **data}
        made.add(type, at(clock), id=id, **data)
    return made


def run(*names, start="begun", first=10):
    """A start at 14:00, then each step or end a minute after the one before."""
    begun = [f"e00 {start} 14:00"] if start else []
    return [*begun, *(f"e{first + place} {name} 14:{first + place}" for place, name in enumerate(names))]


def judged(judge, policy, *steps, as_of="20:00", **parts):
    return judge(agreement(policy, **{"events": EVENTS, **parts}), history(*steps).events, as_of=at(as_of))


def outcome(judge, policy, *steps, **parts):
    return str(only(judged(judge, policy, *steps, **parts)).outcome)


# --- order ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        ([], "met"),
        (["one"], "met"),
        (["one", "two", "three"], "met"),
        (["two"], "breached"),
        (["three"], "breached"),
        (["one", "three"], "breached"),
        (["one", "three", "two"], "breached"),  # not mended by going back
        (["one", "one", "two", "two", "three", "three"], "met"),  # repeating
        (["one", "two", "one", "two", "three"], "met"),  # going back
        (["one", "two", "one", "three"], "met"),  # beyond the furthest, not beyond the last
        (["one", "two", "three", "one"], "met"),
    ],
)
def test_repeating_and_going_back_are_fine_more_than_one_beyond_the_furthest_is_a_skip(judge, names, expected):
    assert outcome(judge, FREE, *run(*names)) == expected


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        (["L1"], "met"),
        (["L2"], "met"),
        (["L3"], "breached"),
        (["engineering"], "breached"),
        (["L1", "L2", "L3", "engineering"], "met"),
        (["L2", "L3", "engineering"], "met"),
        (["L2", "engineering"], "breached"),
        (["L2", "L1", "L3"], "met"),
        (["L2", "L2", "L3", "L1", "engineering"], "met"),
    ],
)
def test_begin_at_counts_as_reached_and_a_start_that_is_a_step_is_the_first(judge, names, expected):
    assert outcome(judge, PATH, *run(*names, start=None)) == expected


def test_a_start_that_is_a_step_is_held_to_the_order_itself(judge):
    policy = {**PATH, "steps": ["L1", "L2", "L3"]}
    del policy["begin_at"]
    assert outcome(judge, policy, "e1 L1 14:00", "e2 L2 14:10") == "met"
    assert outcome(judge, policy, "e1 L2 14:00") == "breached"


def test_there_is_one_verdict_a_case(judge):
    verdicts = judged(judge, PATH, "e1 L1 14:00", "e2 L2 14:10", "e3 L3 14:20")
    verdict = only(verdicts)
    assert (verdict.start, verdict.stop, verdict.subject) == (moment(micros(at("14:00"))), None, "S")
    assert (verdict.clauses, kinds(verdicts)) == (("c",), [])


def test_steps_before_the_start_are_no_steps_of_it(judge):
    steps = ["e1 one 13:50", "e2 begun 14:00"]
    assert outcome(judge, FREE, *steps, "e3 two 14:10") == "breached"
    assert outcome(judge, FREE, *steps, "e3 one 14:10", "e4 two 14:20") == "met"


def test_steps_of_other_subjects_are_none(judge):
    events = history(*run("one")).events + history("x1 two 14:20", "x2 three 14:30", subject="other").events
    assert [verdict.outcome for verdict in judge(agreement(FREE, events=EVENTS), events)] == ["met"]


def test_only_what_where_selects_is_a_step(judge):
    policy = {**FREE, "step": {"event": {"type": "step", "where": {"result": "done"}}, "field": "step"}}
    assert outcome(judge, policy, *run("one/done", "three", "two/done")) == "met"
    assert outcome(judge, policy, *run("one/done", "three/done", "two/done")) == "breached"


def test_without_ends_it_is_judged_on_what_has_happened(judge):
    """The reading of the code: without an end nothing can be missing at the end, whatever `complete` says."""
    assert outcome(judge, FREE, *run("one"), as_of="14:10") == "met"
    assert outcome(judge, {**FREE, "complete": True}, *run("one")) == "met"
    assert outcome(judge, {**FREE, "asks": ASKING["asks"]}, *run("one/voicemail")) == "met"


def test_steps_after_as_of_do_not_exist(judge):
    assert outcome(judge, FREE, *run("one", "three"), as_of="14:10") == "met"
    assert outcome(judge, FREE, *run("one", "three"), as_of="14:11") == "breached"


# --- ends -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        ([], "pending"),
        (["one"], "pending"),
        (["one", "two", "three"], "pending"),
        (["two"], "breached"),  # at once
        (["one", "three"], "breached"),
        (["contacted"], "met"),
        (["one", "contacted"], "met"),
        (["two", "contacted"], "breached"),
        (["closed"], "breached"),
        (["one", "two", "closed"], "breached"),
        (["one", "two", "three", "closed"], "met"),
        (["one", "two", "three", "one", "closed"], "met"),
        (["contacted", "closed"], "met"),  # the first end counts
        (["one", "closed", "contacted"], "breached"),
        (["one", "closed", "two", "three"], "breached"),
        (["one", "contacted", "three"], "met"),  # after the end nothing is a step
        (["one", "two", "three", "closed", "two"], "met"),
    ],
)
def test_with_ends_it_is_pending_until_one_of_them(judge, names, expected):
    assert outcome(judge, ENDED, *run(*names)) == expected


@pytest.mark.parametrize(("names", "expected"), [(["closed"], "met"), (["one", "closed"], "met"), ([], "pending")])
def test_closed_demands_all_steps_only_where_it_is_to_be_complete(judge, names, expected):
    assert outcome(judge, {**ENDED, "complete": False}, *run(*names)) == expected


def test_closed_demands_what_was_asked_for_complete_or_not(judge):
    policy = {**ASKING, "complete": False}
    assert outcome(judge, policy, *run("one/voicemail", "closed")) == "breached"
    assert outcome(judge, policy, *run("one/voicemail", "desk", "message", "closed")) == "met"


def test_one_end_may_stand_without_the_other(judge):
    only_closed, only_reached = {**ENDED, "end": {"closed": "closed"}}, {**ENDED, "end": {"reached": "contacted"}}
    assert outcome(judge, only_closed, *run("one", "contacted")) == "pending"
    assert outcome(judge, only_closed, *run("one", "closed")) == "breached"
    assert outcome(judge, only_reached, *run("one", "closed")) == "pending"
    assert outcome(judge, only_reached, *run("one", "contacted")) == "met"


def test_the_stop_is_the_end_also_of_a_breach(judge):
    verdict = only(judged(judge, ENDED, *run("one", "closed")))
    assert (verdict.stop, verdict.outcome) == (moment(micros(at("14:11"))), "breached")
    verdict = only(judged(judge, ENDED, *run("two", "closed")))
    assert (verdict.stop, verdict.outcome) == (moment(micros(at("14:11"))), "breached")
    assert only(judged(judge, ENDED, *run("two"))).stop is None


def test_an_end_before_the_start_ends_nothing(judge):
    assert outcome(judge, ENDED, "e1 closed 13:59:59.999999", "e2 begun 14:00") == "pending"


def test_an_event_never_ends_the_procedure_that_it_starts(judge):
    policy = {**ENDED, "start": ["begun", "closed"]}
    assert outcome(judge, policy, "e1 closed 14:00") == "pending"
    assert outcome(judge, policy, "e1 closed 14:00", "e2 closed 15:00") == "breached"


# --- what results ask for ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        (["one/voicemail"], "pending"),
        (["one/voicemail", "message", "desk", "two"], "pending"),
        (["one/voicemail", "desk", "message", "two"], "pending"),  # in any order
        (["one/voicemail", "two"], "breached"),
        (["one/voicemail", "message", "two"], "breached"),
        (["one/voicemail", "message", "two", "desk"], "breached"),
        (["one/voicemail", "one"], "breached"),  # a listed step too, though it repeats
        (["one/voicemail", "message", "desk", "one"], "pending"),
        (["one/voicemail", "message", "message", "two"], "breached"),
        (["one/pager", "message", "desk", "two"], "breached"),
        (["one/pager", "page", "message", "desk", "two"], "pending"),
        (["one/nobody", "two"], "pending"),  # a result that asks for nothing
        (["message", "desk", "one/voicemail", "two"], "breached"),  # not before it is asked for
        (["one/voicemail", "contacted"], "met"),  # being reached forgives it
        (["one/voicemail", "message", "contacted"], "met"),
        (["one/voicemail", "two", "contacted"], "breached"),
        (["one", "two", "three/voicemail", "closed"], "breached"),
        (["one", "two", "three/voicemail", "message", "closed"], "breached"),
        (["one", "two", "three/voicemail", "message", "desk", "closed"], "met"),
        (["one/voicemail", "message", "desk", "two/voicemail", "three"], "breached"),  # asked for again
        (["one/voicemail", "message", "desk", "two/voicemail", "desk", "message", "three", "closed"], "met"),
        (["one/voicemail", "message/voicemail", "desk", "two"], "pending"),  # what it asks for asks for nothing
    ],
)
def test_what_a_result_asks_for_comes_before_the_next_step(judge, names, expected):
    assert outcome(judge, ASKING, *run(*names)) == expected


def test_a_skip_is_one_though_what_was_asked_for_is_done(judge):
    assert outcome(judge, ASKING, *run("one/voicemail", "message", "desk", "three")) == "breached"


def test_a_start_that_is_a_step_asks_too(judge):
    policy = {**PATH, "asks": ASKING["asks"]}
    assert outcome(judge, policy, "e1 L1/voicemail 14:00", "e2 L2 14:10") == "breached"
    assert outcome(judge, policy, "e1 L1/voicemail 14:00", "e2 desk 14:05", "e3 message 14:06", "e4 L2 14:10") == "met"


# --- conditional steps ------------------------------------------------------------------------------------------

CONDITIONAL = {**ENDED, "steps": ["one", {"name": "two", "when": {"people": {"ne": False}}}, "three"]}
WITHOUT = [("e00 begun 14:00", {"people": False}), "e10 one 14:10"]


@pytest.mark.parametrize("data", [{}, {"people": True}])
def test_a_step_is_due_where_its_condition_holds_at_the_start(judge, data):
    steps = [("e00 begun 14:00", data), "e10 one 14:10"]
    assert outcome(judge, CONDITIONAL, *steps, "e11 three 14:11") == "breached"
    assert outcome(judge, CONDITIONAL, *steps, "e11 two 14:11", "e12 three 14:12", "e13 closed 14:13") == "met"


def test_a_step_that_is_not_due_is_ignored_and_none_of_its_results_asks_for_anything(judge):
    assert outcome(judge, CONDITIONAL, *WITHOUT, "e11 three 14:11", "e12 closed 14:12") == "met"
    assert outcome(judge, CONDITIONAL, *WITHOUT, "e11 two 14:11", "e12 three 14:12", "e13 closed 14:13") == "met"
    asking = {**CONDITIONAL, "asks": ASKING["asks"]}
    assert outcome(judge, asking, *WITHOUT, "e11 two/voicemail 14:11", "e12 three 14:12", "e13 closed 14:13") == "met"
    verdicts = judged(judge, CONDITIONAL, *WITHOUT, "e11 two 14:11")
    assert kinds(verdicts) == []  # it is listed, so not unknown


def test_the_condition_reads_the_case_at_the_start_not_later(judge):
    changed = ("e05 changed 14:05", {"people": False})
    assert outcome(judge, CONDITIONAL, "e00 begun 14:00", changed, "e10 one 14:10", "e11 three 14:11") == "breached"
    changed = ("e05 changed 13:59", {"people": False})
    assert outcome(judge, CONDITIONAL, "e06 begun 14:00", changed, "e10 one 14:10", "e11 three 14:11") == "pending"


@EITHER_ID_FIRST
def test_a_change_at_the_instant_of_the_start_comes_before_it(judge, a, b):
    steps = [f"{a} begun 14:00", (f"{b} changed 14:00", {"people": False}), "e8 one 14:10", "e9 three 14:11"]
    assert outcome(judge, CONDITIONAL, *steps) == "pending"
    steps[0] = (steps[0], {"people": True})
    assert outcome(judge, CONDITIONAL, *steps) == "breached"


# --- within one instant -----------------------------------------------------------------------------------------


@EITHER_ID_FIRST
def test_the_start_comes_before_the_steps_of_its_instant(judge, a, b):
    assert outcome(judge, ENDED, f"{a} begun 14:00", f"{b} one 14:00", "e9 two 14:10") == "pending"
    policy = {**PATH, "start": {"type": "step", "where": {"result": "first"}}}
    assert outcome(judge, policy, f"{a} L2/first 14:00", f"{b} L3 14:00") == "met"


def test_steps_of_one_instant_go_by_id(judge):
    assert outcome(judge, ENDED, "e0 begun 14:00", "e1 one 14:10", "e2 two 14:10") == "pending"
    assert outcome(judge, ENDED, "e0 begun 14:00", "e2 one 14:10", "e1 two 14:10") == "breached"


@EITHER_ID_FIRST
def test_steps_come_before_ends(judge, a, b):
    complete = ["e0 begun 13:00", "e3 one 14:00", "e4 two 14:01"]
    assert outcome(judge, ENDED, *complete, f"{a} three 14:10", f"{b} closed 14:10") == "met"
    assert outcome(judge, ENDED, "e0 begun 13:00", f"{a} two 14:10", f"{b} contacted 14:10") == "breached"
    assert outcome(judge, ASKING, "e0 begun 13:00", f"{a} one/voicemail 14:10", f"{b} contacted 14:10") == "met"


@EITHER_ID_FIRST
def test_being_reached_comes_before_being_closed(judge, a, b):
    verdict = only(judged(judge, ENDED, "e0 begun 14:00", f"{a} contacted 14:10", f"{b} closed 14:10"))
    assert (verdict.outcome, verdict.evidence) == ("met", ("e0", a))


@EITHER_ID_FIRST
def test_an_end_at_the_instant_of_the_start_counts(judge, a, b):
    assert outcome(judge, ENDED, f"{a} begun 14:00", f"{b} contacted 14:00", "e9 three 14:10") == "met"
    assert outcome(judge, ENDED, f"{a} begun 14:00", f"{b} closed 14:00") == "breached"


def test_all_steps_of_an_instant_come_before_an_end_that_is_a_step_itself(judge):
    """Design, *Procedure*: within one instant start, steps (by id), reached, closed."""
    end = {"reached": {"type": "step", "where": {"result": "spoke"}}, "closed": "closed"}
    policy = {**ENDED, "end": end}
    assert outcome(judge, policy, "e0 begun 14:00", "e1 one/spoke 14:10") == "met"
    assert outcome(judge, policy, "e0 begun 14:00", "e1 one/spoke 14:10", "e2 three 14:10:00.000001") == "met"
    assert outcome(judge, policy, "e0 begun 14:00", "e1 one/spoke 14:10", "e2 three 14:10") == "breached"


# --- occurrence -------------------------------------------------------------------------------------------------

EACH = {**ENDED, "occurrence": "each"}


def told(verdicts):
    return [(verdict.evidence[0], str(verdict.outcome)) for verdict in verdicts]


def test_first_has_one_instance_whatever_became_of_it(judge):
    steps = ["e1 begun 14:00", "e2 contacted 14:10", "e3 begun 15:00", "e4 two 15:10"]
    assert told(judged(judge, ENDED, *steps)) == [("e1", "met")]
    assert told(judged(judge, EACH, *steps)) == [("e1", "met"), ("e3", "breached")]


def test_each_while_one_is_open_a_further_start_opens_none(judge):
    steps = ["e1 begun 14:00", "e2 one 14:10", "e3 begun 14:20", "e4 two 14:30"]
    assert told(judged(judge, EACH, *steps)) == [("e1", "pending")]
    assert told(judged(judge, EACH, *steps, "e5 contacted 14:40", "e6 begun 14:50")) == [
        ("e1", "met"),
        ("e6", "pending"),
    ]


def test_each_one_begins_anew_and_owes_nothing_to_the_one_before(judge):
    steps = ["e1 begun 14:00", "e2 one 14:10", "e3 two 14:11", "e4 contacted 14:20", "e5 begun 15:00"]
    assert told(judged(judge, EACH, *steps, "e6 three 15:10")) == [("e1", "met"), ("e5", "breached")]
    assert told(judged(judge, EACH, *steps, "e6 one 15:10")) == [("e1", "met"), ("e5", "pending")]


@EITHER_ID_FIRST
def test_each_an_end_that_ends_the_open_one_does_not_end_the_one_that_starts_at_its_instant(judge, a, b):
    """Design, *Order*: stops of open instances, then starts; one event stops at most one instance."""
    steps = ["e0 begun 14:00", f"{a} closed 15:00", f"{b} begun 15:00"]
    policy = {**EACH, "complete": False}
    assert told(judged(judge, policy, *steps)) == [("e0", "met"), (b, "pending")]


def test_each_a_start_of_a_case_to_which_it_does_not_apply_is_none(judge):
    policy = {**EACH, "start": {"type": "begun", "where": {"to": "client"}}, "applies": {"vip": True}}
    steps = [("e1 begun 14:00", {"to": "provider", "vip": True}), ("e2 begun 15:00", {"to": "client", "vip": False})]
    assert told(judged(judge, policy, *steps)) == []
    assert told(judged(judge, policy, *steps, ("e3 begun 16:00", {"to": "client", "vip": True}))) == [("e3", "pending")]


# --- unknown steps ----------------------------------------------------------------------------------------------


def test_an_unknown_step_is_a_finding_and_ignored(judge):
    verdicts = judged(judge, ENDED, *run("one", "thre", "two", "three", "closed"))
    assert (only(verdicts).outcome, kinds(verdicts)) == ("met", ["unknown_step"])
    finding = verdicts.findings[0]
    assert (finding.event, finding.subject, finding.policy) == ("e11", "S", "p")
    assert "`thre`" in finding.message
    assert "`three`" in finding.message


def test_a_step_that_some_result_asks_for_is_known_and_ignored_where_none_did(judge):
    verdicts = judged(judge, ASKING, *run("page", "one", "message", "two"))
    assert (only(verdicts).outcome, kinds(verdicts)) == ("pending", [])


@pytest.mark.parametrize(
    "steps",
    [
        pytest.param(["e1 begun 14:00", "e2 three 14:10", "e3 thre 14:20"], id="after a breach"),
        pytest.param(["e1 begun 14:00", "e2 contacted 14:10", "e3 thre 14:20"], id="after the end"),
        pytest.param(["e3 thre 13:00", "e4 begun 14:00"], id="before the start"),
        pytest.param(["e3 thre 14:00"], id="without a start"),
    ],
)
def test_an_unknown_step_is_a_finding_wherever_it_comes(judge, steps):
    """Bad input, "unknown step": each becomes a finding that names the event."""
    verdicts = judged(judge, ENDED, *steps)
    assert [(finding.kind, finding.event) for finding in verdicts.findings] == [("unknown_step", "e3")]


def test_a_step_without_its_field_is_a_finding_where_the_field_is_required(judge):
    events = {**EVENTS, "step": {"step": {"kind": "text", "required": True}}}
    verdicts = judged(judge, ENDED, "e1 begun 14:00", ("e2 step 14:10", {}), events=events)
    assert (only(verdicts).outcome, kinds(verdicts)) == ("pending", ["missing_field"])
    assert verdicts.findings[0].event == "e2"


# --- applies, exemptions, in force, objectives ------------------------------------------------------------------


def test_applies_reads_the_case_at_its_start(judge):
    policy = {**ENDED, "applies": {"vip": True}}
    assert not judged(judge, policy, *run("one"))
    assert not judged(judge, policy, *run("one"), ("e99 changed 15:00", {"vip": True}))
    assert outcome(judge, policy, ("e01 changed 13:00", {"vip": True}), *run("one")) == "pending"


EXEMPT = {
    **ENDED,
    "exemptions": [{"id": "vip", "clause": "other", "when": {"vip": True}}, {"id": "told", "preceded_by": "warned"}],
}


@pytest.mark.parametrize("names", [[], ["one"], ["two"], ["contacted"], ["closed"]])
def test_an_exempt_one_is_exempt_whatever_became_of_it(judge, names):
    verdict = only(judged(judge, EXEMPT, ("e00 begun 14:00", {"vip": True}), *run(*names, start=None)))
    assert (verdict.outcome, verdict.exempted_by, verdict.clauses) == ("exempt", ("vip",), ("c", "other"))
    assert verdict.reason.startswith("Exempt by `vip`")


@pytest.mark.parametrize(
    ("clock", "exempt"), [("13:00", True), ("14:00", True), ("14:11", True), ("14:11:00.000001", False)]
)
def test_preceded_by_means_at_or_before_the_end(judge, clock, exempt):
    for names in (["one", "contacted"], ["one", "closed"]):
        verdict = only(judged(judge, EXEMPT, f"e05 warned {clock}", *run(*names)))
        assert (verdict.outcome == "exempt") == exempt
        assert ("e05" in verdict.evidence) == exempt


def test_preceded_by_means_by_as_of_while_open(judge):
    steps = ["e05 warned 19:00", *run("one")]
    assert outcome(judge, EXEMPT, *steps) == "exempt"
    assert outcome(judge, EXEMPT, *steps, as_of="18:59") == "pending"


@pytest.mark.parametrize(
    "names",
    [pytest.param(["two", "closed"], id="breached, then ended"), pytest.param(["two"], id="breached, not ended")],
)
def test_preceded_by_of_a_breach_means_at_or_before_its_stop_or_as_of_while_open(judge, names):
    """Design, *Exemptions*: at or before the instance's stop, or `as_of` while open; its stop is its end (14:11)."""
    assert outcome(judge, EXEMPT, "e05 warned 14:10:30", *run(*names)) == "exempt"


def test_what_starts_outside_the_time_in_force_is_a_finding_and_no_verdict(judge):
    verdicts = judged(judge, ENDED, *run("two"), in_force={"from": "2026-03-03"})
    assert (list(verdicts), kinds(verdicts)) == ([], ["not_in_force"])
    assert verdicts.findings[0].event == "e00"


DAILY = {**ENDED, "objective": {"at_least": "50 %", "per": "day", "of": "day"}}
BEFORE, AFTER = ("e01 changed 14:05", {"day": "2026-03-05"}), ("e99 changed 16:00", {"day": "2026-03-09"})


def test_the_period_is_that_of_the_field_at_the_stop_or_at_as_of_while_open(judge):
    ended = judged(judge, DAILY, BEFORE, AFTER, *run("one", "contacted"))
    assert only(ended, subject="S").period == "2026-03-05"
    running = judged(judge, DAILY, BEFORE, AFTER, *run("one"))
    assert only(running, subject="S").period == "2026-03-09"
    assert only(running, subject="").outcome == "pending"


def test_the_period_of_a_breach_that_is_not_ended_is_that_of_the_field_at_as_of(judge):
    """Design, *Objectives*: read at the stop, or at `as_of` while open; a skip ends nothing."""
    assert only(judged(judge, DAILY, BEFORE, AFTER, *run("two")), subject="S").period == "2026-03-09"


# --- reasons ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("names", "parts", "evidence"),
    [
        (["one", "three"], ["`three`", "`two`"], ("e00", "e11")),
        (["three"], ["`three`", "`one`", "`two`"], ("e00", "e10")),
        (["one/voicemail", "two"], ["`two`", "`message`", "`desk`"], ("e00", "e11")),
        (["one/voicemail", "desk", "two"], ["`two`", "`message`"], ("e00", "e12")),
        (["one", "closed"], ["`two`", "`three`"], ("e00", "e11")),
        (["one", "two"], ["`two`"], ("e00",)),
        (["one", "two", "one", "contacted"], ["`two`"], ("e00", "e13")),
    ],
)
def test_the_reason_names_the_steps_and_the_evidence_the_event_at_fault(judge, names, parts, evidence):
    verdict = only(judged(judge, ASKING, *run(*names)))
    assert verdict.evidence == evidence
    for part in parts:
        assert part in verdict.reason
    assert verdict.reason.endswith(".")


def test_only_the_first_fault_is_told(judge):
    assert only(judged(judge, ENDED, *run("one", "three", "two", "closed"))).evidence == ("e00", "e11", "e13")


# --- restated ---------------------------------------------------------------------------------------------------

BEGIN = micros(at("14:00"))
taken = st.lists(st.sampled_from(["one", "two", "three", "four", "contacted", "closed"]), max_size=9)


@settings(max_examples=200)
@given(names=taken, ended=st.booleans(), complete=st.booleans(), begin=st.sampled_from([None, "one", "two"]))
def test_law_a_step_is_in_order_where_all_listed_before_it_have_been_taken(judge, names, ended, complete, begin):
    listed = ["one", "two", "three", "four"]
    policy = {**FREE, "steps": listed, "complete": complete}
    if ended:
        policy["end"] = {"reached": "contacted", "closed": "closed"}
    if begin:
        policy["begin_at"] = begin
    place = next((i for i, name in enumerate(names) if name in ("contacted", "closed")), None) if ended else None
    before = [name for name in (names if place is None else names[:place]) if name in listed]
    granted = set(listed[: listed.index(begin) + 1]) if begin else set()

    def in_order(position):
        return set(listed[: listed.index(before[position])]) <= granted | set(before[:position])

    if not all(in_order(position) for position in range(len(before))):
        expected = "breached"
    elif place is None:
        expected = "pending" if ended else "met"
    elif names[place] == "closed" and complete and not set(listed) <= granted | set(before):
        expected = "breached"
    else:
        expected = "met"
    events = [sla.Event(id="e", type="begun", subject="S", time=moment(BEGIN))]
    for number, name in enumerate(names, 1):
        type, data = (name, {}) if name in EVENTS else ("step", {"step": name})
        time = moment(BEGIN + number * MINUTE)
        events.append(sla.Event(id=f"e{number}", type=type, subject="S", time=time, data=data))
    assert only(judge(agreement(policy, events=EVENTS), events)).outcome == expected


def test_a_result_spelt_nearly_like_one_that_asks_is_a_finding(judge):
    """A typing error must not hide what a result asks for."""
    for result, found in (("voicemial", ["unknown_result"]), ("voicemail", []), ("spoke", [])):
        verdicts = judged(judge, ASKING, *run(f"one/{result}"))
        assert kinds(verdicts) == found, result


def test_of_two_equal_events_without_ids_each_ends_what_the_other_starts(judge):
    path = {"kind": "procedure", "start": "taken", "end": {"reached": "taken"}, "occurrence": "each"}
    made = agreement(
        {**path, "step": {"event": "step", "field": "name"}, "steps": ["one"]},
        events={"taken": {}, "step": {"name": {"kind": "text"}}},
    )
    twins = [sla.Event(type="taken", subject="S", time="2026-03-02T14:00:00Z") for _ in range(2)]
    assert [verdict.outcome for verdict in judge(made, twins)] == ["met", "met"]
