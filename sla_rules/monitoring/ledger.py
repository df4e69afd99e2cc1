"""What concerns more than one unit, kept by the unit that it comes from: windows, publications, backlogs, bookings."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from operator import attrgetter
from typing import TypeVar, cast

from sla_rules.evaluators.live.asking import Asker
from sla_rules.evaluators.live.backlogs import Member, by_owner, member
from sla_rules.evaluators.live.booking import Booking, moment_of
from sla_rules.evaluators.live.bookings import bookings
from sla_rules.evaluators.live.cases import Case
from sla_rules.evaluators.live.judging import Compiled
from sla_rules.evaluators.live.windows import Turn, declared, planned, turns
from sla_rules.evaluators.live.world import World
from sla_rules.events import Event, Window
from sla_rules.language.exemptions import Backlog
from sla_rules.language.policies import Deadline, NoOverlap, Policy
from sla_rules.language.selectors import types_of
from sla_rules.language.windows import DeclaredWindow, PlannedWindow
from sla_rules.monitoring.kept import text_of

T = TypeVar("T")


@dataclass(slots=True)
class Share:
    """What the events of one unit add to what concerns others too, by kind of window, policy, backlog."""

    planned: dict[str, list[Window]] = field(default_factory=dict)
    turns: dict[str, list[Turn]] = field(default_factory=dict)
    publications: dict[str, list[Event]] = field(default_factory=dict)
    members: dict[Backlog, Member] = field(default_factory=dict)
    bookings: dict[str, list[Booking]] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return any((self.planned, self.turns, self.publications, self.members, self.bookings))

    @property
    def lasting(self) -> bool:
        """Whether others may rest on it for as long as there are any: all but bookings."""
        return any((self.planned, self.turns, self.publications, self.members))


def backlogs_of(policy: Policy) -> list[Backlog]:
    """Return the backlogs that exempt from a policy."""
    return [each.backlog for each in policy.exemptions if each.backlog is not None]


class Ledger:
    """What concerns more than one unit under one version of an agreement, unit by unit."""

    def __init__(self, compiled: Compiled, passed: Iterable[Window]) -> None:
        self.compiled = compiled
        self.version = compiled.version
        self.passed = list(passed)
        self._shares: dict[str, Share] = {}
        self._windows: dict[str, list[Window]] = {}
        self._publications: dict[str, list[Event]] = {}
        self._backlogs: dict[Backlog, dict[object, tuple[bool, int | None]]] = {}
        self._booked: dict[tuple[str, object], list[tuple[str, Booking]]] = {}
        backlogs = (backlog for policy in self.version.policies.values() for backlog in backlogs_of(policy))
        self._numbers = {backlog: number for number, backlog in enumerate(dict.fromkeys(backlogs))}
        self.types = frozenset(self._types())

    def _types(self) -> Iterable[str]:
        for source in self.version.windows.values():
            if isinstance(source, PlannedWindow):
                yield from types_of((*source.announcing, *(source.cancelled_by or ())))
            elif isinstance(source, DeclaredWindow):
                yield from types_of((*source.from_, *source.to))
        for policy in self.version.policies.values():
            for backlog in backlogs_of(policy):
                yield from types_of((*backlog.members, *backlog.until))
            if isinstance(policy, Deadline) and policy.deferral is not None:
                yield from types_of(policy.deferral.until)
            if isinstance(policy, NoOverlap):
                yield from policy.roles

    def share_of(self, world: World, of_subject: bool) -> Share:
        """Return what the events of one unit add, a subject's or those of a key without one."""
        share = Share()
        if of_subject:
            for case in world.cases(("subject",)).values():
                self._add_subject(share, case)
        for id, asker in self.compiled.askers.items():
            if isinstance(asker.policy, NoOverlap) and ("subject" in asker.policy.match) == of_subject:
                booking = cast(Asker[NoOverlap], asker)
                made = (each for case in world.cases(asker.policy.match).values() for each in bookings(booking, case))
                if found := [each.booking for each in made if each.booking is not None]:
                    share.bookings[id] = found
        return share

    def _add_subject(self, share: Share, case: Case) -> None:
        for kind, source in self.version.windows.items():
            if isinstance(source, PlannedWindow) and (found := planned(kind, source, case)):
                share.planned[kind] = found
            elif isinstance(source, DeclaredWindow) and (turned := turns(source, case)):
                share.turns[kind] = turned
        for id, policy in self.version.policies.items():
            if isinstance(policy, Deadline) and policy.deferral is not None:
                until = policy.deferral.until
                if published := [event for event in case.events if case.means(until, event)]:
                    share.publications[id] = published
            for backlog in backlogs_of(policy):
                joined = member(backlog, case)
                if joined is not None and joined.owner is not None:
                    share.members[backlog] = joined

    def put(self, unit: str, share: Share) -> "Touched":
        """Take what a unit adds now in place of what it added so far, and return what others rest on that changed."""
        before = self._shares.get(unit, Share())
        touched = Touched()
        if before == share:
            return touched
        # What one event opens and another closes may be of any unit; what is planned is its own.
        old_windows = {kind: self.windows(kind) for kind in {*before.turns, *share.turns}}
        old_backlogs = {backlog: self._by_owner(backlog) for backlog in {*before.members, *share.members}}
        published = [
            (policy, self.publications(policy))
            for policy in self.version.policies.values()
            if isinstance(policy, Deadline) and before.publications.get(policy.id) != share.publications.get(policy.id)
        ]
        self._shares[unit] = share
        if not share:
            del self._shares[unit]
        for policy, earlier in published:
            self._publications.pop(policy.id, None)
            touched.tags.add(publication_tag(policy.id))
            # One after all others changes nothing for those that have found theirs among the others.
            if self.publications(policy)[: len(earlier)] != earlier:
                touched.tags.add(publication_tag(policy.id, found=True))
        for kind in {*before.planned, *share.planned}:
            self._windows.pop(kind, None)
            changed = different(before.planned.get(kind, []), share.planned.get(kind, []))
            touched.windows += [(kind, window) for window in changed]
        for kind, old in old_windows.items():
            self._windows.pop(kind, None)
            touched.windows += [(kind, window) for window in different(old, self.windows(kind))]
        for backlog, done in old_backlogs.items():
            self._backlogs.pop(backlog, None)
            now = self._by_owner(backlog)
            owners = [owner for owner in {**done, **now} if done.get(owner) != now.get(owner)]
            touched.tags |= {self.backlog_tag(backlog, owner) for owner in owners}
        for id in {*before.bookings, *share.bookings}:
            touched.units |= self._rebook(id, unit, before.bookings.get(id, []), share.bookings.get(id, []))
        return touched

    def lasting(self, unit: str) -> bool:
        """Say whether others may rest on what a unit adds for as long as there are any."""
        return self._shares.get(unit, Share()).lasting

    def booked_until(self, unit: str) -> int:
        """Return when the last booking of a unit ends, in microseconds; 0 without one."""
        booked = self._shares.get(unit, Share()).bookings.values()
        return max((each.end for some in booked for each in some), default=0)

    def sharing(self, unit: str) -> set[str]:
        """Return the other units whose bookings share time with those of a unit."""
        booked = self._shares.get(unit, Share()).bookings
        return {other for id, some in booked.items() for other in self._sharing(id, unit, some)}

    def windows(self, kind: str) -> list[Window]:
        """Return all windows of a kind."""
        if kind not in self._windows:
            found = [window for window in self.passed if window.kind == kind]
            for share in self._shares.values():
                found += share.planned.get(kind, ())
            source = self.version.windows[kind]
            if isinstance(source, DeclaredWindow):
                told = [turn for share in self._shares.values() for turn in share.turns.get(kind, ())]
                found += declared(kind, source, sorted(told, key=lambda turn: moment_of(turn.event, 0)))[0]
            self._windows[kind] = found
        return self._windows[kind]

    def publications(self, policy: Deadline) -> list[Event]:
        """Return the publications that a deferral of a policy may wait for, in order."""
        if policy.id not in self._publications:
            found = [event for share in self._shares.values() for event in share.publications.get(policy.id, ())]
            self._publications[policy.id] = sorted(found, key=lambda event: moment_of(event, 0))
        return self._publications[policy.id]

    def backlog(self, backlog: Backlog, owner: object) -> tuple[bool, int | None]:
        """Return whether an owner's members ever exceeded the number, and when all were done."""
        return self._by_owner(backlog).get(owner, (False, None))

    def neighbours(self, policy: NoOverlap, booking: Booking) -> list[Booking]:
        """Return the bookings of other cases that share time on the same resource, those made first first."""
        found = (other for _, other in self._booked.get((policy.id, booking.place), ()))
        return sorted((each for each in found if each.shares_time_with(booking)), key=attrgetter("made"))

    def backlog_tag(self, backlog: Backlog, owner: object) -> str:
        """Return the name of the backlog of an owner, under which units rest on it."""
        return text_of(["backlog", self._numbers[backlog], str(owner)])

    def _by_owner(self, backlog: Backlog) -> dict[object, tuple[bool, int | None]]:
        if backlog not in self._backlogs:
            self._backlogs[backlog] = by_owner(backlog, (each.members.get(backlog) for each in self._shares.values()))
        return self._backlogs[backlog]

    def _rebook(self, id: str, unit: str, before: list[Booking], now: list[Booking]) -> set[str]:
        """Take the bookings of a unit in place of its earlier ones; return the units with which they share time."""
        for each in before:
            others = self._booked.get((id, each.place), [])
            self._booked[id, each.place] = [pair for pair in others if pair[0] != unit]
        for each in now:
            self._booked.setdefault((id, each.place), []).append((unit, each))
        for each in before:
            if not self._booked.get((id, each.place), True):
                del self._booked[id, each.place]
        return self._sharing(id, unit, different(before, now))

    def _sharing(self, id: str, unit: str, booked: Iterable[Booking]) -> set[str]:
        return {
            other
            for booking in booked
            for other, each in self._booked.get((id, booking.place), ())
            if other != unit and each.shares_time_with(booking)
        }


@dataclass(slots=True)
class Touched:
    """What others may rest on that is no longer as it was.

    Attributes:
        windows: those that came or went, each with its kind.
        tags: of publications and backlogs.
        units: whose bookings share time with one that came or went.
    """

    windows: list[tuple[str, Window]] = field(default_factory=list)
    tags: set[str] = field(default_factory=set)
    units: set[str] = field(default_factory=set)


def different(some: list[T], others: list[T]) -> list[T]:
    """Return what is in only one of two lists."""
    return [each for each in some if each not in others] + [each for each in others if each not in some]


def window_tag(kind: str, scope: object) -> str:
    """Return the name of the windows of a kind and scope, under which units rest on them."""
    return text_of(["window", kind, str(scope) if scope is not None else None])


def publication_tag(policy: str, found: bool = False) -> str:
    """Return the name of the publications that a policy waits for, or of those that were found."""
    return text_of(["found" if found else "publication", policy])
