"""What the reference evaluator knows before it judges: all events as of an instant, and what one found out for all."""

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any, TypeVar, cast

from sla_rules.agreement import Agreement
from sla_rules.errors import InputError, did_you_mean, quoted
from sla_rules.evaluators.reference.cases import Case, Selectors
from sla_rules.events import Event, Finding, Window, finding, in_order, without_duplicates
from sla_rules.instants import micros
from sla_rules.language.base import written

T = TypeVar("T")


def covers(version: Agreement, at: int) -> bool:
    """Say whether a version of an agreement is in force at an instant."""
    first, after = version.in_force
    return (first is None or at >= first) and (after is None or at < after)


class World:
    """All that is known at an instant: the events read, in order, and what concerns more than one case."""

    def __init__(
        self,
        agreement: Agreement,
        events: Iterable[Event],
        as_of: object,
        windows: Iterable[Window],
        versions: Iterable[Agreement] = (),
    ) -> None:
        self.agreement = agreement
        self.versions = list(versions) or [agreement]
        self.findings: list[Finding] = []
        self.stray: dict[tuple[int, str], tuple[Event, str]] = {}
        self.stopping: set[int] = set()
        self._remarked: set[tuple[str, int, str]] = set()
        ordered = in_order(events)
        self.given = Counter(event.type for event in ordered)
        self.as_of: int | None = ordered[-1].at if as_of is None and ordered else None
        if as_of is not None:
            self.as_of = micros(as_of)
        self.now = self.as_of or 0
        known, repeated = without_duplicates([event for event in ordered if event.at <= self.now])
        self.findings += repeated
        self.left_out: set[str] = set()
        self.events = self._read(known)
        self._cases: dict[tuple[str, ...], list[Case]] = {}
        self._caseless: dict[tuple[str, ...], list[Event]] = {}
        self.passed = self._checked(windows)
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
        if len(self.versions) == 1:
            return True
        return covers(self.agreement, at) or not any(covers(version, at) for version in self.versions)

    def _read(self, known: list[Event]) -> list[Event]:
        read: list[Event] = []
        undeclared: dict[str, list[Event]] = {}
        first: dict[str, int] = {}
        for event in known:
            found: list[Finding] = []
            begun = first.setdefault(event.subject, event.at)
            if event.type not in self.agreement.events:
                if self.concerns(event.at) and not self._known_elsewhere(event.type, begun):
                    undeclared.setdefault(event.type, []).append(event)
            elif (kept := self.agreement.read(event, found)) is not None:
                read.append(kept)
            else:
                self.left_out.add(event.subject)
            if found and (self.concerns(event.at) or covers(self.agreement, begun)):
                self.findings += found
        for type, events in undeclared.items():
            message = f"unknown event type {quoted(type)}{did_you_mean(type, self.agreement.events)}"
            self.findings.append(replace(finding("unknown_type", message, events[0]), count=len(events)))
        return read

    def _known_elsewhere(self, type: str, begun: int) -> bool:
        """Say whether the version by which a case is judged, from its first event, declares a type of event."""
        return any(type in version.events and covers(version, begun) for version in self.versions)

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

    def _checked(self, windows: Iterable[Window]) -> list[Window]:
        passed = list(windows)
        for window in passed:
            if not isinstance(window, Window):
                raise InputError(f"{quoted(window)} is not a Window")
            if not any(window.kind in version.windows for version in self.versions):
                known = [kind for version in self.versions for kind in version.windows]
                hint = did_you_mean(window.kind, known)
                raise InputError(f"window {quoted(window.id or window.kind)}: unknown kind {quoted(window.kind)}{hint}")
        return passed

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
