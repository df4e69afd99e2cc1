"""Run every benchmark but `benchmarks.larger`, which takes as long as all others: `python -m benchmarks`.

`--quick` runs small sizes, `--write` makes `docs/performance.md`.
"""

import argparse
from collections.abc import Callable, Iterator
from importlib.util import find_spec

from benchmarks import calendar, growth, history, hours, importing, larger, machine, mixed, monitor, page, ticket
from benchmarks.measuring import Table

_QUICK_SIZES = (1_000, 10_000)


def sections(quick: bool, plot: bool) -> list[Callable[[], Iterator[Table]]]:
    """Every benchmark, ready to run, that of the growth last; `plot` draws that too."""

    def grown() -> Iterator[Table]:
        found = growth.found(_QUICK_SIZES, rounds=1) if quick else growth.found()
        if plot:
            growth.plot(found, page.PLOT)
        yield growth.table(found)

    if quick:
        return [
            lambda: history.tables(20_000, rounds=1),
            lambda: mixed.tables((50_000,)),
            lambda: larger.tables(50_000, 2),
            lambda: ticket.tables(200),
            lambda: monitor.tables(100, 20, 200, 400),
            lambda: calendar.tables(100_000, 1_000),
            lambda: hours.tables(20_000, rounds=1),
            lambda: importing.tables(1),
            grown,
        ]
    return [
        history.tables,
        mixed.tables,
        ticket.tables,
        monitor.tables,
        calendar.tables,
        hours.tables,
        importing.tables,
        grown,
    ]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="small sizes, one round: whether it works at all")
    parser.add_argument("--write", action="store_true", help="write docs/performance.md and its plot")
    options = parser.parse_args()
    if options.write and find_spec("vl_convert") is None:
        parser.error("--write draws a plot: install the extra `bench`")
    print(machine.described(), "\n")
    finished: list[list[Table]] = []
    for tables in sections(options.quick, options.write):
        finished.append([])
        for table in tables():
            print(table, flush=True)
            finished[-1].append(table)
    if options.write:
        page.write(finished)


if __name__ == "__main__":
    main()
