"""Deadlines by stepping through time minute by minute, for histories in which everything happens on the minute.

`Place` reads the wall clock of a zone, `Hours` is what a calendar says, `Minutes` judges. Nothing here shares code
with the calendar, the language or an evaluator; `Minutes` is made of small methods so that a test can break one.
"""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
BEFORE, AFTER = 5, 11
"""How many days before and after its focus a place knows."""
TICKS = 60_000_000
"""Microseconds of a minute."""


def clock(minute):
    return f"{minute // 60:02}:{minute % 60:02}"


class Place:
    """What the wall clock of a zone reads in each minute around a date."""

    def __init__(self, zone, focus):
        self.zone, self.focus = zone, focus
        self.begin = datetime(focus.year, focus.month, focus.day, tzinfo=UTC) - timedelta(days=BEFORE)
        self.count = (BEFORE + AFTER) * 1440
        info = ZoneInfo(zone)
        self.walls = [
            (self.begin + timedelta(minutes=minute)).astimezone(info).replace(tzinfo=None)
            for minute in range(self.count)
        ]
        self.first, self.last = {}, {}
        for minute, wall in enumerate(self.walls):
            self.first.setdefault(wall, minute)
            self.last[wall] = minute
        self.dates = {}
        for minute, wall in enumerate(self.walls):
            self.dates.setdefault(wall.date(), []).append(minute)

    def instant(self, minute):
        return self.begin + timedelta(minutes=minute)


place = cache(Place)


@dataclass
class Hours:
    """A calendar in plain numbers: periods are pairs of minutes of a day, past 1440 on the next one."""

    week: dict[int, list[tuple[int, int]]] | None = None
    holidays: list[date] = field(default_factory=list)
    extra: list[tuple[date, int, int]] = field(default_factory=list)
    removed: list[tuple[date, int, int]] = field(default_factory=list)
    exhausted_at: str = "opening"

    def written(self, zone):
        """The calendar as an agreement file writes it."""

        def said(first, last):
            return f"{clock(first)}-{clock(last if last <= 1440 else last - 1440)}"

        text = {"timezone": zone, "exhausted_at": self.exhausted_at}
        if self.week is not None:
            text["week"] = {DAYS[day]: [said(*period) for period in periods] for day, periods in self.week.items()}
        if self.holidays:
            text["holidays"] = {"dates": [day.isoformat() for day in self.holidays]}
        for name in ("extra", "removed"):
            if getattr(self, name):
                text[name] = [f"{day} {said(*period)}" for day, *period in getattr(self, name)]
        return text


@dataclass
class Told:
    """Something that happens in a minute."""

    minute: int
    type: str
    data: dict = field(default_factory=dict)


@dataclass
class Instance:
    start: int
    stop: int | None = None
    cancel: int | None = None
    gaps: list[tuple[int, int]] = field(default_factory=list)

    @property
    def open(self):
        return self.stop is None and self.cancel is None


@dataclass
class Case:
    """An agreement with one deadline, and the history of one subject, in plain numbers."""

    place: Place
    hours: dict[str, Hours]
    """By name; `calendar` and `limits` are by priority."""
    calendar: dict[str, str]
    limits: dict[str, int]
    events: list[Told]
    windows: list[tuple[str, int, int, str | None]]
    as_of: int
    beyond: int = 0
    """Microseconds of `as_of` past its minute."""
    occurrence: str = "first"
    strict: bool = False


class Minutes:
    """The verdicts of a case: one dictionary an instance."""

    def __init__(self, case):
        self.case = case
        self.place = case.place
        self.known = [event for event in case.events if event.minute <= case.as_of]
        self.open = {name: self.opening(hours) for name, hours in case.hours.items()}
        self.windows = bytearray(self.place.count)
        for window in case.windows:
            if self.concerns(window):
                self.mark(self.windows, window[1], window[2], 1)
        self.paused = bytearray(self.place.count)
        self.instances = []
        self.step()

    def verdicts(self):
        return [self.verdict(instance) for instance in self.instances]

    # --- the calendar

    def opening(self, hours):
        """For each minute whether it is open."""
        flags = bytearray(self.place.count)
        for day in self.place.dates:
            for period in self.periods(hours, day):
                self.mark(flags, self.at(day, period[0]), self.at(day, period[1]), 1)
        for day in self.holidays(hours):
            for minute in self.place.dates.get(day, ()):
                flags[minute] = 0
        for day, first, last in hours.extra:
            self.mark(flags, self.at(day, first), self.at(day, last), 1)
        for day, first, last in hours.removed:
            self.mark(flags, self.at(day, first), self.at(day, last), 0)
        return flags

    def periods(self, hours, day):
        return [(0, 1440)] if hours.week is None else hours.week.get(day.weekday(), [])

    def holidays(self, hours):
        return hours.holidays

    def at(self, day, minute):
        """The first minute that reads this, or, where the clock skips it, reads it moved forward by the gap."""
        return self.reading(datetime(day.year, day.month, day.day) + timedelta(minutes=minute))

    def reading(self, wall):
        walls = self.place.walls
        if wall <= walls[0]:
            return 0
        if wall > walls[-1]:
            return len(walls)
        if wall in self.place.first:
            return self.place.first[wall]
        earlier = wall
        while earlier not in self.place.last:
            earlier -= timedelta(minutes=1)
        jump = self.place.last[earlier] + 1
        return self.place.first[wall + (walls[jump] - earlier) - timedelta(minutes=1)]

    @staticmethod
    def mark(flags, first, last, value):
        first, last = max(first, 0), min(last, len(flags))
        flags[first:last] = bytes([value]) * (last - first)

    def concerns(self, window):
        kind, _, _, scope = window
        return kind == "freeze" and scope in (None, "video")

    # --- what happens

    def step(self):
        by_minute = {}
        for event in self.known:
            by_minute.setdefault(event.minute, []).append(event)
        held, status = False, None
        for minute in range(self.place.count):
            if minute in by_minute:
                now = by_minute[minute]
                self.obligations(minute, [event.type for event in now])
                for event in sorted(now, key=lambda event: event.type == "opened"):
                    status = event.data.get("status", status)
                    held = {"held": True, "released": False}.get(event.type, held)
            self.paused[minute] = self.pauses(held, status)

    def pauses(self, held, status):
        return held or status == "waiting"

    def obligations(self, minute, types):
        """Stops and cancels of what is open, then starts and reopenings, then stops and cancels not yet used."""
        left = self.ended(minute, types.count("closed"), types.count("cancelled"))
        if "reopened" in types:
            self.reopen(minute)
        another = not self.instances or self.case.occurrence == "each"
        if "opened" in types and another and not any(instance.open for instance in self.instances):
            self.instances.append(Instance(minute))
        self.ended(minute, *left)

    def ended(self, minute, stops, cancels):
        for instance in self.instances:
            if instance.open and stops:
                instance.stop, stops = minute, stops - 1
            elif instance.open and cancels:
                instance.cancel, cancels = minute, cancels - 1
        return stops, cancels

    def reopen(self, minute):
        if self.instances and self.instances[-1].stop is not None:
            instance = self.instances[-1]
            instance.gaps.append((instance.stop, minute))
            instance.stop = None

    # --- what it comes to

    def priority(self, _, end):
        """The value at the stop, at the cancel or at `as_of`."""
        return self.attribute("priority", end)

    def attribute(self, name, end):
        value = None
        for event in sorted(self.known, key=lambda event: (event.minute, event.type == "opened")):
            if event.minute <= end:
                value = event.data.get(name, value)
        return value

    def still(self, instance, end):
        """The minutes that do not count; a pause lasts up to `end`, and on where the instance is open."""
        flags = bytearray(self.windows)
        for minute in range(instance.start, end):
            flags[minute] |= self.paused[minute]
        if instance.open and self.paused[end]:
            self.mark(flags, end, self.place.count, 1)
        for gap in instance.gaps:
            self.mark(flags, *gap, 1)
        return flags

    def due(self, start, limit, counts, exhausted_at):
        """The minute at which the limit is used up: the last one in time, or the first."""
        used = 0
        for minute in range(start, self.place.count):
            if not counts[minute]:
                continue
            if used == limit:
                return minute
            used += 1
            if used == limit and exhausted_at == "closing":
                return minute + 1
        return None

    def verdict(self, instance):
        case = self.case
        end = next((at for at in (instance.stop, instance.cancel) if at is not None), case.as_of)
        beyond = case.beyond if instance.open else 0
        priority = self.priority(instance, end)
        limit, name = case.limits[priority], case.calendar[priority]
        hours, still = case.hours[name], self.still(instance, end)
        counts = [is_open > stands for is_open, stands in zip(self.open[name], still, strict=True)]
        elapsed = sum(counts[instance.start : end]) * TICKS + (beyond if counts[end] else 0)
        due = self.due(instance.start, limit, counts, hours.exhausted_at)
        last = None if due is None else due * TICKS - (1 if case.strict else 0)
        in_time = last is None or end * TICKS + beyond <= last
        if instance.cancel is not None and in_time:
            outcome = "void"
        elif not in_time:
            outcome = "breached"
        else:
            outcome = "pending" if instance.open else "met"
        if outcome == "pending" and self.paused[end]:
            last = None
        return {
            "start": instance.start * TICKS,
            "outcome": outcome,
            "stop": None if instance.stop is None else instance.stop * TICKS,
            "limit": limit * TICKS,
            "elapsed": elapsed,
            "due": last,
        }
