"""Laws of deadlines, on random histories over policies that use everything, with many ties in time."""

import random
from collections import Counter

from hypothesis import given, settings
from hypothesis import strategies as st

import sla_rules as sla
from sla_rules.instants import HOUR, micros, moment

PRIORITIES, SITES, SERVICES = ("P1", "P2", "P3"), ("north", "south"), ("video", "audio")
PRIORITY = {"kind": "text", "values": [*PRIORITIES]}
SITE, SERVICE = {"kind": "text", "values": [*SITES]}, {"kind": "text", "values": [*SERVICES]}
INSTANT = {"kind": "instant"}
EVENTS = {
    "opened": {"priority": PRIORITY, "service": SERVICE, "site": SITE, "vip": {"kind": "boolean"}},
    "priority.changed": {"priority": PRIORITY, "site": SITE},
    "status.changed": {"status": {"kind": "text", "values": ["new", "pending"]}},
    "closed": {"site": SITE},
    "handed_over": {"site": SITE},
    "cancelled": {"site": SITE},
    "reopened": {},
    "held": {},
    "released": {},
    "absence.told": {},
    "deferred": {"to": {"kind": "text", "values": ["release", "patch"]}},
    "published": {"kind": {"kind": "text", "values": ["release", "patch"]}},
    "maintenance.scheduled": {"service": SERVICE, "window_start": INSTANT, "window_end": INSTANT},
    "maintenance.rescheduled": {"service": SERVICE, "window_start": INSTANT, "window_end": INSTANT},
    "maintenance.cancelled": {},
    "force.declared": {"service": SERVICE},
    "force.lifted": {"service": SERVICE},
}
WINDOWS = {
    "maintenance": {
        "event": "maintenance.scheduled",
        "replaced_by": "maintenance.rescheduled",
        "cancelled_by": "maintenance.cancelled",
        "start": "window_start",
        "end": "window_end",
        "scope": "service",
    },
    "force": {"from": "force.declared", "to": "force.lifted", "scope": "service"},
    "freeze": {"scope": "service"},
}
CALENDARS = {
    "office": {"week": {"mon-fri": ["09:00-12:00", "13:00-17:00"]}},
    "desk": {"week": {"mon-sun": "08:00-20:00"}, "exhausted_at": "closing"},
}
TABLE = {"by": "priority", "table": {"P1": "1 h", "P2": "4 h", "P3": "9 h"}}
PAUSES = [{"from": "held", "to": "released"}, {"while": {"status": "pending"}}]


def policies(factor=1):
    """Deadlines of many sorts; `factor` lengthens every limit."""

    def hours(number):
        return f"{number * factor} h"

    table = {"by": "priority", "table": {"P1": hours(1), "P2": hours(4), "P3": hours(9)}}
    plain = {"kind": "deadline", "clause": "c", "start": "opened", "stop": "closed", "cancel": "cancelled"}
    return {
        "plain": {**plain, "limit": hours(4)},
        "strict": {**plain, "limit": hours(4), "strict": True, "objective": {"at_least": "80 %", "per": "day"}},
        "stretched": {
            **plain,
            "limit": hours(4),
            "calendar": "office",
            "pause": PAUSES,
            "exclude": [*WINDOWS],
            "occurrence": "each",
        },
        "closing": {**plain, "limit": hours(4), "calendar": "desk", "pause": PAUSES, "exclude": ["freeze", "force"]},
        "handing": {
            **plain,
            "start": ["opened", "handed_over"],
            "stop": ["closed", "handed_over"],
            "occurrence": "each",
            "limit": hours(2),
        },
        "reopening": {**plain, "limit": hours(4), "resume": "reopened", "pause": PAUSES[0], "occurrence": "each"},
        "by-site": {**plain, "limit": hours(4), "match": ["subject", "site"], "pause": PAUSES, "occurrence": "each"},
        "retargeted": {**plain, "limit": table, "pause": PAUSES, "exclude": ["maintenance"], "resume": "reopened"},
        "two-calendars": {
            **plain,
            "limit": hours(4),
            "calendar": {"by": "priority", "table": {"P1": "always", "P2": "office", "P3": "desk"}},
        },
        "exempting": {
            **plain,
            "limit": table,
            "exemptions": [
                {"id": "vip", "when": {"vip": True}},
                {"id": "absent", "clause": "other", "preceded_by": "absence.told"},
            ],
        },
        "deferring": {
            **plain,
            "limit": table,
            "resume": "reopened",
            "deferral": {
                "by": "priority",
                "table": {"P2": ["release", "patch"], "P3": ["release"]},
                "event": "deferred",
                "field": "to",
                "until": "published",
                "kind": "kind",
                "carries": {"release": ["patch"]},
            },
        },
    }


def made(chosen=None, factor=1):
    wanted = {id: policy for id, policy in policies(factor).items() if chosen is None or id in chosen}
    return sla.load(
        {
            "agreement": "laws",
            "timezone": "Europe/Paris",
            "clauses": [{"id": "c"}, {"id": "other"}],
            "events": EVENTS,
            "windows": WINDOWS,
            "calendars": CALENDARS,
            "policies": [{"id": id, **policy} for id, policy in wanted.items()],
        }
    )


ALL = made()
LATER_ONLY = ("plain", "strict", "closing", "handing", "by-site")
"""Without severity change, exemption, reopening or deferral: what is decided stays decided."""
SINGLE = ("plain", "strict", "closing")

BEGIN = micros("2026-03-27T08:00:00+01:00")  # the Friday before the clocks change
FAR = BEGIN + 40 * 24 * HOUR
SUBJECTS = ("A", "B")
VALUES = {
    "priority": PRIORITIES,
    "service": SERVICES,
    "site": SITES,
    "vip": (True, False, False, False),
    "status": ("new", "pending"),
    "to": ("release", "patch"),
    "kind": ("release", "patch"),
}
OFTEN = ("opened", "closed", "cancelled", "priority.changed", "held", "released", "reopened")

# Hypothesis draws a seed and a size only: drawing every choice would give mostly short and dull histories.
seeds, sizes = st.integers(0, 2**64), st.sampled_from((12, 2, 3, 5, 8, 16, 20, 24))


def an_instant(dice):
    """One of few instants, so that many events share one or are an exact number of hours apart."""
    hour = dice.choice((dice.randrange(14), dice.randrange(14), dice.randrange(100)))
    return BEGIN + hour * HOUR + dice.choice((0,) * 8 + (-1, 1))


def an_event(dice, types, subjects, id, first):
    type = "opened" if first and "opened" in types else dice.choice([*types, *OFTEN])
    type = type if type in types else dice.choice(types)
    fields = EVENTS[type]
    data = {name: dice.choice(VALUES[name]) for name in fields if name in VALUES and dice.random() < 0.7}
    if "window_start" in fields:
        start = BEGIN + dice.randrange(24) * HOUR
        data |= {"window_start": moment(start), "window_end": moment(start + dice.randrange(-1, 6) * HOUR)}
    common = type.startswith(("maintenance", "force", "published"))
    subject = dice.choice(("M", "N")) if common else dice.choice(subjects)
    return sla.Event(id=id, type=type, subject=subject, time=moment(an_instant(dice)), data=data)


def a_history(seed, size, types=tuple(EVENTS), subjects=SUBJECTS, ids=1.0, prefix=""):
    """So many events whose ids are in no order; only a share of `ids` have one."""
    dice = random.Random(seed)
    numbers = dice.sample(range(100), size)
    return [
        an_event(dice, types, subjects, f"{prefix}{number}" if dice.random() < ids else None, place < 3)
        for place, number in enumerate(numbers)
    ]


def histories(types=tuple(EVENTS), subjects=SUBJECTS, ids=1.0, prefix=""):
    return st.builds(a_history, seeds, sizes, st.just(types), st.just(subjects), st.just(ids), st.just(prefix))


def some_windows(seed, size):
    dice = random.Random(seed)
    windows = []
    for _ in range(size):
        start = an_instant(dice)
        end = None if dice.random() < 0.2 else moment(start + dice.randrange(12) * HOUR)
        scope = dice.choice((None, *SERVICES))
        windows.append(sla.Window(kind="freeze", start=moment(start), end=end, scope=scope))
    return windows


instants = st.builds(lambda seed: an_instant(random.Random(seed)), seeds)
passed_windows = st.builds(some_windows, seeds, st.integers(0, 2))


often = settings(max_examples=60)


def told(verdicts):
    return [verdict.to_dict() for verdict in verdicts]


# --- order and repetition ---------------------------------------------------------------------------------------


@often
@given(history=histories(ids=0.5), windows=passed_windows, seed=st.integers(0, 999))
def test_the_order_of_the_input_never_matters(judge, history, windows, seed):
    expected = judge(ALL, history, windows=windows)
    shuffled = history.copy()
    random.Random(seed).shuffle(shuffled)
    found = judge(ALL, shuffled, windows=windows[::-1])
    assert told(found) == told(expected)
    assert Counter(found.findings) == Counter(expected.findings)


@often
@given(history=histories(), seed=st.integers(0, 999))
def test_repeating_events_never_changes_a_verdict(judge, history, seed):
    dice = random.Random(seed)
    again = [
        sla.Event(id=event.id, type=event.type, subject=event.subject, time=event.time, data=event.data)
        for event in dice.choices(history, k=5)
    ]
    mixed = history + again
    dice.shuffle(mixed)
    assert told(judge(ALL, mixed)) == told(judge(ALL, history))


@often
@given(history=histories(ids=0.5), windows=passed_windows)
def test_judging_twice_gives_the_same_and_leaves_the_input_alone(judge, history, windows):
    before = [(event.id, event.type, event.subject, event.at, dict(event.data)) for event in history]
    assert told(judge(ALL, history, windows=windows)) == told(judge(ALL, history, windows=windows))
    assert [(event.id, event.type, event.subject, event.at, dict(event.data)) for event in history] == before


# --- what every verdict says ------------------------------------------------------------------------------------


@often
@given(history=histories(ids=0.5), windows=passed_windows, as_of=instants)
def test_every_verdict_is_consistent_in_itself(judge, history, windows, as_of):
    for verdict in judge(ALL, history, windows=windows, as_of=moment(as_of)):
        if not verdict.subject:
            continue
        outcome, due, stop = verdict.outcome, verdict.due_at, verdict.stop_at
        assert verdict.start_at <= as_of
        assert stop is None or verdict.start_at <= stop <= as_of
        assert verdict.elapsed_micros is None or 0 <= verdict.elapsed_micros <= (stop or as_of) - verdict.start_at
        if outcome == "met":
            assert stop is not None
            assert due is None or stop <= due
        if outcome == "pending":
            assert stop is None
            assert due is None or as_of <= due
            assert due is not None or verdict.margin is None or verdict.margin_micros >= 0
        if outcome == "breached":
            assert due is not None
            assert stop is None or stop > due
            assert as_of > due
            assert verdict.margin_micros <= 0
        if outcome == "undetermined":
            assert (due, verdict.margin) == (None, None)
        assert (outcome == "exempt") == bool(verdict.exempted_by)
        assert verdict.clauses[0] == "c"
        assert verdict.evidence
        assert verdict.reason.endswith(".")


@often
@given(history=histories(), windows=passed_windows, as_of=instants)
def test_only_events_up_to_as_of_exist(judge, history, windows, as_of):
    known = [event for event in history if event.at <= as_of]
    expected = judge(ALL, known, windows=windows, as_of=moment(as_of))
    found = judge(ALL, history, windows=windows, as_of=moment(as_of))
    assert told(found) == told(expected)
    assert found.findings == expected.findings


@often
@given(history=histories(types=("opened", "closed", "handed_over", "cancelled", "reopened"), subjects=("A",)))
def test_one_event_stops_at_most_one_instance_of_a_match(judge, history):
    for policy in ("handing", "reopening", "stretched"):
        verdicts = judge(ALL.only(policy), history)
        ends = [verdict.evidence[-1] for verdict in verdicts if verdict.stop_at is not None]
        assert len(ends) == len(set(ends))
        starts = [verdict.evidence[0] for verdict in verdicts]
        assert len(starts) == len(set(starts))
        for verdict in verdicts:
            assert verdict.stop_at is None or verdict.evidence[0] != verdict.evidence[-1]


# --- other subjects, later stops, longer limits, later knowledge ------------------------------------------------

OWN = tuple(type for type in EVENTS if type.split(".")[0] not in ("maintenance", "force", "published"))


@often
@given(
    history=histories(types=OWN, subjects=("A",)),
    other=histories(types=OWN, subjects=("B",), prefix="b"),
    as_of=instants,
)
def test_unrelated_subjects_do_not_influence_each_other(judge, history, other, as_of):
    alone = [verdict for verdict in judge(ALL, history, as_of=moment(as_of)) if verdict.subject == "A"]
    together = [verdict for verdict in judge(ALL, history + other, as_of=moment(as_of)) if verdict.subject == "A"]
    assert told(together) == told(alone)


START = sla.Event(id="start", type="opened", subject="A", time=moment(BEGIN + 2 * HOUR), data={"service": "video"})
CIRCUMSTANCES = ("held", "released", "status.changed", "force.declared", "force.lifted")


@often
@given(
    history=histories(types=CIRCUMSTANCES, subjects=("A",)),
    windows=passed_windows,
    first=instants,
    second=instants,
)
def test_a_later_stop_is_never_better(judge, history, windows, first, second):
    test = ALL.only(*SINGLE)
    stops = sorted((first, second))

    def outcomes(stop):
        event = sla.Event(id="stop", type="closed", subject="A", time=moment(stop))
        verdicts = judge(test, [START, *history, event], windows=windows, as_of=moment(FAR))
        return {verdict.policy: verdict.outcome for verdict in verdicts if verdict.subject and verdict.stop_at}

    early, late = outcomes(stops[0]), outcomes(stops[1])
    for policy, outcome in late.items():
        if outcome == "met" and policy in early:
            assert early[policy] == "met"


@often
@given(history=histories(), windows=passed_windows, as_of=instants, factor=st.integers(2, 5))
def test_a_longer_limit_never_turns_met_into_breached(judge, history, windows, as_of, factor):
    at = moment(as_of)
    short = {
        (verdict.policy, verdict.key, verdict.evidence[0]): verdict
        for verdict in judge(ALL, history, windows=windows, as_of=at)
        if verdict.subject
    }
    longer = [verdict for verdict in judge(LONGER[factor], history, windows=windows, as_of=at) if verdict.subject]
    assert len(longer) == len(short)
    for verdict in longer:
        before = short[verdict.policy, verdict.key, verdict.evidence[0]]
        if before.outcome in ("met", "pending"):
            assert verdict.outcome == before.outcome
        if verdict.due_at is not None and before.due_at is not None and verdict.policy != "deferring":
            assert verdict.due_at >= before.due_at


LONGER = {factor: made(factor=factor) for factor in range(2, 6)}


def without_service(event):
    return {name: value for name, value in event.data.items() if name != "service" or event.type != "opened"}


@often
@given(history=histories(), windows=passed_windows, one=instants, two=instants)
def test_later_knowledge_only_turns_pending_into_something_else(judge, history, windows, one, two):
    # The service says which windows concern a case, so a change of it retargets as one of severity does.
    fixed = [
        sla.Event(id=event.id, type=event.type, subject=event.subject, time=event.time, data=without_service(event))
        for event in history
    ]
    test = ALL.only(*LATER_ONLY)
    before, after = sorted((one, two))
    known = {
        (verdict.policy, verdict.key, verdict.evidence[0]): verdict.outcome
        for verdict in judge(test, fixed, windows=windows, as_of=moment(after))
        if verdict.subject
    }
    for verdict in judge(test, fixed, windows=windows, as_of=moment(before)):
        if verdict.subject and verdict.outcome != "pending":
            assert known[verdict.policy, verdict.key, verdict.evidence[0]] == verdict.outcome


@often
@given(history=histories(types=("closed", *CIRCUMSTANCES), subjects=("A",)), windows=passed_windows, wider=instants)
def test_a_wider_exclusion_never_hurts(judge, history, windows, wider):
    test = ALL.only(*SINGLE)
    more = [*windows, sla.Window(kind="freeze", start=moment(wider), end=moment(wider + 3 * HOUR))]
    rank = {"met": 0, "pending": 0, "breached": 1}
    narrow = [
        verdict for verdict in judge(test, [START, *history], windows=windows, as_of=moment(FAR)) if verdict.subject
    ]
    wide = [verdict for verdict in judge(test, [START, *history], windows=more, as_of=moment(FAR)) if verdict.subject]
    for one, other in zip(narrow, wide, strict=True):
        assert rank[other.outcome] <= rank[one.outcome]
