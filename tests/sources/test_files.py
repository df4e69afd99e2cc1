"""Files: which a path, a glob or a list names, rows of text, Parquet, and everything that may be wrong with one."""

import csv
import json
import os
from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

import sla_rules as sla
from sla_rules.sources import batches, parts, place, read_events, refusals, text
from sla_rules.sources import native as native_module
from sla_rules.sources import rows as rows_module
from tests.sources.tools import NOON, TERMS, as_came, came, lines, opened, told


def parquet(path: Path, *rows: dict[str, Any], **columns: Any) -> Path:
    pl.DataFrame(rows or columns, infer_schema_length=None).write_parquet(path)
    return path


class TestJsonLines:
    def test_broken_lines_are_findings_and_the_rest_is_kept(self, tmp_path: Path) -> None:
        path = lines(
            tmp_path / "e.jsonl",
            opened("A", id="1", level="x"),
            '{"type": "opened"',
            "",
            "[1]",
            opened("B", time="2026-03-02T12:00:00"),
            opened("", id="9"),
            {"type": "opened", "subjct": "C", "time": "2026-03-02T12:00:00Z"},
            opened(7, data={"level": "y", "sites": None}, level="top", sites=3),
            opened("E", id=["no"]),
        )
        incoming = batches(path, TERMS)
        assert came(incoming) == [
            ("1", "opened", "A", NOON, {"level": "x"}, "e.jsonl:1"),
            (None, "opened", "7", NOON, {"level": "y"}, "e.jsonl:8"),
        ]
        findings = told(incoming)
        assert [(kind, where) for kind, _, where in findings] == [
            ("unreadable", "e.jsonl:2"),
            ("unreadable", "e.jsonl:4"),
            ("naive_time", "e.jsonl:5"),
            ("unreadable", "e.jsonl:6"),
            ("unreadable", "e.jsonl:7"),
            ("unreadable", "e.jsonl:9"),
        ]
        assert [message for _, message, _ in findings][3:5] == [
            "`subject` is missing",
            "`subject` is missing, did you mean `subjct`?",
        ]
        assert incoming.rows == 8
        assert incoming.columns == ["level", "sites"]

    @pytest.mark.parametrize(
        ("line", "message"),
        [
            (b'{"type": "\xff"}', "not UTF-8: byte 10"),
            (b'{"type": "\\ud800"}', "half a character (a lone surrogate)"),
        ],
    )
    def test_what_is_no_text_is_a_finding(self, tmp_path: Path, line: bytes, message: str) -> None:
        path = tmp_path / "e.ndjson"
        path.write_bytes(b"\xef\xbb\xbf" + json.dumps(opened()).encode() + b"\n" + line + b"\n")
        assert told(batches(path, TERMS)) == [("unreadable", message, "e.ndjson:2")]

    def test_numbers_keep_every_digit(self, tmp_path: Path) -> None:
        row = json.dumps(opened()).removesuffix("}") + ', "share": 0.10000000000000000001, "x": NaN, "n": [1, 2.0]}'
        (frame,) = batches(lines(tmp_path / "e.jsonl", row), TERMS)
        assert frame["json:share"].to_list() == ["0.10000000000000000001"]
        assert (frame["json:x"].item(), frame["json:n"].item()) == ("NaN", "[1, 2.0]")

    def test_null_is_missing(self, tmp_path: Path) -> None:
        path = lines(tmp_path / "e.jsonl", opened(level=None), opened(level="null"))
        (frame,) = batches(path, TERMS)
        assert frame["json:level"].to_list() == [None, '"null"']

    def test_empty_files_have_no_events(self, tmp_path: Path) -> None:
        for content in ("", "\n \n"):
            path = tmp_path / "e.jsonl"
            path.write_text(content, encoding="utf-8")
            incoming = batches(path, TERMS)
            assert (list(incoming), incoming.rows, incoming.findings) == ([], 0, [])

    def test_a_file_without_any_event_is_refused_with_its_first_problem(self, tmp_path: Path) -> None:
        path = lines(tmp_path / "e.jsonl", "nonsense")
        for read in (lambda: list(batches(path, TERMS)), lambda: read_events(path, TERMS)):
            with pytest.raises(sla.InputError, match=rf"^{path}: no row is an event; the first problem: not JSON"):
                read()


class TestCsv:
    def test_cells_are_read_as_declared_and_quoted_newlines_count_as_lines(self, tmp_path: Path) -> None:
        path = lines(
            tmp_path / "e.csv",
            "id,type,subject,time,level,sites,share,vip,lines,other",
            '1,opened,S,2026-03-02T12:00:00Z,"two\nlines",3,1.50,true,"[{""a"": 1}]",4',
            ",opened,T,2026-03-02T12:00:00Z,,3.0,2,no,,",
            "",
            "3,opened,U",
            '4,opened,V,2026-03-02T12:00:00Z,"open,,,,,',
            "5,opened,W,2026-03-02T12:00:00Z,,,,,,",
        )
        incoming = batches(path, TERMS)
        events = came(incoming)
        data = {
            "level": "two\nlines",
            "sites": 3,
            "share": Decimal("1.50"),
            "vip": True,
            "lines": [{"a": 1}],
            "other": "4",
        }
        assert events == [
            ("1", "opened", "S", NOON, data, "e.csv:2"),
            (None, "opened", "T", NOON, {"sites": Decimal("3.0"), "share": Decimal(2), "vip": "no"}, "e.csv:4"),
        ]
        assert told(incoming) == [
            ("unreadable", "3 cells, the header has 10", "e.csv:6"),
            ("unreadable", "5 cells, the header has 10, up to line 8: a quote is not closed?", "e.csv:7"),
        ]
        assert incoming.columns == ["level", "sites", "share", "vip", "lines", "other"]
        assert as_came(read_events(path, TERMS)[0]) == events

    @pytest.mark.parametrize(
        ("content", "message"),
        [
            ("", "no column `type`; columns: []"),
            ("type,subject,tme\n", "no column `time`, did you mean `tme`?; columns: ['type', 'subject', 'tme']"),
            ("type,subject,time,time\n", "column `time` stands there twice"),
            ("a" * 200_000, "the header is not CSV: a name of 200000 characters"),
            (
                'type,subject,time,"note\nopened,S,2026-03-02T12:00:00Z,\n',
                "the header is not CSV: a quote is not closed",
            ),
            ("type;subject;time\nopened;S;2026-03-02T12:00:00Z\n", "its columns are separated by `;`, not `,`"),
            ('"type"\t"subject"\t"time"\n', "its columns are separated by a tab, not `,`"),
        ],
    )
    def test_a_wrong_header_is_refused(self, tmp_path: Path, content: str, message: str) -> None:
        path = tmp_path / "e.csv"
        path.write_text(content, encoding="utf-8")
        for read in (batches, read_events):
            with pytest.raises(sla.InputError) as refused:
                read(path, TERMS)  # type: ignore[operator]
            assert str(refused.value) == f"{path}: {message}"

    def test_a_header_alone_has_no_events(self, tmp_path: Path) -> None:
        incoming = batches(lines(tmp_path / "e.csv", "type,subject,time,level"), TERMS)
        assert (list(incoming), incoming.rows, incoming.columns) == ([], 0, ["level"])

    def test_bytes_that_are_no_text_are_a_finding(self, tmp_path: Path) -> None:
        path = tmp_path / "e.csv"
        path.write_bytes(b"type,subject,time\nopened,S,2026-03-02T12:00:00Z\nopened,\xff,2026-03-02T12:00:00Z\n")
        assert told(batches(path, TERMS)) == [("unreadable", "not UTF-8", "e.csv:3")]

    def test_a_long_cell_is_one_cell_whatever_lines_it_has(self, tmp_path: Path) -> None:
        """Half way through it, its lines would be events."""
        note = "x" * 10_000_000 + "\nclosed,S,2026-03-02T13:00:00Z,\nend"
        path = lines(
            tmp_path / "e.csv",
            "type,subject,time,level",
            f'opened,S,2026-03-02T12:00:00Z,"{note}"',
            "closed,S,2026-03-02T18:00:00Z,",
        )
        incoming = batches(path, TERMS)
        assert [(type, place, len(data.get("level", ""))) for _, type, _, _, data, place in came(incoming)] == [
            ("opened", "e.csv:2", len(note)),
            ("closed", "e.csv:5", 0),
        ]
        assert incoming.findings == []

    def test_after_a_cell_that_is_too_long_nothing_is_read(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(rows_module, "LONGEST_CELL", 100)
        before = csv.field_size_limit(100)
        try:
            path = lines(
                tmp_path / "e.csv",
                "type,subject,time,level",
                "opened,S,2026-03-02T12:00:00Z,",
                f'opened,T,2026-03-02T12:00:00Z,"{"x" * 101}',
                "closed,S,2026-03-02T13:00:00Z,",
                'end"',
                "closed,S,2026-03-02T18:00:00Z,",
            )
            incoming = batches(path, TERMS)
            assert [place for *_, place in came(incoming)] == ["e.csv:2"]
            assert told(incoming) == [
                (
                    "unreadable",
                    "not CSV: field larger than field limit (100); from here on the file is not read",
                    "e.csv:3",
                )
            ]
        finally:
            csv.field_size_limit(before)

    def test_the_limit_of_the_process_is_never_lowered(self, tmp_path: Path) -> None:
        path = lines(tmp_path / "e.csv", "type,subject,time", "opened,S,2026-03-02T12:00:00Z")
        before = csv.field_size_limit(rows_module.LONGEST_CELL + 1)
        try:
            assert len(came(batches(path, TERMS))) == 1
            assert csv.field_size_limit() == rows_module.LONGEST_CELL + 1
        finally:
            csv.field_size_limit(before)

    def test_a_last_cell_that_is_not_closed_swallows_no_rows_in_silence(self, tmp_path: Path) -> None:
        path = lines(
            tmp_path / "e.csv",
            "type,subject,time,level",
            "opened,S,2026-03-02T12:00:00Z,",
            'opened,T,2026-03-02T12:00:00Z,"open',
            "closed,S,2026-03-02T13:00:00Z,",
        )
        incoming = batches(path, TERMS)
        assert [place for *_, place in came(incoming)] == ["e.csv:2"]
        assert told(incoming) == [("unreadable", "a quote is not closed, up to line 4", "e.csv:3")]

    @pytest.mark.parametrize("end", ["", "\n", "\r\n", "\n\n"])
    def test_a_last_cell_that_is_closed_is_read_however_the_file_ends(self, tmp_path: Path, end: str) -> None:
        path = tmp_path / "e.csv"
        path.write_bytes(f'type,subject,time,level\nopened,S,2026-03-02T12:00:00Z,"a\nb"{end}'.encode())
        assert [data for *_, data, _ in came(batches(path, TERMS))] == [{"level": "a\nb"}]


class TestUtf16:
    """What spreadsheets save as "Unicode text"."""

    @pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be"])
    @pytest.mark.parametrize("first", ["type", "№"])
    def test_csv(self, tmp_path: Path, encoding: str, first: str) -> None:
        path = tmp_path / "e.csv"
        path.write_text(f"{first},subject,time\nopened,S,2026-03-02T12:00:00Z\n", encoding=encoding)
        for read in (batches, read_events):
            with pytest.raises(sla.InputError) as refused:
                read(path, TERMS)  # type: ignore[operator]
            assert str(refused.value) == f"{path}: the file is UTF-16, save it as UTF-8"

    @pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be"])
    def test_json_lines(self, tmp_path: Path, encoding: str) -> None:
        path = tmp_path / "e.jsonl"
        path.write_text(f"{json.dumps(opened())}\n" * 2, encoding=encoding)
        for read in (lambda: list(batches(path, TERMS)), lambda: read_events(path, TERMS)):
            with pytest.raises(sla.InputError) as refused:
                read()
            assert str(refused.value).endswith("the first problem: the file is UTF-16, save it as UTF-8")

    def test_a_few_bytes_of_nothing_are_not_utf_16(self, tmp_path: Path) -> None:
        path = tmp_path / "e.jsonl"
        path.write_bytes(b"\0" * 400 + f"\n{json.dumps(opened())}\n".encode())
        assert len(came(batches(path, TERMS))) == 1
        path = tmp_path / "e.csv"
        path.write_bytes(b"type,subject,time,no\0te\nopened,S,2026-03-02T12:00:00Z,\n")
        assert len(came(batches(path, TERMS))) == 1


class TestParquet:
    def test_fields_keep_their_types(self, tmp_path: Path) -> None:
        moment = datetime(2026, 3, 2, 12, tzinfo=UTC)
        path = parquet(
            tmp_path / "e.parquet",
            id=[1, None], type=["opened", "closed"], subject=[7, 8], time=[moment] * 2, sites=[3, None],
            share=[Decimal("1.5"), None], due=[moment, None], lines=[[{"a": 1}], None],
        )  # fmt: skip
        (frame,) = batches(path, TERMS)
        assert came([frame]) == [
            (
                "1", "opened", "7", NOON,
                {"sites": 3, "share": Decimal("1.5"), "due": moment, "lines": [{"a": 1}]}, "e.parquet: row 1",
            ),
            (None, "closed", "8", NOON, {}, "e.parquet: row 2"),
        ]  # fmt: skip
        assert frame.schema["sites"] == pl.Int64
        assert frame.schema["due"] == pl.Datetime("us", "UTC")

    @pytest.mark.parametrize("keep", [0, 3, 0.5, -1])
    def test_a_file_cut_off_is_refused_by_name(self, tmp_path: Path, keep: float) -> None:
        path = parquet(tmp_path / "e.parquet", opened())
        whole = path.read_bytes()
        path.write_bytes(whole[: int(len(whole) * keep) if isinstance(keep, float) else keep])
        for read in (batches, read_events):
            with pytest.raises(sla.InputError, match=rf"^{path}: cannot be read: "):
                read(path, TERMS)  # type: ignore[operator]

    def test_a_file_damaged_inside_is_refused_when_it_is_read(self, tmp_path: Path) -> None:
        path = tmp_path / "e.parquet"
        pl.DataFrame([opened(str(n), id=str(n * n)) for n in range(5_000)]).write_parquet(path)
        content = bytearray(path.read_bytes())
        content[100:2_000:7] = bytes(byte ^ 255 for byte in content[100:2_000:7])
        path.write_bytes(content)
        with pytest.raises(sla.InputError, match=rf"^{path}: cannot be read: "):
            list(batches(path, TERMS))

    def test_no_rows(self, tmp_path: Path) -> None:
        path = tmp_path / "e.parquet"
        pl.DataFrame(schema={"type": pl.String, "subject": pl.String, "time": pl.Datetime("us", "UTC")}).write_parquet(
            path
        )
        incoming = batches(path, TERMS)
        assert (list(incoming), incoming.rows, incoming.findings) == ([], 0, [])

    def test_slices_lose_nothing_and_number_the_rows(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(native_module, "SLICE", 7)
        rows = [opened(str(n) if n % 5 else None) for n in range(1, 31)]
        incoming = batches(parquet(tmp_path / "e.parquet", *rows), TERMS)
        frames = list(incoming)
        assert [frame.height for frame in frames] == [6, 6, 5, 6, 1]
        assert [(subject, int(where.split()[-1])) for _, _, subject, _, _, where in came(frames)] == [
            (str(n), n) for n in range(1, 31) if n % 5
        ]
        assert [where for _, _, where in told(incoming)] == [f"e.parquet: row {n}" for n in range(5, 31, 5)]


class TestManyFiles:
    def test_a_glob_is_read_in_order_and_each_file_has_its_own_columns(self, tmp_path: Path) -> None:
        for n in range(10):
            more = [{"sites": n}, {"sites": str(n)}, {"level": "x"}, {}][n % 4]
            parquet(tmp_path / f"{9 - n}.parquet", opened(f"S{n}", **more))
        incoming = batches(tmp_path / "*.parquet", TERMS)
        assert [subject for _, _, subject, *_ in came(incoming)] == [f"S{n}" for n in reversed(range(10))]
        assert {frame["@file"].dtype for frame in incoming} == {pl.Enum([f"{n}.parquet" for n in range(10)])}
        kinds = [frame.schema.get("sites") for frame in incoming]
        assert kinds == [pl.String, pl.Int64, None, None, pl.String, pl.Int64, None, None, pl.String, pl.Int64]
        assert incoming.columns == ["sites", "level"]
        assert pl.concat(f.select("@file", "@row") for f in incoming).height == 10

    def test_files_of_all_sorts_in_a_list(self, tmp_path: Path) -> None:
        a = lines(tmp_path / "a.jsonl", opened("A"))
        b = lines(tmp_path / "b.csv", "type,subject,time", "opened,B,2026-03-02T12:00:00Z")
        c = parquet(tmp_path / "c.parquet", opened("C"))
        assert [place for *_, place in came(batches([a, str(b), c], TERMS))] == [
            "a.jsonl:1",
            "b.csv:2",
            "c.parquet: row 1",
        ]
        assert len(came(batches([a, a, str(tmp_path / "*.jsonl")], TERMS))) == 1

    def test_names_that_repeat_are_written_with_their_folders(self, tmp_path: Path) -> None:
        for folder in ("x", "y"):
            (tmp_path / folder).mkdir()
            lines(tmp_path / folder / "e.jsonl", opened(folder))
        places = [place for *_, place in came(batches(f"{tmp_path}/**/*.jsonl", TERMS))]
        assert places == [f"{tmp_path}{os.sep}{folder}{os.sep}e.jsonl:1" for folder in ("x", "y")]

    def test_a_file_whose_name_has_the_letters_of_a_glob(self, tmp_path: Path) -> None:
        for name in ("e[1].jsonl", "e[1].parquet"):
            path = tmp_path / name
            (lines if name.endswith("jsonl") else parquet)(path, opened("A"))  # type: ignore[operator]
            assert len(came(batches(path, TERMS))) == 1

    def test_a_column_that_every_event_needs_must_be_in_each(self, tmp_path: Path) -> None:
        parquet(tmp_path / "a.parquet", opened())
        parquet(tmp_path / "b.parquet", {"type": "opened", "subject": "S", "tyme": 1})
        with pytest.raises(sla.InputError, match=r"b\.parquet: no column `time`, did you mean `tyme`\?; columns: "):
            batches(tmp_path / "*.parquet", TERMS)

    def test_findings_of_all_files_are_counted_together(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(refusals, "MOST_FINDINGS", 3)
        path = lines(tmp_path / "c.jsonl", opened(), *"vwxyz")
        said = f"2 more rows of {path} cannot be read"
        assert read_events(path, TERMS)[1][3:] == [sla.Finding("unreadable", said, count=2)]
        assert told(batches(path, TERMS))[3:] == [("unreadable", said, "")]
        path.unlink()
        lines(tmp_path / "a.jsonl", opened(), "x", "y")
        parquet(tmp_path / "b.parquet", opened(), *[opened(None)] * 4)
        incoming = batches(tmp_path / "*", TERMS)
        findings = told(incoming)
        assert [where for _, _, where in findings] == ["a.jsonl:2", "a.jsonl:3", "b.parquet: row 2", ""]
        assert findings[-1][1] == "3 more rows of 2 files cannot be read"


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("none.jsonl", "none.jsonl: cannot be read: No such file or directory"),
        ("none.parquet", "none.parquet: cannot be read: No such file or directory"),
        ("*.parquet", "no file matches `"),
        ("e.xlsx", "e.xlsx: a file of events is one of .jsonl, .ndjson, .csv, .parquet"),
        ("", "a file of events is one of"),
        ("folder.csv", "folder.csv: cannot be read: Is a directory"),
    ],
)
def test_a_path_that_names_no_events_is_refused(tmp_path: Path, name: str, message: str) -> None:
    (tmp_path / "folder.csv").mkdir()
    with pytest.raises(sla.InputError) as refused:
        batches(tmp_path / name, TERMS)
    assert message in str(refused.value)


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ([], "^an empty list of files"),
        (["a.csv", 3], "^`3` is not the path of a file"),
        ([pl.DataFrame({"a": [1]})], "^a DataFrame is not the path of a file of events$"),
        (["a.csv", {"type": []}], "^a dict is not the path of a file of events$"),
        (3, "^`3` is no source of events"),
        ({"type": []}, "is no source of events"),
        (None, "^`None` is no source of events"),
        (pl.Series(["x"]), "is no source of events"),
    ],
)
def test_what_is_no_source_is_refused(source: object, message: str) -> None:
    with pytest.raises(sla.InputError, match=message):
        batches(source, TERMS)


@pytest.mark.parametrize(
    ("file", "said"),
    [("", "row 7"), ("e.csv", "e.csv:7"), ("e.parquet", "e.parquet: row 7"), ("E.PARQUET", "E.PARQUET: row 7")],
)
def test_places(file: str, said: str) -> None:
    assert place(file, 7) == said


def test_text_comes_in_batches(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(text, "TEXT_ROWS", 2)
    assert parts.TEXT_ROWS == 200_000
    path = lines(tmp_path / "e.jsonl", *[opened(str(n), level=n) if n % 4 else "x" for n in range(1, 8)])
    incoming = batches(path, TERMS)
    assert [frame["json:level"].to_list() for frame in incoming] == [["1", "2"], ["3"], ["5", "6"], ["7"]]
    assert [place for *_, place in came(incoming)] == [f"e.jsonl:{n}" for n in (1, 2, 3, 5, 6, 7)]


def test_a_source_is_iterated_as_often_as_asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(text, "TEXT_ROWS", 1)
    incoming = batches(lines(tmp_path / "e.jsonl", opened("A"), "x", opened("B")), TERMS)
    assert (incoming.rows, incoming.findings) == (0, [])
    first, findings = came(incoming), incoming.findings
    again = iter(incoming)
    next(again)
    findings_meanwhile = incoming.findings
    assert ([finding.place for finding in findings_meanwhile], incoming.rows) == (["e.jsonl:2"], 3)
    assert (came(incoming), incoming.findings, incoming.rows) == (first, findings, 3)
    assert len(findings) == 1


cell = st.sampled_from([None, "", "opened", "S", 3, True, 1.5, ["x"], {"a": 1}])
time = st.sampled_from(
    [None, "", "now", "2026-03-02T12:00:00Z", "2026-03-02T12:00:00", "2026-03-02 13:00+01", 3, "2026-02-30T00:00:00Z"]
)
data = st.sampled_from(
    [None, "", "{}", '{"a": 1.50}', '{"level": null}', '{"level": "inner"}', "[1]", "{", {"level": "x"}, 3]
)
good = st.fixed_dictionaries(
    {"type": st.just("opened"), "subject": st.just("S"), "time": st.just("2026-03-02T12:00:00Z")}
)
rows = st.lists(
    good
    | st.fixed_dictionaries(
        {"type": cell, "subject": cell, "time": time}, optional={"id": cell, "data": data, "level": cell}
    ),
    max_size=6,
)


def same_as_read_events(path: Path) -> None:
    """Events, findings or refusal are those of `read_events`, which reads row by row."""

    def outcome(read: Callable[[], Any]) -> Any:
        try:
            return read()
        except sla.InputError as error:
            return str(error)

    def at_once() -> Any:
        incoming = batches(path, TERMS)
        return came(incoming), incoming.findings

    def by_row() -> Any:
        events, findings = read_events(path, TERMS)
        return as_came(events), findings

    assert outcome(at_once) == outcome(by_row)


@given(rows)
def test_law_json_lines_are_what_read_events_says(tmp_path_factory: pytest.TempPathFactory, made: list[Any]) -> None:
    same_as_read_events(lines(tmp_path_factory.mktemp("law") / "e.jsonl", *made))


texts = st.sampled_from([None, "", "opened", "S"])
instants = st.sampled_from([None, 0, NOON, 253_402_300_800_000_000, -(2**61)])
packed = st.sampled_from(
    [None, "", "{}", '{"a": 1.50}', '{"level": null}', '{"level": "inner"}', "[1]", "{", '{"a": "\\ud800"}']
)


@given(
    st.lists(st.tuples(texts, texts, texts, time.filter(lambda t: t != 3), instants, packed, texts), max_size=6),
    st.booleans(),
)
def test_law_parquet_is_what_read_events_says(
    tmp_path_factory: pytest.TempPathFactory, made: list[Any], typed: bool
) -> None:
    frame = pl.DataFrame(
        made,
        schema={
            "id": pl.String, "type": pl.String, "subject": pl.Categorical, "text": pl.String,
            "instant": pl.Int64, "data": pl.String, "level": pl.String,
        },
        orient="row",
    )  # fmt: skip
    instant = pl.col("instant").cast(pl.Datetime("us", "UTC")) if typed else pl.col("text")
    path = tmp_path_factory.mktemp("law") / "e.parquet"
    frame.select("id", "type", "subject", instant.alias("time"), "data", "level").write_parquet(path)
    same_as_read_events(path)
