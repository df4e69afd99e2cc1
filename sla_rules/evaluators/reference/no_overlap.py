"""Bookings of one resource that must not overlap, by the reference evaluator."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sla_rules.evaluators.reference.allowance import missing
from sla_rules.evaluators.reference.cases import Case, World, names, together
from sla_rules.evaluators.reference.circumstances import Instance, applies, exemptions, in_force, period_of, view
from sla_rules.events import Event
from sla_rules.language.policies import NoOverlap
from sla_rules.verdict import Outcome, Terms, Verdict


@dataclass(frozen=True, slots=True)
class Booking:
    """An interval of a resource, blocked by an event until it is released or booked anew."""

    event: Event
    resource: Any
    start: int
    end: int


def no_overlap(policy: NoOverlap, terms: Terms, world: World) -> Iterator[Verdict]:
    """Judge every booking against those made earlier and not released by then; it blocks later ones all the same.

    Within one instant: releases of what is booked, then bookings in the order of their ids, then the releases not
    yet used.
    """
    owner = {id(event): case for case in world.cases(policy.match) for event in case.events}
    standing: dict[tuple[str, ...], Booking] = {}
    concerned = [event for event in world.events if event.type in policy.roles and id(event) in owner]
    for instant in together(concerned):
        releases = [event for event in instant if owner[id(event)].selects(policy.released, event)]
        for event in list(releases):
            if standing.pop(owner[id(event)].key, None) is not None:
                releases.remove(event)
        for event in instant:
            case = owner[id(event)]
            if case.selects(policy.booked, event) and applies(policy, case, event):
                standing.pop(case.key, None)
                booking = booked(policy, event)
                other = None if booking is None else overlapped(booking, standing)
                if booking is not None:
                    standing[case.key] = booking
                if in_force(policy, event, world):
                    yield decide(terms, policy, case, event, other)
        for event in releases:
            standing.pop(owner[id(event)].key, None)


def booked(policy: NoOverlap, event: Event) -> Booking | None:
    """Return the interval that an event books; None where part of it is missing or it ends before it starts."""
    resource, start, end = (event.data.get(name) for name in (policy.resource, policy.from_, policy.to))
    if resource is None or start is None or end is None or end < start:
        return None
    return Booking(event, resource, start, end)


def overlapped(booking: Booking, standing: dict[tuple[str, ...], Booking]) -> Event | None:
    """Return the booking made first of those whose interval shares time with this one; touching is no sharing."""
    for other in standing.values():
        if other.resource == booking.resource and other.start < booking.end and booking.start < other.end:
            return other.event
    return None


def decide(terms: Terms, policy: NoOverlap, case: Case, event: Event, other: Event | None) -> Verdict:
    """The booking made later is at fault."""
    now = view(policy, case, Instance(event), event.at)
    exempted_by, grounds = exemptions(now)
    absent = [name for name in (policy.resource, policy.from_, policy.to) if event.data.get(name) is None]
    outcome = Outcome.BREACHED if other else Outcome.MET
    if absent:
        outcome = Outcome.UNDETERMINED
    if exempted_by:
        outcome = Outcome.EXEMPT
    return Verdict(
        terms,
        event.subject,
        case.key,
        outcome,
        start_at=event.at,
        period=period_of(now),
        exempted_by=exempted_by,
        evidence=names((event, *grounds, other)),
        basis=((policy.resource, event.data.get(policy.resource)),),
        cause=missing(absent[0]) if absent else None,
        detail=() if other is None else (other.subject,),
    )
