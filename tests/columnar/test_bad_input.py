"""Bad input, the whole way from a source to a report: an error or a finding, and nothing lost."""

import json
from collections import Counter
from collections.abc import Callable
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import polars as pl
import pytest

import sla_rules as sla
from sla_rules.instants import HOUR, MINUTE, micros, moment
from tests.columnar.tools import as_rows, counted_findings, with_columns, with_json
from tests.comparing import apart, expected_of
from tests.conftest import History, agreement

FIELDS = {
    "level": {"kind": "text", "values": ["P1", "P2"]},
    "sites": {"kind": "integer"},
    "vip": {"kind": "boolean"},
    "until": {"kind": "instant"},
}
EACH = {"start": "opened", "stop": "closed", "limit": "1 h", "occurrence": "each"}
TERMS = agreement(EACH, events={"opened": FIELDS, "closed": {}})
NOON = micros("2026-03-02T12:00:00Z")
UTC = pl.Datetime("us", "UTC")


def opened(**columns: Any) -> pl.DataFrame:
    """Events that open cases of their own, with further columns."""
    size = max(len(values) for values in columns.values())
    own = {
        "type": ["opened"] * size,
        "subject": [f"S{number}" for number in range(size)],
        "time": pl.Series([NOON] * size, dtype=pl.Int64).cast(UTC),
    }
    return pl.DataFrame({**own, **columns})


def outcomes(report: sla.Report) -> dict[str, int]:
    return dict(report.verdicts["outcome"].cast(pl.String).value_counts().rows())


# --- columns -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda frame: frame.drop("time"), "no column `time`"),
        (lambda frame: frame.rename({"subject": "subjekt"}), "no column `subject`, did you mean `subjekt`?"),
        (lambda frame: frame.with_columns(time=pl.lit(1.5)), "column `time` holds Float64"),
        (lambda frame: frame.with_columns(time=pl.lit(datetime(2026, 3, 2))), "column `time` has no time zone"),
        (lambda frame: frame.with_columns(subject=pl.lit(True)), "column `subject` holds Boolean"),
        (lambda frame: frame.with_columns(type=pl.concat_list("type")), "column `type` holds List(String)"),
        (lambda frame: frame.with_columns(data=pl.lit(7)), "column `data` holds Int32"),
    ],
)
@pytest.mark.parametrize("as_file", [False, True], ids=["frame", "file"])
def test_a_column_that_is_missing_or_of_a_wrong_type_is_refused(
    tmp_path: Path, as_file: bool, change: Callable[[pl.DataFrame], pl.DataFrame], message: str
) -> None:
    source: Any = change(opened(sites=[1, 2]))
    if as_file:
        source.write_parquet(tmp_path / "events.parquet")
        source = tmp_path / "events.parquet"
    with pytest.raises(sla.InputError) as error:
        sla.evaluate(TERMS, source)
    assert message in str(error.value)
    assert ("events.parquet: " in str(error.value)) == as_file


@pytest.mark.parametrize(
    ("columns", "wrong"),
    [
        ({"sites": [3.0, 3.5, float("nan")]}, {"`3.5` is not an integer", "`nan` is not an integer"}),
        ({"sites": ["3", "4", None]}, {"`3` is not an integer", "`4` is not an integer"}),
        ({"sites": [True, None]}, {"`true` is not an integer"}),
        ({"level": [1, None, 2]}, {"`1` is not text", "`2` is not text"}),
        ({"level": ["P1", "P3"]}, {"`P3` is not an allowed value, known: P1, P2"}),
        ({"vip": [0, 1]}, {"`0` is not true or false", "`1` is not true or false"}),
        ({"vip": ["true"]}, {"`true` is not true or false"}),
    ],
)
def test_values_of_a_wrong_kind_are_findings_and_their_events_stay(columns: dict[str, Any], wrong: set[str]) -> None:
    frame = opened(**columns)
    report = sla.evaluate(TERMS, frame)
    (name,) = columns
    assert {finding.message for finding in report.findings} == {
        f"opened: {name}: {each}; taken as missing" for each in wrong
    }
    assert {finding.kind for finding in report.findings} == {"wrong_value"}
    assert outcomes(report) == {"pending": len(frame)}
    for finding in report.findings:
        assert frame["subject"][int(finding.place.removeprefix("row ")) - 1] == finding.subject


def test_values_of_other_types_than_declared_are_told_as_of_a_list() -> None:
    values: list[Any] = ["P1", 1, True, None, ["P1"], {"level": "P1"}, Decimal("1.5"), "P9", ""]
    history = History()
    for name in FIELDS:
        for number, value in enumerate(values):
            history.add("opened", moment(NOON).isoformat(), subject=f"{name}{number}", **{name: value})
    events = [event for event in history.events if None not in event.data.values()]
    assert apart(expected_of(TERMS, events, None), sla.evaluate(TERMS, with_json(as_rows(events)))) == []


# --- times -------------------------------------------------------------------------------------------------------


def test_instants_of_mixed_zones_are_the_same_instants() -> None:
    times = ["2026-03-02T12:00:00Z", "2026-03-02T13:00:00+01:00", "2026-03-02T07:00:00-05:00", "2026-03-02 17:30+05:30"]
    report = sla.evaluate(TERMS, opened(sites=[1] * 4).with_columns(time=pl.Series(times)))
    assert report.verdicts["start"].to_physical().to_list() == [NOON] * 4
    assert report.findings == []


def test_naive_times_among_others_are_findings_and_nothing_is_lost() -> None:
    times = ["2026-03-02T12:00:00Z", "2026-03-02T12:00:00", "2026-03-02T13:00:00+01:00", "yesterday", "", None]
    frame = opened(sites=[1] * 6).with_columns(time=pl.Series(times))
    report = sla.evaluate(TERMS, frame)
    assert outcomes(report) == {"pending": 2}
    assert counted_findings(report) == {"naive_time": 1, "unreadable": 3}
    assert [finding.place for finding in report.findings] == ["row 2", "row 4", "row 5", "row 6"]
    assert sum(report.judged.given.values()) + sum(counted_findings(report).values()) == len(frame)
    zoned = sla.evaluate(TERMS, frame, timezone="Europe/Paris")
    assert zoned.verdicts["start"].to_physical().sort().to_list() == [NOON - HOUR, NOON, NOON]


def test_files_of_zones_of_their_own_are_one_history(tmp_path: Path) -> None:
    frame = opened(sites=[1])
    for number, zone in enumerate(("Europe/Paris", "Asia/Kolkata", "America/New_York")):
        local = frame.with_columns(pl.col("time").dt.convert_time_zone(zone), subject=pl.lit(zone))
        local.write_parquet(tmp_path / f"{number}.parquet")
    report = sla.evaluate(TERMS, str(tmp_path / "*.parquet"))
    assert report.verdicts["start"].to_physical().to_list() == [NOON] * 3


# --- files -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("share", [0, 0.01, 0.5, 0.99])
def test_a_parquet_file_that_is_cut_is_refused_by_name(tmp_path: Path, share: float) -> None:
    whole, cut = tmp_path / "whole.parquet", tmp_path / "cut.parquet"
    opened(sites=list(range(10_000))).write_parquet(whole)
    content = whole.read_bytes()
    cut.write_bytes(content[: int(len(content) * share)])
    for source in (cut, [whole, cut]):
        with pytest.raises(sla.InputError, match=r"cut\.parquet: "):
            sla.evaluate(TERMS, source)


def test_ten_files_of_different_columns_and_types_are_one_history(tmp_path: Path) -> None:
    history = History()
    for number in range(40):
        more: dict[str, Any] = [{"level": "P1"}, {"sites": number}, {"vip": True}, {}, {"level": 5}][number // 4 % 5]
        history.add("opened", moment(NOON + number * MINUTE).isoformat(), subject=f"S{number}", **more)
        if number % 3:
            history.add(
                "closed", moment(NOON + (number + 70 * (number % 2)) * MINUTE).isoformat(), subject=f"S{number}"
            )
    rows = as_rows(history.events)
    names = []
    for number in range(10):
        part = rows[number::10]
        path = tmp_path / f"{number}.{('parquet', 'jsonl')[number % 5 == 4]}"
        names.append(path)
        if path.suffix == ".jsonl":
            path.write_text("".join(json.dumps(row) + "\n" for row in part), encoding="utf-8")
            continue
        frame = with_columns(part, TERMS)
        if number % 2 and "sites" in frame.columns:
            frame = frame.with_columns(pl.col("sites").cast(pl.Int32))
        match number % 4:
            case 2:
                frame = frame.with_columns(pl.col("type").cast(pl.Categorical), extra=pl.lit("x")).select(
                    pl.all().reverse()
                )
            case 3:
                frame = frame.drop("id").with_columns(id=frame["id"])
        frame.write_parquet(path)
    report = sla.evaluate(TERMS, names)
    assert apart(expected_of(TERMS, history.events, None), report) == []
    assert report.verdicts.height == 40


# --- nothing at all ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("sort", ["list", "frame", "lazy", "parquet", "jsonl", "csv", "several"])
def test_an_empty_source_makes_a_report_without_verdicts(tmp_path: Path, sort: str) -> None:
    nothing = opened(sites=[1]).clear()
    nothing.write_parquet(tmp_path / "a.parquet")
    (tmp_path / "a.jsonl").write_text("\n\n", encoding="utf-8")
    (tmp_path / "a.csv").write_text("id,type,subject,time\n", encoding="utf-8")
    files = {suffix: tmp_path / f"a.{suffix}" for suffix in ("parquet", "jsonl", "csv")}
    sources = {"list": [], "frame": nothing, "lazy": nothing.lazy(), **files, "several": list(files.values())}
    whole = sla.load("intercall")
    for terms in (TERMS, whole):
        report = sla.evaluate(terms, sources[sort])
        assert apart(expected_of(terms, [], None), report) == []
        assert (report.verdicts.height, report.breaches.height, report.as_of, report.exit_code) == (0, 0, None, 0)
        assert report.verdicts.schema == report.lazy.collect_schema()
        assert len(report.summary) == len(terms.policies)
        assert report.attainment().is_empty()
        assert json.loads(report.to_json())["verdicts"] == []
        assert report.to_markdown()


def test_a_source_without_a_single_event_that_can_be_read_is_refused() -> None:
    with pytest.raises(sla.InputError, match="no row is an event; the first problem: "):
        sla.evaluate(TERMS, opened(sites=[1]).with_columns(time=pl.lit("noon")))


# --- very many findings ------------------------------------------------------------------------------------------

MOST_FINDINGS = 10_000
"""Of a kind that are listed one by one."""
TOO_MANY = MOST_FINDINGS + 7


def test_findings_beyond_the_first_many_are_counted_in_one() -> None:
    size = TOO_MANY
    frame = opened(sites=["many"] * size, level=["P1", *["P7"] * (size - 1)], vip=[True] * size)
    report = sla.evaluate(TERMS, pl.concat([frame, frame.with_columns(type=pl.lit("closed"), subject=pl.lit("?"))]))
    assert outcomes(report) == {"pending": size}
    listed = Counter(finding.kind for finding in report.findings if finding.count == 1)
    assert listed == {"wrong_value": MOST_FINDINGS, "stop_without_start": MOST_FINDINGS}
    rest = sorted((finding.kind, finding.count) for finding in report.findings if finding.count > 1)
    assert rest == [("stop_without_start", 7), ("wrong_value", 2 * size - 1 - MOST_FINDINGS)]
    assert counted_findings(report) == {"wrong_value": 2 * size - 1, "stop_without_start": size}


def test_rows_that_are_no_events_beyond_the_first_many_are_counted_in_one() -> None:
    frame = opened(sites=[1] * TOO_MANY).with_columns(time=pl.lit("2026-03-02T12:00:00"))
    good = opened(sites=[1]).with_columns(time=pl.lit("2026-03-02T12:00:00Z"))
    report = sla.evaluate(TERMS, pl.concat([frame, good]))
    assert outcomes(report) == {"pending": 1}
    assert sum(counted_findings(report).values()) == TOO_MANY
    assert [finding.count for finding in report.findings if finding.count > 1] == [7]


def test_an_undeclared_type_is_one_finding_that_counts_its_events() -> None:
    frame = opened(sites=[1] * TOO_MANY).with_columns(type=pl.lit("openned"))
    report = sla.evaluate(TERMS, pl.concat([frame, opened(sites=[1])]))
    (finding,) = report.findings
    assert (finding.kind, finding.count) == ("unknown_type", TOO_MANY)
    assert "did you mean `opened`?" in finding.message
    assert outcomes(report) == {"pending": 1}


# --- nothing lost ------------------------------------------------------------------------------------------------


def test_every_row_is_an_event_or_a_finding_and_every_event_a_verdict_or_a_finding() -> None:
    good: dict[str, Any] = {"type": "opened", "subject": "S", "time": "2026-03-02T12:00:00Z"}
    rows: list[dict[str, Any]] = []
    for number in range(300):
        row = {**good, "id": str(number % 250), "subject": f"S{number % 90}", "sites": number}
        row["type"] = ("opened", "closed", "opened", "unheard")[number % 4]
        if number % 7 == 0:
            row[("type", "subject", "time")[number % 3]] = None
        if number % 11 == 0:
            row["time"] = "2026-03-02T12:00"
        rows.append(row)
    report = sla.evaluate(TERMS, pl.DataFrame(rows))
    found = counted_findings(report)
    came_in = sum(report.judged.given.values())
    assert len(rows) == came_in + found["unreadable"] + found["naive_time"]
    assert min(found["unreadable"], found["naive_time"]) > 0
    told = {finding.event for finding in report.findings}
    seen = told | {name for names in report.verdicts["evidence"].to_list() for name in names}
    known = came_in - found["duplicate"] - found["conflicting_id"] - found["unknown_type"]
    # At one instant a further start of a case that is open already opens nothing.
    starts = [row for row in rows if row["type"] == "opened" and row["time"] == good["time"] and row["subject"]]
    again = len(starts) - len({row["subject"] for row in starts})
    assert known - again <= len(seen) <= came_in
