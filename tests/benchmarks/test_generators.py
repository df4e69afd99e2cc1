"""The made-up histories: the same every time, what they claim to be, and fit to be judged."""

from collections import Counter
from itertools import pairwise

import polars as pl
import pytest

import sla_rules as sla
from benchmarks.data import files, year
from benchmarks.data.drawing import AS_OF, END, INSTANT
from benchmarks.data.tickets import BEYOND
from sla_rules.instants import SECOND
from sla_rules.sources import read_events

TICKETS, EVENTS = 3_000, 10_000
PLAIN = ["ticket.opened", "ticket.responded", "ticket.resolved"]
WRONG_DATA = {"unknown_type", "undeclared_type", "wrong_value", "missing_field", "conflicting_id", "duplicate"}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("bench")


@pytest.fixture(scope="module")
def tickets(folder):
    return files.tickets_file(TICKETS, folder=folder)


@pytest.fixture(scope="module")
def mixed(folder):
    return files.mixed_file(EVENTS, folder=folder)


def judged(path, agreement):
    events, findings = read_events(path, agreement)
    assert findings == []
    return sla.judge(agreement, events, as_of=AS_OF)


def test_the_same_file_every_time(tickets, mixed, tmp_path):
    for made, again in (
        (tickets, files.tickets_file(TICKETS, folder=tmp_path)),
        (mixed, files.mixed_file(EVENTS, folder=tmp_path)),
    ):
        assert pl.read_parquet(made).equals(pl.read_parquet(again))


def test_a_file_that_is_there_is_not_made_again(tickets, folder):
    before = tickets.stat().st_mtime_ns
    assert files.tickets_file(TICKETS, folder=folder) == tickets
    assert tickets.stat().st_mtime_ns == before


def test_shuffled_tickets_are_the_same_events_in_another_order(tickets, folder):
    shuffled = pl.read_parquet(files.tickets_file(TICKETS, shuffled=True, folder=folder))
    ordered = pl.read_parquet(tickets)
    assert not shuffled.equals(ordered)
    assert shuffled.sort("id").equals(ordered.sort("id"))
    assert shuffled["subject"].rle_id().n_unique() > 0.9 * len(shuffled)


def test_tickets_stand_case_by_case_in_order_of_time(tickets):
    frame = pl.read_parquet(tickets)
    runs = frame.with_columns(pl.col("subject").rle_id().alias("run"))
    assert runs["run"].n_unique() == frame["subject"].n_unique()
    assert frame.select((pl.col("time").diff() >= 0).over("subject").fill_null(value=True).all()).item()


def test_columns_are_typed_and_ids_tell_events_apart(tickets, mixed):
    for path in (tickets, mixed):
        frame = pl.read_parquet(path)
        assert frame.schema["time"] == INSTANT
        assert frame["id"].n_unique() == len(frame)
        assert frame["time"].cast(pl.Int64).max() < END
        assert frame.select((pl.col("time").cast(pl.Int64) % SECOND == 0).all()).item()
    assert dict(frame.schema) == {"id": pl.String(), **year.SCHEMA}


def test_a_severity_stands_where_it_is_said_and_nowhere_else(tickets):
    said = pl.read_parquet(tickets).filter(pl.col("severity").is_not_null())
    assert set(said["type"]) == {"ticket.opened", "ticket.severity_changed"}


def test_three_tickets_in_ten_have_something_beyond(tickets):
    frame = pl.read_parquet(tickets).filter(pl.col("subject").str.starts_with("T-"))
    assert frame["subject"].n_unique() == TICKETS
    assert 3.4 < len(frame) / TICKETS < 3.8
    beyond = frame.group_by("subject").agg((~pl.col("type").is_in(PLAIN)).any())["type"].mean()
    assert abs(beyond - BEYOND) < 0.03


@pytest.mark.parametrize("events", [10_000, 200_000])
def test_a_mixed_year_has_about_as_many_events_as_asked_for(events, folder):
    made = pl.scan_parquet(files.mixed_file(events, folder=folder)).select(pl.len()).collect().item()
    assert abs(made / events - 1) < 0.05


def test_a_year_in_many_chunks_is_the_same_year():
    whole, parts = (list(year.chunks(50_000, seed=1, size=size)) for size in (50_000, 5_000))
    assert (len(whole), len(parts)) == (1, 10)
    assert max(len(part) for part in parts) < 8_000
    for part, after in pairwise(parts):
        assert part["time"].median() < after["time"].median()
    together = pl.concat(parts)
    assert abs(len(together) / len(whole[0]) - 1) < 0.02
    for prefix in ("T-", "CALL-", "CONF-", "SITE-"):
        subjects = [set(part.filter(pl.col("subject").str.starts_with(prefix))["subject"]) for part in parts]
        assert sum(map(len, subjects)) == len(set().union(*subjects)) == year.cases_of(prefix, 50_000)
    for type in ("service.down", "maintenance.scheduled", "release.published"):
        assert (together["type"] == type).sum() == (whole[0]["type"] == type).sum()


def test_every_declared_type_occurs_and_no_other(mixed, intercall):
    assert set(pl.read_parquet(mixed)["type"]) == set(intercall.version_at(0).events)


def test_the_mixed_year_is_judged_by_every_policy_without_complaints_about_the_data(mixed, intercall):
    verdicts = judged(mixed, intercall)
    assert not WRONG_DATA & {finding.kind for finding in verdicts.findings}
    assert {verdict.policy for verdict in verdicts} == set(intercall.policies)
    outcomes = Counter(str(verdict.outcome) for verdict in verdicts)
    assert {"met", "breached", "pending", "exempt", "void"} <= set(outcomes)
    assert outcomes["breached"] < 0.1 * len(verdicts)


def test_the_tickets_are_judged_by_every_policy_without_complaints_about_the_data(tickets, intercall):
    support = intercall.only("support.*")
    verdicts = judged(tickets, support)
    assert not WRONG_DATA & {finding.kind for finding in verdicts.findings}
    assert {verdict.policy for verdict in verdicts} == set(support.policies)
    assert {str(verdict.outcome) for verdict in verdicts} >= {"met", "breached", "pending", "void"}


def test_rooms_are_booked_twice_now_and_then(folder, intercall):
    path = files.mixed_file(200_000, folder=folder)
    rooms = folder / "rooms.parquet"
    pl.scan_parquet(path).filter(pl.col("type").str.starts_with("room.")).sink_parquet(rooms)
    verdicts = judged(rooms, intercall.only("reservation.no_double_booking"))
    breached = sum(verdict.outcome == "breached" for verdict in verdicts)
    assert 0 < breached < 0.02 * len(verdicts)
