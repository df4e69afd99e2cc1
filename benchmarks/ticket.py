"""How long the reference evaluator takes for a ticket, beside merely making its events.

Run with `python -m benchmarks.ticket`.
"""

import timeit
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import sla_rules as sla

TICKETS = 2_000
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


def best(work: Callable[[], object], repeat: int = 5) -> float:
    """The shortest of several runs, in seconds."""
    return min(timeit.repeat(work, number=1, repeat=repeat))


def main() -> None:
    """Measure and print."""
    agreement = sla.load("intercall").only("support.*")
    tickets = [history(number) for number in range(TICKETS)]
    together = [event for ticket in tickets for event in ticket]
    making = best(lambda: [history(number) for number in range(TICKETS)])
    one_by_one = best(lambda: [sla.judge(agreement, ticket) for ticket in tickets])
    at_once = best(lambda: sla.judge(agreement, together))
    with_reasons = best(lambda: [verdict.reason for verdict in sla.judge(agreement, together)])
    print(f"{TICKETS} tickets of 4 events, {len(agreement.policies)} policies each, best of 5 runs")
    for name, seconds in (
        ("make the events", making),
        ("judge them one by one", one_by_one),
        ("judge them in one call", at_once),
        ("judge them in one call and render every reason", with_reasons),
    ):
        print(f"{name:48} {seconds / TICKETS * 1e6:8.1f} µs a ticket  {seconds / making:6.2f} x making the events")


if __name__ == "__main__":
    main()
