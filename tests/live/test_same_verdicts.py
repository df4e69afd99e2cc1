"""The live evaluator says what the reference says, in every field, sentence and finding."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import sla_rules as sla
from sla_rules.instants import moment
from sla_rules.testing.directed import History
from sla_rules.testing.strategies import agreements, histories
from tests.columnar.ties import BEGIN, FAMILIES, SLOTS, TIES, at, tied_histories, tied_history
from tests.comparing import disordered
from tests.live.tools import differences

INTERCALL = sla.load("intercall")
SEEDS = st.integers(0, 2**32)
SLOT = st.none() | st.sampled_from(SLOTS)
FREEZE = sla.Window(kind="freeze", start=moment(BEGIN), end=moment(BEGIN + 1_000_000))


def slot_at(slot: int | None) -> int | None:
    return None if slot is None else at(slot)


@settings(max_examples=25)
@given(data=st.data(), said=agreements(), seed=SEEDS)
def test_random_agreements(data: Any, said: dict[str, Any], seed: int) -> None:
    agreement = sla.load(said)
    history: History = data.draw(histories(agreement))
    assert differences(agreement, history.events, history.as_of, history.windows) == []
    assert differences(agreement, disordered(history.events, seed), None, history.windows) == []


@settings(max_examples=30)
@given(history=histories(INTERCALL), seed=SEEDS)
def test_the_intercall_agreement(history: History, seed: int) -> None:
    assert differences(INTERCALL, history.events, history.as_of, history.windows) == []
    assert differences(INTERCALL, disordered(history.events, seed), None, history.windows) == []


@settings(max_examples=30)
@given(events=tied_histories(), slot=SLOT, seed=SEEDS)
def test_many_events_at_one_instant(events: list[sla.Event], slot: int | None, seed: int) -> None:
    assert differences(TIES, events, slot_at(slot), [FREEZE]) == []
    assert differences(TIES, disordered(events, seed), slot_at(slot)) == []


@pytest.mark.parametrize("family", range(len(FAMILIES)))
def test_longer_histories_with_many_events_at_one_instant(family: int) -> None:
    assert differences(TIES, tied_history(family, 30)) == []


@settings(max_examples=30)
@given(events=tied_histories(), slot=SLOT, seed=SEEDS)
def test_amended_agreements(amended: sla.Agreement, events: list[sla.Event], slot: int | None, seed: int) -> None:
    assert differences(amended, disordered(events, seed), slot_at(slot)) == []
