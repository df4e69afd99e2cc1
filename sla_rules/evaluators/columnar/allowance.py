"""What a limit gives many instances at once: counted time, an instant, nothing at all, or no verdict."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import timedelta
from functools import cached_property, partial
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

import numpy as np

from sla_rules.calendar import Calendar
from sla_rules.errors import BeyondHorizonError
from sla_rules.evaluators.columnar.circumstances import Judging
from sla_rules.evaluators.columnar.columns import NONE, Column, Flags, Ints, firsts, groups, numbers
from sla_rules.evaluators.columnar.days import day_of, local_days, table_of
from sla_rules.instants import FIRST, LAST
from sla_rules.language.calendars import CalendarTable
from sla_rules.language.limits import BusinessDays, CalendarDays, Each, EndOf, LeadDays, Table, Until
from sla_rules.language.policies import Deadline
from sla_rules.periods import add_months, last_instant, local_date, midnight

BEYOND = "the due time lies beyond the horizon of the calendar"


@dataclass
class View:
    """Instances as they stand at some instants, with the fields that their cases have then.

    Attributes:
        policy, judging: by what, and in which world.
        start: the rows of the start events.
        at: the instants.
        known: the rows up to whose instant the fields of the cases are taken.
        ended: which of the instances have ended.
        number: which of all instances they are.
    """

    policy: Deadline
    judging: Judging
    start: Ints
    at: Ints
    known: Ints
    ended: Flags
    number: Ints
    _facts: dict[str, Column] = field(default_factory=dict, init=False)

    @cached_property
    def start_at(self) -> Ints:
        """When they began."""
        return self.judging.cases.at[self.start]

    def fact(self, name: str) -> Column:
        """Return a field of the cases."""
        if name not in self._facts:
            cases = self.judging.cases
            self._facts[name] = cases.attribute(name, self.known, self.start, self.policy.roles)
        return self._facts[name]

    def of(self, some: Ints) -> "View":
        """Return the view of some of the instances."""
        if np.array_equal(some, np.arange(len(self.start))):
            return self
        return replace(
            self,
            start=self.start[some],
            at=self.at[some],
            known=self.known[some],
            ended=self.ended[some],
            number=self.number[some],
        )


class Causes:
    """Why verdicts cannot be known: for each instance a place in `texts`, -1 where nothing stands in the way."""

    def __init__(self, size: int) -> None:
        self.code = np.full(size, -1, np.int64)
        self.texts: list[str] = []

    def put(self, which: Ints, text: str) -> None:
        """Say why some cannot be known."""
        if len(which):
            if text not in self.texts:
                self.texts.append(text)
            self.code[which] = self.texts.index(text)

    @property
    def any(self) -> Flags:
        """Where something does."""
        return self.code >= 0

    def of(self, some: Ints) -> "Causes":
        """Return those of some instances."""
        causes = Causes(0)
        causes.code, causes.texts = self.code[some], self.texts
        return causes


@dataclass
class Basis:
    """A field and the values of it that chose a limit, where they did; said of every instance where `always`."""

    name: str
    values: Column
    always: bool = False


class Given:
    """What a limit gives each instance of a view.

    Attributes:
        counted: microseconds of counted time, or `NONE`.
        instant: the last instant in time, where the limit is no counted time, or `NONE`.
        unjudged: such cases get no verdict.
        causes: why it cannot be known.
        basis: the fields and values that chose it, in order.

    Where none of them says anything, the limit is `none`.
    """

    def __init__(self, view: View) -> None:
        size = len(view.start)
        self.view = view
        self.counted = np.full(size, NONE)
        self.instant = np.full(size, NONE)
        self.unjudged = np.zeros(size, np.bool_)
        self.causes = Causes(size)
        self.basis: list[Basis] = []

    def of(self, some: Ints) -> "Given":
        """Return what the limit gives some of the instances."""
        if len(some) == len(self.counted):
            return self
        given = Given(self.view.of(some))
        given.counted, given.instant = self.counted[some], self.instant[some]
        given.unjudged, given.causes = self.unjudged[some], self.causes.of(some)
        given.basis = [replace(each, values=each.values.take(some)) for each in self.basis]
        return given

    def fill(self, limit: Any, which: Ints) -> None:
        """Put in what a limit gives some of the instances."""
        match limit:
            case int():
                self.counted[which] = limit
            case Table():
                self._table(limit, which)
            case LeadDays():
                self._lead_days(limit, which)
            case Each():
                self._each(limit, which)
            case Until():
                values = self._present(limit.until, which)
                there = which[values.present]
                self.instant[there] = values.data[values.present]
            case EndOf() | CalendarDays():
                zone = self.view.judging.world.agreement.zone
                self._end_of_days(which, partial(end_of_days, limit, zone))
            case BusinessDays():
                self._business_days(limit.business_days, which)
            case "unjudged":
                self.unjudged[which] = True

    def _present(self, name: str, which: Ints) -> Column:
        """Return the values of a field for some instances; those that lack it cannot be judged."""
        values = self.view.of(which).fact(name)
        self.causes.put(which[~values.present], missing(name))
        return values

    def _because(self, name: str, values: Column, which: Ints) -> None:
        size = len(self.counted)
        if len(which) == size:
            self.basis.append(Basis(name, values))
            return
        data, present = np.zeros(size, np.int64), np.zeros(size, np.bool_)
        data[which], present[which] = values.data, values.present
        self.basis.append(Basis(name, Column(data, present, values.values)))

    def _table(self, limit: Table, which: Ints) -> None:
        # The first field that is missing is the one that is named.
        columns = [self._present(name, which) for name in reversed(limit.by)][::-1]
        there = np.flatnonzero(self.causes.code[which] < 0)
        if len(there) < len(which):
            which, columns = which[there], [column.take(there) for column in columns]
        columns = [column.coded() for column in columns]
        combination = groups([column.data for column in columns], len(which))
        known = []
        for number, place in enumerate(firsts(combination).tolist()):
            values = tuple(column.item(place) for column in columns)
            here = which[combination == number]
            if values in limit.rows:
                known.append((limit.rows[values], here))
            else:
                self.causes.put(here, f"the table has no row for {', '.join(map(str, values))}")
        rowed = np.flatnonzero(self.causes.code[which] < 0)
        for name, column in zip(limit.by, columns, strict=True):
            self._because(name, column if len(rowed) == len(which) else column.take(rowed), which[rowed])
        for row, here in known:
            self.fill(row, here)

    def _lead_days(self, limit: LeadDays, which: Ints) -> None:
        lead, world = limit.lead_days, self.view.judging.world
        until = self._present(lead.to, which)
        begin = numbers(self.view.start_at[which]) if lead.from_ is None else self._present(lead.from_, which)
        both = until.present & begin.present
        reversed_ = both & (until.data < begin.data)
        self.unjudged[which[reversed_]] = True
        self._note_reversed(limit, self.view.start[which[reversed_]])
        good = np.flatnonzero(both & ~reversed_)
        zone = world.agreement.zone
        days = local_days(until.data[good], zone) - local_days(begin.data[good], zone)
        which = which[good]
        self._because("days ahead", numbers(days), which)
        for tier in limit.tiers:
            here = (days >= tier.from_) & (days <= (np.iinfo(np.int64).max if tier.to is None else tier.to))
            self.fill(tier.limit, which[here])

    def _note_reversed(self, limit: LeadDays, starts: Ints) -> None:
        if not len(starts):
            return
        judging, lead, id = self.view.judging, limit.lead_days, self.view.policy.id
        events = judging.cases.event[starts]
        subjects, types = judging.world.subjects(events), judging.cases.type[starts]

        def say(number: int) -> str:
            before = lead.from_ or judging.cases.log.types[types[number]]
            return f"{id}: `{lead.to}` of {subjects[number]} is before {before}"

        judging.world.remark("interval_reversed", events, say, id)

    def _each(self, limit: Each, which: Ints) -> None:
        values = self._present(limit.times, which)
        negative = values.present & (values.data < 0)
        for number in np.unique(values.data[negative]).tolist():
            self.causes.put(which[negative & (values.data == number)], f"`{limit.times}` is {number}")
        good = values.present & ~negative
        values, which = values.take(np.flatnonzero(good)), which[good]
        self._because(limit.times, values, which)
        too_many = values.data > ((LAST - FIRST) // limit.each if limit.each else np.iinfo(np.int64).max)
        self.causes.put(which[too_many], BEYOND)
        self.counted[which[~too_many]] = limit.each * values.data[~too_many]

    def _end_of_days(self, which: Ints, end: Callable[[int], int]) -> None:
        """Put in the last microsecond that a function gives for the day of the start."""
        days = local_days(self.view.start_at[which], self.view.judging.world.agreement.zone)
        ends = table_of(days, end)
        self.instant[which] = ends
        self.causes.put(which[ends == NONE], BEYOND)

    def _business_days(self, count: int, which: Ints) -> None:
        agreement = self.view.judging.world.agreement
        chosen = calendars_of(self.view.of(which))
        for place, text in enumerate(chosen.causes.texts):
            self.causes.put(which[chosen.causes.code == place], text)
        for place, calendar in enumerate(chosen.calendars):
            here = which[chosen.code == place]
            self._end_of_days(here, partial(end_of_business_days, count, calendar, agreement.zone))


def given_by(view: View) -> Given:
    """Return what the limit of a policy gives."""
    given = Given(view)
    given.fill(view.policy.limit, np.arange(len(view.start)))
    return given


def missing(name: str) -> str:
    """Say that a field is missing."""
    return f"`{name}` is missing"


def end_of_days(limit: EndOf | CalendarDays, zone: ZoneInfo, number: int) -> int:
    """Return the last microsecond of the calendar day or month that a limit means for a day; `NONE` beyond all."""
    day = day_of(number)
    try:
        if isinstance(limit, CalendarDays):
            last = day + timedelta(days=limit.calendar_days)
        elif limit.end_of == "day":
            last = day + timedelta(days=limit.after)
        else:
            last = add_months(day, limit.after + 1) - timedelta(days=1)
        return last_instant(last, zone)
    except (OverflowError, ValueError):
        return NONE


def end_of_business_days(count: int, calendar: Calendar, zone: ZoneInfo, number: int) -> int:
    """Return the last microsecond of the n-th day after a day on which the calendar is open; `NONE` beyond all."""
    day = day_of(number)
    try:
        for _ in range(count):
            day = local_date(calendar.next_open(midnight(day + timedelta(days=1), zone)), zone)
        return last_instant(day, zone)
    except (BeyondHorizonError, OverflowError):
        return NONE


class Chosen(NamedTuple):
    """The calendars of instances: for each a place in `calendars`, -1 where it is unknown for a cause."""

    code: Ints
    calendars: list[Calendar]
    causes: Causes


def calendars_of(view: View) -> Chosen:
    """Return the calendar of each instance with the fields that its case has."""
    choice, calendars = view.policy.calendar, view.judging.world.agreement.calendars
    causes = Causes(len(view.start))
    if not isinstance(choice, CalendarTable):
        return Chosen(np.zeros(len(view.start), np.int64), [calendars[choice]], causes)
    names = list(dict.fromkeys(choice.table.values()))
    values = view.fact(choice.by).coded()
    code = values.lookup(lambda value: names.index(choice.table[value]) if value in choice.table else -1, np.int64, -1)
    everyone = np.arange(len(view.start))
    causes.put(everyone[~values.present], missing(choice.by))
    for place, value in enumerate(values.values or ()):
        if value not in choice.table:
            here = values.present & (values.data == place)
            causes.put(everyone[here], f"no calendar for {choice.by} {value}")
    return Chosen(code, [calendars[name] for name in names], causes)
