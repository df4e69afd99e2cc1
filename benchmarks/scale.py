"""From one machine towards many: all verdicts of mixed years as Parquet, by the columnar evaluator and by Spark.

Run with `python -m benchmarks.scale`. `--write` makes the tables of docs/scale.md.
"""

import argparse
import os
from collections.abc import Sequence
from functools import partial
from pathlib import Path

import polars as pl

from benchmarks import machine, plotting
from benchmarks.data.files import mixed_file
from benchmarks.larger import EVENTS, WARM, copies
from benchmarks.measuring import ROOT, Measured, Table, Work, chosen, grouped, in_child, megabytes, seconds, times

SIZES = (1_000_000, 10_000_000, 30_000_000, 100_000_000)
MORE = (1_000_000_000, 100_000_000_000)
CORES = (64, 1_000)
WORKS = {"columnar": "columnar", "spark": "Spark, local mode"}
PAGE = ROOT / "docs" / "scale.md"
PLOT = ROOT / "docs" / "images" / "scale.svg"
BEGIN, END = "<!-- measured -->", "<!-- measured so far -->"
"""Between these stands on the page what was measured."""

Found = dict[int, dict[str, Measured]]
"""What was measured, by the exact number of events and the evaluator."""


def files(events: int) -> list[Path]:
    """Files with about so many events: one year, or copies of one."""
    if events < EVENTS:
        return [mixed_file(events)]
    return sorted(copies(EVENTS, SIZES[-1] // EVENTS).glob("*.parquet"))[: events // EVENTS]


def found(sizes: Sequence[int], only: Sequence[str]) -> Found:
    """Measure every size."""
    measured: Found = {}
    for size in sizes:
        paths = [str(path) for path in files(size)]
        events = pl.scan_parquet(paths).select(pl.len()).collect().item()
        arguments = {"paths": paths, "warm": str(mixed_file(WARM))}
        measured[events] = {name: in_child(Work(f"benchmarks.scaling:{name}", arguments)) for name in only}
        print(table({events: measured[events]}), flush=True)
    return measured


def table(measured: Found) -> Table:
    """A row for each size and evaluator."""
    rows, wrong = [], []
    for events, by_name in measured.items():
        bar = by_name.get("columnar")
        rows += [_row(events, WORKS[name], one, bar) for name, one in by_name.items()]
        results = [one.result["counts"] for one in by_name.values() if not one.skipped]
        if any(result != results[0] for result in results):
            wrong.append(f"of {grouped(events)} events the verdicts differ")
    header = ("events", "evaluator", "time", "to columnar", "events a second", "peak memory", "scratch", "verdicts")
    equal = "In every size both give as many verdicts of each policy and outcome, of instances and of periods."
    return Table(
        "All verdicts of mixed years, as Parquet", header, rows, [f"Wrong: {'; '.join(wrong)}." if wrong else equal]
    )


def _row(events: int, label: str, one: Measured, bar: Measured | None) -> list[str]:
    if one.skipped:
        return [grouped(events), label, f"skipped: {one.skipped}", *[""] * 5]
    told = one.result
    ratio = times(one.seconds / bar.seconds) if bar else ""
    rate = grouped(events / one.seconds)
    verdicts = grouped(sum(count[-1] for count in told["counts"]))
    sizes = [megabytes(told["memory"]), megabytes(told["disk"])]
    return [grouped(events), label, seconds(one.seconds), ratio, rate, *sizes, verdicts]


def costs(measured: Found, cores: int) -> Table:
    """What more events cost on Spark, by what the last of the measured ones cost."""
    (few, first), (many, last) = list(measured.items())[-2:]
    begun, ended = first["spark"], last["spark"]
    each = (ended.seconds - begun.seconds) * cores / (many - few)
    disk, written = (ended.result[name] / many for name in ("disk", "written"))
    header = (
        "events",
        "core hours",
        *(f"on {grouped(number)} cores" for number in CORES),
        "shuffled on disk",
        "verdicts as Parquet",
    )
    rows = [
        [
            grouped(events),
            f"{each * events / 3600:,.1f}".replace(",", " "),
            *(_long(each * events / number) for number in CORES),
            *(f"{grouped(of * events / 1e9)} GB" for of in (disk, written)),
        ]
        for events in MORE
    ]
    note = (
        f"From {grouped(few)} to {grouped(many)} events took {seconds(ended.seconds - begun.seconds)} more on {cores} "
        f"cores: {each * 1e6:.1f} core seconds for a million. For each event {disk:.0f} bytes lay on disk between the "
        f"stages, and {written:.0f} were written."
    )
    return Table("What more would cost", header, rows, [note])


def _long(value: float) -> str:
    """A time in seconds, minutes or hours."""
    if value < 120:
        return f"{value:.0f} s"
    return f"{value / 60:.0f} min" if value < 7200 else f"{value / 3600:.1f} h"


def plot(measured: Found, path: Path) -> None:
    """Draw time and peak memory over the number of events, as SVG. Raises as `plotting.plot` does."""
    plotting.plot(
        (
            (events, WORKS[name], one.seconds, one.result["memory"])
            for events, by_name in measured.items()
            for name, one in by_name.items()
            if not one.skipped
        ),
        "events",
        path,
    )


def write(tables: Sequence[Table], page: Path = PAGE) -> None:
    """Put what was measured on the page, in place of what was measured before."""
    before, begin, rest = page.read_text(encoding="utf-8").partition(BEGIN)
    _, end, after = rest.partition(END)
    under_a_heading = (f"#{table}" for table in tables)
    told = "\n".join([f"> {machine.described('pyspark')}\n", *under_a_heading])
    page.write_text(f"{before}{begin}\n{told}\n{end}{after}", encoding="utf-8")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--events", type=int, nargs="+", default=SIZES, help=f"about how many {SIZES}")
    parser.add_argument("--only", type=partial(chosen, WORKS), default=tuple(WORKS), help="some of " + ",".join(WORKS))
    parser.add_argument("--write", action="store_true", help="put it into docs/scale.md, with its plot")
    options = parser.parse_args()
    measured = found(options.events, options.only)
    told = [table(measured)]
    if len(measured) > 1 and all("spark" in one and not one["spark"].skipped for one in measured.values()):
        told.append(costs(measured, os.cpu_count() or 1))
    for each in told:
        print(each)
    if options.write:
        plot(measured, PLOT)
        write(told)


if __name__ == "__main__":
    main()
