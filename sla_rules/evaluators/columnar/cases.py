"""Cases, by the columnar evaluator: all events of some types by case and time, and what a case is at any of them.

A row is a place in that order. The rows of a case, and within it those of an instant, stand together.
"""

from collections.abc import Iterable
from functools import cached_property

import numpy as np

from sla_rules.evaluators.columnar.columns import Column, Flags, Ints, absent, numbers
from sla_rules.evaluators.columnar.conditions import Fields, holds
from sla_rules.evaluators.columnar.log import Log
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
        order = self._order(log.at[event], case)
        self.event = event if order is None else event[order]
        self.case = case if order is None else case[order]
        self.at = log.at[self.event]
        self.type = log.type[self.event]
        self._settle_ties()
        self._columns: dict[str, Column] = {}
        self._latest: dict[tuple[str, frozenset[str]], Ints] = {}

    @staticmethod
    def _order(at: Ints, case: Ints) -> Ints | None:
        following, same = case[1:] > case[:-1], case[1:] == case[:-1]
        if bool(np.all(following | (same & (at[1:] >= at[:-1])))):
            return None
        return np.lexsort((at, case))

    def _settle_ties(self) -> None:
        """Put the events of one case and instant into the total order."""
        new = np.ones(len(self.event) + 1, np.bool_)
        new[1:-1] = (self.case[1:] != self.case[:-1]) | (self.at[1:] != self.at[:-1])
        self.tied = not new.all()
        self.new_instant = new[:-1]
        if self.tied:
            tied = np.flatnonzero(~(new[:-1] & new[1:]))
            instant = np.cumsum(new[:-1])[tied]
            order = np.lexsort((self.log.names.order(self.event[tied]), instant))
            self.event[tied] = self.event[tied][order]
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
        index = np.zeros(len(self), np.int64)
        index[self.bounds[1:-1]] = 1
        return np.cumsum(index)

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
        if not self.tied:
            return np.arange(len(self))
        return np.flatnonzero(self.new_instant)[self.instant]

    @cached_property
    def end(self) -> Ints:
        """For each row, the last row of its instant."""
        if not self.tied:
            return np.arange(len(self))
        ends = np.append(np.flatnonzero(self.new_instant)[1:], len(self)) - 1
        return ends[self.instant]

    @cached_property
    def alone(self) -> Flags:
        """For each row, whether no other event of its case shares its instant."""
        alone: Flags = self.begin == self.end
        return alone

    def of_types(self, types: Iterable[str]) -> Flags:
        """Say of which rows the type is among some."""
        named = frozenset(types)
        wanted = np.array([type in named for type in self.log.types] or [False], np.bool_)
        return wanted[self.type] if len(self) else np.zeros(0, np.bool_)

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
            self._columns[name] = numbers(self.at) if name == "time" else self.log.field(name).take(self.event)
        return self._columns[name]

    def latest(self, name: str, roles: frozenset[str]) -> Ints:
        """Return, for the last row of each instant, the row that says what a field is then; -1 for none.

        Within one instant events of types without a role come first, otherwise ids decide.
        """
        key = (name, roles if self.tied else NOBODY)
        if key not in self._latest:
            present = self.own(name).present
            order = self._by_role(roles)
            row = np.where(present[order], np.arange(len(self)), -1)
            np.maximum.accumulate(row, out=row)
            found = np.where(row >= 0, order[row], -1)
            self._latest[key] = np.where(found >= self.first, found, -1)
        return self._latest[key]

    def _by_role(self, roles: frozenset[str]) -> Ints:
        order = np.arange(len(self))
        if self.tied and roles:
            tied = np.flatnonzero(~self.alone)
            order[tied] = tied[np.lexsort((tied, self.of_types(roles)[tied], self.instant[tied]))]
        return order

    def attribute(self, name: str, at: Ints, start: Ints | None = None, roles: frozenset[str] = NOBODY) -> Column:
        """Return a field of the cases as known at some rows, all events of their instants included.

        `start` are the rows of start events, -1 for none: each comes last within its own instant.
        """
        column = self.own(name)
        if not len(self):
            return absent(len(at))
        row = np.where(at >= 0, self.latest(name, roles)[self.end[at]], -1)
        if start is not None and self.tied:
            own = (start >= 0) & (row >= 0) & column.present[start] & (self.instant[start] == self.instant[row])
            row = np.where(own, start, row)
        return column.take(row)

    def attributes(self, at: Ints, start: Ints | None = None, roles: frozenset[str] = NOBODY) -> Fields:
        """Return all fields of the cases as known at some rows; the arguments as for `attribute`."""
        return lambda name: self.attribute(name, at, start, roles)

    def seen_from(self, rows: Ints, type: str, start: Ints | None, roles: frozenset[str]) -> Fields:
        """Return what `where` reads at rows of a type: the event's time and own fields, other fields from the case."""
        own = self.declared[type].fields if type in self.declared else {}

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
