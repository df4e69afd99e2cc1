"""Prohibitions, by the reference evaluator."""

from collections.abc import Iterator

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
from sla_rules.language.policies import Never
from sla_rules.verdict import Outcome, Terms, Verdict


def never(policy: Never, terms: Terms, world: World) -> Iterator[Verdict]:
    """Judge each event that the prohibition holds for, or each violation where it names none."""
    for case in world.cases(policy.match):
        if policy.for_each is None:
            for event in case.chosen(policy.violated_by):
                if applies(policy, case, event) and in_force(policy, event, world):
                    yield decide(terms, policy, case, event, event)
            continue
        starts = [event for event in case.chosen(policy.for_each) if applies(policy, case, event)]
        if policy.occurrence == "first":
            starts = starts[:1]
        for index, start in enumerate(starts):
            if in_force(policy, start, world):
                violation = first_violation(policy, case, start, starts[:index], starts[index + 1 :])
                yield decide(terms, policy, case, start, violation)


def first_violation(policy: Never, case: Case, start: Event, earlier: list[Event], later: list[Event]) -> Event | None:
    """Return the first violation of a start: at or after it, no later than `until`, and before the next start.

    At one instant a violation belongs to the last start of that instant; a violation that is itself a start
    belongs to itself.
    """
    until = ends_at(policy, case, start, earlier)
    before = later[0].at if later else None
    for event in case.chosen(policy.violated_by, start, policy.roles):
        if event is start:
            return event
        own = event.at >= start.at and (until is None or event.at <= until) and (before is None or event.at < before)
        if own and not any(event is other for other in later) and not is_earlier_start(policy, case, event, start):
            return event
    return None


def is_earlier_start(policy: Never, case: Case, event: Event, start: Event) -> bool:
    """Say whether a violation is a start of its own at the instant of this one, and so belongs to itself."""
    return policy.occurrence == "each" and event.at == start.at and case.selects(policy.for_each, event)


def ends_at(policy: Never, case: Case, start: Event, earlier: list[Event]) -> int | None:
    """Return the instant of the `until` that ends a start; within an instant it ends what was open before first."""
    ends = [event.at for event in case.chosen(policy.until, start, policy.roles) if event is not start]
    before = [event.at for event in earlier if event.at < start.at]
    open_before = bool(before) and not any(before[-1] <= at < start.at for at in ends)
    here = ends.count(start.at) - (1 if open_before else 0)
    return start.at if here > 0 else next((at for at in ends if at > start.at), None)


def decide(terms: Terms, policy: Never, case: Case, start: Event, violation: Event | None) -> Verdict:
    """Met until violated."""
    now = view(policy, case, Instance(start, stop=violation), case.world.now)
    exempted_by, grounds = exemptions(view(policy, case, now.instance, violation.at) if violation else now)
    return Verdict(
        terms,
        start.subject,
        case.key,
        first_that_holds(exempted_by, None, Outcome.BREACHED if violation else Outcome.MET),
        start_at=start.at,
        stop_at=None if violation is None else violation.at,
        period=period_of(now),
        exempted_by=exempted_by,
        evidence=names((start, *grounds, violation)),
    )
