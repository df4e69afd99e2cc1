"""Events that may come so often and no more, by the live evaluator."""

from collections.abc import Iterator

from sla_rules.evaluators.live.asking import Asker, Role
from sla_rules.evaluators.live.circumstances import (
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
from sla_rules.language.policies import AtMost
from sla_rules.verdict import Outcome, Terms, Verdict

OUTCOMES = {
    Outcome.EXEMPT: {"exempt": 1},
    Outcome.BREACHED: {"exempt": 0, "many": 1},
    Outcome.MET: {"exempt": 0, "many": 0},
}


def at_most_rules(policy: AtMost) -> Rules:
    """Return which events count, and which of them begins an instance."""
    return {
        **Role("counted", policy.counted).rules(),
        **Role("start", policy.counted, policy.applies).rules(),
        **exemption_rules(policy),
        **outcome_rules(OUTCOMES, policy),
    }


def at_most(asker: Asker[AtMost], terms: Terms, world: World) -> Iterator[Verdict]:
    """Met until there is one too many."""
    policy = asker.policy
    counts, begins = Role("counted", policy.counted), Role("start", policy.counted, policy.applies)
    for case in world.cases(policy.match).values():
        with asker.about(case) as asking:
            counted = [event for event in case.events if asking.hears(counts, event)]
            if not counted or not asking.hears(begins, counted[0]) or not in_force(policy, counted[0], world):
                continue
            start, excess = counted[0], counted[policy.most] if len(counted) > policy.most else None
            exempted_by, grounds = exemptions(asking, start, excess.at if excess else world.now)
            became = outcome(asking, exempt=bool(exempted_by), many=excess is not None)
        yield Verdict(
            terms,
            start.subject,
            case.key,
            became,
            start_at=start.at,
            stop_at=excess.at if excess else None,
            period=period_of(policy, case, start, world.now),
            exempted_by=exempted_by,
            evidence=names((start, *grounds, excess)),
            detail=(str(len(counted)),),
        )
