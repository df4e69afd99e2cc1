"""Conditions, by the columnar evaluator: where they hold, asked once for each distinct value."""

from collections.abc import Callable
from typing import Any

import numpy as np

from sla_rules.evaluators.columnar.columns import Column, Flags
from sla_rules.evaluators.columnar.items import items_of
from sla_rules.evaluators.columnar.lists import Lists
from sla_rules.language.conditions import Condition, FieldReference, compare

Fields = Callable[[str], Column]
"""Gives the values of a field by its name."""

_ORDER = {"lt": np.less, "le": np.less_equal, "gt": np.greater, "ge": np.greater_equal, "eq": np.equal}


def holds(condition: Condition, fields: Fields, size: int) -> Flags:
    """Say where a condition holds; a missing field makes every comparison false, `ne` and `not_in` excepted."""
    held = np.ones(size, np.bool_)
    for field, tests in condition.tests:
        for op, operand in tests:
            held &= _test(op, fields(field), operand, fields)
    for part in condition.all or ():
        held &= holds(part, fields, size)
    if condition.any is not None:
        some = np.zeros(size, np.bool_)
        for part in condition.any:
            some |= holds(part, fields, size)
        held &= some
    if condition.not_ is not None:
        held &= ~holds(condition.not_, fields, size)
    return held


def _test(op: str, column: Column, operand: Any, fields: Fields) -> Flags:
    match op:
        case "exists":
            return column.present if operand else ~column.present
        case "ne":
            return ~_test("eq", column, operand, fields)
        case "in" | "not_in":
            among = np.zeros(len(column), np.bool_)
            for item in operand:
                among |= _test("eq", column, item, fields)
            return among if op == "in" else ~among
    if op == "any_item" and isinstance(column.values, Lists):
        return _any_item(operand, column)
    if isinstance(operand, FieldReference):
        return _between(op, column, fields(operand.field))
    if column.values is None and type(operand) is int:
        return column.present & _ORDER[op](column.data, operand)
    said: Flags = column.lookup(lambda value: compare(op, value, operand, {}), np.bool_, False)
    return said


def _any_item(condition: Condition, column: Column) -> Flags:
    """Say in which rows some item of a list fulfils a condition."""
    items = items_of(column)
    owners = items.owner[holds(condition, items.field, len(items))]
    lists = np.zeros(len(items.bounds), np.bool_)
    lists[owners] = True
    # The last place is that of no list.
    return lists[items.of]


def _between(op: str, one: Column, other: Column) -> Flags:
    """Compare two fields."""
    both = one.present & other.present
    if one.values is None and other.values is None:
        return both & _ORDER[op](one.data, other.data)
    left, right = one.coded(), other.coded()
    assert left.values is not None
    assert right.values is not None
    pairs, places = np.unique(left.data[both] * len(right.values) + right.data[both], return_inverse=True)
    said = [
        compare(op, left.values[pair // len(right.values)], right.values[pair % len(right.values)], {})
        for pair in pairs.tolist()
    ]
    held = np.zeros(len(one), np.bool_)
    held[both] = np.array(said, np.bool_)[places]
    return held
