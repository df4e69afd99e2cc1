"""Frames of every library, the names and types of their columns, and `data`."""

import re
import sys
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import duckdb
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

import sla_rules as sla
from sla_rules.instants import HOUR, micros
from sla_rules.sources import batches
from sla_rules.sources import native as native_module
from tests.sources.tools import NOON, TERMS, came, lines, opened, told

PARIS, NEW_YORK = ZoneInfo("Europe/Paris"), ZoneInfo("America/New_York")

FRAME = pl.DataFrame(
    {
        "id": ["1", None, ""],
        "type": ["opened", "closed", "opened"],
        "subject": ["A", "A", "B"],
        "time": pl.Series([NOON, NOON + HOUR, NOON], dtype=pl.Datetime("us", "UTC")),
        "sites": [3, None, 4],
    }
)
EVENTS = [
    ("1", "opened", "A", NOON, {"sites": 3}, "row 1"),
    (None, "closed", "A", NOON + HOUR, {}, "row 2"),
    (None, "opened", "B", NOON, {"sites": 4}, "row 3"),
]

SOURCES = {
    "polars": lambda: FRAME,
    "lazy": lambda: FRAME.lazy(),
    "arrow table": lambda: FRAME.to_arrow(),
    "arrow reader": lambda: pa.RecordBatchReader.from_batches(FRAME.to_arrow().schema, FRAME.to_arrow().to_batches()),
    "arrow batch": lambda: FRAME.to_arrow().to_batches()[0],
    "pandas": lambda: FRAME.to_pandas(),
    "pandas of arrow types": lambda: FRAME.to_arrow().to_pandas(types_mapper=pd.ArrowDtype),
    "pandas of objects": lambda: FRAME.to_pandas().astype(
        {"id": object, "type": object, "subject": object, "time": object}
    ),
    "duckdb": lambda: duckdb.connect().from_arrow(FRAME.to_arrow()),
    "categories": lambda: FRAME.with_columns(
        pl.col("type").cast(pl.Categorical), pl.col("subject").cast(pl.Enum(["A", "B"]))
    ),
    "ISO text": lambda: FRAME.with_columns(pl.col("time").dt.to_string("%Y-%m-%dT%H:%M:%SZ")),
    "nanoseconds": lambda: FRAME.with_columns(pl.col("time").dt.cast_time_unit("ns")),
    "milliseconds of Tokyo": lambda: FRAME.with_columns(
        pl.col("time").dt.cast_time_unit("ms").dt.convert_time_zone("Asia/Tokyo")
    ),
}


@pytest.mark.parametrize("name", SOURCES)
def test_the_same_events_come_in_from_every_library(name: str) -> None:
    incoming = batches(SOURCES[name](), TERMS)
    assert came(incoming) == EVENTS
    assert came(incoming) == EVENTS
    assert (incoming.rows, incoming.findings, incoming.columns) == (3, [], ["sites"])


def test_a_frame_comes_in_one_batch_with_its_rows_numbered() -> None:
    frame = pl.DataFrame([opened(f"a subject of more than twelve letters {n}") for n in range(100)])
    (batch,) = batches(frame, TERMS)
    assert batch["@file"].dtype == pl.Enum([""])
    assert batch["@row"].to_list() == list(range(1, 101))
    assert batch["@id"].null_count() == 100
    assert batch.schema["@at"] == pl.Int64


def test_a_lazy_frame_comes_in_batches_in_order(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(native_module, "SLICE", 1_000)
    frame = pl.LazyFrame({"subject": range(10_000)}).with_columns(
        type=pl.lit("opened"), time=pl.lit("2026-03-02T12:00:00Z")
    )
    frames = list(batches(frame, TERMS))
    assert len(frames) > 1
    assert pl.concat(frame["@subject"] for frame in frames).to_list() == [str(n) for n in range(10_000)]
    assert pl.concat(frame["@row"] for frame in frames).to_list() == list(range(1, 10_001))


def test_a_lazy_frame_that_fails_is_refused() -> None:
    frame = pl.LazyFrame([opened("x")]).with_columns(sites=pl.col("subject").cast(pl.Int64))
    with pytest.raises(sla.InputError, match=r"^the frame: cannot be read: "):
        list(batches(frame, TERMS))
    with pytest.raises(sla.InputError, match=r"^the frame: cannot be read: "):
        batches(frame.select("nothing"), TERMS)


@pytest.mark.parametrize("how", [{}, {"columns": {"subject": "subject"}}, {"preset": "pm4py"}])
def test_a_relation_that_fails_is_refused(how: dict[str, Any]) -> None:
    query = """
        select 'opened' as type, 'S' as subject, cast('x' || i as timestamptz) as time,
               subject as "case:concept:name", type as "concept:name", time as "time:timestamp"
        from range(3) as t(i)
    """
    with pytest.raises(sla.InputError, match=r"^the source: cannot be read: Conversion Error: [^\n]*$"):
        sla.evaluate(TERMS, duckdb.connect().sql(query), **how)


def test_a_refusal_of_ours_while_a_stream_is_read_stays_itself() -> None:
    class Ours:
        def __arrow_c_stream__(self, requested_schema: object = None) -> object:
            raise sla.SlaError("ours")

    with pytest.raises(sla.SlaError, match=r"^ours$"):
        batches(Ours(), TERMS)


def test_no_rows_are_no_events() -> None:
    for source in (FRAME.clear(), FRAME.clear().lazy(), FRAME.clear().to_pandas(), FRAME.clear().to_arrow()):
        incoming = batches(source, TERMS)
        assert (list(incoming), incoming.rows, incoming.findings) == ([], 0, [])


class TestRefusedColumns:
    @pytest.mark.parametrize(
        ("frame", "message"),
        [
            ({"type": ["x"], "subject": ["S"]}, "no column `time`; columns: ['type', 'subject']"),
            ({}, "no column `type`; columns: []"),
            (
                {"type": ["x"], "subject_id": ["S"], "time": ["t"]},
                "no column `subject`, did you mean `subject_id`?; columns: ['type', 'subject_id', 'time']",
            ),
            (opened(time=[1.5]), "column `time` holds Float64, `time` must be Datetime with a zone, or ISO text"),
            (
                opened(time=[date(2026, 3, 2)]),
                "column `time` holds Date, `time` must be Datetime with a zone, or ISO text",
            ),
            (opened(time=[datetime(2026, 3, 2)]), "column `time` has no time zone; name it with `timezone=`"),
            (opened([["S"]]), "column `subject` holds List(String), `subject` must be text or integers"),
            (opened([1.5]), "column `subject` holds Float64, `subject` must be text or integers"),
            (opened(id=[True]), "column `id` holds Boolean, `id` must be text or integers"),
            (opened(data=[3]), "column `data` holds Int64, `data` must be a struct, or an object as JSON text"),
            (opened(data=[[{}]]), "`data` must be a struct, or an object as JSON text"),
        ],
    )
    def test_a_column_that_is_missing_or_of_a_wrong_type(self, frame: dict[str, Any], message: str) -> None:
        frame = {name: value if isinstance(value, list) else [value] for name, value in frame.items()}
        for source in (pl.DataFrame(frame), pl.LazyFrame(frame), pl.DataFrame(frame).to_arrow()):
            with pytest.raises(sla.InputError, match=re.escape(message)):
                batches(source, TERMS)

    def test_the_column_is_called_what_the_source_calls_it(self) -> None:
        with pytest.raises(sla.InputError, match=r"^column `created` holds Float64, `time` must be"):
            batches(FRAME.with_columns(created=1.5), TERMS, columns={"time": "created"})

    def test_a_finding_names_the_nearest_column_that_has_a_value(self) -> None:
        frame = FRAME.with_columns(subject=pl.Series([None, None, "B"]), subjct=pl.Series(["A", None, None]))
        assert [message for _, message, _ in told(batches(frame, TERMS))] == [
            "`subject` is missing, did you mean `subjct`?",
            "`subject` is missing",
        ]

    def test_columns_of_nothing_but_nulls_are_findings(self) -> None:
        frame = pl.concat([FRAME, FRAME.select(pl.lit("opened").alias("type"))], how="diagonal")
        assert told(batches(frame, TERMS)) == [("unreadable", "`subject` is missing", "row 4")]
        with pytest.raises(
            sla.InputError, match=r"^the source: no row is an event; the first problem: `type` is missing"
        ):
            list(batches(FRAME.with_columns(type=None, id=None), TERMS))


class TestTimes:
    MIXED = ["2026-03-02T13:00:00+01:00", "2026-03-02 12:00:00Z", "20260302T1200Z", "2026-03-02T12:00:00.0000009Z"]

    def test_each_text_carries_its_own_offset(self) -> None:
        frame = pl.DataFrame([opened(time=time) for time in [*self.MIXED, "2026-03-02T12:00:00", "soon", ""]])
        incoming = batches(frame, TERMS)
        assert [at for _, _, _, at, *_ in came(incoming)] == [NOON] * 4
        assert [(kind, where) for kind, _, where in told(incoming)] == [
            ("naive_time", "row 5"),
            ("unreadable", "row 6"),
            ("unreadable", "row 7"),
        ]

    def test_a_zone_for_times_that_have_none(self) -> None:
        naive = FRAME.with_columns(pl.col("time").dt.replace_time_zone(None))
        texts = naive.with_columns(pl.col("time").dt.to_string("%Y-%m-%d %H:%M:%S"))
        for frame in (naive, texts, naive.to_pandas(), texts.to_pandas(), naive.lazy()):
            incoming = batches(frame, TERMS, timezone="Europe/Paris")
            assert [at for _, _, _, at, *_ in came(incoming)] == [at - HOUR for _, _, _, at, *_ in EVENTS]
        assert came(batches(FRAME, TERMS, timezone="Europe/Paris")) == EVENTS

    def test_a_wall_clock_before_the_year_1_is_a_finding(self) -> None:
        naive = FRAME.with_columns(time=pl.Series([datetime.min, datetime(2026, 3, 2), datetime.max]))
        assert told(batches(naive, TERMS, timezone="Asia/Tokyo")) == [
            ("unreadable", "time is outside the years 1 to 9999", "row 1")
        ]

    def test_years_that_cannot_be_shown_are_findings(self) -> None:
        for unit in ("us", "ms"):
            times = pl.Series([2**62, NOON // {"us": 1, "ms": 1_000}[unit], -(2**62)]).cast(pl.Datetime(unit, "UTC"))
            incoming = batches(FRAME.with_columns(time=times), TERMS)
            assert [where for _, _, where in told(incoming)] == ["row 1", "row 3"]

    def test_more_findings_than_are_listed_are_counted(self) -> None:
        frame = pl.DataFrame({"type": "opened", "subject": "S", "time": ["soon"] * 10_005 + ["2026-03-02T12:00:00Z"]})
        incoming = batches(frame, TERMS)
        findings = told(incoming)
        assert (len(findings), incoming.rows) == (10_001, 10_006)
        assert findings[-1] == ("unreadable", "5 more rows of the source cannot be read", "")


class TestRenamedColumns:
    def test_names_of_the_source_stand_for_ours(self, tmp_path: Any) -> None:
        theirs = {
            "event": "opened",
            "ticket": 7,
            "created": "2026-03-02T12:00:00Z",
            "prio": "P1",
            "level": "x",
            "type": "T",
        }
        columns = {"type": "event", "subject": "ticket", "time": "created", "level": "prio", "sites": "absent"}
        frame = pl.DataFrame([theirs])
        frame.write_csv(tmp_path / "e.csv")
        frame.write_ndjson(tmp_path / "e.jsonl")
        frame.write_parquet(tmp_path / "e.parquet")
        for source in (
            frame,
            frame.lazy(),
            frame.to_pandas(),
            *(tmp_path / f"e.{end}" for end in ("csv", "jsonl", "parquet")),
        ):
            with pytest.raises(sla.InputError, match="columns: no column `absent` for `sites`; columns: "):
                list(batches(source, TERMS, columns=columns))
            ours = {name: their for name, their in columns.items() if their != "absent"}
            incoming = batches(source, TERMS, columns=ours)
            assert [event[1:5] for event in came(incoming)] == [("opened", "7", NOON, {"level": "P1"})]
            assert incoming.columns == ["level"]

    def test_one_column_may_stand_for_two(self) -> None:
        (frame,) = batches(FRAME, TERMS, columns={"level": "subject", "subject": "subject"})
        assert frame["level"].to_list() == frame["@subject"].to_list() == ["A", "A", "B"]

    def test_a_file_that_lacks_it_keeps_its_own(self, tmp_path: Any) -> None:
        path = lines(tmp_path / "e.jsonl", opened("A", prio="P1"), opened("B", level="P2"))
        assert [event[4] for event in came(batches(path, TERMS, columns={"level": "prio"}))] == [
            {"level": "P1"},
            {"level": "P2"},
        ]

    @pytest.mark.parametrize(
        ("columns", "message"),
        [
            ({"subject": "subjct"}, "no column `subjct` for `subject`, did you mean `subject`?"),
            ({"level": "site"}, "columns: no column `site` for `level`, did you mean `sites`?"),
            ("zendesk", "columns: unknown preset `zendesk`"),
            (["subject"], "is not a mapping such as"),
            ({"subject": 3}, "columns: `3` is not the name of a column"),
            ({"": "sites"}, "columns: `` is not the name of a column"),
        ],
    )
    def test_what_names_no_column_is_refused(self, columns: Any, message: str) -> None:
        with pytest.raises(sla.InputError, match=re.escape(message)):
            batches(FRAME, TERMS, columns=columns)


class TestData:
    def test_fields_of_a_struct_win_over_columns(self) -> None:
        frame = pl.DataFrame(
            [
                opened("A", data={"level": "in", "sites": 1}, level="out", share=2.5),
                opened("B", data={"level": None, "sites": 2}, level="out", share=2.5),
                opened("C", data=None, level="out", share=2.5),
            ]
        )
        incoming = batches(frame, TERMS)
        assert [event[4] for event in came(incoming)] == [
            {"level": "in", "sites": 1, "share": 2.5},
            {"sites": 2, "share": 2.5},
            {"level": "out", "share": 2.5},
        ]
        assert incoming.columns == ["level", "share", "sites"]
        (batch,) = incoming
        assert (batch.schema["sites"], batch.schema["json:level"]) == (pl.Int64, pl.String)

    def test_fields_of_json_text_win_over_columns_and_each_text_is_read_once(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(native_module, "TEXT_ROWS", 5)
        texts = ['{"level": "in", "sites": 1.50}', '{"level": null}', "{}", None, "", "[]", "{"]
        frame = pl.DataFrame([opened(data=text, level="out") for text in texts * 2])
        incoming = batches(frame, TERMS)
        assert [event[4] for event in came(incoming)] == [
            {"level": "in", "sites": Decimal("1.50")},
            {},
            *[{"level": "out"}] * 3,
        ] * 2
        assert [where for _, _, where in told(incoming)] == ["row 6", "row 7", "row 13", "row 14"]
        assert told(incoming)[0][1] == "data must be an object, found `[]`"

    def test_data_too_deep_to_write_is_a_finding(self) -> None:
        deep = '{"a":' * 600 + "1" + "}" * 600
        incoming = batches(pl.DataFrame([opened(data=deep), opened(data="{}")]), TERMS)
        ((kind, message, where),) = told(incoming)
        assert (kind, where) == ("unreadable", "row 1")
        assert message.endswith("is too large or too deep to write as JSON")

    def test_names_that_would_be_taken_for_ours_become_json_text(self) -> None:
        frame = FRAME.with_columns(pl.lit("x").alias("@at"), pl.lit(3).alias("json:sites"), pl.lit("y").alias("@"))
        (batch,) = batches(frame, TERMS)
        assert batch["@at"].dtype == pl.Int64
        assert told(batches(frame.with_columns(pl.lit(1).alias("@row"), subject=pl.Series(["A", "", "B"])), TERMS)) == [
            ("unreadable", "`subject` is missing", "row 2")
        ]
        assert (batch["json:@at"][0], batch["json:json:sites"][0], batch["json:@"][0]) == ('"x"', "3", '"y"')

    def test_only_wanted_fields_are_put_out_and_all_are_known(self, tmp_path: Any) -> None:
        frame = pl.DataFrame([opened(level="x", share=1, data={"sites": 1, "vip": True})])
        packed = pl.DataFrame([opened(level="x", share=1, data='{"sites": 1, "vip": true}')])
        packed.write_parquet(tmp_path / "e.parquet")
        path = lines(tmp_path / "e.jsonl", opened(level="x", share=1, sites=1, vip=True))
        for source in (frame, frame.lazy(), packed, path, tmp_path / "e.parquet", frame.to_pandas()):
            incoming = batches(source, TERMS, wanted=["sites", "level", "nothing"])
            assert [event[4] for event in came(incoming)] == [{"level": "x", "sites": 1}]
            assert incoming.columns == ["level", "share", "sites", "vip"]
            assert [event[4] for event in came(batches(source, TERMS, wanted=()))] == [{}]

    def test_an_unwanted_column_is_not_read(self) -> None:
        frame = pl.LazyFrame([opened("x", level="y")]).with_columns(broken=pl.col("subject").cast(pl.Int64))
        assert came(batches(frame, TERMS, wanted={"level"}))[0][4] == {"level": "y"}


class TestPandas:
    def test_objects_keep_what_they_say(self) -> None:
        moment = datetime(2026, 3, 2, 13, tzinfo=PARIS)
        frame = pd.DataFrame(
            {
                "id": pd.Series([1, "2", None, float("nan"), pd.NA], dtype=object),
                "type": "opened",
                "subject": pd.Series(["A", 7, "B", "C", "D"], dtype=object),
                "time": pd.Series(
                    [moment, moment.astimezone(NEW_YORK), "2026-03-02T12:00Z", moment.replace(tzinfo=None), pd.NaT],
                    dtype=object,
                ),
                "mixed": pd.Series(["x", 1, Decimal("1.50"), None, None], dtype=object),
                "lines": pd.Series([[{"a": 1}], [{"a": "x"}], None, None, None], dtype=object),
                "due": pd.Series([moment, moment.replace(tzinfo=None), None, None, None], dtype=object),
                "day": pd.Series([date(2026, 3, 2), None, None, None, None], dtype=object),
                "big": pd.Series([10**50, None, None, None, None], dtype=object),
            }
        )
        incoming = batches(frame, TERMS)
        assert came(incoming) == [
            (
                "1", "opened", "A", NOON,
                {"mixed": "x", "lines": [{"a": 1}], "due": "2026-03-02T13:00:00+01:00",
                 "day": date(2026, 3, 2), "big": 10**50},
                "row 1",
            ),
            ("2", "opened", "7", NOON, {"mixed": 1, "lines": [{"a": "x"}], "due": "2026-03-02T13:00:00"}, "row 2"),
            (None, "opened", "B", NOON, {"mixed": Decimal("1.50")}, "row 3"),
        ]  # fmt: skip
        assert [(kind, where) for kind, _, where in told(incoming)] == [
            ("naive_time", "row 4"),
            ("unreadable", "row 5"),
        ]

    def test_nanoseconds_are_cut_off(self) -> None:
        stamp = pd.Timestamp("2026-03-02T12:00:00.123456999Z")
        for kind in (None, object):
            frame = pd.DataFrame({"type": ["opened"], "subject": ["S"], "time": pd.Series([stamp], dtype=kind)})
            assert came(batches(frame, TERMS))[0][3] == micros("2026-03-02T12:00:00.123456Z")

    def test_data_may_be_objects_of_python(self) -> None:
        data = pd.Series([{"level": "x"}, '{"sites": 2}', {"level": 3, "vip": None}, None, [1]], dtype=object)
        frame = pd.DataFrame({"type": "opened", "subject": "S", "time": "2026-03-02T12:00:00Z", "data": data})
        incoming = batches(frame, TERMS)
        assert [event[4] for event in came(incoming)] == [{"level": "x"}, {"sites": 2}, {"level": 3}, {}]
        assert told(incoming) == [("unreadable", "data must be an object, found `[1]`", "row 5")]

    def test_an_index_with_a_name_is_a_column(self) -> None:
        frame = FRAME.to_pandas()
        assert came(batches(frame.set_index(["subject", "time"]), TERMS)) == EVENTS
        assert came(batches(frame.set_index("subject", drop=False), TERMS)) == EVENTS
        assert came(batches(frame.set_index(pd.Index([9, 9, 9])), TERMS)) == EVENTS

    @pytest.mark.parametrize(
        ("columns", "message"),
        [
            ({"subject": pd.Series([1.5, "x"], dtype=object)}, "column `subject` holds `1.5`, a float"),
            ({"subject": pd.Series([["S"], "x"], dtype=object)}, "column `subject` holds `['S']`, a list"),
            (
                {"time": pd.Series([date(2026, 3, 2), "x"], dtype=object)},
                "column `time` holds `datetime.date(2026, 3, 2)`, a date",
            ),
            ({"x": pd.Series([{1}, 2], dtype=object)}, "column `x`: `{1}`, a set, cannot be written as JSON"),
            ({"x": pd.Series(["\ud800", None], dtype=object)}, "column `x`: half a character (a lone surrogate)"),
            ({"x": pd.Series([1j, 2j])}, "column `x` cannot be read: "),
            ({"time": pd.Series([1.5, 2.5])}, "column `time` holds Float64"),
        ],
    )
    def test_a_column_that_cannot_be_read_is_refused(self, columns: dict[str, Any], message: str) -> None:
        base = {"type": "opened", "subject": "S", "time": "2026-03-02T12:00:00Z"}
        with pytest.raises(sla.InputError, match=re.escape(message)):
            batches(pd.DataFrame({**base, **columns}, index=range(2)), TERMS)

    def test_columns_that_stand_there_twice_are_refused(self) -> None:
        frame = FRAME.to_pandas()
        with pytest.raises(sla.InputError, match=r"^column `sites` stands there twice"):
            batches(pd.concat([frame, frame[["sites"]]], axis=1), TERMS)

    def test_without_pyarrow_it_says_what_to_install(self, monkeypatch: pytest.MonkeyPatch) -> None:
        def fails(*_: object) -> None:
            raise ModuleNotFoundError("pyarrow")

        monkeypatch.setattr(pl, "from_pandas", fails)
        with pytest.raises(sla.InputError, match=r"needs pyarrow: install `sla-rules\[pandas\]`"):
            batches(FRAME.to_pandas(), TERMS)


def test_durations_and_other_types_come_through_as_they_are() -> None:
    frame = FRAME.with_columns(
        span=timedelta(hours=1), raw=pl.lit(b"\xff"), nested=pl.struct(a=1), kind=pl.lit("x", pl.Categorical)
    )
    (batch,) = batches(frame, TERMS)
    assert batch.select("span", "raw", "nested", "kind").equals(frame.select("span", "raw", "nested", "kind"))


def test_objects_in_a_polars_frame_become_json_text() -> None:
    frame = FRAME.with_columns(pl.Series("x", [[1, "a"], None, Decimal("1.0")], dtype=pl.Object))
    (batch,) = batches(frame, TERMS)
    assert batch["json:x"].to_list() == ['[1, "a"]', None, "1.0"]
    with pytest.raises(sla.InputError, match=r"^column `x`: `b'x'`, a bytes, cannot be written as JSON"):
        list(batches(FRAME.with_columns(pl.Series("x", [b"x"] * 3, dtype=pl.Object)), TERMS))


def test_polars_is_not_loaded_until_frames_are_asked_for() -> None:
    import subprocess

    code = "import sys, sla_rules.sources; sys.exit('polars' in sys.modules or 'numpy' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
