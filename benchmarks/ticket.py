"""How long the reference evaluator takes for a ticket, beside merely making its events.

Run with `python -m benchmarks.ticket`.
"""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import sla_rules as sla
from benchmarks.measuring import Table, best, grouped, times, verdict_on

TICKETS = 2_000
ROUNDS = 5
TARGET = 100.0
"""Microseconds a ticket, its three ticket policies judged."""
FIRST = datetime(2026, 3, 2, 14, tzinfo=UTC)


def history(number: int) -> list[sla.Event]:
    """The four events of a ticket: opened, responded, severity changed, resolved."""
    opened = FIRST + timedelta(minutes=number)
    steps = [
        ("ticket.opened", 0, {"severity": "SL4"}),
        ("ticket.responded", 9, {}),
        ("ticket.severity_changed", 60, {"severity": "SL3"}),
        ("ticket.resolved", 130, {}),
    ]
    return [
        sla.Event(
            id=f"{number}-{index}", type=type, subject=f"T-{number}", time=opened + timedelta(minutes=after), data=data
        )
        for index, (type, after, data) in enumerate(steps)
    ]


def tables(count: int = TICKETS) -> Iterator[Table]:
    """Measure."""
    agreement = sla.load("intercall").only("support.*")
    tickets = [history(number) for number in range(count)]
    together = [event for ticket in tickets for event in ticket]
    works = {
        "make the events": lambda: [history(number) for number in range(count)],
        "judge them one by one": lambda: [sla.judge(agreement, ticket) for ticket in tickets],
        "judge them in one call": lambda: sla.judge(agreement, together),
        "judge them in one call and render every reason": lambda: [
            verdict.reason for verdict in sla.judge(agreement, together)
        ],
    }
    measured = {name: best(work, ROUNDS) / count * 1e6 for name, work in works.items()}
    making = measured["make the events"]
    rows = []
    for name, each in measured.items():
        is_bound = name == "judge them one by one"
        target = f"{TARGET:g} µs: {verdict_on(each, TARGET, most=True)}" if is_bound else ""
        rows.append([name, f"{each:.1f} µs a ticket", times(each / making), target])
    title = f"One ticket in process: {grouped(count)} tickets of 4 events, {len(agreement.policies)} policies"
    yield Table(title, ("what", "time", "to making the events", "target"), rows)


def main() -> None:
    for table in tables():
        print(table)


if __name__ == "__main__":
    main()
