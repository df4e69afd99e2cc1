"""Tables: values that no row covers, rows that nothing reaches, and rows of a decision table that cover the same."""

from collections.abc import Callable, Iterator
from itertools import combinations
from typing import Any

from sla_rules.agreement import Agreement
from sla_rules.language.calendars import CalendarTable
from sla_rules.language.limits import Table
from sla_rules.language.policies import Classification, Deadline, DecisionRow
from sla_rules.language.selectors import Selector, types_of
from sla_rules.testing.analysis.conditions import cut_off
from sla_rules.testing.analysis.remarks import Remark, named
from sla_rules.testing.analysis.space import Answer, Facts, Space, starts

Holds = Callable[[Facts], bool]


def limit_table(policy: Deadline, agreement: Agreement) -> Iterator[Remark]:
    """Yield the values that the table of a limit leaves out, and its rows that no case reaches."""
    if isinstance(policy.limit, Table):
        limit = policy.limit
        yield from left_out(policy, agreement, limit.by, list(limit.rows), "row")
        for values, row in limit.rows.items():
            if row != "unjudged":
                yield from unreached(policy, agreement, limit, values)
    if isinstance(policy.calendar, CalendarTable):
        rows = [(value,) for value in policy.calendar.table]
        yield from left_out(policy, agreement, (policy.calendar.by,), rows, "calendar")


def left_out(
    policy: Deadline, agreement: Agreement, by: tuple[str, ...], rows: list[tuple[Any, ...]], what: str
) -> Iterator[Remark]:
    """Say which values no row covers; such cases would be undetermined."""
    interest = {name: [row[place] for row in rows] for place, name in enumerate(by)}

    def uncovered(facts: Facts) -> bool:
        values = tuple(facts.case.get(name) for name in by)
        return None not in values and values not in rows

    for space, answer in asked(policy, agreement, by, interest, uncovered):
        if answer.found is not None:
            shown = {name: value for name, value in space.shown(answer.found).items() if name in by}
            yield Remark(policy.id, "gap", f"the table by `{'`, `'.join(by)}` has no {what} for this", shown)
            return
        if answer.cut:
            yield cut_off(policy, f"values of `{'`, `'.join(by)}`")
            return


def unreached(policy: Deadline, agreement: Agreement, limit: Table, values: tuple[Any, ...]) -> Iterator[Remark]:
    """Say that no case has the values of a row: none starts with them, and no other event changes them."""
    fixed = [name for name in limit.by if not changes_later(policy, agreement, name)]
    wanted = {name: value for name, value in zip(limit.by, values, strict=True) if name in fixed}

    def reaches(facts: Facts) -> bool:
        return all(facts.case.get(name) == value for name, value in wanted.items())

    answers = asked(policy, agreement, (), {name: [value] for name, value in wanted.items()}, reaches)
    if all(answer.never for _, answer in answers):
        row = " ".join(map(str, values))
        message = f"row {named(row)} is never reached: no case starts with it, and no other event changes that"
        yield Remark(policy.id, "unreachable", message, dict(zip(limit.by, values, strict=True)))


def asked(
    policy: Deadline, agreement: Agreement, by: tuple[str, ...], interest: dict[str, list[Any]], holds: Holds
) -> Iterator[tuple[Space, Answer]]:
    """Ask of each start, or of a case at any time where one of the fields can change, whether something holds."""
    if any(changes_later(policy, agreement, name) for name in by):
        space = Space(agreement, [], None, interest)
        yield space, space.find(holds)
        return
    for selector in policy.start:
        space = Space(agreement, [selector.where, policy.applies], selector.type, interest)

        def of_start(facts: Facts, each: Selector = selector) -> bool:
            return starts(each, policy.applies, facts) and holds(facts)

        yield space, space.find(of_start)


def changes_later(policy: Deadline, agreement: Agreement, name: str) -> bool:
    """Say whether an event other than a start can change a field of the case."""
    return any(name in each.fields for type, each in agreement.events.items() if type not in types_of(policy.start))


def decision_table(policy: Classification, agreement: Agreement) -> Iterator[Remark]:
    """Yield the facts that a decision table leaves out, its rows that are never reached, and those that overlap."""
    yield from no_row(policy, agreement)
    hidden = set()
    for index, row in enumerate(policy.table):
        for remark in never_reached(policy, agreement, index, row):
            hidden.add(index)
            yield remark
    for (above, first), (below, second) in combinations(enumerate(policy.table), 2):
        if first.value != second.value and second.when is not None and not {above, below} & hidden:
            yield from overlapping(policy, agreement, above, below)


def no_row(policy: Classification, agreement: Agreement) -> Iterator[Remark]:
    """Say which facts no row covers; a start without any of them is not judged anyway."""
    if any(row.when is None for row in policy.table):
        return

    def uncovered(facts: Facts) -> bool:
        some = any(facts.event.get(name) is not None for name in policy.facts)
        return some and policy.classify(facts.event) is None

    for space, answer in of_facts(policy, agreement, list(policy.table), uncovered):
        if answer.found is not None:
            yield Remark(policy.id, "gap", "no row covers these facts", space.shown(answer.found))
        elif answer.cut:
            yield cut_off(policy, "facts that no row covers")


def never_reached(policy: Classification, agreement: Agreement, index: int, row: DecisionRow) -> Iterator[Remark]:
    """Say that no facts reach a row, and which row takes them."""
    above = policy.table[:index]
    answers = list(of_facts(policy, agreement, [*above, row], lambda f: fits(row, f) and not any_fits(above, f)))
    if not all(answer.never for _, answer in answers):
        if all(answer.found is None for _, answer in answers):
            yield cut_off(policy, f"facts that reach row {index + 1}")
        return
    for space, taken in of_facts(policy, agreement, [*above, row], lambda facts: fits(row, facts)):
        if taken.found is not None:
            message = f"row {index + 1} is never reached: the rows above it take all that it covers"
            yield Remark(policy.id, "unreachable", message, space.shown(taken.found))
            return
    yield Remark(policy.id, "unreachable", f"row {index + 1} is never reached: its `when` can never hold")


def overlapping(policy: Classification, agreement: Agreement, above: int, below: int) -> Iterator[Remark]:
    """Say that two rows give different values for the same facts; the first one wins."""
    one, other = policy.table[above], policy.table[below]
    for space, both in of_facts(policy, agreement, [one, other], lambda f: fits(one, f) and fits(other, f)):
        if both.found is not None:
            first, second = f"row {above + 1} ({named(one.value)})", f"row {below + 1} ({named(other.value)})"
            message = f"{first} and {second} cover the same facts, and the first one wins"
            yield Remark(policy.id, "overlap", message, space.shown(both.found))
            return


def of_facts(
    policy: Classification, agreement: Agreement, rows: list[DecisionRow], holds: Holds
) -> Iterator[tuple[Space, Answer]]:
    """Ask of each start whether something holds of its own data, which is all that a decision table reads."""
    for selector in policy.start:
        space = Space(agreement, [selector.where, policy.applies, *(row.when for row in rows)], selector.type)

        def of_own(facts: Facts, each: Selector = selector, space: Space = space) -> bool:
            own = {name: value for name, value in facts.event.items() if name in space.own}
            return starts(each, policy.applies, facts) and holds(facts._replace(event=own))

        yield space, space.find(of_own)


def fits(row: DecisionRow, facts: Facts) -> bool:
    """Say whether a row covers facts."""
    return row.when is None or row.when.holds(facts.event)


def any_fits(rows: tuple[DecisionRow, ...], facts: Facts) -> bool:
    """Say whether one of some rows covers facts."""
    return any(fits(row, facts) for row in rows)
