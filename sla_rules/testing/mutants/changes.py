"""A change of an agreement's plain values, and what rules that make changes are put together from."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from sla_rules.language.base import written
from sla_rules.testing.mutants.words import Words

Path = tuple[Any, ...]
LONGEST = 60
"""How much of a value a sentence shows."""


class _Dropped:
    """Stands for nothing: what a change puts in the place of an entry that it drops."""

    def __repr__(self) -> str:
        return "dropped"


DROPPED = _Dropped()


@dataclass(frozen=True, slots=True)
class Change:
    """One change: the path to a value, what stands there instead, and how to say it (`= 5 min`, `dropped`)."""

    path: Path
    new: object
    said: str


Rule = Callable[[Any, Path, Words], Iterator[Change]]
"""Yields the changes of a value at a path."""


@dataclass(frozen=True, slots=True)
class Mutant:
    """An agreement with one change.

    Attributes:
        id: where and what, the same in every run: `policies.support.response.limit.table.SL4 = 10 min 0.000001 s`.
        path: the keys and indices that lead to the change.
        what: one sentence: `policies.support.response.limit.table.SL4: 10 min -> 10 min 0.000001 s`.
        raw: the whole agreement as plain values, changed; what did not change is shared with other mutants.
    """

    id: str
    path: Path
    what: str
    raw: Mapping[str, Any] = field(repr=False)

    @property
    def group(self) -> str:
        """The id of the policy that is changed, or the part of the agreement (`events`, `windows`)."""
        return str(self.raw["policies"][self.path[1]]["id"]) if self.path[0] == "policies" else str(self.path[0])


def replaced(path: Path, new: object) -> Change:
    """Return the change of a value to another."""
    return Change(path, new, f"= {brief(new)}")


def dropped(path: Path) -> Change:
    """Return the change that drops an entry of a mapping or an item of a list."""
    return Change(path, DROPPED, "dropped")


def renamed(value: Mapping[Any, Any], path: Path, key: object, new: object) -> Change:
    """Return the change of a key, which keeps its place and value."""
    items = {new if each == key else each: part for each, part in value.items()}
    return Change(path, items, f": {brief(key)} becomes {brief(new)}")


def swapped(value: Sequence[Any], path: Path) -> Iterator[Change]:
    """Yield the changes that exchange an item of a list for the next one."""
    for index in range(len(value) - 1):
        first, second = value[index : index + 2]
        new = [*value[:index], second, first, *value[index + 2 :]]
        yield Change(path, new, f": {label(value, index)} and {label(value, index + 1)} exchanged")


def parts(value: Mapping[str, Any], path: Path, words: Words, rules: Mapping[str, Rule]) -> Iterator[Change]:
    """Yield the changes of the parts of a mapping, each by the rule of its key."""
    for key, part in value.items():
        if key in rules and part is not None:
            yield from rules[key](part, (*path, key), words)


def optional(rule: Rule) -> Rule:
    """Return a rule that drops a value besides what another rule does to it."""

    def either(value: Any, path: Path, words: Words) -> Iterator[Change]:
        yield dropped(path)
        yield from rule(value, path, words)

    return either


def listed(rule: Rule, *, least: int = 0) -> Rule:
    """Return a rule for one item or a list of them: each is changed, and dropped where `least` stay without it."""

    def each(value: Any, path: Path, words: Words) -> Iterator[Change]:
        if not isinstance(value, list):
            yield from rule(value, path, words)
            return
        for index, item in enumerate(value):
            if len(value) > least:
                yield dropped((*path, index))
            yield from rule(item, (*path, index), words)

    return each


def applied(raw: Any, path: Path, new: object) -> Any:
    """Return plain values with the value at a path replaced, or dropped; all others are shared with the original."""
    if not path:
        return new
    key, rest = path[0], path[1:]
    if isinstance(raw, list):
        middle = [] if not rest and new is DROPPED else [applied(raw[key], rest, new)]
        return [*raw[:key], *middle, *raw[key + 1 :]]
    if not rest and new is DROPPED:
        return {each: part for each, part in raw.items() if each != key}
    return {**raw, key: applied(raw.get(key), rest, new)}


def mutant(raw: Mapping[str, Any], change: Change) -> Mutant:
    """Return the agreement with a change made."""
    place, old = described(raw, change.path)
    id = f"{place}{'' if change.said.startswith(':') else ' '}{change.said}"
    if change.said.startswith(":"):
        what = id
    elif change.said.startswith("= "):
        what = f"{place}: {brief(old)} -> {change.said[2:]}"
    else:
        what = f"{place}: {brief(old)} {change.said}"
    return Mutant(id, change.path, what, applied(raw, change.path, change.new))


def described(raw: Any, path: Path) -> tuple[str, Any]:
    """Return a path as text with names in place of indices, and the value there; None where there is none."""
    text, value = "", raw
    for part in path:
        if isinstance(value, list):
            name = label(value, part)
            text += name if name.startswith("[") else f".{name}"
            value = value[part]
        else:
            text += f".{brief(part)}" if text else str(part)
            value = None if value is None else value.get(part)
    return text, value


def label(items: Sequence[Any], index: int) -> str:
    """Return the name of an item of a list: its id, name, type or text, or its place where that says too little."""
    names = [_name(item) for item in items]
    name = names[index]
    return name if name and Counter(names)[name] == 1 else f"[{index + 1}]"


def _name(item: Any) -> str:
    if isinstance(item, dict):
        return next((str(item[key]) for key in ("id", "name", "type") if key in item), "")
    return "" if isinstance(item, list) else brief(item)


def brief(value: Any) -> str:
    """Return a plain value on one line as a file could write it, cut where it is long."""
    text = _flow(value)
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}…"


def _flow(value: Any) -> str:
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{_flow(key)}: {_flow(part)}" for key, part in value.items()) + "}"
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(map(_flow, value)) + "]"
    if isinstance(value, Decimal):
        return format(value, "f")
    return "nothing" if value is None else str(written(value))
