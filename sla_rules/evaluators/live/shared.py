"""What concerns more than one case, found among all events at once."""

from collections.abc import Callable, Mapping
from operator import attrgetter
from typing import Any, TypeVar, cast

from sla_rules.errors import quoted
from sla_rules.evaluators.live.asking import Asker
from sla_rules.evaluators.live.backlogs import by_owner, member
from sla_rules.evaluators.live.booking import Booking
from sla_rules.evaluators.live.bookings import bookings
from sla_rules.evaluators.live.windows import declared, planned, turns
from sla_rules.evaluators.live.world import World
from sla_rules.events import Event, Window
from sla_rules.language.exemptions import Backlog
from sla_rules.language.policies import Deadline, NoOverlap
from sla_rules.language.windows import DeclaredWindow, PlannedWindow

T = TypeVar("T")


class SharedByAll:
    """Windows, publications, backlogs and bookings of a world that holds all events, each looked for when asked."""

    def __init__(self, world: World, askers: Mapping[str, Asker[Any]]) -> None:
        self.world = world
        self.askers = askers
        self._found: dict[object, object] = {}

    def windows(self, kind: str) -> list[Window]:
        """Return all windows of a kind."""
        return self._once(("windows", kind), lambda: self._windows(kind))

    def publications(self, policy: Deadline) -> list[Event]:
        """Return the publications that a deferral of a policy may wait for, in order."""
        return self._once(("publications", policy.id), lambda: self._publications(policy))

    def backlog(self, backlog: Backlog, owner: object) -> tuple[bool, int | None]:
        """Return whether an owner's members ever exceeded the number, and when all were done."""
        return self._once(("backlog", backlog), lambda: self._backlog(backlog)).get(owner, (False, None))

    def neighbours(self, policy: NoOverlap, booking: Booking) -> list[Booking]:
        """Return the bookings of other cases that share time on the same resource, those made first first."""
        every = self._once(("bookings", policy.id), lambda: self._bookings(policy))
        return [each for each in every.get(booking.place, []) if each.shares_time_with(booking)]

    def _once(self, what: object, find: Callable[[], T]) -> T:
        if what not in self._found:
            self._found[what] = find()
        return cast(T, self._found[what])

    def _windows(self, kind: str) -> list[Window]:
        source, cases = self.world.agreement.windows[kind], self.world.cases(("subject",)).values()
        found = [window for window in self.world.passed if window.kind == kind]
        if isinstance(source, PlannedWindow):
            return found + [window for case in cases for window in planned(kind, source, case)]
        if isinstance(source, DeclaredWindow):
            place = {id(event): number for number, event in enumerate(self.world.events)}
            ordered = sorted((turn for case in cases for turn in turns(source, case)), key=lambda t: place[id(t.event)])
            told, useless = declared(kind, source, ordered)
            for event in useless:
                message = f"{kind}: `{event.type}` of {quoted(event.subject)} closes none"
                self.world.remark("window_ignored", message, event)
            return found + told
        return found

    def _publications(self, policy: Deadline) -> list[Event]:
        cases = self.world.cases(("subject",))
        until = None if policy.deferral is None else policy.deferral.until
        return [event for event in self.world.events if cases[event.subject,].means(until, event)]

    def _backlog(self, backlog: Backlog) -> dict[object, tuple[bool, int | None]]:
        return by_owner(backlog, (member(backlog, case) for case in self.world.cases(("subject",)).values()))

    def _bookings(self, policy: NoOverlap) -> dict[object, list[Booking]]:
        by_resource: dict[object, list[Booking]] = {}
        asker = self.askers[policy.id]
        made = (each.booking for case in self.world.cases(policy.match).values() for each in bookings(asker, case))
        for booking in sorted((each for each in made if each is not None), key=attrgetter("made")):
            by_resource.setdefault(booking.place, []).append(booking)
        return by_resource
