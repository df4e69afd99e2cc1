"""Counted time of many pairs at once: the function of `calendar.Breakpoints` in NumPy.

`calendar` loads this module on first use, so that NumPy is not needed for one value.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Sequence
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, Any, cast

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sla_rules.errors import BeyondHorizonError, InputError, quoted
from sla_rules.instants import span_micros

if TYPE_CHECKING:
    from sla_rules.calendar import Calendar, Interval

Ints = NDArray[np.int64]

_CHUNK = 1 << 15
"""Elements at a time, so that what is computed on the way stays in the processor's cache."""
_BUCKETS_PER_KEY = 8
_MOST_ROUNDS = 4
_NEVER = np.iinfo(np.int64).max
_BEYOND = np.iinfo(np.int64).min
_NO_COARSER = ("us", "ns", "ps", "fs", "as")


class BreakpointArrays:
    """Counted time as a function of the instant, and its inverse, for arrays of microseconds."""

    def __init__(self, opens: Sequence[int], closes: Sequence[int], totals: Sequence[int]) -> None:
        """Take the lists of `calendar.Breakpoints`."""
        self._closes = np.array(closes, np.int64)
        # Counted time at t within period i is t + _shifts[i]; the last, after the end, is never used.
        self._shifts = np.array(totals[:-1], np.int64) - np.array(opens, np.int64)
        self._by_instant = _Finder(np.array(opens, np.int64))
        self._by_total = _Finder(np.array(totals, np.int64))
        self._end = totals[-1]

    def counted(self, at: Ints) -> Ints:
        """Counted time at every instant."""
        period = self._by_instant.last_not_above(at)
        total = self._closes.take(period, mode="clip")
        np.minimum(total, at, out=total)
        total += self._shifts.take(period, mode="clip")
        return total

    def elapsed(self, starts: Ints, ends: Ints, out: Ints) -> None:
        """Counted time of every pair."""
        np.subtract(self.counted(ends), self.counted(starts), out=out)
        np.maximum(out, 0, out=out)

    def due(self, starts: Ints, limits: Ints, out: Ints, *, latest: bool) -> None:
        """The instant at which every limit is used up; the least integer where that is after the last period."""
        total = self.counted(starts)
        total += limits
        # The earliest instant with this total lies in the last period that began with less.
        key = total if latest else total - (limits > 0)
        np.subtract(total, self._shifts.take(self._by_total.last_not_above(key), mode="clip"), out=out)
        if key.max() >= self._end:
            out[key >= self._end] = _BEYOND


class _Finder:
    """Finds the last of some sorted keys that is not above a value, for many values in any order.

    A table of equal steps gives a key near by; a step is so short that one or two comparisons do the rest. With
    random values that takes a fraction of the time of `np.searchsorted`, whose every step misses the cache.
    """

    def __init__(self, keys: Ints) -> None:
        self._keys = keys
        self._first = int(keys[0])
        length = int(keys[-1]) - self._first
        self._shift = max((length // (_BUCKETS_PER_KEY * len(keys))).bit_length() - 1, 0)
        steps = self._first + (np.arange((length >> self._shift) + 1, dtype=np.int64) << self._shift)
        self._near = np.searchsorted(keys, steps, side="right") - 1
        self._next = np.append(keys[1:], _NEVER)
        self._rounds = int(np.diff(self._near, append=len(keys) - 1).max())

    def last_not_above(self, values: Ints) -> NDArray[np.intp]:
        if self._rounds > _MOST_ROUNDS:
            return np.searchsorted(self._keys, values, side="right") - 1
        step = values - self._first
        step >>= self._shift
        found = self._near.take(step, mode="clip")
        for _ in range(self._rounds):
            found += self._next.take(found, mode="clip") <= values
        return found


def elapsed_many(
    calendar: Calendar, starts: ArrayLike, ends: ArrayLike, still: Sequence[Interval]
) -> NDArray[np.timedelta64]:
    """`Calendar.elapsed_many` with its windows as intervals."""
    begins, finishes = _instants("starts", starts), _instants("ends", ends)
    if 0 in _shape("starts", begins, "ends", finishes):
        return np.empty(_shape("starts", begins, "ends", finishes), "timedelta64[us]")
    elapsed, beyond = elapsed_within(calendar, begins, finishes, still)
    if beyond is not None:
        raise BeyondHorizonError(f"the pair at index {_first(beyond)} is {calendar.beyond}")
    return elapsed.view("timedelta64[us]")


def elapsed_within(
    calendar: Calendar, starts: Ints, ends: Ints, still: Sequence[Interval]
) -> tuple[Ints, NDArray[np.bool_] | None]:
    """Return the counted time of pairs of instants, and which of them lie beyond the calendar, if any do."""
    beyond: NDArray[np.bool_] | None = None
    low, high = min(starts.min(), ends.min()), max(starts.max(), ends.max())
    if low < calendar.first or high > calendar.last:
        # A pair the wrong way round is zero wherever it lies, as for one value.
        outside = (starts < ends) & ((starts < calendar.first) | (ends > calendar.last))
        beyond = outside if outside.any() else None
        starts, ends = (np.clip(at, calendar.first, calendar.last) for at in (starts, ends))
        low, high = (min(max(at, calendar.first), calendar.last) for at in (low, high))
    arrays = calendar.breakpoints(int(low), int(high)).without(still).arrays
    return _in_chunks(arrays.elapsed, starts, ends), beyond


def add_many(
    calendar: Calendar, starts: ArrayLike, limits: ArrayLike | timedelta, still: Sequence[Interval]
) -> NDArray[np.datetime64]:
    """`Calendar.add_many` with its windows as intervals."""
    begins, lengths = _instants("starts", starts), _limits(limits)
    shape = _shape("starts", begins, "limits", lengths)
    if 0 in shape:
        return np.empty(shape, "datetime64[us]")
    due, beyond = due_within(calendar, begins, lengths, still)
    if beyond is not None:
        raise BeyondHorizonError(f"the limit at index {_first(beyond)} is used up at a time that is {calendar.beyond}")
    return due.view("datetime64[us]")


def due_within(
    calendar: Calendar, starts: Ints, limits: Ints, still: Sequence[Interval]
) -> tuple[Ints, NDArray[np.bool_] | None]:
    """Return the due instants of starts and limits, and which of them lie beyond the calendar, if any do."""
    first, last = calendar.first, calendar.last
    beyond: NDArray[np.bool_] | None = None
    reach = last
    if first <= starts.min() and starts.max() <= last and limits.max() <= last - starts.max():
        reach = int(starts.max()) + int(limits.max())
    else:
        # What cannot be computed is set aside, so that in the end the first of all that lie beyond is named.
        outside = (starts < first) | (starts > last)
        beyond = outside | (limits > last - np.where(outside, last, starts))
        starts, limits = np.where(beyond, first, starts), np.where(beyond, 0, limits)
    points = calendar.breakpoints(int(starts.min()), reach)
    while True:
        arrays = points.without(still).arrays
        due = _in_chunks(partial(arrays.due, latest=calendar.exhausted_at == "opening"), starts, limits)
        missing = due == _BEYOND if beyond is None else (due == _BEYOND) | beyond
        if not missing.any():
            return due, None
        if points.end >= last or not (missing if beyond is None else missing & ~beyond).any():
            return due, missing
        points = calendar.later(points)


def _in_chunks(function: Callable[[Ints, Ints, Ints], None], left: Ints, right: Ints) -> Ints:
    """Apply `function(left, right, out)` to broadcast pieces that fit the cache, and return what it put out."""
    with np.nditer(
        [left, right, None],
        flags=["external_loop", "buffered"],
        op_flags=[["readonly"], ["readonly"], ["writeonly", "allocate"]],
        op_dtypes=[np.int64, np.int64, np.int64],
        order="C",
        buffersize=_CHUNK,
    ) as pieces:
        for one, other, out in pieces:
            function(one, other, out)
        return cast(Ints, pieces.operands[2])


def _instants(what: str, values: ArrayLike) -> Ints:
    array = np.asarray(values)
    if array.dtype.kind == "M":
        return _microseconds(what, array, "datetime64[us]")
    if array.dtype.kind == "i":
        return array.astype(np.int64, copy=False)
    raise InputError(f"`{what}` are datetime64 or int64 microseconds, not {quoted(str(array.dtype))}")


def _limits(values: ArrayLike | timedelta) -> Ints:
    array = np.asarray(span_micros(values) if isinstance(values, timedelta) else values)
    if array.dtype.kind == "m":
        lengths = _microseconds("limits", array, "timedelta64[us]")
    elif array.dtype.kind == "i":
        lengths = array.astype(np.int64, copy=False)
    else:
        raise InputError(f"`limits` are timedelta64 or int64 microseconds, not {quoted(str(array.dtype))}")
    if lengths.size and lengths.min() < 0:
        raise InputError(f"`limits` at index {_first(lengths < 0)} is negative")
    return lengths


def _microseconds(what: str, array: NDArray[Any], unit: str) -> Ints:
    missing = np.isnat(array)
    if missing.any():
        raise InputError(f"`{what}` at index {_first(missing)} is missing (NaT)")
    step = np.datetime_data(array.dtype)[0]
    # NumPy would take the length of a mean month, and a length without a unit for microseconds.
    if step == "generic" or (array.dtype.kind == "m" and step in ("Y", "M")):
        raise InputError(f"`{what}` of type {quoted(str(array.dtype))} have no exact length in microseconds")
    converted = _converted(array, unit)
    if converted is None:
        flat = array.ravel()
        first = bisect_left(range(1, flat.size), True, key=lambda count: _converted(flat[:count], unit) is None)
        raise InputError(f"`{what}` at index {_index(first, array.shape)} is too large for microseconds")
    return converted.view(np.int64)


def _converted(array: NDArray[Any], unit: str) -> NDArray[Any] | None:
    """Return values in another unit, or None where one is too large for it."""
    try:
        converted = array.astype(unit, copy=False)
    except OverflowError:
        return None
    if np.datetime_data(array.dtype)[0] in _NO_COARSER:
        return converted
    # NumPy before 2.5 lets a value that is too large wrap round without a word.
    return None if (converted.astype(array.dtype) != array).any() else converted


def _shape(one: str, left: Ints, other: str, right: Ints) -> tuple[int, ...]:
    try:
        return np.broadcast_shapes(left.shape, right.shape)
    except ValueError:
        shapes = f"{quoted(str(left.shape))} and {quoted(str(right.shape))}"
        raise InputError(f"the shapes of `{one}` and `{other}`, {shapes}, do not broadcast") from None


def _first(found: NDArray[np.bool_]) -> str:
    """The index of the first that is true."""
    return _index(int(found.argmax()), found.shape)


def _index(place: int, shape: tuple[int, ...]) -> str:
    """The index of an element by its place in the order of all: a number, or a tuple in more than one dimension."""
    index = tuple(int(i) for i in np.unravel_index(place, shape))
    return quoted(str(index[0] if len(index) == 1 else index))
