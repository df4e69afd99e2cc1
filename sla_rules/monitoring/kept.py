"""Events as a store keeps them: all that was given, exactly."""

import json
from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sla_rules.errors import InputError, quoted
from sla_rules.events import Event

_ENCODER = json.JSONEncoder(separators=(",", ":"))


def copied(event: Event) -> Event:
    """Return an event as a store will give it back. Raises `InputError` for data that cannot be kept."""
    try:
        for name in event.data:
            if not isinstance(name, str):
                raise TypeError(f"the name of a field must be text, found {quoted(name)}")
        return event_of(json.loads(text_of(kept(event))))
    except (TypeError, ValueError, RecursionError) as error:
        raise InputError(f"event {quoted(event.name)}: its data cannot be kept: {error}") from None


def kept(event: Event) -> list[Any]:
    """Return an event as plain values. Raises `TypeError` for a value that is none."""
    data = {name: plain(value) for name, value in event.data.items()}
    return [event.type, event.subject, event.at, event.id, data, event.place]


def event_of(said: list[Any]) -> Event:
    """Return the event that was kept."""
    type, subject, at, id, data, place = said
    event = object.__new__(Event)
    values = {name: unplain(value) for name, value in data.items()}
    for name, value in zip(Event.__slots__, (type, subject, at, id, values, place), strict=True):
        object.__setattr__(event, name, value)
    return event


def plain(value: Any) -> Any:
    """Return a value as JSON tells it, one that JSON has no word for under a word of ours."""
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, str):
        # Not `str(value)`: the text of a member of an `Enum` is its name.
        return str.__str__(value)
    for kind in (int, float):
        if isinstance(value, kind):
            return kind(value)
    if isinstance(value, datetime):
        return {"$instant": value.isoformat()}
    if isinstance(value, date):
        return {"$date": value.isoformat()}
    if isinstance(value, Decimal):
        return {"$decimal": str(value)}
    if isinstance(value, Mapping):
        return {"$of": [[plain(key), plain(item)] for key, item in value.items()]}
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    raise TypeError(f"{quoted(value)} is no text, number, date or collection of such")


def unplain(value: Any) -> Any:
    """Return the value that `plain` told."""
    if isinstance(value, list):
        return [unplain(item) for item in value]
    if not isinstance(value, dict):
        return value
    if "$of" in value:
        return {unplain(key): unplain(item) for key, item in value["$of"]}
    if "$instant" in value:
        return datetime.fromisoformat(value["$instant"])
    return date.fromisoformat(value["$date"]) if "$date" in value else Decimal(value["$decimal"])


def text_of(said: Any) -> str:
    """Return plain values as the store keeps them: ASCII, so that any text can be kept."""
    return _ENCODER.encode(said)
