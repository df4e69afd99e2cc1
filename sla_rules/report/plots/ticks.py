"""Marks of an axis of time in a zone: where the clock or the calendar of that zone begins a new step.

Vega knows the time of the browser and UTC, no other; so the instants and their labels are given to it.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import count, islice
from typing import NamedTuple
from zoneinfo import ZoneInfo

from sla_rules.errors import InputError
from sla_rules.instants import EPOCH, micros

MOST = 8
"""How many marks fit on an axis."""
_DAY = timedelta(days=1)


class Step(NamedTuple):
    """The distance of two marks: a span of the wall clock, or a number of months."""

    span: timedelta
    months: int = 0


STEPS = (
    *(Step(timedelta(seconds=seconds)) for seconds in (1, 5, 15, 30)),
    *(Step(timedelta(minutes=minutes)) for minutes in (1, 5, 15, 30)),
    *(Step(timedelta(hours=hours)) for hours in (1, 3, 6, 12)),
    *(Step(timedelta(days=days)) for days in (1, 2, 7, 14)),
    *(Step(_DAY, months) for months in (1, 3, 6, 12, 60, 240, 1200, 12_000, 24_000)),
)
"""The finest first; the last one fits whatever there is between the years 1 and 9999."""

Tick = tuple[int, list[str]]
"""An instant in microseconds, and the lines of its label."""


def ticks(first: int, last: int, zone: ZoneInfo) -> list[Tick]:
    """Return the marks from one instant to another, both in microseconds, in the finest steps that fit."""
    for step in STEPS:
        found = list(islice(_instants(first, last, step, zone), MOST + 1))
        if len(found) <= MOST:
            break
    return _labelled(found, step, zone)


def _instants(first: int, last: int, step: Step, zone: ZoneInfo) -> Iterator[int]:
    """Yield the instants at which a step begins in the zone; of a wall-clock time that occurs twice the first."""
    before = None
    for wall in _walls(_wall(first, zone), step):
        try:
            at = micros(wall.replace(tzinfo=zone))
        except InputError:  # beyond the years 1 to 9999
            continue
        if at > last:
            return
        # A wall-clock time that the zone skips is the same instant as the one an hour later.
        if at >= first and at != before:
            yield at
        before = at


def _walls(begin: datetime, step: Step) -> Iterator[datetime]:
    """Yield what clock and calendar show at every step, from the one that `begin` lies in on."""
    midnight = begin.replace(hour=0, minute=0, second=0, microsecond=0)
    start = midnight + (begin - midnight) // step.span * step.span
    month = begin.year * 12 + (begin.month - 1) // step.months * step.months if step.months else 0
    try:
        for number in count():
            if not step.months:
                yield start + number * step.span
            else:
                year, index = divmod(month + number * step.months, 12)
                yield datetime(year, index + 1, 1)
    except (OverflowError, ValueError):  # after the year 9999
        return


def _labelled(instants: list[int], step: Step, zone: ZoneInfo) -> list[Tick]:
    """Add the labels: the month, the date, or the time of day with the date where it is another one than before."""
    told: list[Tick] = []
    before = ""
    for at in instants:
        wall = _wall(at, zone)
        date = wall.date().isoformat()
        clock = f"{wall:%H:%M:%S}" if step.span < timedelta(minutes=1) else f"{wall:%H:%M}"
        if step.months:
            told.append((at, [date[:7]]))
        elif step.span >= _DAY:
            told.append((at, [date]))
        else:
            told.append((at, [clock] if date == before else [clock, date]))
        before = date
    return told


def _wall(at: int, zone: ZoneInfo) -> datetime:
    """Return what clock and calendar of a zone show at an instant; those of UTC beyond the years 1 to 9999."""
    instant = EPOCH + timedelta(microseconds=at)
    try:
        return instant.astimezone(zone).replace(tzinfo=None)
    except OverflowError:
        return instant.replace(tzinfo=None)
