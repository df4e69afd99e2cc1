"""The monitor: how fast it takes events in, how long one event can take, what it holds, how soon it is back.

Beside it stand durable_rules as its manual has it, and judging everything again at every event. Run with
`python -m benchmarks.monitor --events 100000`.
"""

import argparse
from collections.abc import Iterator

from benchmarks.measuring import Measured, Table, Work, grouped, measure, megabytes, seconds, skipped, times, verdict_on

TICKETS, MONTH, OPEN, EVENTS = 10_000, 400, 100_000, 1_000_000
BOUND, FEW = 900, 30
"""How many tickets the ways beside it get: durable_rules fails at the 1025th `sid`, judging anew takes ever longer."""
TARGET = 10_000
"""Events a second, in memory."""
TARGET_OPEN = 2_000
"""Bytes for each open case."""

_STORES = {"memory": "`MemoryStore`", "sqlite": "`SqliteStore`"}
_HISTORIES = {"tickets": "plain tickets", "month": "simulated month"}


def tables(tickets: int = TICKETS, month: int = MONTH, opened: int = OPEN, events: int = EVENTS) -> Iterator[Table]:
    """Measure: speed, then memory."""
    yield _speed(tickets, month)
    yield _memory(opened, events)


def _speed(tickets: int, month: int) -> Table:
    works = {
        f"`observe`, {_HISTORIES[of]}, {label}": _work("watched", of=of, size=size, store=store)
        for of, size in (("tickets", tickets), ("month", month))
        for store, label in _STORES.items()
    }
    in_memory = next(iter(works))
    few = min(FEW, tickets)
    works[f"`judge` everything again, {grouped(few)} plain tickets"] = _work("naively", of="tickets", size=few)
    bound = min(BOUND, tickets)
    works[f"durable_rules, a `sid` a ticket, {grouped(bound)} plain tickets"] = _work(
        "bare_rules", of="tickets", size=bound
    )
    found = measure(works, 1)
    rows = [_speed_row(label, each, found[in_memory], label == in_memory) for label, each in found.items()]
    header = ("what", "events", "events a second", "to ours", "target", "half within", "99 %", "99.9 %", "all")
    note = (
        "durable_rules only says here that a ticket was answered or resolved: it counts no time, judges nothing and "
        "keeps nothing; with the 1025th ticket it fails. To judge everything again takes longer with every event."
    )
    return Table("The monitor: events one by one", header, rows, [note, *skipped(found)])


def _speed_row(label: str, measured: Measured, ours: Measured, bound: bool) -> list[str]:
    if measured.skipped:
        return [label, "skipped", *[""] * 7]
    rate = measured.result["rate"]
    ratio = "" if ours.skipped else times(rate / ours.result["rate"])
    target = f"{grouped(TARGET)}: {verdict_on(rate, TARGET, most=False)}" if bound else ""
    shares = [_short(each) for each in measured.result["shares"]]
    return [label, grouped(measured.result["events"]), grouped(rate), ratio, target, *shares]


def _memory(opened: int, events: int) -> Table:
    rows: list[list[str]] = []
    for store, label in _STORES.items():
        found = measure(
            {
                "open": _work("open_cases", size=opened, store=store),
                "long": _work("long_run", events=events, store=store),
            },
            1,
        )
        if any(each.skipped for each in found.values()):
            rows.append([label, "skipped", *[""] * 5])
            continue
        cases, run = found["open"].result, found["long"].result
        said = verdict_on(cases["bytes"], TARGET_OPEN, most=True) if store == "memory" else ""
        quarters = ", ".join(megabytes(each) for each in run["held"])
        each = f"{grouped(cases['bytes'])} bytes"
        target = f"{grouped(TARGET_OPEN)}: {said}" if said else ""
        rows.append([label, each, target, seconds(cases["restored"]), quarters, grouped(run["rate"])])
    header = (
        "store",
        f"memory for each of {grouped(opened)} open tickets",
        "target",
        "back with all of them",
        f"memory after each quarter of {grouped(events)} events",
        "events a second",
    )
    note = "The quarters are those of a run in which cases are kept for two days and every alert is acknowledged."
    return Table("The monitor: memory", header, rows, [note])


def _work(function: str, **arguments: object) -> Work:
    return Work(f"benchmarks.watching:{function}", arguments)


def _short(value: float) -> str:
    """A short time: below a millisecond in microseconds."""
    return f"{value * 1e6:.0f} µs" if value < 0.001 else seconds(value)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tickets", type=int, default=TICKETS, help=f"how many plain ones ({TICKETS})")
    parser.add_argument("--month", type=int, default=MONTH, help=f"how many tickets in the month ({MONTH})")
    parser.add_argument("--open", type=int, default=OPEN, help=f"how many open cases ({OPEN})")
    parser.add_argument("--events", type=int, default=EVENTS, help=f"of the long run ({EVENTS})")
    options = parser.parse_args()
    for table in tables(options.tickets, options.month, options.open, options.events):
        print(table, flush=True)


if __name__ == "__main__":
    main()
