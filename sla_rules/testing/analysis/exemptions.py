"""Exemptions that can never apply, that always do, or that stand there twice."""

from collections.abc import Iterator
from itertools import combinations

from sla_rules.agreement import Agreement
from sla_rules.language.exemptions import Exemption
from sla_rules.language.policies import Policy
from sla_rules.language.selectors import Selector, Selectors
from sla_rules.testing.analysis.conditions import cut_off, start_answers
from sla_rules.testing.analysis.remarks import Remark, named
from sla_rules.testing.analysis.space import Space, starts


def exemptions(policy: Policy, agreement: Agreement) -> Iterator[Remark]:
    """Yield what is remarkable about the exemptions of a policy."""
    for exemption in policy.exemptions:
        if exemption.when is not None:
            yield from by_condition(policy, agreement, exemption)
        elif exemption.preceded_by is not None:
            yield from by_event(policy, agreement, exemption, exemption.preceded_by)
        elif exemption.backlog is not None and not any_possible(exemption.backlog.members, agreement):
            yield dead(policy, exemption, "no event can be a member of its backlog")
    for one, other in combinations(policy.exemptions, 2):
        if ground(one) == ground(other):
            message = f"exemptions {named(one.id)} and {named(other.id)} have the same ground"
            yield Remark(policy.id, "duplicate exemption", message)


def ground(exemption: Exemption) -> str:
    """Return the ground of an exemption as text."""
    return str((exemption.when, exemption.preceded_by, exemption.backlog))


def dead(policy: Policy, exemption: Exemption, why: str) -> Remark:
    """Say that an exemption never applies."""
    return Remark(policy.id, "dead exemption", f"exemption {named(exemption.id)} can never apply: {why}")


def by_condition(policy: Policy, agreement: Agreement, exemption: Exemption) -> Iterator[Remark]:
    """Weigh the condition of an exemption over everything that starts a case."""
    assert exemption.when is not None
    answers = [start_answers(selector, agreement, policy.applies, exemption.when) for selector in policy.beginnings]
    if any(good.cut or bad.cut for good, bad in answers):
        yield cut_off(policy, f"exemption {named(exemption.id)}")
    elif all(good.never for good, _ in answers):
        yield dead(policy, exemption, "its `when` holds of no case that starts")
    elif all(bad.never for _, bad in answers):
        yield Remark(policy.id, "always holds", f"exemption {named(exemption.id)} applies to every case that starts")


def by_event(policy: Policy, agreement: Agreement, exemption: Exemption, before: Selectors) -> Iterator[Remark]:
    """Say of an exemption by an event that no case can hold it, or that its start is one already."""
    if not any(belongs(each, policy, agreement) and any_possible((each,), agreement) for each in before):
        yield dead(policy, exemption, "no case can hold such an event")
    elif all(any(implied(start, each, policy, agreement) for each in before) for start in policy.beginnings):
        yield Remark(policy.id, "always holds", f"exemption {named(exemption.id)}: every start is such an event itself")


def belongs(selector: Selector, policy: Policy, agreement: Agreement) -> bool:
    """Say whether an event of this type can belong to a case of the policy."""
    fields = agreement.events[selector.type].fields
    return "subject" in policy.match or all(name in fields for name in policy.match)


def any_possible(selectors: Selectors, agreement: Agreement) -> bool:
    """Say whether some event can be meant by selectors."""
    return not all(impossible(selector, agreement) for selector in selectors)


def impossible(selector: Selector, agreement: Agreement) -> bool:
    """Say whether no event can be meant by a selector."""
    where = selector.where
    return where is not None and Space(agreement, [where], selector.type).find(lambda f: where.holds(f.event)).never


def implied(start: Selector, before: Selector, policy: Policy, agreement: Agreement) -> bool:
    """Say whether every start is meant by another selector too."""
    if start.type != before.type:
        return False
    space = Space(agreement, [start.where, policy.applies, before.where], start.type)
    return space.find(lambda f: starts(start, policy.applies, f) and not starts(before, None, f)).never
