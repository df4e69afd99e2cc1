"""The mixed year: all policies of InterCall on events of every type.

Run with `python -m benchmarks.mixed --events 100000000 --only ours`.
"""

import argparse
from collections.abc import Collection, Iterator, Mapping, Sequence
from functools import partial

import polars as pl

from benchmarks.data.files import mixed_file
from benchmarks.measuring import (
    BAR,
    Measured,
    Table,
    Work,
    chosen,
    grouped,
    measure,
    megabytes,
    seconds,
    skipped,
    times,
    verdict_on,
)

SIZES = (1_000_000, 10_000_000)
WARM = 10_000
ROUNDS = 1
TARGET = 2.0
"""Million events a second, on 2 cores."""

_ALL = {"policies": ["*"]}
WORKS: dict[str, tuple[str, str, Mapping[str, object]]] = {
    "ours": ("`evaluate(…).summary`", "summary", _ALL),
    "ours-frame": ("`evaluate(…).verdicts`", "verdicts", _ALL),
    BAR: ("Polars: bare `group_by`", "grouping", {}),
}
"""Each piece of work: how it is called in the table, the function of `timers`, and what that is told besides files."""


def tables(sizes: Sequence[int] = SIZES, only: Collection[str] = tuple(WORKS), rounds: int = ROUNDS) -> Iterator[Table]:
    """Measure a year of each size."""
    for size in sizes:
        path = str(mixed_file(size))
        arguments = {"path": path, "warm": str(mixed_file(WARM))}
        works = {
            label: Work(f"benchmarks.timers:{function}", {**more, **arguments})
            for name, (label, function, more) in WORKS.items()
            if name in only
        }
        found = measure(works, rounds)
        events = pl.scan_parquet(path).select(pl.len()).collect().item()
        yield Table(
            f"The mixed year: {grouped(events)} events, all policies",
            ("what", "time", "to bare", "million events a second", "target", "peak memory"),
            [_row(label, measured, found.get(WORKS[BAR][0]), events) for label, measured in found.items()],
            list(skipped(found)),
        )


def _row(label: str, measured: Measured, bare: Measured | None, events: int) -> list[str]:
    if measured.skipped:
        return [label, "skipped", "", "", "", ""]
    rate = events / measured.seconds / 1e6
    target = f"{TARGET:g}: {verdict_on(rate, TARGET, most=False)}" if measured is not bare else ""
    ratio = times(measured.seconds / bare.seconds) if bare else ""
    return [label, seconds(measured.seconds), ratio, f"{rate:.2f}", target, megabytes(measured.peak)]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--events", type=int, nargs="+", default=SIZES, help="about how many; several sizes if you like"
    )
    parser.add_argument("--only", type=partial(chosen, WORKS), default=tuple(WORKS), help="some of " + ",".join(WORKS))
    parser.add_argument("--rounds", type=int, default=ROUNDS, help=f"the best of so many counts ({ROUNDS})")
    options = parser.parse_args()
    for table in tables(options.events, options.only, options.rounds):
        print(table)


if __name__ == "__main__":
    main()
