"""What happened: events, windows of time that do not count, and findings about the data.

Events are put into one total order, so that no verdict depends on the order in which they came.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from itertools import pairwise
from operator import attrgetter
from typing import Any

import pendulum

from sla_rules.errors import InputError, quoted
from sla_rules.instants import micros, moment

RULING = "ruling"
"""The type of the events that are rulings, which no agreement needs to declare; see `sla_rules.rulings`."""


@dataclass(frozen=True, slots=True, init=False)
class Event:
    """Something that happened to one subject (a ticket, a call, a reservation, a site) at one instant.

    Attributes:
        type: what happened, for example `ticket.opened`.
        subject: the id of the ticket, call, … that it happened to.
        at: when, in microseconds since 1970 UTC; `time` shows it as a `pendulum.DateTime`.
        id: tells the event from others and orders those of one instant (ids compare as text).
        data: its fields.
        place: where it was read (`events.jsonl:12`), for messages; two events that differ only in it are equal.
    """

    type: str
    subject: str
    at: int
    id: str | None
    data: Mapping[str, Any]
    place: str

    def __init__(
        self,
        *,
        type: str,
        subject: str,
        time: object,
        id: str | None = None,
        data: Mapping[str, Any] | None = None,
        place: str = "",
    ) -> None:
        """Check and hold an event; `time` is ISO 8601 text or a `datetime`, with an offset or zone.

        Raises:
            InputError: a part is missing or of the wrong kind; the message names the event.
        """
        for name, value in (("type", type), ("subject", subject)):
            if not isinstance(value, str) or not value:
                raise InputError(f"{_named(id, place)}: {name} must be text, found {quoted(value)}")
        if id is not None and (not isinstance(id, str) or not id):
            raise InputError(f"{_named(None, place)}: id must be text, found {quoted(id)}")
        if data is not None and not isinstance(data, Mapping):
            raise InputError(f"{_named(id, place)}: data must be a mapping, found {quoted(data)}")
        try:
            at = micros(time)
        except InputError as error:
            raise InputError(f"{_named(id, place)}: time {error}") from None
        put = object.__setattr__
        put(self, "type", type)
        put(self, "subject", subject)
        put(self, "at", at)
        put(self, "id", id)
        put(self, "data", {} if data is None else dict(data))
        put(self, "place", place)

    @property
    def time(self) -> pendulum.DateTime:
        """When it happened, in UTC."""
        return moment(self.at)

    @property
    def name(self) -> str:
        """The id where there is one, else the type and the instant: how evidence and findings name the event."""
        return self.id if self.id is not None else f"{self.type}@{moment(self.at).isoformat()}"

    def __eq__(self, other: object) -> bool:
        """Equal in everything but the place it was read from."""
        if not isinstance(other, Event):
            return NotImplemented
        return self.id == other.id and _content(self) == _content(other)

    def __hash__(self) -> int:
        return hash((self.id, self.at, self.type, self.subject))


def _named(id: object, place: str) -> str:
    event = f"event {quoted(id)}" if id is not None else "event"
    return f"{place}: {event}" if place else event


def _content(event: Event) -> tuple[object, ...]:
    return event.at, event.type, event.subject, event.data


def canonical(value: Any) -> str:
    """Return data as text that does not depend on the order of its keys, and tells `1` from `true`."""
    if isinstance(value, Mapping):
        return f"{{{', '.join(sorted(f'{key!r}: {canonical(item)}' for key, item in value.items()))}}}"
    if isinstance(value, (list, tuple)):
        return f"[{', '.join(map(canonical, value))}]"
    return repr(value)


@dataclass(frozen=True, slots=True, init=False)
class Window:
    """A stretch of time `[start, end)` that does not count: maintenance, force majeure, a freeze.

    Attributes:
        kind: the name under which policies exclude it, for example `maintenance`.
        start_at, end_at: in microseconds since 1970 UTC; `end_at` is None while nobody knows when it ends.
        scope: the one service (team, site, …) that it concerns; None concerns all.
        id: names it in reports.
    """

    kind: str
    start_at: int
    end_at: int | None
    scope: str | None
    id: str | None

    def __init__(
        self, *, kind: str, start: object, end: object = None, scope: str | None = None, id: str | None = None
    ) -> None:
        """Check and hold a window; `start` and `end` as the `time` of an event, no `end` for an open one.

        Raises:
            InputError: an instant cannot be read, or the window ends before it starts.
        """
        if not isinstance(kind, str) or not kind:
            raise InputError(f"window: kind must be text, found {quoted(kind)}")
        named = f"window {quoted(id or kind)}"
        for name, value in (("scope", scope), ("id", id)):
            if value is not None and (not isinstance(value, str) or not value):
                raise InputError(f"{named}: {name} must be text, found {quoted(value)}")
        try:
            start_at, end_at = micros(start), None if end is None else micros(end)
        except InputError as error:
            raise InputError(f"{named}: {error}") from None
        if end_at is not None and end_at < start_at:
            raise InputError(f"{named} ends before it starts")
        put = object.__setattr__
        put(self, "kind", kind)
        put(self, "start_at", start_at)
        put(self, "end_at", end_at)
        put(self, "scope", scope)
        put(self, "id", id)

    @classmethod
    def between(
        cls, kind: str, start: int, end: int | None, scope: str | None = None, id: str | None = None
    ) -> "Window":
        """Return the window between two instants in microseconds, which are not checked."""
        window = object.__new__(cls)
        for name, value in (("kind", kind), ("start_at", start), ("end_at", end), ("scope", scope), ("id", id)):
            object.__setattr__(window, name, value)
        return window

    @property
    def start(self) -> pendulum.DateTime:
        """Its first instant, in UTC."""
        return moment(self.start_at)

    @property
    def end(self) -> pendulum.DateTime | None:
        """The instant at which it is over, in UTC; None while open."""
        return None if self.end_at is None else moment(self.end_at)


@dataclass(frozen=True, slots=True)
class Finding:
    """Something about the data that a reader of the verdicts should know. Nothing is skipped without one.

    Attributes:
        kind: what sort of finding, for example `conflicting_id`; stable, to filter by.
        message: one sentence.
        event: the name of the event concerned, where there is one.
        subject: its subject.
        policy: the policy concerned, where there is one.
        count: how many events it stands for.
        place: where the event was read.
    """

    kind: str
    message: str
    event: str | None = None
    subject: str | None = None
    policy: str | None = None
    count: int = 1
    place: str = ""


MOST_FINDINGS = 10_000
"""Findings of one kind that are listed one by one; those after them are counted in one."""


def finding(kind: str, message: str, event: Event, policy: str | None = None) -> Finding:
    """Return a finding about one event."""
    return Finding(kind, message, event.name, event.subject, policy, place=event.place)


def in_order(events: Iterable[Event]) -> list[Event]:
    """Return the events in the one total order: by time, then id; those without ids by type, subject and data.

    Raises:
        InputError: something among them is not an `Event`.
    """
    events = list(events)
    for event in events:
        if not isinstance(event, Event):
            raise InputError(f"{quoted(event)} is not an Event")
    events.sort(key=attrgetter("at"))
    if any(a.at == b.at for a, b in pairwise(events)):
        events.sort(key=lambda event: (event.at, event.id is None, event.id or ""))
        if any(a.at == b.at and a.id == b.id for a, b in pairwise(events)):
            events.sort(key=_full_key)
    return events


def _full_key(event: Event) -> tuple[object, ...]:
    try:
        data = canonical(event.data)
    except (ValueError, RecursionError):
        raise InputError(f"{_named(event.id, event.place)}: data is too large or too deep to compare") from None
    return event.at, event.id is None, event.id or "", event.type, event.subject, data


def without_duplicates(ordered: list[Event]) -> tuple[list[Event], list[Finding]]:
    """Drop the repetitions of an id from events in order: identical ones are counted, others are findings."""
    kept: dict[object, Event] = {}
    repeated: list[Event] = []
    findings: list[Finding] = []
    for event in ordered:
        key: object = event.id if event.id is not None else object()
        first = kept.get(key)
        if first is None:
            kept[key] = event
        elif _content(first)[:3] == _content(event)[:3] and canonical(first.data) == canonical(event.data):
            repeated.append(event)
        else:
            message = f"id {quoted(event.id)} stands for two different events; the first in order is kept"
            findings.append(finding("conflicting_id", message, event))
    if repeated:
        message = f"{len(repeated)} repeated events dropped, the first is {quoted(repeated[0].id)}"
        findings.append(replace(finding("duplicate", message, repeated[0]), count=len(repeated)))
    return list(kept.values()), findings
