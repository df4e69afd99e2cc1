"""Histories laid down and judged part by part: the same verdicts and findings as at once."""

import random
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import sla_rules as sla
from sla_rules.evaluators.columnar import laying_down, partitions, spreading
from sla_rules.instants import moment
from sla_rules.sources import batches
from sla_rules.testing.directed import History
from sla_rules.testing.strategies import agreements, histories
from tests.columnar.test_same_verdicts import INTERCALL, SEEDS, UNSHRUNK
from tests.columnar.ties import FIELDS, TIES, an_event, terms, tied_histories
from tests.columnar.tools import apart, as_rows, disordered, expected_of, in_parts, to_parquet, without_nulls


def through_parts(
    agreement: sla.Agreement, events: list[sla.Event], as_of: int | None = None, windows: Any = ()
) -> list[str]:
    now = None if as_of is None else moment(as_of)
    with TemporaryDirectory() as name, pytest.MonkeyPatch.context() as monkeypatch:
        monkeypatch.setattr(laying_down, "PARTS", 3)
        monkeypatch.setattr(spreading, "IN_A_PART", 2)
        paths = [
            to_parquet(rows, agreement, Path(name) / f"{number}.parquet", parsed=False)
            for number, rows in enumerate(in_parts(as_rows(events), 3))
        ]
        if not paths:
            return []
        found = partitions.judge_parts(agreement, batches(paths, agreement), as_of=now, windows=windows)
        return apart(expected_of(agreement, events, as_of, windows), found)


@settings(max_examples=30, phases=UNSHRUNK)
@given(policy=st.sampled_from(["*", *TIES.policies]), events=tied_histories(20), seed=SEEDS)
def test_histories_judged_part_by_part(policy: str, events: list[sla.Event], seed: int) -> None:
    # Alone, since what shares events with others may have to be judged with them.
    assert through_parts(TIES.only(policy), without_nulls(disordered(events, seed))) == []


@settings(max_examples=25, phases=UNSHRUNK)
@given(data=st.data(), said=agreements(), seed=SEEDS)
def test_histories_by_random_agreements_judged_part_by_part(data: Any, said: dict[str, Any], seed: int) -> None:
    agreement = sla.load(said)
    history: History = data.draw(histories(agreement))
    events = without_nulls(disordered(history.events, seed))
    assert through_parts(agreement, events, history.as_of, history.windows) == []


@settings(max_examples=15, phases=UNSHRUNK)
@given(history=histories(INTERCALL), seed=SEEDS)
def test_histories_by_the_intercall_agreement_judged_part_by_part(history: History, seed: int) -> None:
    events = without_nulls(disordered(history.events, seed))
    assert through_parts(INTERCALL, events, history.as_of, history.windows) == []


def crowd(types: Sequence[str], seed: int, size: int = 40) -> list[sla.Event]:
    """A history of some types in which eight subjects share customers and rooms."""
    dice = random.Random(seed)
    some = [an_event(dice.choice, types) for _ in range(size)]
    return [
        sla.Event(id=f"{n}", type=each.type, subject=dice.choice("STUVWXYZ"), time=each.time, data=each.data)
        for n, each in enumerate(some)
    ]


def with_sites() -> sla.Agreement:
    """Bookings of a subject's sites; one that names none belongs to each of them, or to no case."""
    said = terms("kept-rooms")
    said["policies"][0] |= {"match": ["subject", "site"], "released": "released"}
    said["events"]["booked"]["site"] = {"kind": "text"}
    return sla.load(said)


def with_shared_stops() -> sla.Agreement:
    """What stops a case of a customer may also stop one of a subject."""
    said = terms("by-customer", "plain")
    said["policies"][0]["stop"] = "closed"
    said["events"]["closed"]["customer"] = {"kind": "text"}
    return sla.load(said)


BOOKINGS = ("booked", "booked", "released")
CROWDS: dict[str, tuple[sla.Agreement, tuple[str, ...]]] = {
    "customers": (TIES.only("by-customer"), ("opened", "opened", "changed")),
    "customers, and stops that others share": (with_shared_stops(), ("opened", "closed", "closed")),
    "rooms": (TIES.only("rooms", "kept-rooms"), BOOKINGS),
    "rooms by site": (with_sites(), BOOKINGS),
    "backlogs": (TIES.only("table", "lines"), ("opened", "opened", "closed", "issued")),
    "everything": (TIES, tuple(FIELDS)),
}


@pytest.mark.parametrize("seed", range(8))
@pytest.mark.parametrize(("agreement", "types"), CROWDS.values(), ids=CROWDS)
def test_subjects_that_share_customers_and_rooms(agreement: sla.Agreement, types: Sequence[str], seed: int) -> None:
    assert through_parts(agreement, crowd(types, seed)) == []
