"""What a monitor refuses, in words, and that nothing is taken in then."""

import math
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from enum import Enum
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

import sla_rules as sla
from sla_rules.errors import InputError, SlaError, StoreError
from sla_rules.instants import HOUR, LAST, moment
from sla_rules.monitoring.stores import Changes
from tests.conftest import agreement
from tests.monitoring.tools import event, findings, folded, hold_against_judge, on, rows, said, tickets

HOURLY = tickets()


class Failing(sla.MemoryStore):
    """A store that cannot be written while `fails` is set."""

    fails = False

    def write(self, changes: Changes) -> None:
        if self.fails:
            raise StoreError("the disk is full")
        super().write(changes)


class Level(str, Enum):  # noqa: UP042 - the text of a member of a `StrEnum` is its value
    HIGH = "P1"


def refused(call: Callable[..., object], *arguments: Any, kind: type[Exception] = InputError, **named: Any) -> str:
    with pytest.raises(kind) as caught:
        call(*arguments, **named)
    assert isinstance(caught.value, SlaError)
    return str(caught.value)


@pytest.mark.parametrize("thing", [None, "opened", 1, {"type": "opened"}, [event("opened", "10:00")], sla.Event])
def test_only_events_are_observed(thing: Any) -> None:
    monitor = sla.Monitor(HOURLY)
    assert "is not an Event" in refused(monitor.observe, thing)
    assert monitor.now is None


@pytest.mark.parametrize("thing", [None, "", "yesterday", "2026-03-02", "2026-03-02T10:00:00", 5, math.nan])
def test_only_instants_move_the_clock(thing: Any) -> None:
    monitor = sla.Monitor(HOURLY)
    monitor.observe(event("opened", "10:00"))
    before = monitor.snapshot()
    refused(monitor.advance, thing)
    assert monitor.snapshot() == before


def test_the_clock_does_not_go_back_by_a_microsecond() -> None:
    monitor = sla.Monitor(HOURLY)
    monitor.observe(event("opened", "10:00"))
    monitor.advance(on("10:30"))
    assert monitor.advance(on("10:30")) == []
    message = refused(monitor.advance, on("10:29:59.999999"))
    assert message == "the clock cannot go back from 2026-03-02 10:30:00+00:00 to 2026-03-02 10:29:59.999999+00:00"
    assert monitor.now == moment(event("x", "10:30").at)


@pytest.mark.parametrize("retention", [timedelta(0), timedelta(microseconds=-1), timedelta(days=-3)])
def test_a_retention_is_longer_than_nothing(retention: timedelta) -> None:
    assert "longer than nothing" in refused(sla.Monitor, HOURLY, retention=retention, kind=SlaError)


@pytest.mark.parametrize("retention", ["1 h", 3600, 1.5])
def test_a_retention_is_a_timedelta(retention: Any) -> None:
    refused(sla.Monitor, HOURLY, retention=retention, kind=SlaError)


@pytest.mark.parametrize("thing", [None, "intercall", {}, sla.Monitor])
def test_an_agreement_is_loaded_first(thing: Any) -> None:
    refused(sla.Monitor, thing, kind=SlaError)


def test_events_older_than_what_is_kept_are_refused() -> None:
    monitor = sla.Monitor(HOURLY, retention=timedelta(days=1))
    monitor.observe(event("opened", "2026-03-03T10:00:00Z"))
    monitor.observe(event("opened", "10:00", subject="at the edge"))
    before = monitor.snapshot()
    message = refused(monitor.observe, event("opened", "09:59:59.999999", "late"))
    assert message == "event `late` at 2026-03-02T09:59:59.999999+00:00 is older than the 24 h that this monitor keeps"
    assert monitor.snapshot() == before


@pytest.mark.parametrize("number", [0, -1, 2, "1", None, 1.0])
def test_a_number_that_no_alert_had_cannot_be_acknowledged(number: Any) -> None:
    monitor = sla.Monitor(HOURLY)
    monitor.observe(event("opened", "10:00"))
    assert "the last is 1" in refused(monitor.acknowledge, 1, number)
    assert [each.number for each in monitor.outbox()] == [1]
    monitor.acknowledge(1)
    monitor.acknowledge(1)
    assert monitor.outbox() == []


CYCLE: list[Any] = []
CYCLE.append(CYCLE)


@pytest.mark.parametrize(
    "value",
    [object(), {1, 2}, b"a", time(1), timedelta(1), CYCLE, {("a", "b"): 1}, {"a": [{"b": {1}}]}, 10**5_000, sla.Event],
    ids=lambda value: type(value).__name__,
)
def test_data_that_cannot_be_kept_is_refused_and_nothing_of_it_stays(value: Any) -> None:
    monitor = sla.Monitor(HOURLY)
    monitor.observe(event("opened", "10:00", "one"))
    before = monitor.snapshot()
    assert refused(monitor.observe, event("changed", "10:30", "two", thing=value)).startswith(
        "event `two`: its data cannot be kept: "
    )
    assert monitor.snapshot() == before
    assert said(monitor.observe(event("closed", "10:45", "two"))) == ["met 10:45:00"]


def test_the_names_of_fields_are_text() -> None:
    wrong = sla.Event(type="changed", subject="S", time=on("10:00"), data={1: 2, "1": 3})  # type: ignore[dict-item]
    assert "the name of a field must be text, found `1`" in refused(sla.Monitor(HOURLY).observe, wrong)


@pytest.mark.parametrize(
    "value",
    [
        Level.HIGH,
        True,
        1,
        1.5,
        None,
        "",
        Decimal("1.10"),
        date(2026, 3, 2),
        datetime(2026, 3, 2, 1, tzinfo=UTC),
        datetime(2026, 10, 24, 2, 30, tzinfo=ZoneInfo("Europe/Paris")),
        {"$instant": "no instant"},
        {"$of": []},
        {None: 1, 1: 2, "1": 3, 2.5: [4], False: 5},
        [{"a": [{}, []]}],
        10**4_000,
    ],
    ids=lambda value: f"{value!r:.20}" if not isinstance(value, int) else type(value).__name__,
)
def test_data_comes_back_as_it_was(value: Any) -> None:
    monitor = sla.Monitor(HOURLY)
    monitor.observe(event("opened", "10:00", thing=value))
    again = sla.Monitor.restore(monitor.agreement, monitor.snapshot())
    (found,) = again._state.events()
    assert found.data == {"thing": value}
    assert type(found.data["thing"]) in (type(value), str)


def test_a_member_of_an_enum_is_its_value() -> None:
    monitor = sla.Monitor(tickets({"limit": {"by": "level", "table": {"P1": "1 h"}}}))
    monitor.observe(event("opened", "10:00", level=Level.HIGH))
    assert monitor.next_due() == moment(event("x", "11:00").at)


def test_a_number_that_is_none_hinders_no_later_event_of_its_id() -> None:
    by_customer = agreement(
        {"start": "opened", "stop": "closed", "limit": "1 h", "match": ["customer"]},
        events={"opened": {"customer": {"kind": "text"}, "n": {"kind": "decimal"}}, "closed": {}},
    )
    monitor = sla.Monitor(by_customer)
    seen = [
        event("opened", "10:00", "one", customer="acme", n=math.nan),
        event("opened", "09:00", "one", customer="acme"),
    ]
    for each in seen:
        monitor.observe(each)
    assert rows(monitor.verdicts()) == rows(sla.judge(by_customer, seen, as_of=monitor.now))


@pytest.mark.parametrize("at", [LAST - HOUR, LAST - 1, LAST])
def test_at_the_end_of_time(at: int) -> None:
    monitor = sla.Monitor(HOURLY)
    alerts = monitor.observe(event("opened", moment(at).isoformat()))
    assert monitor.next_alert() is None
    alerts += monitor.advance(moment(LAST))
    hold_against_judge(monitor, monitor._state.events(), [], alerts)


@pytest.mark.parametrize("subject", ["\ud800", "🔥", "x" * 10_000, '"', '["', "\0", " ", "a\nb", "null"])
def test_any_text_may_be_a_subject_and_an_id(subject: str, tmp_path: Path) -> None:
    with sla.SqliteStore(tmp_path / "kept.db") as store:
        monitor = sla.Monitor(HOURLY, store)
        seen = [
            event(type, time, f"{subject}{type}", subject) for type, time in (("opened", "10:00"), ("closed", "10:30"))
        ]
        alerts = monitor.observe(seen[0]) + monitor.observe(seen[1])
        seen.append(seen[0])
        alerts += monitor.observe(seen[0])
        hold_against_judge(monitor, seen, [], alerts)
        assert [each.subject for each in monitor.outbox()] == [subject] * 2
        again = sla.Monitor.restore(HOURLY, monitor.snapshot())
        assert rows(again.verdicts(subject)) == rows(monitor.verdicts(subject))


def test_the_store_of_another_agreement_is_refused() -> None:
    monitor = sla.Monitor(HOURLY)
    monitor.observe(event("opened", "10:00"))
    other = tickets({"limit": "2 h"})
    message = refused(sla.Monitor, other, monitor.store, kind=StoreError)
    assert message.startswith("the store is of agreement `test` ")
    assert message.endswith("begin with an empty one")
    assert "not of" in refused(sla.Monitor.restore, other, monitor.snapshot(), kind=StoreError)
    assert len(sla.Monitor(HOURLY, monitor.store).verdicts()) == 1


def test_a_store_of_another_format_is_refused() -> None:
    store = sla.MemoryStore()
    sla.Monitor(HOURLY, store)
    changes = Changes()
    changes.put("meta", "monitor", str(store.read("meta", "monitor")).replace('"format":1', '"format":2'))
    store.write(changes)
    message = refused(sla.Monitor, HOURLY, store, kind=StoreError)
    assert message == "the store is of format 2, this version of sla_rules reads 1"


def test_a_snapshot_goes_into_an_empty_store_only() -> None:
    monitor = sla.Monitor(HOURLY)
    assert "already" in refused(sla.Monitor.restore, HOURLY, monitor.snapshot(), monitor.store, kind=StoreError)
    for text in ("", "{}", monitor.snapshot()[:-2], None):
        refused(sla.Monitor.restore, HOURLY, text, kind=StoreError)


def test_a_store_that_fails_leaves_everything_as_it_was() -> None:
    store = Failing()
    monitor = sla.Monitor(tickets({"warn_at": ["50 %"]}), store)
    monitor.observe(event("opened", "10:00", "one"))
    before = monitor.snapshot(), monitor.now, monitor.next_due(), monitor.next_alert(), rows(monitor.verdicts())
    store.fails = True
    calls: list[tuple[Callable[..., object], Any]] = [
        (monitor.observe, event("opened", "12:00", "two", "other")),
        (monitor.observe, event("closed", "10:20", "two")),
        (monitor.observe, event("opened", "09:00", "one")),
        (monitor.advance, on("12:00")),
        (monitor.acknowledge, 1),
    ]
    for call, argument in calls:
        assert refused(call, argument, kind=StoreError) == "the disk is full"
        assert before == (
            monitor.snapshot(),
            monitor.now,
            monitor.next_due(),
            monitor.next_alert(),
            rows(monitor.verdicts()),
        )
    store.fails = False
    assert said(monitor.advance(on("10:30"))) == ["warning 50 % 10:30:00"]
    assert said(monitor.observe(event("closed", "10:40", "two"))) == ["met 10:40:00"]
    assert [each.number for each in monitor.outbox()] == list(range(1, len(monitor.outbox()) + 1))


def test_a_store_that_fails_at_first_makes_no_monitor() -> None:
    store = Failing()
    store.fails = True
    refused(sla.Monitor, HOURLY, store, kind=StoreError)
    store.fails = False
    assert sla.Monitor(HOURLY, store).now is None


def test_a_file_in_use_or_corrupt(tmp_path: Path) -> None:
    path = tmp_path / "kept.db"
    with sla.SqliteStore(path) as store:
        sla.Monitor(HOURLY, store).observe(event("opened", "10:00"))
        assert "is in use" in refused(sla.SqliteStore, path, kind=StoreError)
    path.write_bytes(b"\0" * 4096 + path.read_bytes()[4096:])
    refused(sla.SqliteStore, path, kind=StoreError)


def test_a_closed_store_is_said(tmp_path: Path) -> None:
    store = sla.SqliteStore(tmp_path / "kept.db")
    monitor = sla.Monitor(HOURLY, store)
    store.close()
    assert "the store is closed" in refused(monitor.observe, event("opened", "10:00"), kind=StoreError)


EXCLUDING = tickets({"exclude": ["freeze"]}, windows={"freeze": {}})


def freeze(start: str, end: str) -> sla.Window:
    return sla.Window(kind="freeze", start=on(start), end=on(end))


def test_other_windows_judge_everything_again() -> None:
    store = sla.MemoryStore()
    monitor = sla.Monitor(EXCLUDING, store)
    seen = [
        event("opened", "10:00", "1"),
        event("opened", "10:00", "2", "T"),
        event("closed", "11:00:00.000001", "3", "T"),
    ]
    for each in seen:
        monitor.observe(each)
    assert (
        said(folded(monitor.outbox()).values())
        == ["started 10:00:00", "started 10:00:00"] + ["breached 11:00:00.000001"] * 2
    )
    windows = [freeze("10:30", "10:40")]
    monitor = sla.Monitor(EXCLUDING, store, windows=windows)
    hold_against_judge(monitor, seen, windows, monitor.outbox())
    assert monitor.next_due() == moment(event("x", "11:10").at)
    before = monitor.snapshot()
    for again in (sla.Monitor(EXCLUDING, store), sla.Monitor(EXCLUDING, store, windows=windows)):
        assert again.snapshot() == before
        hold_against_judge(again, seen, windows, again.outbox())
    none_now = sla.Monitor(EXCLUDING, store, windows=[])
    hold_against_judge(none_now, seen, [], none_now.outbox())
    assert findings(none_now.verdicts()) == []


def test_a_window_of_an_unknown_kind_is_refused() -> None:
    refused(sla.Monitor, HOURLY, windows=[freeze("10:00", "11:00")], kind=SlaError)
    refused(sla.Monitor, HOURLY, windows=["freeze"], kind=SlaError)


WITHOUT_THE_ENGINE = """
import sys
sys.modules["durable"] = None
import sla_rules as sla
said = {"agreement": "a", "clauses": [{"id": "c"}], "events": {"opened": {}, "closed": {}},
        "policies": [
            {"id": "p", "clause": "c", "kind": "deadline", "start": "opened", "stop": "closed", "limit": "1 h"}
        ]}
agreement = sla.load(said)
print(len(sla.judge(agreement, [sla.Event(type="opened", subject="S", time="2026-03-02T10:00:00Z")])))
try:
    sla.Monitor(agreement)
except sla.SlaError as error:
    print(error)
"""


def test_without_the_rule_engine_the_monitor_says_what_to_install_and_judge_works() -> None:
    done = subprocess.run([sys.executable, "-c", WITHOUT_THE_ENGINE], capture_output=True, text=True, check=True)
    verdicts, message = done.stdout.splitlines()
    assert verdicts == "1"
    assert "sla-rules[live]" in message
