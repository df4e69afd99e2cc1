"""Whole deadlines against an oracle that steps through time minute by minute, around changes of the clock."""

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from functools import cache
from random import Random

import pytest
from hypothesis import given, settings

import sla_rules as sla
from sla_rules.instants import MINUTE, micros, moment
from tests.conftest import agreement
from tests.oracles.minutes import BEFORE, Case, Hours, Minutes, Told, place
from tests.oracles.tools import dice

PLACES = (
    ("UTC", date(2026, 6, 15)),
    ("Europe/Paris", date(2026, 3, 29)),
    ("Europe/Paris", date(2026, 10, 25)),
    ("America/Toronto", date(2026, 3, 8)),
    ("America/Toronto", date(2026, 11, 1)),
    ("Australia/Lord_Howe", date(2026, 4, 5)),  # half an hour
    ("Australia/Lord_Howe", date(2026, 10, 4)),
    ("America/Sao_Paulo", date(2018, 11, 4)),  # midnight is skipped
    ("America/Sao_Paulo", date(2018, 2, 18)),  # the last hour of a day comes twice
    ("Pacific/Apia", date(2011, 12, 30)),  # a day is skipped
    ("Asia/Kathmandu", date(2026, 1, 1)),
)
EVENTS = {
    "opened": {"priority": {"kind": "text"}, "service": {"kind": "text"}, "status": {"kind": "text"}},
    "priority.changed": {"priority": {"kind": "text"}},
    "status.changed": {"status": {"kind": "text"}},
    "closed": {},
    "cancelled": {},
    "reopened": {},
    "held": {},
    "released": {},
}
PAUSING = ("held", "released")
FIRST, LAST = (BEFORE - 3) * 1440, (BEFORE + 3) * 1440
"""The minutes of a place between which things happen."""


def weekly(days, *periods):
    return {day: [*periods] for day in range(days)}


def some_periods(dice):
    cuts = sorted(dice.sample(range(97), dice.choice((2, 2, 4, 6))))
    periods = [(15 * first, 15 * last) for first, last in zip(cuts[::2], cuts[1::2], strict=True)]
    first = periods[-1][0]
    if first and dice.random() < 0.4:
        periods[-1] = (first, 1440 + dice.randrange(1, first))
    return periods


def dated(dice, focus):
    if dice.random() < 0.5:  # around the change of the clock
        first = 15 * dice.randrange(16)
        return focus, first, first + dice.choice((15, 30, 45, 60, 240))
    first = dice.randrange(1440)
    return focus + timedelta(days=dice.randrange(-3, 4)), first, first + dice.randrange(1, 1440)


def some_hours(dice, focus):
    week = dice.choice(
        (
            None,
            weekly(5, (510, 720), (780, 1050)),
            weekly(7, (1320, 1800)),
            weekly(7, (0, 1440)),
            weekly(7, (60, 150), (165, 600)),
            {day: some_periods(dice) for day in range(7)},
            {day: some_periods(dice) for day in range(7)},
        )
    )
    days = [focus + timedelta(days=dice.randrange(-3, 4)) for _ in range(dice.choice((0, 0, 1, 2)))]
    extra = [dated(dice, focus) for _ in range(dice.choice((0, 1)))]
    removed = [dated(dice, focus) for _ in range(dice.choice((0, 1)))]
    return Hours(week, sorted(set(days)), extra, removed, dice.choice(("opening", "closing")))


def some_events(dice, start):
    """What may happen besides the first start and its stop; of what has no order within an instant, one a minute."""
    events, used = [], {("attribute", start), ("pause", start), ("start", start)}

    def add(sort, type, **data):
        minute = dice.choice((dice.randrange(start - 300, LAST), start + 15 * dice.randrange(-8, 200)))
        if (sort, minute) not in used and (type != "opened" or minute > start):
            used.add((sort, minute))
            events.append(Told(minute, type, data))

    for _ in range(dice.choice((0, 0, 1, 2, 3))):
        add("pause", "held")
        add("pause", "released")
    for _ in range(dice.choice((0, 0, 1, 2, 3))):
        add("attribute", "status.changed", status=dice.choice(("new", "waiting")))
    for _ in range(dice.choice((0, 0, 1, 2))):
        add("attribute", "priority.changed", priority=dice.choice(("P1", "P2")))
    if dice.random() < 0.4:  # one start and at most one stop, near the due instant
        return events
    for _ in range(dice.choice((0, 0, 1, 3))):
        add("stop", "closed")
    for _ in range(dice.choice((0, 0, 1, 3))):
        add("start", "reopened")
    for _ in range(dice.choice((0, 0, 1, 2))):
        add("start", "opened")
    for _ in range(dice.choice((0, 0, 0, 1))):
        add("stop", "cancelled")
    return events


def a_case(dice):
    where = place(*dice.choice(PLACES))
    hours = {"one": some_hours(dice, where.focus), "two": some_hours(dice, where.focus)}
    start = dice.choice((dice.randrange(FIRST, LAST - 1440), FIRST + 15 * dice.randrange(300)))
    told = {"priority": dice.choice(("P1", "P2")), "service": "video"}
    if dice.random() < 0.3:
        told["status"] = dice.choice(("new", "waiting"))
    events = [Told(start, "opened", told), *some_events(dice, start)]
    calendar = {"P1": "one", "P2": dice.choice(("one", "two"))}
    limits = {"P1": dice.choice((1, 30, 60, 480, 1440)), "P2": dice.randrange(1, 3000)}
    windows = []
    for _ in range(dice.choice((0, 0, 1, 2))):
        first = start + dice.randrange(-300, 2000)
        kind, scope = dice.choice(("freeze", "freeze", "storm")), dice.choice((None, "video", "audio"))
        windows.append((kind, first, first + dice.randrange(2000), scope))
    as_of = dice.choice((LAST, LAST, max(event.minute for event in events), dice.randrange(start, LAST)))
    occurrence, strict = dice.choice(("first", "first", "each")), dice.random() < 0.15
    case = Case(where, hours, calendar, limits, events, windows, as_of, 0, occurrence, strict)
    oracle = Minutes(case)
    if dice.random() < 0.5:  # a limit that is used up exactly when it closes
        flags = oracle.open[calendar[told["priority"]]]
        closings = [minute for minute in range(start, LAST) if flags[minute] and not flags[minute + 1]]
        limits[told["priority"]] = sum(flags[start : dice.choice(closings or [start + 60]) + 1]) or 1
    if dice.random() < 0.75:  # a stop or `as_of` at the due instant or beside it
        due = Minutes(case).verdicts()[0]["due"]
        if due is not None and (minute := -(-due // MINUTE) + dice.choice((-1, 0, 0, 0, 1, 30))) >= start:
            if dice.random() < 0.7:
                events.append(Told(minute, "closed"))
                case.as_of = max(case.as_of, minute)
            else:
                case.as_of, case.beyond = minute, dice.choice((0, 1))
            if dice.random() < 0.2 and not any(e.minute == minute and e.type in PAUSING for e in events):
                events.append(Told(minute, "held"))
    dice.shuffle(events)
    return case


def made(case):
    """The case as an agreement, events and windows of the library."""
    policy = {
        "start": "opened",
        "stop": "closed",
        "cancel": "cancelled",
        "resume": "reopened",
        "occurrence": case.occurrence,
        "limit": {"by": "priority", "table": {name: f"{limit} min" for name, limit in case.limits.items()}},
        "calendar": {"by": "priority", "table": case.calendar},
        "pause": [{"from": "held", "to": "released"}, {"while": {"status": "waiting"}}],
        "exclude": ["freeze"],
        "strict": case.strict,
    }
    used = {
        name: hours.written(case.place.zone) for name, hours in case.hours.items() if name in case.calendar.values()
    }
    parts = {"calendars": used, "windows": {"freeze": {"scope": "service"}, "storm": {}}}
    events = [
        sla.Event(id=f"e{n:02}", type=e.type, subject="S", time=case.place.instant(e.minute), data=e.data)
        for n, e in enumerate(case.events)
    ]
    windows = [
        sla.Window(kind=kind, start=case.place.instant(first), end=case.place.instant(last), scope=scope)
        for kind, first, last, scope in case.windows
    ]
    return agreement(policy, events=EVENTS, **parts), events, windows


def judged(judge, case):
    """The verdicts of the library in microseconds since the place begins."""
    terms, events, windows = made(case)
    begin = micros(case.place.begin)
    as_of = moment(micros(case.place.instant(case.as_of)) + case.beyond)

    def since(at):
        return None if at is None else at - begin

    return [
        {
            "start": since(verdict.start_at),
            "outcome": str(verdict.outcome),
            "stop": since(verdict.stop_at),
            "limit": verdict.limit_micros,
            "elapsed": verdict.elapsed_micros,
            "due": since(verdict.due_at),
        }
        for verdict in judge(terms, events, as_of=as_of, windows=windows)
    ]


def difference(found, case, oracle=Minutes):
    """What was found beside what an oracle expects, where they differ."""
    found, expected = [dict(each) for each in found], oracle(case).verdicts()
    for mine, other in zip(found, expected, strict=False):
        if other["due"] is None and mine["due"] is not None and mine["due"] // MINUTE >= case.place.count:
            mine["due"] = None  # the oracle does not see that far
    return None if found == expected else (found, expected)


@cache
def numbered(seed):
    """The same case for the same number, made once."""
    return a_case(Random(seed))


@cache
def judged_once(judge, seed):
    """Its verdicts: every oracle is asked about the same ones."""
    return judged(judge, numbered(seed))


@given(dice)
@settings(max_examples=150)
def test_whole_deadlines(judge, dice):
    case = a_case(dice)
    assert difference(judged(judge, case), case) is None


def test_every_outcome_comes_often_enough(judge):
    seen = Counter()
    for seed in range(100):
        case = numbered(seed)
        for verdict in judged_once(judge, seed):
            seen[verdict["outcome"]] += 1
            seen["at due"] += verdict["due"] is not None and verdict["due"] in (
                verdict["stop"],
                case.as_of * MINUTE + case.beyond,
            )
            seen["paused"] += verdict["outcome"] == "pending" and verdict["due"] is None
    assert min(seen[name] for name in ("met", "breached", "pending", "void", "at due", "paused")) >= 4, seen


def test_a_strict_limit_that_has_passed_where_a_pause_begins_is_breached_at_once(judge):
    """With `closing` it has passed a microsecond before the pause begins, whether or not there is a pause."""
    where = place("UTC", date(2026, 6, 15))
    for events in ([], [Told(FIRST + 120, "held")]):
        events = [Told(FIRST, "opened", {"priority": "P1"}), *events]
        hours = {"one": Hours(exhausted_at="closing")}
        case = Case(where, hours, {"P1": "one"}, {"P1": 120}, events, [], FIRST + 120, strict=True)
        for case.beyond in (1, 0):
            (verdict,) = judged(judge, case)
            assert verdict["outcome"] == "breached", (case.beyond, len(events))
            assert difference(judged(judge, case), case) is None


# --- the oracle can fail ----------------------------------------------------------------------------------------


class NoHolidays(Minutes):
    def holidays(self, _):
        return []


class NoChangeOfClocks(Minutes):
    def reading(self, wall):
        zero = self.place.walls[0]
        return min(max(0, (wall - zero) // timedelta(minutes=1)), self.place.count)


class TheSecondCounts(Minutes):
    def reading(self, wall):
        return self.place.last.get(wall, super().reading(wall))


class SkippedTimesMoveToTheJump(Minutes):
    def reading(self, wall):
        found = super().reading(wall)
        if wall in self.place.first or not 0 < found < self.place.count:
            return found
        while wall not in self.place.last:
            wall -= timedelta(minutes=1)
        return self.place.last[wall] + 1


class NightsEndAtMidnight(Minutes):
    def periods(self, hours, day):
        return [(first, min(last, 1440)) for first, last in super().periods(hours, day)]


class NoLunch(Minutes):
    def periods(self, hours, day):
        periods = super().periods(hours, day)
        return [(periods[0][0], periods[-1][1])] if periods else []


class OtherExhaustion(Minutes):
    def due(self, start, limit, counts, exhausted_at):
        return super().due(start, limit, counts, "opening" if exhausted_at == "closing" else "closing")


class NoPauseBetween(Minutes):
    def pauses(self, _, status):
        return status == "waiting"


class NoPauseWhile(Minutes):
    def pauses(self, held, _):
        return held


class GapsCount(Minutes):
    def reopen(self, minute):
        super().reopen(minute)
        if self.instances:
            self.instances[-1].gaps.clear()


class NothingReopens(Minutes):
    def reopen(self, minute):
        pass


class EveryScope(Minutes):
    def concerns(self, window):
        return window[0] == "freeze"


class EveryKind(Minutes):
    def concerns(self, window):
        return window[3] in (None, "video")


class NoWindows(Minutes):
    def concerns(self, _):
        return False


class AttributesAtTheStart(Minutes):
    def priority(self, instance, _):
        return self.attribute("priority", instance.start)


@pytest.mark.parametrize(
    "wrong",
    [
        NoHolidays,
        NoChangeOfClocks,
        TheSecondCounts,
        SkippedTimesMoveToTheJump,
        NightsEndAtMidnight,
        NoLunch,
        OtherExhaustion,
        NoPauseBetween,
        NoPauseWhile,
        GapsCount,
        NothingReopens,
        EveryScope,
        EveryKind,
        NoWindows,
        AttributesAtTheStart,
    ],
)
def test_a_wrong_oracle_is_caught(judge, wrong):
    assert any(difference(judged_once(judge, seed), numbered(seed), wrong) for seed in range(500))


def test_the_oracle_itself_by_hand():
    """Paris, the night to 29 March 2026: 22:00 to 06:00 is seven hours long, paused for one of them."""
    where = place("Europe/Paris", date(2026, 3, 29))

    def minute(text):
        return int((datetime.fromisoformat(text).astimezone(UTC) - where.begin).total_seconds()) // 60

    start = minute("2026-03-28T20:00:00+01:00")
    events = [
        Told(start, "opened", {"priority": "P1"}),
        Told(minute("2026-03-29T04:00:00+02:00"), "held"),
        Told(minute("2026-03-29T05:00:00+02:00"), "released"),
        Told(minute("2026-03-29T23:00:00+02:00"), "closed"),
    ]
    hours = {"night": Hours(weekly(7, (1320, 1800)))}
    case = Case(where, hours, {"P1": "night"}, {"P1": 360}, events, [], minute("2026-03-30T00:00:00+02:00"))
    (verdict,) = Minutes(case).verdicts()
    assert (verdict["outcome"], verdict["elapsed"]) == ("breached", 420 * MINUTE)
    assert verdict["due"] == minute("2026-03-29T22:00:00+02:00") * MINUTE
    hours["night"].exhausted_at = "closing"
    assert Minutes(case).verdicts()[0]["due"] == minute("2026-03-29T06:00:00+02:00") * MINUTE
