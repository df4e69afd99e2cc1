"""Making a witness small."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from sla_rules.events import Event, canonical
from sla_rules.instants import moment
from sla_rules.testing.directed import History


def fewer_events(history: History, stays: Callable[[History], bool]) -> History:
    """Drop events, half of them at once first, as long as something stays true of the history."""
    size = max(1, len(history.events) // 2)
    while True:
        before = len(history.events)
        history = without_parts(history, size, stays)
        if size == 1 and len(history.events) in (before, 1):
            return history
        size = max(1, size // 2)


def without_parts(history: History, size: int, stays: Callable[[History], bool]) -> History:
    """Drop so many events in a row wherever possible; what differs from a part in its subject alone is like it."""
    needed: set[str] = set()
    begin = 0
    while begin < len(history.events):
        part = canonical([(event.type, event.at, event.data) for event in history.events[begin : begin + size]])
        smaller = replace(history, events=history.events[:begin] + history.events[begin + size :])
        if part not in needed and stays(smaller):
            history = smaller
            needed.clear()
        else:
            needed.add(part)
            begin += size
    return history


def without_field(events: tuple[Event, ...], index: int, name: str) -> tuple[Event, ...]:
    """Return events, one of them without a field."""
    event = events[index]
    data = {key: value for key, value in event.data.items() if key != name}
    return (*events[:index], replaced(event, data=data), *events[index + 1 :])


def replaced(event: Event, **parts: Any) -> Event:
    """Return the same event with other parts."""
    whole = {"id": event.id, "type": event.type, "subject": event.subject, "time": moment(event.at), "data": event.data}
    return Event(**{**whole, **parts})
