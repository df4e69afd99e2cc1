"""When a business is open, as people write it, and the same as instants.

`OpeningHours` is the definition behind a `Calendar`: a zone, a week, holidays, extra and removed
periods. It is read and refused here, and turned into open periods year by year. What counts between
two instants is no business of this module.
"""

import re
import zoneinfo
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from itertools import pairwise
from typing import Any, cast

from sla_rules.errors import CalendarError, did_you_mean, quoted
from sla_rules.instants import DAY, SECOND

HORIZON = range(1900, 2201)
"""The years that a calendar with working hours knows; fewer where a country's holidays are known for fewer."""

Interval = tuple[int, int]
"""Two instants, half-open: the first belongs to it, the second does not."""
WallPeriod = tuple[int, int]
"""Seconds on the wall clock since the midnight that the period's date begins with; over 86 400 is the next day."""
DatedPeriod = tuple[date, int, int]
"""The date that a period begins on, and its `WallPeriod`."""

_DAY_SECONDS = 86_400
_WHOLE_DAY: WallPeriod = (0, _DAY_SECONDS)
_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_WEEKDAY_NUMBERS = {name: day for day, full in enumerate(_WEEKDAYS) for name in (full[:3], full)}
_TIME = re.compile(r"(\d\d):(\d\d)(?::(\d\d))?", re.ASCII)
_HOLIDAY_SETTINGS = ("country", "subdivision", "dates")
_EPOCH_ORDINAL = date(1970, 1, 1).toordinal()
_MIDNIGHT = time()


@dataclass(frozen=True, slots=True)
class OpeningHours:
    """A zone and what is open in it: ((week without holidays) with extra) without removed.

    Attributes:
        timezone: the IANA name of the zone whose wall clock everything else speaks of.
        week: for every weekday from Monday its periods; `None` is around the clock.
        holidays: the dates that are closed, with their names (empty where they have none).
        country: whose holidays are closed besides, as the `holidays` package calls it; empty for none.
        subdivision: the part of the country; empty for all of it.
        extra: periods that are open whatever week and holidays say.
        removed: periods that are closed whatever the rest says.
    """

    timezone: str = "UTC"
    week: tuple[tuple[WallPeriod, ...], ...] | None = None
    holidays: tuple[tuple[date, str], ...] = ()
    country: str = ""
    subdivision: str = ""
    extra: tuple[DatedPeriod, ...] = ()
    removed: tuple[DatedPeriod, ...] = ()

    @property
    def always(self) -> bool:
        """Whether nothing is ever closed."""
        return self.week is None and not (self.holidays or self.country or self.removed)

    @property
    def years(self) -> range:
        """The years for which it is known what is open."""
        if not self.country:
            return HORIZON
        known = _country(self.country, self.subdivision)
        return range(max(HORIZON.start, known.start_year), min(HORIZON.stop, known.end_year + 1))

    def bounds(self, years: range) -> Interval:
        """The instants at which `years` begin and end in the zone."""
        zone = zoneinfo.ZoneInfo(self.timezone)
        return _instant(zone, date(years.start, 1, 1)), _instant(zone, date(years.stop, 1, 1))

    def open_periods(self, years: range) -> list[Interval]:
        """What is open in `years`: merged, sorted, clipped to them."""
        zone = zoneinfo.ZoneInfo(self.timezone)
        begin, end = self.bounds(years)
        closed = merged((first, last) for first, last, _ in self.holiday_periods(years))
        weekly = without(merged(self._weekly(zone, years)), closed)
        extra = (_period(zone, *dated) for dated in self.extra)
        removed = merged(_period(zone, *dated) for dated in self.removed)
        return clipped(without(merged([*weekly, *extra]), removed), begin, end)

    def holiday_periods(self, years: range) -> list[tuple[int, int, str]]:
        """The holidays in `years` in order: from midnight to midnight in the zone, with the name."""
        zone = zoneinfo.ZoneInfo(self.timezone)
        named = _country_holidays(self.country, self.subdivision, years) if self.country else {}
        for day, name in self.holidays:
            if day.year in years:
                named[day] = name or named.get(day, "")
        return [(*_period(zone, day, *_WHOLE_DAY), name) for day, name in sorted(named.items())]

    def arguments(self) -> dict[str, Any]:
        """The keyword arguments of `Calendar` that say this; those that are left out are left out here too."""
        dates = {day.isoformat(): name for day, name in self.holidays}
        place = {"country": self.country, "subdivision": self.subdivision}
        said = {
            "timezone": self.timezone if self.timezone != "UTC" else "",
            "holidays": {key: value for key, value in (*place.items(), ("dates", dates)) if value},
            "extra": [f"{day} {_say_period(first, last)}" for day, first, last in self.extra],
            "removed": [f"{day} {_say_period(first, last)}" for day, first, last in self.removed],
        }
        kept: dict[str, Any] = {key: value for key, value in said.items() if value}
        if self.week is not None:
            named = zip(_WEEKDAYS, self.week, strict=True)
            kept["week"] = {name[:3]: [_say_period(*period) for period in day] for name, day in named if day}
        return kept

    def _weekly(self, zone: zoneinfo.ZoneInfo, years: range) -> Iterator[Interval]:
        week = self.week if self.week is not None else ((_WHOLE_DAY,),) * 7
        if not any(week):
            return
        # The day before the first year may reach into it.
        first, last = date(years.start, 1, 1).toordinal() - 1, date(years.stop, 1, 1).toordinal()
        for ordinal in range(first, last):
            periods = week[(ordinal - 1) % 7]
            if periods:
                day = date.fromordinal(ordinal)
                # A date that the zone skipped altogether, as Apia did 2011-12-30, has no working hours to move.
                if _instant(zone, day) != _instant(zone, date.fromordinal(ordinal + 1)):
                    yield from (_period(zone, day, *period) for period in periods)


def opening_hours(timezone: object, week: object, holidays: object, extra: object, removed: object) -> OpeningHours:
    """Read what `Calendar` takes. Raises `CalendarError` with the input and, where one is near, the right word."""
    dates, country, subdivision = _read_holidays(holidays)
    return OpeningHours(
        timezone=_read_timezone(timezone),
        week=None if week is None else _read_week(week),
        holidays=dates,
        country=country,
        subdivision=subdivision,
        extra=_read_dated_periods("extra", extra),
        removed=_read_dated_periods("removed", removed),
    )


def merged(intervals: Iterable[Interval]) -> tuple[Interval, ...]:
    """Sort half-open intervals, join those that overlap or touch, and drop empty ones."""
    joined: list[Interval] = []
    for start, end in sorted(intervals):
        if end <= start:
            continue
        if joined and start <= joined[-1][1]:
            if end > joined[-1][1]:
                joined[-1] = (joined[-1][0], end)
        else:
            joined.append((start, end))
    return tuple(joined)


def without(intervals: Iterable[Interval], holes: Sequence[Interval]) -> list[Interval]:
    """Take `holes` out of `intervals`; both sorted and disjoint."""
    left: list[Interval] = []
    index = 0
    for start, end in intervals:
        while index < len(holes) and holes[index][1] <= start:
            index += 1
        ahead = index
        while ahead < len(holes) and holes[ahead][0] < end:
            hole_start, hole_end = holes[ahead]
            if start < hole_start:
                left.append((start, hole_start))
            start = max(start, hole_end)
            ahead += 1
        if start < end:
            left.append((start, end))
    return left


def clipped(intervals: Iterable[Interval], begin: int, end: int) -> list[Interval]:
    """What of `intervals` lies within `[begin, end)`."""
    return [(max(first, begin), min(last, end)) for first, last in intervals if first < end and last > begin]


def _instant(zone: zoneinfo.ZoneInfo, day: date, seconds: int = 0) -> int:
    """The instant of a time on the wall clock, given as seconds since the midnight that `day` begins with.

    `fold=0`, the default of `datetime`, is the rule of the calendar: a time that occurs twice is the first of
    the two, a time that is skipped moves forward by the gap.
    """
    wall = datetime.combine(day, _MIDNIGHT, zone)
    if seconds:
        wall += timedelta(seconds=seconds)
    offset = cast(timedelta, zone.utcoffset(wall))
    since_epoch = (day.toordinal() - _EPOCH_ORDINAL) * DAY + seconds * SECOND
    return since_epoch - (offset.days * _DAY_SECONDS + offset.seconds) * SECOND - offset.microseconds


def _period(zone: zoneinfo.ZoneInfo, day: date, first: int, last: int) -> Interval:
    return _instant(zone, day, first), _instant(zone, day, last)


def _read_timezone(name: object) -> str:
    # `localtime` is whatever the machine is set to, and a verdict must not depend on that.
    try:
        if isinstance(name, str) and name != "localtime":
            zoneinfo.ZoneInfo(name)
            return name
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):
        pass
    near = did_you_mean(name, zoneinfo.available_timezones())
    raise CalendarError(f"{quoted(name)} is not a time zone such as `Europe/Paris`{near}")


def _read_week(week: object) -> tuple[tuple[WallPeriod, ...], ...]:
    if not isinstance(week, Mapping):
        raise CalendarError(f'{quoted(week)} is not a week such as `{{"mon-fri": "09:00-17:00"}}`')
    said: list[list[tuple[WallPeriod, str]]] = [[] for _ in _WEEKDAYS]
    for days, texts in week.items():
        periods = [(_read_period(text), str(text)) for text in _texts("week", texts)]
        for day in _read_weekdays(days):
            said[day].extend(periods)
    for day, periods in enumerate(said):
        periods.sort()
        for ((_, end), text), ((start, _), other) in pairwise(periods):
            if start < end:
                raise CalendarError(f"{quoted(text)} and {quoted(other)} overlap on {_WEEKDAYS[day]}")
    return tuple(tuple(period for period, _ in periods) for periods in said)


def _read_weekdays(text: object) -> list[int]:
    """The weekdays that `mon-fri`, `sat` or `sun, mon` name; `fri-mon` goes through Sunday."""
    days: list[int] = []
    for part in str(text).split(","):
        first, *last = [_read_weekday(name) for name in part.split("-", 1)]
        end = last[0] if last else first
        days += [(first + offset) % 7 for offset in range((end - first) % 7 + 1)]
    return days


def _read_weekday(name: str) -> int:
    word = name.strip().lower()
    if word not in _WEEKDAY_NUMBERS:
        near = did_you_mean(word, _WEEKDAY_NUMBERS)
        raise CalendarError(f"{quoted(name.strip())} is not a weekday such as `mon` or `monday`{near}")
    return _WEEKDAY_NUMBERS[word]


def _read_period(text: object) -> WallPeriod:
    try:
        first, last = [_read_time(part.strip()) for part in str(text).split("-")]
    except ValueError:
        raise CalendarError(f"{quoted(text)} is not a period such as `09:00-17:00`") from None
    if first == last:
        raise CalendarError(f"{quoted(text)} begins and ends at the same time; the whole day is `00:00-24:00`")
    if first == _DAY_SECONDS:
        raise CalendarError(f"{quoted(text)} begins where its day ends; write it as `00:00-…` of the next day")
    return first, last if last > first else last + _DAY_SECONDS


def _read_time(text: str) -> int:
    """Seconds since midnight. Raises `ValueError` for what is no time of a day."""
    match = _TIME.fullmatch(text)
    if match is None:
        raise ValueError
    hours, minutes, seconds = (int(digits or 0) for digits in match.groups())
    total = hours * 3600 + minutes * 60 + seconds
    if minutes >= 60 or seconds >= 60 or total > _DAY_SECONDS:
        raise ValueError
    return total


def _say_period(first: int, last: int) -> str:
    # Only midnight at the end of its own day is written `24:00`.
    end = last if last <= _DAY_SECONDS else last - _DAY_SECONDS
    return f"{_say_time(first)}-{_say_time(end)}"


def _say_time(total: int) -> str:
    minutes, seconds = divmod(total, 60)
    text = f"{minutes // 60:02}:{minutes % 60:02}"
    return f"{text}:{seconds:02}" if seconds else text


def _read_dated_periods(what: str, texts: object) -> tuple[DatedPeriod, ...]:
    return tuple(sorted({_read_dated_period(text) for text in _texts(what, texts)}))


def _read_dated_period(text: object) -> DatedPeriod:
    day, _, period = str(text).strip().partition(" ")
    try:
        return (_read_date(day), *_read_period(period))
    except CalendarError as error:
        form = "`2026-05-16 09:00-12:00`"
        raise CalendarError(f"{quoted(text)} is not a period of a date such as {form}: {error}") from None


def _read_holidays(said: object) -> tuple[tuple[tuple[date, str], ...], str, str]:
    """The dates with their names, the country and the subdivision."""
    if not isinstance(said, Mapping) or not any(key in said for key in _HOLIDAY_SETTINGS):
        return _read_dates(said), "", ""
    for key in said:
        if key not in _HOLIDAY_SETTINGS:
            near = did_you_mean(key, _HOLIDAY_SETTINGS)
            raise CalendarError(f"{quoted(key)} is not one of `country`, `subdivision` and `dates` of holidays{near}")
    country, subdivision = (_read_place(said.get(key, "")) for key in ("country", "subdivision"))
    if "country" in said:
        _country(country, subdivision)
    elif subdivision:
        raise CalendarError(f"subdivision {quoted(subdivision)} needs its `country`")
    return _read_dates(said.get("dates", ())), country, subdivision


def _read_place(name: object) -> str:
    if not isinstance(name, str):
        raise CalendarError(f"{quoted(name)} is not a country or subdivision such as `FR`")
    return name


def _read_dates(said: object) -> tuple[tuple[date, str], ...]:
    if isinstance(said, Mapping):
        pairs = [(_read_date(day), "" if name is None else str(name)) for day, name in said.items()]
    elif isinstance(said, Iterable) and not isinstance(said, str):
        pairs = [(_read_date(day), "") for day in said]
    else:
        raise CalendarError(f"{quoted(said)} is not a list of holidays such as `[2026-05-01]`")
    return tuple(sorted(dict(sorted(pairs)).items()))


def _read_date(said: object) -> date:
    day = said
    if isinstance(said, str):
        try:
            day = date.fromisoformat(said)
        except ValueError:
            day = None
    if not isinstance(day, date) or isinstance(day, datetime):
        near = did_you_mean(said, _HOLIDAY_SETTINGS)
        raise CalendarError(f"{quoted(said)} is not a date such as `2026-05-01`{near}")
    if day.year not in HORIZON:
        raise CalendarError(f"{quoted(said)} is outside the years {HORIZON[0]} to {HORIZON[-1]}")
    return day


def _texts(what: str, value: object) -> list[object]:
    if isinstance(value, str):
        return [value]
    if isinstance(value, Iterable) and not isinstance(value, Mapping):
        return list(value)
    raise CalendarError(f"{quoted(value)} in `{what}` is neither a period nor a list of periods")


def _country_holidays(country: str, subdivision: str, years: range) -> dict[date, str]:
    known = _country(country, subdivision)
    # Left unsaid, the language of the names would be that of the machine's locale.
    language = "en_US" if "en_US" in known.supported_languages else known.default_language
    package = _holidays_package()
    return dict(package.country_holidays(country, subdiv=subdivision or None, years=years, language=language))


@lru_cache
def _country(country: str, subdivision: str) -> Any:
    """The `holidays` package's object of a country, without any year's holidays in it."""
    package = _holidays_package()
    countries = package.list_supported_countries(include_aliases=True)
    if country not in countries:
        near = did_you_mean(country.upper(), countries)
        raise CalendarError(f"{quoted(country)} is not a country that the `holidays` package knows{near}")
    known = package.country_holidays(country)
    names = {*known.subdivisions, *getattr(known, "subdivisions_aliases", {})}
    if subdivision and subdivision not in names:
        near = did_you_mean(subdivision, names) or did_you_mean(subdivision.upper(), names)
        raise CalendarError(f"{quoted(subdivision)} is not a subdivision of {quoted(country)}{near}")
    return known


def _holidays_package() -> Any:
    try:
        import holidays
    except ImportError:
        raise CalendarError("holidays of a country need the extra `sla-rules[holidays]`") from None
    return holidays
