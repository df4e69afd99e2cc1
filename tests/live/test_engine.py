"""The rules of one case at a time: what they conclude, and that nothing is left of a case for the next."""

import subprocess
import sys
import textwrap
from concurrent.futures import ThreadPoolExecutor
from itertools import permutations
from operator import eq, ge, gt, le, lt, ne
from pathlib import Path
from threading import active_count
from typing import Any

import pytest

import sla_rules as sla
from sla_rules.evaluators.live.engine import Engine, Fact, NotThere, Of, Rules, There

RULES: Rules = {
    "opened": (There("e", {"kind": "event", "type": "opened"}),),
    "answered": (
        There("o", {"kind": "event", "type": "opened"}),
        There("a", {"kind": "event", "type": "answered", "subject": Of("o", "subject")}),
    ),
    "missed": (
        There("o", {"kind": "event", "type": "opened"}),
        There("d", {"kind": "due", "subject": Of("o", "subject")}),
        NotThere({"kind": "event", "type": "answered", "subject": Of("o", "subject")}),
    ),
}
"""Opened, then answered or, at the due instant, not."""


def event(type: str, subject: str = "T-1") -> Fact:
    return {"kind": "event", "type": type, "subject": subject}


def due(subject: str = "T-1") -> Fact:
    return {"kind": "due", "subject": subject}


def concluded(engine: Engine, *facts: Fact) -> list[str]:
    with engine.case() as tell:
        return [each.rule for fact in facts for each in tell(fact)]


def test_rules_say_what_follows_from_each_fact_and_those_before() -> None:
    with Engine(RULES).case() as tell:
        assert [each.rule for each in tell(event("opened"))] == ["opened"]
        (answered,) = tell(event("answered"))
        assert answered.rule == "answered"
        assert {name: fact["type"] for name, fact in answered.facts.items()} == {"o": "opened", "a": "answered"}
        assert tell(due()) == []


def test_a_negation_counts_what_was_told_before() -> None:
    assert concluded(Engine(RULES), event("opened"), due()) == ["opened", "missed"]
    assert concluded(Engine(RULES), event("opened"), event("answered"), due()) == ["opened", "answered"]


def test_equal_facts_are_two() -> None:
    assert concluded(Engine(RULES), event("opened"), event("opened")) == ["opened", "opened"]


def test_nothing_is_left_of_a_case() -> None:
    engine = Engine(RULES)
    assert concluded(engine, event("opened")) == ["opened"]
    assert concluded(engine, event("answered"), due()) == []


def test_ten_thousand_subjects_one_after_the_other() -> None:
    engine = Engine(RULES)
    for number in range(10_000):
        subject = f"T-{number}"
        assert concluded(engine, event("opened", subject), due(subject)) == ["opened", "missed"]
    assert active_count() == 1


def fnv(text: str) -> int:
    number = 0x811C9DC5
    for byte in text.encode():
        number = ((number ^ byte) * 0x01000193) & 0xFFFFFFFF
    return number


def colliding() -> tuple[str, str]:
    seen: dict[int, str] = {}
    for number in range(1_000_000):
        name = f"{number * 2_654_435_761 % 2**32:08x}"
        other = seen.setdefault(fnv(name), name)
        if other != name:
            return other, name
    raise AssertionError


def test_subjects_whose_hashes_collide_share_nothing() -> None:
    engine, (one, other) = Engine(RULES), colliding()
    assert fnv(one) == fnv(other)
    for order in permutations((one, other)):
        for subject in order:
            assert concluded(engine, event("opened", subject), due(subject)) == ["opened", "missed"]
            assert concluded(engine, event("answered", subject)) == []
        # Beside each other in one case, as neighbours are.
        assert concluded(engine, event("opened", order[0]), event("answered", order[1])) == ["opened"]


def test_the_first_case_of_a_process_in_which_no_rule_holds() -> None:
    code = f"""
        from sla_rules.evaluators.live.engine import Engine, NotThere, Of, There
        engine = Engine({RULES!r})
        for _ in range(3):
            with engine.case() as tell:
                assert tell({{"kind": "nothing"}}) == []
        with engine.case() as tell:
            assert tell({event("answered")!r}) == []
        with engine.case():
            pass
    """
    done = subprocess.run([sys.executable, "-c", textwrap.dedent(code)], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


def test_many_threads_ask_at_once() -> None:
    engine = Engine(RULES)

    def ask(number: int) -> list[str]:
        subject = f"T-{number}"
        return concluded(engine, event("opened", subject), *[event("answered", subject)] * (number % 2), due(subject))

    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(ask, range(2_000)))
    assert found == [["opened", "answered"] if number % 2 else ["opened", "missed"] for number in range(2_000)]


def test_a_case_that_ends_in_an_error_leaves_nothing() -> None:
    engine = Engine(RULES)

    def fail() -> None:
        with engine.case() as tell:
            tell(event("opened"))
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert concluded(engine, event("answered"), due()) == []


@pytest.mark.parametrize("value", [1.5, 2**63, -(2**63) - 1, True, None, float("inf"), ["x"]])
def test_what_cannot_be_told_exactly_is_refused(value: Any) -> None:
    with Engine(RULES).case() as tell, pytest.raises(sla.SlaError, match="at must be text or an integer of 64 bits"):
        tell({"kind": "event", "at": value})


@pytest.mark.parametrize("value", [2**63 - 1, -(2**63), 0])
def test_integers_of_64_bits_are_compared_exactly(value: int) -> None:
    same = Engine({"same": (There("a", {"kind": "a"}), There("b", {"kind": "b", "at": Of("a", "at")}))})
    other = value - 1 if value > 0 else value + 1
    assert concluded(same, {"kind": "a", "at": value}, {"kind": "b", "at": value}) == ["same"]
    assert concluded(same, {"kind": "a", "at": value}, {"kind": "b", "at": other}) == []


def test_a_fact_with_too_many_properties_is_refused() -> None:
    with Engine(RULES).case() as tell:
        assert tell({f"p{number}": number for number in range(250)}) == []
        with pytest.raises(sla.SlaError, match="a fact of 251 properties; 250 is the most"):
            tell({f"p{number}": number for number in range(251)})


def test_rules_that_are_none_are_refused() -> None:
    with pytest.raises(sla.SlaError, match="rules that cannot be compiled"):
        Engine({"wrong": (There("m", {"x": {"$nonsense": 1}}),)})  # type: ignore[dict-item]
    with pytest.raises(sla.SlaError, match="what must not be there stands last"):
        Engine({"wrong": (NotThere({"kind": "a"}), There("m", {"kind": "b"}))})


ORDERS = {"eq": eq, "ne": ne, "lt": lt, "le": le, "gt": gt, "ge": ge}


@pytest.mark.parametrize("by", ORDERS)
def test_comparisons_between_facts_that_hold_and_that_fail(by: str) -> None:
    """Each alone, and in the first, middle and last place among others."""
    same = {"kind": "b", "n": Of("a", "n")}
    alone = Engine({"rule": (There("a", {"kind": "a"}), There("b", {"kind": "b", "at": Of("a", "at", by)}))})
    last = Engine({"rule": (There("a", {"kind": "a"}), There("b", {**same, "at": Of("a", "at", by)}))})
    first = Engine({"rule": (There("a", {"kind": "a"}), There("b", {"at": Of("a", "at", by), **same}))})
    twice = {"kind": "b", "at": (Of("a", "at", by), Of("a", "till", "le"))}
    several = Engine({"rule": (There("a", {"kind": "a"}), There("b", twice))})
    for value in (-(2**62), 4, 5, 6, 2**62):
        for engine in (alone, last, first, several):
            within = engine is not several or value <= 6
            found = concluded(engine, {"kind": "a", "at": 5, "till": 6, "n": 1}, {"kind": "b", "at": value, "n": 1})
            assert found == (["rule"] if ORDERS[by](value, 5) and within else [])
        assert concluded(last, {"kind": "a", "at": 5, "n": 1}, {"kind": "b", "at": value, "n": 2}) == []


def test_words_whose_hashes_collide_are_not_the_same() -> None:
    one, other = colliding()
    engine = Engine(
        {
            "is": (There("e", {"kind": "alone", "word": one}),),
            "joined": (There("a", {"kind": "a"}), There("b", {"kind": "b", "word": Of("a", "word")})),
            "lone": (There("a", {"kind": "c"}), NotThere({"kind": "b", "word": Of("a", "word")})),
        }
    )
    assert concluded(engine, {"kind": "alone", "word": one}, {"kind": "alone", "word": other}) == ["is"]
    assert concluded(engine, {"kind": "a", "word": one}, {"kind": "b", "word": other}) == []
    assert concluded(engine, {"kind": "b", "word": other}, {"kind": "c", "word": one}) == ["lone"]


def test_rules_that_nobody_holds_any_more_leave_the_memory() -> None:
    def resident() -> int:
        return int(Path("/proc/self/statm").read_text().split()[1]) * 4

    for _ in range(100):
        Engine(RULES)
    before = resident()
    for _ in range(1_000):
        Engine(RULES)
    assert resident() - before < 20_000  # kB; each takes 100 or more


def test_without_durable_rules_a_sentence_says_what_to_install() -> None:
    code = """
        import sys
        sys.modules["durable"] = None
        import sla_rules as sla
        from sla_rules.evaluators.live.engine import Engine
        try:
            Engine({})
        except sla.SlaError as error:
            print(error)
        assert sla.load("intercall").policies
    """
    done = subprocess.run([sys.executable, "-c", textwrap.dedent(code)], capture_output=True, text=True, check=False)
    assert done.stderr == ""
    assert done.stdout == "the live monitor needs durable-rules on Python 3.11 or 3.12: install `sla-rules[live]`\n"
