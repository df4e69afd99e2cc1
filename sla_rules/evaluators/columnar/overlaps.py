"""Which of many intervals first stood in the way of each, found without comparing every two of them.

The moments at which intervals are made are numbered. What stands for a stretch of those numbers stands in a few blocks
of 1, 2, 4, … of them, so each size of block is asked by itself: of those intervals that stand throughout the block of
an interval, which is the earliest that shares time with it? Two intervals share time where one contains the start of
the other, or starts within it; both are answered for all intervals at once.
"""

from typing import NamedTuple

import numpy as np

from sla_rules.evaluators.columnar.columns import Flags, Ints

NOTHING = int(np.iinfo(np.int64).max)
"""Stands for no interval where the earliest is looked for; lies behind every one."""


class Intervals(NamedTuple):
    """Intervals `[start, end)`, none of them empty, in the order in which they were made.

    Attributes:
        group: the number of the resource; only intervals of one group stand in each other's way.
        start, end: in any unit.
        gone: the number of the first interval that was made when it stood no longer.
    """

    group: Ints
    start: Ints
    end: Ints
    gone: Ints

    def of(self, which: Ints) -> "Intervals":
        """Return some of them, in order and counted anew."""
        return Intervals(
            self.group[which], self.start[which], self.end[which], np.searchsorted(which, self.gone[which])
        )


def first_overlapped(intervals: Intervals) -> Ints:
    """Return for each interval the first one, made before it and standing still, that shares time with it; else -1."""
    crowded = np.flatnonzero(_crowded(intervals))
    found = np.full(len(intervals.group), -1, np.int64)
    if len(crowded):
        first = _first_of_crowded(intervals.of(crowded))
        there = first != NOTHING
        found[crowded[there]] = crowded[first[there]]
    return found


def _crowded(intervals: Intervals) -> Flags:
    """Say which intervals share time with any other of their group, made before or after."""
    low, high, span = _ranked(intervals)
    starts, ends = np.sort(intervals.group * span + low), np.sort(intervals.group * span + high)
    begun = np.searchsorted(starts, intervals.group * span + high, side="left")
    over = np.searchsorted(ends, intervals.group * span + low, side="right")
    crowded: Flags = begun - over > 1
    return crowded


def _ranked(intervals: Intervals) -> tuple[Ints, Ints, int]:
    """Return starts and ends as small numbers in the same order, and how many of these there are."""
    distinct, places = np.unique(np.concatenate([intervals.start, intervals.end]), return_inverse=True)
    size = len(intervals.start)
    return places[:size], places[size:], len(distinct)


def _first_of_crowded(intervals: Intervals) -> Ints:
    # By group and order of making, so that the blocks of one group are not those of another.
    order = np.argsort(intervals.group, kind="stable")
    size = len(order)
    group = intervals.group[order]
    low, high, span = _ranked(Intervals(*(each[order] for each in intervals)))
    place = np.arange(size)
    since = place + 1
    until = np.searchsorted(group * (size + 1) + order, group * (size + 1) + intervals.gone[order])
    first = np.full(size, NOTHING)
    block = place.copy()
    while bool((open_ := since < until).any()):
        left, right = open_ & (since % 2 == 1), open_ & (until % 2 == 1)
        standing = np.concatenate([np.flatnonzero(left), np.flatnonzero(right)])
        at = np.concatenate([since[left], until[right] - 1])
        if len(standing):
            keys = at * span
            _ask(first, block * span, low, high, keys + low[standing], keys + high[standing], standing)
        since, until, block = (since + 1) // 2, until // 2, block // 2
    found = np.full(size, NOTHING)
    found[order] = np.where(first == NOTHING, NOTHING, order[np.minimum(first, size - 1)])
    return found


def _ask(first: Ints, base: Ints, low: Ints, high: Ints, starts: Ints, ends: Ints, standing: Ints) -> None:
    """Lower `first` to the least of the standing intervals that share time with each interval of their block."""
    asked = np.argsort(base + low)
    points = (base + low)[asked]
    covering = least_covering(
        standing, np.searchsorted(points, starts, side="left"), np.searchsorted(points, ends, side="left"), len(points)
    )
    first[asked] = np.minimum(first[asked], covering)
    sequence = np.argsort(starts)
    ordered = starts[sequence]
    begun = np.searchsorted(ordered, base + low, side="right")
    within = least_within(standing[sequence], begun, np.searchsorted(ordered, base + high, side="left"))
    np.minimum(first, within, out=first)


def least_within(values: Ints, low: Ints, high: Ints) -> Ints:
    """Return the least of the values at places `[low, high)`, for each pair of bounds; `NOTHING` for none."""
    found = np.full(len(low), NOTHING)
    width = _widths(low, high)
    least, step = values, 1
    for size in range(int(width.max(initial=-1)) + 1):
        if size:
            least = np.minimum(least[:-step], least[step:])
            step *= 2
        here = np.flatnonzero(width == size)
        found[here] = np.minimum(least[low[here]], least[high[here] - step])
    return found


def least_covering(values: Ints, low: Ints, high: Ints, size: int) -> Ints:
    """Return for each of `size` places the least of the values whose bounds `[low, high)` contain it, or `NOTHING`."""
    width = _widths(low, high)
    least = np.full(size, NOTHING)
    for exponent in range(int(width.max(initial=0)), -1, -1):
        step = 1 << exponent
        here = np.flatnonzero(width == exponent)
        np.minimum.at(least, low[here], values[here])
        np.minimum.at(least, high[here] - step, values[here])
        if exponent:
            half = step // 2
            # What holds of a stretch holds of both its halves.
            least = np.concatenate([least[:half], np.minimum(least[half:], least[:-half])])
    return least


def _widths(low: Ints, high: Ints) -> Ints:
    """Return the exponent of the greatest power of two that is no more than each length; -1 where it is empty."""
    exponents: Ints = np.frexp(np.maximum(high - low, 0).astype(np.float64))[1].astype(np.int64)
    return exponents - 1
