"""Deferrals, by the live evaluator: which event puts a deadline off, and which publication ends the wait."""

from collections.abc import Mapping
from typing import Any

from sla_rules.counting.due import Due
from sla_rules.evaluators.live.asking import Asking, Role
from sla_rules.evaluators.live.engine import Of, Rules, There, named_apart
from sla_rules.evaluators.live.instances import Instance
from sla_rules.language.limits import Deferral
from sla_rules.language.policies import Deadline


def deferral_rules(policy: Deadline) -> Rules:
    """Return when an event defers what the case may be deferred to, and what publication was waited for."""
    rule = policy.deferral
    if rule is None:
        return {}
    found: Rules = {}
    kinds = kinds_of(rule)
    for row, (value, allowed) in enumerate(rule.table.items()):
        in_time = {"since": Of("e", "at", "le"), "until": Of("e", "at", "ge")}
        limit = There("l", {"is": "ordinary", "row": row, **in_time})
        for each in allowed:
            rules = Role("defer", rule.event).rules(limit, named=f" {value} to {each}", to=kinds[each])
            found |= {named_apart(name, found): parts for name, parts in rules.items()}
    for kind, number in kinds.items():
        waits = There("d", {"is": "deferred", "to": number, "at": Of("e", "at", "lt")})
        for publishes, other in kinds.items():
            if rule.fits(publishes, kind):
                name = named_apart(f"publish {publishes} for {kind}", found)
                found[name] = (There("e", {"as": "publish", "kind": other}), waits)
    return found


def kinds_of(rule: Deferral) -> dict[object, int]:
    """Return all that may be published or waited for, each with its number in facts."""
    waited = [kind for allowed in rule.table.values() for kind in allowed]
    return {kind: number for number, kind in enumerate(dict.fromkeys([*waited, *rule.carries]))}


def deferred(ordinary: Due, asking: Asking[Deadline], instance: Instance, at: int, facts: Mapping[str, Any]) -> Due:
    """Return the due instant after the first valid deferral: the later of the limit and the publication that fits.

    A deferral is valid from the start, or the last reopening, to the ordinary limit, both included.
    """
    policy, case, start = asking.policy, asking.case, instance.start
    rule = policy.deferral
    if rule is None or not case.types & rule.types:
        return ordinary
    kinds, role = kinds_of(rule), Role("defer", rule.event)
    by = facts.get(rule.by)
    row = next((place for place, value in enumerate(rule.table) if value == by), -1)
    since = max([start.at, *(again.at for _, again in instance.reopened)])
    until = at if ordinary.at is None else min(ordinary.at, at)
    asking.tell({"is": "ordinary", "row": row, "since": since, "until": until})
    for event in case.events:
        wanted = number_of(event.data.get(rule.field), kinds)
        if asking.hears(role, event, start, policy.roles, to=wanted):
            asking.tell({"is": "deferred", "to": wanted, "at": event.at})
            # Those before the deferral cannot be what it waits for, and there are ever more of them.
            ahead = (each for each in case.world.shared.publications(policy) if each.at >= event.at)
            for publication in ahead:
                kind = number_of(publication.data.get(rule.kind), kinds)
                if asking.tell({"as": "publish", "kind": kind, "at": publication.at}):
                    later = None if ordinary.at is None else max(ordinary.at, publication.at)
                    return Due(later, deferral=(event, publication))
            return Due(None, deferral=(event,))
    return ordinary


def number_of(value: object, kinds: dict[object, int]) -> int:
    """Return the number of what was published or is waited for; -1 for what no table names."""
    return next((number for kind, number in kinds.items() if kind == value), -1)
