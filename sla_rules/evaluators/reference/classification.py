"""Recorded values that must be those of a decision table, by the reference evaluator."""

from collections.abc import Iterator

from sla_rules.counting.causes import NO_ROW, missing
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
from sla_rules.language.base import written
from sla_rules.language.policies import Classification
from sla_rules.verdict import Outcome, Terms, Verdict


def said(value: object) -> str:
    """Return a value as a file writes it."""
    return str(written(value))


def classification(policy: Classification, terms: Terms, world: World) -> Iterator[Verdict]:
    """Judge each start by its own data; one that has none of the facts that the table reads is not judged."""
    for case in world.cases(policy.match):
        starts = [event for event in case.chosen(policy.start) if applies(policy, case, event)]
        for start in starts[:1] if policy.occurrence == "first" else starts:
            if not policy.facts & start.data.keys() or not in_force(policy, start, world):
                continue
            expected, recorded = policy.classify(start.data), start.data.get(policy.value)
            now = view(policy, case, Instance(start), start.at)
            exempted_by, grounds = exemptions(now)
            cause = None
            if expected is None:
                cause = NO_ROW
            elif recorded is None:
                cause = missing(policy.value)
            compared = Outcome.MET if recorded == expected else Outcome.BREACHED
            yield Verdict(
                terms,
                start.subject,
                case.key,
                first_that_holds(exempted_by, cause, compared),
                start_at=start.at,
                period=period_of(now),
                exempted_by=exempted_by,
                evidence=names((start, *grounds)),
                basis=tuple((name, start.data[name]) for name in sorted(policy.facts & start.data.keys())),
                cause=cause,
                detail=() if cause else (said(recorded), said(recorded if recorded == expected else expected)),
            )
