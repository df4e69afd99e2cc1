"""iCalendar files (RFC 5545), read as a whole or not at all.

The library that reads them skips what it does not understand, and a lost window would change verdicts.
"""

import re
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from os import PathLike, fspath
from pathlib import Path
from threading import Lock
from typing import Any

from sla_rules.errors import InputError, SlaError, quoted

_PARSING = Lock()
_EDGES = ("BEGIN", "END")
_UNREADABLE = (ValueError, TypeError, LookupError, AttributeError, ArithmeticError, RuntimeError, AssertionError)
"""What the libraries raise on files that are broken."""


@dataclass(frozen=True)
class Feed:
    """The events of a file.

    Attributes:
        file: what messages call the file.
        events: the components, as `icalendar` has them.
        zone: the name of the zone of times that have none, as the file says it (X-WR-TIMEZONE); None if it does not.
    """

    file: str
    events: tuple[Any, ...]
    zone: str | None


def libraries() -> tuple[Any, Any]:
    """Return `icalendar` and `recurring_ical_events`. Raises `SlaError` where they are not installed."""
    try:
        import icalendar
        import recurring_ical_events
    except ImportError:
        raise SlaError("iCalendar files need the extra `sla-rules[ical]`") from None
    return icalendar, recurring_ical_events


@contextmanager
def understood(place: object) -> Iterator[None]:
    """Turn what the libraries raise into `InputError`; `place` is being read."""
    try:
        yield
    except SlaError:
        raise
    except _UNREADABLE as error:
        reason = (str(error).splitlines() or [""])[0] or type(error).__name__
        raise InputError(f"{place}: cannot be read: {reason}") from None


def read_feed(source: str | PathLike[str]) -> Feed:
    """Return the events of a file.

    Args:
        source: the path of a file, or its text.

    Raises:
        InputError: the file cannot be read, is no iCalendar, or not all of it is there.
        SlaError: the libraries are missing.
    """
    text, file = _text(source)
    calendars = _parsed(text, file)
    if not calendars or any(each.name != "VCALENDAR" for each in calendars):
        raise InputError(f"{file}: no iCalendar file: it has no whole `BEGIN:VCALENDAR` … `END:VCALENDAR`")
    events = tuple(event for each in calendars for event in each.walk("VEVENT"))
    begun, ended = (len(re.findall(rf"^{word}:VEVENT\s*$", text, re.MULTILINE | re.IGNORECASE)) for word in _EDGES)
    if not begun == ended == len(events):
        raise InputError(f"{file}: {begun} events begin, {ended} end, {len(events)} can be read: the file is damaged")
    for each in calendars:
        _check(each, file)
    zones = sorted({str(each["X-WR-TIMEZONE"]) for each in calendars if "X-WR-TIMEZONE" in each})
    if len(zones) > 1:
        raise InputError(f"{file}: calendars of several X-WR-TIMEZONE, {', '.join(zones)}; give a file of each")
    return Feed(file, events, zones[0] if zones else None)


def _text(source: str | PathLike[str]) -> tuple[str, str]:
    if not isinstance(source, (str, PathLike)):
        raise InputError(f"{quoted(source)} is neither the path of an iCalendar file nor its text")
    if isinstance(source, str) and ("\n" in source or source[:6].upper() == "BEGIN:"):
        return source, "the calendar"
    path = fspath(source)
    try:
        return Path(path).read_bytes().decode("utf-8-sig"), path
    except UnicodeDecodeError as error:
        raise InputError(f"{path}: not UTF-8: byte {error.start}") from None
    except (OSError, ValueError) as error:
        raise InputError(f"{path}: cannot be read: {getattr(error, 'strerror', None) or error}") from None


def _parsed(text: str, file: str) -> list[Any]:
    icalendar, _ = libraries()
    zones = icalendar.timezone.tzp
    with _PARSING, warnings.catch_warnings(), understood(file):
        warnings.simplefilter("ignore")
        used = zones.name
        # The library remembers the VTIMEZONEs of every file that it reads; those of another must not count here.
        zones.use("zoneinfo")
        try:
            return list(icalendar.Calendar.from_ical(text, multiple=True))
        finally:
            zones.use(used)


def _check(calendar: Any, file: str) -> None:
    """Refuse a calendar that is not of Gregorian days, or that takes events back."""
    scale = str(calendar.get("CALSCALE", "GREGORIAN"))
    if scale.upper() != "GREGORIAN":
        raise InputError(f"{file}: CALSCALE {quoted(scale)}: only Gregorian calendars are read")
    if str(calendar.get("METHOD", "")).upper() == "CANCEL":
        raise InputError(f"{file}: METHOD `CANCEL`: the file takes events back, it does not tell of them")
