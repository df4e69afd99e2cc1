"""What rules said to a story is said to the same story again, and to no other."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import sla_rules as sla
from sla_rules.evaluators.live import stories
from sla_rules.evaluators.live.engine import Engine, Fact, NotThere, Of, Rules, There

RULES: Rules = {
    "opened": (There("e", {"as": "opened"}),),
    "answered": (There("o", {"as": "opened"}), There("a", {"as": "answered", "at": Of("o", "until", "le")})),
    "missed": (There("e", {"as": "due"}), NotThere({"as": "answered", "n": Of("e", "n")})),
    "of another kind": (There("e", {"is": "opened", "n": 1}),),
}
WARM = Engine(RULES)
"""Asked in all examples, so that it knows many stories; a new engine knows none."""

FACTS = st.fixed_dictionaries(
    {"n": st.integers(0, 1), "at": st.integers(0, 2), "until": st.integers(0, 2)},
    optional={
        "as": st.sampled_from(["opened", "answered", "due", "else"]),
        "is": st.sampled_from(["opened", "else"]),
        "unread": st.integers(0, 2),
    },
)


def said(engine: Engine, facts: list[Fact]) -> list[list[tuple[str, dict[str, int]]]]:
    """By fact: the rules that hold, with the places of the facts that make them hold."""
    with engine.case() as tell:
        places = {id(fact): place for place, fact in enumerate(facts)}
        return [
            [(each.rule, {name: places[id(made)] for name, made in each.facts.items()}) for each in tell(fact)]
            for fact in facts
        ]


@settings(max_examples=150, deadline=None)
@given(st.lists(FACTS, max_size=6))
def test_the_same_as_an_engine_that_knows_no_story(facts: list[Fact]) -> None:
    expected = said(Engine(RULES), facts)
    assert said(WARM, facts) == expected
    assert said(WARM, facts) == expected


def test_a_story_goes_on_otherwise_than_before() -> None:
    engine = Engine(RULES)
    opened: Fact = {"as": "opened", "until": 5}
    for at, holds in ((5, True), (6, False), (5, True)):
        with engine.case() as tell:
            assert [each.rule for each in tell(opened)] == ["opened"]
            assert [each.rule for each in tell({"as": "answered", "at": at})] == ["answered"] * holds


def test_what_no_rule_reads_makes_no_story_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    engine = Engine(RULES)
    with engine.case() as tell:
        tell({"as": "opened", "until": 5, "at": 1})
    monkeypatch.setattr(engine, "asked", None)  # Asked again, it would fail.
    fact: Fact = {"as": "opened", "until": 5, "at": 2}
    with engine.case() as tell:
        (concluded,) = tell(fact)
    assert concluded.facts["e"] is fact


def test_a_story_that_fails_is_not_known(monkeypatch: pytest.MonkeyPatch) -> None:
    engine = Engine(RULES)
    facts: list[Fact] = [{"as": "opened", "until": 5}, {"as": "answered", "at": 5}]
    expected = said(Engine(RULES), facts)
    said(engine, facts[:1])
    asked = engine.asked

    def fail(fact: Fact, number: int) -> object:
        if number == 2:
            raise sla.SlaError("not today")
        return asked(fact, number)

    with monkeypatch.context() as patch:
        patch.setattr(engine, "asked", fail)
        with pytest.raises(sla.SlaError, match="not today"):
            said(engine, facts)
    assert said(engine, facts) == expected


def test_not_for_ever_more_stories(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stories, "MOST_KNOWN", 10)
    engine = Engine(RULES)
    for until in range(1_000):
        with engine.case() as tell:
            tell({"as": "opened", "until": until})
            assert len(engine.stories.begin().further) <= 11
