"""The histories that a comparison tries: those of both sides, and variations of the small ones among them."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from itertools import islice, permutations
from typing import Any

from sla_rules.calendar import Calendar
from sla_rules.events import Event, canonical, in_order
from sla_rules.instants import DAY, HOUR, MINUTE, micros, moment
from sla_rules.language.calendars import ALWAYS
from sla_rules.language.conditions import Condition
from sla_rules.language.declarations import EventDeclaration
from sla_rules.language.policies import Classification, Deadline
from sla_rules.testing.analysis.remarks import plain
from sla_rules.testing.analysis.space import Space
from sla_rules.testing.compare.search import Search, period_end
from sla_rules.testing.compare.shares import just_kept, thresholds
from sla_rules.testing.compare.shrinking import replaced
from sla_rules.testing.compare.sides import calendars_of, conditions_in, row_values
from sla_rules.testing.directed import History, directed
from sla_rules.verdict import Outcome, Verdict

MOST = 400
"""How many histories of each agreement are tried for a policy, each with several instants of knowledge."""
MOST_SHIFTED = 12
"""How many small histories are moved to where calendars differ."""
MOST_EDGES = 6
"""How many opening hours that only one side has are looked at."""
HORIZON = 1_500 * DAY
"""How far calendars are compared."""
APART = tuple(days * DAY for days in (0, 1, 8, 35, -35, 100, 400))
"""How far apart met and breached obligations are, where the two sides count by other periods."""


class Variations(Search):
    """The search with its histories."""

    def run(self, most: int) -> None:
        """Try the histories of both sides, then these with other values, joined, at other times, in other numbers."""
        for histories in (
            self.directed(most),
            self.facts(),
            self.varied(),
            self.joined(),
            self.shifted(),
            self.counted(),
        ):
            for history in histories:
                self.look(history)
                if self.over:
                    return

    def directed(self, most: int) -> Iterator[History]:
        """Yield the histories that the numbers of each side suggest."""
        for side in (self.a, self.b):
            if side.policy is not None:
                for history in islice(directed(side.terms), most):
                    if len(history.events) <= 3 and len(self.plain) < 4 * MOST_SHIFTED:
                        self.plain.append(history)
                    yield history

    @property
    def asked(self) -> list[Condition]:
        """All conditions of the policy on both sides."""
        return [condition for side in (self.a, self.b) for condition in conditions_in(side.policy)]

    def facts(self) -> Iterator[History]:
        """Yield the facts that the decision tables of both sides tell apart, with every value."""
        for side in (self.a, self.b):
            policy = side.policy
            if not isinstance(policy, Classification) or not self.plain:
                continue
            for selector in policy.start:
                space = Space(
                    side.terms, self.asked, selector.type, {policy.value: [row.value for row in policy.table]}
                )
                for found in islice(space, MOST):
                    yield self.recorded(space, found.event, selector.type)

    def recorded(self, space: Space, event: dict[str, Any], type: str) -> History:
        """Return a history of one event with these data."""
        first = self.plain[0].events[0]
        data = {name: plain(value, space.kind(name)) for name, value in event.items() if value is not None}
        data.pop("time", None)
        alone = Event(id="00001", type=type, subject=first.subject, time=moment(first.at), data=data)
        return replace(self.plain[0], events=(alone,), as_of=first.at, windows=())

    def varied(self) -> Iterator[History]:
        """Yield small histories with other values: all that the conditions and tables of both sides tell apart."""
        spaces: dict[str, list[Space]] = {}
        for history in self.plain:
            for index, event in enumerate(history.events):
                if event.type not in spaces:
                    spaces[event.type] = self.spaces(event.type)
                for data in other_values(event, spaces[event.type]):
                    around = history.events[:index], history.events[index + 1 :]
                    yield replace(history, events=(*around[0], replaced(event, data=data), *around[1]))

    def spaces(self, type: str) -> list[Space]:
        """Return the values that an event of a type can have, as each side declares them."""
        rows: dict[str, list[Any]] = {}
        for side in (self.a, self.b):
            for name, value in row_values(side.policy):
                rows.setdefault(name, []).append(value)
        known = [side.terms for side in (self.a, self.b) if type in side.terms.events]
        return [Space(terms, self.asked, type, rows) for terms in known]

    def joined(self) -> Iterator[History]:
        """Yield what two small histories that begin alike have after their beginning, one after the other."""
        tails: dict[str, dict[str, tuple[History, Event]]] = {}
        for history in self.plain:
            *opening, last = in_order(history.events)
            begun = canonical([(event.type, event.subject, event.at, event.data) for event in opening])
            if opening:
                tails.setdefault(begun, {}).setdefault(last.type, (history, last))
        for ends in list(tails.values())[:MOST_SHIFTED]:
            for (history, first), (_, second) in permutations(ends.values(), 2):
                at = max(first.at, second.at) + MINUTE
                both = (*in_order(history.events), replaced(second, id="99999", time=moment(at)))
                yield replace(history, events=both, as_of=max(history.as_of, at))

    def shifted(self) -> Iterator[History]:
        """Yield small histories at times at which the calendars, or the months, of the two sides differ."""
        for history, starting in self.openings():
            judged = self.judged(history)
            verdicts = [*judged.a, *judged.b]
            for at in self.critical(starting, verdicts):
                opening = self.moved(history, starting, at - starting)
                yield opening
                begun = self.judged(opening)
                for due in sorted({each.due_at for each in (*begun.a, *begun.b) if each.due_at is not None}):
                    yield from self.ended(history, starting, opening, due)

    def openings(self) -> Iterator[tuple[History, int]]:
        """Yield a small history for each way in which an instance begins, one that is stopped if there is one."""
        found: dict[str, tuple[History, int, bool]] = {}
        for history in self.plain:
            judged = self.judged(history)
            instance = next((each for each in (*judged.a, *judged.b) if each.start_at is not None), None)
            if instance is None or instance.start_at is None:
                continue
            starting, stopped = instance.start_at, instance.stop_at is not None
            opening = canonical([(event.type, event.data) for event in history.events if event.at <= starting])
            if opening not in found or (stopped and not found[opening][2]):
                found[opening] = history, starting, stopped
        for history, starting, _ in list(found.values())[:MOST_SHIFTED]:
            yield history, starting

    def critical(self, starting: int, verdicts: list[Verdict]) -> list[int]:
        """Return the instants to which a start is moved."""
        found: list[int] = []
        if isinstance(self.a.policy, Deadline) and isinstance(self.b.policy, Deadline):
            limits = sorted({verdict.limit_micros or 0 for verdict in verdicts})
            found = edges(calendars_of(self.a), calendars_of(self.b), starting, limits)
        if self.a.terms.timezone != self.b.terms.timezone:
            found += [end - 1 for end in map(period_end, verdicts) if end is not None]
        return list(dict.fromkeys(found))

    def moved(self, history: History, starting: int, by: int) -> History:
        """Return what begins a history, at another time."""
        before = [event for event in history.events if event.at <= starting]
        events = tuple(later(event, by, self.terms.events) for event in before)
        return replace(history, events=events, as_of=starting + by, windows=())

    def ended(self, history: History, starting: int, opening: History, due: int) -> Iterator[History]:
        """Yield a moved history with what ends it, in time and late."""
        rest = [event for event in history.events if event.at > starting]
        for at in (due, due + 1) if rest else ():
            ends = tuple(replaced(event, time=moment(at)) for event in rest)
            yield replace(opening, events=(*opening.events, *ends), as_of=at)

    def counted(self) -> Iterator[History]:
        """Yield periods whose shares are kept by one side's objective and not by the other's."""
        good, bad = self.alike.get(Outcome.MET), self.alike.get(Outcome.BREACHED)
        if (self.a.objective is None and self.b.objective is None) or bad is None:
            return
        numbers = {(0, 1), (1, 1), *(just_kept(each) for each in (self.a.objective, self.b.objective))}
        for met, breached in sorted(numbers | thresholds(self.a.objective, self.b.objective)):
            if met and good is None:
                continue
            for apart in APART if self.unlike else (0,):
                yield self.many(good, met, bad, breached, apart)

    def many(self, good: History | None, met: int, bad: History, breached: int, apart: int) -> History:
        """Return as many met and breached obligations as are wanted, in one period or some time apart."""
        events: list[Event] = []
        names = [*self.terms.policies[self.a.id].match, getattr(self.terms.policies[self.a.id], "resource", "")]
        as_of = bad.as_of + apart
        for number in range(met if good is not None else 0):
            assert good is not None
            events += [renamed(event, f"-m{number + 1}", names) for event in good.events]
            as_of = max(as_of, good.as_of)
        for number in range(breached):
            moved = [later(event, apart, self.terms.events) for event in bad.events]
            events += [renamed(event, f"-b{number + 1}", names) for event in moved]
        return replace(bad, events=tuple(in_order(events)), as_of=as_of)


def other_values(event: Event, spaces: list[Space]) -> Iterator[dict[str, Any]]:
    """Yield the data of an event with one field changed or left out, for every value that it can have."""
    for space in spaces:
        for name in sorted(space.own.keys() & set(space.fields)):
            for value in space.own_values(name):
                changed = {**event.data, name: plain(value, space.kind(name))}
                data = {key: part for key, part in changed.items() if part is not None}
                if data != event.data:
                    yield data


def edges(a: list[Calendar], b: list[Calendar], around: int, limits: Iterable[int]) -> list[int]:
    """Return instants near which calendars differ, and those from which a limit lasts exactly to a closing time."""
    if all(calendar.name == ALWAYS for calendar in (*a, *b)):
        return []
    only_a, only_b = ([each for each in own if each not in others] for own, others in ((a, b), (b, a)))
    if not (only_a or only_b):  # the same calendars, chosen otherwise
        only_a = a
    one, other = ({period for each in own for period in opened(each, around)} for own in (only_a, only_b))
    found: list[int] = []
    for start, end in sorted(one ^ other or one)[:MOST_EDGES]:
        found += [start, start - HOUR, end - HOUR, end, *(end - limit for limit in limits)]
    return found


def opened(calendar: Calendar, around: int) -> list[tuple[int, int]]:
    """Return the opening hours of a calendar in the years after an instant, as far as it knows them."""
    first, last = max(around, calendar.first), min(around + HORIZON, calendar.last)
    return calendar.breakpoints(first, last).periods(first, last) if first < last else []


def later(event: Event, by: int, events: Mapping[str, EventDeclaration]) -> Event:
    """Return the same event some time later, the instants in its data too."""
    fields = events[event.type].fields if event.type in events else {}
    data = dict(event.data)
    for name, value in event.data.items():
        if name in fields and fields[name].kind == "instant" and isinstance(value, str):
            data[name] = moment(micros(value) + by).isoformat()
    return replaced(event, time=moment(event.at + by), data=data)


def renamed(event: Event, suffix: str, names: Iterable[str]) -> Event:
    """Return the same event of another subject, and with other text in the fields that tell cases apart."""
    texts = {name: f"{event.data[name]}{suffix}" for name in names if isinstance(event.data.get(name), str)}
    data = {**event.data, **texts}
    return replaced(event, id=f"{event.id}{suffix}", subject=f"{event.subject}{suffix}", data=data)
