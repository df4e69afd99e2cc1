"""Events that may come so often and no more, by the reference evaluator."""

from collections.abc import Iterator

from sla_rules.evaluators.reference.cases import names
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
from sla_rules.language.policies import AtMost
from sla_rules.verdict import Outcome, Terms, Verdict


def at_most(policy: AtMost, terms: Terms, world: World) -> Iterator[Verdict]:
    """Met until there is one too many."""
    for case in world.cases(policy.match):
        counted = case.chosen(policy.counted)
        if not counted or not applies(policy, case, counted[0]) or not in_force(policy, counted[0], world):
            continue
        start, excess = counted[0], counted[policy.most] if len(counted) > policy.most else None
        now = view(policy, case, Instance(start, stop=excess), world.now)
        exempted_by, grounds = exemptions(view(policy, case, now.instance, excess.at) if excess else now)
        yield Verdict(
            terms,
            start.subject,
            case.key,
            first_that_holds(exempted_by, None, Outcome.BREACHED if excess else Outcome.MET),
            start_at=start.at,
            stop_at=excess.at if excess else None,
            period=period_of(now),
            exempted_by=exempted_by,
            evidence=names((start, *grounds, excess)),
            detail=(str(len(counted)),),
        )
