"""The columnar evaluator says what the reference says, in every column and finding, whatever the source."""

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

import sla_rules as sla
from sla_rules.evaluators import columnar
from sla_rules.evaluators.columnar import judging
from sla_rules.instants import DAY, moment
from sla_rules.sources import read_events
from sla_rules.testing.directed import History
from sla_rules.testing.strategies import agreements, histories
from tests.columnar.ties import BEGIN, SLOTS, TIES, at, terms, tied_histories
from tests.columnar.tools import WRITERS, as_rows, in_parts, to_json_lines, to_parquet, with_columns, with_json
from tests.comparing import apart, disordered, expected_of, remade, without_nulls

INTERCALL = sla.load("intercall")
UNSHRUNK = (Phase.explicit, Phase.reuse, Phase.generate)
"""For what takes long to judge."""
SEEDS = st.integers(0, 2**32)
SLOT = st.none() | st.sampled_from(SLOTS)


def through_list(agreement: sla.Agreement, events: list[sla.Event], as_of: int | None, windows: Any = ()) -> list[str]:
    found = columnar.judge_events(agreement, events, as_of=None if as_of is None else moment(as_of), windows=windows)
    return apart(expected_of(agreement, events, as_of, windows), found)


def through_source(
    agreement: sla.Agreement, events: list[sla.Event], source: Any, as_of: int | None, windows: Any = ()
) -> list[str]:
    found = sla.evaluate(agreement, source, as_of=None if as_of is None else moment(as_of), windows=windows)
    return apart(expected_of(agreement, events, as_of, windows), found)


# --- lists -------------------------------------------------------------------------------------------------------


@settings(max_examples=35)
@given(data=st.data(), said=agreements(), seed=SEEDS)
def test_lists_of_events_by_random_agreements(data: Any, said: dict[str, Any], seed: int) -> None:
    agreement = sla.load(said)
    history: History = data.draw(histories(agreement))
    assert through_list(agreement, list(history.events), history.as_of, history.windows) == []
    assert through_list(agreement, disordered(history.events, seed), None, history.windows) == []


@settings(max_examples=20)
@given(history=histories(INTERCALL), seed=SEEDS)
def test_lists_of_events_by_the_intercall_agreement(history: History, seed: int) -> None:
    assert through_list(INTERCALL, list(history.events), history.as_of, history.windows) == []
    assert through_list(INTERCALL, disordered(history.events, seed), None, history.windows) == []


@settings(max_examples=70)
@given(events=tied_histories(), slot=SLOT)
def test_lists_of_events_with_many_at_one_instant(events: list[sla.Event], slot: int | None) -> None:
    freeze = sla.Window(kind="freeze", start=moment(BEGIN), end=moment(BEGIN + 1_000_000))
    assert through_list(TIES, events, None if slot is None else at(slot), [freeze]) == []


# --- frames ------------------------------------------------------------------------------------------------------


def through_frames(agreement: sla.Agreement, events: list[sla.Event], as_of: int | None, windows: Any = ()) -> None:
    rows = as_rows(events)
    assert through_source(agreement, events, with_json(rows), as_of, windows) == []
    assert through_source(agreement, events, with_columns(rows, agreement).lazy(), as_of, windows) == []


@settings(max_examples=30)
@given(data=st.data(), said=agreements(), seed=SEEDS)
def test_frames_by_random_agreements(data: Any, said: dict[str, Any], seed: int) -> None:
    agreement = sla.load(said)
    history: History = data.draw(histories(agreement))
    through_frames(agreement, disordered(history.events, seed), history.as_of, history.windows)


@settings(max_examples=10)
@given(history=histories(INTERCALL), seed=SEEDS)
def test_frames_by_the_intercall_agreement(history: History, seed: int) -> None:
    through_frames(INTERCALL, disordered(history.events, seed), history.as_of, history.windows)


@settings(max_examples=40)
@given(events=tied_histories(), slot=SLOT)
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
        # One event may stand in two of them, so an instant is text in all.
        one, two, three = (*in_parts(rows, 3), [], [])[:3]
        paths = [to_parquet(one, agreement, folder / "one.parquet", parsed=False)]
        paths += [to_json_lines(two, agreement, folder / "two.jsonl")] if two else []
        paths += [to_parquet(three, agreement, folder / "three.parquet", parsed=False)] if three else []
        assert through_source(agreement, events, paths, as_of, windows) == []


@settings(max_examples=12)
@given(data=st.data(), said=agreements(), seed=SEEDS)
def test_files_by_random_agreements(data: Any, said: dict[str, Any], seed: int) -> None:
    agreement = sla.load(said)
    history: History = data.draw(histories(agreement))
    through_files(agreement, disordered(history.events, seed), history.as_of, history.windows)


@settings(max_examples=5)
@given(history=histories(INTERCALL), seed=SEEDS)
def test_files_by_the_intercall_agreement(history: History, seed: int) -> None:
    through_files(INTERCALL, disordered(history.events, seed), history.as_of, history.windows)


@settings(max_examples=20)
@given(events=tied_histories())
def test_files_with_many_events_at_one_instant(events: list[sla.Event]) -> None:
    through_files(TIES, without_nulls(events), None)


# --- in pieces ---------------------------------------------------------------------------------------------------


@settings(max_examples=40)
@given(events=tied_histories(20), most=st.integers(1, 8))
def test_histories_judged_in_pieces_at_the_same_time(events: list[sla.Event], most: int) -> None:
    with pytest.MonkeyPatch.context() as monkeypatch:
        monkeypatch.setattr(judging, "AT_ONCE", most)
        assert through_list(TIES, events, None) == []
        some = without_nulls(events)
        assert through_source(TIES, some, with_columns(as_rows(some), TIES), None) == []


# --- what went wrong once ----------------------------------------------------------------------------------------

PENDING: dict[str, Any] = {"status": "pending"}
ONCE = {
    "no event has a field, and two are the same": [
        (0, "1", "closed", "S", {}),
        (0, "1", "closed", "S", {}),
        (1, None, "held", "S", {}),
        (1, None, "held", "S", {}),
    ],
    "the first part of several has no field": [
        (0, "1", "held", "S", {}),
        (1, "2", "opened", "S", {"level": "P1", "vip": True}),
        (2, "3", "closed", "S", {"by": "client"}),
    ],
    "an event stands in a file of text and in one of columns": [
        (0, "1", "opened", "S", {"level": "P1", "sites": 2}),
        (0, "1", "opened", "S", {"level": "P1", "sites": 2}),
        (0, "1", "opened", "S", {"level": "P1", "sites": 2}),
    ],
    "as many changes of one case as there are cases": [
        (0, "1", "opened", "S", {}),
        (0, "2", "opened", "T", {}),
        (1, "3", "changed", "S", {"level": "P1"}),
        (5, "4", "opened", "S", {"level": "P3"}),
    ],
    "a window is over before the case begins": [
        (0, "1", "declared", "T", {}),
        (1, "2", "lifted", "T", {}),
        (2, "3", "opened", "S", {}),
    ],
    "a later pause was begun by events, an earlier one by a state": [
        (0, "1", "opened", "S", {}),
        (1, "2", "changed", "S", PENDING),
        (2, "3", "held", "S", {}),
    ],
    "an event that has nothing to do with it comes as a pause begins": [
        (0, "1", "opened", "S", {}),
        (1, "2", "changed", "S", PENDING),
        (1, "3", "published", "S", {}),
    ],
}
"""By what is special about it: events by slot, id, type, subject and data."""


@pytest.mark.parametrize("what", ONCE)
def test_what_went_wrong_once(what: str) -> None:
    events = [
        sla.Event(id=id, type=type, subject=subject, time=moment(at(slot)), data=data)
        for slot, id, type, subject, data in ONCE[what]
    ]
    assert through_list(TIES, events, None) == []
    through_frames(TIES, events, None)
    through_files(TIES, events, None)


def test_what_is_found_of_one_case_does_not_hang_on_another() -> None:
    said = terms("lead")
    said["policies"][0]["pause"] = {"from": "held", "to": "resumed"}
    said["events"]["changed"]["until"] = {"kind": "instant"}
    agreement = sla.load(said)
    until = [{"until": moment(at(slot)).isoformat()} for slot in (2, 0)]
    own = [
        sla.Event(id="1", type="resumed", subject="W", time=moment(at(0) - DAY)),
        sla.Event(id="2", type="opened", subject="W", time=moment(at(1)), data=until[0]),
        sla.Event(id="3", type="changed", subject="W", time=moment(at(1) + 1), data=until[1]),
    ]
    stranger = sla.Event(id="4", type="opened", subject="U", time=moment(at(0) - DAY // 2))
    for events in (own, [*own, stranger]):
        assert through_list(agreement, events, None) == []
        through_frames(agreement, events, None)


# --- amendments --------------------------------------------------------------------------------------------------


def test_the_terms_change_within_the_histories(amended: sla.Agreement) -> None:
    assert amended.versions[1].in_force[0] == at(1)


@settings(max_examples=30)
@given(events=tied_histories(), slot=SLOT)
def test_amended_agreements(amended: sla.Agreement, events: list[sla.Event], slot: int | None) -> None:
    instant = None if slot is None else at(slot)
    assert through_list(amended, events, instant) == []
    through_frames(amended, without_nulls(events), instant)


# --- whatever comes in -------------------------------------------------------------------------------------------


@settings(max_examples=30)
@given(events=tied_histories(), seed=SEEDS)
def test_findings_name_the_row_of_their_event(events: list[sla.Event], seed: int) -> None:
    rows = as_rows(disordered(events, seed))
    for finding in sla.evaluate(TIES, with_json(rows)).findings:
        row = rows[int(finding.place.removeprefix("row ")) - 1]
        assert finding.subject == row["subject"]
        assert finding.event in (row["id"], f"{row['type']}@{row['time']}")


@settings(max_examples=10)
@given(events=tied_histories(), misspelt=st.sampled_from(("levle", "sitess", "statuss")))
def test_misspelt_fields_are_findings(events: list[sla.Event], misspelt: str) -> None:
    some = [remade(event, data={**event.data, misspelt: "P1"}) for event in without_nulls(events)]
    assert through_list(TIES, some, None) == []
    through_frames(TIES, some, None)
