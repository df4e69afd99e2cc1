"""The columnar evaluator says what the reference says, in every column and finding, whatever the source."""

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

import sla_rules as sla
from sla_rules.evaluators import columnar
from sla_rules.instants import moment
from sla_rules.sources import read_events
from sla_rules.testing.directed import History
from sla_rules.testing.strategies import agreements, histories
from tests.columnar.ties import BEGIN, SLOTS, TIES, at, tied_histories
from tests.columnar.tools import (
    WRITERS,
    apart,
    as_rows,
    disordered,
    expected_of,
    in_parts,
    with_columns,
    with_json,
    without_nulls,
)

INTERCALL = sla.load("intercall")
SEEDS = st.integers(0, 2**32)


def through_list(agreement: sla.Agreement, events: list[sla.Event], as_of: int | None, windows: Any = ()) -> list[str]:
    found = columnar.judge_events(agreement, events, as_of=None if as_of is None else moment(as_of), windows=windows)
    return apart(expected_of(agreement, events, as_of, windows), found)


def through_source(
    agreement: sla.Agreement, events: list[sla.Event], source: Any, as_of: int | None, windows: Any = ()
) -> list[str]:
    found = sla.evaluate(agreement, source, as_of=None if as_of is None else moment(as_of), windows=windows)
    return apart(expected_of(agreement, events, as_of, windows), found)


# --- lists -------------------------------------------------------------------------------------------------------


@settings(max_examples=120)
@given(data=st.data(), said=agreements(), seed=SEEDS)
def test_lists_of_events_by_random_agreements(data: Any, said: dict[str, Any], seed: int) -> None:
    agreement = sla.load(said)
    history: History = data.draw(histories(agreement))
    assert through_list(agreement, list(history.events), history.as_of, history.windows) == []
    assert through_list(agreement, disordered(history.events, seed), None, history.windows) == []


@settings(max_examples=60)
@given(history=histories(INTERCALL), seed=SEEDS)
def test_lists_of_events_by_the_intercall_agreement(history: History, seed: int) -> None:
    assert through_list(INTERCALL, list(history.events), history.as_of, history.windows) == []
    assert through_list(INTERCALL, disordered(history.events, seed), None, history.windows) == []


@settings(max_examples=250)
@given(events=tied_histories(), slot=st.none() | SLOTS)
def test_lists_of_events_with_many_at_one_instant(events: list[sla.Event], slot: int | None) -> None:
    freeze = sla.Window(kind="freeze", start=moment(BEGIN), end=moment(BEGIN + 1_000_000))
    assert through_list(TIES, events, None if slot is None else at(slot), [freeze]) == []


# --- frames ------------------------------------------------------------------------------------------------------


def through_frames(agreement: sla.Agreement, events: list[sla.Event], as_of: int | None, windows: Any = ()) -> None:
    rows = as_rows(events)
    assert through_source(agreement, events, with_json(rows), as_of, windows) == []
    assert through_source(agreement, events, with_columns(rows, agreement).lazy(), as_of, windows) == []


@settings(max_examples=80)
@given(data=st.data(), said=agreements(), seed=SEEDS)
def test_frames_by_random_agreements(data: Any, said: dict[str, Any], seed: int) -> None:
    agreement = sla.load(said)
    history: History = data.draw(histories(agreement))
    through_frames(agreement, disordered(history.events, seed), history.as_of, history.windows)


@settings(max_examples=30)
@given(history=histories(INTERCALL), seed=SEEDS)
def test_frames_by_the_intercall_agreement(history: History, seed: int) -> None:
    through_frames(INTERCALL, disordered(history.events, seed), history.as_of, history.windows)


@settings(max_examples=100)
@given(events=tied_histories(), slot=st.none() | SLOTS)
def test_frames_with_many_events_at_one_instant(events: list[sla.Event], slot: int | None) -> None:
    through_frames(TIES, without_nulls(events), None if slot is None else at(slot))


# --- files -------------------------------------------------------------------------------------------------------


def through_files(agreement: sla.Agreement, events: list[sla.Event], as_of: int | None, windows: Any = ()) -> None:
    """In files, one and several of every sort; a CSV file is what reading it gives."""
    rows = as_rows(events)
    with TemporaryDirectory() as name:
        folder = Path(name)
        for suffix, write in WRITERS.items():
            path = write(rows, agreement, folder / f"all.{suffix}")
            known = read_events(path, agreement)[0] if suffix == "csv" else events
            assert through_source(agreement, known, path, as_of, windows) == []
        paths = [
            write(part, agreement, folder / f"part-{number}.{suffix}")
            for number, part in enumerate(in_parts(rows, 3))
            for suffix, write in [("parquet", WRITERS["parquet"]) if number != 1 else ("jsonl", WRITERS["jsonl"])]
        ]
        assert through_source(agreement, events, paths, as_of, windows) == []


@settings(max_examples=40)
@given(data=st.data(), said=agreements(), seed=SEEDS)
def test_files_by_random_agreements(data: Any, said: dict[str, Any], seed: int) -> None:
    agreement = sla.load(said)
    history: History = data.draw(histories(agreement))
    through_files(agreement, disordered(history.events, seed), history.as_of, history.windows)


@settings(max_examples=15)
@given(history=histories(INTERCALL), seed=SEEDS)
def test_files_by_the_intercall_agreement(history: History, seed: int) -> None:
    through_files(INTERCALL, disordered(history.events, seed), history.as_of, history.windows)


@settings(max_examples=40)
@given(events=tied_histories())
def test_files_with_many_events_at_one_instant(events: list[sla.Event]) -> None:
    through_files(TIES, without_nulls(events), None)


# --- amendments --------------------------------------------------------------------------------------------------
