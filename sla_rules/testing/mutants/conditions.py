"""Changes of conditions and of the selectors that carry them."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from sla_rules.testing.mutants.changes import Change, Path, dropped, listed, optional, parts, renamed, replaced
from sla_rules.testing.mutants.values import boolean, event_type, field, number
from sla_rules.testing.mutants.words import Words

OPPOSITE = {
    "eq": "ne", "ne": "eq", "lt": "le", "le": "lt", "gt": "ge", "ge": "gt", "in": "not_in", "not_in": "in",
}  # fmt: skip
"""The operator that takes the place of each."""
GROUPS = {"all": "any", "any": "all"}


def condition(value: dict[str, Any], path: Path, words: Words) -> Iterator[Change]:
    """Negated, and each of its parts dropped or changed."""
    yield Change(path, value["not"] if set(value) == {"not"} else {"not": value}, "negated")
    for key, part in value.items():
        at = (*path, key)
        if len(value) > 1:
            yield dropped(at)
        if key in GROUPS:
            yield renamed(value, path, key, GROUPS[key])
            yield from listed(condition, least=1)(part, at, words)
        elif key == "not":
            yield from _inside(part, at, words)
        else:
            yield from _test(value, path, key, words)


def _inside(value: dict[str, Any], path: Path, words: Words) -> Iterator[Change]:
    """Yield what changes within a condition whose negation has been changed already."""
    yield from (change for change in condition(value, path, words) if change.said != "negated")


def _test(value: dict[str, Any], path: Path, name: str, words: Words) -> Iterator[Change]:
    """Yield the changes of what is said of one field."""
    other = words.next_field(name, tuple(value))
    if other is not None:
        yield renamed(value, path, name, other)
    test, at = value[name], (*path, name)
    if isinstance(test, dict) and set(test) != {"field"}:
        for op in test:
            if len(test) > 1:
                yield dropped((*at, op))
            yield from _comparison(test, at, op, name, words)
        return
    yield replaced(at, {"ne": test})
    yield from _operand(test, at, name, words)


def _comparison(test: dict[str, Any], path: Path, op: str, name: str, words: Words) -> Iterator[Change]:
    operand, at = test[op], (*path, op)
    several = operand if isinstance(operand, list) else []
    if op == "exists":
        yield from boolean(operand, at, words)
    elif op == "any_item":
        yield from condition(operand, at, words)
    else:
        yield renamed(test, path, op, OPPOSITE[op])
        for index, each in enumerate(several):
            yield dropped((*at, index))
            yield from _operand(each, (*at, index), name, words, tuple(operand))
        if not several:
            yield from _operand(operand, at, name, words)


def _operand(value: Any, path: Path, name: str, words: Words, taken: tuple[Any, ...] = ()) -> Iterator[Change]:
    """Yield the changes of a value that a field is compared with: the next field, number or allowed value."""
    other = None if isinstance(value, dict) else words.next_value(name, value, taken)
    if isinstance(value, dict):
        yield from field(value["field"], (*path, "field"), words)
    elif isinstance(value, bool):
        yield from boolean(value, path, words)
    elif isinstance(value, (int, Decimal)):
        yield from number(value, path, words)
    elif other is not None:
        yield replaced(path, other)
    elif words.is_text(name):
        yield replaced(path, f"{value}?")


def selector(value: Any, path: Path, words: Words) -> Iterator[Change]:
    """The next type of event, and its conditions dropped, negated and changed."""
    if isinstance(value, str):
        yield from event_type(value, path, words)
    else:
        rules = {"type": event_type, "where": optional(condition), "when": optional(condition)}
        yield from parts(value, path, words, rules)


def named(value: Any, path: Path, words: Words) -> Iterator[Change]:
    """The condition of a step or a required field; one that stands there by its name alone has none."""
    if isinstance(value, dict):
        yield from parts(value, path, words, {"when": optional(condition)})


selectors = listed(selector, least=1)
