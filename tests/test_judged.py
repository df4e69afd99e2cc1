"""Verdicts as a frame: one row a verdict, from which sentence, story and plain values come back as they were."""

import subprocess
import sys
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import sla_rules as sla
from sla_rules.instants import FIRST, LAST, moment
from sla_rules.judged import frame_of, judged_of, schema, terms_of, verdicts_of
from sla_rules.report.breaches import in_order
from sla_rules.testing.strategies import agreements, histories
from sla_rules.verdict import Verdicts
from tests.conftest import History, agreement

INTERCALL = sla.load("intercall")
MARCH = "2026-03-02T10:00:00Z"


def back(verdicts: Verdicts) -> list[sla.Verdict]:
    return verdicts_of(frame_of(verdicts), terms_of(verdicts.agreement, verdicts.as_of))


def said(verdicts: list[sla.Verdict]) -> list[tuple[Any, ...]]:
    return [(verdict.reason, verdict.to_dict(), verdict.trace.to_dict()) for verdict in verdicts]


def plain(history: History | None = None) -> Verdicts:
    made = agreement({"start": "opened", "stop": "closed", "limit": "1 h"}, events={"opened": {}, "closed": {}})
    return sla.judge(made, (history or History()).events, as_of=MARCH)


def test_the_columns_stand_in_their_order_whatever_the_number_of_verdicts() -> None:
    verdicts = plain(History().add("opened", MARCH))
    nothing, one = frame_of(plain()), frame_of(verdicts)
    assert list(one.schema.items()) == list(schema(verdicts.agreement).items()) == list(nothing.schema.items())
    assert (len(nothing), len(one)) == (0, 1)
    assert one.columns[:15] == [name for name in verdicts[0].to_dict() if name != "reason"]


@settings(max_examples=60)
@given(history=histories(INTERCALL))
def test_law_a_row_says_what_its_verdict_said(history: Any) -> None:
    verdicts = sla.judge(INTERCALL, history.events, as_of=moment(history.as_of), windows=history.windows)
    assert said(back(verdicts)) == said(verdicts)


@settings(max_examples=40)
@given(data=st.data(), document=agreements())
def test_law_a_row_says_what_its_verdict_said_whatever_the_agreement(data: st.DataObject, document: Any) -> None:
    made = sla.load(document)
    history = data.draw(histories(made))
    verdicts = sla.judge(made, history.events, as_of=moment(history.as_of), windows=history.windows)
    assert said(back(verdicts)) == said(verdicts)


@settings(max_examples=40)
@given(history=histories(INTERCALL), seed=st.integers(0, 1000))
def test_law_the_order_of_judge_comes_back_from_any_order(history: Any, seed: int) -> None:
    frame = frame_of(sla.judge(INTERCALL, history.events, as_of=moment(history.as_of), windows=history.windows))
    # Rows that agree in all that the order looks at keep theirs.
    looked_at = ["policy", "version", "start", "key", "period"]
    if frame.select(looked_at).is_unique().all():
        frame_again = in_order(frame.sample(fraction=1, shuffle=True, seed=seed).lazy()).collect()
        assert frame_again.equals(frame)
    assert in_order(frame.lazy()).collect().equals(frame)


def test_cases_that_start_together_stand_by_their_key() -> None:
    policy = {"start": "opened", "stop": "closed", "limit": "1 h", "match": ["subject", "site"]}
    made = agreement(policy, events={"opened": {"site": {"kind": "text"}}, "closed": {}})
    history = History()
    for subject, site in (("B", "x"), ("A", "z"), ("A", "y"), ("A b", "a"), ("A", "b a")):
        history.add("opened", MARCH, subject=subject, site=site)
    frame = frame_of(sla.judge(made, history.events))
    assert frame["key"].to_list() == [["A", "b a"], ["A", "y"], ["A", "z"], ["A b", "a"], ["B", "x"]]
    assert in_order(frame.reverse().lazy()).collect().equals(frame)


def test_the_first_and_the_last_instant_are_exact() -> None:
    verdicts = plain(History().add("opened", MARCH))
    verdicts[0] = replace(verdicts[0], start_at=FIRST, due_at=LAST, stop_at=LAST - 1, margin_micros=-(LAST - FIRST))
    (same,) = back(verdicts)
    assert (same.start_at, same.due_at, same.stop_at) == (FIRST, LAST, LAST - 1)
    assert same.to_dict() == verdicts[0].to_dict()


@pytest.mark.parametrize(
    ("kind", "value"),
    [("boolean", True), ("boolean", False), ("integer", 3), ("date", "2026-03-02"), ("text", "True"), ("text", "a b")],
)
def test_what_chose_a_limit_reads_the_same(kind: str, value: object) -> None:
    rows = {value: "1 h", **({not value: "2 h"} if isinstance(value, bool) else {})}
    policy = {"start": "opened", "stop": "closed", "limit": {"by": "level", "table": rows}}
    made = agreement(policy, events={"opened": {"level": {"kind": kind}}, "closed": {}})
    verdicts = sla.judge(made, History().add("opened", MARCH, level=value).events)
    assert verdicts[0].basis
    assert said(back(verdicts)) == said(verdicts)


def test_facts_of_a_table_read_the_same() -> None:
    fields = {"down": {"kind": "boolean"}, "share": {"kind": "decimal"}, "at": {"kind": "instant"}}
    fields["level"] = {"kind": "text"}
    when = {"all": [{"down": True}, {"share": {"lt": 1}}, {"at": {"exists": True}}]}
    policy = {"kind": "classification", "start": "opened", "value": "level", "table": [{"when": when, "value": "A"}]}
    history = History().add("opened", MARCH, down=True, share=Decimal("0.10"), at=MARCH, level="B")
    verdicts = sla.judge(agreement(policy, events={"opened": fields}), history.events)
    assert "down true, share 0.10" in verdicts[0].reason
    assert said(back(verdicts)) == said(verdicts)


def test_a_resource_that_is_true_or_false_reads_the_same() -> None:
    fields = {"room": {"kind": "boolean"}, "start": {"kind": "instant"}, "end": {"kind": "instant"}}
    policy = {"kind": "no_overlap", "booked": "booked", "resource": "room", "from": "start", "to": "end"}
    history = History().add("booked", MARCH, room=True, start=MARCH, end="2026-03-02T11:00:00Z")
    history.add("booked", MARCH, subject="T").add("booked", MARCH, subject="U", room=False, start=MARCH)
    verdicts = sla.judge(agreement(policy, events={"booked": fields}), history.events)
    assert len(verdicts) == 3
    assert said(back(verdicts)) == said(verdicts)


def test_shares_are_exact_text_and_counts_are_of_periods_only() -> None:
    policy = {"start": "opened", "stop": "closed", "limit": "1 h", "objective": {"at_least": "80 %", "per": "month"}}
    history = History()
    for subject in ("A", "B", "C"):
        history.add("opened", MARCH, subject=subject)
    history.add("closed", MARCH, subject="B")
    made = agreement(policy, events={"opened": {}, "closed": {}})
    verdicts = sla.judge(made, history.events, as_of="2026-04-02T00:00:00Z")
    frame = frame_of(verdicts)
    assert frame["share"].to_list() == [None, None, None, "1/3"]
    assert frame["counted"].to_list() == [None, None, None, 3]
    assert (back(verdicts)[-1].share, back(verdicts)[-1].subject) == (Fraction(1, 3), "")


def test_half_a_character_becomes_its_escape() -> None:
    verdicts = plain(History("T-\ud800").add("opened", MARCH, id="\udfff"))
    row = frame_of(verdicts).row(0, named=True)
    assert (row["subject"], row["key"], row["evidence"]) == ("T-\\ud800", ["T-\\ud800"], ["\\udfff"])


def test_rows_that_are_no_verdicts_are_refused() -> None:
    verdicts = plain(History().add("opened", MARCH))
    frame, terms = frame_of(verdicts), terms_of(verdicts.agreement, verdicts.as_of)
    with pytest.raises(sla.InputError, match=r"no column `outcome`, did you mean `outcomes`\?"):
        verdicts_of(frame.rename({"outcome": "outcomes"}), terms)
    other = frame.with_columns(pl.lit("q").alias("policy"))
    with pytest.raises(sla.InputError, match="no policy `q`"):
        verdicts_of(other, terms)
    later = frame.with_columns(pl.lit("2026-01-01").alias("version"))
    with pytest.raises(sla.InputError, match="no policy `p` of version `2026-01-01`, did you mean `p`"):
        verdicts_of(later, terms)


def test_columns_beside_those_of_a_verdict_are_left_aside() -> None:
    verdicts = plain(History().add("opened", MARCH))
    frame = frame_of(verdicts).with_columns(pl.lit("why").alias("reason"))
    assert verdicts_of(frame, terms_of(verdicts.agreement, verdicts.as_of)) == list(verdicts)


def test_the_last_known_values_are_those_as_of_the_instant_of_knowledge() -> None:
    fields = {"team": {"kind": "text"}, "vip": {"kind": "boolean"}}
    made = agreement({"start": "opened", "stop": "closed", "limit": "1 h"}, events={"opened": fields, "closed": fields})
    history = History().add("opened", MARCH, team="red", vip=True)
    history.add("closed", "2026-03-02T10:30:00Z", team="blue").add("closed", "2026-03-02T12:00:00Z", team="green")
    history.add("opened", MARCH, subject="T")
    judged = judged_of(sla.judge(made, history.events, as_of="2026-03-02T11:00:00Z"))
    assert judged.attributes("team").rows() == [("S", "blue")]
    assert judged.attributes("vip").rows() == [("S", "true")]
    assert judged.attributes("nothing").schema == {"subject": pl.String, "value": pl.String}


def test_the_last_known_values_are_those_of_every_version(tmp_path: Path) -> None:
    text = """
agreement: t
clauses: [{id: c}]
events: {opened: {FIELD: {kind: text}, both: {kind: text}}, closed: {}}
policies: [{id: p, clause: c, kind: deadline, start: opened, stop: closed, limit: 1 h}]
"""
    for name, field in (("2025-01-01", "old"), ("2026-01-01", "new")):
        (tmp_path / f"{name}.yaml").write_text(text.replace("FIELD", field), "utf-8")
    history = History().add("opened", "2025-06-01T00:00:00Z", old="a", both="b")
    verdicts = sla.judge(sla.load(tmp_path), history.add("opened", MARCH, subject="T", new="c").events)
    assert [verdicts.attributes(name) for name in ("old", "both", "new")] == [{"S": "a"}, {"S": "b"}, {"T": "c"}]
    assert [verdict.version for verdict in back(verdicts)] == ["2025-01-01", "2026-01-01"]
    assert said(back(verdicts)) == said(verdicts)


def test_a_frame_is_built_when_it_is_asked_for_and_once() -> None:
    built = []

    def build(outcome: str | None) -> pl.LazyFrame:
        built.append(outcome)
        return frame_of(plain()).lazy()

    judged = replace(judged_of(plain()), build=build)
    assert built == []
    assert judged.verdicts.collect().is_empty()
    assert judged.verdicts is judged.verdicts
    assert built == [None]


def test_nothing_but_frames_and_reports_loads_polars() -> None:
    code = """
import sys
import sla_rules as sla
from sla_rules.cli import main
events = [sla.Event(type="phone.offered", subject="C", time="2026-03-02T14:00:00Z")]
sla.judge(sla.load("intercall"), events)[0].reason
assert "polars" not in sys.modules
sla.Report
assert "polars" in sys.modules
"""
    subprocess.run([sys.executable, "-c", code], check=True)
