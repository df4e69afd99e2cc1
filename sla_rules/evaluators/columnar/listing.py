"""Lists of events: put in order, freed of repetitions and read as the agreement declares them."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

import polars as pl

from sla_rules.agreement import Agreement
from sla_rules.errors import did_you_mean, quoted
from sla_rules.evaluators.columnar.log import log_of, texts
from sla_rules.evaluators.columnar.world import World, covers
from sla_rules.events import Event, Finding, Window, finding, in_order, without_duplicates
from sla_rules.instants import micros
from sla_rules.language.base import written


@dataclass
class Known:
    """A list of events as of an instant.

    Attributes:
        events: those that exist by then, in the total order, each once.
        as_of: the instant; None where there was no event to take it from.
        given: how many events of each type came in.
        findings: what is remarkable about repeated ids.
    """

    events: list[Event]
    as_of: int | None
    given: Counter[str]
    findings: list[Finding]


def known_events(events: Sequence[Event], as_of: object) -> Known:
    """Return what is known at an instant, that of the latest event unless given. Raises `InputError`."""
    ordered = in_order(events)
    given = Counter(event.type for event in ordered)
    at = ordered[-1].at if as_of is None and ordered else None
    if as_of is not None:
        at = micros(as_of)
    kept, findings = without_duplicates([event for event in ordered if event.at <= (at or 0)])
    return Known(kept, at, given, findings)


def world_of(known: Known, agreement: Agreement, versions: Sequence[Agreement], windows: Sequence[Window]) -> World:
    """Return the world of a list of events, by one version of an agreement."""
    reading = _Reading(agreement, versions)
    events = reading.read(known.events)
    world = World(agreement, versions, log_of(events), known.as_of, windows, reading.left_out)
    world.findings += [*known.findings, *reading.findings]
    return world


class _Reading:
    """Reads events by one version of an agreement, and keeps what is remarkable about them."""

    def __init__(self, agreement: Agreement, versions: Sequence[Agreement]) -> None:
        self.agreement = agreement
        self.versions = versions
        self.findings: list[Finding] = []
        self.left_out: set[str] = set()

    def read(self, events: Sequence[Event]) -> list[Event]:
        """Return the events that the version declares, with their fields read."""
        read: list[Event] = []
        undeclared: dict[str, list[Event]] = {}
        first: dict[str, int] = {}
        for event in events:
            found: list[Finding] = []
            begun = first.setdefault(event.subject, event.at)
            if event.type not in self.agreement.events:
                if self.concerns(event.at) and not self.known_elsewhere(event.type, begun):
                    undeclared.setdefault(event.type, []).append(event)
            elif (kept := self.agreement.read(event, found)) is not None:
                read.append(kept)
            else:
                self.left_out.add(event.subject)
            if found and (self.concerns(event.at) or covers(self.agreement, begun)):
                self.findings += found
        for type, unknown in undeclared.items():
            message = f"unknown event type {quoted(type)}{did_you_mean(type, self.agreement.events)}"
            self.findings.append(replace(finding("unknown_type", message, unknown[0]), count=len(unknown)))
        return read

    def concerns(self, at: int) -> bool:
        """Say whether an instant is one of this version, or of none."""
        if len(self.versions) == 1:
            return True
        return covers(self.agreement, at) or not any(covers(version, at) for version in self.versions)

    def known_elsewhere(self, type: str, begun: int) -> bool:
        """Say whether the version by which a case is judged, from its first event, declares a type of event."""
        return any(type in version.events and covers(version, begun) for version in self.versions)


def attributes_of(world: World, name: str) -> pl.DataFrame:
    """Return the last known value of a field, as text, for each subject that has one."""
    cases = world.cases(("subject",), [type for type, each in world.agreement.events.items() if name in each.fields])
    last = cases.bounds[1:] - 1
    values = cases.attribute(name, last)
    there = values.present
    subjects = world.log.names.subjects(cases.case[last][there])
    said = [str(written(value)) for value, has in zip(values.items(), there.tolist(), strict=True) if has]
    return pl.DataFrame([subjects.alias("subject"), texts(said).alias("value")])
