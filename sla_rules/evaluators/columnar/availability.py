"""The share of each month in which a service is up, by the columnar evaluator."""

from functools import partial
from typing import NamedTuple

import numpy as np

from sla_rules.evaluators.columnar.cases import Cases
from sla_rules.evaluators.columnar.circumstances import Judging
from sla_rules.evaluators.columnar.columns import NONE, Column, Ints
from sla_rules.evaluators.columnar.judged import BREACHED, MET, PENDING, Columns, Standing
from sla_rules.evaluators.columnar.machine import Tokens, runs
from sla_rules.evaluators.columnar.needs import types_behind
from sla_rules.evaluators.columnar.stretches import LASTING, stretches
from sla_rules.evaluators.columnar.windows import windows
from sla_rules.evaluators.columnar.world import World, covered
from sla_rules.events import Window
from sla_rules.known import unknown_service, windows_of_no_service
from sla_rules.language.policies import Availability
from sla_rules.language.windows import PassedWindow
from sla_rules.periods import bounds, label
from sla_rules.reason import named
from sla_rules.trace import OUTAGE
from sla_rules.verdict import Terms


class Outages(NamedTuple):
    """Outages in order: the rows that began them, from when to when, `LASTING` where none ended them yet."""

    row: Ints
    start: Ints
    end: Ints


class Months(NamedTuple):
    """Calendar months in order: their labels and bounds."""

    label: list[str]
    start: Ints
    end: Ints

    def of(self, which: Ints) -> "Months":
        """Return some of them."""
        return Months([self.label[place] for place in which.tolist()], self.start[which], self.end[which])


def availability(policy: Availability, terms: Terms, judging: Judging) -> Columns:
    """Judge each calendar month, from that of the service's first event to the last that began before `as_of`."""
    world, cases = judging.world, judging.cases
    note_unknown_services(policy, judging)
    known = cases.chosen(policy.named_events)
    known = known[np.isin(cases.index[known], case_of(policy.service, cases, world))]
    down = outages(policy, known, judging)
    # Windows are looked for where there is a service to be judged, since that makes findings.
    apart = [each for kind in policy.exclude for each in windows(kind, world)] if len(known) else []
    apart = [each for each in apart if each.scope in (None, policy.service)]
    months = in_force(policy, months_since(known, policy, judging), known, judging)
    excluded = stretches([each.start_at for each in apart], [ends_at(each) for each in apart], world.now)
    out = stretches(down.start, down.end, world.now)
    left_out = excluded.before(months.end) - excluded.before(months.start)
    measured = months.end - months.start - left_out
    lost = out.before(months.end, excluded) - out.before(months.start, excluded)
    judged = np.flatnonzero(measured)
    told = Told(down, apart, months.of(judged), judging)
    return decide(policy, terms, judging, told, (measured[judged], left_out[judged], lost[judged]))


def ends_at(window: Window) -> int:
    """Return the end of a window."""
    return LASTING if window.end_at is None else window.end_at


def case_of(service: str, cases: Cases, world: World) -> Ints:
    """Return the number of the case of a service, where there is one."""
    subjects = np.array(world.subjects(cases.event[cases.bounds[:-1]]), object)
    return np.flatnonzero(subjects == service)


def note_unknown_services(policy: Availability, judging: Judging) -> None:
    """Note events and windows of a service that no policy names."""
    world, cases = judging.world, judging.cases
    rows = cases.chosen(policy.named_events)
    heads, places = np.unique(cases.first[rows], return_inverse=True)
    note_unknown(rows, Column(places, np.ones(len(rows), np.bool_), world.subjects(cases.event[heads])), cases, world)
    for kind in policy.exclude:
        world.once(("windows of no service", kind), partial(note_passed, kind, world))
        source = world.agreement.windows[kind]
        if isinstance(source, PassedWindow) or source.scope is None:
            continue
        cases = world.cases(("subject",), types_behind(source.announcing, world.agreement.events))
        rows = cases.chosen(source.announcing)
        note_unknown(rows, cases.own(source.scope).take(rows), cases, world)


def note_passed(kind: str, world: World) -> None:
    """Note the windows of a kind that were passed in for a service that no policy names."""
    world.findings += windows_of_no_service(kind, world.passed, world.agreement, world.versions)


def note_unknown(rows: Ints, service: Column, cases: Cases, world: World) -> None:
    """Note the events among some rows whose service no policy names."""
    services = world.agreement.services
    unknown = np.flatnonzero(service.lookup(lambda name: name not in services, np.bool_, False))

    def say(number: int) -> str:
        return unknown_service(service.item(int(unknown[number])), world.agreement)

    world.remark("unknown_service", cases.event[rows[unknown]], say)


def outages(policy: Availability, rows: Ints, judging: Judging) -> Outages:
    """Return the outages: each from a `down` to the first `up` after it, or to no end yet."""
    cases, world = judging.cases, judging.world
    begins, ends = cases.meant(policy.down, rows), cases.meant(policy.up, rows)
    nothing = np.zeros(len(rows), np.bool_)
    found = runs(cases, Tokens(rows, begins, nothing.astype(np.int64), [ends], [nothing], ends_own=True))
    unused = cases.event[np.setdiff1d(rows[ends], found.used)]
    types = world.log.type[unused]
    message = f"without {named(policy.down)} before it"
    world.remark("up_without_down", unused, lambda number: f"`{world.log.types[types[number]]}` {message}")
    again = cases.event[np.setdiff1d(rows[begins], found.start)]
    types_again = world.log.type[again]
    message_again = "while it was down already"
    world.remark("down_while_down", again, lambda number: f"`{world.log.types[types_again[number]]}` {message_again}")
    end = np.where(found.end >= 0, cases.at[found.end], LASTING) if len(found.end) else found.end
    return Outages(found.start, cases.at[found.start], end)


def months_since(known: Ints, policy: Availability, judging: Judging) -> Months:
    """Return the months from that of the first of some rows to the last that began before `as_of`."""
    zone, now = judging.world.agreement.zone, judging.world.now
    labels: list[str] = []
    edges = [now]
    if len(known):
        edges = [bounds(label(int(judging.cases.at[known[0]]), policy.per, zone), policy.per, zone)[0]]
    while edges[-1] < now:
        labels.append(label(edges[-1], policy.per, zone))
        edges.append(bounds(labels[-1], policy.per, zone)[1])
    return Months(labels, np.array(edges[:-1], np.int64), np.array(edges[1:], np.int64))


def in_force(policy: Availability, months: Months, known: Ints, judging: Judging) -> Months:
    """Return the months at whose start this version of the agreement is in force; note the others."""
    world = judging.world
    inside = covered(world.agreement, months.start)
    away = np.flatnonzero(~inside & world.concerning(months.start))

    def say(number: int) -> str:
        month = months.label[int(away[number])]
        return f"{policy.id}: {month} began outside the time in which the agreement is in force"

    world.remark("not_in_force", np.repeat(judging.cases.event[known[:1]], len(away)), say, policy.id)
    return months.of(np.flatnonzero(inside))


class Told:
    """The outages and the excluded windows that verdicts tell of: those that share time with their month."""

    def __init__(self, down: Outages, apart: list[Window], months: Months, judging: Judging) -> None:
        self.down = down
        self.apart = apart
        self.months = months
        self.judging = judging
        self.start = np.concatenate([down.start, np.array([each.start_at for each in apart], np.int64)])
        self.end = np.concatenate([down.end, np.array([ends_at(each) for each in apart], np.int64)])

    def concerned(self, number: int) -> Ints:
        """Return the numbers of those of a month: of an outage, or after them all of a window."""
        return np.flatnonzero((self.start < self.months.end[number]) & (self.end > self.months.start[number]))

    def names(self, numbers: Ints) -> list[str]:
        """Return the names of outages."""
        cases = self.judging.cases
        return self.judging.world.log.names.events(cases.event[self.down.row[numbers]]).to_list()

    def grounds(self, which: Ints) -> list[tuple[str, ...]]:
        """Return the events that began the outages of some months."""
        every = [self.concerned(number) for number in which.tolist()]
        return [tuple(self.names(numbers[numbers < len(self.down.row)])) for numbers in every]

    def standing(self, which: Ints) -> Standing:
        """Return the outages and the windows of some months."""
        every = [self.concerned(number) for number in which.tolist()]
        owner = np.repeat(np.arange(len(which)), [len(numbers) for numbers in every])
        numbers = np.concatenate([np.zeros(0, np.int64), *every])
        outage = numbers < len(self.down.row)
        names = iter(self.names(numbers[outage]))
        windows = [
            None if down else self.apart[n - len(self.down.row)] for n, down in zip(numbers, outage, strict=True)
        ]
        return Standing(
            owner,
            [OUTAGE if each is None else each.kind for each in windows],
            self.start[numbers],
            np.where(self.end[numbers] == LASTING, NONE, self.end[numbers]),
            [None if each is None else each.scope for each in windows],
            [next(names) if each is None else each.id for each in windows],
        )


def decide(
    policy: Availability, terms: Terms, judging: Judging, told: Told, uptime: tuple[Ints, Ints, Ints]
) -> Columns:
    """A running month is pending unless the outage already exceeds what the whole month allows."""
    months, (measured, _, down) = told.months, uptime
    size, share = len(months.label), policy.at_least
    lost = share.denominator - share.numerator
    # A share with many digits times a month is no number of 64 bits.
    allowed = np.array([each * lost // share.denominator for each in measured.tolist()], np.int64)
    over = judging.world.now >= months.end
    return Columns(
        terms,
        None,
        np.where(down > allowed, BREACHED, np.where(over, MET, PENDING)),
        months.start,
        limit=allowed,
        elapsed=down,
        margin=allowed - down,
        period=Column(np.arange(size), np.ones(size, np.bool_), months.label),
        grounds=told.grounds,
        standing=told.standing,
        uptime=uptime,
        subjects=[policy.service] * size,
        keys=[(policy.service,)] * size,
    )
