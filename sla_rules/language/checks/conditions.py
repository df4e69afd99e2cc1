"""That selectors and conditions name what is declared, and compare it with what it can be."""

from typing import Any

from sla_rules.errors import quoted
from sla_rules.language.checks.names import Names, Path
from sla_rules.language.conditions import Condition, FieldReference
from sla_rules.language.declarations import ORDERED_KINDS, FieldDeclaration, Kind
from sla_rules.language.selectors import Selector


def check_selectors(names: Names, path: Path, selectors: tuple[Selector, ...] | None, *, stops: bool = False) -> None:
    """Check selectors; only those that may be the stop of a deadline have a `when`."""
    for index, selector in enumerate(selectors or ()):
        at = (*path, index)
        if names.known(at, "event type", selector.type, names.document.events):
            check_condition(names, (*at, "where"), selector.where, (selector,), own_time=True)
        check_condition(names, (*at, "when"), selector.when)
        if selector.when is not None and not stops:
            names.problem((*at, "when"), "only a stop of a deadline carries `when`; write `where`, or `applies`")


def check_condition(
    names: Names,
    path: Path,
    condition: Condition | None,
    selectors: tuple[Selector, ...] = (),
    *,
    own_time: bool = False,
) -> None:
    """Check the fields and values of a condition; on events of `selectors` first, else on the case."""
    if condition is None:
        return
    for field, ops in condition.tests:
        at = (*path, field)
        if not (own_time and field == "time") and not names.field(at, field):
            continue
        for op, operand in ops:
            _operand(names, at, field, op, operand, selectors, own_time)
    for key, parts in (("all", condition.all), ("any", condition.any)):
        for index, part in enumerate(parts or ()):
            check_condition(names, (*path, key, index), part, selectors, own_time=own_time)
    check_condition(names, (*path, "not"), condition.not_, selectors, own_time=own_time)


def _operand(
    names: Names, path: Path, field: str, op: str, operand: Any, selectors: tuple[Selector, ...], own_time: bool
) -> None:
    kinds = names.kinds(field, selectors)
    if op in ("lt", "le", "gt", "ge") and not kinds <= ORDERED_KINDS:
        names.problem(path, f"{quoted(field)} is {' or '.join(sorted(kinds))}, which has no order for {op}")
        return
    if op in ("exists", "any_item"):
        if op == "any_item" and "list" not in kinds:
            names.problem(path, f"{quoted(field)} is no list")
        return
    for value in operand if isinstance(operand, tuple) else (operand,):
        if isinstance(value, FieldReference):
            if (own_time and value.field == "time") or names.field(path, value.field):
                _comparable(names, path, field, kinds, value.field, names.kinds(value.field, selectors))
        elif field == "time":
            names.readable(path, FieldDeclaration(kind="instant"), value)
        else:
            names.possible(path, field, value, selectors, only_kind=op in ("lt", "le", "gt", "ge"))


def _comparable(names: Names, path: Path, field: str, kinds: set[Kind], other: str, others: set[Kind]) -> None:
    """Note two fields that can never be equal or in order."""
    if kinds != others and not kinds | others <= {"integer", "decimal"}:
        both = f"{quoted(field)} is {' or '.join(sorted(kinds))}, {quoted(other)} is {' or '.join(sorted(others))}"
        names.problem(path, f"{both}; they cannot be compared")
