"""What the live evaluator knows while it judges: the events of some cases, and what concerns more than one."""

from collections.abc import Sequence
from typing import Any, Protocol

from sla_rules.agreement import Agreement
from sla_rules.evaluators.live.booking import Booking, Key
from sla_rules.evaluators.live.cases import Case
from sla_rules.events import Event, Window, finding
from sla_rules.known import Known, Reading, concerns, windows_of_no_service
from sla_rules.language.base import written
from sla_rules.language.exemptions import Backlog
from sla_rules.language.policies import Deadline, NoOverlap

Match = tuple[str, ...]


class Shared(Protocol):
    """What concerns more than one case: looked up, never told to the rules as a whole."""

    def windows(self, kind: str) -> list[Window]:
        """Return all windows of a kind."""

    def publications(self, policy: Deadline) -> list[Event]:
        """Return the publications that a deferral of a policy may wait for, in order."""

    def backlog(self, backlog: Backlog, owner: object) -> tuple[bool, int | None]:
        """Return whether an owner's members ever exceeded the number, and when all were done."""

    def neighbours(self, policy: NoOverlap, booking: Booking) -> list[Booking]:
        """Return the bookings of other cases that share time on the same resource, those made first first."""


class World:
    """The events of some cases as one version of an agreement reads them, and what was found remarkable."""

    shared: Shared

    def __init__(
        self, agreement: Agreement, known: Known, passed: Sequence[Window], versions: Sequence[Agreement]
    ) -> None:
        """Take what is known, the windows passed in with it, and all versions of the agreement, this one among them."""
        self.agreement = agreement
        self.versions = versions
        self.passed = passed
        self.as_of = known.as_of
        self.now = known.as_of or 0
        reading = Reading(known, agreement, versions)
        self.events = reading.events
        self.left_out = reading.left_out
        self.findings = reading.findings
        self.stray: dict[tuple[int, str], tuple[Event, str]] = {}
        self.stopping: set[int] = set()
        self._caseless: dict[Match, list[Event]] = {}
        self._remarked: set[tuple[str, int, str]] = set()
        self._cases: dict[Match, dict[Key, Case]] = {}
        self._noted: set[str] = set()

    def remark(self, kind: str, message: str, event: Event, policy: str | None = None) -> None:
        """Keep a finding about an event, once, unless it happened while another version was in force."""
        said = (kind, id(event), message)
        if said not in self._remarked and self.concerns(event.at):
            self._remarked.add(said)
            self.findings.append(finding(kind, message, event, policy))

    def note_passed(self, kind: str) -> None:
        """Note, once, the windows of a kind that were passed in for a service that no policy names."""
        if kind not in self._noted:
            self._noted.add(kind)
            self.findings += windows_of_no_service(kind, self.passed, self.agreement, self.versions)

    def concerns(self, at: int) -> bool:
        """Say whether an instant is one of this version, or of none."""
        return concerns(self.agreement, self.versions, at)

    def settle(self) -> None:
        """Keep the findings about stops before which nothing started, unless they stopped what another policy began."""
        for event, message in self.stray.values():
            if id(event) not in self.stopping:
                self.remark("stop_without_start", message, event)

    def cases(self, match: Match) -> dict[Key, Case]:
        """Return the cases of a match by their keys, in the order of their first event."""
        if match not in self._cases:
            self._cases[match] = {key: Case(key, events, self) for key, events in self._by_key(match).items()}
        return self._cases[match]

    def forget_cases(self) -> None:
        """Let the cases go, which know this world: only the garbage collector would find them otherwise."""
        self._cases.clear()

    def without_case(self, match: Match) -> list[Event]:
        """Return the events that belong to no case of a match, because they lack a field of it."""
        self.cases(match)
        return self._caseless[match]

    def last_known(self, name: str) -> dict[str, Any]:
        """Return the value of a field as of now, by subject; subjects that have none are left out."""
        values = {key[0]: case.attributes(self.now).get(name) for key, case in self.cases(("subject",)).items()}
        return {subject: value for subject, value in values.items() if value is not None}

    def _by_key(self, match: Match) -> dict[Key, list[Event]]:
        """Sort events by key. One that lacks a field of it belongs to every case of its subject, if that is in it."""
        keys = [key_of(event, match) for event in self.events]
        of_subject: dict[str, dict[Key, None]] = {}
        found: dict[Key, list[Event]] = {}
        for event, key in zip(self.events, keys, strict=True):
            if key is not None:
                found[key] = []
                of_subject.setdefault(event.subject, {})[key] = None
        self._caseless[match] = []
        for event, key in zip(self.events, keys, strict=True):
            among = [key] if key is not None else of_subject.get(event.subject, {}) if "subject" in match else ()
            for each in among:
                found[each].append(event)
            if not among:
                self._caseless[match].append(event)
        return found


def key_of(event: Event, match: Match) -> Key | None:
    """Return the key of an event; None where it lacks a field of the match."""
    values = [event.subject if name == "subject" else event.data.get(name) for name in match]
    return None if None in values else tuple(str(written(value)) for value in values)
