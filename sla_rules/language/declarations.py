"""Declarations of events: which types there are, which fields they carry, and how a value is read.

Reading gives the value in the form in which conditions compare it: text, int, `Decimal`, bool,
instants as microseconds since 1970 UTC, dates as `date`, months as text `2026-03`.
"""

import json
import re
from collections.abc import Callable, Mapping
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from functools import cached_property
from operator import is_
from typing import Annotated, Any, Literal

from pydantic import Field, StrictBool

from sla_rules.errors import SlaError, did_you_mean, quoted
from sla_rules.events import Event, Finding, finding
from sla_rules.instants import micros
from sla_rules.language.base import Model, Scalar, Text, shown, written

Kind = Literal["text", "integer", "decimal", "boolean", "instant", "date", "month", "list", "record"]
KEY_KINDS = ("text", "integer", "boolean", "date", "month")
"""The kinds whose values can stand for a case, an owner or a row of a table."""
PLAIN_KINDS = (*KEY_KINDS, "decimal", "instant")
"""The kinds of single values."""
ORDERED_KINDS = {"integer", "decimal", "instant", "date", "month"}
RESERVED = ("id", "type", "subject", "time", "all", "any", "not", "field")
"""Names that no field may have: parts of the event itself and words of conditions."""

FieldName = Annotated[Text, Field(json_schema_extra={"not": {"enum": list(RESERVED)}})]

_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_MONTH = re.compile(r"[0-9]{4}-(0[1-9]|1[0-2])")


class FieldDeclaration(Model):
    """A field of an event's data."""

    kind: Kind
    values: Annotated[tuple[Scalar, ...], Field(min_length=1)] | None = Field(
        default=None, description="The values it may have."
    )
    required: StrictBool = False
    not_before: Text | None = Field(
        default=None,
        description="Another instant of the event, `time` or a field: an event where this one is earlier is left out.",
    )

    @cached_property
    def allowed(self) -> frozenset[object] | None:
        """The allowed values as they are read, or None where any will do."""
        return None if self.values is None else frozenset(self.read_kind(value) for value in self.values)

    def read_kind(self, value: object) -> Any:
        """Return a value of this field's kind as it is compared. Raises `SlaError` where it is of another kind."""
        return READERS[self.kind](value)

    def read(self, value: object) -> Any:
        """Return a value as it is compared. Raises `SlaError` where its kind is wrong or it is not an allowed value."""
        read = self.read_kind(value)
        if self.allowed is not None and read not in self.allowed:
            known = [str(written(known)) for known in self.values or ()]
            hint = did_you_mean(value, known) or f", known: {', '.join(known)}"
            raise SlaError(f"{shown(value)} is not an allowed value{hint}")
        return read

    def from_text(self, text: str) -> object:
        """Return what a text column (CSV) means for this kind; text that means nothing is returned as it is."""
        try:
            return _FROM_TEXT[self.kind](text) if self.kind in _FROM_TEXT else text
        except (ValueError, InvalidOperation, RecursionError):
            return text


def _text(value: object) -> str:
    if isinstance(value, str):
        return value
    raise _not("text", value)


def _integer(value: object) -> int:
    if isinstance(value, (float, Decimal)) and _is_whole(value):
        value = int(value)
    if not isinstance(value, int) or isinstance(value, bool):
        raise _not("an integer", value)
    if not -(2**63) <= value < 2**63:
        raise _not("an integer of 64 bits", value)
    return value


def _is_whole(value: float | Decimal) -> bool:
    if isinstance(value, float):
        return value.is_integer()
    return value.is_finite() and value.adjusted() < 20 and value == value.to_integral_value()


def _decimal(value: object) -> Decimal:
    if isinstance(value, (int, float, Decimal)) and not isinstance(value, bool):
        number = Decimal(float.__repr__(value)) if isinstance(value, float) else Decimal(value)
        if number.is_finite():
            return number
    raise _not("a number", value)


def _boolean(value: object) -> bool:
    if isinstance(value, bool):
        return value
    raise _not("true or false", value)


def _date(value: object) -> date:
    if isinstance(value, date) and not isinstance(value, datetime):
        return value
    if isinstance(value, str) and _DATE.fullmatch(value):
        try:
            return date.fromisoformat(value)
        except ValueError:
            pass
    raise _not("a date such as `2026-03-02`", value)


def _month(value: object) -> str:
    if isinstance(value, str) and _MONTH.fullmatch(value):
        return value
    raise _not("a month such as `2026-03`", value)


def _list(value: object) -> list[Any]:
    if isinstance(value, (list, tuple)):
        return list(value)
    raise _not("a list", value)


def _record(value: object) -> dict[str, Any]:
    if isinstance(value, Mapping):
        return dict(value)
    raise _not("a mapping", value)


def _integer_text(text: str) -> int | Decimal:
    try:
        return int(text)
    except ValueError:
        return Decimal(text)  # `3.0`, as tools write a column of integers with gaps


def _not(what: str, value: object) -> SlaError:
    return SlaError(f"{shown(value)} is not {what}")


READERS: dict[str, Callable[[object], Any]] = {
    "text": _text,
    "integer": _integer,
    "decimal": _decimal,
    "boolean": _boolean,
    "instant": micros,
    "date": _date,
    "month": _month,
    "list": _list,
    "record": _record,
}

_FROM_TEXT: dict[str, Callable[[str], object]] = {
    "integer": _integer_text,
    "decimal": Decimal,
    "boolean": lambda text: {"true": True, "false": False}.get(text.lower(), text),
    "list": json.loads,
    "record": json.loads,
}


class EventDeclaration:
    """A declared type of event with its fields; reads the data of its events."""

    def __init__(self, type: str, fields: Mapping[str, FieldDeclaration]) -> None:
        self.type = type
        self.fields = dict(fields)
        self.required = [name for name, field in fields.items() if field.required]
        self.bounded = [(name, field.not_before) for name, field in fields.items() if field.not_before is not None]

    def read(self, event: Event, findings: list[Finding]) -> Event | None:
        """Return the event with its declared fields read, or None where it contradicts itself.

        A value of the wrong kind or outside of the allowed values becomes a finding and counts as missing;
        null is missing; fields that are not declared are left aside.
        """
        data: dict[str, Any] = {}
        for name, value in event.data.items():
            field = self.fields.get(name)
            if field is None:
                self._misspelt(name, event, findings)
            elif value is not None:
                try:
                    data[name] = field.read(value)
                except SlaError as error:
                    findings.append(finding("wrong_value", f"{self.type}: {name}: {error}; taken as missing", event))
        for name in self.required:
            if name not in data and event.data.get(name) is None:
                findings.append(finding("missing_field", f"{self.type}: {quoted(name)} is missing", event))
        for name, bound in self.bounded:
            earliest = event.at if bound == "time" else data.get(bound)
            if name in data and earliest is not None and data[name] < earliest:
                message = f"{self.type}: {quoted(name)} is before {quoted(bound)}; the event is left out"
                findings.append(finding("interval_reversed", message, event))
                return None
        as_read = len(data) == len(event.data) and all(map(is_, data.values(), event.data.values()))
        return event if as_read else replace_data(event, data)

    def _misspelt(self, name: str, event: Event, findings: list[Finding]) -> None:
        hint = did_you_mean(name, [field for field in self.fields if field not in event.data])
        if hint:
            findings.append(finding("unknown_field", f"{self.type}: unknown field {quoted(name)}{hint}", event))


def replace_data(event: Event, data: Mapping[str, Any]) -> Event:
    """Return the same event with other data."""
    copy = object.__new__(Event)
    for name in ("type", "subject", "at", "id", "place"):
        object.__setattr__(copy, name, getattr(event, name))
    object.__setattr__(copy, "data", data)
    return copy
