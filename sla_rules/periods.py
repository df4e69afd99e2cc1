"""Calendar days, weeks, months, quarters and years of a time zone: labels, bounds and distances.

Labels are `2026-03-10`, `2026-W10` (ISO), `2026-03`, `2026-Q1`, `2026` and `whole`.
"""

from datetime import date, datetime, timedelta
from typing import Literal, assert_never
from zoneinfo import ZoneInfo

from sla_rules.errors import InputError
from sla_rules.instants import FIRST, LAST, micros, moment

Period = Literal["day", "week", "month", "quarter", "year", "whole"]

_DAYS = {"day": timedelta(days=1), "week": timedelta(days=7)}
_MONTHS = {"month": 1, "quarter": 3, "year": 12}


def local_date(at: int, zone: ZoneInfo) -> date:
    """Return the calendar date of an instant in a time zone, the nearest there is beyond the years 1 to 9999."""
    try:
        return moment(at).astimezone(zone).date()
    except OverflowError:
        return date.min if at < 0 else date.max


def midnight(day: date, zone: ZoneInfo) -> int:
    """Return the instant at which a calendar date begins in a time zone, none before the year 1."""
    try:
        return micros(datetime(day.year, day.month, day.day, tzinfo=zone))
    except InputError:
        return FIRST


def last_instant(day: date, zone: ZoneInfo) -> int:
    """Return the last microsecond of a calendar date in a time zone."""
    return midnight(day + timedelta(days=1), zone) - 1


def add_months(day: date, months: int) -> date:
    """Return the first day of the month that comes `months` after that of `day`."""
    index = day.year * 12 + day.month - 1 + months
    return date(index // 12, index % 12 + 1, 1)


def label_of_date(day: date, per: Period) -> str:
    """Return the label of the period that a calendar date belongs to."""
    match per:
        case "day":
            return day.isoformat()
        case "week":
            year, week, _ = day.isocalendar()
            return f"{year:04}-W{week:02}"
        case "month":
            return f"{day.year:04}-{day.month:02}"
        case "quarter":
            return f"{day.year:04}-Q{(day.month + 2) // 3}"
        case "year":
            return f"{day.year:04}"
        case "whole":
            return "whole"
        case _:
            assert_never(per)


def label(at: int, per: Period, zone: ZoneInfo) -> str:
    """Return the label of the period that an instant belongs to in a time zone."""
    return label_of_date(local_date(at, zone), per)


def first_days(period: str, per: Period) -> tuple[date, date | None]:
    """Return the first day of the period with this label, and the first day after it (not for `whole`).

    There is no day after a period that the year 9999 ends.
    """
    if per == "day":
        first = date.fromisoformat(period)
    elif per == "week":
        first = date.fromisocalendar(int(period[:4]), int(period[6:]), 1)
    elif per == "month":
        first = date(int(period[:4]), int(period[5:]), 1)
    elif per == "quarter":
        first = date(int(period[:4]), int(period[6:]) * 3 - 2, 1)
    else:
        first = date(int(period), 1, 1)
    try:
        return first, first + _DAYS[per] if per in _DAYS else add_months(first, _MONTHS[per])
    except (OverflowError, ValueError):
        return first, None


def bounds(period: str, per: Period, zone: ZoneInfo) -> tuple[int, int]:
    """Return the instants `[start, end)` of the period with this label; `whole` has no bounds that end."""
    if per == "whole":
        return FIRST, LAST + 1
    first, after = first_days(period, per)
    return midnight(first, zone), LAST + 1 if after is None else midnight(after, zone)
