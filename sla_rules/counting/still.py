"""The time during which the clock of a case stands still: which intervals, and as what they came about."""

from collections.abc import Iterable
from typing import NamedTuple

from sla_rules.calendar import Interval, merged
from sla_rules.events import Event, Window


class Still(NamedTuple):
    """The time that does not count.

    Attributes:
        intervals: merged, up to the instant of knowledge where no end is known.
        paused: whether the clock stands still at that instant with no end in sight.
        windows: the same time as it came about, as far as it lies between the start and that instant: each with its
            kind and the events or the window that it rests on.
    """

    intervals: tuple[Interval, ...] = ()
    paused: bool = False
    windows: tuple[Window, ...] = ()


def still_of(known: list[Window], lasting: list[Window], start: int, at: int) -> Still:
    """Return the time that does not count for a case that began at `start`, as it stands at `at` (microseconds).

    Args:
        known: stretches that count as a whole, even after `at`: each has an end.
        lasting: stretches that concern the case up to `at` and no further, their ends known or not.
        start: the instant of the start event.
        at: the instant of knowledge.
    """
    begun = [each for each in lasting if each.start_at <= at and (each.end_at is None or each.end_at > start)]
    ends = [(each, at if each.end_at is None else min(each.end_at, at)) for each in begun]
    intervals = merged(
        [*((each.start_at, each.end_at or 0) for each in known), *((w.start_at, end) for w, end in ends)]
    )
    concerned = [each for each in known if each.start_at <= at and (each.end_at or 0) > start]
    return Still(intervals, any(each.end_at is None for each in begun), in_turn([*concerned, *begun]))


def in_turn(some: Iterable[Window]) -> tuple[Window, ...]:
    """Return windows in the order in which a story tells of them."""
    return tuple(sorted(some, key=lambda each: (each.start_at, each.kind, each.id or "")))


def still(kind: str, begun_by: Event, ended_by: Event | None) -> Window:
    """Return a stretch that one event begins and another ends, named after both."""
    name = begun_by.name if ended_by is None else f"{begun_by.name} to {ended_by.name}"
    return Window.between(kind, begun_by.at, None if ended_by is None else ended_by.at, id=name)
