"""Conditions that can never hold or always do; policies of one start: what they leave out, what they share."""

from collections.abc import Callable, Iterable, Iterator
from itertools import combinations

from sla_rules.agreement import Agreement
from sla_rules.language.conditions import Condition
from sla_rules.language.policies import (
    Availability,
    Classification,
    Deadline,
    Never,
    NoOverlap,
    PauseBetween,
    PauseWhile,
    Policy,
    Procedure,
    RequiredFields,
)
from sla_rules.language.selectors import Selector, Selectors, types_of
from sla_rules.testing.analysis.remarks import Remark, What
from sla_rules.testing.analysis.space import MOST, Answer, Facts, Space, lists, starts

Roles = Iterator[tuple[str, Selectors | None]]


def roles(policy: Policy) -> Roles:
    """Yield the selectors of a policy, each with the key under which a file writes it."""
    match policy:
        case Deadline():
            yield from (("start", policy.start), ("stop", policy.stop))
            yield from (("cancel", policy.cancel), ("resume", policy.resume))
            for pause in policy.pause:
                if isinstance(pause, PauseBetween):
                    yield from (("pause.from", pause.from_), ("pause.to", pause.to))
            if policy.deferral is not None:
                yield from (("deferral.event", policy.deferral.event), ("deferral.until", policy.deferral.until))
        case Never():
            yield from (("for_each", policy.for_each), ("until", policy.until), ("violated_by", policy.violated_by))
        case NoOverlap():
            yield from (("booked", policy.booked), ("released", policy.released))
        case Procedure():
            yield from (("start", policy.start), ("step.event", policy.step.event))
            if policy.end is not None:
                yield from (("end.reached", policy.end.reached), ("end.closed", policy.end.closed))
        case RequiredFields():
            yield "record", policy.record
        case Classification():
            yield "start", policy.start
        case Availability():
            yield from (("down", policy.down), ("up", policy.up), ("monitored", policy.monitored))


def conditions(policy: Policy, agreement: Agreement) -> Iterator[Remark]:
    """Yield the conditions of a policy that can never hold, or that always do."""
    for role, selectors in roles(policy):
        for selector in selectors or ():
            if selector.where is not None:
                where = selector.where
                space = Space(agreement, [where], selector.type)
                yield from weighed(policy, f"{role}: `where` of `{selector.type}`", space, always, of_event(where))
    if policy.applies is not None:
        yield from of_starts(policy, agreement, "`applies`", policy.applies, None)
    for what, condition in of_the_case(policy):
        yield from of_starts(policy, agreement, what, condition, policy.applies)
    if isinstance(policy, Deadline):
        yield from while_paused(policy, agreement)
    if isinstance(policy, RequiredFields):
        yield from of_items(policy)


def of_the_case(policy: Policy) -> Iterator[tuple[str, Condition]]:
    """Yield the conditions that read the case at its start, exemptions excepted, each with its place."""
    if isinstance(policy, Deadline):
        for selector in policy.stop:
            if selector.when is not None:
                yield f"stop: `when` of `{selector.type}`", selector.when
    if isinstance(policy, Procedure):
        for step in policy.steps:
            if step.when is not None:
                yield f"steps: `when` of `{step.name}`", step.when
    if isinstance(policy, RequiredFields):
        for field in policy.fields:
            if field.when is not None:
                yield f"fields: `when` of `{field.name}`", field.when


def of_starts(
    policy: Policy, agreement: Agreement, what: str, condition: Condition, applies: Condition | None
) -> Iterator[Remark]:
    """Weigh a condition on the case at its start, over everything that starts one."""
    answers = [start_answers(selector, agreement, applies, condition) for selector in policy.beginnings]
    if any(good.cut or bad.cut for good, bad in answers):
        yield cut_off(policy, what)
    elif all(good.never for good, _ in answers):
        yield Remark(policy.id, "never holds", f"{what} can never hold of a case that starts")
    elif all(bad.never for _, bad in answers):
        yield Remark(policy.id, "always holds", f"{what} holds of every case that starts")


def start_answers(
    selector: Selector, agreement: Agreement, applies: Condition | None, condition: Condition
) -> tuple[Answer, Answer]:
    """Look for a start for which a condition holds, and for one for which it does not."""
    space = Space(agreement, [selector.where, applies, condition], selector.type)
    return (
        space.find(lambda facts: starts(selector, applies, facts) and condition.holds(facts.case)),
        space.find(lambda facts: starts(selector, applies, facts) and not condition.holds(facts.case)),
    )


def weighed(
    policy: Policy, what: str, space: Space, given: Callable[[Facts], bool], holds: Callable[[Facts], bool]
) -> Iterator[Remark]:
    """Say of a condition that it can never hold, or always does, of the possibilities that are given."""
    good = space.find(lambda facts: given(facts) and holds(facts))
    bad = space.find(lambda facts: given(facts) and not holds(facts))
    if good.cut or bad.cut:
        yield cut_off(policy, what)
    elif good.found is None:
        yield Remark(policy.id, "never holds", f"{what} can never hold")
    elif bad.found is None:
        yield Remark(policy.id, "always holds", f"{what} always holds", space.shown(good.found))


def while_paused(policy: Deadline, agreement: Agreement) -> Iterator[Remark]:
    """Weigh the conditions under which the clock of a deadline stands still."""
    for pause in policy.pause:
        if isinstance(pause, PauseWhile):
            space = Space(agreement, [pause.while_])
            yield from weighed(policy, "pause: `while`", space, always, of_event(pause.while_))


def of_items(policy: RequiredFields) -> Iterator[Remark]:
    """Weigh the conditions on the items of a record's list."""
    for field in policy.each_fields:
        if field.when is not None:
            found = [field.when.holds(item) for items in lists([field.when]) for item in items]
            if all(found) or not any(found):
                what: What = "always holds" if all(found) else "never holds"
                place = f"each_fields: `when` of `{field.name}`"
                yield Remark(policy.id, what, f"{place} {'always holds' if all(found) else 'can never hold'}")


def always(_: Facts) -> bool:
    """Take every possibility."""
    return True


def of_event(condition: Condition) -> Callable[[Facts], bool]:
    """Return whether a condition holds of what `where` reads."""
    return lambda facts: condition.holds(facts.event)


def cut_off(policy: Policy, what: str) -> Remark:
    """Say that there were too many combinations."""
    return Remark(policy.id, "cut off", f"{what}: only the first {MOST:,} combinations of values were tried")


def siblings(agreement: Agreement) -> Iterator[Remark]:
    """Yield what policies that share out the cases of one start leave out, and what two of them judge alike.

    Policies share out the cases of a start where all that ends or breaks them is the same, and each says which of
    the cases it concerns.
    """
    groups: dict[str, list[Policy]] = {}
    for policy in agreement.policies.values():
        if policy.beginnings and (policy.applies is not None or all(each.where for each in policy.beginnings)):
            groups.setdefault(likeness(policy), []).append(policy)
    for group in groups.values():
        if len(group) > 1:
            for type in types_of(group[0].beginnings):
                yield from shared_out(group, type, agreement)


def likeness(policy: Policy) -> str:
    """Return text that is the same for policies of one start whose cases end in the same way."""
    own = ("start", "for_each", "booked", "record")
    ends = [(role, str(selectors)) for role, selectors in roles(policy) if role not in own]
    return str((type(policy).__name__, policy.match, types_of(policy.beginnings), ends))


def shared_out(group: list[Policy], type: str, agreement: Agreement) -> Iterator[Remark]:
    """Yield what the policies of one start leave out, and what they have in common."""
    space = Space(agreement, wheres(group, type), type)
    ids = ", ".join(policy.id for policy in group)
    left = space.find(lambda facts: not any(concerns(policy, type, facts) for policy in group))
    if left.found is not None:
        yield Remark(ids, "gap", f"none of them concerns this `{type}`", space.shown(left.found))
    for one, other in combinations(group, 2):
        yield from in_common(one, other, type, agreement)
    if left.cut:
        yield cut_off(group[0], f"cases of `{type}` that no policy concerns")


def in_common(one: Policy, other: Policy, type: str, agreement: Agreement) -> Iterator[Remark]:
    """Say what two policies of one start both concern."""
    space = Space(agreement, wheres([one, other], type), type)
    both = space.find(lambda facts: concerns(one, type, facts) and concerns(other, type, facts))
    if both.found is not None:
        yield Remark(f"{one.id}, {other.id}", "overlap", f"both concern this `{type}`", space.shown(both.found))


def wheres(policies: Iterable[Policy], type: str) -> list[Condition | None]:
    """Return all that policies ask of a start of one type."""
    found: list[Condition | None] = []
    for policy in policies:
        found += [policy.applies, *(each.where for each in policy.beginnings if each.type == type)]
    return found


def concerns(policy: Policy, type: str, facts: Facts) -> bool:
    """Say whether a policy concerns a start of one type."""
    return any(each.type == type and starts(each, policy.applies, facts) for each in policy.beginnings)
