"""Counted time: how much of the time between two instants counts, and when a limit is used up.

A `Calendar` compiles its opening hours to sorted breakpoints. Counted time is then one function of
the instant, C: it rises by a microsecond every microsecond while the calendar is open and stands
still while it is closed. Elapsed time is C(end) - C(start); the due instant is where C reaches
C(start) + limit. Time that is excluded or paused is taken out of the same function.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from itertools import groupby, pairwise
from typing import TYPE_CHECKING, Any, Literal, Protocol

from sla_rules.errors import BeyondHorizonError, CalendarError, InputError, did_you_mean, quoted
from sla_rules.instants import FIRST, LAST, micros, moment, say_span, span, span_micros
from sla_rules.opening_hours import HORIZON, Interval, clipped, merged, opening_hours, without

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from datetime import date, datetime

    import numpy as np
    import pendulum
    from numpy.typing import ArrayLike, NDArray

    from sla_rules.calendar_arrays import BreakpointArrays

    Dates = Iterable[date | str] | Mapping[date | str, str | None]
    Holidays = Dates | Mapping[str, str | Dates]

__all__ = ["HORIZON", "Calendar", "Excluded", "Interval", "Stretch", "merged"]

Cause = Literal["counted", "closed", "holiday", "excluded", "down"]

_EXHAUSTED_AT = ("opening", "closing")
_LIKELY_YEAR = 2026
"""Where compiling begins; only speed depends on it."""


class Excluded(Protocol):
    """A window of time that does not count: `sla_rules.Window`, or anything that looks like it."""

    @property
    def start_at(self) -> int:
        """Its first instant, in microseconds since 1970 in UTC."""

    @property
    def end_at(self) -> int | None:
        """The first instant after it, likewise; `None` where it has no end."""

    @property
    def kind(self) -> str:
        """What it is: `maintenance`."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """A part of the time between a start and its due instant, and why it did or did not count.

    Attributes:
        start: its first instant.
        end: the first instant after it.
        cause: `counted`, `closed`, `holiday` or `excluded`, and of an availability `down`.
            Closed hours of a holiday are `holiday`; a window
            is the cause only where the calendar was open.
        name: the holiday's name, or the kinds (and ids) of the windows; empty for the other causes.
        length: the real time from start to end.
    """

    start: pendulum.DateTime
    end: pendulum.DateTime
    cause: Cause
    name: str
    length: timedelta


class Breakpoints:
    """The function C over whole `years`, from the instant `begin` to `end`: the periods in which it rises.

    `totals[i]` is C at `opens[i]`, and there is one total more than there are periods: C at `end`. The first
    period is an empty one at `begin`, so that every instant has a period that opened at or before it.
    """

    __slots__ = ("_arrays", "begin", "closes", "end", "opens", "totals", "years")

    def __init__(self, years: range, begin: int, end: int, periods: Iterable[Interval]) -> None:
        self.years = years
        self.begin = begin
        self.end = end
        self.opens = [begin]
        self.closes = [begin]
        self.totals = [0, 0]
        self._arrays: BreakpointArrays | None = None
        for opens, closes in periods:
            self.opens.append(opens)
            self.closes.append(closes)
            self.totals.append(self.totals[-1] + closes - opens)

    def counted(self, at: int) -> int:
        """C at the instant `at`, which lies between `begin` and `end`."""
        index = bisect_right(self.opens, at) - 1
        closes = self.closes[index]
        return self.totals[index] + (at if at < closes else closes) - self.opens[index]

    def reaching(self, total: int, latest: bool) -> int | None:
        """The latest instant at which C is at most `total`, or the earliest at which it is; `None` after `end`.

        The earliest is asked for with a positive total only.
        """
        find = bisect_right if latest else bisect_left
        index = find(self.totals, total) - 1
        return self.opens[index] + total - self.totals[index] if index < len(self.opens) else None

    def is_open(self, at: int) -> bool:
        """Whether `at` lies in a period."""
        return at < self.closes[bisect_right(self.opens, at) - 1]

    def periods(self, start: int, end: int) -> list[Interval]:
        """What of the periods lies within `[start, end)`."""
        first, last = bisect_right(self.opens, start) - 1, bisect_left(self.opens, end)
        found = zip(self.opens[first:last], self.closes[first:last], strict=True)
        return clipped(found, start, end)

    def without(self, still: Sequence[Interval]) -> Breakpoints:
        """The same function standing still in `still` as well."""
        if not still:
            return self
        periods = zip(self.opens, self.closes, strict=True)
        return Breakpoints(self.years, self.begin, self.end, without(periods, still))

    @property
    def arrays(self) -> BreakpointArrays:
        """The same function for arrays, made on first use."""
        if self._arrays is None:
            from sla_rules.calendar_arrays import BreakpointArrays

            self._arrays = BreakpointArrays(self.opens, self.closes, self.totals)
        return self._arrays


class Calendar:
    """The time that counts: a zone, weekly working hours, holidays, extra and removed periods.

    Working hours are wall-clock times of the zone, counted time is real elapsed time: a working period across
    a change to summer time is an hour shorter. A wall-clock time that such a change skips moves forward by the
    gap; of one that occurs twice the first counts.

    A calendar never changes once made. Two that say the same are equal.

    Args:
        timezone: an IANA name such as `Europe/Paris`.
        week: weekdays to periods: `{"mon-fri": ["08:30-12:00", "13:00-17:30"], "sat": "22:00-06:00"}`. Weekdays
            that are not named are closed. `None` is around the clock.
        holidays: dates, a mapping of dates to names, or a mapping with `country` (of the `holidays` package),
            `subdivision` and `dates`. A holiday closes its date from midnight to midnight.
        extra: periods that are open besides: `"2026-05-16 09:00-12:00"`.
        removed: periods that are closed in spite of all the rest, in the same form.
        exhausted_at: which instant is due where a limit is used up exactly at closing time: the next `opening`
            (the last instant that is still in time) or that `closing`.
        name: what messages call the calendar.

    Raises:
        CalendarError: something cannot be read, or the calendar would never be open.
    """

    __slots__ = ("_exhausted_at", "_first", "_hours", "_last", "_latest", "_name", "_points")

    def __init__(
        self,
        *,
        timezone: str = "UTC",
        week: Mapping[str, str | Sequence[str]] | None = None,
        holidays: Holidays = (),
        extra: str | Iterable[str] = (),
        removed: str | Iterable[str] = (),
        exhausted_at: str = "opening",
        name: str = "",
    ) -> None:
        if exhausted_at not in _EXHAUSTED_AT:
            near = did_you_mean(exhausted_at, _EXHAUSTED_AT)
            raise CalendarError(f"exhausted_at is `opening` or `closing`, not {quoted(exhausted_at)}{near}")
        self._name = name
        self._exhausted_at = exhausted_at
        self._latest = exhausted_at == "opening"
        self._hours = opening_hours(timezone, week, holidays, extra, removed)
        if self._hours.always:
            self._first, self._last = FIRST, LAST
            self._points = Breakpoints(range(1, 10_000), FIRST, LAST, [(FIRST, LAST + 1)])
        else:
            self._first, self._last = self._hours.bounds(self._hours.years)
            self._points = self._first_points()

    @property
    def name(self) -> str:
        """What messages call the calendar."""
        return self._name

    @property
    def timezone(self) -> str:
        """The IANA name of its zone."""
        return self._hours.timezone

    @property
    def exhausted_at(self) -> str:
        """`opening` or `closing`: what is due where a limit is used up exactly at closing time."""
        return self._exhausted_at

    @property
    def first(self) -> int:
        """The first instant that it knows, in microseconds since 1970 in UTC."""
        return self._first

    @property
    def last(self) -> int:
        """The last instant that it knows, likewise."""
        return self._last

    @property
    def beyond(self) -> str:
        """How messages say that a time is before `first` or after `last`."""
        called = f" {quoted(self._name)}" if self._name else ""
        return f"beyond the horizon of the calendar{called}, {_say(self._first)} to {_say(self._last)}"

    def add(self, start: datetime | str, limit: timedelta, *, exclude: Iterable[Excluded] = ()) -> pendulum.DateTime:
        """Return the due instant: the last at which no more than `limit` has counted since `start`, in UTC.

        With `exhausted_at="closing"` it is the first instant at which all of `limit` has counted. A limit of zero
        at an instant that does not count moves to the next one that does.

        Raises:
            InputError: `start` is no instant, or `limit` no duration or negative.
            BeyondHorizonError: the limit is not used up within the years that the calendar knows.
        """
        return moment(self.due(micros(start), span_micros(limit), _still(exclude) if exclude else ()))

    def elapsed(self, start: datetime | str, end: datetime | str, *, exclude: Iterable[Excluded] = ()) -> timedelta:
        """Return the time that counts between two instants: zero where `end` is at or before `start`.

        Raises:
            InputError: one of them is no instant.
            BeyondHorizonError: they reach beyond the years that the calendar knows.
        """
        return span(self.counted(micros(start), micros(end), _still(exclude) if exclude else ()))

    def is_open(self, t: datetime | str, *, exclude: Iterable[Excluded] = ()) -> bool:
        """Whether time counts at the instant `t`. Raises as `elapsed` does."""
        at = micros(t)
        return self.breakpoints(at, at).is_open(at) and not any(start <= at < end for start, end in _still(exclude))

    def periods(
        self, start: datetime | str, end: datetime | str, *, exclude: Iterable[Excluded] = ()
    ) -> list[tuple[pendulum.DateTime, pendulum.DateTime]]:
        """Return the open periods within `[start, end)`, in order, in UTC. Raises as `elapsed` does."""
        first, last = micros(start), micros(end)
        if last <= first:
            return []
        found = without(self.breakpoints(first, last).periods(first, last), _still(exclude))
        return [(moment(opens), moment(closes)) for opens, closes in found]

    def explain(self, start: datetime | str, limit: timedelta, *, exclude: Iterable[Excluded] = ()) -> list[Stretch]:
        """Return every stretch of time from `start` to the due instant, in order and without gaps, with its cause.

        The lengths of those that are `counted` add up to `limit`. Raises as `add` does.
        """
        windows = sorted(exclude, key=lambda window: window.start_at)
        begin = micros(start)
        return self._stretches(begin, self.due(begin, span_micros(limit), _still(windows)), windows)

    def stretches(
        self, start: datetime | str, end: datetime | str, *, exclude: Iterable[Excluded] = ()
    ) -> list[Stretch]:
        """Return every stretch of time between two instants, as `explain` does. Raises as `elapsed` does."""
        first, last = micros(start), micros(end)
        windows = sorted(exclude, key=lambda window: window.start_at)
        return self._stretches(first, last, windows) if first < last else []

    def add_many(
        self, starts: ArrayLike, limits: ArrayLike | timedelta, *, exclude: Iterable[Excluded] = ()
    ) -> NDArray[np.datetime64]:
        """Return `add` of many starts and limits at once, exactly, as `datetime64[us]`.

        Args:
            starts: `datetime64` of any unit, taken as UTC, or `int64` microseconds since 1970.
            limits: `timedelta64`, `int64` microseconds, or one `timedelta` for all; they broadcast.
            exclude: windows that do not count, for all of them.

        Raises:
            InputError: another type, shapes that do not broadcast, a negative limit or a missing value (NaT),
                with the index of the first.
            BeyondHorizonError: as `add`, with the index of the first.
        """
        from sla_rules.calendar_arrays import add_many

        return add_many(self, starts, limits, _still(exclude))

    def elapsed_many(
        self, starts: ArrayLike, ends: ArrayLike, *, exclude: Iterable[Excluded] = ()
    ) -> NDArray[np.timedelta64]:
        """Return `elapsed` of many pairs at once, exactly, as `timedelta64[us]`.

        Takes and raises what `add_many` does.
        """
        from sla_rules.calendar_arrays import elapsed_many

        return elapsed_many(self, starts, ends, _still(exclude))

    def counted(self, start: int, end: int, still: Sequence[Interval] = ()) -> int:
        """Return the microseconds that count between two instants; zero where `end` is at or before `start`.

        Instants are microseconds since 1970 in UTC. `still` are half-open intervals, sorted and disjoint
        (`merged` makes them so), in which nothing counts.
        """
        if end <= start:
            return 0
        points = self.breakpoints(start, end)
        total = points.counted(end) - points.counted(start)
        for begin, stop in still:
            if begin < end and stop > start:
                total -= points.counted(min(stop, end)) - points.counted(max(begin, start))
        return total

    def due(self, start: int, limit: int, still: Sequence[Interval] = ()) -> int:
        """Return the last instant that is in time: at most `limit` microseconds count from `start` to it.

        With `exhausted_at="closing"` it is the first instant at which all of a positive limit has counted. `still`
        as in `counted`. Raises as `add` does.
        """
        if limit < 0:
            raise InputError(f"the limit {quoted(say_span(limit))} is negative")
        latest = self._latest or not limit
        for begin, end in still:
            if end <= start:
                continue
            if begin > start:
                due = self._reached(start, limit, latest)
                if due < begin or (due == begin and not latest):
                    return due
                limit -= self.counted(start, begin)
            start = end
        return self._reached(start, limit, latest)

    def next_open(self, at: int, still: Sequence[Interval] = ()) -> int:
        """Return `at` where time counts, else the next instant at which it does. `still` as in `counted`."""
        return self.due(at, 0, still)

    def breakpoints(self, first: int, last: int) -> Breakpoints:
        """Return the compiled function over at least `first` to `last`. Raises `BeyondHorizonError`."""
        points = self._points
        if points.begin <= first and last <= points.end:
            return points
        if first < self._first or last > self._last:
            raise BeyondHorizonError(f"{_say(first if first < self._first else last)} is {self.beyond}")
        # An instant's year in the zone may be the one before or after its year in UTC.
        return self._grown(range(moment(first).year - 1, moment(last).year + 2))

    def later(self, points: Breakpoints) -> Breakpoints:
        """Return the function over twice as many years. Raises `BeyondHorizonError` where it knows no later one."""
        if points.end >= self._last:
            raise BeyondHorizonError(f"the limit is used up at a time that is {self.beyond}")
        return self._grown(range(points.years.start, points.years.stop + 1))

    def __eq__(self, other: object) -> bool:
        return self._key() == other._key() if isinstance(other, Calendar) else NotImplemented

    def __hash__(self) -> int:
        return hash(self._key())

    def __repr__(self) -> str:
        return f"Calendar({', '.join(f'{key}={value!r}' for key, value in self._arguments().items())})"

    def _repr_html_(self) -> str:
        """Its week as notebooks show it, with what is closed and open besides."""
        from sla_rules.markup import render

        said = self._hours.arguments()
        return render("repr_calendar.html", calendar=self, hours=self._hours, said=said)

    def __reduce__(self) -> tuple[Callable[[], Calendar], tuple[()]]:
        return partial(Calendar, **self._arguments()), ()

    def _key(self) -> tuple[object, ...]:
        return self._hours, self._exhausted_at, self._name

    def _arguments(self) -> dict[str, Any]:
        said = self._hours.arguments()
        if not self._latest:
            said["exhausted_at"] = self._exhausted_at
        if self._name:
            said["name"] = self._name
        return said

    def _first_points(self) -> Breakpoints:
        known = self._hours.years
        likely = min(max(known.start, _LIKELY_YEAR), known.stop - 1)
        for years in (range(likely, likely + 1), known):
            points = self._compiled(years)
            if points.totals[-1]:
                return points
        raise CalendarError(f"{quoted(self._name) if self._name else repr(self)} is a calendar that is never open")

    def _compiled(self, years: range) -> Breakpoints:
        return Breakpoints(years, *self._hours.bounds(years), self._hours.open_periods(years))

    def _grown(self, wanted: range) -> Breakpoints:
        have, known = self._points.years, self._hours.years
        low, high = min(have.start, wanted.start), max(have.stop, wanted.stop)
        # Doubling keeps the cost of growing year by year in proportion to the years.
        if low < have.start:
            low = min(low, have.start - len(have))
        if high > have.stop:
            high = max(high, have.stop + len(have))
        points = self._compiled(range(max(low, known.start), min(high, known.stop)))
        self._points = points
        return points

    def _reached(self, start: int, limit: int, latest: bool) -> int:
        if start + limit > self._last:
            raise BeyondHorizonError(f"the limit is used up at a time that is {self.beyond}")
        points = self.breakpoints(start, start + limit)
        while (due := points.reaching(points.counted(start) + limit, latest)) is None:
            points = self.later(points)
        return due

    def _stretches(self, begin: int, end: int, windows: Sequence[Excluded]) -> list[Stretch]:
        points = self.breakpoints(begin, end)
        holidays = self._holidays(begin, end)
        edges = [edge for period in points.periods(begin, end) for edge in period]
        edges += [edge for first, last, _ in holidays for edge in (first, last)]
        edges += [edge for first, last in map(_interval, windows) for edge in (first, last)]
        cuts = sorted({begin, end, *(edge for edge in edges if begin < edge < end)})
        stretches = []
        pieces = groupby(pairwise(cuts), key=lambda piece: _cause(piece[0], points, holidays, windows))
        for (cause, name), same in pieces:
            (first, last), *more = same
            last = more[-1][1] if more else last
            stretches.append(Stretch(moment(first), moment(last), cause, name, span(last - first)))
        return stretches

    def _holidays(self, begin: int, end: int) -> list[tuple[int, int, str]]:
        known = self._hours.years
        low, high = moment(begin).year - 1, moment(end).year + 2
        return self._hours.holiday_periods(range(max(low, known.start), min(high, known.stop)))


def _cause(
    at: int, points: Breakpoints, holidays: Sequence[tuple[int, int, str]], windows: Sequence[Excluded]
) -> tuple[Cause, str]:
    """Why time counts, or does not, at the instant `at`."""
    if points.is_open(at):
        names = []
        for window in windows:
            start, end = _interval(window)
            if start <= at < end:
                names.append(" ".join(str(part) for part in (window.kind, getattr(window, "id", None)) if part))
        return ("excluded", ", ".join(names)) if names else ("counted", "")
    for start, end, name in holidays:
        if start <= at < end:
            return "holiday", name or "holiday"
    return "closed", ""


def _interval(window: Excluded) -> Interval:
    return window.start_at, LAST + 1 if window.end_at is None else window.end_at


def _still(windows: Iterable[Excluded]) -> tuple[Interval, ...]:
    return merged(map(_interval, windows))


def _say(at: int) -> str:
    return quoted(moment(at).isoformat()) if FIRST <= at <= LAST else quoted(f"{at} µs")
