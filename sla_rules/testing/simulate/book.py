"""The book in which a simulated month is written down: what happened, and what ought to be said about it."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import count
from random import Random
from typing import NamedTuple
from zoneinfo import ZoneInfo

from sla_rules.events import Event
from sla_rules.instants import DAY, HOUR, SECOND, micros, moment

ZONE = ZoneInfo("America/Toronto")

EDGES = ((1, "breached", "1 µs after"), (0, "met", "exactly at"), (-1, "met", "1 µs inside"))
"""Where a stop lies about a limit: by how much, what that makes of it, and how to say it."""

_WEEK = (20, 22, 21, 20, 16, 5, 4)
"""How much happens from Monday to Sunday."""
_DAY = (1, 1, 1, 1, 1, 2, 4, 9, 18, 24, 25, 22, 18, 21, 24, 23, 20, 14, 8, 5, 4, 3, 2, 1)
"""How much happens in each hour of a day."""
_NAMES = {
    "ticket": ("T-{}", 1001),
    "call": ("CALL-{:05}", 1),
    "mail": ("MAIL-{:04}", 1),
    "reservation": ("RES-{:04}", 1),
    "release": ("REL-{:02}", 1),
    "maintenance": ("MNT-{:02}", 1),
    "force majeure": ("FM-{:02}", 1),
    "booking": ("BOOK-{:04}", 1),
    "ad hoc": ("ADHOC-{:04}", 1),
    "conference": ("CONF-{:05}", 1),
    "site": ("SITE-{:04}", 1),
    "problem": ("PROB-{:03}", 1),
    "invoice": ("INV-{:04}", 1),
    "credit note": ("CN-{:03}", 1),
}
"""What the subjects of a family are called, and the number of the first."""

Key = tuple[str, str, int | None, str | None]
"""What a verdict is about: policy, subject, start and period. A share of a period has no subject and no start."""


@dataclass(frozen=True)
class Planted:
    """Something put into the month on purpose, with what ought to be said about it.

    Attributes:
        policy: the id of the policy.
        subject: the ticket, call, conference, site, …; empty for a share of a period.
        start: when the obligation begins, in microseconds since 1970 UTC; None for a share of a period.
        outcome: what it must come to; None where there must be no verdict at all.
        what: what was planted, in one sentence.
        period: the label of the month, where the policy promises a share of a month.
    """

    policy: str
    subject: str
    start: int | None
    outcome: str | None
    what: str
    period: str | None = None

    @property
    def kind(self) -> str:
        """`breach`, or `near_miss` for anything that comes close to one and is none."""
        return "breach" if self.outcome == "breached" else "near_miss"

    @property
    def key(self) -> Key:
        """What the verdict on it is found by."""
        return self.policy, self.subject, self.start, self.period


class Subject(NamedTuple):
    """A ticket, call, … while the month is made; it gets its name at the end, numbered in order of appearance."""

    family: str
    number: int
    meeting: int = 0


class Book:
    """One month in the making: its dates, its chance, its events and what is planted among them.

    Some things happen in the month before it, and in the first days after it.
    """

    def __init__(self, seed: int, year: int, month: int) -> None:
        self.random = Random(seed)
        self.first_day = date(year, month, 1)
        self.next_month = _month_after(self.first_day)
        self.month_before = (self.first_day - timedelta(days=1)).replace(day=1)
        self.days = _days(self.first_day, self.next_month)
        self.days_before = _days(self.month_before, self.first_day)
        self.days_after = _days(self.next_month, _month_after(self.next_month))
        self.label, self.label_before, self.label_after = (
            f"{day:%Y-%m}" for day in (self.first_day, self.month_before, self.next_month)
        )
        self.start = self.at(self.first_day)
        self.end = self.at(self.next_month)
        self._made: Counter[str] = Counter()
        self._rows: list[tuple[int, str, Subject | str, dict[str, object]]] = []
        self._planted: list[tuple[str, Subject | str, int | None, str | None, str, str | None]] = []

    def at(self, day: date, hour: int = 0, minute: int = 0, second: int = 0) -> int:
        """The instant of a wall-clock time in Toronto."""
        return micros(datetime(day.year, day.month, day.day, hour, minute, second, tzinfo=ZONE))

    def date_of(self, at: int) -> date:
        """The calendar date of an instant in Toronto."""
        return moment(at).astimezone(ZONE).date()

    @property
    def clock_change(self) -> date | None:
        """The day of this month that has not 24 hours, if there is one."""
        for day in self.days:
            if self.at(day + timedelta(days=1)) - self.at(day) != DAY:
                return day
        return None

    def arrival(self, first: int = 1, last: int = 31) -> int:
        """An instant of the month in the rhythm of day and week, from the day `first` to the day `last`."""
        days = self.days[first - 1 : last]
        day = self.random.choices(days, [_WEEK[day.weekday()] for day in days])[0]
        hour = self.random.choices(range(24), _DAY)[0]
        return self.at(day, hour) + self.random.randrange(HOUR)

    def business(self, days: Sequence[date]) -> int:
        """A quarter of an hour of one of these days, between eight in the morning and six in the evening."""
        day = self.random.choices(days, [_WEEK[day.weekday()] for day in days])[0]
        return self.at(day, self.random.randint(8, 17), self.random.choice((0, 15, 30, 45)))

    def label_of(self, at: int) -> str:
        """The month in Toronto in which an instant lies, for example `2026-03`."""
        return f"{self.date_of(at):%Y-%m}"

    def quick(self, median: int, limit: int) -> int:
        """A span that is mostly short and now and then long, always well inside of `limit`."""
        while True:
            span = int(median * self.random.lognormvariate(0, 0.7))
            if SECOND <= span <= limit * 9 // 10:
                return span

    def chance(self, percent: int) -> bool:
        """True in so many of a hundred cases."""
        return self.random.randrange(100) < percent

    def subject(self, family: str) -> Subject:
        """A new ticket, call, e-mail, reservation, …."""
        self._made[family] += 1
        return Subject(family, self._made[family])

    def made(self, family: str) -> int:
        """How many tickets, calls, … there are so far."""
        return self._made[family]

    def event(self, at: int, type: str, subject: Subject | str, **data: object) -> None:
        """Write down that something happened, to a subject that is to be named or has its name already."""
        self._rows.append((at, type, subject, data))

    def plant(self, policy: str, subject: Subject | str, start: int, outcome: str | None, what: str) -> None:
        """Write down what ought to be said about an obligation."""
        self._planted.append((policy, subject, start, outcome, what, None))

    def plant_counted(
        self, policy: str, subject: Subject, start: int, outcome: str | None, what: str, label: str | None = None
    ) -> None:
        """Write down what ought to be said about an obligation that counts in the share of a month."""
        self._planted.append((policy, subject, start, outcome, what, label or self.label))

    def plant_month(self, policy: str, outcome: str, what: str, label: str | None = None) -> None:
        """Write down what ought to be said about the share of a month, this one if no other is named."""
        self._planted.append((policy, "", None, outcome, what, label or self.label))

    def plant_service(self, policy: str, service: str, first: date, outcome: str, what: str) -> None:
        """Write down what ought to be said about a service in the month that begins on the day `first`."""
        self._planted.append((policy, service, self.at(first), outcome, what, f"{first:%Y-%m}"))

    def outcomes(self, policy: str) -> list[str | None]:
        """What was planted for a policy so far."""
        return [outcome for of, _, _, outcome, _, _ in self._planted if of == policy]

    def events(self) -> list[Event]:
        """All events in order of time, with names and ids."""
        self._rows.sort(key=lambda row: row[0])
        names = self._names()
        return [
            Event(id=f"e{number:06}", type=type, subject=_name(subject, names), time=moment(at), data=data)
            for number, (at, type, subject, data) in enumerate(self._rows, 1)
        ]

    def planted(self) -> tuple[Planted, ...]:
        """All that was planted, in order of policy and time."""
        names = self._names()
        planted = [
            Planted(policy, _name(subject, names), start, outcome, what, period)
            for policy, subject, start, outcome, what, period in self._planted
        ]
        return tuple(
            sorted(
                planted, key=lambda one: (one.policy, one.start is None, one.start or 0, one.subject, one.period or "")
            )
        )

    def _names(self) -> dict[Subject, str]:
        numbers = {family: count(first) for family, (_, first) in _NAMES.items()}
        names: dict[Subject, str] = {}
        for _, _, subject, _ in sorted(self._rows, key=lambda row: row[0]):
            if isinstance(subject, Subject) and subject not in names:
                whole = subject._replace(meeting=0)
                if whole not in names:
                    names[whole] = _NAMES[subject.family][0].format(next(numbers[subject.family]))
                if subject.meeting:
                    names[subject] = f"{names[whole]}-{subject.meeting}"
        return names


def _name(subject: Subject | str, names: Mapping[Subject, str]) -> str:
    return subject if isinstance(subject, str) else names[subject]


def _month_after(first: date) -> date:
    return (first + timedelta(days=31)).replace(day=1)


def _days(first: date, end: date) -> list[date]:
    return [date.fromordinal(day) for day in range(first.toordinal(), end.toordinal())]
