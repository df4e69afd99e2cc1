"""What counted time costs: one value in microseconds, arrays in pairs a second beside a bare `np.searchsorted`.

Run with `python -m benchmarks.calendar`.
"""

from collections.abc import Callable, Iterator
from datetime import timedelta

import numpy as np

from benchmarks.measuring import Table, best, times, verdict_on
from sla_rules.calendar import Calendar
from sla_rules.instants import HOUR, micros, moment

PAIRS = 2_000_000
CALLS = 20_000
ROUNDS = 5
TARGET_ONE = 5.0
"""Microseconds a value."""
TARGET_MANY = 10.0
"""Million pairs a second, on a business calendar with holidays."""


def office() -> Calendar:
    """Monday to Friday with a lunch break, and the holidays of France."""
    return Calendar(
        timezone="Europe/Paris", week={"mon-fri": ["08:30-12:00", "13:00-17:30"]}, holidays={"country": "FR"}
    )


def one_value(calendar: Calendar, calls: int) -> Iterator[tuple[str, float]]:
    """Microseconds a call, the pendulum result included."""
    random = np.random.default_rng(1)
    first, last = micros("2022-01-03T00:00:00Z"), micros("2026-12-30T00:00:00Z")
    starts = [moment(int(at)) for at in random.integers(first, last, calls)]
    limit = timedelta(hours=8)
    ends = [start + timedelta(days=3) for start in starts]

    def add() -> None:
        for start in starts:
            calendar.add(start, limit)

    def elapsed() -> None:
        for start, end in zip(starts, ends, strict=True):
            calendar.elapsed(start, end)

    for name, work in (("add", add), ("elapsed", elapsed)):
        work()
        yield name, best(work, ROUNDS) / calls * 1e6


def many_values(calendar: Calendar, pairs: int) -> Iterator[tuple[str, float]]:
    """Million pairs a second; the first is one bare search of the breakpoints."""
    random = np.random.default_rng(2)
    first, last = micros("2022-01-03T00:00:00Z"), micros("2026-12-30T00:00:00Z")
    starts, ends = (random.integers(first, last, pairs) for _ in range(2))
    limits = random.integers(0, 80 * HOUR, pairs)
    opens = np.array(calendar.breakpoints(first, last).opens)
    works: dict[str, Callable[[], object]] = {
        "np.searchsorted": lambda: np.searchsorted(opens, starts, side="right"),
        "elapsed_many": lambda: calendar.elapsed_many(starts, ends),
        "add_many": lambda: calendar.add_many(starts, limits),
    }
    for name, work in works.items():
        work()
        yield name, pairs / best(work, ROUNDS) / 1e6


def tables(pairs: int = PAIRS, calls: int = CALLS) -> Iterator[Table]:
    """Measure."""
    rows = []
    for said, calendar in (("office with holidays", office()), ("around the clock", Calendar())):
        for name, each in one_value(calendar, calls):
            target = f"{TARGET_ONE:g} µs: {verdict_on(each, TARGET_ONE, most=True)}"
            rows.append([f"`{name}`, {said}", f"{each:.2f} µs a call", "", target])
        (_, bare), *ours = many_values(calendar, pairs)
        rows.append([f"bare `np.searchsorted`, {said}", f"{bare:.1f} M pairs/s", "1.00 x", ""])
        for name, rate in ours:
            target = f"{TARGET_MANY:g} M/s: {verdict_on(rate, TARGET_MANY, most=False)}"
            rows.append([f"`{name}`, {said}", f"{rate:.1f} M pairs/s", times(bare / rate), target])
    yield Table("Counted time", ("what", "speed", "to one search", "target"), rows)


def main() -> None:
    for table in tables():
        print(table)


if __name__ == "__main__":
    main()
