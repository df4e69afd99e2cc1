"""What `benchmarks.monitor` measures, each piece in a process of its own: ours, and two other ways to watch."""

import gc
import json
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from functools import partial
from heapq import heappop, heappush
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import Any

import sla_rules as sla
from benchmarks.data.files import tickets_file
from sla_rules.events import in_order
from sla_rules.monitoring.stores import MemoryStore, SqliteStore, Store
from sla_rules.sources import read_events
from sla_rules.testing.simulate.months import month

Result = dict[str, Any]
Work = Callable[[], Result]

FIRST = datetime(2026, 3, 2, 14, tzinfo=UTC)
RETENTION = timedelta(days=2)
_STATUS = Path("/proc/self/statm")
_STEPS = (("ticket.opened", 0), ("ticket.responded", 9), ("ticket.severity_changed", 60), ("ticket.resolved", 130))
"""What happens to a ticket of the long run, and after how many minutes."""


def history(of: str, size: int) -> list[sla.Event]:
    """Events in order of time: some `tickets` of a year, or all of a made-up `month` with so many tickets."""
    if of == "month":
        return in_order(month(tickets=size).events)
    events, _ = read_events(tickets_file(size), sla.load("intercall"))
    return in_order(events)


@contextmanager
def store_of(kind: str) -> Iterator[Callable[[], Store]]:
    """Give what opens a store, `memory` or `sqlite`; the file of the latter, with what is in it, is gone afterwards."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "monitor.db"
        yield MemoryStore if kind == "memory" else lambda: SqliteStore(path)


def watched(of: str, size: int, store: str) -> Work:
    """Ours: every event observed, every alert acknowledged."""
    events, agreement = history(of, size), sla.load("intercall")

    def work() -> Result:
        with store_of(store) as opened:
            monitor = sla.Monitor(agreement, opened())
            taken = [_observed(monitor, event) for event in events]
            monitor.store.close()
        return _speed(taken)

    return work


def naively(of: str, size: int) -> Work:
    """Everything known so far judged again at every event."""
    events, agreement = history(of, size), sla.load("intercall")

    def work() -> Result:
        return _speed([_timed(partial(sla.judge, agreement, events[:number])) for number in range(1, len(events) + 1)])

    return work


def bare_rules(of: str, size: int) -> Work:
    """durable_rules as its manual has it, one `sid` a ticket: was it answered, was it resolved; no time is counted."""
    from durable import engine

    core = engine.durable_rules_engine
    told = [(event, json.dumps(_message(number, event))) for number, event in enumerate(history(of, size))]
    rules = {
        name: {"all": [{"o": {"type": "ticket.opened"}}, {"e": {"type": f"ticket.{name}"}}]}
        for name in ("responded", "resolved")
    }
    handle = core.create_ruleset("tickets", json.dumps(rules))

    def tell(text: str) -> None:
        _, state = core.assert_fact(handle, text)
        started = core.start_action_for_state(handle, state)
        while started and started[1]:
            started = (None, core.complete_and_start_action(handle, state))

    def work() -> Result:
        return _speed([_timed(partial(tell, text)) for _, text in told])

    return work


def open_cases(size: int, store: str) -> Work:
    """Ours with so many open tickets of one event or two: memory for each, and the time to go on from there."""
    agreement = sla.load("intercall")
    sla.Monitor(agreement)

    def work() -> Result:
        with store_of(store) as opened:
            before = held()
            monitor = sla.Monitor(agreement, opened())
            for event in opening(size):
                _observed(monitor, event)
            bytes_each = (held() - before) / size
            text = monitor.snapshot() if store == "memory" else ""
            monitor.store.close()
            seconds = _timed(lambda: sla.Monitor.restore(agreement, text) if text else sla.Monitor(agreement, opened()))
        return {"bytes": bytes_each, "restored": seconds}

    return work


def long_run(events: int, store: str) -> Work:
    """Ours over so many events, with retention and every alert acknowledged: memory after each quarter of them."""
    agreement = sla.load("intercall")

    def work() -> Result:
        with store_of(store) as opened:
            monitor = sla.Monitor(agreement, opened(), retention=RETENTION)
            told, taken, memory = plain(), 0.0, []
            for _ in range(4):
                taken += sum(_observed(monitor, event) for event in islice(told, events // 4))
                memory.append(held())
            monitor.store.close()
        return {"rate": events / taken, "held": memory}

    return work


def opening(count: int) -> Iterator[sla.Event]:
    """So many tickets, all opened within a minute, every other one answered."""
    for number in range(count):
        yield _event(number, 0, FIRST + timedelta(microseconds=number), "ticket.opened")
    for number in range(0, count, 2):
        yield _event(number, 1, FIRST + timedelta(minutes=1, microseconds=number), "ticket.responded")


def plain() -> Iterator[sla.Event]:
    """Tickets without an end, one a minute, in order of time; three in five of them change their severity."""
    waiting: list[tuple[datetime, int, int]] = []
    number = 0
    while True:
        opened = FIRST + timedelta(minutes=number)
        for step, (type, after) in enumerate(_STEPS):
            if type != "ticket.severity_changed" or number % 5 < 3:
                heappush(waiting, (opened + timedelta(minutes=after), number, step))
        while waiting[0][0] <= opened:
            at, of, step = heappop(waiting)
            yield _event(of, step, at, _STEPS[step][0])
        number += 1


def held() -> int:
    """The bytes that this process holds now; 0 where the system does not tell."""
    gc.collect()
    return int(_STATUS.read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") if _STATUS.exists() else 0


def _event(number: int, step: int, at: datetime, type: str) -> sla.Event:
    severity = {"ticket.opened": "SL2", "ticket.severity_changed": "SL3"}.get(type)
    data = {} if severity is None else {"severity": severity}
    return sla.Event(id=f"{number}-{step}", type=type, subject=f"T-{number}", time=at, data=data)


def _message(number: int, event: sla.Event) -> dict[str, object]:
    return {"id": number, "sid": event.subject, "type": event.type, "at": event.at}


def _observed(monitor: sla.Monitor, event: sla.Event) -> float:
    """Observe an event and acknowledge what follows; returns the seconds that the first took."""
    begun = perf_counter()
    alerts = monitor.observe(event)
    seconds = perf_counter() - begun
    if alerts:
        monitor.acknowledge(*(alert.number for alert in alerts))
    return seconds


def _timed(work: Callable[[], object]) -> float:
    begun = perf_counter()
    work()
    return perf_counter() - begun


def _speed(taken: list[float]) -> Result:
    """How many a second, and the seconds below which half, 99 %, 99.9 % and all of them took."""
    ordered = sorted(taken)
    shares = [ordered[min(int(len(ordered) * share), len(ordered) - 1)] for share in (0.5, 0.99, 0.999, 1)]
    return {"events": len(taken), "rate": len(taken) / sum(taken), "shares": shares}
