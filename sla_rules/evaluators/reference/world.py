"""What the reference evaluator knows before it judges: all events as of an instant, and what one found out for all."""

from collections.abc import Callable, Sequence
from typing import Any, TypeVar, cast

from sla_rules.agreement import Agreement
from sla_rules.evaluators.reference.cases import Case, Selectors
from sla_rules.events import Event, Window, finding
from sla_rules.known import Known, Reading, concerns
from sla_rules.language.base import written

T = TypeVar("T")


class World:
    """All that is known at an instant: the events read, in order, and what concerns more than one case."""

    def __init__(
        self, agreement: Agreement, known: Known, windows: Sequence[Window], versions: Sequence[Agreement]
    ) -> None:
        """Take what is known, the windows passed in with it, and all versions of the agreement, this one among them."""
        self.agreement = agreement
        self.versions = versions
        self.passed = windows
        self.as_of = known.as_of
        self.now = known.as_of or 0
        reading = Reading(known, agreement, versions)
        self.events = reading.events
        self.left_out = reading.left_out
        self.findings = reading.findings
        self.stray: dict[tuple[int, str], tuple[Event, str]] = {}
        self.stopping: set[int] = set()
        self._remarked: set[tuple[str, int, str]] = set()
        self._cases: dict[tuple[str, ...], list[Case]] = {}
        self._caseless: dict[tuple[str, ...], list[Event]] = {}
        self._found: dict[object, object] = {}

    def remark(self, kind: str, message: str, event: Event, policy: str | None = None) -> None:
        """Keep a finding about an event, once, unless it happened while another version was in force."""
        if (kind, id(event), message) not in self._remarked and self.concerns(event.at):
            self._remarked.add((kind, id(event), message))
            self.findings.append(finding(kind, message, event, policy))

    def settle(self) -> None:
        """Keep the findings about stops before which nothing started, unless they stopped what another policy began."""
        for event, message in self.stray.values():
            if id(event) not in self.stopping:
                self.remark("stop_without_start", message, event)

    def concerns(self, at: int) -> bool:
        """Say whether an instant is one of this version, or of none."""
        return concerns(self.agreement, self.versions, at)

    def cases(self, match: tuple[str, ...]) -> list[Case]:
        """Return the cases of a match, in the order of their first event.

        An event that lacks a field of the match belongs to every case of its subject; where the subject is not in the
        match, to none.
        """
        if match not in self._cases:
            keyed: dict[tuple[str, ...], list[Event]] = {}
            if match == ("subject",):
                for event in self.events:
                    keyed.setdefault((event.subject,), []).append(event)
            else:
                keyed = self._keyed(match)
            self._cases[match] = [Case(key, events, self) for key, events in keyed.items()]
        return self._cases[match]

    def caseless(self, match: tuple[str, ...]) -> list[Event]:
        """Return the events that belong to no case of a match, because they lack a field of it."""
        self.cases(match)
        return self._caseless.get(match, [])

    def _keyed(self, match: tuple[str, ...]) -> dict[tuple[str, ...], list[Event]]:
        keyed: dict[tuple[str, ...], list[Event]] = {}
        general: dict[str, list[Event]] = {}
        caseless: list[Event] = []
        for event in self.events:
            values = [event.subject if name == "subject" else event.data.get(name) for name in match]
            if None not in values:
                keyed.setdefault(tuple(str(written(value)) for value in values), []).append(event)
            elif "subject" in match:
                general.setdefault(event.subject, []).append(event)
            else:
                caseless.append(event)
        if general:
            place = match.index("subject")
            order = {id(event): index for index, event in enumerate(self.events)}
            for key, events in keyed.items():
                events += general.get(key[place], [])
                events.sort(key=lambda event: order[id(event)])
            with_case = {key[place] for key in keyed}
            caseless = [event for subject, events in general.items() if subject not in with_case for event in events]
        self._caseless[match] = caseless
        return keyed

    def chosen(self, selectors: Selectors) -> list[Event]:
        """Return the events of all subjects that the selectors mean, in order."""

        def find() -> list[Event]:
            of_subject = {case.key[0]: case for case in self.cases(("subject",))}
            return [event for event in self.events if of_subject[event.subject].selects(selectors, event)]

        return self.once(("chosen", selectors), find)

    def last_known(self, name: str) -> dict[str, Any]:
        """Return the value of a field as of now, by subject; subjects that have none are left out."""
        values = {case.key[0]: case.attributes(self.now).get(name) for case in self.cases(("subject",))}
        return {subject: value for subject, value in values.items() if value is not None}

    def once(self, key: object, find: Callable[[], T]) -> T:
        """Return what `find` finds, looked for once."""
        if key not in self._found:
            self._found[key] = find()
        return cast(T, self._found[key])
