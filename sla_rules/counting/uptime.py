"""How long a service was up: outages against what a share of the measured time allows."""

from collections.abc import Iterable
from fractions import Fraction
from typing import NamedTuple

from sla_rules.calendar import Interval, merged
from sla_rules.events import Window

Intervals = tuple[Interval, ...]


class Measured(NamedTuple):
    """How much of a month is measured, how much is excluded, and how long the service was down, in microseconds."""

    measured: int
    excluded: int
    down: int


def up_to(now: int, stretches: Iterable[Window]) -> Intervals:
    """Return what of some stretches lies before an instant, merged."""
    known = [each for each in stretches if each.start_at < now]
    return merged((each.start_at, now if each.end_at is None else min(each.end_at, now)) for each in known)


def measure(start: int, end: int, down: Intervals, excluded: Intervals, now: int) -> Measured:
    """Return how much of `[start, end)` is measured, how much is excluded, and how long of the rest was down by `now`.

    `down` and `excluded` are sorted and disjoint, as `up_to` makes them.
    """
    left_out = length(within(excluded, start, end))
    out = within(down, start, min(end, now))
    in_both = sum(length(within(excluded, begun, ended)) for begun, ended in out)
    return Measured(measured=end - start - left_out, excluded=left_out, down=length(out) - in_both)


def within(intervals: Intervals, start: int, end: int) -> Intervals:
    """Return what of some intervals lies in `[start, end)`."""
    clipped = ((max(start, begun), min(end, ended)) for begun, ended in intervals)
    return tuple((begun, ended) for begun, ended in clipped if begun < ended)


def length(intervals: Intervals) -> int:
    """Return the total length of disjoint intervals."""
    return sum(end - start for start, end in intervals)


def allowed(measured: int, share: Fraction) -> int:
    """Return how long of the measured time a service may be down, where it must be up for a share of it."""
    return measured * (share.denominator - share.numerator) // share.denominator
