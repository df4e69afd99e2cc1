"""The Spark evaluator says what the others say, in every column and finding.

By its plan without Spark on many histories, and on Spark itself on some of them.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import sla_rules as sla
from benchmarks.data.drawing import AS_OF
from benchmarks.data.files import mixed_file
from sla_rules.evaluators import spark as evaluator
from sla_rules.evaluators.spark import plan
from sla_rules.instants import DAY, moment
from sla_rules.judged import judged_of, schema
from sla_rules.testing import simulate
from sla_rules.testing.directed import History
from sla_rules.testing.strategies import agreements, histories
from sla_rules.verdict import Verdicts
from tests.columnar.conftest import two_versions  # noqa: F401 - a fixture
from tests.columnar.test_parts import BOOKINGS, CROWDS, crowd, in_crowd
from tests.columnar.test_same_verdicts import INTERCALL, SEEDS, UNSHRUNK
from tests.columnar.ties import BEGIN, FIELDS, TIES, at, tied_histories
from tests.columnar.tools import as_rows, to_parquet
from tests.comparing import apart, disordered, expected_of, rows_of, told, without_nulls
from tests.conftest import agreement
from tests.spark.judging import judge_locally, judge_on
from tests.spark.sessions import session

Judge = Callable[..., Verdicts]
YEAR = 20_000
"""Events of a year in which every type occurs."""


@pytest.fixture(autouse=True)
def spread_out(monkeypatch: pytest.MonkeyPatch) -> None:
    """Few events come to several places all the same."""
    monkeypatch.setattr(plan, "SMALL", 1)


def differences(
    judge: Judge, agreement: sla.Agreement, events: list[sla.Event], as_of: int | None = None, windows: Any = ()
) -> list[str]:
    found = judge(agreement, events, as_of=None if as_of is None else moment(as_of), windows=windows)
    wanted = expected_of(agreement, events, as_of, windows)
    wanted.attributes = found.attributes  # which only a report asks for
    return apart(wanted, judged_of(found))


@settings(max_examples=25, phases=UNSHRUNK)
@given(policy=st.sampled_from(["*", *TIES.policies]), events=tied_histories(20), seed=SEEDS)
def test_histories_full_of_ties(policy: str, events: list[sla.Event], seed: int) -> None:
    # Alone, since what shares events with others may have to be judged with them.
    assert differences(judge_locally, TIES.only(policy), without_nulls(disordered(events, seed))) == []


@settings(max_examples=20, phases=UNSHRUNK)
@given(data=st.data(), said=agreements(), seed=SEEDS)
def test_histories_by_random_agreements(data: Any, said: dict[str, Any], seed: int) -> None:
    agreement = sla.load(said)
    history: History = data.draw(histories(agreement))
    events = without_nulls(disordered(history.events, seed))
    assert differences(judge_locally, agreement, events, history.as_of, history.windows) == []


@settings(max_examples=20, phases=UNSHRUNK)
@given(history=histories(INTERCALL), seed=SEEDS)
def test_histories_by_the_intercall_agreement(history: History, seed: int) -> None:
    events = without_nulls(disordered(history.events, seed))
    assert differences(judge_locally, INTERCALL, events, history.as_of, history.windows) == []


FREEZE = sla.Window(kind="freeze", start=moment(BEGIN), end=moment(BEGIN + 1_000_000))


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize(("agreement", "types"), CROWDS.values(), ids=CROWDS)
def test_subjects_that_share_customers_and_rooms(agreement: sla.Agreement, types: Sequence[str], seed: int) -> None:
    assert differences(judge_locally, agreement, in_crowd(agreement, types, seed), None, [FREEZE]) == []


@pytest.mark.parametrize("seed", range(6))
def test_amended_terms_and_a_past_instant_of_knowledge(amended: sla.Agreement, seed: int) -> None:
    events = [*crowd(tuple(FIELDS), seed), *crowd(BOOKINGS, seed + 100)][:60]
    assert differences(judge_locally, amended, events, at(seed % 5) if seed % 3 else None) == []


@pytest.mark.parametrize("size", range(3))
def test_a_backlog_that_nobody_belongs_to(size: int) -> None:
    # Its members start what windows are made of, so that every task reads some of their fields, and only some.
    members = {"type": "opened", "where": {"flag": {"ne": True}}}
    backlog = {"by": "customer", "members": members, "more_than": 1, "until": "closed"}
    freeze = {"from": {"type": "opened", "where": {"hold": True}}, "to": "thawed", "scope": "customer"}
    terms = agreement(
        {
            "start": "opened",
            "stop": "closed",
            "limit": "1 h",
            "exclude": ["freeze"],
            "exemptions": [{"id": "bulk", "backlog": backlog}],
        },
        windows={"freeze": freeze},
        events={
            "opened": {"flag": {"kind": "boolean"}, "hold": {"kind": "boolean"}, "customer": {"kind": "text"}},
            "closed": {},
            "thawed": {"customer": {"kind": "text"}},
        },
    )
    flags = [False] * size + [True] * (4 - size)
    history = [
        sla.Event(type="opened", subject=f"S{n}", time=moment(BEGIN + n), data={"flag": flag, "customer": "c"})
        for n, flag in enumerate(flags)
    ]
    closed = sla.Event(type="closed", subject="S0", time=moment(BEGIN + DAY))
    assert differences(judge_locally, terms, [*history, closed]) == []


@pytest.mark.parametrize("place", range(20))
def test_which_of_the_repeated_events_was_first(place: int) -> None:
    def event(id: str, type: str, subject: str, after: int) -> sla.Event:
        return sla.Event(id=id, type=type, subject=subject, time=moment(BEGIN + after))

    early = [event(f"a{place}", "opened", "S", 0)] * 2 + [event(f"a{place}", "closed", "S", 2)]
    later = [event("b", "opened", "T", 1)] * 2
    terms = agreement({"start": "opened", "stop": "closed", "limit": "1 h"}, events={"opened": {}, "closed": {}})
    assert differences(judge_locally, terms, disordered([*early, *later], place)) == []


# --- on Spark ----------------------------------------------------------------------------------------------------


def judge_on_spark(*given: Any, **options: Any) -> Verdicts:
    return judge_on(session(), *given, **options)


@settings(max_examples=4, phases=UNSHRUNK)
@given(data=st.data(), said=agreements(), seed=SEEDS)
def test_random_agreements_on_spark(data: Any, said: dict[str, Any], seed: int) -> None:
    agreement = sla.load(said)
    history: History = data.draw(histories(agreement))
    events = without_nulls(disordered(history.events, seed))
    assert differences(judge_on_spark, agreement, events, history.as_of, history.windows) == []


@pytest.mark.parametrize("name", ["customers, and stops that others share", "rooms by site", "backlogs", "everything"])
def test_crowds_on_spark(name: str) -> None:
    agreement, types = CROWDS[name]
    events = disordered(in_crowd(agreement, types, 1), 1)
    assert differences(judge_on_spark, agreement, events, None, [FREEZE]) == []


def test_amended_terms_on_spark(amended: sla.Agreement) -> None:
    assert differences(judge_on_spark, amended, [*crowd(tuple(FIELDS), 2), *crowd(BOOKINGS, 102)]) == []


def same_on_spark(path: Path, as_of: object) -> None:
    """Verdicts and findings of a file are those of the columnar evaluator."""
    expected = sla.evaluate(INTERCALL, path, as_of=as_of)
    given = session().read.parquet(str(path))
    found = pl.DataFrame(evaluator.evaluate(INTERCALL, given, as_of).toArrow()).cast(schema(INTERCALL))
    assert rows_of(found, expected.judged) == rows_of(expected.verdicts, expected.judged)
    findings = evaluator.findings(INTERCALL, given, as_of).toArrow().to_pylist()
    assert Counter(tuple(row.values()) for row in findings) == Counter(map(told, expected.findings))


def test_a_month_on_spark(tmp_path: Path) -> None:
    made = simulate.month(seed=7, month=11)
    same_on_spark(to_parquet(as_rows(made.events), INTERCALL, tmp_path / "month.parquet"), made.as_of)


def test_a_mixed_year_on_spark(tmp_path: Path) -> None:
    same_on_spark(mixed_file(YEAR, tmp_path), AS_OF)
