"""OCEL 2.0 in JSON (`.json`, `.jsonocel`): events that relate to objects, and objects whose attributes change.

Every object of an event gets the event, with the object's attributes of that instant; attributes of the event itself
win. A later value of an attribute is a change as well. Relations between objects are not read.
"""

from bisect import bisect_right
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from sla_rules.adapters.documents.records import Record, Row, beside, event, listed, name, needed, records
from sla_rules.errors import InputError, did_you_mean, quoted
from sla_rules.instants import micros
from sla_rules.sources.rows import Rows
from sla_rules.sources.zones import localised

_PARTS = ("events", "objects")
_BEGINNING = 0
"""The instant, 1970, at which the format puts values that hold from the beginning."""
_UTC = ZoneInfo("UTC")

Values = dict[str, list[tuple[int, str, Any]]]
"""The values of an object by attribute, in order of time: instant, its text, value."""


def ocel_rows(path: Path, zone: ZoneInfo | None = None) -> Rows:
    """Yield one row for each event and object of it, then one for each change of an attribute of an object.

    Numbers count the events, and after them the objects. An event of two objects has the ids `<event>/<object>`; a
    change is `<attribute>.changed`.

    Raises:
        InputError: the file cannot be opened.
    """
    for number, log in records(path):
        error = _refused(log)
        if error is not None:
            yield number, error
            return
        yield from _of_log(log, zone)


def _refused(log: Any) -> InputError | None:
    if isinstance(log, InputError):
        return log
    if not isinstance(log, dict):
        return InputError(f"no OCEL log: {quoted(log)} is not an object")
    if "ocel:events" in log:
        return InputError("an OCEL 1.0 log (`ocel:events`); write it as OCEL 2.0")
    for part in _PARTS:
        if not isinstance(log.get(part), list):
            return InputError(f"no OCEL log: {quoted(part)} is missing or no list{did_you_mean(part, log)}")
    return None


def _of_log(log: Record, zone: ZoneInfo | None) -> Rows:
    objects: dict[str, tuple[str | None, Values]] = {}
    changes: list[tuple[int, Row | InputError]] = []
    for number, item in enumerate(log["objects"], len(log["events"]) + 1):
        try:
            id = needed(_object(item), "id")
            values, broken = _values(item, zone)
            objects[id] = name(item.get("type")), values
            changes += [(number, error) for error in broken]
            changes += [(number, row) for row in _changes(id, objects[id][0], values)]
        except InputError as error:
            changes.append((number, error))
    for number, item in enumerate(log["events"], 1):
        try:
            for row in _of_event(_object(item), objects, zone):
                yield number, row
        except InputError as error:
            yield number, error
    yield from changes


def _object(item: Any) -> Record:
    if not isinstance(item, dict):
        raise InputError(f"{quoted(item)} is not an object")
    return item


def _values(item: Record, zone: ZoneInfo | None) -> tuple[Values, list[InputError]]:
    values: Values = {}
    broken = []
    for attribute in listed(item, "attributes"):
        try:
            key, time = needed(_object(attribute), "name"), attribute.get("time")
            values.setdefault(key, []).append((_instant(time, zone), time, attribute.get("value")))
        except InputError as error:
            broken.append(InputError(f"an attribute of {quoted(item.get('id'))}: {error}"))
    for of_one in values.values():
        of_one.sort(key=lambda value: value[0])
    return values, broken


def _changes(id: str, type: str | None, values: Values) -> Iterator[Row]:
    for key, of_one in values.items():
        before = None
        for n, (instant, time, value) in enumerate(of_one):
            if n or instant != _BEGINNING:
                fields = {"from": before, "to": value, **beside({key: value}, "object_"), "object_type": type}
                yield event(id=f"{id}/{key}/{n}", type=f"{key}.changed", subject=id, time=time, fields=fields)
            before = value


def _of_event(item: Record, objects: dict[str, tuple[str | None, Values]], zone: ZoneInfo | None) -> Iterator[Row]:
    id, type, time = needed(item, "id"), needed(item, "type"), item.get("time")
    own = {needed(_object(each), "name"): each.get("value") for each in listed(item, "attributes")}
    qualifiers: dict[str, list[str]] = {}
    for relation in listed(item, "relationships"):
        of_one = qualifiers.setdefault(needed(_object(relation), "objectId"), [])
        of_one.extend(filter(None, [name(relation.get("qualifier"))]))
    if not qualifiers:
        raise InputError(f"event {quoted(id)} relates to no object")
    for subject, words in qualifiers.items():
        kind, values = objects.get(subject, (None, {}))
        related = {"qualifier": ", ".join(words) or None, "object_type": kind}
        fields = {**beside(_at_instant(values, time, zone), "object_"), **beside(own, "event_"), **related}
        yield event(id=f"{id}/{subject}", type=type, subject=subject, time=time, fields=fields)


def _instant(time: Any, zone: ZoneInfo | None) -> int:
    """Return the instant of a time; without an offset it is one of the zone, but for the beginning, which has none."""
    beginning = zone is not None and micros(localised(time, _UTC)) == _BEGINNING
    return _BEGINNING if beginning else micros(localised(time, zone))


def _at_instant(values: Values, time: Any, zone: ZoneInfo | None) -> Row:
    try:
        instant = _instant(time, zone)
    except InputError:
        return {}  # whoever makes an event of the row says that its time is none
    found = {key: bisect_right(of_one, instant, key=lambda value: value[0]) for key, of_one in values.items()}
    return {key: values[key][count - 1][2] for key, count in found.items() if count}
