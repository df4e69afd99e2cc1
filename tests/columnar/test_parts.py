"""Histories laid down and judged part by part: the same verdicts and findings as at once."""

import gc
import json
import random
from collections.abc import Iterator, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from weakref import WeakSet

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import sla_rules as sla
from sla_rules.evaluators.columnar import laying_down, partitions, spreading
from sla_rules.evaluators.columnar.world import World
from sla_rules.instants import moment
from sla_rules.report import evaluating
from sla_rules.sources import batches
from sla_rules.testing.directed import History
from sla_rules.testing.strategies import agreements, histories
from tests.columnar.test_same_verdicts import INTERCALL, SEEDS, UNSHRUNK
from tests.columnar.ties import BEGIN, FIELDS, TIES, an_event, at, terms, tied_histories
from tests.columnar.tools import as_rows, in_parts, to_json_lines, to_parquet, with_columns
from tests.comparing import apart, disordered, expected_of, remade, without_nulls


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


@settings(max_examples=20, phases=UNSHRUNK)
@given(policy=st.sampled_from(["*", *TIES.policies]), events=tied_histories(20), seed=SEEDS)
def test_histories_judged_part_by_part(policy: str, events: list[sla.Event], seed: int) -> None:
    # Alone, since what shares events with others may have to be judged with them.
    assert through_parts(TIES.only(policy), without_nulls(disordered(events, seed))) == []


@settings(max_examples=15, phases=UNSHRUNK)
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
        sla.Event(id=each.id, type=each.type, subject=dice.choice("STUVWXYZ"), time=each.time, data=each.data)
        for each in some
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


def beside_deadlines() -> sla.Agreement:
    """A deadline of each room, whose windows are of a service, beside the bookings of rooms."""
    said = terms("by-customer", "rooms")
    ready = {"match": ["room"], "start": ["booked", "opened"], "stop": "planned", "exclude": ["maintenance", "freeze"]}
    said["policies"][0] |= {**ready, "limit": "1 h", "pause": {"from": "held", "to": "resumed"}}
    for type in ("opened", "planned", "held", "resumed"):
        said["events"][type] |= {"room": {"kind": "text"}, "service": {"kind": "text"}}
    return sla.load(said)


def with_owners_alike() -> sla.Agreement:
    """Owners of a backlog that are numbers in one type of event, and true or false in another."""
    said = terms("table")
    said["events"]["opened"]["customer"] = {"kind": "integer"}
    said["events"]["changed"]["customer"] = {"kind": "boolean"}
    backlog = {"by": "customer", "members": ["opened", "changed"], "more_than": 1, "until": "closed"}
    said["policies"][0] |= {"start": ["opened", "changed"], "exemptions": [{"id": "bulk", "backlog": backlog}]}
    return sla.load(said)


BOOKINGS = ("booked", "booked", "released")
CROWDS: dict[str, tuple[sla.Agreement, tuple[str, ...]]] = {
    "customers": (TIES.only("by-customer"), ("opened", "opened", "changed")),
    "customers, and stops that others share": (with_shared_stops(), ("opened", "closed", "closed")),
    "rooms": (TIES.only("rooms", "kept-rooms"), BOOKINGS),
    "rooms by site": (with_sites(), (*BOOKINGS, "changed")),
    "rooms that also have deadlines": (beside_deadlines(), ("booked", "opened", "planned", "held", "resumed")),
    "backlogs": (TIES.only("table", "lines"), ("opened", "opened", "closed", "issued")),
    "backlogs of owners that are alike": (with_owners_alike(), ("opened", "changed", "closed")),
    "everything": (TIES, tuple(FIELDS)),
}
ALIKE = {"opened": (0, 1, 2), "changed": (False, True)}


def in_crowd(agreement: sla.Agreement, types: Sequence[str], seed: int) -> list[sla.Event]:
    """A crowd whose rooms and customers are of the kinds that the agreement declares."""
    dice = random.Random(seed)
    some = []
    for each in crowd(types, seed):
        fields, data = agreement.events[each.type].fields, dict(each.data)
        if "room" in fields and dice.random() < 0.8:
            data["room"] = dice.choice("AB")
        if "customer" in fields and fields["customer"].kind != "text":
            data["customer"] = dice.choice(ALIKE[each.type])
        some.append(remade(each, data=data))
    return some


@pytest.mark.parametrize("seed", range(8))
@pytest.mark.parametrize(("agreement", "types"), CROWDS.values(), ids=CROWDS)
def test_subjects_that_share_customers_and_rooms(agreement: sla.Agreement, types: Sequence[str], seed: int) -> None:
    freeze = sla.Window(kind="freeze", start=moment(BEGIN), end=moment(BEGIN + 1_000_000))
    assert through_parts(agreement, in_crowd(agreement, types, seed), None, [freeze]) == []


@pytest.mark.parametrize("seed", range(12))
def test_amended_terms_and_a_past_instant_of_knowledge(amended: sla.Agreement, seed: int) -> None:
    as_of = at(seed % 5) if seed % 3 else None
    assert through_parts(amended, [*crowd(tuple(FIELDS), seed), *crowd(BOOKINGS, seed + 100)][:60], as_of) == []


def test_every_event_of_one_row_is_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(evaluating, "HELD", 0)
    agreement = sla.load(
        {
            "agreement": "done",
            "clauses": [{"id": "c"}],
            "events": {"issue.created": {}, "status.changed": {"to": {"kind": "text"}}},
            "policies": [
                {
                    "id": "p",
                    "clause": "c",
                    "kind": "deadline",
                    "start": "issue.created",
                    "stop": "status.changed",
                    "limit": "4 h",
                }
            ],
        }
    )
    history = {
        "id": "10",
        "created": "2026-01-05T11:00:00.000+0000",
        "items": [{"field": "status", "fromString": "Open", "toString": "Done"}],
    }
    fields = {"created": "2026-01-05T10:00:00.000+0000"}
    issue = {"key": "A-1", "id": "1", "fields": fields, "changelog": {"histories": [history, history]}}
    path = tmp_path / "issues.json"
    path.write_text(json.dumps({"issues": [issue]}), encoding="utf-8")
    report = sla.evaluate(agreement, path, preset="jira", as_of="2026-01-06T00:00:00Z")
    assert report.verdicts["outcome"].to_list() == ["met"]


@pytest.mark.parametrize("limit", ["HELD", "IN_MEMORY"])
def test_evaluate_judges_in_parts_what_is_more_than_memory_holds(
    limit: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = as_rows([remade(event, id=f"{n}") for n, event in enumerate(crowd(tuple(FIELDS), 3))])
    frame = with_columns(rows, TIES).with_columns(pl.Series("no_fields", [{}] * len(rows), pl.Struct([])))
    source = frame if limit == "IN_MEMORY" else to_json_lines(rows, TIES, tmp_path / "x.jsonl")
    whole = sla.evaluate(TIES, source)
    monkeypatch.setattr(evaluating, limit, 0)
    steps: list[str] = []
    parts = sla.evaluate(TIES, source, scratch=tmp_path, progress=lambda _, __, what: steps.append(what))
    assert steps
    assert apart(whole.judged, parts) == []


def test_an_instant_that_is_none_is_refused_before_anything_is_laid_down(tmp_path: Path) -> None:
    def frames() -> Iterator[pl.DataFrame]:
        raise AssertionError
        yield

    with pytest.raises(sla.InputError, match="`yesterday` is not an instant"):
        partitions.judge_parts(TIES, frames(), as_of="yesterday", scratch=tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_worlds_of_parts_are_let_go(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    alive: list[int] = []
    worlds: WeakSet[World] = WeakSet()
    made = World.__init__

    def counted(self: World, *args: Any, **more: Any) -> None:
        made(self, *args, **more)
        worlds.add(self)
        alive.append(len(worlds))

    monkeypatch.setattr(World, "__init__", counted)
    path = to_parquet(as_rows(crowd(tuple(FIELDS), 1, 400)), TIES, tmp_path / "x.parquet", parsed=False)
    gc.disable()
    try:
        judged = partitions.judge_parts(TIES, batches([path], TIES))
    finally:
        gc.enable()
    assert judged.verdicts.collect().height > 0
    # Of more than a hundred: that of all subjects, the one at hand, and the one before until it is replaced.
    assert len(alive) > 100
    assert max(alive) <= 3
