"""What a limit gives a case: counted time, an instant, nothing at all, or no verdict."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from sla_rules.calendar import Calendar
from sla_rules.counting.causes import BEYOND, impossible, missing, no_calendar, no_limit
from sla_rules.errors import BeyondHorizonError
from sla_rules.instants import FIRST, LAST
from sla_rules.language.calendars import CalendarChoice, CalendarTable
from sla_rules.language.limits import BusinessDays, CalendarDays, Each, EndOf, LeadDays, Table, Until
from sla_rules.periods import add_months, last_instant, local_date, midnight

DAYS_AHEAD = "days ahead"
"""The name of what chooses a tier: the calendar days between two instants."""


class Given(NamedTuple):
    """What a limit gives.

    Attributes:
        counted: microseconds of counted time.
        instant: the last instant in time, where the limit is no counted time.
        unjudged: such cases get no verdict.
        cause: why it cannot be known.
        basis: the fields and values that chose it.
        reversed: the fields that name the end and the start of an interval that ends before it starts, None for the
            start event; such a case is unjudged, and worth a finding.

    With none of them the limit is `none`.
    """

    counted: int | None = None
    instant: int | None = None
    unjudged: bool = False
    cause: str | None = None
    basis: tuple[tuple[str, Any], ...] = ()
    reversed: tuple[str, str | None] | None = None

    @property
    def bounded(self) -> bool:
        """Whether it is a limit, and a known one: some time or an instant."""
        return self.counted is not None or self.instant is not None

    def chosen_by(self, *basis: tuple[str, Any]) -> "Given":
        """Return the same, chosen by these fields and values before its own."""
        return Given(self.counted, self.instant, self.unjudged, self.cause, (*basis, *self.basis), self.reversed)


def given_by(limit: Any, facts: Mapping[str, Any], start: int, zone: ZoneInfo, calendar: Calendar | str) -> Given:
    """Return what a limit gives a case.

    Args:
        limit: of a deadline, as its policy holds it, or a row or tier of one.
        facts: the attributes of the case.
        start: the instant of the start event, in microseconds.
        zone: the agreement's, whose calendar days and months count.
        calendar: that of the case, or why it is unknown; only business days look at it.
    """
    match limit:
        case int():
            return Given(counted=limit)
        case Table():
            return by_table(limit, facts, start, zone, calendar)
        case LeadDays():
            return by_lead_days(limit, facts, start, zone, calendar)
        case Each():
            number = facts.get(limit.times)
            if number is None or number < 0:
                return Given(cause=missing(limit.times) if number is None else impossible(limit.times, number))
            counted, basis = limit.each * number, ((limit.times, number),)
            return Given(cause=BEYOND, basis=basis) if counted > LAST - FIRST else Given(counted=counted, basis=basis)
        case Until():
            instant = facts.get(limit.until)
            return Given(cause=missing(limit.until)) if instant is None else Given(instant=instant)
        case EndOf() | CalendarDays():
            return end_of_days(limit, start, zone)
        case BusinessDays():
            if isinstance(calendar, str):
                return Given(cause=calendar)
            return end_of_business_days(limit.business_days, start, calendar, zone)
        case "none" | "unjudged":
            return Given(unjudged=limit == "unjudged")
    raise AssertionError(limit)


def by_table(limit: Table, facts: Mapping[str, Any], start: int, zone: ZoneInfo, calendar: Calendar | str) -> Given:
    """Return what the row of the case's attributes gives."""
    values = tuple([facts.get(name) for name in limit.by])
    if None in values:
        return Given(cause=missing(limit.by[values.index(None)]))
    if values not in limit.rows:
        return Given(cause=no_limit(values))
    given = given_by(limit.rows[values], facts, start, zone, calendar)
    return given.chosen_by(*zip(limit.by, values, strict=True))


def by_lead_days(
    limit: LeadDays, facts: Mapping[str, Any], start: int, zone: ZoneInfo, calendar: Calendar | str
) -> Given:
    """Return what the tier gives for the calendar days between two instants; none where they run backwards."""
    lead = limit.lead_days
    begin = start if lead.from_ is None else facts.get(lead.from_)
    until = facts.get(lead.to)
    if begin is None or until is None:
        return Given(cause=missing(lead.to if lead.from_ is None or begin is not None else lead.from_))
    if until < begin:
        return Given(unjudged=True, reversed=(lead.to, lead.from_))
    days = (local_date(until, zone) - local_date(begin, zone)).days
    tier = next(tier for tier in limit.tiers if tier.covers(days))
    return given_by(tier.limit, facts, start, zone, calendar).chosen_by((DAYS_AHEAD, days))


def end_of_days(limit: EndOf | CalendarDays, start: int, zone: ZoneInfo) -> Given:
    """Return the last microsecond of the calendar day or month that a limit means."""
    day = local_date(start, zone)
    try:
        if isinstance(limit, CalendarDays):
            last = day + timedelta(days=limit.calendar_days)
        elif limit.end_of == "day":
            last = day + timedelta(days=limit.after)
        else:
            last = add_months(day, limit.after + 1) - timedelta(days=1)
        return Given(instant=last_instant(last, zone))
    except (OverflowError, ValueError):
        return Given(cause=BEYOND)


def end_of_business_days(number: int, start: int, calendar: Calendar, zone: ZoneInfo) -> Given:
    """Return the last microsecond of the n-th day after that of the start on which the calendar is open."""
    day = local_date(start, zone)
    try:
        for _ in range(number):
            day = local_date(calendar.next_open(midnight(day + timedelta(days=1), zone)), zone)
        return Given(instant=last_instant(day, zone))
    except (BeyondHorizonError, OverflowError):
        return Given(cause=BEYOND)


def calendar_of(choice: CalendarChoice, facts: Mapping[str, Any], calendars: Mapping[str, Calendar]) -> Calendar | str:
    """Return the calendar of a case with the attributes `facts`, or why it is unknown.

    Args:
        choice: of a policy: a name, or a table by the value of a field.
        facts: the attributes of the case.
        calendars: those of the agreement, by name.
    """
    if not isinstance(choice, CalendarTable):
        return calendars[choice]
    value = facts.get(choice.by)
    if value is None:
        return missing(choice.by)
    return calendars[choice.table[value]] if value in choice.table else no_calendar(choice.by, value)
