"""The values that fields can have, as far as conditions can tell them apart, and all their combinations.

Conditions compare with literals, so it is enough to try each literal, the values beside it, one that no condition
names, and a missing field. Every combination is tried with `Condition.holds` itself; nothing is proved by algebra.

Data is taken to keep its declarations: a required field is there, a value is an allowed one. A case is taken to hold
one event of the type that begins it.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from itertools import islice, pairwise, product
from typing import Any, NamedTuple

from sla_rules.agreement import Agreement
from sla_rules.instants import micros
from sla_rules.language.conditions import Condition, FieldReference, fields_of
from sla_rules.language.declarations import FieldDeclaration
from sla_rules.language.selectors import Selector
from sla_rules.periods import add_months, label_of_date
from sla_rules.testing.analysis.remarks import plain

MOST = 20_000
"""How many combinations are tried for one question."""
MOST_ITEMS = 64
OTHERS = ("something else", "something else again")
"""Text that no condition names."""
TIME = FieldDeclaration(kind="instant")
Values = dict[str, Any]


class Facts(NamedTuple):
    """One possibility: what `where` reads on an event, and what `applies` and `when` read on its case."""

    event: Values
    case: Values


class Answer(NamedTuple):
    """What came of a question: the first possibility for which it holds, and whether all were tried."""

    found: Facts | None
    cut: bool

    @property
    def never(self) -> bool:
        """Whether no possibility was found, and all were tried."""
        return self.found is None and not self.cut


class Compared:
    """What conditions compare fields with: literals, items of lists, and other fields."""

    def __init__(self, conditions: Iterable[Condition], literals: Mapping[str, Sequence[Any]] | None = None) -> None:
        self.literals = {name: list(values) for name, values in (literals or {}).items()}
        self.items: dict[str, list[Condition]] = {}
        self.linked: set[str] = set()
        for condition in conditions:
            self.collect(condition)

    def collect(self, condition: Condition) -> None:
        """Note what a condition and its parts compare with."""
        for name, tests in condition.tests:
            for op, operand in tests:
                if op == "any_item":
                    self.items.setdefault(name, []).append(operand)
                elif op != "exists":
                    self.operands(name, operand if isinstance(operand, tuple) else (operand,))
        for part in (*(condition.all or ()), *(condition.any or ()), *((condition.not_,) if condition.not_ else ())):
            self.collect(part)

    def operands(self, name: str, operands: tuple[Any, ...]) -> None:
        """Note what one field is compared with."""
        for value in operands:
            if isinstance(value, FieldReference):
                self.linked |= {name, value.field}
            else:
                self.literals.setdefault(name, []).append(value)

    def pool(self, name: str) -> list[Any]:
        """Return the literals that a field is compared with, those of fields that it is compared with included."""
        names = [name, *(other for other in sorted(self.linked) if name in self.linked and other != name)]
        return list(dict.fromkeys(value for each in names for value in self.literals.get(each, ())))


class Space:
    """All possibilities for some fields of an event of one type and of its case."""

    def __init__(
        self,
        agreement: Agreement,
        conditions: Iterable[Condition | None],
        type: str | None = None,
        rows: Mapping[str, Sequence[Any]] | None = None,
    ) -> None:
        """Hold the fields that are read.

        Args:
            agreement: whose declarations hold.
            conditions: that are asked about, with their literals.
            type: of the event; None for a case at any time.
            rows: further fields with values of interest, for example those of a table.
        """
        self.agreement = agreement
        self.type = type
        given = [condition for condition in conditions if condition is not None]
        self.compared = Compared(given, rows or {})
        self.fields = sorted({*(rows or {}), *(name for condition in given for name in fields_of(condition))})
        self.own = {} if type is None else agreement.events[type].fields

    def __iter__(self) -> Iterator[Facts]:
        """Yield every possibility; the missing come last."""
        own = [name for name in self.fields if name in self.own or name == "time"]
        earlier = [name for name in self.fields if name != "time"]
        of_event = [self.own_values(name) for name in own]
        of_case = [self.earlier_values(name) for name in earlier]
        for values in product(*of_event):
            event = dict(zip(own, values, strict=True))
            known = {name for name, value in event.items() if value is not None}
            free = [[None] if name in known else found for name, found in zip(earlier, of_case, strict=True)]
            for before in product(*free):
                others = dict(zip(earlier, before, strict=True))
                case = {**others, **{name: event[name] for name in known}}
                yield Facts({**{name: others[name] for name in others if name not in self.own}, **event}, case)

    def find(self, holds: Callable[[Facts], bool]) -> Answer:
        """Return the first possibility for which something holds."""
        tried = 0
        for facts in islice(self, MOST):
            tried += 1
            if holds(facts):
                return Answer(facts, False)
        return Answer(None, tried == MOST and next(islice(self, MOST, None), None) is not None)

    def own_values(self, name: str) -> list[Any]:
        """Return the values of a field of the event itself."""
        if name == "time":
            return self.candidates(name, [TIME])
        found = self.candidates(name, [self.own[name]])
        return found if self.own[name].required else [*found, None]

    def earlier_values(self, name: str) -> list[Any]:
        """Return the values that a field of the case can have from other events."""
        declared = [
            declaration.fields[name]
            for type, declaration in self.agreement.events.items()
            if type != self.type and name in declaration.fields
        ]
        return [*self.candidates(name, declared), None] if declared else [None]

    def candidates(self, name: str, declared: Sequence[FieldDeclaration]) -> list[Any]:
        """Return the values of a field that conditions can tell apart."""
        kind, linked = declared[0].kind, name in self.compared.linked
        literals = [value for value in self.compared.pool(name) if fits(kind, value)]
        if kind == "list":
            return lists(self.compared.items.get(name, []))
        if all(field.allowed is not None for field in declared):
            allowed = dict.fromkeys(field.read_kind(value) for field in declared for value in field.values or ())
            return list(allowed) if linked else told_apart(list(allowed), literals)
        return values_of(kind, literals, 2 if linked else 1)

    def shown(self, facts: Facts) -> Values:
        """Return a possibility as a counterexample, each field as a file writes it."""
        merged = {**facts.case, **facts.event}
        for name, value in facts.case.items():
            if merged.get(name) is None:
                merged[name] = value
        return {name: plain(merged.get(name), self.kind(name)) for name in self.fields}

    def kind(self, name: str) -> str:
        """Return the kind of a field."""
        declared = (each.fields[name].kind for each in self.agreement.events.values() if name in each.fields)
        return "instant" if name == "time" else next(declared, "text")


def starts(selector: Selector, applies: Condition | None, facts: Facts) -> bool:
    """Say whether an event begins an instance."""
    return (selector.where is None or selector.where.holds(facts.event)) and (
        applies is None or applies.holds(facts.case)
    )


def told_apart(allowed: list[Any], literals: list[Any]) -> list[Any]:
    """Return the allowed values that are named, and one of those that are not; all of those that have an order."""
    if not all(isinstance(value, (str, bool)) for value in allowed):
        return allowed
    return [value for value in allowed if value in literals] + [v for v in allowed if v not in literals][:1]


def fits(kind: str, value: object) -> bool:
    """Say whether a literal is of a kind, as it is read."""
    match kind:
        case "boolean":
            return isinstance(value, bool)
        case "integer" | "decimal" | "instant":
            return isinstance(value, (int, Decimal)) and not isinstance(value, bool)
        case "date":
            return isinstance(value, date)
    return isinstance(value, str)


def values_of(kind: str, literals: list[Any], others: int) -> list[Any]:
    """Return the literals, what lies beside and between them, and as many other values as are wanted."""
    match kind:
        case "boolean":
            return [True, False]
        case "integer":
            return beside([int(value) for value in literals or [0]], [1, 2][:others])
        case "decimal":
            found = sorted(Decimal(value) for value in literals or [0])
            return beside([*found, *((a + b) / 2 for a, b in pairwise(found))], [1, 2][:others])
        case "instant":
            return beside(literals or [micros("2026-03-02T12:00:00Z")], [1, 2][:others])
        case "date":
            return beside(literals or [date(2026, 3, 2)], [timedelta(days=1), timedelta(days=2)][:others])
        case "month":
            days = [date.fromisoformat(f"{month}-01") for month in literals or ["2026-03"]]
            moved = [add_months(day, step) for day in days for step in (0, 1, -1, 2)]
            return list(dict.fromkeys(label_of_date(day, "month") for day in moved))
        case "record":
            return [{}]
    return [*literals, *[text for text in OTHERS if text not in literals][:others]]


def beside(values: Sequence[Any], steps: Sequence[Any]) -> list[Any]:
    """Return values, and what lies one step above and below each."""
    found = [moved for value in values for moved in (value, *(value + s for s in steps), *(value - s for s in steps))]
    return list(dict.fromkeys(found))


def lists(conditions: list[Condition]) -> list[list[Values]]:
    """Return lists of records that conditions on their items can tell apart: empty, of one item each, of all."""
    items = list(islice(records(conditions), MOST_ITEMS)) or [{}]
    return [*([item] for item in items), [], items]


def records(conditions: list[Condition]) -> Iterator[Values]:
    """Yield the records that conditions on undeclared fields can tell apart."""
    compared = Compared(conditions)
    names = sorted({name for condition in conditions for name in fields_of(condition)})
    for values in product(*(undeclared(compared.pool(name)) for name in names)):
        yield {name: value for name, value in zip(names, values, strict=True) if value is not None}


def undeclared(literals: list[Any]) -> list[Any]:
    """Return the literals of a field that nothing declares, what lies beside them, other text and nothing."""
    found: list[Any] = []
    for value in literals:
        kind = "boolean" if isinstance(value, bool) else "text" if isinstance(value, str) else "decimal"
        found += values_of(kind, [value], 1)
    return [*dict.fromkeys(found or [OTHERS[0]]), None]
