"""Reading the values of conditions and tables as their fields are read, so that evaluators compare like with like."""

from collections.abc import Iterator
from typing import Any

from pydantic import BaseModel

from sla_rules.errors import SlaError
from sla_rules.language.calendars import CalendarTable
from sla_rules.language.conditions import Comparison, Condition, FieldReference
from sla_rules.language.declarations import FieldDeclaration
from sla_rules.language.document import AgreementFile
from sla_rules.language.limits import Deferral, Rows, Table
from sla_rules.language.policies import Classification


def bound(document: AgreementFile) -> AgreementFile:
    """Return a checked agreement with the values of its conditions and tables read."""
    fields: dict[str, list[FieldDeclaration]] = {"time": [FieldDeclaration(kind="instant")]}
    for declared in document.events.values():
        for name, field in declared.items():
            fields.setdefault(name, []).append(field)
    rebuilt: AgreementFile = _Binder(fields).rebuilt(document)
    return rebuilt


class _Binder:
    """Rebuilds the parts of an agreement that hold values; all others stay the objects that they are."""

    def __init__(self, fields: dict[str, list[FieldDeclaration]]) -> None:
        self.fields = fields

    def read(self, name: str, value: Any) -> Any:
        """Return a value as one of the field's declarations reads it."""
        for field in self.fields.get(name, ()):
            try:
                return field.read_kind(value)
            except SlaError:
                continue
        return value

    def rebuilt(self, value: Any) -> Any:
        """Return a part of the agreement with its values read."""
        match value:
            case Condition():
                return self.condition(value)
            case Table():
                return _changed(value, table=self.rows(value.table, value.by))
            case CalendarTable() | Deferral():
                return _changed(
                    self.parts(value), table={self.read(value.by, key): row for key, row in value.table.items()}
                )
            case Classification():
                rows = [_changed(row, value=self.read(value.value, row.value)) for row in value.table]
                return self.parts(_changed(value, table=tuple(rows)))
            case tuple():
                parts = tuple(map(self.rebuilt, value))
                return parts if any(new is not old for new, old in zip(parts, value, strict=True)) else value
            case dict():
                items = {key: self.rebuilt(part) for key, part in value.items()}
                return items if any(items[key] is not value[key] for key in value) else value
            case BaseModel():
                return self.parts(value)
        return value

    def parts(self, model: Any) -> Any:
        """Return a model with its fields rebuilt."""
        changes = {name: new for name, part in _parts(model) if (new := self.rebuilt(part)) is not part}
        return _changed(model, **changes) if changes else model

    def rows(self, rows: Rows, by: tuple[str, ...]) -> Rows:
        """Return the rows of a table, one level for each field."""
        read = {
            self.read(by[0], key): self.rows(row, by[1:]) if isinstance(row, Rows) else self.rebuilt(row)
            for key, row in rows.root.items()
        }
        return Rows.model_construct(read)

    def condition(self, condition: Condition) -> Condition:
        """Return a condition with its operands read."""
        changes = {name: self.rebuilt(getattr(condition, name)) for name in ("all", "any", "not_")}
        copy: Condition = _changed(condition, **changes)
        extra = {field: self.test(field, test) for field, test in (condition.__pydantic_extra__ or {}).items()}
        object.__setattr__(copy, "__pydantic_extra__", extra)
        return copy

    def test(self, field: str, test: Any) -> Any:
        """Return what a field is compared with, read."""
        if not isinstance(test, Comparison):
            return self.operand(field, test)
        changes = {}
        for name, operand in _parts(test):
            if name in ("exists", "any_item") or operand is None:
                continue
            several = isinstance(operand, tuple)
            changes[name] = (
                tuple(self.operand(field, part) for part in operand) if several else self.operand(field, operand)
            )
        return _changed(test, **changes)

    def operand(self, field: str, operand: Any) -> Any:
        """Return one operand, read."""
        return operand if isinstance(operand, FieldReference) else self.read(field, operand)


def _parts(model: BaseModel) -> Iterator[tuple[str, Any]]:
    return ((name, getattr(model, name)) for name in type(model).model_fields)


def _changed(model: Any, **changes: Any) -> Any:
    """Return a copy of a model with other fields, and without what it had derived from the old ones."""
    copy = model.model_copy(update=changes)
    for name in list(copy.__dict__):
        if name not in type(model).model_fields:
            del copy.__dict__[name]
    return copy
