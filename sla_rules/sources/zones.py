"""Times without an offset, where the zone of their clock is given."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sla_rules.calendar import Calendar
from sla_rules.errors import CalendarError, InputError
from sla_rules.instants import EPOCH, micros


def zone_of(name: str | None) -> ZoneInfo | None:
    """Return the zone of a name. Raises `InputError` where there is none."""
    try:
        return None if name is None else ZoneInfo(Calendar(timezone=name).timezone)
    except CalendarError as error:
        raise InputError(f"timezone: {error}") from None


def localised(value: object, zone: ZoneInfo | None) -> object:
    """Return a time with its zone where it has none, everything else as it is.

    A wall-clock time that the zone skips moves forward by the gap, of one that occurs twice the first counts:
    `fold=0`, the default of `datetime`.
    """
    if zone is None:
        return value
    if isinstance(value, str):
        try:
            wall = micros(f"{value}Z")  # of a text with an offset this makes no time
        except InputError:
            return value
        value = wall_clock(wall)
    if isinstance(value, datetime) and value.utcoffset() is None:
        return value.replace(tzinfo=zone, fold=0)
    return value


def wall_clock(wall: int) -> datetime:
    """Return microseconds since 1970 on some wall clock as a `datetime` without a zone."""
    return (EPOCH + timedelta(microseconds=wall)).replace(tzinfo=None)
