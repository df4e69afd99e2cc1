"""Chained rules: which facts of a case make the live monitor raise an alert of the agreement's own.

Rules judge nothing and change no verdict; what is promised is in the policies.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from functools import cached_property
from graphlib import CycleError, TopologicalSorter
from heapq import heappop, heappush
from typing import Annotated, Literal

from pydantic import BeforeValidator, Discriminator, Field

from sla_rules.language.base import Model, Text, as_localized, listed, tag
from sla_rules.language.conditions import Condition
from sla_rules.language.selectors import Selectors, types_of

OutcomeName = Literal["met", "breached", "pending", "exempt", "void", "undetermined"]
"""What may become of an instance, as a file writes it."""

Sentence = Annotated[
    dict[str, Text],
    Field(min_length=1),
    BeforeValidator(as_localized, json_schema_input_type=Text | Annotated[dict[str, Text], Field(min_length=1)]),
]
"""Text by language that says something; plain text is English."""

PolicyIds = Annotated[
    tuple[Text, ...],
    Field(min_length=1),
    BeforeValidator(listed, json_schema_input_type=Text | Annotated[list[Text], Field(min_length=1)]),
]
Outcomes = Annotated[
    tuple[OutcomeName, ...],
    Field(min_length=1),
    BeforeValidator(listed, json_schema_input_type=OutcomeName | Annotated[list[OutcomeName], Field(min_length=1)]),
]


class EventFact(Model):
    """An event of the case has happened."""

    event: Selectors


class VerdictFact(Model):
    """An instance of the case has one of these outcomes under one of these policies."""

    verdict: PolicyIds
    outcome: Outcomes


class RuleFact(Model):
    """Another rule holds of the case."""

    rule: Text


_FORMS: Mapping[str, type[Model]] = {
    "event": EventFact,
    "verdict": VerdictFact,
    "outcome": VerdictFact,
    "rule": RuleFact,
}


def _form(value: object) -> str:
    for word, form in _FORMS.items():
        if isinstance(value, form) or (isinstance(value, Mapping) and word in value):
            return f"<{'verdict' if form is VerdictFact else word}>"
    return "<fact>"


Fact = Annotated[
    Annotated[EventFact, tag("event")] | Annotated[VerdictFact, tag("verdict")] | Annotated[RuleFact, tag("rule")],
    Discriminator(_form),
]


class ChainedRule(Model):
    """Facts of one case in, an alert out. A case is all that happened to one subject."""

    id: Text
    clause: Text = Field(description="The clause that the alert cites; a descriptive one will do.")
    on: Annotated[
        tuple[Fact, ...],
        Field(min_length=1),
        BeforeValidator(listed, json_schema_input_type=Fact | Annotated[list[Fact], Field(min_length=1)]),
    ] = Field(description="All of these must hold.")
    when: Condition | None = Field(default=None, description="Must hold of the case as it is now.")
    unless: Annotated[tuple[Fact, ...], BeforeValidator(listed, json_schema_input_type=Fact | list[Fact])] = Field(
        default=(), description="None of these may hold."
    )
    alert: Sentence = Field(description="What the alert says.")

    @cached_property
    def facts(self) -> tuple[EventFact | VerdictFact | RuleFact, ...]:
        """The facts of `on`, then those of `unless`."""
        return (*self.on, *self.unless)

    @cached_property
    def event_types(self) -> frozenset[str]:
        """The types of the events that it names."""
        return frozenset(type for fact in self.facts if isinstance(fact, EventFact) for type in types_of(fact.event))

    @cached_property
    def policies(self) -> frozenset[str]:
        """The ids of the policies that it names itself."""
        return frozenset(id for fact in self.facts if isinstance(fact, VerdictFact) for id in fact.verdict)

    @cached_property
    def rules(self) -> tuple[str, ...]:
        """The ids of the rules that it names, in order and each once."""
        return tuple(dict.fromkeys(fact.rule for fact in self.facts if isinstance(fact, RuleFact)))

    def sentence(self, language: str = "en") -> str:
        """Return what its alert says in a language; where it says nothing there, in English, else in the first."""
        return self.alert.get(language) or self.alert.get("en") or next(iter(self.alert.values()))


def includes(fact: Fact, other: Fact) -> bool:
    """Say whether a fact holds wherever another one does, as far as the two themselves show."""
    if isinstance(fact, EventFact) and isinstance(other, EventFact):
        return all(selector in fact.event for selector in other.event)
    if isinstance(fact, VerdictFact) and isinstance(other, VerdictFact):
        return set(other.verdict) <= set(fact.verdict) and set(other.outcome) <= set(fact.outcome)
    return fact == other


def cycles(rules: Iterable[ChainedRule]) -> Iterator[tuple[str, ...]]:
    """Yield the ids of rules that rest on themselves: each names the next, and the last one the first.

    No rule is in two of them; a cycle that shares a rule with one before it is left out.
    """
    names = {rule.id: rule.rules for rule in rules}
    place = {id: number for number, id in enumerate(names)}
    while True:
        try:
            TopologicalSorter(names).prepare()
            return
        except CycleError as error:
            found = error.args[1][:0:-1]
        first = found.index(min(found, key=place.__getitem__))
        yield (*found[first:], *found[:first])
        names = {id: named for id, named in names.items() if id not in found}


def in_order(rules: Iterable[ChainedRule]) -> tuple[ChainedRule, ...]:
    """Return rules without cycles in the order of their definition, except that each comes after those it names."""
    defined = tuple(rules)
    place = {rule.id: number for number, rule in enumerate(defined)}
    sorter = TopologicalSorter({rule.id: rule.rules for rule in defined})
    sorter.prepare()
    ready: list[int] = []
    ordered = []
    while sorter.is_active():
        for id in sorter.get_ready():
            heappush(ready, place[id])
        ordered.append(defined[heappop(ready)])
        sorter.done(ordered[-1].id)
    return tuple(ordered)


def resting_on(rules: Iterable[ChainedRule], policies: Collection[str]) -> frozenset[str]:
    """Return the ids of the rules, in the order of `in_order`, that need no other policies than these to be followed.

    Left out are those that name another policy, and those that name a rule which is left out.
    """
    kept: set[str] = set()
    for rule in rules:
        if rule.policies.issubset(policies) and kept.issuperset(rule.rules):
            kept.add(rule.id)
    return frozenset(kept)
