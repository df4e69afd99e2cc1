"""A monitor that several threads use says what it says in one."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

import sla_rules as sla
from sla_rules.instants import MINUTE, moment
from tests.monitoring.tools import event, hold_against_judge, on, rows, tickets

AGREEMENT = tickets({"warn_at": ["50 %"], "objective": {"at_least": "50 %", "per": "day"}})
START = event("x", "10:00").at
LAST = on("13:00")


def stream(number: int) -> list[sla.Event]:
    """What happens to the subjects of one thread."""
    times = (("opened", 0), ("closed", 30 + 20 * number))
    return [
        event(
            type, moment(START + (case + minutes) * MINUTE).isoformat(), f"{number}-{case}-{type}", f"{number}-{case}"
        )
        for case in range(6)
        for type, minutes in times
    ]


STREAMS = [stream(number) for number in range(4)]
SEEN = [each for stream in STREAMS for each in stream]


def watch(monitor: sla.Monitor, events: list[sla.Event]) -> list[sla.Alert]:
    return [alert for each in events for alert in monitor.observe(each)]


def move_on(monitor: sla.Monitor) -> list[sla.Alert]:
    """Advance to where the clock stands already, as it is moved on by others meanwhile."""
    alerts: list[sla.Alert] = []
    for _ in range(20):
        try:
            alerts += monitor.advance(monitor.now or moment(START))
        except sla.InputError:
            continue  # another thread came between the question and the call
    return alerts


def check(monitor: sla.Monitor, alerts: list[sla.Alert]) -> None:
    alerts = sorted([*alerts, *monitor.advance(LAST)], key=lambda each: each.number)
    hold_against_judge(monitor, SEEN, [], alerts)
    assert monitor.outbox() == alerts
    alone = sla.Monitor(AGREEMENT)
    watch(alone, sorted(SEEN, key=lambda each: each.at))
    alone.advance(LAST)
    assert rows(monitor.verdicts()) == rows(alone.verdicts())


@pytest.mark.parametrize("kept", [False, True], ids=["memory", "file"])
def test_four_threads_observe_and_one_advances(kept: bool, tmp_path: Path) -> None:
    store = sla.SqliteStore(tmp_path / "kept.db") if kept else sla.MemoryStore()
    monitor = sla.Monitor(AGREEMENT, store)
    with store, ThreadPoolExecutor(5) as threads:
        running = [threads.submit(watch, monitor, each) for each in STREAMS]
        running.append(threads.submit(move_on, monitor))
        check(monitor, [alert for each in running for alert in each.result()])


def test_from_asyncio_through_threads() -> None:
    monitor = sla.Monitor(AGREEMENT)

    async def all_of_it() -> list[list[sla.Alert]]:
        return await asyncio.gather(*(asyncio.to_thread(watch, monitor, each) for each in STREAMS))

    check(monitor, [alert for some in asyncio.run(all_of_it()) for alert in some])
