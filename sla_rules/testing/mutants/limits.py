"""Changes of limits: durations, tables, tiers, ends of days and months, deferrals."""

from collections.abc import Iterator, Mapping
from itertools import pairwise
from typing import Any

from sla_rules.testing.mutants.changes import (
    Change,
    Path,
    Rule,
    applied,
    brief,
    dropped,
    listed,
    parts,
    replaced,
)
from sla_rules.testing.mutants.conditions import selectors
from sla_rules.testing.mutants.values import calendar, choice, duration, field, number, units
from sla_rules.testing.mutants.words import Words

WORDS = {"none": "24 h", "unjudged": "none"}
"""What takes the place of a limit that is a word."""


def limit(value: Any, path: Path, words: Words) -> Iterator[Change]:
    """A limit of any form."""
    if not isinstance(value, dict):
        yield from word_or_duration(value, path, words)
        return
    yield from units(("business_days", "calendar_days"))(value, path, words)
    if "end_of" in value:
        value = {"after": 0, **value}
    yield from parts(value, path, words, FORMS)


def word_or_duration(value: str, path: Path, words: Words) -> Iterator[Change]:
    """A duration, `none` or `unjudged`."""
    if value in WORDS:
        yield replaced(path, WORDS[value])
    else:
        yield from duration(value, path, words)


def rows(rule: Rule) -> Rule:
    """Return a rule for a table: each row dropped, exchanged for the next one, and changed by a rule."""

    def changes(value: dict[Any, Any], path: Path, words: Words) -> Iterator[Change]:
        for key, row in value.items():
            yield dropped((*path, key))
            nested = isinstance(row, dict) and rule is limit and not set(row) & set(_KEYS)
            yield from (changes if nested else rule)(row, (*path, key), words)
        for first, second in pairwise(value):
            if value[first] != value[second]:
                exchanged = {**value, first: value[second], second: value[first]}
                yield Change(path, exchanged, f": {brief(first)} and {brief(second)} exchanged")

    return changes


def tiers(value: list[dict[str, Any]], path: Path, words: Words) -> Iterator[Change]:
    """Each limit changed and exchanged for the next one's, each edge between two moved by a day either way."""
    for index, tier in enumerate(value):
        yield from limit(tier["limit"], (*path, index, "limit"), words)
    for index, (tier, after) in enumerate(pairwise(value)):
        if tier["limit"] != after["limit"]:
            yield _tiers(value, path, index, "limits", after["limit"], tier["limit"])
        if "to" in tier:
            for days in (tier["to"] + 1, tier["to"] - 1):
                if days >= 0:
                    yield _tiers(value, path, index, "edge", days, days + 1)


def _tiers(value: list[dict[str, Any]], path: Path, index: int, what: str, first: Any, second: Any) -> Change:
    keys = ("limit", "limit") if what == "limits" else ("to", "from")
    new = applied(value, (index, keys[0]), first)
    said = "limits of {} and {} exchanged" if what == "limits" else "edge between {} and {} at " + f"{first} days"
    return Change(path, applied(new, (index + 1, keys[1]), second), f": {said.format(index + 1, index + 2)}")


def _names(value: Any, path: Path, words: Words) -> Iterator[Change]:
    yield from listed(field, least=1)(value, path, words)


def _lead(value: dict[str, str], path: Path, words: Words) -> Iterator[Change]:
    yield from parts(value, path, words, {"from": field, "to": field})
    if "from" in value:
        yield dropped((*path, "from"))


def _kinds(value: list[str], path: Path, _: Words) -> Iterator[Change]:
    yield from (dropped((*path, index)) for index in range(len(value)))


def calendar_choice(value: Any, path: Path, words: Words) -> Iterator[Change]:
    """Another calendar, in each row where the choice is a table; none at all."""
    yield dropped(path)
    if isinstance(value, str):
        yield from calendar(value, path, words)
    else:
        yield from parts(value, path, words, {"by": field, "table": rows(calendar)})


def deferral(value: dict[str, Any], path: Path, words: Words) -> Iterator[Change]:
    """Dropped, and each of its parts changed."""
    yield dropped(path)
    yield from parts(value, path, words, DEFERRAL)


_KEYS = ("by", "lead_days", "each", "until", "end_of", "business_days", "calendar_days")
FORMS: Mapping[str, Rule] = {
    "by": _names,
    "table": rows(limit),
    "lead_days": _lead,
    "tiers": tiers,
    "each": duration,
    "times": field,
    "until": field,
    "end_of": choice(("day", "month")),
    "after": number,
    "business_days": number,
    "calendar_days": number,
}
"""The rule for each key of a limit."""
DEFERRAL: Mapping[str, Rule] = {
    "by": field,
    "table": rows(_kinds),
    "event": selectors,
    "field": field,
    "until": selectors,
    "kind": field,
    "carries": rows(_kinds),
}
"""The rule for each key of a deferral."""
