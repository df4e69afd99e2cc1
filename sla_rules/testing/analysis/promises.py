"""Limits, warnings and objectives that can never come into play, and events that never reach a case."""

from collections.abc import Iterator
from typing import Any

from sla_rules.agreement import Agreement
from sla_rules.instants import say_span
from sla_rules.language.calendars import CalendarTable, calendars_named
from sla_rules.language.limits import Table, simple_limits
from sla_rules.language.policies import Availability, Deadline, PauseBetween, Policy, Procedure
from sla_rules.language.selectors import Selector, Selectors, types_of
from sla_rules.language.windows import DeclaredWindow, PlannedWindow
from sla_rules.testing.analysis.conditions import roles
from sla_rules.testing.analysis.exemptions import belongs
from sla_rules.testing.analysis.remarks import Remark, named
from sla_rules.testing.analysis.space import Space

EVERYWHERE = ("deferral.until",)
"""What concerns a case whatever its subject."""


def strangers(policy: Policy, agreement: Agreement) -> Iterator[Remark]:
    """Yield the events that a policy names and that belong to none of its cases."""
    if isinstance(policy, Availability):
        return
    for role, selectors in roles(policy):
        for selector in selectors or ():
            if role not in EVERYWHERE and not belongs(selector, policy, agreement):
                fields = agreement.events[selector.type].fields
                lacking = ", ".join(f"`{name}`" for name in policy.match if name not in fields)
                message = f"{role}: `{selector.type}` belongs to no case, it declares no {lacking}"
                yield Remark(policy.id, "unreachable", message)


def objectives(policy: Policy) -> Iterator[Remark]:
    """Yield objectives that cannot be broken, or cannot be kept."""
    share = policy.at_least if isinstance(policy, Availability) else None
    objective = policy.objective
    if share == 0 or (objective is not None and objective.kept(0, 1)):
        yield Remark(policy.id, "empty promise", "the objective is kept even when everything is breached")
    if objective is not None and not objective.kept(1, 0):
        yield Remark(policy.id, "empty promise", "the objective is broken even when nothing is breached")


def limits(policy: Deadline, agreement: Agreement) -> Iterator[Remark]:
    """Yield limits that no case can use up or keep, and tables without any limit."""
    found = simple_limits(policy.limit)
    if all(limit == "unjudged" for limit in found):
        yield Remark(policy.id, "empty promise", "every row is `unjudged`, so there is never a verdict")
    elif len(found) > 1 and all(limit in ("none", "unjudged") for limit in found):
        yield Remark(policy.id, "empty promise", "no row gives a limit, so it is never breached")
    for path, limit in rows(policy.limit):
        if policy.strict and limit == 0:
            message = "less than no time: only a stop before the start would be in time"
            yield Remark(policy.id, "empty promise", message, path)
        yield from never_used_up(policy, agreement, path, limit)


def rows(limit: Any) -> list[tuple[dict[str, Any], Any]]:
    """Return all simple limits, each with the values that lead to it."""
    if isinstance(limit, Table):
        return [(dict(zip(limit.by, values, strict=True)), row) for values, row in limit.rows.items()]
    return [({}, simple) for simple in simple_limits(limit)]


def never_used_up(policy: Deadline, agreement: Agreement, path: dict[str, Any], limit: Any) -> Iterator[Remark]:
    """Say that a calendar without a week is not open as long as a limit lasts."""
    for name in concerned(policy, path):
        declared = agreement.document.calendars.get(name)
        if isinstance(limit, int) and declared is not None and declared.week == {}:
            calendar = agreement.calendars[name]
            opened = calendar.counted(calendar.first, calendar.last)
            if opened < limit:
                message = f"calendar {named(name)} is open for {say_span(opened)} in all, less than {say_span(limit)}"
                yield Remark(policy.id, "unreachable", message, path)


def concerned(policy: Deadline, path: dict[str, Any]) -> tuple[str, ...]:
    """Return the calendars by which a row can count."""
    choice = policy.calendar
    if isinstance(choice, CalendarTable) and choice.by in path:
        return (choice.table[path[choice.by]],) if path[choice.by] in choice.table else ()
    return calendars_named(choice)


def warnings(policy: Deadline) -> Iterator[Remark]:
    """Yield warnings that would come before the start, or never."""
    limited = rows(policy.limit)
    if policy.warn_at and all(limit in ("none", "unjudged") for _, limit in limited):
        yield Remark(policy.id, "unreachable", "`warn_at` warns of nothing: there is no limit")
    for point in policy.warn_at:
        for path, limit in limited:
            if point.offset is not None and isinstance(limit, int) and -point.offset > limit:
                message = f"warning {named(point.text)} would come before the start: the limit is {say_span(limit)}"
                yield Remark(policy.id, "unreachable", message, path)


def events(policy: Deadline, agreement: Agreement) -> Iterator[Remark]:
    """Yield cancels that are stops, which come first, and ends of pauses that begin them."""
    for selector in policy.cancel or ():
        yield from hidden(policy, agreement, ("cancel", selector), ("stop", policy.stop), "it is a stop, which wins")
    for pause in policy.pause:
        if isinstance(pause, PauseBetween):
            for selector in pause.from_:
                why = "it ends the pause that it begins"
                yield from hidden(policy, agreement, ("pause.from", selector), ("pause.to", pause.to), why)


def hidden(
    policy: Deadline, agreement: Agreement, one: tuple[str, Selector], by: tuple[str, Selectors], why: str
) -> Iterator[Remark]:
    """Say of an event that another role takes all of it, or some."""
    role, selector = one
    others = [each for each in by[1] if each.type == selector.type and each.when is None]
    if not others:
        return
    space = Space(agreement, [selector.where, *(each.where for each in others)], selector.type)
    own = selector.where
    free = space.find(lambda f: (own is None or own.holds(f.event)) and not meant(others, f.event))
    both = space.find(lambda f: (own is None or own.holds(f.event)) and meant(others, f.event))
    if free.never:
        message = f"{role}: `{selector.type}` never counts: {why}"
        yield Remark(policy.id, "unreachable", message)
    elif both.found is not None:
        message = f"{role}: `{selector.type}` does not always count: {why}"
        yield Remark(policy.id, "overlap", message, space.shown(both.found))


def meant(selectors: list[Selector], event: dict[str, Any]) -> bool:
    """Say whether one of some selectors means an event of its type."""
    return any(each.where is None or each.where.holds(event) for each in selectors)


def deferrals(policy: Deadline, agreement: Agreement) -> Iterator[Remark]:
    """Yield what a case may be deferred to and what is never published."""
    rule = policy.deferral
    if rule is None:
        return
    declared = [agreement.events[type].fields[rule.kind] for type in types_of(rule.until)]
    if any(field.allowed is None for field in declared):
        return
    published = {value for field in declared for value in field.allowed or ()}
    for value, kinds in rule.table.items():
        for kind in kinds:
            if not any(rule.fits(each, kind) for each in published):
                message = f"a deferral to {named(kind)} never ends: nothing of that kind is ever published"
                yield Remark(policy.id, "unreachable", message, {rule.by: value, rule.field: kind})


def exclusions(policy: Deadline | Availability, agreement: Agreement) -> Iterator[Remark]:
    """Yield windows whose scope no case of a deadline, or not the service, can ever have."""
    for kind in policy.exclude:
        source = agreement.windows[kind]
        if source.scope is None or not isinstance(source, (PlannedWindow, DeclaredWindow)):
            continue
        announcing = types_of(source.announcing)
        carriers = [type for type, each in agreement.events.items() if source.scope in each.fields]
        if isinstance(policy, Deadline) and set(carriers) <= set(announcing) | set(types_of(source_ends(source))):
            message = f"window {named(kind)} never concerns a case: no other event declares its scope `{source.scope}`"
            yield Remark(policy.id, "unreachable", message)
        elif isinstance(policy, Availability) and not may_concern(policy.service, source.scope, announcing, agreement):
            message = (
                f"window {named(kind)} never concerns {named(policy.service)}: its `{source.scope}` has other values"
            )
            yield Remark(policy.id, "unreachable", message)


def source_ends(source: PlannedWindow | DeclaredWindow) -> Selectors:
    """Return the events that end or cancel windows."""
    return (source.cancelled_by or ()) if isinstance(source, PlannedWindow) else source.to


def may_concern(service: str, scope: str, announcing: tuple[str, ...], agreement: Agreement) -> bool:
    """Say whether a window can have a service as its scope, or none."""
    for type in announcing:
        field = agreement.events[type].fields.get(scope)
        if field is None or not field.required or field.allowed is None or service in field.allowed:
            return True
    return False


def procedures(policy: Procedure, agreement: Agreement) -> Iterator[Remark]:
    """Yield what a procedure asks for and no step can do, and a completeness that nothing demands."""
    declared = [agreement.events[type].fields[policy.step.field] for type in types_of(policy.step.event)]
    if all(field.allowed is not None for field in declared):
        possible = {value for field in declared for value in field.allowed or ()}
        for name, by_value in policy.asks.items():
            for value, asked in by_value.items():
                for step in sorted(set(asked) - possible):
                    message = f"asks for {named(step)}, which no step can be"
                    yield Remark(policy.id, "unreachable", message, {name: value})
    if policy.complete and (policy.end is None or policy.end.closed is None):
        yield Remark(policy.id, "unreachable", "`complete` demands nothing: no event closes the procedure")
