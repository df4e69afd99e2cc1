"""History: the three ticket timers on a year of tickets, beside Polars' bare grouping and hand-written ones.

Run with `python -m benchmarks.history --tickets 1000000 --only ours,bare`.
"""

import argparse
from collections.abc import Collection, Iterator
from functools import partial

from benchmarks import timers
from benchmarks.data.files import tickets_file
from benchmarks.measuring import BAR, Measured, Table, Work, chosen, comparison, grouped, measure, skipped

TICKETS = 1_000_000
WARM = 1_000
ROUNDS = 3
TARGET = 5
"""How many times the bare grouping ours may take; on the way to 3."""

WORKS = {
    "ours": ("`evaluate(…).summary`", "summary", "nothing"),
    "ours-frame": ("`evaluate(…).verdicts`", "verdicts", "nothing"),
    BAR: ("Polars: bare `group_by`", "bare", "all judging"),
    "pandas": ("pandas, by hand", "pandas", timers.LEFT_OUT),
    "duckdb": ("DuckDB SQL, by hand", "duckdb", timers.LEFT_OUT),
}
"""Each piece of work: how it is called in the table, the function of `timers`, and what it leaves out."""


def works(tickets: int, only: Collection[str], *, shuffled: bool = False) -> dict[str, Work]:
    """The pieces of work on so many tickets, by name."""
    arguments = {"path": str(tickets_file(tickets, shuffled=shuffled)), "warm": str(tickets_file(WARM))}
    return {
        name: Work(f"benchmarks.timers:{function}", arguments)
        for name, (_, function, _) in WORKS.items()
        if name in only
    }


def tables(tickets: int = TICKETS, only: Collection[str] = tuple(WORKS), rounds: int = ROUNDS) -> Iterator[Table]:
    """Measure, for a file in order of cases and a shuffled one."""
    targets = {WORKS[name][0]: TARGET for name in ("ours", "ours-frame")}
    for shuffled, said in ((False, "case by case"), (True, "shuffled")):
        found = measure(works(tickets, only, shuffled=shuffled), rounds)
        told = {WORKS[name][0]: (_breaches(measured), WORKS[name][2]) for name, measured in found.items()}
        labelled = {WORKS[name][0]: measured for name, measured in found.items()}
        yield Table(
            f"{grouped(tickets)} tickets, {said}",
            ("what", "time", "to bare", "target", "peak memory", "breaches: response, resolution, SL4", "leaves out"),
            comparison(labelled, told, targets, WORKS[BAR][0]),
            list(skipped(labelled)),
        )


def _breaches(measured: Measured) -> str:
    if not isinstance(measured.result, dict):
        return ""
    return ", ".join(grouped(measured.result.get(policy, 0)) for policy in timers.POLICIES)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tickets", type=int, default=TICKETS, help=f"how many ({TICKETS})")
    parser.add_argument("--only", type=partial(chosen, WORKS), default=tuple(WORKS), help="some of " + ",".join(WORKS))
    parser.add_argument("--rounds", type=int, default=ROUNDS, help=f"the best of so many counts ({ROUNDS})")
    options = parser.parse_args()
    for table in tables(options.tickets, options.only, options.rounds):
        print(table)


if __name__ == "__main__":
    main()
