"""What a report writes is read back: CSV, Parquet, Arrow, pandas, Excel, JSON."""

import csv
import json
import sys
import zipfile
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import duckdb
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from jsonschema import Draft202012Validator

import sla_rules as sla
from sla_rules.judged import frame_of
from sla_rules.report import Report, excel, shape
from sla_rules.testing.simulate.months import month as simulated
from tests.conftest import History
from tests.report.making import desk, judged, through

FORMULA = '=cmd|"/c calc"!A1'
ODD = 'a,"b"\n=1+1;ü'
SCHEMA = Path(shape.__file__).with_name("report.schema.json")
FEW = dict.fromkeys(("tickets", "calls", "emails", "reservations", "rooms", "adhoc", "conferences", "sites"), 25)


@pytest.fixture(scope="module")
def report() -> Report:
    return Report(judged())


def odd() -> Report:
    history = History(FORMULA).add("opened", "2026-03-02T10:00:00Z", id=ODD, site="=s")
    history.add("answered", "2026-03-02T12:00:00.000001Z").add("opened", "2026-03-02T10:00:00Z", subject=ODD, site="s")
    return Report(judged(history))


def test_parquet_holds_the_verdicts_and_where_they_come_from(report: Report, tmp_path: Path) -> None:
    report.to_parquet(tmp_path / "v.parquet")
    assert pl.read_parquet(tmp_path / "v.parquet").equals(report.verdicts)
    assert pl.read_parquet(tmp_path / "v.parquet").schema == report.verdicts.schema
    assert json.loads(pl.read_parquet_metadata(tmp_path / "v.parquet")["sla_rules"]) == report.provenance


def test_other_tools_read_the_parquet(report: Report, tmp_path: Path) -> None:
    path = tmp_path / "v.parquet"
    report.to_parquet(str(path))
    query = f"select policy, count(*) from '{path}' where outcome = 'breached' group by all order by all"
    breached = report.verdicts.filter(outcome="breached").group_by(pl.col("policy").cast(pl.String)).len()
    assert duckdb.sql(query).fetchall() == sorted(breached.rows())
    assert len(pd.read_parquet(path)) == len(report.verdicts)


def test_csv_holds_every_column(tmp_path: Path) -> None:
    made = odd()
    made.to_csv(tmp_path / "v.csv")
    with (tmp_path / "v.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    verdicts = made.of(made.verdicts)
    assert list(rows[0]) == made.verdicts.columns
    for row, verdict in zip(rows, verdicts, strict=True):
        plain = verdict.to_dict()
        for name in ("key", "clauses", "exempted_by", "evidence"):
            assert json.loads(row[name]) == plain[name]
        for name in ("start", "due", "stop"):
            assert (row[name] or None) == plain[name]
        for name in ("limit", "elapsed", "margin"):
            assert row[name] == ("" if plain[name] is None else str(plain[name]))
        assert (row["policy"], row["subject"]) == (verdict.policy, verdict.subject)
    assert {ODD, FORMULA} < {row["subject"] for row in rows}


def test_csv_without_a_path_is_the_text_of_the_file(tmp_path: Path) -> None:
    made = odd()
    made.to_csv(tmp_path / "v.csv")
    assert made.to_csv() == (tmp_path / "v.csv").read_bytes().decode("utf-8")


@pytest.mark.parametrize("export", ["to_json", "to_csv", "to_parquet", "to_excel"])
def test_what_is_no_path_is_refused(report: Report, export: str) -> None:
    with pytest.raises(sla.SlaError, match="`7` is not the path of a file"):
        getattr(report, export)(7)


def test_csv_lists_stay_whole_with_windows_and_the_basis_of_a_limit(tmp_path: Path) -> None:
    made = Report(judged())
    made.to_csv(tmp_path / "v.csv")
    (outage,) = pl.read_csv(tmp_path / "v.csv").filter(policy="up", outcome="breached").rows(named=True)
    (window,) = json.loads(outage["standing_still"])
    assert (window["kind"], window["start"]) == ("down", "2026-03-10T00:00:00+00:00")
    assert json.loads(outage["basis"]) == []


def test_arrow_and_pandas_hold_the_verdicts(report: Report) -> None:
    table = report.to_arrow()
    assert isinstance(table, pa.Table)
    assert pl.from_arrow(table).equals(report.verdicts)
    frame = report.to_pandas()
    assert isinstance(frame, pd.DataFrame)
    assert list(frame.columns) == report.verdicts.columns
    assert frame["start"].dropna().tolist() == [
        pd.Timestamp(at) for at in report.verdicts["start"].drop_nulls().to_list()
    ]
    assert frame["margin"].dropna().dt.total_seconds().min() < 0


@pytest.mark.parametrize(
    ("export", "package", "extra"),
    [
        ("to_arrow", "pyarrow", "pandas"),
        ("to_pandas", "pandas", "pandas"),
        ("to_pandas", "pyarrow", "pandas"),
        ("to_excel", "xlsxwriter", "excel"),
    ],
)
def test_a_package_that_is_not_there_is_named_with_its_extra(
    report: Report, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, export: str, package: str, extra: str
) -> None:
    monkeypatch.setitem(sys.modules, package, None)
    arguments = [tmp_path / "r.xlsx"] if export == "to_excel" else []
    with pytest.raises(sla.SlaError, match=rf"{package} is not installed; `pip install sla-rules\[{extra}\]`"):
        getattr(report, export)(*arguments)


@pytest.mark.parametrize("export", ["to_json", "to_csv", "to_parquet", "to_excel"])
def test_a_file_that_cannot_be_written_is_named(report: Report, tmp_path: Path, export: str) -> None:
    path = tmp_path / "none" / "file"
    with pytest.raises(sla.SlaError) as refused:
        getattr(report, export)(path)
    assert str(refused.value).startswith(f"{path}: cannot be written: ")


def sheets(path: Path) -> dict[str, list[dict[str, Any]]]:
    """The sheets of a workbook, read as XML: rows by header, and no cell with a formula."""
    space = {"m": "http://schemas.openxmlformats.org/spreadsheetml/2006/main"}
    with zipfile.ZipFile(path) as book:
        shared = ElementTree.fromstring(book.read("xl/sharedStrings.xml"))
        texts = ["".join(part.itertext()) for part in shared.findall("m:si", space)]
        names = [
            sheet.get("name")
            for sheet in ElementTree.fromstring(book.read("xl/workbook.xml")).iter()
            if sheet.get("sheetId")
        ]
        found = {}
        for number, name in enumerate(names, 1):
            sheet = ElementTree.fromstring(book.read(f"xl/worksheets/sheet{number}.xml"))
            assert sheet.findall(".//m:f", space) == []
            assert sheet.findall(".//m:hyperlink", space) == []
            rows = []
            for row in sheet.findall(".//m:row", space):
                cells = {}
                for cell in row.findall("m:c", space):
                    value = cell.find("m:v", space)
                    column = "".join(filter(str.isalpha, str(cell.get("r"))))
                    if value is not None:
                        cells[column] = texts[int(str(value.text))] if cell.get("t") == "s" else float(str(value.text))
                rows.append(cells)
            header, *rest = rows
            found[str(name)] = [{header[column]: value for column, value in row.items()} for row in rest]
    return found


def test_excel_holds_five_sheets(report: Report, tmp_path: Path) -> None:
    report.to_excel(tmp_path / "r.xlsx")
    book = sheets(tmp_path / "r.xlsx")
    assert list(book) == ["summary", "breaches", "attainment", "findings", "provenance"]
    assert [(row["promise"], row["status"]) for row in book["summary"]] == [
        (line.name, line.status) for line in report.summary
    ]
    assert [row["reason"] for row in book["breaches"]] == report.breaches["reason"].to_list()
    assert len(book["attainment"]) == len(report.attainment())
    assert {row["what"]: row["value"] for row in book["provenance"]}["hash"] == report.agreement.hash
    first, breach = book["breaches"][0], report.of(report.breaches)[0]
    assert first["start"] == breach.to_dict()["start"]
    assert breach.margin is not None
    assert first["margin (s)"] == breach.margin / timedelta(seconds=1)
    assert "instants are in UTC, spans in seconds" in {row["value"] for row in book["provenance"]}


def test_excel_runs_no_text_as_a_formula(tmp_path: Path) -> None:
    odd().to_excel(tmp_path / "r.xlsx")
    subjects = {row.get("subject") for row in sheets(tmp_path / "r.xlsx")["breaches"]}
    assert {FORMULA, ODD} <= subjects


def test_excel_cuts_what_a_sheet_cannot_hold_and_says_so(
    report: Report, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(excel, "MOST_ROWS", 3)
    monkeypatch.setattr(excel, "MOST_CHARACTERS", 20)
    report.to_excel(tmp_path / "r.xlsx")
    book = sheets(tmp_path / "r.xlsx")
    assert len(book["breaches"]) == 3
    reason = report.breaches["reason"][0]
    assert book["breaches"][0]["reason"] == f"{reason[:19]}…"
    assert len(report.breaches) > 3


def test_excel_says_which_sheet_was_cut(report: Report, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(excel, "MOST_ROWS", 10)
    report.to_excel(tmp_path / "r.xlsx")
    told = {row["what"]: row["value"] for row in sheets(tmp_path / "r.xlsx")["provenance"]}
    cut = {"breaches": len(report.breaches), "attainment": len(report.attainment())}
    expected = {name: f"the first 10 of {rows} rows, a sheet holds no more" for name, rows in cut.items() if rows > 10}
    assert expected
    assert {name: value for name, value in told.items() if "a sheet holds no more" in value} == expected


def test_json_is_written_as_it_is_returned(report: Report, tmp_path: Path) -> None:
    text = report.to_json(tmp_path / "r.json")
    assert (tmp_path / "r.json").read_text("utf-8") == text == report.to_json()


def test_json_holds_the_shares_without_floats(report: Report) -> None:
    shares = json.loads(report.to_json(), parse_float=lambda text: pytest.fail(f"a float: {text}"))["attainment"]
    assert [(row["policy"], row["period"], row["share"]) for row in shares] == report.attainment().select(
        pl.col("policy").cast(pl.String), "period", "share"
    ).rows()


def month_of_all_policies() -> Report:
    made = simulated(seed=3, year=2026, month=3, problems=10, invoices=10, **FEW)
    return Report(sla.judge(sla.load("intercall"), made.events, as_of=made.as_of))


MADE: dict[str, Callable[[], Report]] = {
    "desk": lambda: Report(judged()),
    "odd": odd,
    "nothing": lambda: Report(judged(History(), as_of=None)),
    "intercall": month_of_all_policies,
    "frame": lambda: Report(through(judged())),
}


@pytest.mark.parametrize("name", MADE)
def test_real_reports_have_the_shape_that_is_shipped(name: str) -> None:
    schema = json.loads(SCHEMA.read_text("utf-8"))
    Draft202012Validator(schema).validate(json.loads(MADE[name]().to_json()))


def test_the_shape_that_is_shipped_is_that_of_the_code() -> None:
    assert SCHEMA.read_text("utf-8") == shape.schema_text(), "python -m sla_rules.report.shape prints it"
    Draft202012Validator.check_schema(shape.json_schema())


@pytest.mark.parametrize("broken", ["format", "hash", "verdicts"])
def test_the_shape_refuses_what_is_no_report(report: Report, broken: str) -> None:
    whole = json.loads(report.to_json())
    validator = Draft202012Validator(shape.json_schema())
    assert validator.is_valid(whole)
    assert not validator.is_valid({name: value for name, value in whole.items() if name != broken})
    assert not validator.is_valid({**whole, "more": 1})
    wrong = dict(whole["verdicts"][0], outcome="late")
    assert not validator.is_valid({**whole, "verdicts": [wrong]})


def test_the_first_and_last_years_are_written_exactly(tmp_path: Path) -> None:
    history = History().add("opened", "0001-01-01T00:00:00Z", site="s")
    verdicts = judged(history.add("answered", "9999-12-31T23:59:59.999999Z"), as_of=None)
    made = Report(verdicts)
    made.to_csv(tmp_path / "v.csv")
    rows = pl.read_csv(tmp_path / "v.csv").filter(policy="answer")
    assert rows["start"].to_list() == ["0001-01-01T00:00:00Z"]
    assert rows["stop"].to_list() == ["9999-12-31T23:59:59.999999Z"]
    assert made.verdicts["start"][0] == datetime(1, 1, 1, tzinfo=UTC)
    assert made.verdicts.equals(frame_of(verdicts))


def test_titles_and_texts_are_those_of_the_agreement(tmp_path: Path) -> None:
    made = Report(judged(made=desk(clauses=[{"id": "answer", "section": "=1+1"}, {"id": "share"}, {"id": "up"}])))
    made.to_excel(tmp_path / "r.xlsx")
    assert sheets(tmp_path / "r.xlsx")["summary"][0]["section"] == "=1+1"
