"""What a deadline can come to: every row, tier and count, with the attributes that lead there and the due instant."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from sla_rules.calendar import Calendar
from sla_rules.errors import BeyondHorizonError
from sla_rules.instants import HOUR, LAST, MINUTE, say_span
from sla_rules.language.base import written
from sla_rules.language.calendars import CalendarTable
from sla_rules.language.limits import BusinessDays, CalendarDays, Each, EndOf, LeadDays, Table, Until
from sla_rules.language.policies import Deadline
from sla_rules.periods import add_months, last_instant, local_date, midnight
from sla_rules.testing.directed.stage import Stage
from sla_rules.testing.directed.values import Facts, neighbours, within

Interval = tuple[int, int]


@dataclass(frozen=True)
class Target:
    """A simple limit and how a case comes to it.

    Attributes:
        name: the row, tier or count in words.
        limit: the simple limit; None where a lead runs backwards, so that nothing is judged.
        fixed: the attributes that lead to it.
        calendar: by what time counts.
    """

    name: str
    limit: Any
    fixed: Facts
    calendar: Calendar | None = None

    @property
    def judged(self) -> bool:
        """Whether a case that comes to it gets a verdict."""
        return self.limit not in (None, "unjudged")


def targets(stage: Stage[Deadline], at: int) -> list[Target]:
    """Return everything that the deadline can come to for a start at an instant."""
    found = [each for target in rows(stage, at) for each in counts(stage, at, target)]
    return [each for target in found for each in calendars(stage, target)]


def rows(stage: Stage[Deadline], at: int) -> Iterator[Target]:
    """Yield every row of a table, both edges of every tier, or the one limit that there is."""
    limit = stage.policy.limit
    if isinstance(limit, Table):
        for values, row in limit.rows.items():
            fixed = dict(zip(limit.by, values, strict=True))
            yield Target(" ".join(f"{name} {written(value)}" for name, value in fixed.items()), row, fixed)
    elif isinstance(limit, LeadDays):
        yield from tiers(stage, at, limit)
    else:
        yield Target("the limit", limit, {})


def tiers(stage: Stage[Deadline], at: int, limit: LeadDays) -> Iterator[Target]:
    """Yield the tiers at the first and the last instant of their first and last day, and a lead that runs backwards."""
    begin, lead = at, limit.lead_days
    day = local_date(begin, stage.zone)
    fixed: Facts = {} if lead.from_ is None else {lead.from_: begin}
    for tier in limit.tiers:
        last = tier.from_ + 30 if tier.to is None else tier.to
        first_at = max(midnight(day + timedelta(days=tier.from_), stage.zone), begin)
        yield Target(f"{tier.from_} days ahead", tier.limit, {**fixed, lead.to: first_at})
        last_at = last_instant(day + timedelta(days=last), stage.zone)
        yield Target(f"{last} days ahead, at the end of the day", tier.limit, {**fixed, lead.to: last_at})
    yield Target("a lead that runs backwards", None, {**fixed, lead.to: begin - 1})


def counts(stage: Stage[Deadline], at: int, target: Target) -> Iterator[Target]:
    """Yield a limit that depends on a field with several of its values, and any other as it is."""
    limit = target.limit
    if isinstance(limit, Each):
        literals = stage.values.literals.get(limit.times, [])
        several = [1, 2, 3, 0, *literals, *(near for value in literals for near in neighbours(value))]
        for number in dict.fromkeys(several):
            if isinstance(number, int) and number >= 0:
                yield replace(
                    target, name=f"{target.name}, {number} times", fixed={**target.fixed, limit.times: number}
                )
    elif isinstance(limit, Until):
        for offset in (2 * HOUR, 0):
            fixed = {**target.fixed, limit.until: within(at + offset)}
            yield replace(target, name=f"{target.name}, {say_span(offset)} ahead", fixed=fixed)
    else:
        yield target


def calendars(stage: Stage[Deadline], target: Target) -> Iterator[Target]:
    """Yield a target under each calendar that it can have."""
    choice, known = stage.policy.calendar, stage.agreement.calendars
    if not isinstance(choice, CalendarTable):
        yield replace(target, calendar=known[choice])
        return
    fixed = target.fixed.get(choice.by)
    for value, name in choice.table.items():
        if fixed is None or value == fixed:
            said = target.name if choice.by in target.fixed else f"{target.name}, {choice.by} {written(value)}"
            yield Target(said, target.limit, {**target.fixed, choice.by: value}, known[name])


def due_of(stage: Stage[Deadline], target: Target, start: int, still: Sequence[Interval] = ()) -> int | None:
    """Return the last instant in time, by the calendar's own arithmetic; None where there is none."""
    limit, calendar = target.limit, target.calendar
    if limit in ("none", "unjudged", None):
        return None
    try:
        if isinstance(limit, (int, Each)):
            length = limit if isinstance(limit, int) else limit.each * target.fixed[limit.times]
            assert calendar is not None
            due = calendar.due(start, length, still)
        elif isinstance(limit, Until):
            due = target.fixed[limit.until]
        elif isinstance(limit, BusinessDays):
            assert calendar is not None
            due = business_days(calendar, stage, start, limit.business_days)
        else:
            due = calendar_days(limit, stage, start)
    except (BeyondHorizonError, OverflowError, ValueError):
        return None
    return min(due - 1 if stage.policy.strict else due, LAST - MINUTE)


def business_days(calendar: Calendar, stage: Stage[Deadline], start: int, number: int) -> int:
    """Return the end of the n-th day after that of the start on which the calendar is open."""
    day = local_date(start, stage.zone)
    while number:
        day += timedelta(days=1)
        begin = midnight(day, stage.zone)
        end = last_instant(day, stage.zone) + 1
        if calendar.counted(begin, end):
            number -= 1
    return last_instant(day, stage.zone)


def calendar_days(limit: EndOf | CalendarDays, stage: Stage[Deadline], start: int) -> int:
    """Return the end of the calendar day or month that a limit means."""
    day = local_date(start, stage.zone)
    if isinstance(limit, CalendarDays):
        return last_instant(day + timedelta(days=limit.calendar_days), stage.zone)
    if limit.end_of == "day":
        return last_instant(day + timedelta(days=limit.after), stage.zone)
    return midnight(add_months(day, limit.after + 1), stage.zone) - 1


def middle_of(target: Target, start: int, due: int) -> int:
    """Return an instant well before the due one, at which time counts where it counts at all."""
    calendar = target.calendar
    if isinstance(target.limit, int) and calendar is not None:
        return calendar.next_open(calendar.due(start, target.limit // 2))
    return start + (due - start) // 2


def judged(found: Sequence[Target]) -> list[Target]:
    """Return those of the targets whose cases get a verdict."""
    return [each for each in found if each.judged]


def differing(one: Target, other: Target) -> Mapping[str, Any]:
    """Return the attributes in which a target differs from another."""
    return {name: value for name, value in other.fixed.items() if one.fixed.get(name) != value}
