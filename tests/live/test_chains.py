"""Chained rules: each form of fact at its edges, many facts, many events, long chains, and a plain oracle."""

from collections.abc import Callable, Iterable, Mapping
from itertools import combinations, permutations
from typing import Any, get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import sla_rules as sla
from sla_rules.evaluators.live import chains
from sla_rules.evaluators.live.cases import Case
from sla_rules.evaluators.live.chains import MOST_JOINED, Chains
from sla_rules.evaluators.live.engine import NotThere, Rules
from sla_rules.evaluators.live.world import World
from sla_rules.known import known_events
from sla_rules.language.rules import ChainedRule, EventFact, OutcomeName, includes
from sla_rules.verdict import Outcome, Terms, Verdict
from tests.conftest import History

OUTCOMES = get_args(OutcomeName)
OPENED = {"event": "opened"}
PAID = {"event": {"type": "paid", "where": {"amount": 1}}}
MET = {"verdict": "p", "outcome": "met"}
FIELDS: dict[str, Any] = {
    "opened": {"level": {"kind": "integer"}, "lines": {"kind": "list"}},
    "closed": {"priority": {"kind": "text"}},
    "paid": {"amount": {"kind": "integer"}},
}


def rule(id: str, on: Any, **said: Any) -> dict[str, Any]:
    return {"id": id, "clause": "c", "alert": id, "on": on, **said}


def loaded(*rules: Mapping[str, Any]) -> sla.Agreement:
    policy = {"clause": "c", "kind": "deadline", "start": "opened", "stop": "closed", "limit": "1 h"}
    return sla.load(
        {
            "agreement": "test",
            "clauses": [{"id": "c"}],
            "events": FIELDS,
            "policies": [{"id": "p", **policy}, {"id": "q", **policy}],
            "rules": list(rules),
        }
    )


def case_of(agreement: sla.Agreement, events: Iterable[sla.Event], as_of: object = None, subject: str = "S") -> Case:
    world = World(agreement, known_events(events, as_of), [], agreement.versions)
    return world.cases(("subject",))[subject,]


def verdict(agreement: sla.Agreement, policy: str, outcome: str) -> Verdict:
    said = agreement.policies[policy]
    terms = Terms(said, agreement.clause_of(said), agreement.zone, None, agreement.calendars, None)
    return Verdict(terms, "S", ("S",), Outcome(outcome), start_at=0)


def at(second: int, type: str = "opened", subject: str = "S", id: str | None = None, **data: Any) -> sla.Event:
    time = f"2026-03-02T14:{second // 60:02}:{second % 60:02}Z"
    return sla.Event(id=id or f"e{second:04}", type=type, subject=subject, time=time, data=data)


def holding(
    rules: Iterable[Mapping[str, Any]],
    events: Iterable[sla.Event],
    verdicts: Iterable[tuple[str, str]] = (),
    as_of: object = None,
) -> list[str]:
    made = loaded(*rules)
    return Chains(made).holding(case_of(made, events, as_of), (verdict(made, *each) for each in verdicts))


class TestEvents:
    def test_one_that_happened_and_one_that_did_not(self) -> None:
        rules = [rule("a", OPENED), rule("b", {"event": "closed"}), rule("either", {"event": ["closed", "opened"]})]
        assert holding(rules, [at(0)]) == ["a", "either"]

    def test_at_the_instant_and_one_microsecond_before(self) -> None:
        events = [at(0), at(5, "closed")]
        rules = [rule("r", {"event": "closed"})]
        assert holding(rules, events, as_of="2026-03-02T14:00:05Z") == ["r"]
        assert holding(rules, events, as_of="2026-03-02T14:00:04.999999Z") == []

    def test_it_stays_a_fact_whatever_comes_later(self) -> None:
        rules = [rule("r", {"event": {"type": "opened", "where": {"level": 1}}})]
        assert holding(rules, [at(0, level=1), at(1, level=2), at(2, "closed")]) == ["r"]

    def test_where_reads_the_event_itself(self) -> None:
        rules = [rule(f"r{level}", {"event": {"type": "opened", "where": {"level": level}}}) for level in (1, 2, 3)]
        assert holding(rules, [at(0, level=1), at(1, level=3)]) == ["r1", "r3"]
        # What its type declares comes from it alone: the second says no level.
        assert holding([rule("r", {"event": {"type": "opened", "where": {"level": {"exists": False}}}})], [
            at(0, level=1), at(1),
        ]) == ["r"]  # fmt: skip

    def test_where_reads_the_time_of_the_event(self) -> None:
        instant = "2026-03-02T14:00:05Z"
        for op, expected in (("lt", []), ("le", ["r"]), ("ge", ["r"]), ("gt", [])):
            rules = [rule("r", {"event": {"type": "opened", "where": {"time": {op: instant}}}})]
            assert holding(rules, [at(5)]) == expected

    def test_where_reads_other_fields_from_the_case_at_the_event(self) -> None:
        rules = [rule("r", {"event": {"type": "closed", "where": {"level": 2}}})]
        assert holding(rules, [at(0, level=2), at(1, "closed")]) == ["r"]
        assert holding(rules, [at(0, level=1), at(1, "closed"), at(2, level=2)]) == []
        assert holding(rules, [at(0, level=2), at(1, level=1), at(2, "closed")]) == []
        assert holding(rules, [at(1, "closed", id="a"), at(1, level=2, id="b")]) == ["r"]

    def test_several_selectors_of_one_type(self) -> None:
        both = [{"type": "opened", "where": {"level": level}} for level in (1, 2)]
        assert [holding([rule("r", {"event": both})], [at(0, level=level)]) for level in (1, 2, 3)] == [
            ["r"],
            ["r"],
            [],
        ]

    def test_one_is_not_true(self) -> None:
        def urgent(value: object) -> dict[str, Any]:
            return {"event": {"type": "opened", "where": {"lines": {"any_item": {"urgent": value}}}}}

        rules = [rule("number", urgent(1)), rule("truth", urgent(True))]
        assert holding(rules, [at(0, lines=[{"urgent": True}])]) == ["truth"]
        assert holding(rules, [at(0, lines=[{"urgent": 1}])]) == ["number"]

    def test_those_of_other_subjects_are_none_of_the_case(self) -> None:
        assert holding([rule("r", {"event": "closed"})], [at(0), at(1, "closed", subject="T")]) == []


class TestVerdicts:
    @pytest.mark.parametrize("outcome", OUTCOMES)
    def test_every_outcome(self, outcome: str) -> None:
        rules = [rule(each, {"verdict": "p", "outcome": each}) for each in OUTCOMES]
        assert holding(rules, [at(0)], [("p", outcome)]) == [outcome]
        assert holding(rules, [at(0)], [("q", outcome)]) == []

    def test_one_of_several_policies_and_outcomes(self) -> None:
        rules = [rule("r", {"verdict": ["p", "q"], "outcome": ["met", "void"]})]
        said = {
            (policy, outcome): holding(rules, [at(0)], [(policy, outcome)]) for policy in "pq" for outcome in OUTCOMES
        }
        assert {key for key, found in said.items() if found} == {
            (policy, each) for policy in "pq" for each in ("met", "void")
        }

    def test_several_instances(self) -> None:
        rules = [rule("met", MET), rule("both", [MET, {"verdict": "p", "outcome": "breached"}])]
        assert holding(rules, [at(0)], [("p", "met")] * 3) == ["met"]
        assert holding(rules, [at(0)], [("p", "breached"), ("p", "met")]) == ["met", "both"]

    def test_none(self) -> None:
        assert holding([rule("r", MET), rule("s", OPENED, unless=MET)], [at(0)]) == ["s"]


class TestRules:
    def test_all_facts_of_on_must_hold(self) -> None:
        facts = [OPENED, {"event": "closed"}, MET]
        for number in range(4):
            for some in combinations(range(3), number):
                events = [at(9, "paid"), *[at(0)] * (0 in some), *[at(1, "closed")] * (1 in some)]
                found = holding([rule("r", facts)], events, [("p", "met")] * (2 in some))
                assert found == ["r"] * (number == 3)

    def test_when_reads_the_case_as_of_now(self) -> None:
        rules = [rule("r", OPENED, when={"level": 2}), rule("n", OPENED, when={"level": {"ne": 2}})]
        events = [at(0, level=1), at(5, level=2)]
        assert holding(rules, events) == ["r"]
        assert holding(rules, events, as_of="2026-03-02T14:00:04.999999Z") == ["n"]
        assert holding(rules, [*events, at(6, level=3)]) == ["n"]

    @pytest.mark.parametrize("number", [1, 2, 3])
    def test_unless_any_of_an_event_a_verdict_and_a_rule(self, number: int) -> None:
        facts = [{"event": "closed"}, MET, {"rule": "paid"}]
        for chosen in combinations(facts, number):
            rules = [rule("paid", PAID), rule("r", OPENED, unless=list(chosen))]
            for there in range(8):
                events = [at(0), *[at(1, "closed")] * (there & 1), at(2, "paid", amount=int(bool(there & 4)))]
                bars = any(fact in chosen for place, fact in enumerate(facts) if there >> place & 1)
                found = holding(rules, events, [("p", "met")] * bool(there & 2))
                assert ("r" in found) is not bars

    def test_a_rule_that_bars_is_barred_itself(self) -> None:
        rules = [
            rule("c", OPENED, unless={"rule": "b"}),
            rule("b", OPENED, unless={"rule": "a"}),
            rule("a", {"event": "closed"}),
        ]
        assert holding(rules, [at(0)]) == ["b"]
        assert holding(rules, [at(0), at(1, "closed")]) == ["a", "c"]

    def test_a_chain_of_three_in_the_order_of_the_agreement(self) -> None:
        written = [rule("a", OPENED), rule("b", {"rule": "a"}), rule("c", [{"rule": "b"}, {"event": "closed"}])]
        for some in permutations(written):
            assert holding(some, [at(0), at(1, "closed")]) == ["a", "b", "c"]
            assert holding(some, [at(0)]) == ["a", "b"]
            assert holding(some, [at(1, "closed")]) == []

    def test_a_fact_said_twice_is_one(self) -> None:
        rules = [rule("r", [OPENED, OPENED, MET, MET], unless=[{"event": "closed"}] * 2)]
        assert holding(rules, [at(0), at(1)], [("p", "met")]) == ["r"]
        assert holding(rules, [at(0), at(1, "closed")], [("p", "met")]) == []

    def test_ids_of_any_text(self) -> None:
        ids = ["rule 0: x", "barred 1: 1", 'a "b" \\', "été", "fact 0 0: opened"]
        rules = [rule(id, [OPENED, *({"rule": other} for other in ids[:place])]) for place, id in enumerate(ids)]
        assert holding(rules, [at(0)]) == ids

    def test_none_at_all_needs_no_rule_engine(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(chains, "Engine", None)
        made = loaded()
        assert Chains(made).holding(case_of(made, [at(0)]), [verdict(made, "p", "met")]) == []

    def test_nothing_is_left_of_a_case_for_the_next(self) -> None:
        made = loaded(rule("r", OPENED), rule("s", {"event": "closed"}, unless={"rule": "r"}))
        asked = Chains(made)
        for _ in range(3):
            assert asked.holding(case_of(made, [at(0)]), []) == ["r"]
            assert asked.holding(case_of(made, [at(0, "closed")]), []) == ["s"]
            assert asked.holding(case_of(made, [at(0, "paid")]), []) == []


class TestMany:
    @pytest.mark.parametrize("number", [MOST_JOINED - 1, MOST_JOINED, MOST_JOINED + 1, 2 * MOST_JOINED, 100])
    def test_facts_of_one_rule(self, number: int) -> None:
        facts = [{"event": {"type": "opened", "where": {"level": level}}} for level in range(number)]
        made = loaded(rule("r", facts, unless=PAID), rule("s", {"rule": "r"}))
        asked = Chains(made)
        events = [at(level, level=level) for level in range(number)]
        assert asked.holding(case_of(made, events), []) == ["r", "s"]
        assert asked.holding(case_of(made, [*events, at(200, "paid", amount=1)]), []) == []
        for missing in {0, number // 2, MOST_JOINED - 2, number - 1}:
            assert asked.holding(case_of(made, events[:missing] + events[missing + 1 :]), []) == []

    def test_facts_that_bar_one_rule(self) -> None:
        facts = [{"event": {"type": "opened", "where": {"level": level}}} for level in range(100)]
        rules = [rule("r", OPENED, unless=facts)]
        assert holding(rules, [at(0, level=100)]) == ["r"]
        assert [holding(rules, [at(0, level=100), at(1, level=level)]) for level in (0, 50, 99)] == [[], [], []]
        assert holding(rules, [at(level, level=level) for level in range(100)]) == []

    @pytest.mark.parametrize("number", [40, 200])
    def test_rules_in_a_chain(self, number: int) -> None:
        links = [rule(f"r{each}", [OPENED, *([{"rule": f"r{each - 1}"}] if each else [])]) for each in range(number)]
        rules = [*reversed(links), rule("broken", {"rule": f"r{number - 1}"}, unless={"rule": "r0"})]
        assert holding(rules, [at(0)]) == [f"r{each}" for each in range(number)]

    def test_rules_that_rest_on_the_same_facts(self) -> None:
        rules = [rule(f"r{each}", [OPENED, MET], unless={"event": "closed"}) for each in range(200)]
        assert len(holding(rules, [at(0)], [("p", "met")])) == 200
        assert holding(rules, [at(0), at(1, "closed")], [("p", "met")]) == []

    def test_a_thousand_events_are_told_as_few_facts(self) -> None:
        last = [{"type": "opened", "where": {"level": {"ge": 999}}}, "paid"]
        facts = [{"event": last}, {"event": {"type": "opened", "where": {"level": 1000}}}, OPENED]
        made = loaded(rule("r", facts[0]), rule("s", facts[1:]), rule("t", [facts[0], OPENED]))
        case = case_of(made, [at(second, level=second) for second in range(1000)])
        asked = Chains(made)
        assert asked.holding(case, []) == ["r", "t"]
        both, never = made.rules["r"].on[0], made.rules["s"].on[0]
        assert isinstance(both, EventFact)
        assert isinstance(never, EventFact)
        assert [each["where0"] for each in chains.happened(0, both, case)] == [0, 1]
        assert [each["where0"] for each in chains.happened(0, never, case)] == [0]

    def test_the_order_of_input_does_not_matter(self) -> None:
        rules = [
            rule("r", {"event": {"type": "closed", "where": {"level": 2}}}, unless=PAID),
            rule("s", [{"rule": "r"}, MET], when={"level": 2}),
        ]
        events = [at(0, level=1), at(1, level=2, id="b"), at(1, "closed", id="c"), at(1, "paid", id="a", amount=2)]
        found = {
            (*holding(rules, some, judged),)
            for some in permutations(events)
            for judged in permutations([("p", "met"), ("q", "breached")])
        }
        assert found == {("r", "s")}


class TestInterCall:
    @pytest.fixture
    def held(self, intercall: sla.Agreement) -> Callable[..., list[str]]:
        asked = Chains(intercall)

        def held(history: History, as_of: str) -> list[str]:
            verdicts = [each for each in sla.judge(intercall, history.events, as_of=as_of) if each.subject == "S"]
            return asked.holding(case_of(intercall, history.events, as_of), verdicts)

        return held

    def test_a_site_after_a_network_problem_until_it_is_certified_again(self, held: Callable[..., list[str]]) -> None:
        history = History().add("site.network_problem", "2026-03-02T14:00:00Z")
        history.add("site.recertified", "2026-03-03T14:00:00Z").add("site.network_problem", "2026-03-05T14:00:00Z")
        for as_of, expected in (
            ("2026-03-02T14:00:00Z", True),
            ("2026-03-03T13:59:59.999999Z", True),
            ("2026-03-03T14:00:00Z", False),
            ("2026-03-05T13:59:59.999999Z", False),
            ("2026-03-05T14:00:00Z", True),
        ):
            assert held(history, as_of) == ["certification.recertify"] * expected

    @pytest.mark.parametrize(("severity", "expected"), [("SL4", ["escalation.sl4"]), ("SL3", [])])
    def test_a_ticket_without_response(
        self, held: Callable[..., list[str]], intercall: sla.Agreement, severity: str, expected: list[str]
    ) -> None:
        history = History().add("ticket.opened", "2026-03-02T14:00:00Z", severity=severity)
        (response,) = [each for each in sla.judge(intercall, history.events) if each.policy == "support.response"]
        assert response.due is not None
        assert held(history, str(response.due)) == []
        assert held(history, str(response.due.add(microseconds=1))) == expected
        # The case as it is now: the severity was corrected since.
        other = "SL3" if severity == "SL4" else "SL4"
        history.add("ticket.severity_changed", "2026-03-20T14:00:00Z", severity=other)
        assert held(history, "2026-03-20T14:00:00Z") == [each for each in ["escalation.sl4"] if not expected]


# Histories by which every compiled rule, and every part of it, is noticed.
WRITTEN = [
    rule("first", [{"event": ["paid", {"type": "closed", "where": {"priority": "P1"}}]}, MET], when={"level": 1}),
    rule("second", {"verdict": ["p", "q"], "outcome": ["void", "breached"]}, unless=[{"rule": "first"}, PAID]),
    rule("third", [{"rule": "first"}, {"event": "closed"}], unless={"verdict": "q", "outcome": "met"}),
    rule("many", [{"event": {"type": "opened", "where": {"level": each}}} for each in range(1, 18)]),
]
ALL_LEVELS = [at(10 + level, level=level) for level in range(1, 18)]
SOME: list[tuple[list[sla.Event], list[tuple[str, str]]]] = [
    ([at(0, level=1)], [("p", "met")]),
    ([at(0, level=1), at(1, "paid")], [("p", "met")]),
    ([at(0, level=1), at(1, "paid")], []),
    ([at(0, level=2), at(1, "paid")], [("p", "met")]),
    ([at(0, level=1), at(1, "closed", priority="P1")], [("p", "met")]),
    ([at(0, level=1), at(1, "closed", priority="P1")], [("p", "met"), ("q", "met")]),
    ([at(0, level=1), at(1, "closed", priority="P2")], [("p", "met")]),
    ([at(0, level=1), at(1, "closed", priority="P1")], []),
    *[([at(0, "paid", amount=amount)], [(policy, outcome)])
      for policy in "pq" for outcome in ("void", "breached") for amount in (1, 2)],
    ([at(0, level=1), at(1, "paid")], [("p", "met"), ("q", "void")]),
    (ALL_LEVELS, []),
    *[(ALL_LEVELS[:gone] + ALL_LEVELS[gone + 1 :], []) for gone in range(17)],
]  # fmt: skip


def answers(made: sla.Agreement) -> list[list[str]]:
    asked = Chains(made)
    return [asked.holding(case_of(made, events), [verdict(made, *each) for each in said]) for events, said in SOME]


def wrong_copies(rules: Rules) -> Iterable[tuple[str, Rules]]:
    """Each rule left out, and each part of a rule that is not what it is asked by."""
    for name, parts in rules.items():
        yield name, {other: rule for other, rule in rules.items() if other != name}
        for place, part in enumerate(parts if len(parts) > 1 else ()):
            if isinstance(part, NotThere) or part.name != "asked":
                yield f"{name}, {place}", {**rules, name: parts[:place] + parts[place + 1 :]}


def test_every_compiled_rule_and_every_part_of_it_is_needed(monkeypatch: pytest.MonkeyPatch) -> None:
    made = loaded(*WRITTEN, rule("closed by P1", {"event": {"type": "closed", "where": {"priority": "P1"}}}))
    right, compiled = answers(made), chains.chain_rules(tuple(made.rules.values()))
    unnoticed = []
    for name, copy in wrong_copies(compiled):
        monkeypatch.setattr(chains, "chain_rules", lambda _, copy=copy: copy)
        if answers(made) == right:
            unnoticed.append(name)
    assert unnoticed == []


LEVELS = st.integers(0, 2)
SELECTORS = st.one_of(
    st.sampled_from(list(FIELDS)),
    st.builds(lambda type, level: {"type": type, "where": {"level": level}}, st.sampled_from(list(FIELDS)), LEVELS),
)
FACTS = st.one_of(
    st.builds(lambda some: {"event": some}, st.lists(SELECTORS, min_size=1, max_size=2)),
    st.builds(
        lambda policies, outcomes: {"verdict": policies, "outcome": outcomes},
        st.lists(st.sampled_from("pq"), min_size=1, max_size=2, unique=True),
        st.lists(st.sampled_from(OUTCOMES[:3]), min_size=1, max_size=2, unique=True),
    ),
)
EVENTS = st.lists(
    st.builds(
        lambda second, type, level: (second, type, {"level": level} if type == "opened" and level is not None else {}),
        st.integers(0, 5),
        st.sampled_from(list(FIELDS)),
        st.one_of(st.none(), LEVELS),
    ),
    min_size=1,
    max_size=6,
)


@st.composite
def rule_sets(draw: st.DrawFn) -> list[dict[str, Any]]:
    """Rules that may be loaded: each names some before it, and they are written in any order."""
    found: list[dict[str, Any]] = []
    for number in range(draw(st.integers(1, 6))):
        facts = FACTS if not found else st.one_of(FACTS, st.sampled_from([{"rule": each["id"]} for each in found]))
        said = rule(f"r{number}", draw(st.lists(facts, min_size=1, max_size=3)))
        unless = draw(st.lists(facts, max_size=3))
        read = ChainedRule.model_validate({**said, "unless": unless})
        kept = [not any(includes(fact, other) for other in read.on) for fact in read.unless]
        said["unless"] = [fact for fact, may in zip(unless, kept, strict=True) if may]
        if draw(st.booleans()):
            said["when"] = {"level": draw(LEVELS)}
        found.append(said)
    return draw(st.permutations(found))


def plainly(rules: list[dict[str, Any]], events: list[sla.Event], said: list[tuple[str, str]]) -> set[str]:
    """The rules that hold, by plain Python that shares nothing with the library."""
    ordered = sorted(events, key=lambda event: (event.at, event.id))
    by_id = {each["id"]: each for each in rules}

    def level(until: int) -> object:
        return next((each.data["level"] for each in reversed(ordered) if each.at <= until and each.data), None)

    def means(selector: Any, event: sla.Event) -> bool:
        if isinstance(selector, str):
            return event.type == selector
        read = event.data.get("level") if event.type == "opened" else level(event.at)
        return bool(event.type == selector["type"] and read == selector["where"]["level"])

    def there(fact: dict[str, Any]) -> bool:
        if "rule" in fact:
            return holds(by_id[fact["rule"]])
        if "event" in fact:
            return any(means(selector, event) for selector in fact["event"] for event in ordered)
        return any(policy in fact["verdict"] and outcome in fact["outcome"] for policy, outcome in said)

    def holds(each: dict[str, Any]) -> bool:
        when = "when" not in each or level(ordered[-1].at) == each["when"]["level"]
        return when and all(map(there, each["on"])) and not any(map(there, each["unless"]))

    return {each["id"] for each in rules if holds(each)}


@settings(max_examples=200)
@given(
    rule_sets(), EVENTS, st.lists(st.tuples(st.sampled_from("pq"), st.sampled_from(OUTCOMES)), max_size=3), st.data()
)
def test_the_same_as_plain_python(
    rules: list[dict[str, Any]],
    happened: list[tuple[int, str, dict[str, Any]]],
    said: list[tuple[str, str]],
    data: st.DataObject,
) -> None:
    events = [at(second, type, id=f"e{place}", **fields) for place, (second, type, fields) in enumerate(happened)]
    made = loaded(*rules)
    found = holding(rules, data.draw(st.permutations(events)), said)
    expected = plainly(rules, events, said)
    assert found == [id for id in made.rules if id in expected]
