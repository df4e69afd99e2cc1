"""Cases, by the columnar evaluator: all events of some types by case and time, and what a case is at any of them.

A row is a place in that order. The rows of a case, and within it those of an instant, stand together.
"""

from collections.abc import Iterable
from functools import cached_property

import numpy as np

from sla_rules.evaluators.columnar.columns import Column, Flags, Ints, absent, numbers
from sla_rules.evaluators.columnar.conditions import Fields, holds
from sla_rules.evaluators.columnar.log import Log
from sla_rules.evaluators.columnar.ordering import by_case_and_time
from sla_rules.language.declarations import EventDeclaration
from sla_rules.language.selectors import Selector, types_of

Selectors = tuple[Selector, ...] | None
NOBODY: frozenset[str] = frozenset()


class Cases:
    """The events of the cases of one match.

    Attributes:
        log: where the events are.
        event: for each row, the place of its event in the log.
        case: for each row, the number of its case.
        at, type: for each row, as in the log.
        match: by the fields of the match, their texts by the number of a case; of a subject its number in the log.
    """

    def __init__(
        self,
        log: Log,
        declared: dict[str, EventDeclaration],
        event: Ints,
        case: Ints,
        match: dict[str, Column] | None = None,
    ) -> None:
        """Take rows of events, each with its case, in any order; without a `match` the case is that of a subject."""
        self.log = log
        self.match = match
        self.declared = declared
        # All events in the order of the log need no copies.
        whole = match is None and len(event) == len(log)
        order = by_case_and_time(case, log.at if whole else log.at[event])
        whole = whole and order is None
        self.event = event if order is None else event[order]
        self.case = case if order is None else case[order]
        self.at = log.at if whole else log.at[self.event]
        self.type = log.type if whole else log.type[self.event]
        self._settle_ties()
        self._whole = whole and not self.tied
        self._columns: dict[str, Column] = {}
        self._shares: dict[str, bool] = {}
        self._latest: dict[tuple[str, frozenset[str]], Ints] = {}

    def _settle_ties(self) -> None:
        """Put the events of one case and instant into the total order."""
        new = np.ones(len(self.event) + 1, np.bool_)
        new[1:-1] = (self.case[1:] != self.case[:-1]) | (self.at[1:] != self.at[:-1])
        self.new_instant = new[:-1]
        self._tied = np.flatnonzero(~(new[:-1] & new[1:]))
        self.tied = bool(len(self._tied))
        if self.tied:
            instant = np.cumsum(new[self._tied])
            order = np.lexsort((self.log.names.order(self.event[self._tied]), instant))
            self.event = self.event.copy()
            self.event[self._tied] = self.event[self._tied][order]
            self.type = self.log.type[self.event]

    def __len__(self) -> int:
        return len(self.event)

    @cached_property
    def bounds(self) -> Ints:
        """The first row of each case, and after the last case the number of rows."""
        new = np.flatnonzero(self.case[1:] != self.case[:-1]) + 1
        return np.concatenate(([0], new, [len(self)])) if len(self) else np.zeros(1, np.int64)

    @cached_property
    def index(self) -> Ints:
        """For each row, which case it belongs to, counted in the order of rows."""
        count = len(self.bounds) - 1
        if count and int(self.case[-1]) - int(self.case[0]) == count - 1:
            return self.case - self.case[0] if self.case[0] else self.case
        return np.repeat(np.arange(count), np.diff(self.bounds))

    @cached_property
    def first(self) -> Ints:
        """For each row, the first row of its case."""
        return self.bounds[self.index]

    @cached_property
    def last(self) -> Ints:
        """For each row, the last row of its case."""
        return self.bounds[self.index + 1] - 1

    @cached_property
    def instant(self) -> Ints:
        """For each row, the number of its instant."""
        return np.cumsum(self.new_instant) - 1 if self.tied else np.arange(len(self))

    @cached_property
    def begin(self) -> Ints:
        """For each row, the first row of its instant."""
        begin = np.arange(len(self))
        if not self.tied:
            return begin
        new = self.new_instant[self._tied]
        begin[self._tied] = self._tied[new][np.cumsum(new) - 1]
        return begin

    @cached_property
    def end(self) -> Ints:
        """For each row, the last row of its instant."""
        end = np.arange(len(self))
        if not self.tied:
            return end
        new = self.new_instant[self._tied]
        last = np.append(new[1:], True)
        end[self._tied] = self._tied[last][np.cumsum(new) - 1]
        return end

    @cached_property
    def alone(self) -> Flags:
        """For each row, whether no other event of its case shares its instant."""
        alone: Flags = self.begin == self.end
        return alone

    def last_until(self, rows: Ints, at: Ints) -> Ints:
        """Return, for each of some rows, the last row of its case that is no later than an instant at or after it."""
        low, high = rows, self.last[rows]
        while bool((low < high).any()):
            middle = (low + high + 1) // 2
            known = self.at[middle] <= at
            low, high = np.where(known, middle, low), np.where(known, high, middle - 1)
        return low

    def of_types(self, types: Iterable[str]) -> Flags:
        """Say of which rows the type is among some."""
        return self.log.of_types(types, self.type)

    def place(self, rows: Ints) -> Ints:
        """Return the places of rows' events in the log; -1 for the row -1."""
        return np.where(rows >= 0, self.event[rows], -1) if len(self) else rows

    def keys(self, rows: Ints) -> dict[str, Column]:
        """Return the values of the match of the cases of some rows."""
        cases = self.case[rows]
        if self.match is None:
            return {"subject": numbers(cases)}
        return {name: column.take(cases) for name, column in self.match.items()}

    def own(self, name: str) -> Column:
        """Return what the events themselves say of a field, for each row."""
        if name not in self._columns:
            column = numbers(self.at) if name == "time" else self.log.field(name)
            self._columns[name] = column if name == "time" or self._whole else column.take(self.event)
        return self._columns[name]

    def latest(self, name: str, roles: frozenset[str]) -> Ints:
        """Return, for the last row of each instant, the row that says what a field is then; -1 for none.

        Within one instant events of types without a role come first, otherwise ids decide.
        """
        key = (name, roles if roles and self._shared(name) else NOBODY)
        if key not in self._latest:
            rows, order = np.arange(len(self)), None
            if key[1]:
                # Only the cases with such an instant differ from those seen without roles.
                rows, order = self._of_tied_cases(key[1])
            found = self._last_present(self.own(name).present, rows, order)
            if order is not None:
                found, some = self.latest(name, NOBODY).copy(), found
                found[rows] = some
            self._latest[key] = found
        return self._latest[key]

    def _last_present(self, present: Flags, rows: Ints, order: Ints | None) -> Ints:
        """Return, for each of some rows, which are whole cases, the last of them in an order that has a field."""
        ordered = rows if order is None else order
        place = np.where(present[ordered], np.arange(len(rows)), -1)
        np.maximum.accumulate(place, out=place)
        found = np.where(place >= 0, ordered[place], -1)
        return np.where(found >= self.first[rows], found, -1)

    def _of_tied_cases(self, roles: frozenset[str]) -> tuple[Ints, Ints]:
        """Return the rows of all cases with events that share an instant, and their order by roles within instants."""
        tied = np.zeros(len(self.bounds), np.bool_)
        tied[self.index[self._tied]] = True
        rows = np.flatnonzero(tied[self.index])
        return rows, rows[np.lexsort((rows, self.of_types(roles)[rows], self.begin[rows]))]

    def _shared(self, name: str) -> bool:
        """Say whether several events of an instant have a field, so that their order matters to it."""
        if name not in self._shares:
            rows = np.flatnonzero(self.own(name).present)
            instant = self.begin[rows] if self.tied else rows
            self._shares[name] = bool((instant[1:] == instant[:-1]).any())
        return self._shares[name]

    def attribute(self, name: str, at: Ints, start: Ints | None = None, roles: frozenset[str] = NOBODY) -> Column:
        """Return a field of the cases as known at some rows, all events of their instants included.

        `start` are the rows of start events, -1 for none: each comes last within its own instant.
        """
        column = self.own(name)
        if not len(self):
            return absent(len(at))
        row = np.where(at >= 0, self.latest(name, roles)[self.end[at]], -1)
        if start is not None and self.tied:
            own = (start >= 0) & (row >= 0) & column.present[start] & (self.begin[start] == self.begin[row])
            row = np.where(own, start, row)
        return column.take(row)

    def attributes(self, at: Ints, start: Ints | None = None, roles: frozenset[str] = NOBODY) -> Fields:
        """Return all fields of the cases as known at some rows; the arguments as for `attribute`."""
        return lambda name: self.attribute(name, at, start, roles)

    def seen_from(self, rows: Ints, type: str, start: Ints | None, roles: frozenset[str]) -> Fields:
        """Return what `where` reads at rows of a type: the event's time and own fields, other fields from the case."""
        own = self.declared[type].fields

        def field(name: str) -> Column:
            if name == "time" or name in own:
                return self.own(name).take(rows)
            return self.attribute(name, rows, start, roles)

        return field

    def selects(
        self, selector: Selector, rows: Ints, start: Ints | None = None, roles: frozenset[str] = NOBODY
    ) -> Flags:
        """Say which rows a selector means; `start` and `roles` as for the attributes."""
        if selector.type not in self.log.types:
            return np.zeros(len(rows), np.bool_)
        meant: Flags = self.type[rows] == self.log.types.index(selector.type)
        if selector.where is not None:
            there = np.flatnonzero(meant)
            fields = self.seen_from(rows[there], selector.type, None if start is None else start[there], roles)
            meant[there] = holds(selector.where, fields, len(there))
        return meant

    def meant(
        self, selectors: Selectors, rows: Ints, start: Ints | None = None, roles: frozenset[str] = NOBODY
    ) -> Flags:
        """Say which rows one of several selectors means; the arguments as for `selects`."""
        found = np.zeros(len(rows), np.bool_)
        for selector in selectors or ():
            found |= self.selects(selector, rows, start, roles)
        return found

    def chosen(
        self,
        selectors: Selectors,
        rows: Ints | None = None,
        start: Ints | None = None,
        roles: frozenset[str] = NOBODY,
    ) -> Ints:
        """Return those of some rows (of all, unless said) that selectors mean, in order."""
        if rows is None:
            rows = np.flatnonzero(self.of_types(types_of(selectors)))
        return rows[self.meant(selectors, rows, start, roles)]
