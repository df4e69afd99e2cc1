"""Values that make conditions hold, or not: found by trying few candidates, those that an agreement names first."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from itertools import combinations, islice, product
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from pydantic import BaseModel

from sla_rules.agreement import Agreement
from sla_rules.instants import DAY, FIRST, HOUR, LAST, moment
from sla_rules.language.conditions import Condition, FieldReference, fields_of
from sla_rules.language.declarations import FieldDeclaration
from sla_rules.periods import label, local_date

Facts = dict[str, Any]
Candidates = Callable[[str], Sequence[Any]]

TRIES = 20_000
"""How many combinations of candidates are tried before a wish is given up."""


class Wish(NamedTuple):
    """A condition that should hold, or should not."""

    condition: Condition
    holds: bool = True

    def granted(self, facts: Mapping[str, Any]) -> bool:
        """Say whether these facts do as wished."""
        return self.condition.holds(facts) is self.holds


def solve(
    wishes: Sequence[Wish],
    names: Iterable[str],
    candidates: Candidates,
    fixed: Mapping[str, Any] | None = None,
    valid: Callable[[Facts], bool] | None = None,
) -> Facts | None:
    """Return facts that grant every wish, as close to the first candidates as can be; None where none are found.

    Args:
        wishes: conditions that should hold, or should not.
        names: the fields whose values are free.
        candidates: the values to try for each, the usual one first; None leaves the field out.
        fixed: the values of other fields; None leaves the field out.
        valid: what must be so besides.
    """
    given = dict(fixed or {})
    free = [name for name in dict.fromkeys(names) if name not in given]
    options = [list(candidates(name)) or [None] for name in free]
    for tried in islice(_nearest_first(options), TRIES):
        facts = {**given, **dict(zip(free, tried, strict=True))}
        facts = {name: value for name, value in facts.items() if value is not None}
        if all(wish.granted(facts) for wish in wishes) and (valid is None or valid(facts)):
            return facts
    return None


def _nearest_first(options: Sequence[Sequence[Any]]) -> Iterator[tuple[Any, ...]]:
    """Yield every choice of one item each: all first ones, then those that differ in one place, in two, and so on."""
    usual = [each[0] for each in options]
    for number in range(len(options) + 1):
        for places in combinations(range(len(options)), number):
            for others in product(*(options[place][1:] for place in places)):
                chosen = usual.copy()
                for place, value in zip(places, others, strict=True):
                    chosen[place] = value
                yield tuple(chosen)


def conditions_in(part: Any) -> Iterator[Condition]:
    """Yield every condition in a part of an agreement, those inside of others among them."""
    if isinstance(part, Condition):
        yield part
        for _, ops in part.tests:
            yield from (inner for _, operand in ops for inner in conditions_in(operand))
        yield from conditions_in((part.all, part.any, part.not_))
    elif isinstance(part, BaseModel):
        yield from conditions_in(tuple(getattr(part, name) for name in type(part).model_fields))
    elif isinstance(part, Mapping):
        yield from conditions_in(tuple(part.values()))
    elif isinstance(part, tuple):
        for each in part:
            yield from conditions_in(each)


class Values:
    """The fields that an agreement declares, and the values worth trying for each."""

    def __init__(self, agreement: Agreement) -> None:
        self.agreement = agreement
        self.fields: dict[str, list[FieldDeclaration]] = {}
        for declaration in agreement.events.values():
            for name, field in declaration.fields.items():
                self.fields.setdefault(name, []).append(field)
        self.literals: dict[str, list[Any]] = {}
        self.items: dict[str, list[Condition]] = {}
        for condition in conditions_in(agreement.document):
            for name, ops in condition.tests:
                for op, operand in ops:
                    if op == "any_item":
                        self.items.setdefault(name, []).append(operand)
                    elif op != "exists":
                        self.literals.setdefault(name, []).extend(literals_of(operand))

    def declared(self, name: str, type: str | None = None) -> list[FieldDeclaration]:
        """Return the declarations of a field: that of a type of event where it has one, else all."""
        declaration = self.agreement.events.get(type or "")
        own = None if declaration is None else declaration.fields.get(name)
        return self.fields.get(name, []) if own is None else [own]

    def kind(self, name: str, type: str | None = None) -> str:
        """Return the kind of a field; `time` is an instant."""
        fields = self.declared(name, type)
        return fields[0].kind if fields else "instant"

    def candidates(self, name: str, at: int, type: str | None = None) -> list[Any]:
        """Return the values worth trying for a field of an event at an instant, as its declaration reads them."""
        allowed = [field.read_kind(value) for field in self.declared(name, type) for value in field.values or ()]
        return unique(allowed or [*around(self.literals.get(name, ())), *self.usual(name, at, type)])

    def usual(self, name: str, at: int, type: str | None = None) -> list[Any]:
        """Return usual values of a field's kind."""
        kind, zone = self.kind(name, type), self.agreement.zone
        match kind:
            case "text":
                return ["some", "another"]
            case "integer":
                return [1, 2, 0]
            case "decimal":
                return [Decimal(1), Decimal("0.5")]
            case "boolean":
                return [True, False]
            case "instant":
                return [within(at + offset) for offset in (HOUR, DAY, 2 * DAY, 0, 1, -1, -HOUR)]
            case "date":
                return days_around(at, zone)
            case "month":
                return [label(at, "month", zone)]
            case "list":
                return [*(items for each in self.items.get(name, ()) for items in lists_for(each)), [{"some": 1}], []]
            case _:
                return [{"some": 1}]

    def allows(self, name: str, value: Any) -> bool:
        """Say whether some declaration of a field takes a value that was read."""
        return any(field.allowed is None or value in field.allowed for field in self.fields.get(name, ()))

    def raw(self, name: str, value: Any, type: str | None = None) -> Any:
        """Return a read value as a source writes it: instants and dates as text."""
        if self.kind(name, type) == "instant" and isinstance(value, int):
            return moment(value).isoformat().replace("+00:00", "Z")
        return value.isoformat() if isinstance(value, date) else value


def literals_of(operand: Any) -> list[Any]:
    """Return the plain values among the operands of a comparison."""
    parts = operand if isinstance(operand, tuple) else (operand,)
    return [part for part in parts if not isinstance(part, (FieldReference, Condition))]


def around(literals: Iterable[Any]) -> list[Any]:
    """Return the values that conditions name, each followed by its neighbours where it has some."""
    return [near for value in literals for near in (value, *neighbours(value))]


def neighbours(value: Any) -> tuple[Any, ...]:
    """Return the next values on both sides of a number or a date."""
    if isinstance(value, (bool, str)):
        return ()
    if isinstance(value, int):
        return (value + 1, value - 1)
    if isinstance(value, Decimal):
        return (value + 1, value - 1, value + Decimal("0.001"), value - Decimal("0.001"))
    if isinstance(value, date):
        return (value + timedelta(days=1), value - timedelta(days=1))
    return ()


def days_around(at: int, zone: ZoneInfo) -> list[Any]:
    """Return the calendar date of an instant and those beside it."""
    day = local_date(at, zone)
    return [day, day + timedelta(days=1), day - timedelta(days=1)]


def lists_for(condition: Condition) -> list[list[Facts]]:
    """Return lists with an item of which a condition holds, and with one of which it does not."""
    found = [item_for(condition, wanted) for wanted in (True, False)]
    return [[item] for item in found if item is not None]


def item_for(condition: Condition, holds: bool) -> Facts | None:
    """Return an item of a list of which a condition holds, or does not."""
    literals: dict[str, list[Any]] = {}
    for part in conditions_in(condition):
        for name, ops in part.tests:
            for op, operand in ops:
                literals.setdefault(name, []).extend(() if op in ("any_item", "exists") else literals_of(operand))

    def candidates(name: str) -> list[Any]:
        return unique([None, *around(literals.get(name, ())), "some", 1, True, False])

    return solve([Wish(condition, holds)], sorted(fields_of(condition)), candidates)


def unique(values: Iterable[Any]) -> list[Any]:
    """Return the values without repetitions; `1` and `true` are two."""
    found: dict[str, Any] = {}
    for value in values:
        found.setdefault(f"{type(value).__name__} {value!r}", value)
    return list(found.values())


def within(at: int) -> int:
    """Return the nearest instant that can be shown."""
    return min(max(at, FIRST), LAST)
