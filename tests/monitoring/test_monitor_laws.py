"""After any calls at all a monitor says what `judge` says of the same events at the same instant."""

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

import sla_rules as sla
from sla_rules.instants import DAY, HOUR, LAST, micros, moment
from sla_rules.testing.strategies import agreements, histories
from tests.columnar.conftest import two_versions
from tests.columnar.ties import BEGIN, TIES, tied_histories
from tests.comparing import remade
from tests.monitoring.tools import hold_against_judge

INTERCALL = sla.load("intercall")
FREEZE = sla.Window(kind="freeze", start=moment(BEGIN), end=moment(BEGIN + 1_000_000))
PICK = st.integers(0, 10**6)


class Watching(RuleBasedStateMachine):
    """A monitor to which anything happens; `begin` says on which agreement, and which events there are."""

    def __init__(self) -> None:
        super().__init__()
        self.folder: TemporaryDirectory[str] | None = None
        self.files = 0
        self.seen: list[sla.Event] = []
        self.alerts: list[sla.Alert] = []
        self.acknowledged: set[int] = set()

    def watch(self, agreement: sla.Agreement, events: list[sla.Event], windows: list[sla.Window]) -> None:
        self.windows = windows
        self.ahead = sorted(events, key=lambda each: each.at)
        self.monitor = sla.Monitor(agreement, windows=windows)

    def observe(self, event: sla.Event) -> None:
        self.alerts += self.monitor.observe(event)
        self.seen.append(event)

    @precondition(lambda self: self.ahead)
    @rule()
    def in_time(self) -> None:
        self.observe(self.ahead.pop(0))

    @precondition(lambda self: self.ahead)
    @rule(pick=PICK)
    def out_of_order(self, pick: int) -> None:
        self.observe(self.ahead.pop(pick % len(self.ahead)))

    @precondition(lambda self: self.seen)
    @rule(pick=PICK)
    def again(self, pick: int) -> None:
        self.observe(remade(self.seen[pick % len(self.seen)]))

    @precondition(lambda self: self.seen)
    @rule(pick=PICK, other=PICK)
    def same_id_for_something_else(self, pick: int, other: int) -> None:
        event = self.seen[other % len(self.seen)]
        self.observe(remade(self.seen[pick % len(self.seen)], id=event.id))

    @precondition(lambda self: self.monitor.now is not None)
    @rule(span=st.sampled_from([0, 1, HOUR, DAY, 40 * DAY]))
    def advance(self, span: int) -> None:
        self.alerts += self.monitor.advance(moment(min(micros(self.monitor.now) + span, LAST)))

    @precondition(lambda self: self.monitor.next_alert() is not None)
    @rule(after=st.sampled_from([-1, 0, 1]))
    def advance_to_the_next_alert(self, after: int) -> None:
        at = micros(self.monitor.next_alert()) + after
        self.alerts += self.monitor.advance(moment(max(micros(self.monitor.now), min(at, LAST))))

    @rule(to_a_file=st.booleans())
    def move(self, to_a_file: bool) -> None:
        store = self.a_file() if to_a_file else sla.MemoryStore()
        text = self.monitor.snapshot()
        self.monitor.store.close()
        self.monitor = sla.Monitor.restore(self.monitor.agreement, text, store, windows=self.windows)
        assert self.monitor.snapshot() == text

    @precondition(lambda self: isinstance(self.monitor.store, sla.SqliteStore))
    @rule()
    def restart(self) -> None:
        self.monitor.store.close()
        self.monitor = sla.Monitor(self.monitor.agreement, sla.SqliteStore(self.file()), windows=self.windows)

    @precondition(lambda self: self.alerts)
    @rule(pick=PICK)
    def acknowledge(self, pick: int) -> None:
        number = pick % len(self.alerts) + 1
        self.monitor.acknowledge(number)
        self.acknowledged.add(number)

    @invariant()
    def as_judge_says(self) -> None:
        if self.seen:
            hold_against_judge(self.monitor, self.seen, self.windows, self.alerts)
            assert self.monitor.outbox() == [each for each in self.alerts if each.number not in self.acknowledged]

    def a_file(self) -> sla.SqliteStore:
        self.folder = self.folder or TemporaryDirectory()
        self.files += 1
        return sla.SqliteStore(self.file())

    def file(self) -> Path:
        assert self.folder is not None
        return Path(self.folder.name) / f"{self.files}.db"

    def teardown(self) -> None:
        self.monitor.store.close()
        if self.folder is not None:
            self.folder.cleanup()


class OnIntercall(Watching):
    @initialize(history=histories(INTERCALL))
    def begin(self, history: Any) -> None:
        self.watch(INTERCALL, list(history.events), list(history.windows))


class OnAnyAgreement(Watching):
    @initialize(data=st.data(), said=agreements())
    def begin(self, data: Any, said: dict[str, Any]) -> None:
        agreement = sla.load(said)
        history = data.draw(histories(agreement))
        self.watch(agreement, list(history.events), list(history.windows))


class OnTies(Watching):
    agreement = TIES

    @initialize(events=tied_histories(), windows=st.sampled_from([[], [FREEZE]]))
    def begin(self, events: list[sla.Event], windows: list[sla.Window]) -> None:
        self.watch(self.agreement, events, windows)


def hold(machine: type[RuleBasedStateMachine], examples: int) -> None:
    run_state_machine_as_test(  # type: ignore[no-untyped-call]
        machine,
        settings=settings(
            max_examples=examples, stateful_step_count=12, suppress_health_check=list(HealthCheck), deadline=None
        ),
    )


def test_the_intercall_agreement() -> None:
    hold(OnIntercall, 12)


def test_any_agreement() -> None:
    hold(OnAnyAgreement, 10)


def test_many_events_at_one_instant() -> None:
    hold(OnTies, 30)


def test_amended_agreements(amended: sla.Agreement) -> None:
    hold(type("OnAmended", (OnTies,), {"agreement": amended}), 25)


amended = two_versions
