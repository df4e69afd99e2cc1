"""What counted time costs: one value in microseconds, arrays in pairs a second beside a bare `np.searchsorted`."""

from collections.abc import Callable
from datetime import timedelta
from time import perf_counter

import numpy as np

from sla_rules.calendar import Calendar
from sla_rules.instants import HOUR, micros, moment

PAIRS = 2_000_000
CALLS = 20_000
ROUNDS = 5


def office() -> Calendar:
    """Monday to Friday with a lunch break, and the holidays of France."""
    return Calendar(
        timezone="Europe/Paris", week={"mon-fri": ["08:30-12:00", "13:00-17:30"]}, holidays={"country": "FR"}
    )


def best(work: Callable[[], object]) -> float:
    """Seconds of the fastest round, which is the one that others on the machine disturbed least."""
    seconds = []
    for _ in range(ROUNDS):
        begun = perf_counter()
        work()
        seconds.append(perf_counter() - begun)
    return min(seconds)


def one_value(calendar: Calendar) -> None:
    random = np.random.default_rng(1)
    first, last = micros("2022-01-03T00:00:00Z"), micros("2026-12-30T00:00:00Z")
    starts = [moment(int(at)) for at in random.integers(first, last, CALLS)]
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
        print(f"{name:<13} {best(work) / CALLS * 1e6:6.2f} µs a call")


def many_values(calendar: Calendar) -> None:
    random = np.random.default_rng(2)
    first, last = micros("2022-01-03T00:00:00Z"), micros("2026-12-30T00:00:00Z")
    starts, ends = (random.integers(first, last, PAIRS) for _ in range(2))
    limits = random.integers(0, 80 * HOUR, PAIRS)
    opens = np.array(calendar.breakpoints(first, last).opens)

    def search() -> None:
        np.searchsorted(opens, starts, side="right")

    works: dict[str, Callable[[], object]] = {
        "searchsorted": search,
        "elapsed_many": lambda: calendar.elapsed_many(starts, ends),
        "add_many": lambda: calendar.add_many(starts, limits),
    }
    seconds = {}
    for name, work in works.items():
        work()
        seconds[name] = best(work)
        ratio = seconds[name] / seconds["searchsorted"]
        print(
            f"{name:<13} {PAIRS / seconds[name] / 1e6:6.1f} M pairs/s, {ratio:.2f} x one searchsorted of {len(opens)}"
        )


def main() -> None:
    for name, calendar in (("office", office()), ("around the clock", Calendar())):
        print(f"{name}:")
        one_value(calendar)
        many_values(calendar)


if __name__ == "__main__":
    main()
