"""Bookings: intervals of a resource that cases hold, from one moment to another."""

from collections.abc import Hashable
from dataclasses import dataclass
from typing import Any

from sla_rules.events import Event, canonical

Key = tuple[str, ...]
"""The values of a match."""

Moment = tuple[int, int, tuple[bool, str, str, str, str]]
"""An instant, what happens then (0 releases of what is held, 1 bookings, 2 the other releases), and which event's."""


def moment_of(event: Event, phase: int) -> Moment:
    """Return the moment of an event, in the total order of all events."""
    return event.at, phase, (event.id is None, event.id or "", event.type, event.subject, canonical(event.data))


@dataclass(slots=True)
class Booking:
    """An interval that an event books for its case.

    Attributes:
        key: of the case.
        event: that books.
        resource, start, end: what it books.
        made: the moment from which it blocks others.
        ended: that from which it no more does; None so far.
    """

    key: Key
    event: Event
    resource: Any
    start: int
    end: int
    made: Moment
    ended: Moment | None = None

    @property
    def place(self) -> Hashable:
        """The resource as a key: equal for equal resources."""
        return self.resource if isinstance(self.resource, Hashable) else canonical(self.resource)

    def shares_time_with(self, other: "Booking") -> bool:
        """Say whether another case books some of the same time; touching is no sharing."""
        return self.key != other.key and self.start < other.end and other.start < self.end
