"""Business hours between two instants, Monday to Friday 9 to 17, by what people use today.

Run with `python -m benchmarks.hours`. Each function takes how many pairs there are, and returns the work, whose result
is the microseconds of working time of each.
"""

from collections.abc import Callable, Iterator
from datetime import time
from importlib import import_module
from typing import Any

import numpy as np
import polars as pl

from benchmarks.data.drawing import BEGIN, Chance, Ints
from benchmarks.measuring import Table, Work, grouped, measure, skipped, times
from sla_rules.calendar import Calendar
from sla_rules.instants import DAY, HOUR, SECOND

PAIRS = 2_000_000
ROUNDS = 3
_OPENS, _CLOSES = 9 * HOUR, 17 * HOUR
_MONDAY = 4 * DAY
"""1970-01-05, the first Monday after the epoch."""

_NOTE = (
    "NumPy's closed form is written for this one calendar, without holidays or changes of the clocks; ours takes any. "
    "Wrong is what differs from the closed form; `CustomBusinessHour` counts whole hours."
)

Works = Callable[[], Ints]


def pairs(count: int) -> tuple[Ints, Ints]:
    """Starts within five years and ends up to a month later, whole seconds in UTC."""
    chance = Chance(7)
    starts = BEGIN + chance.between(0, 5 * 365 * 86_400, count) * SECOND
    return starts, starts + chance.between(0, 30 * 86_400, count) * SECOND


def sla_rules(count: int) -> Works:
    calendar = Calendar(timezone="UTC", week={"mon-fri": ["09:00-17:00"]})
    starts, ends = pairs(count)
    return lambda: np.asarray(calendar.elapsed_many(starts, ends)).astype(np.int64)


def numpy(count: int) -> Works:
    starts, ends = pairs(count)

    def worked(at: Ints) -> Ints:
        """Working time since a Monday, in closed form."""
        days, clock = np.divmod(at - _MONDAY, DAY)
        weeks, day = np.divmod(days, 7)
        today = np.where(day < 5, np.clip(clock - _OPENS, 0, _CLOSES - _OPENS), 0)
        return (weeks * 5 + np.minimum(day, 5)) * (_CLOSES - _OPENS) + today

    return lambda: worked(ends) - worked(starts)


def polars(count: int) -> Works:
    columns = {name: pl.Series(at).cast(pl.Datetime("us")) for name, at in zip(("s", "e"), pairs(count), strict=True)}
    frame = pl.DataFrame(columns)

    def today(name: str) -> pl.Expr:
        clock = pl.col(name).dt.epoch("us") % DAY
        return pl.when(pl.col(name).dt.weekday() <= 5).then((clock - _OPENS).clip(0, _CLOSES - _OPENS)).otherwise(0)

    days = pl.business_day_count(pl.col("s").dt.date(), pl.col("e").dt.date()).cast(pl.Int64)
    whole = days * (_CLOSES - _OPENS) + today("e") - today("s")
    return lambda: frame.select(whole).to_series().to_numpy()


def duckdb(count: int) -> Works:
    """A table with a row a day, joined to both instants."""
    connection: Any = import_module("duckdb").connect()
    starts, ends = pairs(count)
    connection.register("given", pl.DataFrame({"n": np.arange(count), "s": starts, "e": ends}).to_arrow())
    connection.execute("create table pairs as select * from given")
    first = BEGIN // DAY
    connection.execute(f"""
        create table days as
        select day, day * {DAY} + {_OPENS} as opens, length, sum(length) over (order by day) - length as before
        from (
            select range as day, if((range + 3) % 7 < 5, {_CLOSES - _OPENS}, 0) as length
            from range({first}, {first + 1900})
        )
    """)
    query = """
        select n, (f.before + greatest(0, least(e - f.opens, f.length))
            - d.before - greatest(0, least(s - d.opens, d.length)))::bigint as worked
        from pairs join days d on d.day = s // 86400000000 join days f on f.day = e // 86400000000
    """

    def work() -> Ints:
        found = connection.execute(query).fetchnumpy()
        worked = np.empty(count, dtype=np.int64)
        worked[found["n"]] = found["worked"]
        return worked

    return work


def pm4py(count: int) -> Works:
    hours: Any = import_module("pm4py.util.business_hours").BusinessHours
    slots = [((24 * day + 9) * 3600, (24 * day + 17) * 3600) for day in range(5)]
    given = _datetimes(count)
    return lambda: _each(hours(s, e, business_hour_slots=slots).get_seconds() * SECOND for s, e in given)


def businesstimedelta(count: int) -> Works:
    library: Any = import_module("businesstimedelta")
    rule = library.WorkDayRule(start_time=time(9), end_time=time(17), working_days=[0, 1, 2, 3, 4])
    rules = library.Rules([rule])
    given = _datetimes(count)
    return lambda: _each(rules.difference(s, e).timedelta.total_seconds() * SECOND for s, e in given)


def business_duration(count: int) -> Works:
    duration: Any = import_module("business_duration").businessDuration
    given = _datetimes(count)
    return lambda: _each(duration(s, e, time(9), time(17), unit="sec") * SECOND for s, e in given)


def custom_business_hour(count: int) -> Works:
    """Counts the whole hours between, as people do with it."""
    pd: Any = import_module("pandas")
    hour = pd.offsets.CustomBusinessHour(start="09:00", end="17:00")
    given = _datetimes(count)
    return lambda: _each((len(pd.date_range(s, e, freq=hour)) - 1) * HOUR for s, e in given)


def _datetimes(count: int) -> list[Any]:
    starts, ends = (pl.Series(at).cast(pl.Datetime("us")).to_list() for at in pairs(count))
    return list(zip(starts, ends, strict=True))


def _each(values: Iterator[float]) -> Ints:
    return np.array([round(value) if value == value else -1 for value in values], dtype=np.int64)


LIBRARIES: dict[str, tuple[Callable[[int], Works], str, int]] = {
    "sla_rules": (sla_rules, "`Calendar.elapsed_many`", 1),
    "numpy": (numpy, "NumPy, closed form for this one calendar", 1),
    "polars": (polars, "Polars `business_day_count`", 1),
    "duckdb": (duckdb, "DuckDB, calendar table", 1),
    "pm4py": (pm4py, "PM4Py `BusinessHours`", 40),
    "businesstimedelta": (businesstimedelta, "businesstimedelta", 400),
    "business_duration": (business_duration, "business_duration", 400),
    "custom_business_hour": (custom_business_hour, "pandas `CustomBusinessHour`", 10_000),
}
"""Each way, how it is called in the table, and how many times fewer pairs it gets because it is slow."""


def judged(library: str, count: int) -> Callable[[], dict[str, float]]:
    """The work of one library, with the share of its pairs that are wrong, and by how much at most, as its result."""
    prepare = LIBRARIES[library][0]
    prepare(10)()
    work = prepare(count)
    right = numpy(count)()

    def run() -> dict[str, float]:
        found = work()
        off = np.abs(found - right)
        return {"wrong": float((off > 0).mean()), "hours": float(off.max() / HOUR)}

    return run


def tables(count: int = PAIRS, rounds: int = ROUNDS) -> Iterator[Table]:
    """Measure."""
    counts = {name: max(count // fewer, 20) for name, (_, _, fewer) in LIBRARIES.items()}
    works = {name: Work("benchmarks.hours:judged", {"library": name, "count": many}) for name, many in counts.items()}
    found = measure(works, rounds)
    fastest = counts["numpy"] / found["numpy"].seconds
    rows = []
    for name, measured in found.items():
        label = LIBRARIES[name][1]
        if measured.skipped:
            rows.append([label, "skipped", "", "", ""])
            continue
        rate = counts[name] / measured.seconds
        share, most = measured.result["wrong"], measured.result["hours"]
        wrong = f"{share * 100:.0f} %, by up to {most:.1f} h" if share else "none"
        rows.append([label, grouped(counts[name]), grouped(rate), times(fastest / rate), wrong])
    yield Table(
        "Business hours, Monday to Friday 9 to 17, one zone, no holidays",
        ("what", "pairs", "pairs a second", "slower than NumPy", "wrong"),
        rows,
        [_NOTE, *skipped({LIBRARIES[name][1]: measured for name, measured in found.items()})],
    )


def main() -> None:
    for table in tables():
        print(table)


if __name__ == "__main__":
    main()
