"""The monitor: events as they happen in, alerts out, and the same verdicts as ever at every instant."""

import json
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from threading import RLock
from typing import Any

import pendulum

from sla_rules.agreement import Agreement
from sla_rules.errors import InputError, SlaError, StoreError, quoted
from sla_rules.evaluators.live.judging import compiled, judge_known
from sla_rules.events import Event, Window
from sla_rules.instants import LAST, micros, moment, span_micros
from sla_rules.known import check_agreement, checked_windows
from sla_rules.monitoring import alerts
from sla_rules.monitoring.alerts import Alert
from sla_rules.monitoring.call import Call
from sla_rules.monitoring.kept import text_of
from sla_rules.monitoring.state import State
from sla_rules.monitoring.stores import MemoryStore, Store, restore, snapshot
from sla_rules.monitoring.units import SUBJECT, unit_of, units_of
from sla_rules.verdict import Verdict, Verdicts

FORMAT = 1
"""Of what a store holds; another one is refused."""


class Monitor:
    """Watches the obligations of an agreement while they run.

    The caller's clock is the only clock: what the monitor knows moves on with the events it is given and with
    `advance`. It may be used from several threads.
    """

    def __init__(
        self,
        agreement: Agreement,
        store: Store | None = None,
        *,
        windows: Iterable[Window] | None = None,
        retention: timedelta | None = None,
    ) -> None:
        """Begin to watch, or go on from what a store holds.

        Args:
            agreement: as `load` gives it.
            store: where the state lives: a `MemoryStore` (the default), or a `SqliteStore` that outlives the process.
            windows: time that does not count, besides what the events tell of; those of the store unless said.
            retention: how long a case is kept after it is closed; for good unless said. Events older than that are
                refused, and the counts of periods stay.

        Raises:
            SlaError: an argument is none; durable-rules is missing; the store is of another agreement or format.
        """
        check_agreement(agreement)
        self.agreement = agreement
        self.store: Store = MemoryStore() if store is None else store
        self.retention = None if retention is None else span_micros(retention)
        if self.retention is not None and self.retention <= 0:
            raise SlaError(f"retention must be longer than nothing, found {retention}")
        self._lock = RLock()
        self._stale = False
        if not all(hasattr(self.store, name) for name in ("read", "rows", "write")):
            raise SlaError(f"{quoted(store)} is no store; `MemoryStore()` and `SqliteStore(path)` make one")
        try:
            self._state = self._resume(windows)
        except (KeyError, TypeError, AttributeError, StopIteration, ValueError) as error:
            if isinstance(error, SlaError):
                raise
            raise StoreError(f"the store is damaged: {type(error).__name__} {error}") from error

    def observe(self, event: Event) -> list[Alert]:
        """Take an event in, and return the alerts that follow.

        The clock first moves on to the event's time where that is later than now; an earlier event is late, and what it
        touches is judged again.

        Raises:
            InputError: it is no event, its data cannot be kept, or it is older than the retention.
            StoreError: the store failed; nothing of the event was taken in.
        """
        if not isinstance(event, Event):
            raise InputError(f"{quoted(event)} is not an Event")
        with self._call() as call:
            call.observe(event)
        return call.alerts

    def advance(self, now: object) -> list[Alert]:
        """Move the clock on, and return the alerts that follow: warnings, breaches, periods that are over.

        At the due instant itself an obligation is still pending; it is breached a microsecond later.

        Args:
            now: ISO 8601 text or a `datetime`, with an offset or zone.

        Raises:
            InputError: it is no instant, or before that of the last call.
            StoreError: the store failed; the clock stands where it stood.
        """
        at = micros(now)
        with self._call() as call:
            if self._state.now is not None and at < self._state.now:
                raise InputError(f"the clock cannot go back from {moment(self._state.now)} to {moment(at)}")
            call.advance(at)
        return call.alerts

    @property
    def now(self) -> pendulum.DateTime | None:
        """The instant of knowledge, in UTC; None before the first event."""
        with self._lock:
            now = self._known().now
            return None if now is None else moment(now)

    def next_due(self) -> pendulum.DateTime | None:
        """Return the earliest due instant of what is pending, in UTC; what is paused has none."""
        with self._lock:
            due = self._known().dues.next
            return None if due is None else moment(due)

    def next_alert(self) -> pendulum.DateTime | None:
        """Return the earliest instant at which `advance` may have something to say: a warning, a breach, a period."""
        with self._lock:
            at = self._known().wakes.next
            return None if at is None or at > LAST else moment(at)

    def verdicts(self, subject: str | None = None) -> Verdicts:
        """Return the verdicts as of now, on all that is kept or on one subject: those that `judge` gives."""
        with self._lock:
            return self._of_all() if subject is None else self._of(subject)

    def due(self, subject: str) -> list[Verdict]:
        """Return what is pending of a subject, the most urgent first; `margin` is the counted time left."""
        pending = [verdict for verdict in self.verdicts(subject) if verdict.outcome == "pending"]
        return sorted(pending, key=lambda verdict: (verdict.due_at is None, verdict.due_at or 0, verdict.policy))

    def outbox(self) -> list[Alert]:
        """Return the alerts that nobody has acknowledged yet, in the order of their numbers."""
        with self._lock:
            return [alerts.read(text) for _, text in self.store.rows("alerts")]

    def acknowledge(self, *numbers: int) -> None:
        """Take alerts out of the outbox; one that is not there any more is fine.

        Raises:
            InputError: no alert ever had that number.
            StoreError: the store failed; all of them are still there.
        """
        with self._call() as call:
            for number in numbers:
                if type(number) is not int or not 0 < number <= self._state.number:
                    raise InputError(f"no alert has the number {quoted(number)}; the last is {self._state.number}")
            call.begun = True
            for number in numbers:
                self._state.changes.delete("alerts", alerts.key_of(number))

    def snapshot(self) -> str:
        """Return all that is kept as JSON text, to `restore` elsewhere."""
        with self._lock:
            return snapshot(self.store)

    @classmethod
    def restore(
        cls,
        agreement: Agreement,
        text: str,
        store: Store | None = None,
        *,
        windows: Iterable[Window] | None = None,
        retention: timedelta | None = None,
    ) -> "Monitor":
        """Return a monitor that goes on from a snapshot, in an empty store.

        Raises:
            StoreError: the text is no snapshot, or of another agreement; the store is not empty.
        """
        into: Store = MemoryStore() if store is None else store
        # Tried where it does no harm first: a snapshot of another agreement must not fill the store.
        tried = MemoryStore()
        restore(text, tried)
        cls(agreement, tried, windows=windows, retention=retention)
        restore(text, into)
        return cls(agreement, into, windows=windows, retention=retention)

    @contextmanager
    def _call(self) -> Iterator[Call]:
        """Make one change of the state: all of it is written, or nothing is."""
        with self._lock:
            call = Call(self._known(), self.retention)
            try:
                yield call
                self._state.commit()
            except BaseException:
                self._stale = call.begun
                raise

    def _known(self) -> State:
        """Return the state, read again from the store where a call failed in the middle."""
        if self._stale:
            self._state.load()
            self._stale = False
        return self._state

    def _resume(self, windows: Iterable[Window] | None) -> State:
        """Return the state that the store holds, judged again where other windows are passed in."""
        said = self.store.read("meta", "monitor")
        if said is None and next(iter(self.store.rows("units")), None) is not None:
            raise StoreError("the store is damaged: it has cases and does not say of which agreement")
        held = [] if said is None else self._held(json.loads(said))
        passed = held if windows is None else checked_windows(windows, self.agreement)
        state = State(self.agreement, compiled(self.agreement), self.store, passed)
        # How long cases are kept is for those closed before as well.
        if said is None or passed != held or json.loads(said)["retention"] != self.retention:
            kept_windows = [[each.kind, each.start_at, each.end_at, each.scope, each.id] for each in passed]
            about = {"format": FORMAT, "agreement": self.agreement.id, "hash": self.agreement.hash}
            said_now = {**about, "windows": kept_windows, "retention": self.retention}
            state.changes.put("meta", "monitor", text_of(said_now))
            Call(state, self.retention).judge_all()
            state.commit()
        return state

    def _held(self, said: dict[str, Any]) -> list[Window]:
        """Return the windows that were passed in before. Raises `StoreError` for a store that is not this monitor's."""
        if said["format"] != FORMAT:
            raise StoreError(f"the store is of format {said['format']}, this version of sla_rules reads {FORMAT}")
        if said["hash"] != self.agreement.hash:
            raise StoreError(
                f"the store is of agreement {quoted(said['agreement'])} {said['hash'][:12]}, not of "
                f"{quoted(self.agreement.id)} {self.agreement.hash[:12]}; begin with an empty one"
            )
        return [Window.between(kind, start, end, scope, id) for kind, start, end, scope, id in said["windows"]]

    def _of_all(self) -> Verdicts:
        state = self._known()
        as_of = None if state.now is None else moment(state.now)
        return judge_known(
            state.versions, self.agreement, state.events(), as_of, state.passed, state.counts(), state.gone()
        )

    def _of(self, subject: str) -> Verdicts:
        """Return the verdicts on one subject, and the findings about it."""
        state = self._known()
        home = state.unit(unit_of(SUBJECT, (subject,)))
        found = Verdicts(self.agreement, state.now)
        order = {id: number for number, id in enumerate(self.agreement.policies)}
        names = dict.fromkeys(name for event in home.events for name in units_of(event, self.agreement.versions))
        for name in names:
            unit = state.unit(name)
            worlds = state.worlds(unit)
            found += [each for each in state.judged(name, unit, worlds) if each.subject == subject]
            for world in worlds:
                world.settle()
                found.findings += [
                    each for each in world.findings if each.subject == subject and each not in found.findings
                ]
        found.sort(key=lambda each: (order[each.policy], each.version or "", each.start_at or 0, each.key))
        found.given = dict(Counter(event.type for event in home.events))
        return found
