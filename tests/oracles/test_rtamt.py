"""Deadlines against rtamt, a monitor of signal temporal logic: `always(opened -> eventually[0,T] ack)` in dense time.

An event is a pulse of one tick, a microsecond. What is still open at `as_of` is in time exactly if an answer at
`as_of` would be, so it gets one. Pauses and windows are taken out before: rtamt sees counted time.
"""

import sys
from functools import lru_cache
from itertools import pairwise
from random import Random

import pytest
from hypothesis import given, settings

import sla_rules as sla
from sla_rules.instants import HOUR, MINUTE, SECOND, micros, moment
from tests.conftest import agreement
from tests.oracles.tools import can_fail, dice, foreign

rtamt = foreign("rtamt", gone_from=(3, 13))

BEGIN = micros("2026-03-27T08:00:00Z")
PRIORITIES = ("P1", "P2", "P3")
EVENTS = {
    "opened": {
        "priority": {"kind": "text", "values": [*PRIORITIES]},
        "vip": {"kind": "boolean"},
        "service": {"kind": "text"},
        "status": {"kind": "text"},
    },
    "priority.changed": {"priority": {"kind": "text", "values": [*PRIORITIES]}},
    "status.changed": {"status": {"kind": "text"}},
    "closed": {},
    "held": {},
    "released": {},
}
LENGTHS = (1, 2, SECOND, MINUTE - 1, 15 * MINUTE, 15 * MINUTE + 1, HOUR, 2 * HOUR, 4 * HOUR, 8 * HOUR, 24 * HOUR + 7)


@lru_cache(maxsize=128)
def monitor(limit):
    """The specification for a limit; parsing it takes longer than a hundred evaluations."""
    spec = rtamt.StlDenseTimeOfflineSpecification()
    spec.declare_var("opened", "float")
    spec.declare_var("ack", "float")
    spec.spec = f"always((opened >= 0.5) implies (eventually[0,{limit}] (ack >= 0.5)))"
    spec.parse()
    return spec


def pulses(ticks, end):
    """A signal that is 1 for the tick of each event and 0 otherwise."""
    ticks = set(ticks)
    signal = [[0, 0]] if 0 not in ticks else []
    for tick in sorted(ticks):
        signal.append([tick, 1])
        if tick + 1 not in ticks:
            signal.append([tick + 1, 0])
    return [*signal, [end, 0]]


def satisfied(limit, starts, stops):
    """What rtamt says about these instants."""
    if limit < 0:  # less than nothing cannot be kept, and is no interval
        return False
    first = min([*starts, *stops])
    end = max([*starts, *stops]) - first + limit + 10
    opened, ack = (pulses([tick - first for tick in ticks], end) for ticks in (starts, stops))
    return monitor(limit).evaluate(["opened", opened], ["ack", ack])[0][1] > 0


def expected(limit, starts, stops, as_of, stopped):
    if satisfied(limit, starts, [*stops, as_of]):
        return "met" if stopped else "pending"
    return "breached"


# --- around the clock -------------------------------------------------------------------------------------------


def an_agreement(dice):
    """A policy, and the limit in microseconds by priority and vip."""
    rows = {(p, v): dice.choice(LENGTHS) for p in PRIORITIES for v in (True, False)}
    by = dice.choice((None, "priority", ["priority", "vip"]))
    if by is None:
        rows = dict.fromkeys(rows, rows["P1", True])
        limit = f"{rows['P1', True]} us"
    elif by == "priority":
        rows = {(p, v): rows[p, True] for p, v in rows}
        limit = {"by": by, "table": {p: f"{rows[p, True]} us" for p in PRIORITIES}}
    else:
        table = {p: {v: f"{rows[p, v]} us" for v in (True, False)} for p in PRIORITIES}
        limit = {"by": by, "table": table}
    policy = {"start": "opened", "stop": "closed", "limit": limit}
    policy |= {"occurrence": dice.choice(("first", "each")), "strict": dice.random() < 0.2}
    return policy, rows


def near(dice, *edges):
    """An instant at one of these, one tick beside it, or anywhere within nine hours after the first."""
    if dice.random() < 0.3:
        return edges[0] + dice.randrange(9 * HOUR)
    return dice.choice(edges) + dice.choice((-1, 0, 0, 1))


def a_case(dice, rows, add):
    """Tell one case; an answer never shares an instant with a later start, for it may end what was open before."""
    at = start = BEGIN + dice.randrange(HOUR)
    told = {"priority": dice.choice(PRIORITIES), "vip": dice.choice((True, False))}
    if dice.random() < 0.2:
        add("closed", start - dice.randrange(1, 9))
    add("opened", start, **told)
    used = set()
    for _ in range(dice.randrange(5)):
        what = dice.choice(("closed", "closed", "closed", "opened", "priority.changed"))
        at = near(dice, at if what == "opened" else start, *(start + limit for limit in rows.values()))
        if at < start or at in used or (at == start and what != "closed"):
            continue
        used.add(at)
        if what == "opened":
            start = max(start, at)
            add("opened", at, **told)
        elif what == "closed":
            add("closed", at)
        else:
            add("priority.changed", at, priority=dice.choice(PRIORITIES))


def a_history(dice):
    policy, rows = an_agreement(dice)
    events = []
    for subject in ("A", "B", "C")[: dice.randrange(1, 4)]:

        def add(type, at, subject=subject, **data):
            id = f"e{len(events):02}"
            events.append(sla.Event(id=id, type=type, subject=subject, time=moment(at), data=data))

        a_case(dice, rows, add)
    starts = [event.at for event in events if event.type == "opened"]
    edges = [start + limit for start in starts for limit in rows.values()]
    as_of = dice.choice((max(event.at for event in events), max(edges) + HOUR, near(dice, *edges)))
    return policy, rows, events, as_of


def disagreements(judge, dice, off=0):
    """Every verdict that rtamt, with limits that are `off` ticks too long, sees otherwise."""
    policy, rows, events, as_of = a_history(dice)
    less = 1 if policy["strict"] else 0
    verdicts = judge(agreement(policy, events=EVENTS), events, as_of=moment(as_of))
    found = []
    for subject in {event.subject for event in events}:
        known = sorted((e for e in events if e.subject == subject and e.at <= as_of), key=lambda e: (e.at, e.id))
        starts = [event.at for event in known if event.type == "opened"]
        stops = [event.at for event in known if event.type == "closed"]
        mine = [verdict for verdict in verdicts if verdict.subject == subject]
        assert len(mine) >= bool(starts)
        limits = set()
        for verdict in mine:
            stopped = [stop for stop in stops if stop >= verdict.start_at]
            data = {}
            for event in known:
                if event.at <= (stopped[0] if stopped else as_of):
                    data |= event.data
            limit = rows[data["priority"], data["vip"]] - less
            limits.add(limit)
            outcome = expected(limit + off, [verdict.start_at], stops, as_of, bool(stopped))
            if (verdict.outcome, verdict.stop_at) != (outcome, stopped[0] if stopped else None):
                found.append((verdict.to_dict(), outcome))
            in_time = [satisfied(limit + off, [verdict.start_at], [verdict.due_at + more]) for more in (0, 1)]
            if limit >= 0 and in_time != [True, False]:
                found.append((verdict.to_dict(), in_time))
        if len(limits) == 1 and policy["occurrence"] == "each":
            # The whole trace as it is: a start while one is open changes nothing.
            whole = satisfied(limits.pop() + off, starts, [*stops, as_of])
            if whole != all(verdict.outcome != "breached" for verdict in mine):
                found.append((subject, "as a whole"))
    return found


@given(dice)
@settings(max_examples=600)
def test_deadlines_around_the_clock(judge, dice):
    assert disagreements(judge, dice) == []


@pytest.mark.parametrize("off", [-1, 1])
def test_a_limit_that_is_one_microsecond_off_is_caught(judge, off):
    assert can_fail(lambda dice: bool(disagreements(judge, dice, off)))


def test_every_outcome_and_both_sides_of_the_limit_are_among_the_histories(judge):
    seen = set()
    for seed in range(150):
        policy, _, events, as_of = a_history(Random(seed))
        for verdict in judge(agreement(policy, events=EVENTS), events, as_of=moment(as_of)):
            at = verdict.stop_at if verdict.stop_at is not None else as_of
            distance = at - verdict.due_at
            seen.add((str(verdict.outcome), distance if abs(distance) <= 1 else None))
    assert seen >= {("met", 0), ("met", -1), ("breached", 1), ("pending", 0), ("pending", -1), ("pending", None)}


# --- counted time -----------------------------------------------------------------------------------------------

STRETCHED = {
    "start": "opened",
    "stop": "closed",
    "pause": [{"from": "held", "to": "released"}, {"while": {"status": "waiting"}}],
    "exclude": ["freeze"],
}


def a_stretched_history(dice):
    """One case: its limit, events, windows, `as_of`, and every stretch `[start, end)` that does not count."""
    limit = dice.choice(LENGTHS[1:])
    unit = max(1, limit // dice.choice((1, 2, 3, 7)))

    def instant():
        return BEGIN + dice.randrange(-3, 12) * unit + dice.choice((-1, 0, 0, 1))

    start = BEGIN
    as_of = max(instant(), BEGIN)
    events, still, windows = [], [], []

    def add(type, at, **data):
        events.append(sla.Event(id=f"e{dice.random()}", type=type, subject="S", time=moment(at), data=data))

    edges = sorted({instant() for _ in range(dice.choice((0, 2, 2, 4)))} - {start})
    for begin, end in zip(edges[::2], [*edges[1::2], None], strict=False):
        add("held", begin)
        if end is not None:
            add("released", end)
        still.append((begin, end))
    edges = sorted({instant() for _ in range(dice.choice((0, 2, 3)))} - {start})
    for at, after in zip(edges, [*edges, None][1:], strict=True):
        status = dice.choice(("new", "waiting", "waiting"))
        add("status.changed", at, status=status)
        if status == "waiting":
            still.append((at, after))
    for _ in range(dice.choice((0, 1, 2))):
        begin, end = sorted((instant(), instant()))
        scope = dice.choice((None, "video", "audio"))
        windows.append(
            sla.Window(
                kind=dice.choice(("freeze", "freeze", "storm")), start=moment(begin), end=moment(end), scope=scope
            )
        )
        if windows[-1].kind == "freeze" and scope != "audio":
            still.append((begin, end))
    add("opened", start, service="video")
    if dice.random() < 0.8:
        wanted = start + limit + dice.choice((-1, 0, 0, 1, unit))
        stop = dice.choice((wanted, wanted, max(start, instant())))
        if dice.random() < 0.6:  # so that the limit has passed, or just not
            stop = max(start, uncounted(still, counted(still, start) + limit) + dice.choice((-1, 0, 1)))
        add("closed", stop)
        as_of = max(as_of, stop)
    dice.shuffle(events)
    return limit, events, windows, as_of, still


def counted(still, at):
    """How much of the time since long before everything counts: the pieces between edges that no stretch covers."""
    origin = BEGIN - 400 * HOUR
    stretches = [(begin, at if end is None else min(end, at)) for begin, end in still]
    cuts = sorted({origin, at, *(edge for pair in stretches for edge in pair if origin < edge < at)})
    return sum(
        last - first for first, last in pairwise(cuts) if not any(begin <= first < end for begin, end in stretches)
    )


def uncounted(still, total):
    """Some instant at which this much has counted, if there is one; only to find interesting stops."""
    at = BEGIN
    for edge in sorted({edge for pair in still for edge in pair if edge is not None and edge > BEGIN}):
        if counted(still, edge) < total:
            at = edge
    return at + total - counted(still, at)


def stretched_disagreement(judge, dice, translated=counted):
    limit, events, windows, as_of, still = a_stretched_history(dice)
    made = agreement(
        {**STRETCHED, "limit": f"{limit} us"}, events=EVENTS, windows={"freeze": {"scope": "service"}, "storm": {}}
    )
    (verdict,) = judge(made, events, as_of=moment(as_of), windows=windows)
    start, now = translated(still, BEGIN), translated(still, as_of)
    stops = [translated(still, event.at) for event in events if event.type == "closed"]
    outcome = expected(limit, [start], stops, now, bool(stops))
    elapsed = (stops or [now])[0] - start
    if (verdict.outcome, verdict.elapsed_micros, verdict.margin_micros) != (outcome, elapsed, limit - elapsed):
        return verdict.to_dict(), outcome, elapsed
    return None


@given(dice)
@settings(max_examples=600)
def test_deadlines_in_counted_time(judge, dice):
    assert stretched_disagreement(judge, dice) is None


def plain_time(_, at):
    return at


def without_windows_that_overlap(still, at):
    return at - BEGIN - sum(max(0, min(at if end is None else end, at) - begin) for begin, end in still)


@pytest.mark.parametrize("wrong", [plain_time, without_windows_that_overlap])
def test_wrongly_counted_time_is_caught(judge, wrong):
    assert can_fail(lambda dice: stretched_disagreement(judge, dice, wrong) is not None)


# --- where it is missing ----------------------------------------------------------------------------------------


def test_where_rtamt_could_be_installed_a_missing_one_fails_and_is_not_skipped(monkeypatch):
    monkeypatch.setitem(sys.modules, "rtamt", None)
    for version in ((3, 11), (3, 12)):
        with pytest.raises(ImportError):
            foreign("rtamt", (3, 13), version)
    with pytest.raises(pytest.skip.Exception, match=r"rtamt cannot be installed on Python 3\.13 and later"):
        foreign("rtamt", (3, 13), (3, 13))
