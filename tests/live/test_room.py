"""What the rule engine might confuse or have no room for: names, texts of every sort, very large policies."""

from collections.abc import Iterator
from typing import Any

import pytest

import sla_rules as sla
from sla_rules.evaluators.live.engine import Engine, NotThere, Of, Rules, There
from sla_rules.evaluators.live.judging import Compiled, rules_of
from sla_rules.evaluators.live.stories import Stories, Story
from tests.columnar.ties import FAMILIES, TIES, tied_history
from tests.conftest import History, agreement
from tests.live.test_engine import fnv
from tests.live.tools import differences

NUMBER, TEXT = {"kind": "integer"}, {"kind": "text"}
DAY = "2026-03-02T{:02}:00:00Z"


def add(history: History, hour: int, type: str, /, **data: Any) -> History:
    return history.add(type, DAY.format(hour), **data)


# --- names of properties -----------------------------------------------------------------------------------------

OWN = ["id", "sid", "told", "warm", "$m", "$s", "$forward"]
OWN += [
    "$and",
    "$or",
    "$not",
    "$lt",
    "$lte",
    "$gt",
    "$gte",
    "$eq",
    "$neq",
    "$ex",
    "$nex",
    "$mt",
    "$imt",
    "$all",
    "$any",
]
OWN += [
    "$iall",
    "$iany",
    "$add",
    "$sub",
    "$mul",
    "$div",
    "$l",
    "$r",
    "all",
    "any",
    "pri",
    "count",
    "cap",
    "dist",
    "name",
]
"""What the library itself compares by its hash."""
NUMBERED = [
    f"{name}{number}" for name, most in (("where", 250), ("when", 250), ("row", 250)) for number in range(most + 1)
]


def named_in(rules: Rules) -> Iterator[str]:
    for rule in rules.values():
        for part in rule:
            for property, wanted in part.properties.items():
                yield property
                for each in (wanted,) if isinstance(wanted, Of) else wanted if isinstance(wanted, tuple) else ():
                    yield each.property


def told_of(histories: list[list[sla.Event]]) -> set[str]:
    """The names of all properties of all facts that are told of some histories."""
    names: set[str] = set()
    original = Stories.after

    def after(self: Stories, story: Story, fact: Any) -> Story:
        names.update(fact)
        return original(self, story, fact)

    with pytest.MonkeyPatch.context() as monkeypatch:
        monkeypatch.setattr(Stories, "after", after)
        for history in histories:
            assert differences(TIES, history) == []
    return names


def test_no_two_names_of_properties_have_the_same_hash() -> None:
    policies = [*TIES.policies.values(), *sla.load("intercall").policies.values()]
    names = {name for policy in policies for name in named_in(rules_of(policy))}
    names |= told_of([tied_history(family, 14) for family in range(len(FAMILIES))])
    assert {"as", "is", "n", "by", "stopped", "event", "at", "row", "since", "where0", "kept"} <= names
    names |= {*OWN, *NUMBERED}
    assert len({fnv(name) for name in names}) == len(names)


# --- texts -------------------------------------------------------------------------------------------------------

STRANGE = {
    "quotes": "say \"it\" and 'that'",
    "a quote at its end": 'x"',
    "backslashes": "a\\b\\\\",
    "an escape": "\\u0041\\n",
    "emoji": "\U0001f600 é",
    "line breaks": "one\ntwo\r\n\tthree",
    "JSON": '{"as": "start", "sid": "x"}',
    "operators": "$and",
    "a number": "12",
    "10 kB": "long" * 2_560,
}


@pytest.mark.parametrize("text", STRANGE.values(), ids=STRANGE)
def test_texts_of_every_sort(text: str) -> None:
    fields = {"level": TEXT, "step": TEXT, "result": TEXT, "to": TEXT, "kind": TEXT, "room": TEXT}
    types = {f"{text} {name}": fields for name in ("start", "stop", "step", "defer", "publish", "warn")}
    start, stop, step, defer, publish, warn = types
    table = {
        "kind": "deadline",
        "start": start,
        "stop": {"type": stop, "where": {"room": {"ne": text}}},
        "limit": {"by": "level", "table": {text: "1 h", "x": "2 h"}},
        "occurrence": "each",
        "exemptions": [{"id": text, "preceded_by": {"type": warn, "where": {"level": text}}}],
        "deferral": {
            "by": "level",
            "table": {text: [text]},
            "event": defer,
            "field": "to",
            "until": publish,
            "kind": "kind",
        },
    }
    steps = {
        "id": text,
        "clause": "c",
        "kind": "procedure",
        "start": start,
        "step": {"event": step, "field": "step"},
        "steps": [text, {"name": f"{text}{text}", "when": {"level": text}}, "last"],
        "asks": {"result": {text: [f"{text}!"]}},
    }
    severity = {
        "id": "severity",
        "clause": "c",
        "kind": "classification",
        "occurrence": "each",
        "start": start,
        "value": "to",
        "table": [{"when": {"level": text}, "value": text}, {"value": f"{text}."}],
    }
    document = {
        "agreement": "t",
        "clauses": [{"id": "c"}, {"id": "other"}],
        "events": types,
        "policies": [{"id": "p", "clause": "c", **table}, steps, severity],
    }
    whole = sla.load(document)
    history = History(subject=text)
    add(history, 1, start, level=text, to=text)
    add(history, 1, defer, to=text)
    add(history, 2, step, step=text, result=text)
    add(history, 3, step, step=f"{text}!")
    add(history, 4, step, step=f"{text}{text}")
    add(history, 5, publish, kind=text)
    add(history, 2, stop, room=text)
    add(history, 5, stop, room="x")
    add(history, 6, start, level=text, to=f"{text}.")
    add(history, 7, warn, level=text)
    add(history, 9, stop, room="y")
    assert differences(whole, history.events) == []
    verdicts = sla.judge(whole, history.events)
    assert {(verdict.policy, str(verdict.outcome)) for verdict in verdicts} == {
        ("p", "met"),
        ("p", "exempt"),
        (text, "met"),
        ("severity", "met"),
        ("severity", "breached"),
    }


def test_rules_whose_names_would_be_the_same() -> None:
    types = {name: {"level": TEXT, "to": TEXT, "kind": TEXT, "by": TEXT} for name in ("o", "c", "c (2)", "d", "p")}
    policy = agreement(
        {
            "start": "o",
            "stop": ["c (2)", {"type": "c", "where": {"by": "x"}}, {"type": "c", "where": {"by": "y"}}],
            "limit": "1 h",
            "deferral": {
                "by": "level",
                "table": {"a to b": ["c"], "a": ["b to c", "b for c"]},
                "event": "d",
                "field": "to",
                "until": "p",
                "kind": "kind",
                "carries": {"a for b": ["c"], "a": ["b for c"]},
            },
        },
        events=types,
    )
    for level, kind in (("a to b", "c"), ("a", "b to c"), ("a", "b for c")):
        for published in ("a", "a for b", "b for c"):
            for stop, value in (("c (2)", "z"), ("c", "x"), ("c", "y"), ("c", "z")):
                history = History()
                add(add(history, 1, "o", level=level), 2, "d", to=kind)
                add(add(history, 5, "p", kind=published), 6, stop, by=value)
                add(history, 8, "o")
                assert differences(policy, history.events) == []


def test_results_whose_names_would_be_the_same() -> None:
    types = {"o": {}, "s": {"step": TEXT, "r": TEXT, "r a": TEXT}}
    policy = agreement(
        {
            "kind": "procedure",
            "start": "o",
            "step": {"event": "s", "field": "step"},
            "steps": ["one", "two"],
            "asks": {"r": {"a b": ["call"]}, "r a": {"b": ["write"]}},
        },
        events=types,
    )
    for result in ({"r": "a b"}, {"r a": "b"}, {"r": "b"}):
        history = add(History(), 1, "o")
        add(add(history, 2, "s", step="one", **result), 3, "s", step="two")
        assert differences(policy, history.events) == []


# --- very large --------------------------------------------------------------------------------------------------


def exemptions(number: int) -> sla.Agreement:
    ways = ({"when": {"level": place}} if place % 2 else {"backlog": backlog(place)} for place in range(number))
    return agreement(
        {
            "start": "o",
            "stop": "c",
            "limit": "1 h",
            "exemptions": [{"id": f"x{n}", **way} for n, way in enumerate(ways)],
        },
        events={"o": {"level": NUMBER}, "c": {"level": NUMBER}},
    )


def backlog(place: int) -> dict[str, Any]:
    return {"by": "level", "members": {"type": "o", "where": {"level": place}}, "more_than": 0, "until": "c"}


def rows(number: int) -> sla.Agreement:
    table = [{"when": {"level": place}, "value": place % 3} for place in range(number)]
    return agreement(
        {"kind": "classification", "start": "o", "occurrence": "each", "value": "value", "table": table},
        events={"o": {"level": NUMBER, "value": NUMBER}, "c": {"level": NUMBER}},
    )


def required(number: int) -> sla.Agreement:
    names = ["level", *(f"f{place}" for place in range(number - 1))]
    return agreement(
        {"kind": "required_fields", "record": "o", "fields": names},
        events={"o": dict.fromkeys(names, NUMBER), "c": {"level": NUMBER}},
    )


def selectors(number: int) -> sla.Agreement:
    stops = [{"type": "c", "where": {"level": place}, "when": {"level": place}} for place in range(number)]
    return agreement(
        {"start": "o", "stop": stops, "limit": "1 h"}, events={"o": {"level": NUMBER}, "c": {"level": NUMBER}}
    )


def pauses(number: int) -> sla.Agreement:
    ways = ({"while": {"level": place}} if place % 2 else {"from": "o", "to": f"r{place}"} for place in range(number))
    types = {f"r{place}": {} for place in range(0, number, 2)}
    return agreement(
        {"start": "o", "stop": "c", "limit": "1 h", "pause": list(ways)},
        events={"o": {"level": NUMBER}, "c": {"level": NUMBER}, **types},
    )


LARGE = {
    "exemptions": (exemptions, 300, 510, "rules that differ; 500 is the most"),
    "rows": (rows, 200, 240, "241 conditions about as `facts`; 240 is the most"),
    "fields": (required, 200, 501, "501 rules that differ about as `fields`; 500 is the most"),
    "selectors": (selectors, 60, 64, "65 rules that compare about is `open`; 64 is the most"),
    "pauses": (pauses, 40, 200, "rules that differ; 500 is the most"),
}


@pytest.mark.parametrize("what", LARGE)
def test_large_policies(what: str) -> None:
    make, number, *_ = LARGE[what]
    large = make(number)
    for level in (0, 1, number // 2, number - 2, number - 1, number):
        history = add(History(), 1, "o", level=level)
        add(add(history, 3, "c", level=(level + 1) % number), 4, "c", level=level)
        assert differences(large, history.events) == []


@pytest.mark.parametrize("what", LARGE)
def test_policies_that_are_too_large_are_refused_as_they_are_compiled(what: str) -> None:
    make, _, number, message = LARGE[what]
    with pytest.raises(sla.SlaError, match="p: rules that cannot be compiled: too much at once") as caught:
        Compiled(make(number))
    assert message in str(caught.value)


def test_what_the_engine_has_no_room_for() -> None:
    alike: Rules = {str(number): (There("e", {"kind": "a"}),) for number in range(251)}
    with pytest.raises(sla.SlaError, match="251 rules that are alike about kind `a`; 250 is the most"):
        Engine(alike)
    most = Engine(dict(list(alike.items())[:250]))
    with most.case() as tell:
        assert len(tell({"kind": "a"})) == 250
    compared: Rules = {
        str(number): (There("a", {"kind": number}), NotThere({"kind": "b", "n": Of("a", "n")})) for number in range(65)
    }
    with pytest.raises(sla.SlaError, match="65 rules that compare about kind `b`; 64 is the most"):
        Engine(compared)
    with Engine(dict(list(compared.items())[:64])).case() as tell:
        assert tell({"kind": "b", "n": 1}) == []
        assert [each.rule for each in tell({"kind": 5, "n": 2})] == ["5"]
    with pytest.raises(sla.SlaError, match="4001 rules; 4000 is the most"):
        Engine({str(number): (There("e", {"kind": "a", "n": number}),) for number in range(4_001)})


def test_a_case_of_three_thousand_events() -> None:
    policy = agreement(
        {"start": "o", "stop": "c", "cancel": "x", "occurrence": "each", "limit": "15 min"},
        events={name: {} for name in ("o", "c", "x", "other")},
    )
    types = "oocxo" * 600
    history = History()
    for number, type in enumerate(types):
        history.add(
            type, f"2026-03-{number // 1440 + 1:02}T{number % 1440 // 60:02}:{number % 60:02}:00Z", id=f"{number:05}"
        )
    assert differences(policy, history.events) == []
