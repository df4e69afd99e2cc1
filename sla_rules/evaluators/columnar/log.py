"""The log: all events that are known, as columns, and the order among those of one instant."""

from collections.abc import Callable, Iterable, Sequence
from functools import cache
from typing import Any, Protocol

import numpy as np
import polars as pl

from sla_rules.evaluators.columnar.columns import Column, Flags, Ints, encoded, scattered
from sla_rules.evaluators.columnar.ordering import by_case_and_time
from sla_rules.events import Event

Cells = tuple[Ints, Column]
"""The events that have a field, as places in order, and its values."""


class Log:
    """Events as columns; an event is a place in them.

    Attributes:
        at: when, in microseconds since 1970 UTC.
        type: the place of its type in `types`.
        subject: the number of its subject.
        types: the types that occur.
        names: how events and subjects are called.
    """

    def __init__(
        self,
        at: Ints,
        type: Ints,
        subject: Ints,
        types: Sequence[str],
        cells: Callable[[str], Cells],
        names: "Names",
    ) -> None:
        self.at = at
        self.type = type
        self.subject = subject
        self.types = list(types)
        self.names = names
        self.cells = cells

    def __len__(self) -> int:
        return len(self.at)

    def field(self, name: str) -> Column:
        """Return the values of a field, as declarations read them; made anew each time, since many are mostly empty."""
        places, values = self.cells(name)
        if len(places) == len(self):
            return values
        return scattered(places, values, len(self))

    def of_types(self, types: Iterable[str], among: Ints | None = None) -> Flags:
        """Say of which events, all of them unless places in `types` are given, the type is among some."""
        named = frozenset(types)
        wanted = np.array([type in named for type in self.types] or [False], np.bool_)
        return wanted[self.type if among is None else among]

    def by_subject(self) -> "Log":
        """Return the same events by subject and time."""
        order = by_case_and_time(self.subject, self.at)
        if order is None:
            return self
        moved = np.empty(len(self), np.int64)
        moved[order] = np.arange(len(self))

        def cells(name: str) -> Cells:
            places, values = self.cells(name)
            again = np.argsort(moved[places])
            return moved[places][again], values.take(again)

        names = Moved(self.names, order)
        return Log(self.at[order], self.type[order], self.subject[order], self.types, cache(cells), names)

    def part(self, first: int, after: int) -> "Log":
        """Return the events at some places in a row."""

        def cells(name: str) -> Cells:
            places, values = self.cells(name)
            low, high = np.searchsorted(places, (first, after))
            return places[low:high] - first, Column(values.data[low:high], values.present[low:high], values.values)

        here = slice(first, after)
        names = Moved(self.names, np.arange(first, after))
        return Log(self.at[here], self.type[here], self.subject[here], self.types, cells, names)


class Names(Protocol):
    """How events and subjects are called, asked when it matters: for verdicts that are shown, findings and ties."""

    def subjects(self, numbers: Ints) -> pl.Series:
        """Return the names of subjects."""

    def events(self, places: Ints) -> pl.Series:
        """Return the names of events, as `Event.name` does."""

    def locations(self, places: Ints) -> list[str]:
        """Return where events were read."""

    def order(self, places: Ints) -> Ints:
        """Return a rank for each of some events, in the total order of those of one instant."""


class Moved:
    """The names of events that stand in other places elsewhere."""

    def __init__(self, names: Names, places: Ints) -> None:
        """Take the names, and for each event its place among them."""
        self._names = names
        self._places = places

    def subjects(self, numbers: Ints) -> pl.Series:
        """Return the names of subjects."""
        return self._names.subjects(numbers)

    def events(self, places: Ints) -> pl.Series:
        """Return the names of events."""
        return self._names.events(self._places[places])

    def locations(self, places: Ints) -> list[str]:
        """Return where events were read."""
        return self._names.locations(self._places[places])

    def order(self, places: Ints) -> Ints:
        """Return a rank for each of some events."""
        return self._names.order(self._places[places])


class Listed:
    """The names of a list of events that is in the total order."""

    def __init__(self, events: Sequence[Event], subjects: Sequence[str]) -> None:
        self._events = events
        self._subjects = subjects

    def subjects(self, numbers: Ints) -> pl.Series:
        """Return the names of subjects."""
        return texts([self._subjects[number] for number in numbers.tolist()])

    def events(self, places: Ints) -> pl.Series:
        """Return the names of events."""
        return texts([self._events[place].name for place in places.tolist()])

    def locations(self, places: Ints) -> list[str]:
        """Return where events were read."""
        return [self._events[place].place for place in places.tolist()]

    def order(self, places: Ints) -> Ints:
        """Return their places: the list is in order."""
        return places


def texts(values: Sequence[str]) -> pl.Series:
    """Return texts as a series; half a character, which none can hold, is written as its escape."""
    try:
        return pl.Series(values, dtype=pl.String)
    except UnicodeEncodeError:
        return pl.Series(
            [value.encode("utf-8", "backslashreplace").decode("utf-8") for value in values], dtype=pl.String
        )


def gathered(values: pl.Series, places: Ints, present: Flags) -> pl.Series:
    """Return values at some places, null where nothing is present."""
    if present.all():
        return values.gather(places)
    return values.gather(pl.Series(np.where(present, places, 0)).set(pl.Series(~present), None))


def names_at(names: Names, places: Ints) -> pl.Series:
    """Return the names of events, null for the place -1."""
    present = np.flatnonzero(places >= 0)
    found = names.events(places[present])
    if len(present) == len(places):
        return found
    where = np.zeros(len(places), np.int64)
    where[present] = np.arange(len(present))
    return gathered(found, where, places >= 0) if len(present) else pl.Series([None] * len(places), dtype=pl.String)


def log_of(events: Sequence[Event]) -> Log:
    """Return the log of a list of read events that is in the total order."""
    types: dict[str, int] = {}
    subjects: dict[str, int] = {}
    type = [types.setdefault(event.type, len(types)) for event in events]
    subject = [subjects.setdefault(event.subject, len(subjects)) for event in events]
    cells: dict[str, tuple[list[int], list[Any]]] = {}
    for place, event in enumerate(events):
        for name, value in event.data.items():
            places, values = cells.setdefault(name, ([], []))
            places.append(place)
            values.append(value)

    def held(name: str) -> Cells:
        places, values = cells.get(name, ([], []))
        return np.array(places, np.int64), encoded(values)

    return Log(
        np.array([event.at for event in events], np.int64),
        np.array(type, np.int64),
        np.array(subject, np.int64),
        list(types),
        cache(held),
        Listed(events, list(subjects)),
    )
