"""Growth: time and memory of the ticket timers from few tickets to many, as a table and a plot.

Run with `python -m benchmarks.growth`.
"""

import argparse
from collections.abc import Collection, Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path

from benchmarks import plotting
from benchmarks.history import WORKS, works
from benchmarks.measuring import BAR, Measured, Table, chosen, grouped, measure, megabytes, seconds, skipped, times

SIZES = (10_000, 100_000, 1_000_000, 10_000_000)
ONLY = ("ours", BAR, "duckdb")
ROUNDS = 2
_LABELS = {
    "ours": "sla_rules",
    "ours-frame": "sla_rules, whole frame",
    BAR: "bare group_by",
    "pandas": "pandas",
    "duckdb": "DuckDB",
}

Found = dict[int, dict[str, Measured]]


def found(sizes: Sequence[int] = SIZES, only: Collection[str] = ONLY, rounds: int = ROUNDS) -> Found:
    """Measure every size."""
    return {size: measure(works(size, only), rounds) for size in sizes}


def table(sizes: Found) -> Table:
    """Time, its ratio to the bare grouping, and peak memory, a row a size."""
    names = list(next(iter(sizes.values())))
    header = ["tickets"]
    for name in names:
        header += [f"{_LABELS[name]}: time", "peak"] if name == BAR else [f"{_LABELS[name]}: time", "to bare", "peak"]
    rows = [[grouped(size), *_cells(measured)] for size, measured in sizes.items()]
    notes = list(skipped({_LABELS[name]: measured for name, measured in next(iter(sizes.values())).items()}))
    return Table("Growth, tickets case by case", header, rows, notes)


def _cells(measured: Mapping[str, Measured]) -> Iterator[str]:
    for name, one in measured.items():
        yield "skipped" if one.skipped else seconds(one.seconds)
        if name != BAR:
            ratio = one.seconds / measured[BAR].seconds if BAR in measured and not one.skipped else None
            yield "" if ratio is None else times(ratio)
        yield "" if one.skipped else megabytes(one.peak)


def plot(sizes: Found, path: Path) -> None:
    """Draw time and peak memory over the number of tickets, as SVG. Raises as `plotting.plot` does."""
    plotting.plot(
        (
            (size, _LABELS[name], one.seconds, one.peak)
            for size, measured in sizes.items()
            for name, one in measured.items()
            if not one.skipped
        ),
        "tickets",
        path,
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--most", type=int, default=SIZES[-1], help=f"the most tickets ({SIZES[-1]})")
    parser.add_argument("--only", type=partial(chosen, WORKS), default=ONLY, help="some of " + ",".join(WORKS))
    parser.add_argument("--rounds", type=int, default=ROUNDS, help=f"the best of so many counts ({ROUNDS})")
    options = parser.parse_args()
    sizes = [size for size in SIZES if size <= options.most] or [options.most]
    print(table(found(sizes, options.only, options.rounds)))


if __name__ == "__main__":
    main()
