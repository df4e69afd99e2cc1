"""What begins and ends in each case, found for all cases at once.

Mostly the row before tells what is open. Where several rows share an instant, or ends can be undone, whether an event
begins or ends something depends on all events before it, but only through a small state: nothing yet, over, open,
stopped. So each instant is a function from the state before it to the state after it. Functions of neighbouring
instants compose, in as many rounds as the length of the longest case has binary digits; then every instant knows the
state before it, and what it begins and ends.
"""

from dataclasses import dataclass, field, replace
from typing import NamedTuple

import numpy as np

from sla_rules.evaluators.columnar.cases import Cases
from sla_rules.evaluators.columnar.columns import Flags, Ints

VIRGIN, OVER, OPEN, STOPPED = 0, 1, 2, 3
"""The states; of each pattern there is an `OPEN` and a `STOPPED` of its own, two further on."""

NO_REOPENING = (np.zeros(0, np.int64),) * 3

STILL_OPEN, BY_STOP, BY_CANCEL, BY_RESUME = 0, 1, 2, 3


@dataclass
class Tokens:
    """The rows that may begin or end something.

    Attributes:
        rows: in order.
        starts: which of them may begin something.
        pattern: for each start, by which of the following flags what it begins ends.
        stops, cancels, resumes: by pattern, which of the rows end what is open, or reopen what was stopped.
        each: a further start after an end begins anew.
        ends_own: an event may end what it begins itself.
    """

    rows: Ints
    starts: Flags
    pattern: Ints
    stops: list[Flags]
    cancels: list[Flags]
    resumes: list[Flags] = field(default_factory=list)
    each: bool = True
    ends_own: bool = False

    def some(self, which: Flags) -> "Tokens":
        """Return some of the rows."""
        stops, cancels, resumes = (
            [flags[which] for flags in each] for each in (self.stops, self.cancels, self.resumes)
        )
        return replace(
            self,
            rows=self.rows[which],
            starts=self.starts[which],
            pattern=self.pattern[which],
            stops=stops,
            cancels=cancels,
            resumes=resumes,
        )


@dataclass
class Runs:
    """What was begun, in order: from a start row to the row that ended it, -1 where it lasts.

    Attributes:
        start, end: rows.
        kind: how it ended: `STILL_OPEN`, `BY_STOP` or `BY_CANCEL`.
        pattern: that of its start.
        reopened: the number of a run, the row that stopped it and the row that undid that, in order.
        used: all rows that stopped something, undone or not.
    """

    start: Ints
    end: Ints
    kind: Ints
    pattern: Ints
    reopened: tuple[Ints, Ints, Ints]
    used: Ints


class _Next:
    """Finds the first flagged token of an instant, up to two tokens excepted."""

    def __init__(self, flags: Flags) -> None:
        size = len(flags)
        places = np.where(flags, np.arange(size), size)
        self._next = np.append(np.minimum.accumulate(places[::-1])[::-1], [size, size])
        self.any = bool(flags.any())

    def within(self, low: Ints, high: Ints, *but: Ints) -> Ints:
        if not self.any:
            return np.full(len(low), -1, np.int64)
        found = self._next[low]
        for _ in range(len(but)):
            for one in but:
                found = np.where((found == one) & (found <= high), self._next[found + 1], found)
        return np.where(found <= high, found, -1)


class _Step(NamedTuple):
    """What an instant does, by tokens, -1 for none: in this order."""

    end: Ints
    kind: Ints
    resume: Ints
    start: Ints
    late_end: Ints
    late_kind: Ints
    state: Ints


class _Machine:
    def __init__(self, cases: Cases, tokens: Tokens) -> None:
        self.tokens = tokens
        instant = cases.begin[tokens.rows]
        size = len(tokens.rows)
        new = np.ones(size, np.bool_)
        new[1:] = instant[1:] != instant[:-1]
        self.low = np.flatnonzero(new)
        self.high = np.append(self.low[1:], size) - 1
        self.starts = _Next(tokens.starts)
        self.stops = [_Next(flags) for flags in tokens.stops]
        self.cancels = [_Next(flags) for flags in tokens.cancels]
        self.resumes = [_Next(flags) for flags in tokens.resumes]
        case = cases.case[tokens.rows[self.low]]
        head = np.ones(len(self.low), np.bool_)
        head[1:] = case[1:] != case[:-1]
        count = np.arange(len(self.low))
        self.place = count - np.maximum.accumulate(np.where(head, count, 0))

    def ended(self, pattern: int, low: Ints, high: Ints, *but: Ints) -> tuple[Ints, Ints]:
        """Return the first stop of an instant, else its first cancel, and which of them it is."""
        stop = self.stops[pattern].within(low, high, *but)
        cancel = self.cancels[pattern].within(low, high, *but)
        kind = np.where(stop >= 0, BY_STOP, np.where(cancel >= 0, BY_CANCEL, STILL_OPEN))
        return np.where(stop >= 0, stop, cancel), kind

    def step(self, instants: Ints, state: int) -> _Step:
        """Return what some instants do where the state before them is `state`."""
        low, high = self.low[instants], self.high[instants]
        nothing = np.full(len(instants), -1, np.int64)
        pattern = (state - OPEN) // 2
        opened = np.full(len(instants), state >= OPEN and state % 2 == 0)
        stopped = np.full(len(instants), state >= OPEN and state % 2 == 1)
        end, kind, resume = nothing, np.zeros(len(instants), np.int64), nothing
        late_end, late_kind = nothing.copy(), kind.copy()
        if state >= OPEN and state % 2 == 0:
            end, kind = self.ended(pattern, low, high)
            opened, stopped = end < 0, kind == BY_STOP
        if state >= OPEN and self.resumes:
            resume = np.where(stopped, self.resumes[pattern].within(low, high, end), -1)
            again = resume >= 0
            opened, stopped = opened | again, stopped & ~again
            late_end[again], late_kind[again] = self.ended(pattern, low[again], high[again], end[again])
        may = ~opened if self.tokens.each or state == VIRGIN else np.zeros(len(instants), np.bool_)
        start = np.where(may, self.starts.within(low, high), -1)
        began = np.flatnonzero(start >= 0)
        own = self.tokens.pattern[start[began]]
        for each in range(len(self.stops)):
            here = began[own == each]
            if len(here):
                but = (end[here],) if self.tokens.ends_own else (end[here], start[here])
                late_end[here], late_kind[here] = self.ended(each, low[here], high[here], *but)
        after = np.full(len(instants), state if state in (VIRGIN, OVER) else OVER)
        after[stopped] = OPEN + 2 * pattern + 1
        after[opened] = OPEN + 2 * pattern
        after[began] = OPEN + 2 * own
        after[late_kind == BY_STOP] += 1
        after[late_kind == BY_CANCEL] = OVER
        if not self.resumes:
            after[(after >= OPEN) & (after % 2 == 1)] = OVER
        return _Step(end, kind, resume, start, late_end, late_kind, after)

    def states(self) -> Ints:
        """Return the state before each instant."""
        every = np.arange(len(self.low))
        count = OPEN + 2 * len(self.stops)
        after = np.empty((count, len(self.low)), np.int64)
        for state in range(count):
            reachable = state < OPEN or state % 2 == 0 or bool(self.resumes)
            after[state] = self.step(every, state).state if reachable else OVER
        distance, longest = 1, int(self.place.max(initial=0))
        while distance <= longest:
            later = np.flatnonzero(self.place >= distance)
            after[:, later] = np.take_along_axis(after[:, later], after[:, later - distance], axis=0)
            distance *= 2
        before = np.full(len(self.low), VIRGIN)
        later = np.flatnonzero(self.place > 0)
        before[later] = after[VIRGIN, later - 1]
        return before


def runs(cases: Cases, tokens: Tokens) -> Runs:
    """Return what some rows begin and end.

    Within one instant: stops of what is open, then cancels, then what reopens, then starts, then the stops and cancels
    not yet used.
    """
    several = len(tokens.stops) > 1 or bool(tokens.resumes)
    if several or (tokens.ends_own and bool((tokens.starts & tokens.stops[0]).any())):
        return composed(cases, tokens)
    case, instant = cases.index[tokens.rows], cases.begin[tokens.rows]
    again = np.flatnonzero(instant[1:] == instant[:-1])
    if not len(again):
        return plain(tokens, case)
    long_way = np.zeros(len(cases.bounds), np.bool_)
    long_way[case[again]] = True
    longer = long_way[case]
    one, other = plain(tokens.some(~longer), case[~longer]), composed(cases, tokens.some(longer))
    start = np.concatenate([one.start, other.start])
    order = np.argsort(start)
    end, kind, pattern = (
        np.concatenate(pair)[order]
        for pair in ((one.end, other.end), (one.kind, other.kind), (one.pattern, other.pattern))
    )
    return Runs(start[order], end, kind, pattern, NO_REOPENING, np.concatenate([one.used, other.used]))


def plain(tokens: Tokens, case: Ints) -> Runs:
    """Return what rows begin and end where no two of a case share an instant and nothing reopens.

    Then what is open depends on the row before alone: a start leaves something open, every end closes it.
    """
    starts = tokens.starts
    if not tokens.each:
        first = np.flatnonzero(starts)
        first = first[np.flatnonzero(np.diff(case[first], prepend=-1))]
        starts = np.zeros(len(starts), np.bool_)
        starts[first] = True
    stops = tokens.stops[0]
    place = np.flatnonzero(starts | stops | tokens.cancels[0])
    begins, ends = starts[place], (stops | tokens.cancels[0])[place]
    open_before = np.zeros(len(place), np.bool_)
    of_case = case[place]
    open_before[1:] = begins[:-1] & (of_case[1:] == of_case[:-1])
    begins, ends = begins & (~open_before | ends), ends & open_before
    owner: Ints = (np.cumsum(begins) - 1 - begins)[ends]
    rows, ending = tokens.rows[place[begins]], place[ends]
    end, kind = np.full(len(rows), -1), np.zeros(len(rows), np.int64)
    end[owner] = tokens.rows[ending]
    kind[owner] = np.where(stops[ending], BY_STOP, BY_CANCEL)
    used = tokens.rows[ending[stops[ending]]]
    return Runs(rows, end, kind, np.zeros(len(rows), np.int64), NO_REOPENING, used)


def composed(cases: Cases, tokens: Tokens) -> Runs:
    """Return what rows begin and end, the long way: by the state before each instant."""
    machine = _Machine(cases, tokens)
    size = len(machine.low)
    found = {name: np.full(size, -1, np.int64) for name in _Step._fields}
    before = machine.states()
    for state in np.unique(before).tolist():
        here = np.flatnonzero(before == state)
        for name, values in zip(_Step._fields, machine.step(here, state), strict=True):
            found[name][here] = values
    step = _Step(**found)
    began = np.flatnonzero(step.start >= 0)
    start = step.start[began]
    # What an instant ends or reopens before its start belongs to the run begun before it.
    number = np.cumsum(step.start >= 0) - 1
    earlier = number - (step.start >= 0)
    parts = []
    for order, (tokens_of, kinds, owner) in enumerate(
        (
            (step.end, step.kind, earlier),
            (step.resume, np.full(size, BY_RESUME), earlier),
            (step.late_end, step.late_kind, number),
        )
    ):
        there = np.flatnonzero(tokens_of >= 0)
        parts.append(np.stack([owner[there], there * 3 + order, tokens_of[there], kinds[there]]))
    owner, order, token, kind = np.concatenate(parts, axis=1)
    sequence = np.lexsort((order, owner))
    owner, token, kind = owner[sequence], token[sequence], kind[sequence]
    last = np.ones(len(owner), np.bool_)
    last[:-1] = owner[1:] != owner[:-1]
    end, how = np.full(len(start), -1, np.int64), np.zeros(len(start), np.int64)
    closing = last & (kind != BY_RESUME)
    end[owner[closing]], how[owner[closing]] = tokens.rows[token[closing]], kind[closing]
    again = np.flatnonzero(kind == BY_RESUME)
    reopened = owner[again], tokens.rows[token[again - 1]], tokens.rows[token[again]]
    rows = tokens.rows[start]
    return Runs(rows, end, how, tokens.pattern[start], reopened, tokens.rows[token[kind == BY_STOP]])
