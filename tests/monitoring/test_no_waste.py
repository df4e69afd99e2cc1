"""What an event costs: nothing for what came before and cannot matter, nothing left for the garbage collector."""

import gc

import pytest

import sla_rules as sla
from sla_rules.evaluators.live.cases import Case
from sla_rules.evaluators.live.engine import Fact, Telling
from sla_rules.evaluators.live.world import World
from tests.columnar.ties import TIES
from tests.monitoring.tools import event, tickets

DEFERRED = TIES.only("deferred")
RULE = {"id": "late", "clause": "c", "alert": "late", "on": {"verdict": "p", "outcome": "breached"}}


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> list[Fact]:
    """All facts that are told to rules from now on."""
    facts: list[Fact] = []
    real = Telling._tell

    def tell(self: Telling, fact: Fact) -> object:
        facts.append(fact)
        return real(self, fact)

    monkeypatch.setattr(Telling, "_tell", tell)
    return facts


@pytest.mark.parametrize("earlier", [0, 1, 30])
def test_a_deferral_costs_the_same_whatever_was_published_before_it(earlier: int, told: list[Fact]) -> None:
    monitor = sla.Monitor(DEFERRED)
    for number in range(earlier):
        monitor.observe(event("published", f"09:00:{number:02}", subject=f"R-{number}", carried="release"))
    monitor.observe(event("published", "10:10", subject="R at once", carried="release"))
    monitor.observe(event("opened", "10:00", level="P1", sites=1))
    told.clear()
    monitor.observe(event("deferred", "10:10", to="release"))
    assert [fact["at"] for fact in told if fact.get("as") == "publish"] == [event("opened", "10:10").at]
    (verdict,) = monitor.verdicts("S")
    assert verdict.due is None


def test_a_rule_without_any_of_its_facts_is_not_asked_about(told: list[Fact]) -> None:
    monitor = sla.Monitor(tickets(rules=[RULE]))
    monitor.observe(event("opened", "10:00"))
    assert not [fact for fact in told if fact.get("as") == "rule"]
    raised = monitor.advance("2026-03-02T12:00:00Z")
    assert [fact["for"] for fact in told if fact.get("as") == "rule"] == [0]
    assert [each.rule for each in raised if each.kind == "raised"] == ["late"]


def test_no_world_is_left_for_the_garbage_collector() -> None:
    monitor = sla.Monitor(tickets())
    monitor.observe(event("opened", "10:00", subject="first"))
    gc.collect()
    gc.disable()
    try:
        before = worlds()
        for number in range(20):
            monitor.observe(event("opened", "10:00", subject=f"S-{number}"))
            monitor.observe(event("closed", "10:30", subject=f"S-{number}"))
        assert worlds() == before
    finally:
        gc.enable()


def worlds() -> int:
    """How many worlds and cases there are that nobody has let go."""
    return sum(isinstance(each, World | Case) for each in gc.get_objects())
