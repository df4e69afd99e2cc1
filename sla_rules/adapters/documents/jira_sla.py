"""Service levels of Jira Service Management: the SLA records of a request, or the SLA fields of issues.

A record of its own names its request only in its link; put `issueKey` beside `values` to have the key instead.
"""

import re
from collections.abc import Iterator, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from sla_rules.adapters.documents.jira import PAGES
from sla_rules.adapters.documents.records import Record, Row, at, event, listed, name, rows_of
from sla_rules.errors import InputError, quoted
from sla_rules.instants import EPOCH
from sla_rules.sources.rows import Rows

_REQUEST = re.compile(r"/request/([^/]+)/sla")
_PLAIN = {"breached": "breached", "paused": "paused", "within_calendar_hours": "withinCalendarHours"}
_LENGTHS = {"goal_ms": "goalDuration", "elapsed_ms": "elapsedTime", "remaining_ms": "remainingTime"}


def jira_sla_rows(path: Path, _: ZoneInfo | None = None) -> Rows:
    """Yield `sla.started` for every cycle of every service level, and `sla.stopped` for the completed ones.

    Both say what Jira says of the cycle: `sla` (its name), `sla_id`, `breached`, `paused`, `within_calendar_hours`,
    `breach_time`, and `goal_ms`, `elapsed_ms`, `remaining_ms` in milliseconds. Where Jira also tells the time to the
    millisecond, that is the one taken.

    Raises:
        InputError: the file cannot be opened.
    """
    return rows_of(path, PAGES, _of_record)


def _of_record(record: Record) -> Iterator[Row | InputError]:
    key = name(record.get("issueKey")) or name(record.get("key"))
    for level in _levels(record):
        try:
            if not isinstance(level, Mapping):
                raise InputError(f"a service level must be an object, found {quoted(level)}")
            yield from _of_level(level, key or _request(level))
        except InputError as error:
            yield error


def _levels(record: Record) -> list[Any]:
    if isinstance(record.get("fields"), Mapping):
        return [value for value in record["fields"].values() if _is_level(value)]
    if "values" in record:
        return listed(record, "values")
    if _is_level(record):
        return [record]
    raise InputError("no service level: neither `completedCycles` nor `ongoingCycle`")


def _is_level(value: object) -> bool:
    return isinstance(value, Mapping) and ("completedCycles" in value or "ongoingCycle" in value)


def _request(level: Record) -> str:
    found = _REQUEST.search(str(at(level, "_links", "self")))
    if found is None:
        raise InputError("nothing says whose service level this is; write `issueKey` beside it")
    return found[1]


def _of_level(level: Record, subject: str) -> Iterator[Row | InputError]:
    ongoing = level.get("ongoingCycle")
    cycles = [(cycle, True) for cycle in listed(level, "completedCycles")]
    for cycle, completed in [*cycles, *([(ongoing, False)] if ongoing is not None else [])]:
        try:
            if not isinstance(cycle, Mapping):
                raise InputError(f"a cycle must be an object, found {quoted(cycle)}")
            yield from _of_cycle(level, cycle, subject, completed)
        except InputError as error:
            yield InputError(f"a cycle of {quoted(level.get('name'))} of {quoted(subject)}: {error}")


def _of_cycle(level: Record, cycle: Record, subject: str, completed: bool) -> Iterator[Row]:
    fields: Row = {"sla": level.get("name"), "sla_id": level.get("id"), "breach_time": _time(cycle.get("breachTime"))}
    fields |= {our: cycle.get(their) for our, their in _PLAIN.items()}
    fields |= {our: at(cycle, their, "millis") for our, their in _LENGTHS.items()}
    started = _time(cycle.get("startTime"))
    # The start tells the cycles of a level apart, in whichever order they come.
    id = f"{subject}/{name(level.get('id')) or name(level.get('name'))}/{started}"
    yield event(id=f"{id}/started", type="sla.started", subject=subject, time=started, fields=fields)
    if completed:
        stopped = _time(cycle.get("stopTime"))
        yield event(id=f"{id}/stopped", type="sla.stopped", subject=subject, time=stopped, fields=fields)


def _time(value: Any) -> Any:
    """Return a time as text: that of `epochMillis`, which has every digit, else one of the texts."""
    if not isinstance(value, Mapping):
        return value
    millis = value.get("epochMillis")
    if isinstance(millis, int) and not isinstance(millis, bool):
        try:
            return (EPOCH + timedelta(milliseconds=millis)).isoformat()
        except OverflowError:
            raise InputError(f"{quoted(millis)} is outside the years 1 to 9999") from None
    return value.get("jira") or value.get("iso8601")
