"""Stretches that one event begins and another ends, by the rules: pauses and outages."""

from typing import Any, NamedTuple

from sla_rules.evaluators.live.asking import Asking, Role
from sla_rules.evaluators.live.cases import NO_ROLES, by_instant
from sla_rules.evaluators.live.engine import NotThere, Of, Rules, There, Wanted
from sla_rules.events import Event


class Span(NamedTuple):
    """A stretch of time; it lasts while nothing has ended it."""

    begun_by: Event
    ended_by: Event | None


class Ends(NamedTuple):
    """The events that begin and that end stretches of one sort."""

    begins: Role
    ends: Role

    def rules(self) -> Rules:
        """Return when a stretch begins, that is while none lasts, and when the one that lasts ends."""
        last = There("s", {"is": self.begins.name, "n": Of("e", "n")})
        over: Wanted = {"is": self.ends.name, "n": Of("e", "n")}
        return {**self.begins.rules(There("o", over)), **self.ends.rules(last, NotThere(over))}


def spans(sort: Ends, asking: Asking[Any], start: Event | None = None) -> tuple[list[Span], list[Event]]:
    """Return the stretches of a sort, and the ends that ended nothing.

    Within an instant the ends of a stretch that lasts come first, then beginnings, then the ends not yet used.
    """
    found: list[Span] = []
    unused: list[Event] = []
    roles = NO_ROLES if start is None else asking.policy.roles
    asking.tell({"is": sort.ends.name, "n": 0})

    def end(instant: list[Event]) -> Event | None:
        for event in instant:
            if asking.hears(sort.ends, event, start, roles, n=len(found)):
                found[-1] = Span(found[-1].begun_by, event)
                asking.tell({"is": sort.ends.name, "n": len(found)})
                return event
        return None

    for instant in by_instant(asking.case.events):
        first = end(instant)
        begun = len(found)
        for event in instant:
            if asking.hears(sort.begins, event, start, roles, n=len(found)):
                found.append(Span(event, None))
                asking.tell({"is": sort.begins.name, "n": len(found)})
        left = [event for event in instant if event is not first]
        second = end(left) if len(found) > begun else None
        unused += [event for event in left if event is not second and asking.means(sort.ends, event, start, roles)]
    return found, unused
