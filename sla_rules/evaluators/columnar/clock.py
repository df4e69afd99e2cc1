"""When the clock of instances stands still, and how much time counts for them: pauses, reopenings, excluded windows."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property, partial
from operator import eq
from typing import NamedTuple

import numpy as np

from sla_rules.calendar import Calendar, Interval, merged
from sla_rules.calendar_arrays import due_within, elapsed_within
from sla_rules.evaluators.columnar.allowance import Chosen, View
from sla_rules.evaluators.columnar.cases import Cases
from sla_rules.evaluators.columnar.circumstances import Judging
from sla_rules.evaluators.columnar.columns import NONE, Flags, Ints, firsts, groups
from sla_rules.evaluators.columnar.conditions import holds
from sla_rules.evaluators.columnar.instances import Instances
from sla_rules.evaluators.columnar.machine import Tokens, runs
from sla_rules.evaluators.columnar.windows import windows
from sla_rules.events import Window
from sla_rules.language.policies import Deadline, PauseBetween, PauseWhile
from sla_rules.reason import named


class Spans(NamedTuple):
    """Stretches of time, each from the event of one row to that of another, -1 where it lasts; by case, in order.

    Attributes:
        start, end: the rows.
        unused: rows that would end one and ended none, with what to say of them.
    """

    start: Ints
    end: Ints
    unused: tuple[tuple[Ints, str], ...] = ()

    def remark(self, starts: Ints, judging: Judging) -> None:
        """Note the ends that ended nothing, of the cases of some starts."""
        cases = judging.cases
        seen = np.zeros(len(cases.bounds), np.bool_)
        seen[cases.index[starts]] = True
        for rows, message in self.unused:
            judging.world.remark("resume_without_pause", cases.event[rows[seen[cases.index[rows]]]], message)


def pauses(policy: Deadline, judging: Judging, found: Instances, variant: int) -> Spans:
    """Return the pauses of all cases, seen in one of the ways there are."""
    parts = [
        between(pause, policy, judging, found, variant)
        if isinstance(pause, PauseBetween)
        else by_state(pause, policy, judging.cases, found, variant)
        for pause in policy.pause
    ]
    start, end = (np.concatenate([part[n] for part in parts]) for n in (0, 1))
    order = np.argsort(judging.cases.begin[start], kind="stable")
    return Spans(start[order], end[order], tuple(each for part in parts for each in part.unused))


def between(pause: PauseBetween, policy: Deadline, judging: Judging, found: Instances, variant: int) -> Spans:
    """Return the pauses that some events begin and others end."""
    cases = judging.cases
    rows = np.flatnonzero(cases.of_types([each.type for each in (*pause.from_, *pause.to)]))
    start = found.variants.start(cases, variant, rows)
    begins = cases.meant(pause.from_, rows, start, policy.roles)
    ends = cases.meant(pause.to, rows, start, policy.roles)
    nothing = np.zeros(len(rows), np.bool_)
    spans = runs(cases, Tokens(rows, begins, np.zeros(len(rows), np.int64), [ends], [nothing], ends_own=True))
    unused = np.setdiff1d(rows[ends], spans.end)
    said = [
        (unused[cases.type[unused] == type], f"`{cases.log.types[type]}` without {named(pause.from_)} before it")
        for type in np.unique(cases.type[unused]).tolist()
    ]
    return Spans(spans.start, spans.end, tuple(said))


def by_state(pause: PauseWhile, policy: Deadline, cases: Cases, found: Instances, variant: int) -> Spans:
    """Return the stretches during which the fields of the case fulfil a condition.

    Only events with a role, or with a field of the condition, can begin or end one.
    """
    telling = cases.of_types(policy.roles)
    for name in pause.while_.fields:
        telling |= cases.own(name).present
    rows = np.flatnonzero(telling)
    last = np.append(cases.begin[rows[1:]] != cases.begin[rows[:-1]], True)[: len(rows)]
    rows = rows[last]
    fields = cases.attributes(rows, found.variants.start(cases, variant, rows), policy.roles)
    held = holds(pause.while_, fields, len(rows))
    case = cases.index[rows]
    same = np.zeros(len(rows), np.bool_)
    same[1:] = case[1:] == case[:-1]
    goes_on = np.zeros(len(rows), np.bool_)
    goes_on[1:] = held[1:] & held[:-1] & same[1:]
    start = np.flatnonzero(held & ~goes_on)
    # What is held lasts to the first instant of the case at which it is not, if there is one.
    over = np.flatnonzero(~goes_on)
    place = np.searchsorted(over, start, side="right")
    after = np.append(over, len(rows))[place]
    ended = (after < len(rows)) & (np.append(case, -1)[after] == case[start])
    return Spans(rows[start], np.where(ended, np.append(rows, -1)[after], -1))


@dataclass
class Own:
    """The stretches that concern single instances, ordered by instance and start.

    Attributes:
        owner: the instance.
        start, end: instants.
        lasting: no end is known; `end` is the instant of the view.
        rows: of the events that begin and end each, -1 where none does.
        what: `paused` (0), `stopped` (1), or from 2 on a place among the open windows.
    """

    owner: Ints
    start: Ints
    end: Ints
    lasting: Flags
    rows: tuple[Ints, Ints]
    what: Ints


class Clock:
    """The counted time of the instances of a view.

    Attributes:
        calendar: of each instance.
        own: the stretches of single instances in which time stands still.
        shared: by group, the windows with a known end that concern its instances.
        group: the group of each instance.
        paused: whether the clock stands still at the instant of the view with no end in sight.
    """

    def __init__(self, view: View, calendar: Chosen, found: Instances) -> None:
        self.view = view
        self.calendar = calendar
        self.found = found
        size = len(view.start)
        self.group, self.shared, self.open = self._windows()
        self.intervals: list[tuple[Interval, ...]] = [
            merged((each.start_at, each.end_at or 0) for each in shared) for shared in self.shared
        ]
        self.own = self._own()
        self.paused = np.zeros(size, np.bool_)
        self.paused[self.own.owner[self.own.lasting]] = True
        self.offset = np.searchsorted(self.own.owner, np.arange(size + 1))

    def _windows(self) -> tuple[Ints, list[tuple[Window, ...]], list[tuple[Window, Flags]]]:
        """Return the groups of instances that the same windows concern, those windows, and the open ones apart."""
        view = self.view
        size, world = len(view.start), view.judging.world
        concerned: list[tuple[Window, Flags]] = []
        for kind in view.policy.exclude if size else ():
            scope = world.agreement.windows[kind].scope
            values = None if scope is None else view.fact(scope)
            for window in windows(kind, world):
                if window.scope is None:
                    concerned.append((window, np.ones(size, np.bool_)))
                elif values is not None:
                    own = values.lookup(partial(eq, window.scope), np.bool_, False)
                    concerned.append((window, own))
        closed = [(window, own) for window, own in concerned if window.end_at is not None]
        group = groups(distinct([own for _, own in closed]), size)
        shared = [tuple(window for window, own in closed if own[first]) for first in firsts(group).tolist()] or [()]
        return group, shared, [(window, own) for window, own in concerned if window.end_at is None]

    def _own(self) -> Own:
        view = self.view
        parts = [
            *self._pauses(),
            self._reopened(),
            *(self._open(window, concerned, place) for place, (window, concerned) in enumerate(self.open, 2)),
        ]
        owner, begin, end, row, last, what = np.concatenate(parts, axis=1)
        begun = np.flatnonzero((begin <= view.at[owner]) | (what == 1))
        order = begun[np.lexsort((begin[begun], owner[begun]))]
        owner, begin, end, row, last, what = (each[order] for each in (owner, begin, end, row, last, what))
        lasting = end == NONE
        until = np.where(lasting, view.at[owner], np.where(what == 0, np.minimum(end, view.at[owner]), end))
        return Own(owner, begin, until, lasting, (row, last), what)

    def _pauses(self) -> Iterator[Ints]:
        """Yield the pauses of the instances, of each way to see a case: those not over before an instance starts."""
        view, cases = self.view, self.view.judging.cases
        if not view.policy.pause:
            return
        variant = self.found.variant[view.number]
        for each in np.unique(variant).tolist():
            which = np.flatnonzero(variant == each)
            begun = view.start[which]
            found: Spans = view.judging.world.once(
                ("pauses", view.policy.id, each), partial(pauses, view.policy, view.judging, self.found, each)
            )
            found.remark(begun, view.judging)
            # The furthest end so far: what lies before the first one after the start is over by then.
            reach = np.maximum.accumulate(np.where(found.end >= 0, found.end, cases.last[found.start] + 1))
            low = np.searchsorted(reach, cases.end[begun], side="right")
            low = np.maximum(low, np.searchsorted(found.start, cases.first[begun]))
            until = cases.last_until(begun, view.at[which])
            times = np.maximum(np.searchsorted(found.start, until, side="right") - low, 0)
            owner = np.repeat(which, times)
            place = np.arange(len(owner)) - np.repeat(np.cumsum(times) - times, times) + np.repeat(low, times)
            start, last = found.start[place], found.end[place]
            end = np.where(last >= 0, cases.at[last], NONE)
            kept = (last < 0) | (end > view.start_at[owner])
            part = np.stack([owner, cases.at[start], end, start, last, np.zeros(len(owner), np.int64)])
            yield part[:, kept]

    def _reopened(self) -> Ints:
        """Return the times between a stop and the event that undid it."""
        cases = self.view.judging.cases
        number, stop, again = self.found.runs.reopened
        if not len(number):
            return np.zeros((6, 0), np.int64)
        low = np.searchsorted(number, self.view.number)
        times = np.searchsorted(number, self.view.number, side="right") - low
        owner = np.repeat(np.arange(len(self.view.number)), times)
        place = np.arange(len(owner)) - np.repeat(np.cumsum(times) - times, times) + np.repeat(low, times)
        stop, again = stop[place], again[place]
        return np.stack([owner, cases.at[stop], cases.at[again], stop, again, np.ones(len(owner), np.int64)])

    def _open(self, window: Window, concerned: Flags, place: int) -> Ints:
        """Return a window without an end, for each instance that it concerns."""
        owner = np.flatnonzero(concerned)
        values = (window.start_at, NONE, -1, -1, place)
        return np.stack([owner, *(np.full(len(owner), value) for value in values)])

    def since(self, which: Ints) -> Ints:
        """Return the first row of the instant at which instances began, or were last reopened."""
        cases = self.view.judging.cases
        row = cases.begin[self.view.start]
        again = self.own.what == 1
        np.maximum.at(row, self.own.owner[again], cases.begin[self.own.rows[1][again]])
        return row[which]

    @cached_property
    def _kind(self) -> Ints:
        return self.calendar.code * len(self.shared) + self.group

    def _each_kind(self, which: Ints) -> Iterator[tuple[Calendar, tuple[Interval, ...], Ints | slice]]:
        """Yield the places of instances with the same calendar and windows."""
        if len(self.calendar.calendars) == len(self.shared) == 1:
            yield self.calendar.calendars[0], self.intervals[0], slice(None)
            return
        kinds = self._kind[which]
        for kind in np.unique(kinds).tolist() if len(which) else []:
            calendar, group = divmod(kind, len(self.shared))
            yield self.calendar.calendars[calendar], self.intervals[group], np.flatnonzero(kinds == kind)

    def _count(self, which: Ints, start: Ints, end: Ints) -> Ints:
        """Return the time that counts between instants by calendars and windows alone, `NONE` beyond the calendar."""
        counted = np.zeros(len(which), np.int64)
        for calendar, still, here in self._each_kind(which):
            found, beyond = elapsed_within(calendar, start[here], end[here], still)
            counted[here] = found if beyond is None else np.where(beyond, NONE, found)
        return counted

    def _reach(self, which: Ints, start: Ints, limit: Ints) -> Ints:
        """Return where limits are used up by calendars and windows alone, `NONE` beyond the calendar."""
        due = np.zeros(len(which), np.int64)
        for calendar, still, here in self._each_kind(which):
            found, beyond = due_within(calendar, start[here], limit[here], still)
            due[here] = found if beyond is None else np.where(beyond, NONE, found)
        return due

    def elapsed(self, which: Ints, start: Ints, end: Ints) -> Ints:
        """Return the counted time between instants, `NONE` where the calendar is unknown or does not reach so far."""
        counted = np.full(len(which), NONE)
        known = np.flatnonzero(self.calendar.code[which] >= 0)
        if len(known):
            counted[known] = self._count(which[known], start[known], end[known])
        if not len(self.own.owner):
            return counted
        place, last = self.offset[which], self.offset[which + 1]
        covered = start.copy()
        active = np.flatnonzero((place < last) & (counted != NONE))
        while len(active):
            begin = np.maximum(self.own.start[place[active]], covered[active])
            over = np.minimum(self.own.end[place[active]], end[active])
            some = over > begin
            here = active[some]
            if len(here):
                counted[here] -= self._count(which[here], begin[some], over[some])
            covered[here] = over[some]
            place[active] += 1
            active = active[place[active] < last[active]]
        return counted

    def due(self, which: Ints, start: Ints, limit: Ints) -> Ints:
        """Return the last instants in time, `NONE` where they lie beyond the calendar; all calendars are known."""
        if not len(which) or not len(self.own.owner):
            return self._reach(which, start, limit) if len(which) else which
        due = np.full(len(which), NONE)
        latest = np.array([each.exhausted_at == "opening" for each in self.calendar.calendars], np.bool_)
        late = latest[self.calendar.code[which]] | (limit == 0)
        place, last = self.offset[which].copy(), self.offset[which + 1]
        at, left = start.copy(), limit.copy()
        active = np.arange(len(which))
        while len(active):
            ready = active[place[active] >= last[active]]
            if len(ready):
                due[ready] = self._reach(which[ready], at[ready], left[ready])
            active = active[place[active] < last[active]]
            begin, end = self.own.start[place[active]], self.own.end[place[active]]
            ahead = (end > at[active]) & (begin > at[active])
            here, before = active[ahead], begin[ahead]
            reached = self._reach(which[here], at[here], left[here]) if len(here) else here
            done = (reached == NONE) | (reached < before) | ((reached == before) & ~late[here])
            due[here[done]] = reached[done]
            on, until = here[~done], before[~done]
            if len(on):
                left[on] -= self._count(which[on], at[on], until)
            at[active] = np.maximum(at[active], end)
            place[active] += 1
            finished = np.zeros(len(which), np.bool_)
            finished[here[done]] = True
            active = active[~finished[active]]
        return due


def distinct(columns: list[Flags]) -> list[Ints]:
    """Return the columns that differ from those before them, as numbers."""
    found: dict[bytes, Ints] = {}
    for column in columns:
        found.setdefault(column.tobytes(), column.astype(np.int64))
    return list(found.values())
