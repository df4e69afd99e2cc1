"""Bookings of one resource that must not overlap, by the reference evaluator."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from sla_rules.counting.causes import missing
from sla_rules.evaluators.reference.cases import Case, names
from sla_rules.evaluators.reference.circumstances import (
    Instance,
    applies,
    exemptions,
    first_that_holds,
    in_force,
    period_of,
    view,
)
from sla_rules.evaluators.reference.world import World
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
    concerned = [
        (event, case) for case in world.cases(policy.match) for event in case.events if event.type in policy.roles
    ]
    order = {id(event): number for number, event in enumerate(world.events)}
    concerned.sort(key=lambda pair: order[id(pair[0])])
    standing: dict[tuple[str, ...], Booking] = {}
    for _, instant in groupby(concerned, key=lambda pair: pair[0].at):
        pairs = list(instant)
        releases = [pair for pair in pairs if pair[1].selects(policy.released, pair[0])]
        unused = [(event, case) for event, case in releases if standing.pop(case.key, None) is None]
        for event, case in pairs:
            if case.selects(policy.booked, event, event, policy.roles) and applies(policy, case, event):
                yield from book(terms, policy, case, event, standing)
        for _, case in unused:
            standing.pop(case.key, None)


def book(
    terms: Terms, policy: NoOverlap, case: Case, event: Event, standing: dict[tuple[str, ...], Booking]
) -> Iterator[Verdict]:
    """Book an interval in place of the case's own earlier one, and judge it; one that runs backwards is a finding."""
    resource, start, end = (event.data.get(name) for name in (policy.resource, policy.from_, policy.to))
    standing.pop(case.key, None)
    if start is not None and end is not None and end < start:
        message = f"{policy.id}: `{policy.to}` of {event.subject} is before `{policy.from_}`"
        case.world.remark("interval_reversed", message, event, policy.id)
        return
    other = None
    if resource is not None and start is not None and end is not None and start < end:
        booking = Booking(event, resource, start, end)
        other = overlapped(booking, standing)
        standing[case.key] = booking
    if in_force(policy, event, case.world):
        yield decide(terms, policy, case, event, other)


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
    cause = missing(absent[0]) if absent else None
    return Verdict(
        terms,
        event.subject,
        case.key,
        first_that_holds(exempted_by, cause, Outcome.BREACHED if other else Outcome.MET),
        start_at=event.at,
        period=period_of(now),
        exempted_by=exempted_by,
        evidence=names((event, *grounds, other)),
        basis=((policy.resource, event.data.get(policy.resource)),),
        cause=cause,
        detail=() if other is None else (other.subject,),
    )
