"""Conditions on the fields of an event or of a case, and what they mean.

`{severity: SL4, sites: {gt: 75}}` holds where every line holds; `all`, `any` and `not` combine
conditions. A missing field makes every comparison false, `ne` and `not_in` excepted.
"""

import operator
from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal, InvalidOperation
from functools import cached_property
from math import isfinite
from typing import Annotated, Any

from pydantic import ConfigDict, Discriminator, Field, StrictBool, model_validator

from sla_rules.language.base import Model, Scalar, Text, tag, wrong

Values = Mapping[str, Any]


class FieldReference(Model):
    """The value of another field, written `{field: name}`."""

    field: Text


def _operand(value: object) -> str:
    return "<field>" if isinstance(value, (Mapping, FieldReference)) else "<value>"


Operand = Annotated[Annotated[FieldReference, tag("field")] | Annotated[Scalar, tag("value")], Discriminator(_operand)]


class Comparison(Model):
    """One or several comparisons of a field's value; all must hold."""

    model_config = ConfigDict(json_schema_extra={"minProperties": 1})

    eq: Operand | None = None
    ne: Operand | None = None
    lt: Operand | None = None
    le: Operand | None = None
    gt: Operand | None = None
    ge: Operand | None = None
    in_: tuple[Operand, ...] | None = Field(default=None, alias="in")
    not_in: tuple[Operand, ...] | None = None
    exists: StrictBool | None = None
    any_item: "Condition | None" = Field(default=None, description="Holds for some item of a list of records.")

    @classmethod
    def expected(cls) -> str:
        """Name the operators."""
        return " of eq, ne, lt, le, gt, ge, in, not_in, exists, any_item"

    @model_validator(mode="after")
    def _says_something(self) -> "Comparison":
        empty = [name.rstrip("_") for name in self.model_fields_set if getattr(self, name) is None]
        if empty:
            raise wrong(f"`{empty[0]}` compares with nothing; `exists: false` holds of a missing field", empty[0])
        if not self.model_fields_set:
            raise wrong(f"expected a comparison{self.expected()}")
        return self

    @cached_property
    def written(self) -> tuple[tuple[str, Any], ...]:
        """The operators that stand there, with their operands."""
        pairs = ((name.rstrip("_"), getattr(self, name)) for name in type(self).model_fields)
        return tuple((name, operand) for name, operand in pairs if operand is not None)


def _test(value: object) -> str:
    if isinstance(value, FieldReference) or (isinstance(value, Mapping) and set(value) == {"field"}):
        return "<field>"
    return "<comparison>" if isinstance(value, (Mapping, Comparison)) else "<value>"


Test = Annotated[
    Annotated[FieldReference, tag("field")]
    | Annotated[Comparison, tag("comparison")]
    | Annotated[Scalar, tag("value")],
    Discriminator(_test),
]


class Condition(Model):
    """What must hold of the fields; each key is a field, or `all`, `any`, `not`."""

    model_config = ConfigDict(extra="allow")
    __pydantic_extra__: dict[str, Test]

    all: tuple["Condition", ...] | None = None
    any: tuple["Condition", ...] | None = None
    not_: "Condition | None" = Field(default=None, alias="not")

    @cached_property
    def tests(self) -> tuple[tuple[str, tuple[tuple[str, Any], ...]], ...]:
        """The fields tested, each with its operators and operands; a bare value is an `eq`."""
        return tuple(
            (field, test.written if isinstance(test, Comparison) else (("eq", test),))
            for field, test in self.__pydantic_extra__.items()
        )

    @cached_property
    def fields(self) -> frozenset[str]:
        """The fields that it reads."""
        return frozenset(fields_of(self))

    def holds(self, values: Values) -> bool:
        """Say whether the condition holds of these field values (as declarations read them)."""
        return (
            all(compare(op, values.get(field), operand, values) for field, ops in self.tests for op, operand in ops)
            and (self.all is None or all(part.holds(values) for part in self.all))
            and (self.any is None or any(part.holds(values) for part in self.any))
            and (self.not_ is None or not self.not_.holds(values))
        )


_ORDER: dict[str, Callable[[Any, Any], bool]] = {
    "lt": operator.lt,
    "le": operator.le,
    "gt": operator.gt,
    "ge": operator.ge,
}


def compare(op: str, value: object, operand: Any, values: Values) -> bool:
    """Say whether one comparison holds of a field's value; `values` are those of the fields it may be compared with."""
    match op:
        case "exists":
            return (value is not None) is operand
        case "any_item":
            return isinstance(value, list) and any(
                isinstance(item, Mapping) and operand.holds(read_item(item, operand.fields)) for item in value
            )
        case "in" | "not_in":
            among = any(_same(value, _value(item, values)) for item in operand)
            return among if op == "in" else not among
        case "eq":
            return _same(value, _value(operand, values))
        case "ne":
            return not _same(value, _value(operand, values))
        case _:
            other = _value(operand, values)
            return value is not None and other is not None and _ordered(op, value, other)


def _ordered(op: str, value: object, other: object) -> bool:
    try:
        return _ORDER[op](value, other)
    except (TypeError, InvalidOperation):  # the items of a list are not declared, so they may be of any kind
        return False


def read_item(item: Mapping[str, Any], fields: Iterable[str]) -> dict[str, Any]:
    """Return some fields of an item of a list as conditions compare them."""
    return {name: exact(item[name]) for name in fields if name in item}


def exact(value: object) -> object:
    """Return a value of a list's item, which no declaration has read: a float as the number that it shows."""
    if not isinstance(value, float):
        return value
    return Decimal(float.__repr__(value)) if isfinite(value) else None


def _value(operand: object, values: Values) -> object:
    return values.get(operand.field) if isinstance(operand, FieldReference) else operand


def _same(value: object, other: object) -> bool:
    if value is None or other is None:
        return False
    return value == other and isinstance(value, bool) == isinstance(other, bool)


def fields_of(condition: Condition) -> set[str]:
    """Return the names of all fields that a condition reads, those of list items excepted."""
    names = set()
    for field, ops in condition.tests:
        names.add(field)
        for _, operand in ops:
            for part in operand if isinstance(operand, tuple) else (operand,):
                if isinstance(part, FieldReference):
                    names.add(part.field)
    for group in (condition.all or (), condition.any or (), (condition.not_,) if condition.not_ else ()):
        for part in group:
            names |= fields_of(part)
    return names
