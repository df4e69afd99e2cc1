"""The log: all events that are known, as columns, and the order among those of one instant."""

from collections.abc import Callable, Sequence
from typing import Any, Protocol

import numpy as np
import polars as pl

from sla_rules.evaluators.columnar.columns import Column, Flags, Ints, absent, encoded
from sla_rules.events import Event


class Log:
    """Events as columns, in any order; an event is a place in them.

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
        fields: Callable[[str], Column],
        names: "Names",
    ) -> None:
        self.at = at
        self.type = type
        self.subject = subject
        self.types = list(types)
        self.names = names
        self._fields = fields

    def __len__(self) -> int:
        return len(self.at)

    def field(self, name: str) -> Column:
        """Return the values of a field, as declarations read them; made anew each time, since many are mostly empty."""
        return self._fields(name)

    def of_types(self, types: Sequence[str] | frozenset[str]) -> Any:
        """Say of which events the type is among some."""
        wanted = np.array([type in types for type in self.types], np.bool_)
        return wanted[self.type] if len(self.types) else np.zeros(len(self), np.bool_)


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

    def field(name: str) -> Column:
        return encoded(*cells[name], len(events)) if name in cells else absent(len(events))

    return Log(
        np.array([event.at for event in events], np.int64),
        np.array(type, np.int64),
        np.array(subject, np.int64),
        list(types),
        field,
        Listed(events, list(subjects)),
    )
