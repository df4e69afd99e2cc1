"""Very many events of one subject, and very many subjects of one event: judged in one go, and nothing lost."""

from collections.abc import Callable
from typing import Any

import numpy as np
import polars as pl

import sla_rules as sla
from sla_rules.instants import MINUTE, micros
from tests.columnar.tools import counted_findings

NOON = micros("2026-03-02T12:00:00Z")
UTC = pl.Datetime("us", "UTC")
DEADLINE = {"start": "opened", "stop": "closed", "limit": "1 h", "occurrence": "each"}
MANY = 200_000
"""Enough that what looks at every two events would take minutes."""

DESK = sla.load(
    {
        "agreement": "desk",
        "clauses": [{"id": "c"}],
        "events": {
            "opened": {"level": {"kind": "text"}},
            "closed": {"room": {"kind": "text"}, "begin": {"kind": "instant"}, "end": {"kind": "instant"}},
            "down": {},
            "up": {},
        },
        "policies": [
            {"id": "each", "clause": "c", "kind": "deadline", **DEADLINE, "pause": {"from": "down", "to": "up"}},
            {"id": "first", "clause": "c", "kind": "deadline", **DEADLINE, "occurrence": "first"},
            {
                "id": "never",
                "clause": "c",
                "kind": "never",
                "for_each": "opened",
                "occurrence": "each",
                "violated_by": {"type": "closed", "where": {"level": "P1"}},
            },
            {
                "id": "path",
                "clause": "c",
                "kind": "procedure",
                "start": "opened",
                "occurrence": "each",
                "end": {"closed": "closed"},
                "step": {"event": "opened", "field": "level"},
                "steps": ["P1", "P2"],
            },
            {
                "id": "rooms",
                "clause": "c",
                "kind": "no_overlap",
                "booked": "closed",
                "resource": "room",
                "from": "begin",
                "to": "end",
            },
            {
                "id": "severity",
                "clause": "c",
                "kind": "classification",
                "start": "opened",
                "occurrence": "each",
                "value": "level",
                "table": [{"when": {"level": {"exists": True}}, "value": "P1"}],
            },
            {"id": "lines", "clause": "c", "kind": "required_fields", "record": "closed", "fields": ["room"]},
            {
                "id": "up",
                "clause": "c",
                "kind": "availability",
                "service": "S",
                "down": "down",
                "up": "up",
                "at_least": "50 %",
            },
        ],
    }
)


def many(subject: Callable[[np.ndarray[Any, Any]], np.ndarray[Any, Any]]) -> pl.DataFrame:
    """Events in turns of four: opened, down, up, closed, a minute each, every other turn closed an hour later."""
    number = np.arange(MANY)
    turn, step = number // 4, number % 4
    late = np.where((step == 3) & (turn % 2 == 1), 60, 0)
    at = NOON + (turn * 120 + step + late) * MINUTE
    closing = step == 3
    frame = pl.DataFrame({"turn": turn, "step": step, "subject": subject(number), "at": at})
    closing, opening = pl.col("step") == 3, pl.col("step") == 0
    begin = pl.when(closing).then("at").cast(UTC)
    length = pl.when(pl.col("turn") % 4 == 2).then(300).otherwise(1)
    return frame.select(
        pl.int_range(MANY).cast(pl.String).alias("id"),
        pl.col("step").replace_strict(dict(enumerate(("opened", "down", "up", "closed")))).alias("type"),
        pl.col("subject").cast(pl.String),
        pl.col("at").cast(UTC).alias("time"),
        pl.when(opening)
        .then(pl.when(pl.col("turn") % 10 == 0).then(pl.lit("P1")).otherwise(pl.lit("P2")))
        .alias("level"),
        pl.when(closing & (pl.col("turn") % 4 > 0)).then(pl.lit("R")).alias("room"),
        begin.alias("begin"),
        (begin + pl.duration(minutes=length)).alias("end"),
    ).sample(fraction=1, shuffle=True, seed=1)


def counted(report: sla.Report) -> dict[tuple[str, str], int]:
    counts = report.verdicts.group_by(pl.col("policy", "outcome").cast(pl.String)).len()
    return {(policy, outcome): count for policy, outcome, count in counts.rows()}


def test_very_many_events_of_one_subject() -> None:
    turns = MANY // 4
    report = sla.evaluate(DESK, many(lambda number: np.full(len(number), "S")))
    months = report.verdicts.filter(pl.col("policy") == "up").height
    assert months > 100
    assert counted(report) == {
        ("each", "met"): turns // 2,
        ("each", "breached"): turns // 2,
        ("first", "met"): 1,
        ("never", "breached"): turns // 10,
        ("never", "met"): turns - turns // 10,
        ("path", "breached"): turns - turns // 10,
        ("path", "met"): turns // 10,
        ("rooms", "met"): turns - turns // 4,
        ("rooms", "undetermined"): turns // 4,
        ("severity", "met"): turns // 10,
        ("severity", "breached"): turns - turns // 10,
        ("lines", "breached"): turns // 4,
        ("lines", "met"): turns - turns // 4,
        ("up", "met"): months - 1,
        ("up", "pending"): 1,
    }
    assert sum(report.judged.given.values()) == MANY
    assert report.findings == []


def test_very_many_subjects_of_one_event() -> None:
    quarter = MANY // 4
    report = sla.evaluate(DESK, many(lambda number: number))
    assert counted(report) == {
        ("each", "breached"): quarter,
        ("first", "breached"): quarter,
        ("never", "met"): quarter,
        ("path", "breached"): quarter - quarter // 10,
        ("path", "pending"): quarter // 10,
        ("rooms", "breached"): quarter // 4,
        ("rooms", "met"): quarter // 2,
        ("rooms", "undetermined"): quarter // 4,
        ("severity", "met"): quarter // 10,
        ("severity", "breached"): quarter - quarter // 10,
        ("lines", "breached"): quarter // 4,
        ("lines", "met"): quarter - quarter // 4,
    }
    # A pause of a case in which nothing began is none; an outage of a service that no policy names is told.
    assert counted_findings(report) == {"stop_without_start": quarter, "unknown_service": 2 * quarter}
    assert sum(report.judged.given.values()) == MANY
