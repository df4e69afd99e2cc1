"""Random calendars that are minute-granular and lie around changes of the clock, and an oracle for them.

A `Plan` is what a calendar says as plain numbers. `Plan.calendar()` writes it as a user would; `OpenMinutes` decides
minute by minute from the wall clock what is open, and shares no code with the library.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from itertools import accumulate
from zoneinfo import ZoneInfo

from hypothesis import strategies as st

from sla_rules.calendar import Calendar
from sla_rules.errors import CalendarError
from sla_rules.instants import DAY, MINUTE, micros

ONE_MINUTE = timedelta(minutes=1)
NAMES = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
PLACES = [
    ("UTC", date(2026, 6, 15)),
    ("Europe/Paris", date(2026, 12, 31)),
    ("Europe/Paris", date(2026, 3, 29)),
    ("Europe/Paris", date(2026, 10, 25)),
    ("America/Toronto", date(2026, 3, 8)),
    ("America/Toronto", date(2026, 11, 1)),
    ("Australia/Lord_Howe", date(2026, 4, 5)),
    ("Australia/Lord_Howe", date(2026, 10, 4)),
    ("Asia/Kolkata", date(2026, 5, 1)),
    ("America/Sao_Paulo", date(2018, 11, 4)),
    ("Pacific/Apia", date(2011, 12, 30)),
]
REACH = 6
"""Days before and after the focus of a plan in which its dates and instants lie."""


@dataclass(frozen=True)
class Window:
    kind: str
    start_at: int
    end_at: int | None
    id: str | None = None


def say(minute: int) -> str:
    return f"{minute // 60:02}:{minute % 60:02}"


def say_period(first: int, last: int) -> str:
    return f"{say(first)}-{say(last if last <= 1440 else last - 1440)}"


@dataclass(frozen=True)
class Plan:
    zone: str
    focus: date
    week: tuple[tuple[tuple[int, int], ...], ...] | None
    holidays: tuple[date, ...] = ()
    extra: tuple[tuple[date, int, int], ...] = ()
    removed: tuple[tuple[date, int, int], ...] = ()

    def calendar(self, exhausted_at: str) -> Calendar:
        week = None
        if self.week is not None:
            named = zip(NAMES, self.week, strict=True)
            week = {name: [say_period(*period) for period in day] for name, day in named}
        dated = [[f"{day} {say_period(*period)}" for day, *period in part] for part in (self.extra, self.removed)]
        return Calendar(
            timezone=self.zone,
            week=week,
            holidays=self.holidays,
            extra=dated[0],
            removed=dated[1],
            exhausted_at=exhausted_at,
        )

    def instant(self, minute: int) -> int:
        """The instant `minute` minutes after the plan's first one."""
        return micros(datetime(self.focus.year, self.focus.month, self.focus.day, tzinfo=UTC)) + (
            minute * MINUTE - REACH * DAY
        )


@st.composite
def periods_of_a_day(draw) -> tuple[tuple[int, int], ...]:
    cuts = sorted(draw(st.sets(st.integers(0, 48), max_size=6)))
    if len(cuts) % 2:
        cuts.pop()
    periods = [(30 * first, 30 * last) for first, last in zip(cuts[::2], cuts[1::2], strict=True)]
    if periods and periods[-1][0] and draw(st.booleans()):
        first = periods[-1][0]
        # Overnight it ends before the time at which it began.
        periods[-1] = (first, 1440 + draw(st.integers(0, first - 1)))
    return tuple(periods)


def days_around(focus: date):
    return st.integers(-REACH, REACH).map(lambda days: focus + timedelta(days=days))


@st.composite
def dated_periods(draw, focus: date) -> tuple[date, int, int]:
    first = draw(st.integers(0, 1439))
    last = draw(st.integers(first + 1, max(1440, first + 1439)))
    return draw(days_around(focus)), first, last


@st.composite
def plans(draw) -> Plan:
    zone, focus = draw(st.sampled_from(PLACES))
    week = draw(st.one_of(st.none(), st.tuples(*[periods_of_a_day() for _ in range(7)])))
    return Plan(
        zone,
        focus,
        week,
        tuple(draw(st.lists(days_around(focus), max_size=2, unique=True))),
        tuple(draw(st.lists(dated_periods(focus), max_size=2, unique=True))),
        tuple(draw(st.lists(dated_periods(focus), max_size=2, unique=True))),
    )


@st.composite
def windows(draw, plan: Plan, minutes: bool = True) -> list[Window]:
    """Up to three windows, overlapping, touching or empty; to the minute, or to the microsecond."""
    found = []
    for number in range(draw(st.integers(0, 3))):
        start = plan.instant(draw(st.integers(0, 2 * REACH * 1440)))
        length = draw(st.integers(0, 2 * 1440)) * MINUTE
        fraction = 0 if minutes else draw(st.integers(0, MINUTE))
        found.append(Window("maintenance", start + fraction, start + fraction + length, f"w{number}"))
    return found


@dataclass(frozen=True)
class Case:
    plan: Plan
    calendar: Calendar
    exclude: list[Window]


@lru_cache(maxsize=4096)
def made(plan: Plan, exhausted_at: str) -> Calendar | None:
    try:
        return plan.calendar(exhausted_at)
    except CalendarError as error:
        if "never open" not in str(error):
            raise
        return None


@st.composite
def cases(draw, exhausted_at: str | None = None, minutes: bool = False) -> Case:
    choice = exhausted_at or draw(st.sampled_from(["opening", "closing"]))
    plan = draw(plans().filter(lambda plan: made(plan, choice) is not None))
    calendar = made(plan, choice)
    assert calendar is not None
    return Case(plan, calendar, draw(windows(plan, minutes)))


def instants(plan: Plan):
    """Instants on and off the minute, often on a half hour, where periods begin and end."""
    last = 2 * REACH * 1440
    return st.one_of(
        st.integers(0, last // 30).map(lambda half: plan.instant(30 * half)),
        st.integers(0, last * MINUTE).map(lambda fraction: plan.instant(0) + fraction),
    )


limits = st.one_of(
    st.integers(0, 96).map(lambda half: 30 * half * MINUTE),
    st.integers(0, 2 * DAY),
    st.sampled_from([0, 1]),
)


class OpenMinutes:
    """Which minutes of a plan are open, decided by reading the wall clock at every minute."""

    def __init__(self, plan: Plan, exclude: list[Window]) -> None:
        zone = ZoneInfo(plan.zone)
        focus = datetime(plan.focus.year, plan.focus.month, plan.focus.day, tzinfo=UTC)
        self.margin = 3 * 1440
        self.begin = focus - timedelta(days=REACH + 3)
        count = (2 * REACH + 8) * 1440
        moments = [self.begin + number * ONE_MINUTE for number in range(count)]
        self.walls = [moment.astimezone(zone).replace(tzinfo=None) for moment in moments]
        self.first_seen: dict[datetime, int] = {}
        for index, wall in enumerate(self.walls):
            self.first_seen.setdefault(wall, index)
        self.open = [False] * count
        self._mark(plan)
        for window in exclude:
            first = (window.start_at - micros(self.begin)) // MINUTE
            self._set(first, first + (window.end_at - window.start_at) // MINUTE, False)
        self.counted = [0, *accumulate(self.open)]

    def _mark(self, plan: Plan) -> None:
        week = plan.week if plan.week is not None else (((0, 1440),),) * 7
        for day in sorted({wall.date() for wall in self.walls}):
            for period in week[day.weekday()]:
                self._set(*self._minutes(day, *period), True)
        for index, wall in enumerate(self.walls):
            if wall.date() in plan.holidays:
                self.open[index] = False
        for dated in plan.extra:
            self._set(*self._minutes(*dated), True)
        for dated in plan.removed:
            self._set(*self._minutes(*dated), False)

    def _set(self, first: int, last: int, value: bool) -> None:
        for index in range(max(first, 0), min(last, len(self.open))):
            self.open[index] = value

    def _minutes(self, day: date, first: int, last: int) -> tuple[int, int]:
        midnight = datetime(day.year, day.month, day.day)
        return tuple(self._index(midnight + minute * ONE_MINUTE) for minute in (first, last))

    def _index(self, wall: datetime) -> int:
        """The first minute that reads `wall`, or reads it moved forward by the gap that skips it."""
        if wall < self.walls[0]:
            return 0
        if wall > self.walls[-1]:
            return len(self.walls)
        if wall not in self.first_seen:
            before = max(seen for seen in self.first_seen if seen < wall)
            after = min(seen for seen in self.first_seen if seen > wall)
            wall += after - before - ONE_MINUTE
        return self.first_seen[wall]

    def minutes(self, first: int, last: int) -> int:
        """Open minutes between two minutes of the plan."""
        return self.counted[last + self.margin] - self.counted[first + self.margin]

    def due(self, first: int, limit: int, latest: bool) -> int | None:
        """The minute of the plan at which `limit` open minutes since `first` are used up."""
        left = limit
        for index in range(first + self.margin, len(self.open) - 2 * 1440):
            if self.open[index]:
                if left == 0:
                    return index - self.margin
                left -= 1
                if left == 0 and not latest and limit:
                    return index + 1 - self.margin
        return None
