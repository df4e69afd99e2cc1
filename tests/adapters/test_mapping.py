"""Maps: what a file may say, and each shape from each kind of source."""

import json
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import sla_rules as sla
from sla_rules.adapters.incoming import incoming_of, mapped_events
from sla_rules.adapters.mapping import SourceMap, load_map
from sla_rules.cli import main
from sla_rules.report.evaluating import evaluate
from sla_rules.sources import batches
from tests.conftest import agreement
from tests.sources.tools import as_came, came

PRIORITY = {"kind": "text", "values": ["P1", "P2"]}
TERMS = agreement(
    {"start": "opened", "stop": "closed", "limit": {"by": "priority", "table": {"P1": "1 h", "P2": "8 h"}}},
    events={
        "opened": {
            "priority": PRIORITY,
            "sites": {"kind": "integer"},
            "share": {"kind": "decimal"},
            "vip": {"kind": "boolean"},
            "due": {"kind": "instant"},
            "day": {"kind": "date"},
            "lines": {"kind": "list"},
            "mixed": {"kind": "integer"},
        },
        "closed": {"mixed": {"kind": "text"}},
        "priority.changed": {"from": PRIORITY, "to": PRIORITY, "priority": PRIORITY},
        "sites.changed": {"from": {"kind": "integer"}, "to": {"kind": "integer"}, "sites": {"kind": "integer"}},
        "status_changed": {"status": {"kind": "text"}},
    },
)
NOON = 1_772_452_800_000_000
"""2026-03-02T12:00:00Z."""
HOUR = 3_600_000_000

Rows = list[dict[str, Any]]


def as_csv(rows: Rows, folder: Path) -> object:
    pl.DataFrame(rows).write_csv(folder / "log.csv")
    return folder / "log.csv"


def as_json_lines(rows: Rows, folder: Path) -> object:
    (folder / "log.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    return folder / "log.jsonl"


def as_parquet(rows: Rows, folder: Path) -> object:
    pl.DataFrame(rows).write_parquet(folder / "log.parquet")
    return folder / "log.parquet"


SOURCES: dict[str, Callable[[Rows, Path], object]] = {
    "csv": as_csv,
    "jsonl": as_json_lines,
    "parquet": as_parquet,
    "polars": lambda rows, _: pl.DataFrame(rows),
    "lazy": lambda rows, _: pl.LazyFrame(rows),
    "arrow": lambda rows, _: pl.DataFrame(rows).to_arrow(),
    "pandas": lambda rows, _: pl.DataFrame(rows).to_pandas(),
}


@pytest.fixture(params=SOURCES)
def source(request: pytest.FixtureRequest, tmp_path: Path) -> Callable[[Rows], Any]:
    return lambda rows: SOURCES[request.param](rows, tmp_path)


def events(source: object, map: SourceMap, **options: Any) -> list[tuple[Any, ...]]:
    """Type, subject, hours since noon and fields of the events, in order of time; no column is long enough to tell."""
    found, findings = mapped_events(source, TERMS, columns=map, **options)
    assert [each for each in findings if each.kind != "ambiguous_time"] == []
    known = [(e.type, e.subject, (e.at - NOON) / HOUR, e.data) for e in found]
    return sorted(known, key=lambda each: (each[1], each[2]))


def findings(source: object, map: SourceMap, **options: Any) -> list[tuple[str, str, str]]:
    found = mapped_events(source, TERMS, columns=map, **options)[1]
    return [(each.kind, each.message, each.place or "") for each in found]


def write(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    return path


WIDE = load_map(
    {
        "shape": "milestones",
        "columns": {"subject": "number", "priority": "prio"},
        "milestones": {"start": "opened", "end": "closed"},
        "values": {"priority": {"1 - Critical": "P1", "2 - High": "P2"}},
        "times": ["%d/%m/%Y %H:%M"],
        "timezone": "Europe/Paris",
        "missing": ["", "?"],
    }
)


class TestMilestones:
    def test_every_source(self, source: Callable[[Rows], Any]) -> None:
        rows = [
            {"number": "A", "start": "02/03/2026 13:00", "end": "2/3/2026 14:30", "prio": "1 - Critical"},
            {"number": "B", "start": "02/03/2026 13:00", "end": "?", "prio": "?"},
            {"number": "C", "start": "2026-03-02T12:00:00+0000", "end": "", "prio": "P2"},
        ]
        assert events(source(rows), WIDE) == [
            ("opened", "A", 0, {"priority": "P1"}),
            ("closed", "A", 1.5, {"priority": "P1"}),
            ("opened", "B", 0, {}),
            ("opened", "C", 0, {"priority": "P2"}),
        ]

    def test_ids_and_places(self, tmp_path: Path) -> None:
        path = write(
            tmp_path / "log.csv", 'number,note,start,end\nA,"two\nlines",2026-03-02T12:00Z,2026-03-02T13:00Z\n'
        )
        found, _ = mapped_events(path, TERMS, columns=WIDE.merged({"priority": "note"}))
        assert [(e.id, e.place) for e in found] == [("A/opened", "log.csv:2"), ("A/closed", "log.csv:2")]
        with_id = load_map({**WIDE.to_plain(), "columns": {"subject": "number", "id": "note"}})
        found, _ = mapped_events(path, TERMS, columns=with_id)
        assert [e.id for e in found] == ["two\nlines/opened", "two\nlines/closed"]

    def test_a_milestone_that_is_no_time(self, tmp_path: Path) -> None:
        path = write(
            tmp_path / "log.csv",
            "number,prio,start,end\nA,,2026-03-02T12:00Z,soon\n,,2026-03-02T12:00Z,\nB,,31/02/2026 12:00,\nC,,?,\n",
        )
        found, bad = mapped_events(path, TERMS, columns=WIDE)
        assert [(e.type, e.subject) for e in found] == [("opened", "A")]
        assert sorted((each.kind, each.place, each.message.split(" is ")[0]) for each in bad) == [
            ("unreadable", "log.csv:2", "end: `soon`"),
            ("unreadable", "log.csv:3", "`number`"),
            ("unreadable", "log.csv:4", "start: `31/02/2026 12:00`"),
            ("unreadable", "log.csv:5", "no milestone"),
        ]

    def test_typed_times(self) -> None:
        noon = datetime(2026, 3, 2, 12)
        frame = pl.DataFrame(
            {"number": ["A", "B"], "prio": [None, "2 - High"], "start": [noon, noon], "end": [noon, None]}
        )
        assert events(frame, WIDE, timezone="UTC") == [
            ("opened", "A", 0, {}),
            ("closed", "A", 0, {}),
            ("opened", "B", 0, {"priority": "P2"}),
        ]
        assert [each[2] for each in events(frame, WIDE)] == [-1, -1, -1]  # the map's zone
        in_milliseconds = frame.with_columns(pl.col("start", "end").dt.cast_time_unit("ms"))
        assert [each[2] for each in events(in_milliseconds, WIDE)] == [-1, -1, -1]
        with pytest.raises(sla.InputError, match=r"^column `start` has no time zone; name it with `timezone=`$"):
            incoming_of(frame, TERMS, columns=load_map({k: v for k, v in WIDE.to_plain().items() if k != "timezone"}))
        with pytest.raises(sla.InputError, match=r"^column `start` holds Date, "):
            incoming_of(frame.with_columns(start=date(2026, 3, 2)), TERMS, columns=WIDE)

    def test_naive_times_without_a_zone_are_findings(self, tmp_path: Path) -> None:
        path = write(
            tmp_path / "log.csv", "number,prio,start,end\nA,,2026-03-02T12:00Z,20/03/2026 12:00\nB,,2026-03-02T12:00,\n"
        )
        map = load_map({key: value for key, value in WIDE.to_plain().items() if key != "timezone"})
        assert sorted(found[::2] for found in findings(path, map)) == [
            ("naive_time", "log.csv:2"),
            ("naive_time", "log.csv:3"),
        ]
        assert findings(path, map, timezone="UTC") == []

    def test_years_have_four_digits(self, tmp_path: Path) -> None:
        path = write(tmp_path / "log.csv", "number,prio,start,end\nA,,29/03/16 02:30,29/03/2016 02:30\n")
        assert findings(path, WIDE)[0][::2] == ("unreadable", "log.csv:2")
        of_two = load_map({**WIDE.to_plain(), "times": ["%d/%m/%Y %H:%M", "%d/%m/%y %H:%M"], "timezone": "UTC"})
        found, bad = mapped_events(path, TERMS, columns=of_two)
        assert ({str(each.time) for each in found}, bad) == ({"2016-03-29 02:30:00+00:00"}, [])

    def test_the_dst_change(self, tmp_path: Path) -> None:
        path = write(tmp_path / "log.csv", "number,prio,start,end\nA,,29/03/2026 02:30,25/10/2026 02:30\n")
        found, _ = mapped_events(path, TERMS, columns=WIDE)
        assert [e.at for e in found] == [
            sla.Event(type="x", subject="x", time=time).at for time in ("2026-03-29T01:30:00Z", "2026-10-25T00:30:00Z")
        ]


class TestLastBy:
    MAP = load_map({**WIDE.to_plain(), "last_by": ["seen", "updated"]})

    @pytest.mark.parametrize(
        "late", [("02/03/2026 09:00", "1/3/2026 23:00"), ("2026-03-02T09:00Z", "2026-03-02T09:00+01:00"), ("10", "9")]
    )
    def test_the_latest_row_of_a_case_counts(self, source: Callable[[Rows], Any], late: tuple[str, str]) -> None:
        start = "2026-03-02T12:00:00Z"
        rows = [
            {"number": "A", "prio": "1 - Critical", "start": start, "end": "2026-03-02T14:00:00Z", "updated": late[0]},
            {"number": "B", "prio": "2 - High", "start": start, "end": "", "updated": late[1]},
            {"number": "A", "prio": "2 - High", "start": start, "end": "", "updated": late[1]},
            {"number": "B", "prio": "1 - Critical", "start": start, "end": "", "updated": late[1]},
        ]
        assert events(source(rows), self.MAP) == [
            ("opened", "A", 0, {"priority": "P1", "updated": late[0]}),
            ("closed", "A", 2, {"priority": "P1", "updated": late[0]}),
            ("opened", "B", 0, {"priority": "P1", "updated": late[1]}),  # of two as late, the last one
        ]

    def test_over_pieces_and_files(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        from sla_rules.adapters import raw

        monkeypatch.setattr(raw, "TEXT_ROWS", 3)
        for day in (2, 1):
            rows = "".join(f"S{n},P{day},2026-03-02T12:00Z,,2026-03-0{day}T00:00Z\n" for n in range(10))
            write(tmp_path / f"{day}.csv", "number,prio,start,end,updated\n" + rows)
        found, _ = mapped_events(tmp_path / "*.csv", TERMS, columns=self.MAP)
        assert {(e.data["priority"], e.place) for e in found} == {("P2", f"2.csv:{n}") for n in range(2, 12)}

    def test_rows_without_a_case_stay_findings(self, tmp_path: Path) -> None:
        path = write(
            tmp_path / "log.csv", "number,prio,start,end,seen\n,,2026-03-02T12:00Z,,2\n,,x,,1\nA,,2026-03-02T12:00Z,,\n"
        )
        assert [each[1:] for each in findings(path, self.MAP)] == [
            ("`number` is missing", "log.csv:2"),
            ("`number` is missing", "log.csv:3"),
        ]

    def test_what_cannot_be_ordered_is_no_older(self, source: Callable[[Rows], Any]) -> None:
        def row(number: str, updated: str | None, prio: str) -> dict[str, Any]:
            return {"number": number, "start": "2026-03-02T12:00:00Z", "end": "", "updated": updated, "prio": prio}

        good = "2026-03-02T12:00:00Z"
        rows = [row("A", "2026-03-0205:00", "P2"), row("A", good, "P1"), row("B", "", "P1"), row("C", "7", "P1")]
        rows += [row("D", None, "P1"), row("D", good, "P2"), row("E", "?", "P1"), row("E", "", "P1")]
        found, bad = mapped_events(source(rows), TERMS, columns=self.MAP)
        assert {(each.subject, each.data["priority"]) for each in found} == {
            ("A", "P1"), ("B", "P1"), ("C", "P1"), ("D", "P2"),
        }  # fmt: skip
        assert {each.kind for each in bad} == {"unreadable"}
        assert [each.message.split(" is ")[0] for each in bad] == ["updated: `2026-03-0205:00`", *["`updated`"] * 3]
        numbers = [int(each.place.replace("row ", "").rsplit(":")[-1]) for each in bad]
        assert [number - numbers[0] for number in numbers] == [0, 4, 6, 7]

    def test_each_iteration_says_it_anew(self, tmp_path: Path) -> None:
        path = write(
            tmp_path / "log.csv",
            "number,prio,start,end,seen\nA,,2026-03-02T12:00Z,,x\nA,,02/03/2026 12:00,,2\n",
        )
        incoming = incoming_of(path, TERMS, columns=self.MAP)
        for _ in range(2):
            assert [frame.height for frame in incoming] == [1]
            assert [(each.kind, each.count) for each in incoming.findings] == [
                ("unreadable", 1), ("ambiguous_time", 1),
            ]  # fmt: skip

    @pytest.mark.parametrize(("late", "latest"), [(["9.5", "10.25"], 1), (["10.25", "9.5"], 0), (["-1", "0"], 1)])
    def test_numbers_compare_as_numbers(self, source: Callable[[Rows], Any], late: list[str], latest: int) -> None:
        rows = [
            {"number": "A", "start": "2026-03-02T12:00:00Z", "end": "", "prio": f"P{n}", "updated": each}
            for n, each in enumerate(late)
        ]
        for typed in (rows, [{**row, "updated": float(row["updated"])} for row in rows]):
            assert [each[3]["priority"] for each in events(source(typed), self.MAP)] == [f"P{latest}"]

    def test_large_integers_keep_their_order(self) -> None:
        late = [(1 << 62) + 1, 1 << 62]
        for typed in (late, [str(each) for each in late]):
            frame = pl.DataFrame(
                {"number": ["A"] * 2, "start": ["2026-03-02T12:00Z"] * 2, "end": ["", ""], "prio": ["P1", "P2"],
                 "updated": typed}
            )  # fmt: skip
            assert [each[3]["priority"] for each in events(frame, self.MAP)] == ["P1"]

    def test_days_compare_as_days(self) -> None:
        for days in ([date(2026, 3, 10), date(2026, 3, 9)], ["2026-03-10", "2026-03-09"]):
            frame = pl.DataFrame(
                {"number": ["A"] * 2, "start": ["2026-03-02T12:00Z"] * 2, "end": ["", ""], "prio": ["P1", "P2"],
                 "updated": days}
            )  # fmt: skip
            assert [each[3]["priority"] for each in events(frame, self.MAP)] == ["P1"]

    def test_words_are_no_order(self, source: Callable[[Rows], Any]) -> None:
        rows = [
            {"number": "A", "start": "2026-03-02T12:00:00Z", "end": "", "prio": "P1", "updated": each}
            for each in ("low", "high")
        ]
        with pytest.raises(
            sla.InputError, match=r"^`last_by`: column `updated` holds no times or numbers, such as `low`; "
        ):
            mapped_events(source(rows), TERMS, columns=self.MAP)

    @pytest.mark.parametrize(
        ("as_of", "counts"),
        [
            ("2026-03-02T12:59:59.999999Z", ["P1"]),
            ("2026-03-02T13:00:00Z", ["P1"]),
            ("2026-03-02T16:59:59Z", ["P1"]),
            ("2026-03-02T17:00:00Z", ["P2"]),
            ("2026-03-02T21:00:00Z", ["P3"]),
            (None, ["P3"]),
        ],
    )
    def test_rows_of_later_do_not_count_where_there_are_earlier_ones(
        self, source: Callable[[Rows], Any], as_of: str | None, counts: list[str]
    ) -> None:
        """`updated` has no offset: it is one of the map's zone, an hour ahead of UTC.

        Of a case that was only written down later, the first row counts, so that no case is lost.
        """
        row = {"number": "A", "start": "2026-03-02T12:00:00Z", "end": ""}
        rows = [
            {**row, "prio": "P3", "updated": "02/03/2026 22:00"},
            {**row, "prio": "P1", "updated": "02/03/2026 14:00"},
            {**row, "prio": "P2", "updated": "02/03/2026 18:00"},
        ]
        got = source(rows)
        found, bad = mapped_events(got, TERMS, columns=self.MAP, as_of=as_of)
        assert [each.data["priority"] for each in found] == counts
        assert [each.kind for each in bad if each.kind != "ambiguous_time"] == []
        assert evaluate(TERMS, got, columns=self.MAP, as_of=as_of).verdicts.height == len(counts)

    def test_the_column_must_be_there(self) -> None:
        frame = pl.DataFrame({"number": ["A"], "prio": ["P1"], "start": ["x"], "end": ["x"], "sen": [1]})
        with pytest.raises(sla.InputError, match=r"^no column `seen`, did you mean `sen`\?"):
            incoming_of(frame, TERMS, columns=self.MAP)


class TestDayAndMonth:
    """Which of two numbers is the day is a property of a column, not of a row."""

    OTHER = r"^column `end`: `03/25/2016 01:16` is no `%d/%m/%Y %H:%M`, but `%m/%d/%Y %H:%M`; "
    LOG = "number,prio,start,end\n"

    def test_a_text_of_the_other_order_refuses_the_source(self, source: Callable[[Rows], Any]) -> None:
        for other in (["03/04/2016 01:16", "03/25/2016 01:16"], ["25/03/2016 01:16", "03/25/2016 01:16"]):
            rows = [
                {"number": f"{n}", "prio": "", "start": "2016-01-01T00:00:00Z", "end": e} for n, e in enumerate(other)
            ]
            with pytest.raises(sla.InputError, match=self.OTHER + "give `times` as they are$"):
                mapped_events(source(rows), TERMS, columns=WIDE)

    def test_that_may_come_late(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        from sla_rules.adapters import raw

        monkeypatch.setattr(raw, "TEXT_ROWS", 2)
        rows = "".join(f"S{n},,,13/04/2016 01:16\n" for n in range(5))
        write(tmp_path / "1.csv", self.LOG + rows)
        write(tmp_path / "2.csv", self.LOG + rows + "T,,,03/25/2016 01:16\n")
        with pytest.raises(sla.InputError, match=self.OTHER):
            mapped_events(tmp_path / "*.csv", TERMS, columns=WIDE)

    def test_both_forms_do_not_mix_in_a_column(self, tmp_path: Path) -> None:
        map = load_map({**WIDE.to_plain(), "times": ["%d/%m/%Y %H:%M", "%m/%d/%Y %H:%M"]})
        path = write(tmp_path / "log.csv", self.LOG + "A,,25/03/2016 01:16,03/25/2016 01:16\n")
        found, bad = mapped_events(path, TERMS, columns=map)
        assert (len({each.at for each in found}), bad) == (1, [])
        path = write(path, self.LOG + "A,,,03/04/2016 01:16\nB,,,03/25/2016 01:16\n")
        with pytest.raises(sla.InputError, match=self.OTHER):
            mapped_events(path, TERMS, columns=map)

    def test_where_nothing_tells_it_is_a_finding(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        from sla_rules.adapters import raw

        monkeypatch.setattr(raw, "TEXT_ROWS", 2)
        rows = "".join(f"S{n},,{n + 20}/04/2016 01:16,03/0{n + 2}/2016 01:16\n" for n in range(5))
        found, bad = mapped_events(write(tmp_path / "log.csv", self.LOG + rows), TERMS, columns=WIDE)
        assert (len(found), [(each.kind, each.count) for each in bad]) == (10, [("ambiguous_time", 4)])  # not 03/03
        assert bad[0].message == (
            "column `end`: no text tells day from month; read as `%d/%m/%Y %H:%M`, give `times` if that is wrong"
        )

    @pytest.mark.parametrize("text", ["03/03/2016 01:16", "2016-03-04T01:16:00Z", "13/04/2016 01:16", ""])
    def test_what_is_not_ambiguous(self, text: str, tmp_path: Path) -> None:
        log = self.LOG + f"A,,2016-03-04T01:16:00Z,{text}\n"
        assert findings(write(tmp_path / "log.csv", log), WIDE) == []

    def test_by_what_rows_are_ordered(self, tmp_path: Path) -> None:
        log = "number,prio,start,end,seen\nA,,2016-03-04T01:16:00Z,,{}\n"
        path = write(tmp_path / "log.csv", log.format("03/04/2016 01:16"))
        assert [each[:1] for each in findings(path, TestLastBy.MAP)] == [("ambiguous_time",)]
        write(path, log.format("03/25/2016 01:16"))
        with pytest.raises(sla.InputError, match=r"^column `seen`: `03/25/2016 01:16` is no "):
            findings(path, TestLastBy.MAP)

    def test_times_of_events_and_changes(self, tmp_path: Path) -> None:
        forms: dict[str, Any] = {"times": ["%m/%d/%y"], "timezone": "UTC"}
        path = write(tmp_path / "log.csv", "type,subject,time,field,from,to\nopened,A,03/04/16,x,a,b\n")
        for shape in ("events", "changes"):
            map = load_map({**forms, "shape": shape})
            assert [each[0] for each in findings(path, map)] == ["ambiguous_time"]
        write(path, "type,subject,time,field,from,to\nopened,A,25/04/16,x,a,b\n")
        for shape in ("events", "changes"):
            with pytest.raises(sla.InputError, match="`25/04/16` is no `%m/%d/%y`, but `%d/%m/%y`"):
                findings(path, load_map({**forms, "shape": shape}))

    def test_fields_that_are_declared_as_times(self, source: Callable[[Rows], Any]) -> None:
        map = load_map({"times": ["%d/%m/%Y"], "timezone": "UTC"})
        row = {"type": "opened", "subject": "A", "time": "2026-03-02T12:00:00Z", "code": "03/25/2016"}
        unsure = {**row, "due": "03/04/2016", "day": "03/04/2016"}
        assert [(kind, message.split(":")[0]) for kind, message, _ in findings(source([unsure]), map)] == [
            ("ambiguous_time", "column `due`"),
            ("ambiguous_time", "column `day`"),
        ]
        for field in ("due", "day"):
            with pytest.raises(sla.InputError, match=f"^column `{field}`: `03/25/2016` is no `%d/%m/%Y`, but "):
                findings(source([{**unsure, field: "03/25/2016"}]), map)


class TestValuesOfNoField:
    def test_the_nearest_is_named(self, source: Callable[[Rows], Any]) -> None:
        map = load_map({"values": {"priorty": {"High": "P1"}, "priority": {"High": "P1"}, "zz": {"a": "b"}}})
        row = {"type": "opened", "subject": "A", "time": "2026-03-02T12:00:00Z", "priority": "High"}
        assert findings(source([row]), map) == [
            ("unknown_field", "values: no field `priorty`, did you mean `priority`?", ""),
            ("unknown_field", "values: no field `zz`", ""),
        ]

    def test_fields_that_change_are_some(self, tmp_path: Path) -> None:
        path = write(tmp_path / "log.csv", "subject,time,field,from,to,by\nA,2026-03-02T12:00Z,priority,Low,High,me\n")
        map = load_map(
            {"shape": "changes", "values": {"priority": {"High": "P1"}, "by": {"me": "I"}, "prio": {"a": "b"}}}
        )
        assert [each[1] for each in findings(path, map)] == ["values: no field `prio`, did you mean `priority`?"]

    def test_fields_that_come_late_are_some(self, tmp_path: Path) -> None:
        row = {"type": "opened", "subject": "A", "time": "2026-03-02T12:00:00Z"}
        rows = [row, {**row, "subject": "B", "data": {"priority": "High"}}]
        map = load_map({"values": {"priority": {"High": "P1"}}})
        assert findings(as_json_lines(rows, tmp_path), map) == []
        assert findings(as_json_lines(rows[:1], tmp_path), map)[0][0] == "unknown_field"


class TestChanges:
    MAP = load_map(
        {
            "shape": "changes",
            "columns": {"subject": "key", "time": "created"},
            "changes": {"field": "field", "from": "fromString", "to": "toString"},
            "types": {"status.changed": "status_changed"},
            "values": {"priority": {"High": "P1", "Low": "P2"}},
        }
    )

    def test_every_source(self, source: Callable[[Rows], Any]) -> None:
        def row(subject: str, hour: int, field: str, before: str, after: str) -> dict[str, Any]:
            time = f"2026-03-02T{12 + hour}:00:00.000+0000"
            return {
                "key": subject,
                "created": time,
                "field": field,
                "fromString": before,
                "toString": after,
                "by": "me",
            }

        rows = [
            row("A", 0, "priority", "Low", "High"),
            row("A", 1, "status", "High", "Low"),
            row("A", 2, "sites", "", "76"),
        ]
        assert events(source(rows), self.MAP) == [
            ("priority.changed", "A", 0, {"by": "me", "from": "P2", "to": "P1", "priority": "P1"}),
            ("status_changed", "A", 1, {"by": "me", "from": "High", "to": "Low", "status": "Low"}),
            ("sites.changed", "A", 2, {"by": "me", "to": 76, "sites": 76}),
        ]

    def test_only_wanted_fields_come_in(self) -> None:
        frame = pl.DataFrame(
            {"key": ["A", "A"], "created": ["2026-03-02T12:00Z"] * 2, "field": ["priority", "status"],
             "fromString": ["Low", "a"], "toString": ["High", "b"], "by": ["me", "me"]}
        )  # fmt: skip
        (got,) = incoming_of(frame, TERMS, columns=self.MAP, wanted={"priority"})
        assert got["priority"].to_list() == ["P1", None]
        assert {name for name in got.columns if not name.startswith("@")} == {"priority"}

    def test_a_row_without_a_field_is_a_finding(self, tmp_path: Path) -> None:
        path = write(
            tmp_path / "log.csv",
            "key,created,field,fromString,toString\nA,2026-03-02T12:00Z,,a,b\nA,,status,a,b\nA,2026-03-02T12:00Z,status,,\n",
        )
        assert findings(path, self.MAP) == [
            ("unreadable", "`field` is missing", "log.csv:2"),
            ("unreadable", "`created` is missing", "log.csv:3"),
        ]


class TestEvents:
    def test_every_source(self, source: Callable[[Rows], Any]) -> None:
        map = load_map(
            {
                "columns": {"id": "nr", "subject": "case", "type": "activity", "time": "at"},
                "types": {"register request": "opened"},
                "missing": ["", "n/a"],
            }
        )
        rows = [
            {"nr": 1, "case": 7, "activity": "register request", "at": "2026-03-02 12:00:00.5Z", "priority": "n/a"},
            {"nr": 2, "case": 7, "activity": "closed", "at": "2026-03-02 13:00:00Z", "priority": "P1"},
        ]
        got = source(rows)
        assert events(got, map) == [("opened", "7", 0.5 / 3600, {}), ("closed", "7", 1, {"priority": "P1"})]
        assert [e.id for e in mapped_events(got, TERMS, columns=map)[0]] == ["1", "2"]

    def test_a_type_for_all(self, source: Callable[[Rows], Any]) -> None:
        map = load_map({"type": "opened", "columns": {"subject": "case"}})
        rows = [{"case": "A", "time": "2026-03-02T12:00:00Z", "type": "a column like any other", "priority": "P1"}]
        assert events(source(rows), map) == [("opened", "A", 0, {"priority": "P1"})]

    def test_text_is_read_as_declared(self, source: Callable[[Rows], Any]) -> None:
        map = load_map({"times": ["%d.%m.%Y"], "timezone": "UTC"})
        row = {
            "type": "opened", "subject": "A", "time": "2026-03-02T12:00:00Z", "sites": "76", "share": "0.10",
            "vip": "TRUE", "due": "03.03.2026", "day": "04.03.2026", "lines": '[{"a": 1}]', "mixed": "7",
        }  # fmt: skip
        ((_, _, _, first), (_, _, _, second)) = events(source([row, row | {"type": "closed", "subject": "B"}]), map)
        assert first.pop("due") in (datetime.fromisoformat("2026-03-03T00:00Z"), "2026-03-03T00:00:00.000000Z")
        assert str(first.pop("share")) == "0.10"
        assert first == {"sites": 76, "vip": True, "day": "2026-03-04", "lines": [{"a": 1}], "mixed": 7}
        assert second["mixed"] == "7"

    def test_what_cannot_be_read_is_a_wrong_value(self, source: Callable[[Rows], Any]) -> None:
        rows = [
            {
                "type": "opened",
                "subject": "A",
                "time": "2026-03-02T12:00:00Z",
                "sites": "many",
                "due": "soon",
                "vip": "yes",
            },
            {"type": "closed", "subject": "A", "time": "2026-03-02T13:00:00Z", "sites": "", "due": "", "vip": ""},
        ]
        report = evaluate(TERMS, source(rows), columns=SourceMap())
        assert sorted(each.message.split(":")[1] for each in report.findings if each.kind == "wrong_value") == [
            " due", " sites", " vip",
        ]  # fmt: skip

    def test_typed_columns_keep_their_types(self) -> None:
        frame = pl.DataFrame(
            {"type": ["opened"], "subject": ["A"], "time": [datetime(2026, 3, 2, 12)], "sites": [76], "share": [0.5],
             "due": [datetime(2026, 3, 3)], "lines": [["x"]]}
        )  # fmt: skip
        (got,) = incoming_of(frame, TERMS, columns=SourceMap(timezone="UTC"))
        assert got.schema["sites"] == pl.Int64
        assert got.schema["share"] == pl.Float64
        assert got["lines"].to_list() == [["x"]]
        assert got.schema["due"] == pl.Datetime("us", "UTC")  # an instant needs a zone, and the source's is known

    def test_numbers_are_translated_as_text(self) -> None:
        map = load_map({"values": {"priority": {1: "P1", 2: "P2"}}})
        assert map == load_map({"values": {"priority": {"1": "P1", "2": "P2"}}})
        row = {"type": "opened", "time": "2026-03-02T12:00:00Z"}
        for typed in ([1, 2], [1.0, 2.0]):
            frame = pl.DataFrame([{**row, "subject": f"{n}", "priority": each} for n, each in enumerate(typed)])
            assert [each[3] for each in events(frame, map)] == [{"priority": "P1"}, {"priority": "P2"}]

    @pytest.mark.parametrize("packed", [json.dumps, lambda data: data])
    def test_data_beside_columns(self, packed: Callable[[object], object], tmp_path: Path) -> None:
        row = {"type": "opened", "time": "2026-03-02T12:00:00Z", "subject": "A", "priority": "P2"}
        rows = [{**row, "payload": packed({"priority": "High", "sites": 3})}]
        map = load_map({"columns": {"data": "payload"}, "values": {"priority": {"High": "P1"}}})
        for got in (pl.DataFrame(rows), as_json_lines(rows, tmp_path), as_parquet(rows, tmp_path)):
            assert [each[3] for each in events(got, map)] == [{"priority": "P1", "sites": 3}]

    def test_data_that_is_none(self, tmp_path: Path) -> None:
        row = {"type": "opened", "time": "2026-03-02T12:00:00Z", "subject": "A", "data": "{"}
        rows = [row, {**row, "data": '{"sites": "3"}'}]
        for got in (as_csv(rows, tmp_path), as_json_lines(rows, tmp_path), pl.DataFrame(rows)):
            found, bad = mapped_events(got, TERMS, columns=SourceMap())
            assert [e.data for e in found] == [{"sites": 3}]
            assert [(each.kind, each.message[:11]) for each in bad] == [("unreadable", "data is not")]

    def test_the_version_in_force_says_how_text_is_read(self, tmp_path: Path) -> None:
        folder = tmp_path / "terms"
        folder.mkdir()
        for day, kind in (("2025-01-01", "text"), ("2026-01-01", "integer")):
            raw = {**TERMS.raw, "events": {"opened": {"code": {"kind": kind}}, "closed": {}}}
            raw["policies"] = [{**raw["policies"][0], "limit": "1 h"}]
            write(folder / f"{day}.yaml", json.dumps({**raw, "in_force": {"from": day}}))
        rows = [
            {"type": "opened", "subject": "A", "time": time, "code": "007"}
            for time in ("2024-06-01T00:00Z", "2025-12-31T23:59:59.999999Z", "2026-01-01T00:00:00Z")
        ]
        found, _ = mapped_events(as_csv(rows, tmp_path), sla.load(folder), columns=SourceMap())
        assert [e.data["code"] for e in found] == ["007", "007", 7]

    def test_an_empty_map_reads_csv_as_it_is_read_without(self, tmp_path: Path) -> None:
        path = write(
            tmp_path / "log.csv",
            "id,type,subject,time,sites,share,vip,lines,priority,mixed\n"
            "1,opened,A,2026-03-02T12:00:00Z,076,1.50,False,[],P1,3.0\n"
            "2,opened,A,2026-03-02T12:00:00.1234567+01:00,x,1e3,maybe,nope,,\n"
            "3,closed,A,20260302T120000Z,,,,,zz,3.0\n,closed,,2026-03-02T12:00:00Z,,,,,,\n4,closed,A,2026-03-02T12:00:00,,,,,,\n"
            "5,closed,A\n",
        )
        plain, mapped = batches(path, TERMS), incoming_of(path, TERMS, columns=SourceMap())
        assert came(mapped) == came(plain)
        assert mapped.rows == plain.rows
        assert [(each.kind, each.place) for each in mapped.findings] == [
            ("unreadable", "log.csv:7"),
            ("unreadable", "log.csv:5"),
            ("naive_time", "log.csv:6"),
        ]
        assert {(each.kind, each.place) for each in plain.findings} == {
            (each.kind, each.place) for each in mapped.findings
        }
        assert as_came(mapped_events(path, TERMS, columns=SourceMap())[0]) == came(plain)


class TestColumnsThatAreNotThere:
    def test_the_nearest_is_named(self, source: Callable[[Rows], Any]) -> None:
        rows = [{"number": "A", "start": "2026-03-02T12:00:00Z", "ends": "", "prio": ""}]
        with pytest.raises(sla.InputError, match=r"no column `end`, did you mean `ends`\?; columns: \['number', "):
            mapped_events(source(rows), TERMS, columns=WIDE)

    def test_what_every_event_needs(self, tmp_path: Path) -> None:
        path = write(tmp_path / "log.csv", "typ,subject,time\n")
        with pytest.raises(sla.InputError, match=r"log\.csv: no column `type`, did you mean `typ`\?"):
            incoming_of(path, TERMS, columns=SourceMap())
        path.write_text("type,type,subject,time\n")
        with pytest.raises(sla.InputError, match=r"log\.csv: column `type` stands there twice"):
            incoming_of(path, TERMS, columns=SourceMap())

    def test_nothing_is_no_event(self) -> None:
        frame = pl.DataFrame(schema={"number": pl.String, "start": pl.String, "end": pl.String, "prio": pl.String})
        for map in (WIDE, load_map({**WIDE.to_plain(), "last_by": "prio"})):
            incoming = incoming_of(frame, TERMS, columns=map)
            assert (list(incoming), incoming.rows, incoming.findings) == ([], 0, [])


WRONG = [
    ("shape: events\ncolums: {}", "2: colums: unknown key `colums`, did you mean `columns`?"),
    (
        "shape: milestone",
        "1: shape: `milestone` is not `events`, `changes` or `milestones`, did you mean `milestones`?",
    ),
    ("columns:\n  subject: 3", "2: columns.subject: expected text, found `3`; put it in quotes"),
    ("changes: {form: a}", "1: changes.form: unknown key `form`, did you mean `from`?"),
    (
        "timezone: Europe/Pari",
        "1: timezone: `Europe/Pari` is not a time zone such as `Europe/Paris`, did you mean `Europe/Paris`?",
    ),
    (
        "times:\n- '%d/%m %H:%M'",
        "2: times[0]: `%d/%m %H:%M` has no year, month and day, such as `%d/%m/%Y %H:%M`",
    ),
    (
        "times: ['%Q %Y %m %d']",
        "1: times[0]: `%Q %Y %m %d`: `%Q` is not known, known: %B %H %I %M %S %T %Y %b %d %e %f %m %p %y %z",
    ),
    ("times: ['%d/%m/%Y %H']", "1: times[0]: `%d/%m/%Y %H` has an hour and no minute, `%M`"),
    ("times: ['%d/%m/%Y %I:%M']", "1: times[0]: `%d/%m/%Y %I:%M`: `%I` counts to twelve, `%p` is missing"),
    ("times: ['%d/%m/%Y %T:%f']", "1: times[0]: `%d/%m/%Y %T:%f`: `%f` stands behind a point, `%S.%f`"),
    ("shape: milestones", "1: `milestones` is missing: which columns hold times, and the event that each is"),
    ("last_by: x", "1: last_by: `last_by` is for `shape: milestones`, this is `shape: events`"),
    ("shape: changes\ntype: x", "2: type: `type` is for `shape: events`, this is `shape: changes`"),
    ("type: x\ncolumns: {type: y}", "1: type: either every event has this type, or a column says it"),
    (
        "shape: milestones\nmilestones: {a: b}\ncolumns: {time: c}",
        "3: columns.time: a milestone says type and time",
    ),
    (
        "shape: milestones\nmilestones: {a: b}\ncolumns: {seen: a}",
        "2: milestones.a: `a` is a milestone and a column",
    ),
    (
        "values:\n  type: {a: b}\n  subject: {a: b}",
        "2: values.type: `type` is no field; its values are translated by `types`\n"
        "{path}:3: values.subject: `subject` is no field; its values stay as they are",
    ),
    (
        "colums: {}\nshape: x\nkey: y\ntimezone: Mars",
        "1: colums: unknown key `colums`, did you mean `columns`?\n"
        "{path}:2: shape: `x` is not `events`, `changes` or `milestones`\n"
        "{path}:3: key: unknown key `key`, known here: " + ", ".join(SourceMap.model_fields) + "\n"
        "{path}:4: timezone: `Mars` is not a time zone such as `Europe/Paris`",
    ),
    ("- a", "1: expected a mapping such as `columns: {subject: number, time: updated_at}`"),
]


class TestTheFile:
    def test_there_and_back(self, tmp_path: Path) -> None:
        for map in (WIDE, TestLastBy.MAP, TestChanges.MAP, SourceMap()):
            assert load_map(write(tmp_path / "map.yaml", map.to_yaml())) == map

    @pytest.mark.parametrize(("text", "message"), WRONG)
    def test_what_is_wrong_is_said_with_its_line(self, text: str, message: str, tmp_path: Path) -> None:
        path = write(tmp_path / "map.yaml", text)
        with pytest.raises(sla.AgreementError) as refused:
            load_map(path)
        assert str(refused.value) == f"{path}:{message.replace('{path}', str(path))}"

    def test_changes_win(self) -> None:
        map = WIDE.merged({"subject": "nr"})
        assert map.columns == {"subject": "nr", "priority": "prio"}
        added = load_map({"values": {"priority": {"3": "P2"}}, "timezone": "UTC", "missing": ["-"]})
        both = WIDE.merged(added)
        assert both.values == {"priority": {"1 - Critical": "P1", "2 - High": "P2", "3": "P2"}}
        assert (both.timezone, both.missing, both.milestones) == ("UTC", ("-",), WIDE.milestones)
        assert load_map({"type": "x"}).merged({"type": "kind"}).type is None
        assert load_map({"columns": {"type": "kind"}}).merged(load_map({"type": "x"})).columns == {}

    def test_the_command_line(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Any) -> None:
        monkeypatch.chdir(tmp_path)
        terms = write(tmp_path / "terms.yaml", json.dumps(TERMS.raw))
        log = write(tmp_path / "log.csv", "number,prio,start,end\nA,1 - Critical,02/03/2026 13:00,02/03/2026 14:30\n")
        map = write(
            tmp_path / "map.yaml", load_map({k: v for k, v in WIDE.to_plain().items() if k != "timezone"}).to_yaml()
        )
        options = [str(log), "--agreement", str(terms), "--columns", str(map)]
        assert main(["check", *options]) == 2  # no row is an event
        assert main(["check", *options, "--source-timezone", "Europe/Paris"]) == 1
        capsys.readouterr()
        assert main(["explain", *options, "--source-timezone", "Europe/Paris", "--subject", "A"]) == 0
        assert "breached" in capsys.readouterr().out
        assert main(["check", *options[:3], "--preset", "servicenow"]) == 2
        assert "unknown preset `servicenow`, did you mean `servicenow-" in capsys.readouterr().err


WORDS = st.sampled_from(["", "A", "opened", "2026-03-02T12:00Z", "02/03/2026 12:00", "priority", "@row", "json:x", "é"])
VALUES = st.one_of(st.none(), WORDS, st.integers(), st.floats(), st.booleans(), st.lists(WORDS, max_size=2), st.text())
NOON_TEXT = "2026-03-02T12:00:00Z"
WITH_EVERY_COLUMN = (
    {"type": "opened", "subject": "A", "time": NOON_TEXT}
    | {"number": "A", "start": NOON_TEXT, "end": "", "prio": "P1", "seen": "99"}
    | {"key": "A", "created": NOON_TEXT, "field": "sites", "fromString": "1", "toString": "2"}
)
NAMES = st.sampled_from([*WITH_EVERY_COLUMN, "data", "@row", "sites", "lines", "vip", "due", "mixed", "json:x", ""])


@given(
    st.lists(st.one_of(VALUES, st.dictionaries(NAMES, VALUES), st.dictionaries(NAMES, WORDS)), min_size=1, max_size=8),
    st.sampled_from([WIDE, TestLastBy.MAP, TestChanges.MAP, SourceMap()]),
)
@settings(max_examples=150)
def test_every_row_is_an_event_or_a_finding(rows: list[Any], map: SourceMap) -> None:
    rows = [WITH_EVERY_COLUMN, *rows]
    with TemporaryDirectory() as folder:
        incoming = incoming_of(as_json_lines(rows, Path(folder)), TERMS, columns=map)
        frames = list(incoming)
    at = {row for frame in frames for row in frame["@row"]}
    refused = {int((each.place or "").split(":")[1]) for each in incoming.findings if each.place}
    if map.last_by:
        assert at | refused <= set(range(1, len(rows) + 1))
    else:
        assert at | refused == set(range(1, len(rows) + 1))
    if map.shape != "milestones":
        assert not at & refused
    assert incoming.rows == len(rows)


def test_pieces_give_what_the_whole_gives(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    from sla_rules.adapters import raw

    noon = datetime(2026, 3, 2, 12)
    words = ["1 - Critical", "?", "2 - High"]
    rows = [
        {"number": f"S{n % 7}", "prio": words[n % 3], "start": str(noon), "end": "" if n % 4 else str(noon)}
        for n in range(50)
    ]
    path = as_csv(rows, tmp_path)
    whole = sorted(came(incoming_of(path, TERMS, columns=WIDE)), key=str)
    monkeypatch.setattr(raw, "TEXT_ROWS", 7)
    assert sorted(came(incoming_of(path, TERMS, columns=WIDE)), key=str) == whole
    assert len(whole) == 63
