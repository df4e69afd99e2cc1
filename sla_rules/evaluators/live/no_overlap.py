"""Bookings of one resource that must not overlap, by the live evaluator."""

from collections.abc import Iterator

from sla_rules.counting.causes import missing
from sla_rules.evaluators.live.asking import Asker, Asking
from sla_rules.evaluators.live.booking import Booking
from sla_rules.evaluators.live.bookings import Made, booking_rules, bookings
from sla_rules.evaluators.live.cases import Case
from sla_rules.evaluators.live.circumstances import (
    RECORD_OUTCOMES,
    exemption_rules,
    exemptions,
    in_force,
    names,
    outcome,
    outcome_rules,
    period_of,
)
from sla_rules.evaluators.live.engine import Rules
from sla_rules.evaluators.live.world import World
from sla_rules.language.policies import NoOverlap
from sla_rules.verdict import Terms, Verdict


def no_overlap_rules(policy: NoOverlap) -> Rules:
    """Return which events book and release, which booking is in the way, and what a booking comes to."""
    return {**booking_rules(policy), **exemption_rules(policy), **outcome_rules(RECORD_OUTCOMES, policy)}


def no_overlap(asker: Asker[NoOverlap], terms: Terms, world: World) -> Iterator[Verdict]:
    """Judge every booking against those made earlier and not released by then; it blocks later ones all the same."""
    for case in world.cases(asker.policy.match).values():
        for made in bookings(asker, case):
            if in_force(asker.policy, made.event, world):
                yield decide(asker, terms, case, made)


def decide(asker: Asker[NoOverlap], terms: Terms, case: Case, made: Made) -> Verdict:
    """The booking made later is at fault."""
    policy, event = asker.policy, made.event
    absent = [name for name in (policy.resource, policy.from_, policy.to) if event.data.get(name) is None]
    with asker.about(case) as asking:
        other = None if made.booking is None else in_the_way(asking, made.booking)
        exempted_by, grounds = exemptions(asking, event, event.at)
        became = outcome(asking, exempt=bool(exempted_by), known=not absent, wrong=other is not None)
    return Verdict(
        terms,
        event.subject,
        case.key,
        became,
        start_at=event.at,
        period=period_of(policy, case, event, event.at),
        exempted_by=exempted_by,
        evidence=names((event, *grounds, None if other is None else other.event)),
        basis=((policy.resource, event.data.get(policy.resource)),),
        cause=missing(absent[0]) if absent else None,
        detail=() if other is None else (other.event.subject,),
    )


def in_the_way(asking: Asking[NoOverlap], booking: Booking) -> Booking | None:
    """Return the booking made first of those that stood in the way of this one when it was made."""
    others = asking.case.world.shared.neighbours(asking.policy, booking)
    made = sorted([booking.made, *(each.made for each in others), *(each.ended for each in others if each.ended)])
    asking.tell({"as": "booking", "start": booking.start, "end": booking.end, "made": made.index(booking.made)})
    for number, other in enumerate(others):
        ended = len(made) if other.ended is None else made.index(other.ended)
        told: dict[str, int | str] = {"is": "booked", "start": other.start, "end": other.end, "n": number}
        if asking.tell({**told, "made": made.index(other.made), "ended": ended}):
            return other
    return None
