"""Prohibitions, by the live evaluator."""

from collections.abc import Iterator

from sla_rules.evaluators.live.asking import NEVER, Asker, Role
from sla_rules.evaluators.live.cases import Case
from sla_rules.evaluators.live.circumstances import (
    exemption_rules,
    exemptions,
    in_force,
    names,
    outcome,
    outcome_rules,
    period_of,
)
from sla_rules.evaluators.live.engine import NotThere, Of, Rules, There
from sla_rules.evaluators.live.world import World
from sla_rules.events import Event
from sla_rules.language.policies import Never
from sla_rules.language.selectors import types_of
from sla_rules.verdict import Outcome, Terms, Verdict

OUTCOMES = {
    Outcome.EXEMPT: {"exempt": 1},
    Outcome.BREACHED: {"exempt": 0, "violated": 1},
    Outcome.MET: {"exempt": 0, "violated": 0},
}
"""Met until violated."""


def never_rules(policy: Never) -> Rules:
    """Return what a prohibition holds for, until when, and what violates it."""
    if policy.for_each is None:
        return {
            **Role("violate", policy.violated_by, policy.applies).rules(),
            **exemption_rules(policy),
            **outcome_rules({each: so for each, so in OUTCOMES.items() if each is not Outcome.MET}, policy),
        }
    once = (NotThere({"is": "begun"}),) if policy.occurrence == "first" else ()
    of_another = There("s", {"is": "start", "event": Of("e", "event", "ne")})
    holds = {"from": Of("e", "at", "le"), "until": Of("e", "at", "ge"), "next": Of("e", "at", "gt")}
    held = There("s", {"is": "held", "event": Of("e", "event", "ne"), **holds})
    itself = There("s", {"is": "held", "event": Of("e", "event")})
    violate = Role("violate", policy.violated_by)
    return {
        **Role("start", policy.for_each, policy.applies).rules(*once),
        **Role("until", policy.until).rules(of_another),
        **violate.rules(held, another=0, among=set(types_of(policy.violated_by)) - own_starts(policy)),
        **violate.rules(itself, named=" itself", among=types_of(policy.for_each)),
        **exemption_rules(policy),
        **outcome_rules(OUTCOMES, policy),
    }


def own_starts(policy: Never) -> set[str]:
    """Return the types of which every event is a start of its own, so that it can violate no other."""
    if policy.occurrence == "first" or policy.applies is not None:
        return set()
    return {each.type for each in policy.for_each or () if each.where is None and each.when is None}


def never(asker: Asker[Never], terms: Terms, world: World) -> Iterator[Verdict]:
    """Judge each event that the prohibition holds for, or each violation where it names none."""
    policy = asker.policy
    for case in world.cases(policy.match).values():
        if policy.for_each is None:
            for event in chosen(asker, case, Role("violate", policy.violated_by, policy.applies)):
                if in_force(policy, event, world):
                    yield decide(asker, terms, case, event, event)
            continue
        starts = chosen(asker, case, Role("start", policy.for_each, policy.applies))
        for place, start in enumerate(starts):
            if in_force(policy, start, world):
                violation = first_violation(asker, case, starts, place)
                yield decide(asker, terms, case, start, violation)


def chosen(asker: Asker[Never], case: Case, role: Role) -> list[Event]:
    """Return the events of a case that have a role, as the rules say."""
    found: list[Event] = []
    with asker.about(case) as asking:
        for event in case.events:
            if asking.hears(role, event):
                found.append(event)
                asking.tell({"is": "begun"})
    return found


def first_violation(asker: Asker[Never], case: Case, starts: list[Event], place: int) -> Event | None:
    """Return the first violation of a start: at or after it, no later than `until`, and before the next start.

    At one instant a violation belongs to the last start of that instant; a violation that is itself a start belongs
    to itself.
    """
    policy, start, later = asker.policy, starts[place], starts[place + 1 :]
    each = policy.occurrence == "each"
    violate, starting, until = (
        Role("violate", policy.violated_by),
        Role("start", policy.for_each),
        Role("until", policy.until),
    )
    number = case.number[id(start)]
    with asker.about(case) as asking:
        asking.tell({"is": "start", "event": number})
        ends = [event.at for event in case.events if asking.hears(until, event, start, policy.roles)]
        span = {"from": start.at, "until": ends_at(start, starts[:place], ends)}
        asking.tell({"is": "held", "event": number, **span, "next": later[0].at if later else NEVER})
        for event in case.events:
            twin = each and event.at == start.at and asking.means(starting, event)
            another = event is not start and (twin or any(event is other for other in later))
            if asking.hears(violate, event, start, policy.roles, another=int(another)):
                return event
    return None


def ends_at(start: Event, earlier: list[Event], ends: list[int]) -> int:
    """Return the instant of the `until` that ends a start; within an instant it ends what was open before first."""
    before = [event.at for event in earlier if event.at < start.at]
    open_before = bool(before) and not any(before[-1] <= at < start.at for at in ends)
    here = ends.count(start.at) - int(open_before)
    return start.at if here > 0 else next((at for at in ends if at > start.at), NEVER)


def decide(asker: Asker[Never], terms: Terms, case: Case, start: Event, violation: Event | None) -> Verdict:
    """Met until violated."""
    policy, now = asker.policy, case.world.now
    with asker.about(case) as asking:
        exempted_by, grounds = exemptions(asking, start, now if violation is None else violation.at)
        became = outcome(asking, exempt=bool(exempted_by), violated=violation is not None)
    return Verdict(
        terms,
        start.subject,
        case.key,
        became,
        start_at=start.at,
        stop_at=None if violation is None else violation.at,
        period=period_of(policy, case, start, now),
        exempted_by=exempted_by,
        evidence=names((start, *grounds, violation)),
    )
