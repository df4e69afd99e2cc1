"""Several events at one instant, ids, and repeated events: the order of the input never matters."""

from datetime import timedelta
from itertools import permutations

import pytest

import sla_rules as sla
from tests.conftest import History, agreement, kinds, only

PRIORITY = {"priority": {"kind": "text", "values": ["P1", "P2", "P3"]}}
EVENTS = {
    "opened": PRIORITY,
    "priority.changed": PRIORITY,
    "team.changed": {"team": {"kind": "text"}},
    "closed": {},
    "closed.as": PRIORITY,
    "cancelled": {},
    "handed_over": {},
    "held": {},
    "released": {},
    "reopened": {},
}
PLAIN = {"start": "opened", "stop": "closed", "cancel": "cancelled", "limit": "1 h"}
EACH = {**PLAIN, "occurrence": "each"}
BY_PRIORITY = {**PLAIN, "limit": {"by": "priority", "table": {"P1": "1 h", "P2": "2 h", "P3": "3 h"}}}

T0, T30, T60, T90 = (f"2026-03-02T{time}:00Z" for time in ("14:00", "14:30", "15:00", "15:30"))
EITHER = pytest.mark.parametrize(("one", "two"), [("a", "b"), ("b", "a")], ids=["as-written", "ids-reversed"])


def judged(judge, policy, history, as_of=None):
    """The verdicts, which are the same for every order of the input."""
    test = agreement(policy, events=EVENTS)
    verdicts = judge(test, history.events, as_of=as_of)
    expected = [verdict.to_dict() for verdict in verdicts]
    for order in (history.events[::-1], history.events[1:] + history.events[:1]):
        assert [verdict.to_dict() for verdict in judge(test, order, as_of=as_of)] == expected
    return verdicts


# --- attribute changes come first -------------------------------------------------------------------------------


@EITHER
@pytest.mark.parametrize(("before", "after", "expected"), [("P1", "P2", "met"), ("P2", "P1", "breached")])
def test_a_change_at_the_instant_of_the_stop_counts_for_it(judge, one, two, before, after, expected):
    history = History().add("opened", T0, id="0", priority=before)
    history.add("priority.changed", T90, id=one, priority=after).add("closed", T90, id=two)
    assert only(judged(judge, BY_PRIORITY, history)).outcome == expected


@EITHER
def test_a_change_at_the_instant_of_a_cancel_counts_for_it(judge, one, two):
    history = History().add("opened", T0, id="0", priority="P1")
    history.add("priority.changed", T90, id=one, priority="P2").add("cancelled", T90, id=two)
    assert only(judged(judge, BY_PRIORITY, history)).outcome == "void"


@EITHER
def test_the_start_event_comes_last_among_the_changes_of_its_instant(judge, one, two):
    history = History().add("opened", T0, id=one, priority="P1").add("priority.changed", T0, id=two, priority="P2")
    verdict = only(judged(judge, BY_PRIORITY, history, T90))
    assert (verdict.outcome, verdict.limit) == ("breached", timedelta(hours=1))


@EITHER
def test_a_change_at_the_instant_of_the_start_gives_what_the_start_does_not_say(judge, one, two):
    history = History().add("opened", T0, id=one).add("priority.changed", T0, id=two, priority="P2")
    assert only(judged(judge, BY_PRIORITY, history, T90)).limit == timedelta(hours=2)


@EITHER
def test_a_stop_that_carries_the_attribute_comes_after_the_changes_of_its_instant(judge, one, two):
    policy = {**BY_PRIORITY, "stop": "closed.as"}
    history = History().add("opened", T0, id="0", priority="P3")
    history.add("priority.changed", T90, id=one, priority="P1").add("closed.as", T90, id=two, priority="P2")
    assert only(judged(judge, policy, history)).limit == timedelta(hours=2)


@EITHER
def test_the_start_event_comes_last_also_after_a_stop_of_its_instant(judge, one, two):
    policy = {**BY_PRIORITY, "stop": "closed.as"}
    history = History().add("opened", T0, id=one, priority="P1").add("closed.as", T0, id=two, priority="P2")
    assert only(judged(judge, policy, history)).limit == timedelta(hours=1)


@EITHER
def test_of_two_changes_at_one_instant_the_higher_id_counts(judge, one, two):
    history = History().add("opened", T0, id="0", priority="P3")
    history.add("priority.changed", T30, id=one, priority="P1").add("priority.changed", T30, id=two, priority="P2")
    expected = timedelta(hours=1 if one > two else 2)
    assert only(judged(judge, BY_PRIORITY, history)).limit == expected


def test_ids_compare_as_text(judge):
    history = History().add("opened", T0, id="0", priority="P3")
    history.add("priority.changed", T30, id="10", priority="P1").add("priority.changed", T30, id="9", priority="P2")
    assert only(judged(judge, BY_PRIORITY, history)).limit == timedelta(hours=2)


@EITHER
def test_where_sees_the_case_as_the_limit_does_with_the_start_event_last(judge, one, two):
    policy = {**PLAIN, "stop": {"type": "closed", "where": {"priority": "P1"}}}
    history = History().add("opened", T0, id=one, priority="P1").add("priority.changed", T0, id=two, priority="P2")
    history.add("closed", T30, id="z")
    assert only(judged(judge, policy, history)).outcome == "met"


WHERE_P1 = {"priority": "P1"}


@EITHER
@pytest.mark.parametrize(
    ("more", "steps", "expected"),
    [
        ({"pause": {"from": {"type": "held", "where": WHERE_P1}, "to": "released"}}, ["held"], "pending"),
        ({"cancel": {"type": "cancelled", "where": WHERE_P1}}, ["cancelled"], "void"),
        ({"resume": {"type": "reopened", "where": WHERE_P1}}, ["closed", "reopened"], "breached"),
        ({"exemptions": [{"id": "x", "preceded_by": {"type": "held", "where": WHERE_P1}}]}, ["held"], "exempt"),
    ],
    ids=["pause", "cancel", "resume", "preceded_by"],
)
def test_so_does_where_in_every_other_place(judge, one, two, more, steps, expected):
    history = History().add("opened", T0, id=one, priority="P1").add("priority.changed", T0, id=two, priority="P2")
    for minute, type in enumerate(steps, 1):
        history.add(type, f"2026-03-02T14:0{minute}:00Z", id=f"y{minute}")
    assert only(judged(judge, {**PLAIN, **more}, history, "2026-03-02T20:00:00Z")).outcome == expected


@EITHER
def test_where_sees_a_change_of_the_same_instant(judge, one, two):
    policy = {**PLAIN, "stop": {"type": "closed", "where": {"priority": "P1"}}}
    history = History().add("opened", T0, id="0", priority="P2")
    history.add("priority.changed", T30, id=one, priority="P1").add("closed", T30, id=two)
    assert only(judged(judge, policy, history)).outcome == "met"


@EITHER
def test_applies_sees_a_change_of_the_instant_of_the_start(judge, one, two):
    policy = {**PLAIN, "applies": {"team": "red"}}
    history = History().add("opened", T0, id=one).add("team.changed", T0, id=two, team="red")
    assert len(judged(judge, policy, history)) == 1


# --- then stops, cancels, starts, and what is left over ---------------------------------------------------------


@EITHER
@pytest.mark.parametrize("at", [T60, T90])
def test_of_a_stop_and_a_cancel_at_one_instant_the_stop_comes_first(judge, one, two, at):
    history = History().add("opened", T0, id="0").add("closed", at, id=one).add("cancelled", at, id=two)
    verdict = only(judged(judge, PLAIN, history))
    assert verdict.outcome == ("met" if at == T60 else "breached")
    assert verdict.stop is not None


@EITHER
def test_a_stop_at_the_instant_of_its_start_counts(judge, one, two):
    history = History().add("opened", T0, id=one).add("closed", T0, id=two)
    verdict = only(judged(judge, PLAIN, history, T90))
    assert (verdict.outcome, verdict.elapsed, verdict.margin) == ("met", timedelta(0), timedelta(hours=1))
    assert kinds(judged(judge, PLAIN, history)) == []


@EITHER
def test_a_cancel_at_the_instant_of_its_start_counts(judge, one, two):
    history = History().add("opened", T0, id=one).add("cancelled", T0, id=two)
    assert only(judged(judge, PLAIN, history, T90)).outcome == "void"


@pytest.mark.parametrize("ids", [*permutations("abc")])
def test_start_stop_and_cancel_at_one_instant_are_a_stopped_instance(judge, ids):
    history = History()
    for type, id in zip(("opened", "closed", "cancelled"), ids, strict=True):
        history.add(type, T0, id=id)
    verdict = only(judged(judge, EACH, history, T90))
    assert (verdict.outcome, verdict.stop) == ("met", verdict.start)


@EITHER
def test_a_stop_at_the_instant_of_a_new_start_stops_the_open_instance(judge, one, two):
    history = History().add("opened", T0, id="0").add("opened", T60, id=one).add("closed", T60, id=two)
    first, second = judged(judge, EACH, history)
    assert (first.outcome, first.stop) == ("met", second.start)
    assert (second.outcome, second.stop) == ("pending", None)


@EITHER
def test_a_cancel_at_the_instant_of_a_new_start_cancels_the_open_instance(judge, one, two):
    history = History().add("opened", T0, id="0").add("opened", T60, id=one).add("cancelled", T60, id=two)
    first, second = judged(judge, EACH, history)
    assert (first.outcome, second.outcome) == ("void", "pending")


@pytest.mark.parametrize("ids", [*permutations("abc")])
def test_of_two_stops_at_the_instant_of_a_new_start_each_stops_one(judge, ids):
    history = History().add("opened", T0, id="0")
    for type, id in zip(("opened", "closed", "closed"), ids, strict=True):
        history.add(type, T60, id=id)
    first, second = judged(judge, EACH, history, T90)
    assert first.stop == second.start == second.stop
    assert (first.outcome, second.outcome) == ("met", "met")
    assert set(first.evidence) & set(second.evidence) == set()


@pytest.mark.parametrize("ids", [*permutations("abc")])
def test_a_cancel_that_the_stop_left_over_cancels_the_new_start_of_the_instant(judge, ids):
    history = History().add("opened", T0, id="0")
    for type, id in zip(("opened", "closed", "cancelled"), ids, strict=True):
        history.add(type, T60, id=id)
    first, second = judged(judge, EACH, history, T90)
    assert (first.outcome, second.outcome) == ("met", "void")


def test_one_stop_stops_at_most_one_instance(judge):
    history = History().add("opened", T0).add("closed", T30).add("opened", T60)
    first, second = judged(judge, EACH, history, "2026-03-02T16:00:00.000001Z")
    assert (first.outcome, second.outcome) == ("met", "breached")


def test_one_stop_may_stop_an_instance_of_each_policy(judge):
    test = agreement(PLAIN, events=EVENTS)
    whole = {
        "agreement": "two",
        "clauses": [{"id": "c"}],
        "events": EVENTS,
        "policies": [{"id": id, "clause": "c", "kind": "deadline", **PLAIN} for id in ("p", "q")],
    }
    history = History().add("opened", T0).add("closed", T30)
    assert [verdict.outcome for verdict in judge(sla.load(whole), history.events)] == ["met", "met"]
    assert [verdict.outcome for verdict in judge(test, history.events)] == ["met"]


def test_two_starts_at_one_instant_open_one_instance(judge):
    history = History().add("opened", T0, id="a").add("opened", T0, id="b").add("closed", T30)
    assert only(judged(judge, EACH, history)).outcome == "met"


# --- an event that is both a start and a stop -------------------------------------------------------------------

HANDED = {"start": ["opened", "handed_over"], "stop": ["closed", "handed_over"], "limit": "1 h", "occurrence": "each"}


def test_an_event_never_stops_the_instance_that_it_starts(judge):
    verdict = only(judged(judge, HANDED, History().add("handed_over", T0), T60))
    assert (verdict.outcome, verdict.stop) == ("pending", None)


def test_an_event_may_stop_one_instance_and_start_the_next(judge):
    history = History().add("opened", T0).add("handed_over", T30).add("handed_over", T60).add("closed", T90)
    verdicts = judged(judge, HANDED, history)
    assert [(verdict.start, verdict.stop) for verdict in verdicts] == [
        (event.time, after.time) for event, after in zip(history.events, history.events[1:], strict=False)
    ]


@EITHER
def test_of_two_such_events_at_one_instant_one_starts_and_the_other_stops(judge, one, two):
    history = History().add("handed_over", T0, id=one).add("handed_over", T0, id=two)
    verdict = only(judged(judge, HANDED, history, T90))
    assert (verdict.outcome, verdict.stop) == ("met", verdict.start)
    assert verdict.evidence == ("a", "b")


def test_an_event_that_is_stop_and_cancel_stops(judge):
    policy = {**PLAIN, "cancel": ["cancelled", "closed"]}
    assert only(judged(judge, policy, History().add("opened", T0).add("closed", T30))).outcome == "met"


# --- pauses at one instant --------------------------------------------------------------------------------------

PAUSED = {**PLAIN, "pause": {"from": "held", "to": "released"}, "resume": "reopened"}


@EITHER
def test_of_a_pause_and_a_stop_at_one_instant_the_stop_comes_first(judge, one, two):
    history = History().add("opened", T0, id="0").add("held", T90, id=one).add("closed", T90, id=two)
    assert only(judged(judge, PAUSED, history)).outcome == "breached"
    in_time = History().add("opened", T0, id="0").add("held", T30, id=one).add("closed", T30, id=two)
    verdict = only(judged(judge, PAUSED, in_time, "2026-03-09T00:00:00Z"))
    assert (verdict.outcome, verdict.elapsed, verdict.margin) == ("met", timedelta(minutes=30), timedelta(minutes=30))
    assert verdict.due == only(judged(judge, PLAIN, in_time)).due


@EITHER
def test_a_pause_that_ends_at_the_instant_that_another_begins_holds_the_clock_on(judge, one, two):
    history = History().add("opened", T0, id="0").add("held", T30, id="1")
    history.add("released", T60, id=one).add("held", T60, id=two).add("closed", "2026-03-02T19:00:00Z", id="z")
    verdict = only(judged(judge, PAUSED, history))
    assert (verdict.outcome, verdict.elapsed) == ("met", timedelta(minutes=30))


@EITHER
def test_a_pause_that_ends_at_its_beginning_takes_no_time(judge, one, two):
    history = History().add("opened", T0, id="0").add("held", T30, id=one).add("released", T30, id=two)
    history.add("closed", T90, id="z")
    verdicts = judged(judge, PAUSED, history)
    assert (only(verdicts).outcome, only(verdicts).elapsed) == ("breached", timedelta(minutes=90))
    assert kinds(verdicts) == []


@EITHER
def test_a_reopening_at_the_instant_of_the_stop_reopens(judge, one, two):
    """The design does not order these two; the stop is the one that a resume undoes, so it comes first."""
    history = History().add("opened", T0, id="0").add("closed", T30, id=one).add("reopened", T30, id=two)
    assert only(judged(judge, PAUSED, history)).outcome == "pending"


# --- ids, and repeated events -----------------------------------------------------------------------------------


def event(id, type, time, subject="S", **data):
    return sla.Event(id=id, type=type, subject=subject, time=time, data=data)


@pytest.mark.parametrize("same", [False, True], ids=["equal-events", "same-objects"])
def test_a_repeated_event_is_dropped_and_counted(judge, same):
    events = [event("1", "opened", T0), event("2", "closed", T30), event("3", "opened", T60)]
    again = events[:2] if same else [event("1", "opened", T0), event("2", "closed", T30)]
    verdicts = judge(agreement(EACH, events=EVENTS), [*events, again[1], again[1], again[0]])
    assert [verdict.outcome for verdict in verdicts] == ["met", "pending"]
    assert sum(finding.count for finding in verdicts.findings if finding.kind == "duplicate") == 3
    assert {finding.kind for finding in verdicts.findings} == {"duplicate"}


def test_a_repeated_stop_stops_only_one_instance(judge):
    stop = event("s", "closed", T60)
    events = [event("1", "opened", T0), stop, event("2", "opened", T60), stop]
    assert [verdict.outcome for verdict in judge(agreement(EACH, events=EVENTS), events)] == ["met", "pending"]


@pytest.mark.parametrize("order", [1, -1])
def test_of_one_id_with_other_content_the_first_in_order_is_kept(judge, order):
    events = [event("1", "opened", T0), event("2", "closed", T30), event("2", "closed", T90)]
    verdicts = judge(agreement(PLAIN, events=EVENTS), events[::order])
    assert (only(verdicts).outcome, only(verdicts).elapsed) == ("met", timedelta(minutes=30))
    assert kinds(verdicts) == ["conflicting_id"]
    assert verdicts.findings[0].event == "2"


@pytest.mark.parametrize("order", [1, -1])
def test_a_conflicting_id_of_another_subject_conflicts_too(judge, order):
    events = [event("1", "opened", T0), event("2", "closed", T30, "A"), event("2", "closed", T30, "S")]
    verdicts = judge(agreement(PLAIN, events=EVENTS), events[::order])
    assert only(verdicts).outcome == "pending"
    assert "conflicting_id" in kinds(verdicts)


@pytest.mark.parametrize("order", [1, -1])
def test_a_conflicting_id_after_as_of_does_not_exist_yet(judge, order):
    events = [event("1", "opened", T0), event("2", "closed", T30), event("2", "closed", T90)]
    verdicts = judge(agreement(PLAIN, events=EVENTS), events[::order], as_of=T60)
    assert kinds(verdicts) == []


def test_a_conflicting_id_counts_once_for_each_event_that_is_dropped(judge):
    """Repetitions of the event that is kept are duplicates, beside the conflict."""
    kept = event("1", "opened", T0)
    verdicts = judge(agreement(PLAIN, events=EVENTS), [kept, event("1", "opened", T30), event("1", "opened", T0)])
    assert kinds(verdicts) == ["conflicting_id", "duplicate"]


def test_identical_events_without_ids_are_kept(judge):
    events = [event(None, "opened", T0), event(None, "opened", T60), event(None, "closed", T60)]
    verdicts = judge(agreement(EACH, events=EVENTS), [*events, event(None, "closed", T60)])
    assert [verdict.outcome for verdict in verdicts] == ["met", "met"]
    assert kinds(verdicts) == []
    once = judge(agreement(EACH, events=EVENTS), events)
    assert [verdict.outcome for verdict in once] == ["met", "pending"]


def test_events_without_ids_of_one_instant_are_in_order_of_their_content(judge):
    changes = [event(None, "priority.changed", T30, priority=priority) for priority in ("P3", "P1", "P2")]
    for order in permutations(changes):
        verdict = only(judge(agreement(BY_PRIORITY, events=EVENTS), [*order, event(None, "opened", T0, priority="P1")]))
        assert verdict.limit == timedelta(hours=3)


def test_events_with_and_without_ids_may_be_mixed_in_any_order(judge):
    events = [
        event("1", "opened", T0, priority="P1"),
        event(None, "priority.changed", T30, priority="P2"),
        event("2", "priority.changed", T30, priority="P3"),
        event(None, "closed", T90),
    ]
    found = {
        str([verdict.to_dict() for verdict in judge(agreement(BY_PRIORITY, events=EVENTS), order)])
        for order in permutations(events)
    }
    assert len(found) == 1
