"""The hand-written timers agree with the reference on plain tickets, and only there."""

import polars as pl
import pytest

import sla_rules as sla
from benchmarks import timers
from benchmarks.data import files
from benchmarks.data.drawing import AS_OF
from sla_rules.sources import read_events

TICKETS = 3_000
PLAIN = ["ticket.opened", "ticket.responded", "ticket.resolved"]


@pytest.fixture(scope="module")
def path(tmp_path_factory):
    return files.tickets_file(TICKETS, folder=tmp_path_factory.mktemp("bench"))


@pytest.fixture(scope="module")
def breached(path, intercall):
    """The tickets with a breach of each timer, by the reference."""
    agreement = intercall.only(*timers.POLICIES)
    verdicts = sla.judge(agreement, read_events(path, agreement)[0], as_of=AS_OF)
    return {
        policy: {v.subject for v in verdicts if v.policy == policy and v.outcome == "breached"}
        for policy in timers.POLICIES
    }


@pytest.fixture(scope="module")
def plain(path):
    """The tickets with nothing beyond being opened, answered and resolved, so early that no timer still runs."""
    stories = pl.read_parquet(path).group_by("subject").agg(pl.col("type").is_in(PLAIN).all(), pl.col("time").min())
    return set(stories.filter(pl.col("type"), pl.col("time") < pl.datetime(2026, 12, 30, time_zone="UTC"))["subject"])


def by_pandas(path):
    pytest.importorskip("pandas")
    late = timers.pandas_timers(str(path))
    return {policy: set(late.index[late[policy]]) for policy in timers.POLICIES}


def by_duckdb(path):
    connection = pytest.importorskip("duckdb").connect()
    connection.execute(timers.duckdb_timers(str(path)))
    return {
        policy: {subject for (subject,) in connection.execute(f'select subject from late where "{policy}"').fetchall()}
        for policy in timers.POLICIES
    }


@pytest.mark.parametrize("hand", [by_pandas, by_duckdb])
def test_hand_written_timers_agree_on_plain_tickets_and_only_there(hand, path, breached, plain):
    late = hand(path)
    assert len(plain) > TICKETS / 2
    for policy in timers.POLICIES:
        assert late[policy] & plain == breached[policy] & plain != set()
    assert late["support.resolution"] - plain != breached["support.resolution"] - plain


@pytest.mark.parametrize(("work", "hand"), [(timers.pandas, by_pandas), (timers.duckdb, by_duckdb)])
def test_the_work_that_is_timed_counts_these_breaches(work, hand, path):
    late = hand(path)
    assert work(str(path), str(path))() == {policy: len(late[policy]) for policy in timers.POLICIES}


def test_the_bar_groups_every_subject(path):
    assert timers.bare(str(path), str(path))() == pl.read_parquet(path)["subject"].n_unique()


def test_the_bar_of_the_mixed_year_groups_every_event(path):
    assert timers.grouping(str(path), str(path))() == len(pl.read_parquet(path))
