"""What a policy needs of the log: the types of events and the fields that its verdicts rest on."""

from collections.abc import Collection, Iterable, Mapping

from sla_rules.agreement import Agreement
from sla_rules.language.conditions import Condition, fields_of
from sla_rules.language.declarations import EventDeclaration
from sla_rules.language.policies import Deadline, PauseWhile, Policy, Procedure
from sla_rules.language.selectors import Selector, types_of

Declared = Mapping[str, EventDeclaration]


def outside(selectors: Iterable[Selector], declared: Declared) -> set[str]:
    """Return the fields that `where` reads from the case, since the event's type does not declare them."""
    names = set()
    for selector in selectors:
        own = declared[selector.type].fields
        if selector.where is not None:
            names |= {name for name in fields_of(selector.where) if name not in own and name != "time"}
    return names


def types_behind(selectors: Iterable[Selector], declared: Declared, fields: Iterable[str] = ()) -> frozenset[str]:
    """Return the types that selectors name, and those that declare a field which is read from the case."""
    selectors = tuple(selectors)
    names = outside(selectors, declared) | set(fields)
    declaring = {type for type, declaration in declared.items() if names & declaration.fields.keys()}
    return frozenset(types_of(selectors)) | declaring


def selectors_of(policy: Policy) -> tuple[Selector, ...]:
    """Return the selectors of all events of a case that a policy looks for."""
    found = list(policy.named_events)
    for exemption in policy.exemptions:
        found += exemption.preceded_by or ()
    if isinstance(policy, Deadline) and policy.deferral is not None:
        found += policy.deferral.event
    return tuple(found)


def fields_read(policy: Policy, agreement: Agreement) -> frozenset[str]:
    """Return the fields of the case that a policy reads beside those of its selectors' `where`."""
    conditions: list[Condition | None] = [policy.applies, *(exemption.when for exemption in policy.exemptions)]
    names = {exemption.backlog.by for exemption in policy.exemptions if exemption.backlog is not None}
    if policy.objective is not None and policy.objective.of is not None:
        names.add(policy.objective.of)
    if isinstance(policy, Deadline):
        names |= policy.retargeted_by
        names |= {scope for kind in policy.exclude if (scope := agreement.windows[kind].scope) is not None}
        conditions += [selector.when for selector in policy.stop]
        conditions += [pause.while_ for pause in policy.pause if isinstance(pause, PauseWhile)]
        if policy.deferral is not None:
            names.add(policy.deferral.by)
    if isinstance(policy, Procedure):
        conditions += [step.when for step in policy.steps]
    for condition in conditions:
        names |= fields_of(condition) if condition is not None else set()
    return frozenset(names)


def families(agreement: Agreement, chosen: Collection[str]) -> dict[str, frozenset[str]]:
    """Return, for each of some policies, the types of its family: of those of one match that share a type of event."""
    declared = agreement.events
    found: list[tuple[tuple[str, ...], set[str], list[str]]] = []
    for id, policy in agreement.policies.items():
        if id not in chosen:
            continue
        types = set(types_behind(selectors_of(policy), declared, fields_read(policy, agreement)))
        ids = [id]
        apart = []
        for match, others, names in found:
            if match == policy.match and types & others:
                types |= others
                ids += names
            else:
                apart.append((match, others, names))
        found = [*apart, (policy.match, types, ids)]
    return {id: frozenset(types) for _, types, ids in found for id in ids}
