"""What a case books and releases, as the rules say."""

from typing import NamedTuple

from sla_rules.evaluators.live.asking import Asker, Asking, Role
from sla_rules.evaluators.live.booking import Booking, moment_of
from sla_rules.evaluators.live.cases import Case, by_instant
from sla_rules.evaluators.live.engine import Of, Rules, There
from sla_rules.events import Event
from sla_rules.language.policies import NoOverlap


class Made(NamedTuple):
    """An event that books, and its booking where it says what, from when and to when."""

    event: Event
    booking: Booking | None


def booking_rules(policy: NoOverlap) -> Rules:
    """Return which events book and release, and which booking stands in the way of another."""
    in_the_way = There(
        "o",
        {
            "is": "booked",
            "start": Of("e", "end", "lt"),
            "end": Of("e", "start", "gt"),
            "made": Of("e", "made", "lt"),
            "ended": Of("e", "made", "gt"),
        },
    )
    return {
        **Role("book", policy.booked, policy.applies).rules(),
        **Role("release", policy.released).rules(),
        "overlap": (There("e", {"as": "booking"}), in_the_way),
    }


def bookings(asker: Asker[NoOverlap], case: Case) -> list[Made]:
    """Return all that a case books, each until it is released or the case books anew."""
    with asker.about(case) as asking:
        return Bookings(asking).follow()


class Bookings:
    """The bookings of a case as they come and go; one at most holds."""

    def __init__(self, asking: Asking[NoOverlap]) -> None:
        self.asking = asking
        self.made: list[Made] = []
        self.holding: Booking | None = None

    def follow(self) -> list[Made]:
        """Return them all.

        Within one instant: releases of what is booked, then bookings in order, then the releases not yet used.
        """
        policy = self.asking.policy
        book, release = Role("book", policy.booked, policy.applies), Role("release", policy.released)
        for instant in by_instant(event for event in self.asking.case.events if event.type in policy.roles):
            releases = [event for event in instant if self.asking.hears(release, event)]
            unused = [event for event in releases if not self._let_go(event, 0)]
            for event in instant:
                if self.asking.hears(book, event, event, policy.roles):
                    self._book(event)
            for event in unused:
                self._let_go(event, 2)
        return self.made

    def _let_go(self, event: Event, phase: int) -> bool:
        held, self.holding = self.holding, None
        if held is not None:
            held.ended = moment_of(event, phase)
        return held is not None

    def _book(self, event: Event) -> None:
        """Book in place of the case's own earlier booking; an interval that runs backwards is a finding."""
        policy, case = self.asking.policy, self.asking.case
        self._let_go(event, 1)
        resource, start, end = (event.data.get(name) for name in (policy.resource, policy.from_, policy.to))
        if start is not None and end is not None and end < start:
            message = f"{policy.id}: `{policy.to}` of {event.subject} is before `{policy.from_}`"
            case.world.remark("interval_reversed", message, event, policy.id)
            return
        if resource is not None and start is not None and end is not None and start < end:
            self.holding = Booking(case.key, event, resource, start, end, moment_of(event, 1))
        self.made.append(Made(event, self.holding))
