"""What an event of an iCalendar file must be for its occurrences to be certain."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import available_timezones

from sla_rules.errors import InputError, did_you_mean, quoted
from sla_rules.instants import micros

_SINGLE = ("UID", "DTSTART", "DTEND", "DURATION", "RECURRENCE-ID", "STATUS", "SEQUENCE")
_DECISIVE = (*_SINGLE, "RRULE", "RDATE", "EXDATE")
"""The properties on which occurrences depend; what others say badly does no harm."""
_STAMPS = ("DTSTAMP", "CREATED", "LAST-MODIFIED")
"""The properties in which two copies of one event may differ."""
_TOO_OFTEN = ("SECONDLY", "MINUTELY")


@dataclass(frozen=True)
class Place:
    """Where an event stands: its file, and its UID, or its number in the file where it has none."""

    file: str
    event: str

    @classmethod
    def of(cls, file: str, number: int, event: Any) -> "Place":
        """Return the place of an event."""
        uid = event.get("UID")
        return cls(file, quoted(str(uid)) if uid and not isinstance(uid, list) else str(number))

    def error(self, message: str) -> InputError:
        """Return the error that something about the event is wrong."""
        return InputError(f"{self}: {message}")

    def __str__(self) -> str:
        """`maintenance.ics: event <UID>`."""
        return f"{self.file}: event {self.event}"


def is_cancelled(event: Any) -> bool:
    """Say whether an event does not take place."""
    return str(event.get("STATUS", "")).upper() == "CANCELLED"


def recurs_forever(event: Any, years: range) -> bool:
    """Say whether an event has a rule without COUNT and without an UNTIL in these years."""
    return any(
        "COUNT" not in rule and not any(until.year in years for until in _listed(rule.get("UNTIL")))
        for rule in _rules(event)
    )


def check_event(event: Any, place: Place) -> None:
    """Refuse an event of which occurrences could be wrong or missing. Raises `InputError`."""
    for name, reason in event.errors:
        if name is None or name.upper() in _DECISIVE:
            raise place.error(f"{name or 'a line'} cannot be read: {reason}")
    for name in _SINGLE:
        if isinstance(event.get(name), list):
            raise place.error(f"{name} stands there twice")
    if "DTSTART" not in event:
        raise place.error("DTSTART is missing")
    if "EXRULE" in event:
        raise place.error("EXRULE is no longer part of iCalendar; write the exceptions as EXDATE")
    _check_zones(event, place)
    for rule in _rules(event):
        _check_rule(rule, event["DTSTART"].dt, place)
    if not is_cancelled(event):
        _check_length(event, place)


def _rules(event: Any) -> list[Any]:
    return _listed(event.get("RRULE"))


def _listed(value: Any) -> list[Any]:
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


def _check_zones(event: Any, place: Place) -> None:
    """Refuse zones that nobody knows, whose times the library takes for times without a zone."""
    for name in ("DTSTART", "DTEND", "RECURRENCE-ID", "RDATE", "EXDATE"):
        for value in _listed(event.get(name)):
            zone = value.params.get("TZID")
            times = [value.dt] if hasattr(value, "dt") else [part for each in value.dts for part in _times(each.dt)]
            if zone is not None and any(isinstance(time, datetime) and time.tzinfo is None for time in times):
                hint = did_you_mean(str(zone), available_timezones())
                raise place.error(f"{name}: unknown zone {quoted(str(zone))}, and the file does not define it{hint}")


def _times(value: Any) -> Iterable[Any]:
    return value if isinstance(value, tuple) else (value,)


def _check_rule(rule: Any, start: date, place: Place) -> None:
    """Refuse rules whose end is uncertain, or that recur so often that they are a mistake."""
    often = str(_only(rule, "FREQ", place)).upper()
    if often in _TOO_OFTEN:
        raise place.error(f"RRULE: FREQ {quoted(often)}: events recur every hour at most")
    if "UNTIL" not in rule:
        return
    until = _only(rule, "UNTIL", place)
    if isinstance(until, datetime) != isinstance(start, datetime):
        form = "a time such as `20260401T120000Z`" if isinstance(start, datetime) else "a date such as `20260401`"
        raise place.error(f"RRULE: UNTIL {quoted(str(until))} must be {form}, as DTSTART is")
    if isinstance(start, datetime) and (until.tzinfo is None) != (start.tzinfo is None):
        form = "without `Z`, since DTSTART has no zone" if start.tzinfo is None else "in UTC, since DTSTART has a zone"
        raise place.error(f"RRULE: UNTIL {quoted(str(until))} must be {form}")


def _only(rule: Any, name: str, place: Place) -> Any:
    """Return the value of a part of a rule, of which there is one."""
    values = _listed(rule.get(name))
    if len(values) != 1:
        raise place.error(f"RRULE: {name} must stand there once, found {len(values)} times")
    return values[0]


def _check_length(event: Any, place: Place) -> None:
    """Refuse an event that does not end after it starts: DTSTART and DTEND are `[start, end)`."""
    start = event["DTSTART"].dt
    if "DTEND" in event and "DURATION" in event:
        raise place.error("has both DTEND and DURATION")
    if "DURATION" in event:
        length = event["DURATION"].dt
        if not isinstance(length, timedelta):
            raise place.error(f"DURATION {quoted(str(length))} is not a duration such as `PT2H`")
        if not isinstance(start, datetime) and length % timedelta(days=1):
            raise place.error(f"DURATION {quoted(str(length))} of an event of whole days must be whole days")
    elif "DTEND" in event:
        end = event["DTEND"].dt
        if isinstance(start, datetime) != isinstance(end, datetime):
            raise place.error("one of DTSTART and DTEND is a date, the other a time")
        if isinstance(start, datetime) and (start.tzinfo is None) != (end.tzinfo is None):
            raise place.error("one of DTSTART and DTEND has a zone, the other none")
        length = _length(start, end)
    else:
        length = timedelta(0) if isinstance(start, datetime) else timedelta(days=1)
    if length < timedelta(0):
        raise place.error("ends before it starts")
    if not length:
        raise place.error("has no length: write when it ends as DTEND or DURATION")


def _length(start: date, end: date) -> timedelta:
    if isinstance(start, datetime) and start.tzinfo is not None:
        return timedelta(microseconds=micros(end) - micros(start))
    return end - start


def check_versions(events: Sequence[Any], place: Place) -> None:
    """Refuse different events of one UID, recurrence and sequence: one of them would be lost. Raises `InputError`."""
    known: dict[tuple[object, int], bytes] = {}
    for event in events:
        recurrence = event.get("RECURRENCE-ID")
        key = (None if recurrence is None else _comparable(recurrence.dt), int(event.get("SEQUENCE", 0)))
        content = _content(event)
        if known.setdefault(key, content) != content:
            of = f"recurrence {quoted(recurrence.to_ical().decode())}" if recurrence is not None else "UID"
            raise place.error(f"two different events of this {of}, and no SEQUENCE tells which one counts")


def _comparable(value: date) -> object:
    return micros(value) if isinstance(value, datetime) and value.tzinfo is not None else value.isoformat()


def _content(event: Any) -> bytes:
    content = event.copy()
    for name in _STAMPS:
        content.pop(name, None)
    return bytes(content.to_ical())
