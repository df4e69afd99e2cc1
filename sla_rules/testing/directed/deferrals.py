"""Histories of "or next release": what was deferred when, to what, and what was published then."""

from collections.abc import Iterator

from sla_rules.instants import DAY, MINUTE
from sla_rules.language.limits import Deferral
from sla_rules.language.policies import Deadline
from sla_rules.testing.directed.deadlines import EDGES, opened, stopping
from sla_rules.testing.directed.history import Draft, Told
from sla_rules.testing.directed.stage import Stage
from sla_rules.testing.directed.targets import due_of, judged, targets
from sla_rules.testing.directed.values import unique


def deferred(stage: Stage[Deadline]) -> Iterator[Draft]:
    """Yield every row deferred to every kind, allowed or not, in time or late, with every publication."""
    rule = stage.policy.deferral
    if rule is None:
        return
    start, kinds = stage.base, kinds_of(rule, stage)
    for target in judged(targets(stage, start)):
        fixed = target.fixed if rule.by in target.fixed else {**target.fixed, rule.by: next(iter(rule.table))}
        begun, due = opened(stage, target, start, **fixed), due_of(stage, target, start)
        if begun is None or due is None:
            continue
        told, facts = begun
        for wanted in kinds:
            for when, at in (("in time", start + MINUTE), ("at the limit", due), ("too late", due + 1)):
                name = f"{target.name}: deferred to {wanted} {when}"
                event = stage.event(rule.event[0].type, "S1", at, {**facts, rule.field: wanted})
                yield Draft(f"{name}, nothing published", [*told, event], due + DAY)
                yield Draft(f"{name}, stopped", [*told, event, *stopping(stage, due + DAY, facts)])
                for published in kinds if when == "in time" else kinds[:1]:
                    yield from publications(stage, rule, name, [*told, event], at, due, published, facts)


def publications(
    stage: Stage[Deadline],
    rule: Deferral,
    name: str,
    told: list[Told],
    at: int,
    due: int,
    kind: str,
    facts: dict[str, object],
) -> Iterator[Draft]:
    """Yield a publication before the limit, with the deferral and long after the limit, and stops around it."""
    places = {"with the deferral": at, "right after it": at + 1, "after the limit": due + DAY}
    for where, published in places.items():
        release = stage.event(rule.until[0].type, "R1", published, {rule.kind: kind})
        later = max(due, published)
        for offset, edge in EDGES[:2]:
            stop = stopping(stage, later + offset, facts)
            yield Draft(f"{name}, {kind} published {where}, stopped {edge}", [*told, release, *stop])
        if where == "after the limit":
            yield Draft(f"{name}, {kind} published {where}, open", [*told, release], later + 1)


def kinds_of(rule: Deferral, stage: Stage[Deadline]) -> list[str]:
    """Return everything that a case could be deferred to, and one thing that no row allows where that can be said."""
    named = [kind for row in rule.table.values() for kind in row]
    named += [kind for published, carried in rule.carries.items() for kind in (published, *carried)]
    return unique([*named, *stage.values.candidates(rule.field, stage.base, rule.event[0].type)])
