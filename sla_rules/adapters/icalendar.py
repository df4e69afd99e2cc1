"""Windows and holidays from iCalendar files (`.ics`), as Outlook, Google and change tools write them."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from os import PathLike
from typing import Any
from zoneinfo import ZoneInfo

from sla_rules.adapters.vevent_files import Feed, read_feed
from sla_rules.adapters.vevents import YEARS, Occurrence, Zones, occurrences
from sla_rules.errors import InputError, did_you_mean, quoted
from sla_rules.events import Window
from sla_rules.instants import micros, moment
from sla_rules.periods import midnight

_NO_SCOPE = (None,)
_UTC = ZoneInfo("UTC")


def windows_of_ical(
    source: str | PathLike[str],
    kind: str = "maintenance",
    *,
    start: object = None,
    end: object = None,
    scope: str | None = None,
    scope_from: str | None = None,
    timezone: str | None = None,
    day_zone: str | None = None,
) -> list[Window]:
    """Return the events of an iCalendar file as windows of time that does not count, recurrences written out.

    A window is `[DTSTART, DTEND)`; whole days are those of a zone, from midnight to midnight. Its id is the UID, with
    the instant or day of the recurrence where the event recurs. Recurrences keep the wall clock of their zone over
    its changes, at the start and, where DTEND is given, at the end; the hours of a DURATION are real hours. Events
    with STATUS:CANCELLED are left out.

    Args:
        source: the path of a file, or its text.
        kind: the name under which policies exclude the windows.
        start: the instant (ISO 8601 text or a `datetime`, with offset or zone) before which no window is wanted: those
            that end by then are left out. None is as far back as the events go.
        end: the instant from which on no window is wanted; needed where an event recurs without end. Recurrences
            after the last year that calendars know are left out.
        scope: the one service, team or site that all of them concern; None concerns all.
        scope_from: the property that names it instead: `LOCATION`, `SUMMARY`, `X-SERVICE`, … Of several values, such
            as those of `CATEGORIES`, each gives a window; an event without the property concerns all.
        timezone: the zone of times without a zone and of whole days; that of the file (X-WR-TIMEZONE) unless given.
        day_zone: the zone of whole days, where neither names one.

    Raises:
        InputError: the file cannot be read, or an event in it could be misunderstood; the message names file and event.
        SlaError: `sla-rules[ical]` is not installed.
    """
    first, after = _instant("start", start), _instant("end", end)
    if after is not None and moment(after).year not in YEARS:
        raise InputError(f"end: {quoted(str(end))} is outside the years {YEARS[0]} to {YEARS[-1]}")
    if first is not None and after is not None and after <= first:
        raise InputError("end must be after start")
    feed = read_feed(source)
    scopes = _Scopes(feed, scope, scope_from)
    found = occurrences(feed, Zones.of(feed, timezone, day_zone), first, after)
    return [
        Window(kind=kind, start=moment(each.start_at), end=moment(each.end_at), scope=one, id=each.id)
        for each in found
        for one in scopes.of(each)
    ]


def _instant(name: str, value: object) -> int | None:
    try:
        return None if value is None else micros(value)
    except InputError as error:
        raise InputError(f"{name}: {error}") from None


class _Scopes:
    """What the events of a file concern: all the same, or what one of their properties says."""

    def __init__(self, feed: Feed, scope: str | None, scope_from: str | None) -> None:
        if scope is not None and scope_from is not None:
            raise InputError("give `scope` or `scope_from`, not both")
        self._same: tuple[str | None, ...] = (scope,)
        self._name = scope_from
        known = sorted({name for event in feed.events for name in event})
        if scope_from is not None and known and scope_from.upper() not in known:
            hint = did_you_mean(scope_from.upper(), known) or f"; there are {', '.join(known)}"
            raise InputError(f"{feed.file}: scope_from: no event has the property {quoted(scope_from)}{hint}")

    def of(self, occurrence: Occurrence) -> Iterable[str | None]:
        """Return what one of them concerns."""
        if self._name is None:
            return self._same
        return list(dict.fromkeys(_texts(occurrence.properties.get(self._name)))) or _NO_SCOPE


def _texts(value: Any) -> list[str]:
    """Return the texts of a property that stands there once, several times, or with several values."""
    parts = value if isinstance(value, list) else getattr(value, "cats", [] if value is None else [value])
    if isinstance(value, list):
        return [text for part in parts for text in _texts(part)]
    return [text for part in parts if (text := str(part).strip())]


def holidays_of(source: str | PathLike[str], *, years: Iterable[int] | None = None) -> dict[date, str]:
    """Return the days of an iCalendar file of holidays with their names, in order.

    They go where holidays are given: `Calendar(holidays=holidays_of("plant.ics"))`, or as the `dates` of the holidays
    of a calendar in a mapping for `load`. Where a day has several holidays, their names are joined.

    Args:
        source: the path of a file, or its text.
        years: the years whose holidays are wanted, `range(2026, 2031)`; needed where one recurs without end.

    Raises:
        InputError: the file cannot be read, or an event in it does not last whole days; the message names file and
            event.
        SlaError: `sla-rules[ical]` is not installed.
    """
    wanted = None if years is None else frozenset(_year(each) for each in years)
    first, after = (None, None) if not wanted else (midnight(date(min(wanted), 1, 1), _UTC), _year_end(max(wanted)))
    feed = read_feed(source)
    names: dict[date, list[str]] = {}
    for each in [] if wanted == frozenset() else _whole_days(feed, first, after):
        name = " ".join(_texts(each.properties.get("SUMMARY")))
        day = each.start
        while day < each.end:
            if wanted is None or day.year in wanted:
                names.setdefault(day, []).append(name)
            day += timedelta(days=1)
    return {day: ", ".join(filter(None, dict.fromkeys(names[day]))) for day in sorted(names)}


def _whole_days(feed: Feed, start: int | None, end: int | None) -> list[Occurrence]:
    try:
        found = occurrences(feed, Zones(_UTC, _UTC), start, end)
    except InputError as error:
        raise InputError(str(error).replace("`end=`", "`years=`")) from None
    for each in found:
        if isinstance(each.start, datetime):
            raise each.place.error(f"is no holiday: it lasts from {each.start} to {each.end}, not whole days")
    return found


def _year(value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or value not in YEARS:
        raise InputError(f"years: {quoted(value)} is no year such as `2026`")
    return value


def _year_end(year: int) -> int:
    return midnight(date(year + 1, 1, 1), _UTC)
