"""What occurs according to an iCalendar file: its events, every recurrence written out."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sla_rules.adapters.vevent_checks import Place, check_event, check_versions, is_cancelled, recurs_forever
from sla_rules.adapters.vevent_files import Feed, libraries, understood
from sla_rules.calendar import HORIZON
from sla_rules.errors import InputError, quoted
from sla_rules.instants import DAY, EPOCH, micros, span_micros
from sla_rules.periods import midnight
from sla_rules.sources.zones import localised, zone_of

MOST_OCCURRENCES = 100_000
"""Occurrences of one file; more are refused."""
YEARS = HORIZON
"""The years in which occurrences are looked for; events and bounds in others are refused."""
_SPARE = 2 * DAY
"""By how much the bounds that the library gets are wider: more than zones differ."""
_NUMBER = "X-SLA-RULES-NUMBER"
"""The property that leads from an occurrence to the event that it is of."""


@dataclass(frozen=True)
class Occurrence:
    """One occurrence of an event.

    Attributes:
        id: the UID, of an event that recurs with the instant or day of the recurrence: `backup/2026-03-02T21:00:00Z`;
            None where there is no UID.
        place: the file and event, for messages.
        start, end: as the calendar has them: dates for whole days, `end` the day after.
        start_at, end_at: the same as instants in microseconds since 1970 UTC.
        properties: those of the event, by name.
    """

    id: str | None
    place: Place
    start: date
    end: date
    start_at: int
    end_at: int
    properties: Any


@dataclass(frozen=True)
class Zones:
    """The zones of what names none.

    Attributes:
        times: that of times; None where they are refused.
        days: that of whole days; None where they are refused.
    """

    times: ZoneInfo | None
    days: ZoneInfo | None

    @classmethod
    def of(cls, feed: Feed, timezone: str | None, day_zone: str | None = None) -> "Zones":
        """Return those of a file.

        Args:
            feed: the file, which may name a zone itself.
            timezone: the name of the zone that is taken instead.
            day_zone: the zone of whole days where neither names one.

        Raises:
            InputError: no such zone.
        """
        try:
            zone = zone_of(timezone or feed.zone)
        except InputError as error:
            raise error if timezone else InputError(f"{feed.file}: X-WR-TIMEZONE: {error}") from None
        return cls(zone, zone or zone_of(day_zone))

    def at(self, value: date, place: Place) -> int:
        """Return the instant of a time, or of the beginning of a day. Raises `InputError` where no zone is known."""
        if not isinstance(value, datetime):
            if self.days is None:
                raise place.error(f"lasts whole days ({value}); name their zone with `timezone=`")
            return midnight(value, self.days)
        if value.tzinfo is None and self.times is None:
            raise place.error(f"{quoted(value.isoformat())} has no zone; name it with `timezone=`")
        return micros(localised(value, self.times))


def occurrences(feed: Feed, zones: Zones, start: int | None, end: int | None) -> list[Occurrence]:
    """Return what occurs in `[start, end)`, whole or in part, in order; what is cancelled does not.

    Args:
        feed: the events.
        zones: those of what names none.
        start: in microseconds since 1970 UTC; None for all.
        end: likewise.

    Raises:
        InputError: an event cannot be read, names no known zone, has no length or a negative one, stands there twice
            with different content, or recurs without end and no `end` is given.
    """
    found: list[Occurrence] = []
    for series in _series(feed, zones, bounded=end is not None):
        with understood(series.place):
            for each in series.between(start, end):
                found.append(each)
                if len(found) > MOST_OCCURRENCES:
                    raise InputError(f"{feed.file}: more than {MOST_OCCURRENCES} occurrences; bound them with `end=`")
    return sorted(found, key=lambda each: (each.start_at, each.end_at, each.id or ""))


def _series(feed: Feed, zones: Zones, *, bounded: bool) -> list["_Series"]:
    """Return the events of a file by what they are versions of, checked, without what is cancelled as a whole."""
    members: dict[str, list[Any]] = {}
    places: dict[str, Place] = {}
    for number, event in enumerate(feed.events):
        place = Place.of(feed.file, number + 1, event)
        with understood(place):
            check_event(event, place)
            for value in (event[name].dt for name in ("DTSTART", "DTEND") if name in event):
                if value.year not in YEARS:
                    raise place.error(f"{quoted(value.isoformat())} is outside the years {YEARS[0]} to {YEARS[-1]}")
                zones.at(value, place)
        uid = str(event.get("UID", "")) or f"number {number}"
        members.setdefault(uid, []).append(event)
        places.setdefault(uid, place)
    found = []
    for uid, events in members.items():
        place = places[uid]
        with understood(place):
            check_versions(events, place)
            if all(map(is_cancelled, events)):
                continue
            if not bounded and any(recurs_forever(event, YEARS) for event in events):
                raise place.error("recurs without end; say with `end=` up to when its recurrences are wanted")
        found.append(_Series(events, place, zones))
    return found


class _Series:
    """The events of one UID: the one that recurs, and what became of some of its recurrences."""

    def __init__(self, events: Sequence[Any], place: Place, zones: Zones) -> None:
        self.place = place
        self._events = events
        self._zones = zones
        self._recurs = len(events) > 1 or any(name in events[0] for name in ("RRULE", "RDATE"))

    def between(self, start: int | None, end: int | None) -> Iterator[Occurrence]:
        """Yield what occurs in `[start, end)`, whole or in part."""
        icalendar, recurring = libraries()
        calendar = icalendar.Calendar()
        for number, event in enumerate(self._events):
            marked = event.copy()
            marked[_NUMBER] = str(number)
            _one_zone(marked, icalendar)
            calendar.add_component(marked)
        # The library takes times without a zone to be in that of the bounds.
        zone = self._zones.times or self._zones.days or ZoneInfo("UTC")
        bounds = _bound(start, YEARS.start, -_SPARE, zone), _bound(end, YEARS.stop, _SPARE, zone)
        for series in recurring.CalendarQuery(calendar).series:
            for each in series.between(*bounds):
                found = self._occurrence(each.as_component(False))
                if found and (start is None or found.end_at > start) and (end is None or found.start_at < end):
                    yield found

    def _occurrence(self, each: Any) -> Occurrence | None:
        """Return an occurrence; None where it is cancelled, or a change of the clock leaves nothing of it."""
        event = self._events[int(each[_NUMBER])]
        start, end = each["DTSTART"].dt, each["DTEND"].dt
        start_at, end_at = self._at(start), self._at(end)
        if "DURATION" in event and isinstance(start, datetime) and end - start == event["DURATION"].dt:
            # Days of a duration are those of the calendar, hours are real hours.
            days = timedelta(days=event["DURATION"].dt.days)
            end_at = self._at(start + days) + span_micros(event["DURATION"].dt - days)
        if is_cancelled(event) or end_at <= start_at:
            return None
        return Occurrence(self._id(each, event), self.place, start, end, start_at, end_at, event)

    def _at(self, value: date) -> int:
        return self._zones.at(value, self.place)

    def _id(self, each: Any, event: Any) -> str | None:
        uid = str(event.get("UID", "")) or None
        if uid is None or not self._recurs:
            return uid
        recurrence = each["RECURRENCE-ID"]
        # With a RANGE, all recurrences after it have the same.
        value = each["DTSTART"].dt if "RANGE" in recurrence.params else recurrence.dt
        if not isinstance(value, datetime):
            return f"{uid}/{value.isoformat()}"
        at = EPOCH + timedelta(microseconds=self._at(value))
        return f"{uid}/{at.isoformat().replace('+00:00', 'Z')}"


def _bound(at: int | None, year: int, spare: int, zone: ZoneInfo) -> datetime:
    """Return a bound for the library: beside an instant, or the beginning of a year where there is none."""
    first, last = (micros(datetime(limit, 1, 1, tzinfo=zone)) for limit in (YEARS.start, YEARS.stop))
    bound = micros(datetime(year, 1, 1, tzinfo=zone)) if at is None else min(max(at + spare, first), last)
    return (EPOCH + timedelta(microseconds=bound)).astimezone(zone)


def _one_zone(event: Any, icalendar: Any) -> None:
    """Put the end of an event into the zone of its start, since the library repeats the difference of wall clocks."""
    if "DTEND" not in event:
        return
    start, end = event["DTSTART"].dt, event["DTEND"].dt
    if isinstance(start, datetime) and start.tzinfo is not None and end.tzinfo is not start.tzinfo:
        event["DTEND"] = icalendar.vDDDTypes(end.astimezone(start.tzinfo))
