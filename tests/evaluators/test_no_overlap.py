"""Bookings of one resource that must not overlap."""

from itertools import groupby

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import sla_rules as sla
from sla_rules.instants import MINUTE, micros, moment
from tests.conftest import History, agreement, kinds, only

INSTANT = {"kind": "instant"}
EVENTS = {
    "booked": {
        "room": {"kind": "text"},
        "start": INSTANT,
        "end": INSTANT,
        "vip": {"kind": "boolean"},
        "day": {"kind": "date"},
    },
    "released": {"room": {"kind": "text"}},
    "warned": {},
    "changed": {"vip": {"kind": "boolean"}},
}
POLICY = {
    "kind": "no_overlap",
    "booked": "booked",
    "released": "released",
    "resource": "room",
    "from": "start",
    "to": "end",
}
EITHER_ID_FIRST = pytest.mark.parametrize(("a", "b"), [("e1", "e2"), ("e2", "e1")])


def at(clock, day="02"):
    return f"2026-03-{day}T{clock if clock.count(':') == 2 else clock + ':00'}Z"


def span(text):
    """The start and end of a meeting, `10:00-11:00`."""
    start, end = text.split("-")
    return {"start": at(start, "05"), "end": at(end, "05")}


class Diary(History):
    def book(self, id, subject, times, clock="09:00", room="A", **data):
        room = {} if room is None else {"room": room}
        return self.add("booked", at(clock), id=id, subject=subject, **room, **span(times), **data)

    def release(self, id, subject, clock, **data):
        return self.add("released", at(clock), id=id, subject=subject, **data)


def judged(judge, diary, policy=POLICY, **parts):
    return judge(agreement(policy, **{"events": EVENTS, **parts}), diary.events)


def outcomes(verdicts):
    return {verdict.evidence[0]: str(verdict.outcome) for verdict in verdicts}


# --- what overlaps ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("times", "outcome"),
    [
        ("10:00-11:00", "breached"),  # the same
        ("10:15-10:45", "breached"),  # within
        ("09:00-12:00", "breached"),  # around
        ("09:30-10:30", "breached"),
        ("10:30-11:30", "breached"),
        ("10:59:59.999999-12:00", "breached"),
        ("11:00-12:00", "met"),  # back to back
        ("09:00-10:00", "met"),
        ("09:00-10:00:00.000001", "breached"),
        ("12:00-13:00", "met"),
    ],
)
def test_intervals_are_half_open_and_the_later_booking_is_at_fault(judge, times, outcome):
    verdicts = judged(judge, Diary().book("e1", "X", "10:00-11:00").book("e2", "Y", times, "09:10"))
    assert outcomes(verdicts) == {"e1": "met", "e2": outcome}
    assert kinds(verdicts) == []


def test_made_later_means_the_event_not_the_meeting(judge):
    diary = Diary().book("e1", "X", "10:00-11:00", "09:10").book("e2", "Y", "10:30-11:30", "09:00")
    assert outcomes(judged(judge, diary)) == {"e2": "met", "e1": "breached"}


@EITHER_ID_FIRST
def test_at_one_instant_the_higher_id_is_at_fault(judge, a, b):
    diary = Diary().book(a, "X", "10:00-11:00").book(b, "Y", "10:30-11:30")
    assert outcomes(judged(judge, diary)) == {"e1": "met", "e2": "breached"}


def test_ids_compare_as_text(judge):
    diary = Diary().book("e9", "X", "10:00-11:00").book("e10", "Y", "10:30-11:30")
    assert outcomes(judged(judge, diary)) == {"e10": "met", "e9": "breached"}


def test_other_resources_do_not_matter(judge):
    diary = Diary().book("e1", "X", "10:00-11:00").book("e2", "Y", "10:00-11:00", room="B")
    diary.book("e3", "Z", "10:00-11:00", room="C").book("e4", "V", "10:30-11:30", "09:10", room="B")
    verdicts = judged(judge, diary)
    assert outcomes(verdicts) == {"e1": "met", "e2": "met", "e3": "met", "e4": "breached"}
    assert only(verdicts, outcome="breached").evidence == ("e4", "e2")


def test_the_resource_may_be_any_kind_of_value(judge):
    events = {**EVENTS, "booked": {**EVENTS["booked"], "room": {"kind": "integer"}}}
    diary = Diary().book("e1", "X", "10:00-11:00", room=1).book("e2", "Y", "10:00-11:00", room=2)
    diary.book("e3", "Z", "10:00-11:00", room=1)
    assert outcomes(judged(judge, diary, events=events)) == {"e1": "met", "e2": "met", "e3": "breached"}


def test_a_booking_at_fault_blocks_others_all_the_same(judge):
    diary = Diary().book("e1", "X", "10:00-11:00").book("e2", "Y", "10:30-11:30", "09:10")
    diary.book("e3", "Z", "11:00-12:00", "09:20")
    assert outcomes(judged(judge, diary)) == {"e1": "met", "e2": "breached", "e3": "breached"}


def test_one_booking_that_overlaps_several_is_one_breach(judge):
    diary = Diary().book("e1", "X", "10:00-11:00").book("e2", "Y", "11:00-12:00").book("e3", "Z", "10:30-11:30")
    assert outcomes(judged(judge, diary)) == {"e1": "met", "e2": "met", "e3": "breached"}


def test_a_meeting_of_no_length_shares_no_time(judge):
    """Design, *Time*: intervals are half-open, so `[s, s)` is empty and overlaps nothing."""
    diary = Diary().book("e1", "X", "10:00-11:00").book("e2", "Y", "10:30-10:30", "09:10")
    assert outcomes(judged(judge, diary)) == {"e1": "met", "e2": "met"}


# --- released ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("clock", "outcome"),
    [("09:10", "met"), ("09:59:59.999999", "met"), ("10:00", "met"), ("10:00:00.000001", "breached")],
)
@EITHER_ID_FIRST
def test_a_booking_released_by_then_blocks_no_more(judge, clock, outcome, a, b):
    """At one instant the release comes first, whatever the ids."""
    diary = Diary().book("e0", "X", "13:00-14:00", "09:00").release(a, "X", clock)
    diary.book(b, "Y", "13:00-14:00", "10:00")
    assert outcomes(judged(judge, diary)) == {"e0": "met", b: outcome}


def test_releasing_the_one_at_fault_later_does_not_mend_it(judge):
    diary = Diary().book("e1", "X", "10:00-11:00").book("e2", "Y", "10:00-11:00", "09:10").release("e3", "Y", "09:20")
    diary.book("e4", "Z", "10:00-11:00", "09:30").release("e5", "X", "09:40").book("e6", "V", "10:00-11:00", "09:50")
    verdicts = judged(judge, diary)
    assert outcomes(verdicts) == {"e1": "met", "e2": "breached", "e4": "breached", "e6": "breached"}
    assert only(verdicts, subject="Z").evidence == ("e4", "e1")
    assert only(verdicts, subject="V").evidence == ("e6", "e4")


def test_the_release_of_another_subject_releases_nothing(judge):
    diary = Diary().book("e1", "X", "10:00-11:00").release("e2", "W", "09:10").book("e3", "Y", "10:00-11:00", "09:20")
    assert outcomes(judged(judge, diary)) == {"e1": "met", "e3": "breached"}


def test_a_release_before_the_booking_releases_nothing(judge):
    diary = Diary().release("e0", "X", "08:59:59.999999").book("e1", "X", "10:00-11:00")
    diary.book("e2", "Y", "10:00-11:00", "09:20")
    assert outcomes(judged(judge, diary)) == {"e1": "met", "e2": "breached"}


@EITHER_ID_FIRST
def test_a_release_at_the_instant_of_its_own_booking_releases_it(judge, a, b):
    """Design, *Order*: stops not yet used come after the starts of their instant."""
    diary = Diary().book(a, "X", "10:00-11:00").release(b, "X", "09:00").book("e3", "Y", "10:00-11:00", "09:20")
    assert outcomes(judged(judge, diary)) == {a: "met", "e3": "met"}


@EITHER_ID_FIRST
def test_a_release_of_the_one_before_does_not_release_its_replacement_of_the_same_instant(judge, a, b):
    diary = Diary().book("e0", "X", "10:00-11:00").release(a, "X", "09:10").book(b, "X", "12:00-13:00", "09:10")
    diary.book("e8", "Y", "10:00-11:00", "09:20").book("e9", "Z", "12:00-13:00", "09:20")
    assert outcomes(judged(judge, diary)) == {"e0": "met", b: "met", "e8": "met", "e9": "breached"}


def test_a_policy_may_have_no_release(judge):
    policy = {name: value for name, value in POLICY.items() if name != "released"}
    diary = Diary().book("e1", "X", "10:00-11:00").release("e2", "X", "09:10").book("e3", "Y", "10:00-11:00", "09:20")
    assert outcomes(judged(judge, diary, policy)) == {"e1": "met", "e3": "breached"}


# --- booked anew ------------------------------------------------------------------------------------------------


def test_booking_a_subject_again_replaces_its_interval(judge):
    diary = Diary().book("e1", "X", "10:00-11:00").book("e2", "X", "10:30-11:30", "09:10")
    diary.book("e3", "Y", "10:00-10:30", "09:20").book("e4", "Z", "11:00-12:00", "09:30")
    assert outcomes(judged(judge, diary)) == {"e1": "met", "e2": "met", "e3": "met", "e4": "breached"}


def test_it_may_move_to_another_resource(judge):
    diary = Diary().book("e1", "X", "10:00-11:00").book("e2", "X", "10:00-11:00", "09:10", room="B")
    diary.book("e3", "Y", "10:00-11:00", "09:20").book("e4", "Z", "10:00-11:00", "09:30", room="B")
    assert outcomes(judged(judge, diary)) == {"e1": "met", "e2": "met", "e3": "met", "e4": "breached"}


def test_the_new_interval_is_judged_as_made_when_it_was(judge):
    diary = Diary().book("e1", "X", "10:00-11:00").book("e2", "Y", "12:00-13:00", "09:10")
    diary.book("e3", "X", "12:30-13:30", "09:20")
    assert outcomes(judged(judge, diary)) == {"e1": "met", "e2": "met", "e3": "breached"}


# --- what is missing or backwards -------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["room", "start", "end"])
def test_a_booking_that_lacks_a_part_is_undetermined_and_blocks_nothing(judge, name):
    data = {"room": "A", **span("10:00-11:00")}
    del data[name]
    diary = Diary().add("booked", at("09:00"), id="e1", subject="X", **data).book("e2", "Y", "10:00-11:00", "09:10")
    verdicts = judged(judge, diary)
    assert outcomes(verdicts) == {"e1": "undetermined", "e2": "met"}
    assert f"`{name}`" in only(verdicts, subject="X").reason


def test_a_part_that_is_none_of_its_kind_counts_as_missing(judge):
    diary = Diary().add("booked", at("09:00"), id="e1", subject="X", room="A", start="10:00", end=at("11:00", "05"))
    verdicts = judged(judge, diary)
    assert (only(verdicts).outcome, kinds(verdicts)) == ("undetermined", ["wrong_value"])
    assert verdicts.findings[0].event == "e1"


@pytest.mark.parametrize("declared", [False, True])
def test_an_interval_that_ends_before_it_starts_is_a_finding_and_no_verdict_is_invented(judge, declared):
    end = {"kind": "instant", "not_before": "start"} if declared else INSTANT
    events = {**EVENTS, "booked": {**EVENTS["booked"], "end": end}}
    diary = Diary().book("e1", "X", "11:00-10:00").book("e2", "Y", "10:15-10:45", "09:10")
    verdicts = judged(judge, diary, events=events)
    assert outcomes(verdicts).get("e1") in (None, "undetermined")
    assert outcomes(verdicts)["e2"] == "met"
    assert [(finding.kind, finding.event) for finding in verdicts.findings] == [("interval_reversed", "e1")]


# --- match ------------------------------------------------------------------------------------------------------

BY_ROOM = {**POLICY, "match": ["subject", "room"]}


def test_with_the_resource_in_the_match_a_subject_has_a_booking_of_each(judge):
    diary = Diary().book("e1", "X", "10:00-11:00").book("e2", "X", "10:00-11:00", room="B")
    diary.book("e3", "Y", "10:00-11:00", "09:10").book("e4", "Y", "10:00-11:00", "09:10", room="B")
    assert outcomes(judged(judge, diary, BY_ROOM)) == {"e1": "met", "e2": "met", "e3": "breached", "e4": "breached"}


def test_a_release_that_names_the_room_releases_that_one(judge):
    diary = Diary().book("e1", "X", "10:00-11:00").book("e2", "X", "10:00-11:00", room="B")
    diary.release("e3", "X", "09:10", room="A")
    diary.book("e4", "Y", "10:00-11:00", "09:20").book("e5", "Y", "10:00-11:00", "09:20", room="B")
    assert outcomes(judged(judge, diary, BY_ROOM)) == {"e1": "met", "e2": "met", "e4": "met", "e5": "breached"}


def test_a_release_that_lacks_a_match_field_releases_every_booking_of_its_subject(judge):
    """Design, `match`: an event that lacks one of the other match fields belongs to every case of that subject."""
    diary = Diary().book("e1", "X", "10:00-11:00").book("e2", "X", "10:00-11:00", room="B").release("e3", "X", "09:10")
    diary.book("e4", "Y", "10:00-11:00", "09:20").book("e5", "Y", "10:00-11:00", "09:20", room="B")
    assert outcomes(judged(judge, diary, BY_ROOM)) == {"e1": "met", "e2": "met", "e4": "met", "e5": "met"}


# --- applies, exemptions, in force, objectives ------------------------------------------------------------------


def test_a_booking_that_the_policy_does_not_concern_has_no_verdict_and_blocks_nothing(judge):
    diary = Diary().book("e1", "X", "10:00-11:00", vip=False).book("e2", "Y", "10:00-11:00", "09:10", vip=True)
    assert outcomes(judged(judge, diary, {**POLICY, "applies": {"vip": True}})) == {"e2": "met"}


EXEMPT = {
    **POLICY,
    "exemptions": [{"id": "vip", "clause": "other", "when": {"vip": True}}, {"id": "told", "preceded_by": "warned"}],
}


def test_an_exempt_booking_is_exempt_kept_or_not_and_still_blocks(judge):
    diary = Diary().book("e1", "X", "10:00-11:00", vip=True).book("e2", "Y", "10:00-11:00", "09:10", vip=True)
    diary.book("e3", "Z", "10:00-11:00", "09:20")
    verdicts = judged(judge, diary, EXEMPT)
    assert outcomes(verdicts) == {"e1": "exempt", "e2": "exempt", "e3": "breached"}
    verdict = only(verdicts, subject="Y")
    assert (verdict.exempted_by, verdict.clauses) == (("vip",), ("c", "other"))
    assert "`vip`" in verdict.reason


def test_exempt_comes_before_undetermined(judge):
    verdicts = judged(judge, Diary().book("e1", "X", "10:00-11:00", room=None, vip=True), EXEMPT)
    assert outcomes(verdicts) == {"e1": "exempt"}


@pytest.mark.parametrize(("clock", "exempt"), [("09:00", True), ("09:10", True), ("09:10:00.000001", False)])
def test_an_exemption_rests_on_what_came_at_or_before_the_booking(judge, clock, exempt):
    """A booking is judged at its instant (the reading of the code: it is its own stop)."""
    diary = Diary().book("e1", "X", "10:00-11:00").add("warned", at(clock), id="e3", subject="Y")
    diary.book("e2", "Y", "10:00-11:00", "09:10")
    verdict = only(judged(judge, diary, EXEMPT), subject="Y")
    assert (verdict.outcome, verdict.exempted_by) == (("exempt", ("told",)) if exempt else ("breached", ()))
    assert ("e3" in verdict.evidence) == exempt


def test_a_booking_before_the_agreement_is_in_force_is_a_finding_and_still_blocks(judge):
    diary = Diary().add("booked", "2026-03-01T23:59:59.999999Z", id="e1", subject="X", room="A", **span("10:00-11:00"))
    diary.book("e2", "Y", "10:00-11:00", "00:00")
    verdicts = judged(judge, diary, in_force={"from": "2026-03-02"})
    assert (outcomes(verdicts), kinds(verdicts)) == ({"e2": "breached"}, ["not_in_force"])
    assert verdicts.findings[0].event == "e1"


def test_the_period_is_that_of_the_booking_or_of_a_field_at_it(judge):
    diary = Diary().book("e1", "X", "10:00-11:00", day="2026-03-05")
    monthly = {**POLICY, "objective": {"at_least": "99 %", "per": "day"}}
    assert only(judged(judge, diary, monthly), subject="X").period == "2026-03-02"
    monthly["objective"] = {"at_least": "99 %", "per": "day", "of": "day"}
    assert only(judged(judge, diary, monthly), subject="X").period == "2026-03-05"
    assert only(judged(judge, diary, monthly), subject="").outcome == "pending"


def test_the_reason_names_the_resource_and_who_was_first(judge):
    diary = Diary().book("e1", "XENIA", "10:00-11:00").book("e2", "YVES", "10:00-11:00", "09:10")
    verdict = only(judged(judge, diary), subject="YVES")
    assert "room A" in verdict.reason
    assert "XENIA" in verdict.reason
    assert (verdict.clauses, verdict.evidence) == (("c",), ("e2", "e1"))
    kept = only(judged(judge, diary), subject="XENIA")
    assert "room A" in kept.reason
    assert (kept.start, kept.key) == (moment(micros(at("09:00"))), ("XENIA",))


# --- restated ---------------------------------------------------------------------------------------------------

BEGIN = micros(at("09:00"))
row = st.tuples(
    st.sampled_from(["booked", "booked", "released"]),
    st.sampled_from("XYZ"),
    st.sampled_from("AB"),
    st.integers(0, 6),  # when it is made
    st.integers(0, 6),  # when it begins
    st.integers(1, 3),  # how long it lasts
)


def made(rows, ids):
    events = []
    for (type, subject, room, minute, begin, length), id in zip(rows, ids, strict=True):
        times = {"start": moment(BEGIN + begin * MINUTE), "end": moment(BEGIN + (begin + length) * MINUTE)}
        data = {"room": room, **times} if type == "booked" else {}
        event = sla.Event(id=f"{id:02}", type=type, subject=subject, time=moment(BEGIN + minute * MINUTE), data=data)
        events.append(event)
    return events


diaries = st.lists(row, min_size=2, max_size=12).flatmap(
    lambda rows: st.permutations(range(len(rows))).map(lambda ids: made(rows, ids))
)


def sequence(events):
    """The events in the order in which they take effect, by subject and instant; an unused release comes last."""
    ordered = sorted(events, key=lambda event: (event.at, event.id))
    for _, group in groupby(ordered, key=lambda event: event.at):
        instant = list(group)
        released = [event for event in instant if event.type == "released"]
        booked = [event for event in instant if event.type == "booked"]
        yield released, booked


def at_fault(events):
    """The pairwise definition: a booking is at fault that shares time with one made before, standing at its turn."""
    turn, life, turns = {}, {}, 0  # the turn of each booking, and the turn at which it stood no more
    open_of = {}
    for released, booked in sequence(events):
        unused = []
        for event in released:
            turns += 1
            if event.subject in open_of:
                life[open_of.pop(event.subject)] = turns
            else:
                unused.append(event)
        for event in booked:
            turns += 1
            if event.subject in open_of:
                life[open_of[event.subject]] = turns
            open_of[event.subject] = event.id
            turn[event.id] = turns
        for event in unused:
            turns += 1
            if event.subject in open_of:
                life[open_of.pop(event.subject)] = turns
    of = {event.id: event for event in events}

    def shares(one, other):
        a, b = of[one].data, of[other].data
        return a["room"] == b["room"] and max(a["start"], b["start"]) < min(a["end"], b["end"])

    return {
        one
        for one in turn
        for other in turn
        if turn[other] < turn[one] < life.get(other, turns + 1) and shares(one, other)
    }


@settings(max_examples=300)
@given(events=diaries)
def test_law_pair_by_pair(judge, events):
    verdicts = judge(agreement(POLICY, events=EVENTS), events)
    guilty = at_fault(events)
    bookings = [event.id for event in events if event.type == "booked"]
    assert outcomes(verdicts) == {id: "breached" if id in guilty else "met" for id in bookings}
