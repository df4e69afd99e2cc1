"""Prohibitions, by the reference evaluator."""

from collections.abc import Iterator

from sla_rules.evaluators.reference.cases import Case, World, names
from sla_rules.evaluators.reference.circumstances import Instance, applies, exemptions, in_force, period_of, view
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
            following = starts[index + 1] if index + 1 < len(starts) else None
            if in_force(policy, start, world):
                yield decide(terms, policy, case, start, first_violation(policy, case, start, following))


def first_violation(policy: Never, case: Case, start: Event, following: Event | None) -> Event | None:
    """Return the first violation of a start: at or after it, no later than `until`, and before the following start.

    At one instant a violation belongs to the last start of that instant; a violation that is itself a start
    belongs to itself.
    """
    ends = (event.at for event in case.chosen(policy.until, start, policy.roles) if event.at >= start.at)
    until = next(ends, None)
    for event in case.chosen(policy.violated_by, start, policy.roles):
        if event.at < start.at or (until is not None and event.at > until):
            continue
        if event is start or following is None or (event.at < following.at and event is not following):
            return event
    return None


def decide(terms: Terms, policy: Never, case: Case, start: Event, violation: Event | None) -> Verdict:
    """Met until violated."""
    now = view(policy, case, Instance(start, stop=violation), case.world.now)
    exempted_by, grounds = exemptions(view(policy, case, now.instance, violation.at) if violation else now)
    outcome = Outcome.EXEMPT if exempted_by else Outcome.BREACHED if violation else Outcome.MET
    return Verdict(
        terms,
        start.subject,
        case.key,
        outcome,
        start_at=start.at,
        stop_at=None if violation is None else violation.at,
        period=period_of(now),
        exempted_by=exempted_by,
        evidence=names((start, *grounds, violation)),
    )
