"""The events of one log, divided among the agreements of a portfolio, and what that division has to say."""

from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import Any

from sla_rules.errors import SlaError, did_you_mean, quoted
from sla_rules.events import MOST_FINDINGS, Event, Finding, canonical
from sla_rules.instants import micros
from sla_rules.language.base import written
from sla_rules.language.declarations import READERS
from sla_rules.portfolio import Portfolio


@dataclass(frozen=True, slots=True)
class Divided:
    """The events of a log by agreement.

    Attributes:
        shares: the events of each agreement, by its name.
        findings: subjects that no agreement judges, and such that named a second one.
        said: whether any event named an agreement, or there was none.
    """

    shares: dict[str, list[Event]]
    findings: list[Finding]
    said: bool


@dataclass(frozen=True, slots=True)
class Left:
    """What is known of a subject that no agreement judges, or of a second name that one has.

    Attributes:
        subject: the subject.
        name: what its events call its agreement; None where they do not say.
        event: the name of the first event concerned.
        place: where that was read.
        count: how many events are concerned.
    """

    subject: str
    name: str | None
    event: str
    place: str
    count: int


def named(value: Any) -> str | None:
    """Return the name that a value of the field stands for; None where it is missing or empty."""
    if value is None or value == "":
        return None
    if isinstance(value, (Mapping, list, tuple)):
        return canonical(value)
    if isinstance(value, (float, Decimal)):
        with suppress(SlaError):
            return str(READERS["integer"](value))  # `12.0`, as tools write a column of integers with gaps
    return value.isoformat() if isinstance(value, date) else str(written(value))


def divide(portfolio: Portfolio, events: Iterable[Event], now: int | None) -> Divided:
    """Divide events by the agreement of their subject, as known at an instant in microseconds.

    The first event that names an agreement decides: by time, then id; of those without ids the type decides, then the
    name. Events after `now` go with their subject.
    """
    events = list(events)
    subjects: dict[str, _Subject] = {}
    for event in events:
        if now is not None and event.at <= now:
            subjects.setdefault(event.subject, _Subject()).add(event, named(event.data.get(portfolio.by)))
    takers = {name: subject.takers(name, portfolio) for name, subject in subjects.items()}
    shares: dict[str, list[Event]] = {name: [] for name in portfolio.agreements}
    for event in events:
        for taker in takers.get(event.subject, ()):
            if taker in shares:
                shares[taker].append(event)
    left = [_left(name, subject.name, subject.events) for name, subject in sorted(subjects.items()) if not takers[name]]
    changed = [
        (subject.name, _left(name, other, naming))
        for name, subject in sorted(subjects.items())
        for other, naming in sorted(subject.naming.items())
        if other != subject.name and not portfolio.leaves_aside(subject.name)
    ]
    said = not subjects or any(subject.naming for subject in subjects.values())
    return Divided(shares, [*no_agreement(left, portfolio), *contract_changed(changed, portfolio)], said)


class _Subject:
    """What is known of a subject: its events, and those that name an agreement, by name."""

    def __init__(self) -> None:
        self.events: list[Event] = []
        self.naming: dict[str, list[Event]] = {}

    def add(self, event: Event, name: str | None) -> None:
        """Take an event, and the name in it."""
        self.events.append(event)
        if name is not None:
            self.naming.setdefault(name, []).append(event)

    @cached_property
    def name(self) -> str | None:
        """The name that the first event with one says."""
        if not self.naming:
            return None
        return min((*min(map(_rank, events)), name) for name, events in self.naming.items())[-1]

    def takers(self, subject: str, portfolio: Portfolio) -> tuple[str, ...]:
        """Return the agreements that it belongs to, or concerns, `only` or not."""
        if self.name is None:
            return portfolio.concerned(subject, {event.type for event in self.events})
        return (self.name,) if self.name in portfolio.known_names else ()


def _rank(event: Event) -> tuple[int, bool, str, str]:
    return event.at, event.id is None, event.id or "", event.type


def _left(subject: str, name: str | None, events: list[Event]) -> Left:
    first = min(events, key=_rank)
    return Left(subject, name, first.name, first.place, len(events))


def no_agreement(left: Iterable[Left], portfolio: Portfolio) -> list[Finding]:
    """Return a finding for each of some subjects that no agreement judges; those after the first many as one."""
    return _told([Finding("no_agreement", _why(each, portfolio), *_about(each)) for each in left])


def contract_changed(changed: Iterable[tuple[str | None, Left]], portfolio: Portfolio) -> list[Finding]:
    """Return a finding for each second name that a subject has, given with the first one."""
    return _told(
        [
            Finding(
                "contract_changed",
                f"{quoted(portfolio.by)} is {quoted(each.name)}, it was {quoted(first)} before; "
                f"the subject stays with {quoted(first)}",
                *_about(each),
            )
            for first, each in changed
        ]
    )


def _about(left: Left) -> tuple[str, str, None, int, str]:
    return left.event, left.subject, None, left.count, left.place


def _why(left: Left, portfolio: Portfolio) -> str:
    if left.name is None:
        return f"no event of {quoted(left.subject)} says its {quoted(portfolio.by)}; no agreement judges it"
    known = sorted(portfolio.known_names)
    alike = {name.casefold(): name for name in known}.get(left.name.casefold())
    hint = did_you_mean(left.name, known) or did_you_mean(alike, known)
    return f"no agreement for {quoted(portfolio.by)} {quoted(left.name)}{hint}"


def _told(findings: list[Finding]) -> list[Finding]:
    """Return the findings, those after the first many as one."""
    more = findings[MOST_FINDINGS:]
    if not more:
        return findings
    count = sum(each.count for each in more)
    message = f"{count} more events, of {len(more)} more subjects"
    return [*findings[:MOST_FINDINGS], Finding(more[0].kind, message, count=count)]


def now_of(events: list[Event], as_of: object) -> int | None:
    """Return the instant of knowledge, that of the latest event unless given. Raises `InputError`."""
    if as_of is not None:
        return micros(as_of)
    return max((event.at for event in events), default=None)
