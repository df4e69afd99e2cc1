"""More events than memory holds: many copies of the mixed year, judged in parts.

Run with `python -m benchmarks.larger`. Each copy has subjects, customers and rooms of its own and shares services and
their windows with all others, so that what is counted of all must be what is counted of one, as often as there are
copies.
"""

import argparse
from collections.abc import Iterator
from pathlib import Path

import polars as pl

from benchmarks.data.files import FOLDER, mixed_file
from benchmarks.measuring import Table, Work, grouped, measure, megabytes, seconds, verdict_on

EVENTS = 10_000_000
COPIES = 10
LIMIT = 4_000_000_000
"""Bytes of memory that all of them may take."""
WARM = 10_000
_SHARED = ("service.", "maintenance.", "force_majeure.", "release.")
_OF_ALL = "availability."
"""What the policies are called whose cases all copies share."""
_OWN = ("id", "subject", "customer", "room")


def copies(events: int, number: int) -> Path:
    """The folder of copies of a mixed year; made where it is not there yet."""
    folder = FOLDER / f"mixed-{events}-times-{number}"
    whole = folder / "whole"
    if not whole.exists():
        folder.mkdir(parents=True, exist_ok=True)
        year = pl.scan_parquet(mixed_file(events))
        shared = pl.any_horizontal(pl.col("type").str.starts_with(prefix) for prefix in _SHARED)
        for copy in range(number):
            own = year.with_columns(pl.concat_str(pl.lit(f"{copy}-"), pl.col(name)).alias(name) for name in _OWN)
            some = own.filter(~shared)
            if not copy:
                some = pl.concat([year.filter(shared), some])
            some.sink_parquet(folder / f"{copy:03}.parquet", row_group_size=250_000)
        whole.touch()
    return folder


def tables(events: int = EVENTS, number: int = COPIES) -> Iterator[Table]:
    """Judge one copy and all of them, and compare the counts."""
    paths = {"one": copies(events, number) / "000.parquet", "all": copies(events, number) / "*.parquet"}
    rows = []
    counts = {}
    for name, path in paths.items():
        size = pl.scan_parquet(path).select(pl.len()).collect().item()
        warm = str(mixed_file(WARM))
        work = Work("benchmarks.timers:counts", {"policies": ["*"], "path": str(path), "warm": warm})
        measured = measure({name: work}, 1)[name]
        counts[name] = {tuple(row[:-1]): row[-1] for row in measured.result}
        rate = f"{size / measured.seconds / 1e6:.2f}"
        said = verdict_on(measured.peak, LIMIT, most=True) if name == "all" else ""
        peak = megabytes(measured.peak)
        rows.append((f"{name}: {grouped(size)} events", seconds(measured.seconds), rate, peak, said))
    wrong = [
        f"{policy}, {outcome}: {counts['all'].get(key, 0)} of all, {counts['one'].get(key, 0)} of one"
        for key in sorted(counts["one"].keys() | counts["all"].keys())
        for policy, periods, outcome in (key,)
        for times in (1 if policy.startswith(_OF_ALL) else number,)
        if not periods and counts["all"].get(key, 0) != counts["one"].get(key, 0) * times
    ]
    equal = (
        f"Of all there are {number} times as many verdicts as of one, in every policy and outcome; as many where "
        "all copies share the services."
    )
    yield Table(
        f"Larger than memory: {number} mixed years, all policies",
        ("what", "time", "million events a second", "peak memory", f"target {megabytes(LIMIT)}"),
        rows,
        [equal] if not wrong else ["Wrong: " + "; ".join(wrong)],
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--events", type=int, default=EVENTS, help=f"about so many in a copy ({EVENTS})")
    parser.add_argument("--copies", type=int, default=COPIES, help=f"how many copies ({COPIES})")
    options = parser.parse_args()
    for table in tables(options.events, options.copies):
        print(table)


if __name__ == "__main__":
    main()
