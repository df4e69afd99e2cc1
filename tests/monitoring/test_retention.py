"""What is closed leaves after the time that it is kept; nothing that still counts for anything does."""

from datetime import timedelta
from typing import Any

import pytest

import sla_rules as sla
from sla_rules.instants import MINUTE, moment
from sla_rules.monitoring.stores import TABLES
from tests.conftest import agreement
from tests.monitoring.tools import event, on, rows, said, tickets

DAILY = {"objective": {"at_least": "90 %", "per": "day"}}
HOUR = timedelta(hours=1)


def count(monitor: sla.Monitor) -> dict[str, int]:
    """The number of rows in each table of a monitor's store."""
    return {table: len(list(monitor.store.rows(table))) for table in TABLES}


def periods(verdicts: Any) -> list[tuple[str, ...]]:
    return rows(each for each in verdicts if each.tally is not None)


def test_a_closed_case_leaves_after_the_retention_and_counts_on() -> None:
    monitor = sla.Monitor(tickets(DAILY), retention=HOUR)
    seen = [event("opened", "10:00", "1"), event("closed", "10:30", "2"), event("closed", "10:30", "2")]
    for each in seen:
        monitor.observe(each)
    monitor.advance(on("11:30"))
    assert (count(monitor)["units"], count(monitor)["ids"], count(monitor)["aside"]) == (1, 2, 1)
    assert monitor.advance(on("11:30:00.000001")) == []
    assert (count(monitor)["units"], count(monitor)["ids"], count(monitor)["aside"]) == (0, 0, 0)
    assert [each.kind for each in monitor.outbox()] == ["started", "met"]
    assert (list(monitor.verdicts("S")), monitor.due("S")) == ([], [])
    monitor.advance(on("2026-03-04T00:00:00Z"))
    assert periods(monitor.verdicts()) == periods(sla.judge(monitor.agreement, seen, as_of=monitor.now))
    assert said(monitor.outbox())[2:] == ["met 00:00:00"]


def test_a_case_that_is_open_or_breached_and_open_stays() -> None:
    monitor = sla.Monitor(tickets(), retention=HOUR)
    monitor.observe(event("opened", "10:00"))
    monitor.advance(on("2027-01-01T00:00:00Z"))
    assert monitor.verdicts("S")[0].outcome == "breached"
    monitor.observe(event("closed", "2027-01-01T00:30:00Z"))
    assert len(monitor.verdicts()) == 1
    monitor.advance(on("2027-01-01T01:30:00.000001Z"))
    assert len(monitor.verdicts()) == 0


def test_services_and_windows_stay() -> None:
    terms = {"kind": "availability", "service": "S", "down": "down", "up": "up", "at_least": "99 %"}
    monitor = sla.Monitor(agreement(terms, events={"down": {}, "up": {}}), retention=HOUR)
    seen = [event("down", "10:00", "1"), event("up", "11:00", "2")]
    for each in seen:
        monitor.observe(each)
    monitor.advance(on("2026-05-02T00:00:00Z"))
    assert rows(monitor.verdicts()) == rows(sla.judge(monitor.agreement, seen, as_of=monitor.now))


ROOMS = agreement(
    {
        "kind": "no_overlap",
        "booked": "booked",
        "resource": "room",
        "from": "begin",
        "to": "end",
        "released": "released",
        **DAILY,
    },
    events={
        "booked": {"room": {"kind": "text"}, "begin": {"kind": "instant"}, "end": {"kind": "instant"}},
        "released": {},
    },
)


def booked(subject: str, time: str, begin: str, end: str) -> sla.Event:
    return event("booked", time, subject, subject, room="A", begin=on(begin), end=on(end))


def test_a_booking_that_lies_ahead_stays_until_it_is_over() -> None:
    monitor = sla.Monitor(ROOMS, retention=HOUR)
    monitor.observe(booked("first", "08:00", "15:00", "16:00"))
    monitor.advance(on("14:00"))
    assert [each.kind for each in monitor.observe(booked("second", "14:00", "15:30", "17:00"))] == ["breached"]
    monitor.advance(on("18:00:00.000001"))
    assert count(monitor)["units"] == 0


def test_what_overlaps_stays_together() -> None:
    monitor = sla.Monitor(ROOMS, retention=HOUR)
    seen = [
        booked("a", "08:00", "10:00", "11:00"),
        booked("b", "08:00:01", "10:30", "14:00"),
        booked("c", "08:00:02", "13:00", "15:00"),
    ]
    for each in seen:
        monitor.observe(each)
    for time in ("12:30", "14:30", "15:30"):
        monitor.advance(on(time))
        assert rows(monitor.verdicts()) == rows(sla.judge(ROOMS, seen, as_of=monitor.now))
    monitor.advance(on("16:00:00.000001"))
    assert count(monitor)["units"] == 0
    assert periods(monitor.verdicts()) == periods(sla.judge(ROOMS, seen, as_of=monitor.now))


def test_a_retention_that_comes_with_a_restart_is_for_what_is_closed_already() -> None:
    store = sla.MemoryStore()
    monitor = sla.Monitor(tickets(), store)
    monitor.observe(event("opened", "10:00", "1"))
    monitor.observe(event("closed", "10:30", "2"))
    monitor = sla.Monitor(tickets(), store, retention=HOUR)
    monitor.advance(on("11:30:00.000001"))
    assert count(monitor)["units"] == 0


@pytest.mark.parametrize("longer", [None, timedelta(days=9)])
def test_what_was_let_go_does_not_come_back_with_a_longer_retention(longer: timedelta | None) -> None:
    store = sla.MemoryStore()
    monitor = sla.Monitor(tickets(), store, retention=HOUR)
    monitor.observe(event("opened", "10:00", "1"))
    monitor.observe(event("closed", "10:30", "2"))
    monitor.advance(on("12:00"))
    monitor = sla.Monitor(tickets(), store, retention=longer)
    with pytest.raises(
        sla.InputError, match=r"event `2` .* may be of a case that was let go: .* to 2026-03-02T10:30:00"
    ):
        monitor.observe(event("closed", "10:30", "2"))
    assert monitor.observe(event("opened", "10:30:00.000001", "3", "other"))[0].kind == "started"


@pytest.mark.parametrize("many", [50, 400])
def test_a_store_does_not_grow_with_what_is_closed(many: int) -> None:
    monitor = sla.Monitor(tickets(DAILY), retention=HOUR)
    start = event("x", "00:00").at
    for number in range(many):
        subject = f"{number:05}"
        for type, at in (("opened", start), ("closed", start + MINUTE)):
            alerts = monitor.observe(
                event(type, moment(at + number * 5 * MINUTE).isoformat(), f"{subject}{type}", subject)
            )
            monitor.acknowledge(*(each.number for each in alerts))
    rows_now = count(monitor)
    assert rows_now["units"] <= 13
    assert rows_now["ids"] <= 26
    assert rows_now["alerts"] + rows_now["aside"] == 0
    assert sum(each.tally.met for each in monitor.verdicts() if each.tally is not None) == many
