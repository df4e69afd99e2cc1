"""Changes of policies, by their keys."""

from collections.abc import Iterator, Mapping
from typing import Any, get_args

from sla_rules.language.objectives import MEASURES
from sla_rules.periods import Period
from sla_rules.testing.mutants.changes import (
    Change,
    Path,
    Rule,
    dropped,
    listed,
    optional,
    parts,
    renamed,
    replaced,
    swapped,
)
from sla_rules.testing.mutants.conditions import condition, named, selectors
from sla_rules.testing.mutants.limits import calendar_choice, deferral, limit
from sla_rules.testing.mutants.values import boolean, choice, field, number, service, share
from sla_rules.testing.mutants.words import Words, following

IMPLIED: Mapping[str, Mapping[str, Any]] = {
    "deadline": {"strict": False, "occurrence": "first"},
    "never": {"occurrence": "first"},
    "procedure": {"complete": False, "occurrence": "first"},
    "classification": {"occurrence": "first"},
}
"""What a policy of each kind says where it says nothing: changed as if it stood there."""


def policy(value: dict[str, Any], path: Path, words: Words) -> Iterator[Change]:
    """Each part of a policy dropped or changed, what it says by saying nothing included."""
    implied = dict(IMPLIED.get(value["kind"], {}))
    if value["kind"] == "never" and "for_each" not in value:
        implied = {}
    yield from parts({**implied, **value}, path, words, RULES)
    if value["kind"] == "availability" and "exclude" not in value:
        yield from (replaced((*path, "exclude"), [window]) for window in words.windows)
    if value["kind"] == "classification":
        yield from _decided(value, path, words)
    if "begin_at" in value:
        yield from _begun(value, path)


def exclude(value: list[str], path: Path, words: Words) -> Iterator[Change]:
    """Each kind of window dropped, and exchanged for another."""
    for index, window in enumerate(value):
        yield dropped((*path, index))
        other = following(window, words.windows, value)
        if other is not None:
            yield replaced((*path, index), other)


def match(value: list[str], path: Path, words: Words) -> Iterator[Change]:
    """Each part of the key dropped or another field."""
    for index, name in enumerate(value):
        if len(value) > 1:
            yield dropped((*path, index))
        other = None if name == "subject" else words.next_field(name, value)
        if other is not None:
            yield replaced((*path, index), other)


def objective(value: dict[str, Any], path: Path, words: Words) -> Iterator[Change]:
    """Dropped, and its measure, share, period and the field of its period changed."""
    yield dropped(path)
    for measure in (each for each in MEASURES if each in value):
        yield from (renamed(value, path, measure, other) for other in MEASURES if other != measure)
    shares = dict.fromkeys(MEASURES, share)
    yield from parts(value, path, words, {**shares, "per": choice(get_args(Period)), "of": optional(field)})


def exemption(value: dict[str, Any], path: Path, words: Words) -> Iterator[Change]:
    """The parts of its ground changed."""
    backlog = {"by": field, "members": selectors, "more_than": number, "until": selectors}
    rules: dict[str, Rule] = {
        "when": condition,
        "preceded_by": selectors,
        "backlog": lambda part, at, words: parts(part, at, words, backlog),
    }
    yield from parts(value, path, words, rules)


def pause(value: dict[str, Any], path: Path, words: Words) -> Iterator[Change]:
    """What the clock stands still for changed."""
    yield from parts(value, path, words, {"while": condition, "from": selectors, "to": selectors})


def steps(value: list[Any], path: Path, words: Words) -> Iterator[Change]:
    """Each step dropped, exchanged for the next one, and due in other cases."""
    yield from listed(named)(value, path, words)
    yield from swapped(value, path)


def decisions(value: list[dict[str, Any]], path: Path, words: Words) -> Iterator[Change]:
    """Each row of a decision table dropped, exchanged for the next one, and for other facts."""
    yield from listed(_decision)(value, path, words)
    yield from swapped(value, path)


def _decision(value: dict[str, Any], path: Path, words: Words) -> Iterator[Change]:
    yield from parts(value, path, words, {"when": optional(condition)})


def _decided(value: dict[str, Any], path: Path, words: Words) -> Iterator[Change]:
    """Yield each value of a decision table exchanged for the next that its field may have."""
    for index, row in enumerate(value["table"]):
        other = words.next_value(value["value"], row["value"])
        if other is not None:
            yield replaced((*path, "table", index, "value"), other)


def asks(value: dict[str, dict[str, list[str]]], path: Path, _: Words) -> Iterator[Change]:
    """What a result asks for dropped: altogether, for each result, and each thing of it."""
    yield dropped(path)
    for name, by_value in value.items():
        for result, asked in by_value.items():
            yield dropped((*path, name, result))
            yield from (dropped((*path, name, result, index)) for index in range(len(asked)))


def _begun(value: dict[str, Any], path: Path) -> Iterator[Change]:
    """Yield the changes to begin before the first step, and at the next one."""
    yield dropped((*path, "begin_at"))
    names = [step["name"] if isinstance(step, dict) else step for step in value["steps"]]
    other = following(value["begin_at"], names)
    if other is not None:
        yield replaced((*path, "begin_at"), other)


def _with_parts(rules: Mapping[str, Rule]) -> Rule:
    return lambda value, path, words: parts(value, path, words, rules)


_optional = optional(selectors)
RULES: Mapping[str, Rule] = {
    "match": match,
    "applies": optional(condition),
    "exemptions": listed(exemption),
    "objective": objective,
    "start": selectors,
    "stop": selectors,
    "cancel": _optional,
    "resume": _optional,
    "occurrence": choice(("first", "each")),
    "limit": limit,
    "strict": boolean,
    "deferral": deferral,
    "calendar": calendar_choice,
    "pause": optional(listed(pause)),
    "exclude": exclude,
    "for_each": _optional,
    "until": _optional,
    "violated_by": selectors,
    "booked": selectors,
    "released": _optional,
    "resource": field,
    "from": field,
    "to": field,
    "end": optional(_with_parts({"reached": _optional, "closed": _optional})),
    "step": _with_parts({"event": selectors, "field": field}),
    "steps": steps,
    "asks": asks,
    "complete": boolean,
    "record": selectors,
    "fields": listed(named),
    "each": field,
    "each_fields": listed(named),
    "value": field,
    "table": decisions,
    "service": service,
    "down": selectors,
    "up": selectors,
    "monitored": _optional,
    "at_least": share,
}
"""The rule for each key of a policy."""
