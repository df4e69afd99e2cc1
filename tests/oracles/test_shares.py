"""Shares of periods and of uptime against `fractions.Fraction`, restated naively from the design.

The zones of the data are those of `zoneinfo`; which period an instant belongs to is found from its local date, and
when a period is over from the label that `as_of` has, so that nothing is shared with `sla_rules.periods`.
"""

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from functools import cache
from itertools import pairwise
from random import Random
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings

import sla_rules as sla
from tests.conftest import agreement
from tests.oracles.tools import dice

ZONES = ("UTC", "Europe/Paris", "America/Toronto", "Asia/Tokyo", "America/Sao_Paulo", "Pacific/Apia")
TICK, MINUTE, HOUR, DAY = (timedelta(**{unit: 1}) for unit in ("microseconds", "minutes", "hours", "days"))
PERCENTAGES = ("0 %", "1 %", "3 %", "25 %", "33.3 %", "50 %", "66.7 %", "75 %", "80 %", "97.5 %", "99.9 %", "100 %")


def percentage(text):
    return Fraction(text.removesuffix(" %")) / 100


# --- shares of instances ----------------------------------------------------------------------------------------

PER = ("day", "week", "month", "quarter", "year", "whole")
EVENTS = {
    "opened": {"priority": {"kind": "text"}, "vip": {"kind": "boolean"}},
    "dated": {"event_at": {"kind": "instant"}},
    "closed": {},
    "cancelled": {},
}
POLICY = {
    "start": "opened",
    "stop": "closed",
    "cancel": "cancelled",
    "limit": {"by": "priority", "table": {"P1": "1 h", "P2": "none"}},
    "exemptions": [{"id": "vip", "when": {"vip": True}}],
}


class Instances:
    """What a history of deadlines comes to, period by period."""

    def __init__(self, zone, objective, cases, as_of):
        self.zone, self.objective, self.cases, self.as_of = ZoneInfo(zone), objective, cases, as_of
        self.measure = next(name for name in objective if name not in ("per", "of"))
        self.share = percentage(objective[self.measure])

    def label(self, at):
        day = self.local(at).date()
        match self.objective["per"]:
            case "day":
                return f"{day:%Y-%m-%d}"
            case "week":
                return f"{day:%G-W%V}"
            case "month":
                return f"{day:%Y-%m}"
            case "quarter":
                return f"{day:%Y}-Q{'111222333444'[day.month - 1]}"
            case "year":
                return f"{day:%Y}"
        return "whole"

    def local(self, at):
        return at.astimezone(self.zone)

    def is_over(self, label):
        """Labels sort by time; the whole is what is known."""
        return label == "whole" or self.label(self.as_of) > label

    def end(self, case):
        """The first stop or cancel at or after the start, and its type; `as_of` while there is none."""
        ends = [(at, type) for type, at in case["events"] if case["start"] <= at <= self.as_of and type != "dated"]
        return min(ends, default=(self.as_of, None))

    def outcome(self, case):
        at, type = self.end(case)
        late = case["priority"] == "P1" and at > case["start"] + HOUR
        if case["vip"]:
            return "exempt"
        if type == "cancelled" and not late:
            return "void"
        if case["priority"] is None:
            return "undetermined"
        if late:
            return "breached"
        return "met" if type == "closed" else "pending"

    def period(self, case):
        if "of" not in self.objective:
            return self.label(case["start"])
        last = self.end(case)[0]
        dated = [(at, of) for at, of in case["dates"] if at <= last]
        return self.label(max(dated)[1]) if dated else None

    def population(self):
        """The outcomes of each period's instances."""
        found = {}
        for case in self.cases:
            if case["start"] <= self.as_of and (period := self.period(case)) is not None:
                found.setdefault(period, Counter())[self.outcome(case)] += 1
        return {period: count for period, count in found.items() if count["met"] + count["breached"] + count["pending"]}

    def kept(self, met, breached):
        if met + breached == 0:
            return True
        if self.measure == "at_least":
            return Fraction(met, met + breached) >= self.share
        if self.measure == "breached_at_most":
            return Fraction(breached, met + breached) <= self.share
        return Fraction(breached, met + breached) < self.share

    def verdicts(self):
        found = {}
        for period, count in self.population().items():
            met, breached, pending = count["met"], count["breached"], count["pending"]
            answers = {self.kept(met + good, breached + pending - good) for good in range(pending + 1)}
            outcome = "pending"
            if self.is_over(period) and len(answers) == 1:
                outcome = "met" if answers.pop() else "breached"
            share = Fraction(met, met + breached) if met + breached else None
            beside = tuple(count[name] for name in ("pending", "exempt", "void", "undetermined"))
            found[period] = (outcome, met, breached, met + breached, share, *beside)
        return found


def edge_of_a_period(dice, zone):
    """Midnight of a first day of something, as a naive reader of the clock finds it, or one beside it."""
    day = dice.choice(
        (date(2026, 1, 1), date(2026, 4, 1), date(2026, 3, 29), date(2026, 3, 30), date(2026, 12, 28), date(2027, 1, 1))
    )
    midnight = datetime(day.year, day.month, day.day, tzinfo=ZoneInfo(zone)).astimezone(UTC)
    return midnight + dice.choice((-TICK, timedelta(0), timedelta(0), TICK))


def some_objective(dice):
    objective = {dice.choice(("at_least", "breached_less_than", "breached_at_most")): dice.choice(PERCENTAGES)}
    objective["per"] = dice.choice(PER)
    if dice.random() < 0.3:
        objective["of"] = "event_at"
    return objective


def some_cases(dice):
    """A zone, an objective, cases and `as_of`."""
    zone, objective = dice.choice(ZONES), some_objective(dice)
    around = [edge_of_a_period(dice, zone) for _ in range(dice.choice((1, 1, 2)))]

    def instant():
        return dice.choice(around) + dice.choice(
            (timedelta(0), dice.randrange(-90, 90) * MINUTE, dice.randrange(3) * DAY)
        )

    cases = []
    for _ in range(dice.choice((1, 3, 6, 12))):
        start = instant()
        case = {"start": start, "priority": dice.choice(("P1",) * 6 + ("P2", None)), "vip": dice.random() < 0.1}
        case["events"] = []
        if dice.random() < 0.8:
            after = dice.choice((HOUR, HOUR + TICK, HOUR - TICK, timedelta(0), 2 * HOUR, 5 * DAY, 10 * MINUTE))
            case["events"].append((dice.choice(("closed",) * 5 + ("cancelled",)), start + after))
        case["dates"] = []
        for _ in range(dice.choice((0, 1, 1, 2))):
            at = start + dice.randrange(180) * MINUTE
            if at not in [told for told, _ in case["dates"]]:
                case["dates"].append((at, instant()))
        cases.append(case)
    told = [at for case in cases for at in (case["start"], *(at for _, at in case["events"]))]
    as_of = dice.choice((max(told), max(told) + 400 * DAY, edge_of_a_period(dice, zone), instant()))
    return zone, objective, cases, as_of


def periods_judged(judge, zone, objective, cases, as_of):
    events = []

    def add(type, subject, at, **data):
        id = f"e{len(events):03}"
        events.append(sla.Event(id=id, type=type, subject=subject, time=at, data=data))

    for number, case in enumerate(cases):
        subject = f"S{number}"
        data = {name: case[name] for name in ("priority", "vip") if case[name] is not None}
        add("opened", subject, case["start"], **data)
        for type, at in case["events"]:
            add(type, subject, at)
        for at, of in case["dates"]:
            add("dated", subject, at, event_at=of.isoformat())
    verdicts = judge(agreement({**POLICY, "objective": objective}, events=EVENTS, timezone=zone), events, as_of=as_of)
    found = {}
    for each in verdicts:
        if each.subject == "":
            tally = each.tally
            beside = (tally.pending, tally.exempt, tally.void, tally.undetermined)
            assert each.period not in found
            found[each.period] = (str(each.outcome), each.met, each.breached, each.counted, each.share, *beside)
    return found


@cache
def judged_shares(judge, seed):
    """The same cases for the same number and what became of them, made once: every oracle is asked about these."""
    told = some_cases(Random(seed))
    return told, periods_judged(judge, *told)


@given(dice)
@settings(max_examples=500)
def test_shares_of_periods(judge, dice):
    told = some_cases(dice)
    assert periods_judged(judge, *told) == Instances(*told).verdicts()


class ByTheDayInUtc(Instances):
    def local(self, at):
        return at


class LessThanIsAtMost(Instances):
    def kept(self, met, breached):
        return super().kept(met, breached) or Fraction(breached, met + breached) == self.share


class AtLeastIsMoreThan(Instances):
    def kept(self, met, breached):
        if self.measure == "at_least" and met + breached:
            return Fraction(met, met + breached) > self.share
        return super().kept(met, breached)


class AtMostIsLessThan(Instances):
    def kept(self, met, breached):
        if self.measure == "breached_at_most" and met + breached:
            return Fraction(breached, met + breached) < self.share
        return super().kept(met, breached)


class RoundedShares(Instances):
    def kept(self, met, breached):
        self.share = Fraction(round(self.share * 100), 100)
        return super().kept(met, breached)


class OverWithTheLastEvent(Instances):
    def is_over(self, _):
        return True


class ExemptCounts(Instances):
    def outcome(self, case):
        return "met" if (found := super().outcome(case)) == "exempt" else found


class VoidCounts(Instances):
    def outcome(self, case):
        return "breached" if (found := super().outcome(case)) == "void" else found


class ThePeriodOfTheEnd(Instances):
    def period(self, case):
        return self.label(self.end(case)[0]) if "of" not in self.objective else super().period(case)


class TheFieldAtAsOf(Instances):
    def period(self, case):
        known = [(at, of) for at, of in case["dates"] if at <= self.as_of]
        return super().period(case) if "of" not in self.objective or not known else self.label(max(known)[1])


class CalendarWeeks(Instances):
    def label(self, at):
        return f"{self.local(at):%Y-W%W}" if self.objective["per"] == "week" else super().label(at)


@pytest.mark.parametrize(
    "wrong",
    [
        ByTheDayInUtc,
        LessThanIsAtMost,
        AtLeastIsMoreThan,
        AtMostIsLessThan,
        RoundedShares,
        OverWithTheLastEvent,
        ExemptCounts,
        VoidCounts,
        ThePeriodOfTheEnd,
        TheFieldAtAsOf,
        CalendarWeeks,
    ],
)
def test_a_wrong_oracle_of_shares_is_caught(judge, wrong):
    cases = (judged_shares(judge, seed) for seed in range(500))
    assert any(wrong(*told).verdicts() != found for told, found in cases)


def test_every_answer_comes_often_enough(judge):
    seen = Counter(
        (outcome, exactly)
        for seed in range(300)
        for told, found in [judged_shares(judge, seed)]
        for outcome, met, breached, counted, share, *_ in found.values()
        for exactly in [share in (Instances(*told).share, 1 - Instances(*told).share)]
    )
    assert min(seen[outcome, exactly] for outcome in ("met", "breached") for exactly in (True, False)) >= 5, seen
    assert seen["pending", False] >= 5


# --- uptime -----------------------------------------------------------------------------------------------------

INSTANT = {"kind": "instant"}
UPTIME_EVENTS = {
    "down": {},
    "up": {},
    "watched": {},
    "planned": {"service": {"kind": "text"}, "begin": INSTANT, "end": INSTANT},
    "replanned": {"service": {"kind": "text"}, "begin": INSTANT, "end": INSTANT},
    "called_off": {},
    "declared": {"service": {"kind": "text"}},
    "lifted": {},
}
UPTIME_WINDOWS = {
    "maintenance": {
        "event": "planned",
        "replaced_by": "replanned",
        "cancelled_by": "called_off",
        "start": "begin",
        "end": "end",
        "scope": "service",
    },
    "force": {"from": "declared", "to": "lifted", "scope": "service"},
    "freeze": {"scope": "service"},
}


class Uptime:
    """Time is cut at every instant that is named anywhere; each piece then is down or not, excluded or not."""

    def __init__(self, zone, at_least, events, windows, as_of):
        self.zone, self.at_least, self.as_of = ZoneInfo(zone), percentage(at_least), as_of
        self.events = sorted((event for event in events if event[0] <= as_of), key=lambda event: event[0])
        self.windows = windows

    def midnight(self, day):
        return datetime(day.year, day.month, day.day, tzinfo=self.zone).astimezone(UTC)

    def months(self):
        """`[start, end)` and label, from the month of the first event to the last that began before `as_of`."""
        first = min((at for at, type, *_ in self.events if type in ("down", "up", "watched")), default=None)
        if first is None:
            return  # nothing is claimed about a service without events
        day = first.astimezone(self.zone).date().replace(day=1)
        while (start := self.midnight(day)) < self.as_of:
            after = (day + 31 * DAY).replace(day=1)
            yield f"{day:%Y-%m}", start, self.midnight(after)
            day = after

    def outages(self):
        found, since = [], None
        for at, type, *_ in self.events:
            if type == "down" and since is None:
                since = at
            elif type == "up" and since is not None:
                found.append((since, at))
                since = None
        return found if since is None else [*found, (since, self.as_of)]

    def excluded(self):
        """What is taken out: windows passed in, declared ones and plans, of this service or all, up to `as_of`."""
        found = [(start, end) for kind, start, end, scope in self.windows if kind == "freeze" and self.concerns(scope)]
        plans, since = {}, {}
        for at, type, subject, data in self.events:
            if type in ("planned", "replanned", "called_off") and self.changes(plans.get(subject), at):
                plans[subject] = None if type == "called_off" else (data["begin"], data["end"], data.get("service"))
            if type == "declared" and subject not in since:
                since[subject] = (at, data.get("service"))
            if type == "lifted" and subject in since:
                begin, scope = since.pop(subject)
                found += [(begin, at)] if self.concerns(scope) else []
        found += [(begin, self.as_of) for begin, scope in since.values() if self.concerns(scope)]
        found += [(begin, end) for begin, end, scope in filter(None, plans.values()) if self.concerns(scope)]
        return [(start, self.up_to_now(end)) for start, end in found]

    def changes(self, plan, at):
        return plan is None or at < plan[0]

    def up_to_now(self, end):
        return self.as_of if end is None else min(end, self.as_of)

    def concerns(self, scope):
        return scope in (None, "video")

    def verdicts(self):
        outages, excluded, found = self.outages(), self.excluded(), {}
        for label, start, end in self.months():
            edges = {edge for pair in (*outages, *excluded) for edge in pair}
            cuts = sorted({start, end, *(edge for edge in edges if start < edge < end)})
            taken = down = Fraction(0)
            for first, last in pairwise(cuts):
                length = Fraction((last - first) // TICK)
                if any(a <= first < b for a, b in excluded):
                    taken += length
                elif any(a <= first < b for a, b in outages):
                    down += length
            measured = (end - start) // TICK - taken
            if not measured:
                continue
            share = 1 - down / measured
            if not self.enough(share):
                outcome = "breached"
            else:
                outcome = "met" if self.as_of >= end else "pending"
            found[label] = (outcome, measured, taken, down, share)
        return found

    def enough(self, share):
        return share >= self.at_least


def some_uptime(dice):
    """A zone, a share, events `(at, type, subject, data)`, windows passed in, and `as_of`; all instants differ."""
    zone = dice.choice(ZONES)
    origin = datetime(2026, dice.choice((2, 3, 10, 11, 12)), 1, tzinfo=ZoneInfo(zone)).astimezone(UTC) - 2 * DAY
    used = set()

    def instant(first=0, last=70):
        """Often a round one, or the edge of a month; never twice the same."""
        at = origin + dice.choice((dice.randrange(first * 24, last * 24) * HOUR, 2 * DAY, 30 * DAY))
        at += dice.choice((timedelta(0), dice.randrange(10**9) * TICK))
        while at in used:
            at += TICK
        used.add(at)
        return at

    events = [(instant(), dice.choice(("down", "up", "watched")), "video", {})]
    for _ in range(dice.choice((0, 2, 4, 8))):
        events.append((instant(), dice.choice(("down", "up")), "video", {}))
    for number in range(dice.choice((0, 0, 1, 2))):
        times = sorted(instant() for _ in range(3))
        plan = {"begin": times[1], "end": times[2]} | dice.choice(({}, {"service": "video"}, {"service": "audio"}))
        events.append((times[0], "planned", f"M-{number}", plan))
        if dice.random() < 0.5:
            at, begin, end = sorted(instant() for _ in range(3))
            if at > times[0]:
                events.append((at, "replanned", f"M-{number}", {**plan, "begin": begin, "end": end}))
        elif dice.random() < 0.4 and (at := instant()) > times[0]:
            events.append((at, "called_off", f"M-{number}", {}))
    for number in range(dice.choice((0, 0, 1, 2))):
        since, until = sorted((instant(), instant()))
        events.append((since, "declared", f"F-{number}", dice.choice(({}, {"service": "video"}, {"service": "audio"}))))
        if dice.random() < 0.7:
            events.append((until, "lifted", f"F-{number}", {}))
    windows = []
    for _ in range(dice.choice((0, 1, 1, 3))):
        start, end = sorted((instant(), instant()))
        scope, kind = dice.choice((None, "video", "audio")), dice.choice(("freeze", "freeze", "storm"))
        windows.append((kind, start, end if dice.random() < 0.8 else None, scope))
    as_of = dice.choice((instant(), max(event[0] for event in events), origin + 75 * DAY))
    at_least = dice.choice((*PERCENTAGES, "99 %", "90 %", "99.95 %"))
    if dice.random() < 0.3:  # an outage that uses the month up exactly, or a microsecond more
        month = (origin + 10 * DAY).astimezone(ZoneInfo(zone)).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
        after = (month + 31 * DAY).replace(day=1)
        length = after.astimezone(UTC) - month.astimezone(UTC)
        at_least = dice.choice(("50 %", "75 %", "99 %", "90 %"))
        begin = month.astimezone(UTC) + dice.randrange(1, 24) * HOUR
        budget = (1 - percentage(at_least)) * (length // TICK)
        end = begin + int(budget) * TICK + dice.choice((-TICK, timedelta(0), timedelta(0), TICK))
        events, windows = [(begin, "down", "video", {}), (end, "up", "video", {})], []
        as_of = dice.choice((end, after.astimezone(UTC), after.astimezone(UTC) - TICK))
    return zone, at_least, events, windows, as_of


def uptime_judged(judge, zone, at_least, events, windows, as_of):
    policy = {
        "kind": "availability",
        "service": "video",
        "down": "down",
        "up": "up",
        "monitored": "watched",
        "per": "month",
        "at_least": at_least,
        "exclude": ["maintenance", "force", "freeze"],
    }
    parts = {"events": UPTIME_EVENTS, "windows": {**UPTIME_WINDOWS, "storm": {}}, "timezone": zone}
    told = []
    for number, (at, type, subject, data) in enumerate(events):
        plain = {name: value.isoformat() if isinstance(value, datetime) else value for name, value in data.items()}
        told.append(sla.Event(id=f"e{number:02}", type=type, subject=subject, time=at, data=plain))
    passed = [sla.Window(kind=kind, start=start, end=end, scope=scope) for kind, start, end, scope in windows]
    found = {}
    for each in judge(agreement(policy, **parts), told, as_of=as_of, windows=passed):
        parts = (each.measured // TICK, each.excluded // TICK, each.down // TICK)
        assert each.period not in found
        found[each.period] = (str(each.outcome), *parts, each.share)
    return found


@cache
def judged_uptime(judge, seed):
    """The same months for the same number and what became of them, made once."""
    told = some_uptime(Random(seed))
    return told, uptime_judged(judge, *told)


@given(dice)
@settings(max_examples=500)
def test_uptime(judge, dice):
    told = some_uptime(dice)
    assert uptime_judged(judge, *told) == Uptime(*told).verdicts()


def test_a_month_is_judged_once_it_began_before_as_of(judge):
    """The months judged go "to the last that began before `as_of`"."""
    begin = datetime(2026, 3, 1, tzinfo=UTC)
    for as_of, months in ((begin + TICK, ["2026-03"]), (begin, [])):
        told = ("UTC", "99 %", [(begin, "down", "video", {})], [], as_of)
        assert list(uptime_judged(judge, *told)) == months, as_of


class MonthsOfUtc(Uptime):
    def midnight(self, day):
        return datetime(day.year, day.month, day.day, tzinfo=UTC)


class EveryDownCounts(Uptime):
    def outages(self):
        ends = [at for at, type, *_ in self.events if type == "up"]
        starts = [at for at, type, *_ in self.events if type == "down"]
        return [(at, max((end for end in ends if end > at), default=self.as_of)) for at in starts]


class OpenOutagesAreNone(Uptime):
    def outages(self):
        return [(start, end) for start, end in super().outages() if end != self.as_of]


class NothingExcluded(Uptime):
    def excluded(self):
        return []


class TheFutureIsTakenOut(Uptime):
    def up_to_now(self, end):
        return self.as_of if end is None else end


class EveryScope(Uptime):
    def concerns(self, _):
        return True


class PlansChangeAtAnyTime(Uptime):
    def changes(self, *_):
        return True


class PlansNeverChange(Uptime):
    def changes(self, plan, _):
        return plan is None


class MoreThan(Uptime):
    def enough(self, share):
        return share > self.at_least


class Floats(Uptime):
    def enough(self, share):
        return round(float(share), 4) >= float(self.at_least)


@pytest.mark.parametrize(
    "wrong",
    [
        MonthsOfUtc,
        EveryDownCounts,
        OpenOutagesAreNone,
        NothingExcluded,
        TheFutureIsTakenOut,
        EveryScope,
        PlansChangeAtAnyTime,
        PlansNeverChange,
        MoreThan,
        Floats,
    ],
)
def test_a_wrong_oracle_of_uptime_is_caught(judge, wrong):
    cases = (judged_uptime(judge, seed) for seed in range(500))
    assert any(wrong(*told).verdicts() != found for told, found in cases)


def test_every_outcome_of_uptime_comes_often_enough(judge):
    seen = Counter(outcome for seed in range(200) for outcome, *_ in judged_uptime(judge, seed)[1].values())
    assert min(seen[outcome] for outcome in ("met", "breached", "pending")) >= 20, seen
