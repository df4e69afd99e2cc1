"""durable_rules, used in the one way that holds: one case's facts at a time, in order, and all of them let go after.

Its compiled engine is asked directly: no fact of a case is there in the next, there are no timers, no threads and no
actions; that a rule holds is all that comes back. What the engine said to a story, which most cases share with others,
need not be asked again. What goes wrong otherwise (states that are shared or crash, events
lost between threads, comparisons read beyond their end) is the library's own.
"""

import json
import weakref
from collections.abc import Callable, Iterator, Mapping
from itertools import chain, count
from threading import RLock
from typing import Any, NamedTuple

from sla_rules.errors import SlaError, quoted
from sla_rules.evaluators.live.room import Test, check_room
from sla_rules.evaluators.live.stories import Said, Stories

Fact = Mapping[str, int | str]
"""What is told to the rules: integers of 64 bits, and words."""

MOST_PROPERTIES = 250
"""Of a fact; the library has room for 254, some of which are its own."""

_CASE = "case"
_WARM = "warm"
_ORDER = "told"
_LEAST, _MOST = -(2**63), 2**63 - 1
_OPERATORS = {"eq": "$eq", "ne": "$neq", "lt": "$lt", "le": "$lte", "gt": "$gt", "ge": "$gte"}
_NUMBER = count()


class Of(NamedTuple):
    """A property of a fact that the rule has named before, to compare with.

    Attributes:
        fact: the name of that fact.
        property: which of its properties.
        by: how to compare, this fact's property first: eq, ne, lt, le, gt, ge.
    """

    fact: str
    property: str
    by: str = "eq"


Wanted = Mapping[str, int | str | Of | tuple[Of, ...]]
"""What properties of a fact must be, by their names."""


class There(NamedTuple):
    """That there is a fact with certain properties, under the name by which the rule speaks of it."""

    name: str
    properties: Wanted


class NotThere(NamedTuple):
    """That no fact with certain properties was told so far; last in a rule, or it would miss what comes later."""

    properties: Wanted


Rule = tuple[There | NotThere, ...]
Rules = dict[str, Rule]
"""By name: what must be there for a rule to hold."""


def named_apart(name: str, rules: Rules) -> str:
    """Return a name that no rule has yet: the one that is wanted, or with a number."""
    names = chain((name,), (f"{name} ({number})" for number in count(2)))
    return next(each for each in names if each not in rules)


class Concluded(NamedTuple):
    """That a rule holds.

    Attributes:
        rule: its name.
        facts: the facts that make it hold, by the names that the rule gives them.
    """

    rule: str
    facts: dict[str, Fact]


class Engine:
    """Some rules, ready to be asked about one case after the other, from any thread.

    Attributes:
        names: of the rules, by their numbers.
        stories: that were told to them.
        lock: held while a case is told.
    """

    def __init__(self, rules: Rules, of: str | None = None) -> None:
        """Take the rules; `of` says whose they are, for messages.

        Raises:
            SlaError: durable-rules, of the extra `live`, is not installed or does not run on this Python; or a rule
                cannot be one, or there are too many.
        """
        self._core = _compiled_core()
        whose = "" if of is None else f"{of}: "
        self.lock = RLock()
        self.names = [*rules, _WARM]
        # By number: a name may be any text.
        written = {str(number): {"all": [*_written(rule)]} for number, rule in enumerate(rules.values())}
        # The first state of a ruleset may be deleted only after a rule has held in it, so one holds at once.
        written[str(len(rules))] = {"all": [{"fact": {_WARM: 1}}]}
        try:
            check_room(map(_patterns, rules.values()))
            self.stories = Stories(map(_heeded, rules.values()))
            self._handle = self._core.create_ruleset(f"rules {next(_NUMBER)}", json.dumps(written))
        except Exception as error:
            raise SlaError(f"{whose}rules that cannot be compiled: {error}") from error
        weakref.finalize(self, self._core.delete_ruleset, self._handle)
        self.asked({_WARM: 1}, 0)
        self.forget()

    def case(self) -> "Telling":
        """Give what tells one case: with it as `tell`, `tell(fact)` returns what follows from a fact and those before.

        `tell` raises `SlaError` where a fact cannot be one.
        """
        return Telling(self)

    def asked(self, fact: Fact, told: int) -> list[Said]:
        """Tell the library a fact of the case, with its number, and return what it concludes."""
        # An id of its own and its number: equal facts are two, and no two are the same to a comparison.
        text = json.dumps({**fact, _ORDER: told, "id": str(told), "sid": _CASE})
        try:
            _, state = self._core.assert_fact(self._handle, text)
            started = self._core.start_action_for_state(self._handle, state)
            said = started and started[1]
            found: list[Said] = []
            while said:
                found += [
                    (int(rule), {name: each[_ORDER] for name, each in facts.items()})
                    for rule, facts in json.loads(said).items()
                ]
                said = self._core.complete_and_start_action(self._handle, state)
        except self._core.error as error:
            raise SlaError(f"the rules failed: {error}") from error
        return found

    def forget(self) -> None:
        """Have the library let go of the case."""
        self._core.delete_state(self._handle, _CASE)


class Telling:
    """One case being told to an engine, which is asked only where it was not told the same story before."""

    __slots__ = ("_asked", "_engine", "_story", "_told")

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._told: list[Fact] = []
        self._asked = 0

    def __enter__(self) -> Callable[[Fact], list[Concluded]]:
        self._engine.lock.acquire()
        self._story = self._engine.stories.begin()
        return self._tell

    def __exit__(self, *_: object) -> None:
        try:
            if self._asked:
                self._engine.forget()
        finally:
            self._engine.lock.release()

    def _tell(self, fact: Fact) -> list[Concluded]:
        _check(fact)
        engine, told = self._engine, self._told
        told.append(fact)
        following = engine.stories.after(self._story, fact)
        said = following.said
        if said is None:
            while self._asked < len(told):
                self._asked += 1
                said = engine.asked(told[self._asked - 1], self._asked)
            following.said = said
        self._story = following
        return [
            Concluded(engine.names[rule], {name: told[number - 1] for name, number in facts.items()})
            for rule, facts in said or ()
        ]


def _compiled_core() -> Any:
    """Return the library's compiled engine."""
    try:
        from durable import engine
    except ImportError as error:
        raise SlaError(
            "the live monitor needs durable-rules on Python 3.11 or 3.12: install `sla-rules[live]`"
        ) from error
    return engine.durable_rules_engine


def _written(rule: Rule) -> Iterator[dict[str, Any]]:
    """Yield what must be there in the library's own terms."""
    first: str | None = None
    for place, part in enumerate(rule):
        if isinstance(part, NotThere) and place != len(rule) - 1:
            raise SlaError("rules that cannot be compiled: what must not be there stands last")
        name = part.name if isinstance(part, There) else "none$not"
        tests = [test for property, wanted in part.properties.items() for test in _tests(property, wanted)]
        if first is None:
            first = name
        else:
            # The library reads beyond its memory where the last comparison between two facts fails, so the last is
            # one that never does.
            tests.append({"$neq": {_ORDER: {first: _ORDER}}})
        yield {name: {"$and": tests}}


def _tests(property: str, wanted: object) -> Iterator[dict[str, Any]]:
    for each in wanted if isinstance(wanted, tuple) and not isinstance(wanted, Of) else (wanted,):
        if not isinstance(each, Of):
            yield {property: each}
        elif each.by == "eq":
            yield {property: {each.fact: each.property}}
        else:
            yield {_OPERATORS[each.by]: {property: {each.fact: each.property}}}


def _patterns(rule: Rule) -> Iterator[list[Test]]:
    """Yield what is tested of each fact, in the order in which the library tests it."""
    for place, part in enumerate(rule):
        tests: list[Test] = []
        for property, wanted in part.properties.items():
            if isinstance(wanted, Of):
                tests.append((property, None))
            elif isinstance(wanted, tuple):
                tests += [(property, None)] * len(wanted)
            else:
                tests.append((property, wanted))
        yield [*tests, (_ORDER, None)] if place else tests


def _heeded(rule: Rule) -> Iterator[tuple[Test, set[str]]]:
    """Yield what is tested first of each fact, and all properties of it that the rule reads."""
    read = {part.name: set(part.properties) for part in rule if isinstance(part, There)}
    for part in rule:
        for wanted in part.properties.values():
            for each in wanted if isinstance(wanted, tuple) and not isinstance(wanted, Of) else (wanted,):
                if isinstance(each, Of):
                    read[each.fact].add(each.property)
    for part, (first, *_) in zip(rule, _patterns(rule), strict=True):
        yield first, read[part.name] if isinstance(part, There) else set(part.properties)


def _check(fact: Fact) -> None:
    """Refuse what the library would take and not keep as it is."""
    if len(fact) > MOST_PROPERTIES:
        raise SlaError(f"a fact of {len(fact)} properties; {MOST_PROPERTIES} is the most")
    for name, value in fact.items():
        if (type(value) is int and _LEAST <= value <= _MOST) or isinstance(value, str):
            continue
        raise SlaError(f"fact: {name} must be text or an integer of 64 bits, found {quoted(value)}")
