"""durable_rules, used in the one way that holds: one case's facts at a time, in order, and all of them let go after.

Nothing is remembered between cases, there are no timers and no threads, and what a rule does is to say that it holds.
What goes wrong otherwise (states that are shared or crash, events lost between threads) is the library's own.
"""

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from threading import RLock
from typing import Any, NamedTuple

from sla_rules.errors import SlaError, quoted

Fact = Mapping[str, int | str]
"""What is told to the rules: integers of 64 bits, and words."""

Rules = Mapping[str, Sequence[Mapping[str, Any]]]
"""By name: the antecedents of each rule in the library's own terms, those with `none` last."""

MOST_PROPERTIES = 250
"""Of a fact; the library has room for 254, some of which are its own."""

_CASE = "case"
_WARM = "warm"
_LEAST, _MOST = -(2**63), 2**63 - 1


class Concluded(NamedTuple):
    """That a rule holds.

    Attributes:
        rule: its name.
        facts: the facts that make it hold, by the names that its antecedents give them.
    """

    rule: str
    facts: dict[str, Fact]


class Engine:
    """Some rules, ready to be asked about one case after the other, from any thread."""

    def __init__(self, rules: Rules) -> None:
        """Take the rules.

        Raises:
            SlaError: durable-rules, of the extra `live`, is not installed or does not run on this Python; or a rule
                cannot be one.
        """
        self._name, self._said = _registered(rules)

    @contextmanager
    def case(self) -> Iterator[Callable[[Fact], list[Concluded]]]:
        """Give a function that takes a fact and returns what the rules conclude from it and those before.

        Raises:
            SlaError: a fact cannot be one.
        """
        with _LOCK:
            told = 0

            def tell(fact: Fact) -> list[Concluded]:
                nonlocal told
                _check(fact)
                told += 1
                self._said.clear()
                _assert(self._name, {**fact, "seq": told})
                return list(self._said)

            try:
                yield tell
            finally:
                if told:
                    _host().delete_state(self._name, _CASE)


_LOCK = RLock()
_KNOWN: dict[str, list[Concluded]] = {}
"""What the rules registered in this process last concluded, by the name of their ruleset; there is no unregistering."""
_HOSTS: list[Any] = []


def _host() -> Any:
    """Return the library's host, the one of this process, without the threads that it would start."""
    if not _HOSTS:
        try:
            from durable import engine
        except ImportError as error:
            raise SlaError(
                "the live monitor needs durable-rules on Python 3.11 or 3.12: install `sla-rules[live]`"
            ) from error

        # The library has no types, so its class is anything to the type checker.
        class Quiet(engine.Host):  # type: ignore[misc]
            def _run(self) -> None:
                """Start no threads: nothing is posted, and there are no timers."""

        _HOSTS.append(Quiet())
    return _HOSTS[0]


def _registered(rules: Rules) -> tuple[str, list[Concluded]]:
    """Return the name of the ruleset of some rules, and where they say what they conclude; the same for equal rules."""
    text = json.dumps(rules, sort_keys=True)
    name = "r" + hashlib.sha256(text.encode()).hexdigest()[:24]
    with _LOCK:
        if name not in _KNOWN:
            said: list[Concluded] = []
            # A copy, since registering changes what it is given.
            copy = json.loads(text)
            definition = {id: {"all": antecedents, "run": _saying(id, said)} for id, antecedents in copy.items()}
            # A ruleset in which no rule has fired yet crashes when a state of it is deleted, so one fires at once.
            definition[_WARM] = {"all": [{"m": {_WARM: 1}}], "run": _saying(_WARM, [])}
            try:
                _host().register_rulesets({name: definition})
            except SlaError:
                raise
            except Exception as error:
                raise SlaError(f"rules that cannot be compiled: {error}") from error
            _assert(name, {_WARM: 1, "seq": 0})
            _host().delete_state(name, _CASE)
            _KNOWN[name] = said
        return name, _KNOWN[name]


def _saying(rule: str, said: list[Concluded]) -> Callable[[Any], None]:
    def run(context: Any) -> None:
        said.append(Concluded(rule, {name: _plain(fact) for name, fact in context._m.items()}))

    return run


def _plain(fact: Any) -> Fact:
    return {name: value for name, value in fact.items() if name not in ("sid", "id")}


def _assert(name: str, fact: Mapping[str, Any]) -> None:
    """Assert a fact, and let the rules that it makes hold say so. Raises `SlaError` where one fails."""
    from durable.engine import MessageNotHandledException

    try:
        state = _host().assert_fact(name, {**fact, "sid": _CASE})
    except MessageNotHandledException:
        return  # no rule is about it
    problem = (state or {}).get("exception")
    if problem:
        raise SlaError(f"the rules failed: {problem}")


def _check(fact: Fact) -> None:
    """Refuse what the library would take and not keep as it is."""
    if len(fact) > MOST_PROPERTIES:
        raise SlaError(f"a fact of {len(fact)} properties; {MOST_PROPERTIES} is the most")
    for name, value in fact.items():
        if isinstance(value, str) or (type(value) is int and _LEAST <= value <= _MOST):
            continue
        raise SlaError(f"fact: {name} must be text or an integer of 64 bits, found {quoted(value)}")
