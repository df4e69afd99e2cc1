"""Which Spark frames are read, in which shapes, and what is said of those that are not."""

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

import polars as pl
import pytest
from pyspark.sql import DataFrame, SparkSession, functions

import sla_rules as sla
from sla_rules.evaluators import spark as evaluator
from sla_rules.judged import schema
from tests.conftest import agreement

AGREEMENT = agreement(
    {
        "start": "opened",
        "stop": "closed",
        "limit": {"by": "level", "table": {"P1": "1 h", "P2": "2 h"}},
        "applies": {"sites": {"ge": 1}},
    },
    events={
        "opened": {
            "level": {"kind": "text"},
            "sites": {"kind": "integer"},
            "until": {"kind": "instant", "not_before": "time"},
        },
        "closed": {},
    },
)
FIRST, LATER = "2026-03-02T14:00:00.000001Z", "2026-03-02T15:30:00Z"
UNTIL = "2026-03-02T14:00:00.000000Z"
SPANS = ("limit", "elapsed", "margin", "measured", "excluded", "down")


def outcomes(found: DataFrame) -> dict[str, str]:
    return {row.subject: row.outcome for row in found.collect()}


@pytest.fixture
def typed(spark: SparkSession) -> DataFrame:
    """Four events of two subjects, all columns of types of their own."""
    rows = [("1", "opened", "A", FIRST, "P1", 2), ("2", "opened", "B", FIRST, "P2", 2)]
    rows += [("3", "closed", "A", LATER, None, None), ("4", "closed", "B", LATER, None, None)]
    frame = spark.createDataFrame(rows, "id string, type string, subject string, time string, level string, sites int")
    return frame.withColumn("time", functions.to_timestamp("time"))


ANSWER = {"A": "breached", "B": "met"}
FIELDS = ("level", "sites")

SHAPES: dict[str, Callable[[DataFrame], DataFrame]] = {
    "columns": lambda frame: frame,
    "a struct": lambda frame: frame.withColumn("data", functions.struct(*FIELDS)).drop(*FIELDS),
    "JSON": lambda frame: frame.withColumn("data", functions.to_json(functions.struct(*FIELDS))).drop(*FIELDS),
    "a map": lambda frame: frame.withColumn("data", functions.expr("map('level', level)")).drop("level"),
    "a variant": lambda frame: frame.withColumn(
        "data", functions.parse_json(functions.to_json(functions.struct(*FIELDS)))
    ).drop(*FIELDS),
    "times as text": lambda frame: frame.withColumn(
        "time", functions.date_format("time", "yyyy-MM-dd'T'HH:mm:ss.SSSSSSXXX")
    ),
    "ids that are numbers": lambda frame: frame.withColumn("id", functions.col("id").cast("bigint")),
    "no ids": lambda frame: frame.drop("id"),
    "ids without any": lambda frame: frame.withColumn("id", functions.lit(None)),
}


@pytest.mark.parametrize("shape", SHAPES.values(), ids=SHAPES)
def test_every_shape_of_a_frame_gives_the_same(typed: DataFrame, shape: Callable[[DataFrame], DataFrame]) -> None:
    assert outcomes(evaluator.evaluate(AGREEMENT, shape(typed))) == ANSWER


@pytest.fixture
def in_tokyo(spark: SparkSession) -> Iterator[SparkSession]:
    before = spark.conf.get("spark.sql.session.timeZone")
    spark.conf.set("spark.sql.session.timeZone", "Asia/Tokyo")
    yield spark
    spark.conf.set("spark.sql.session.timeZone", before)


@pytest.mark.parametrize("mapped", [False, True])
def test_the_zone_of_the_session_changes_no_instant(in_tokyo: SparkSession, typed: DataFrame, mapped: bool) -> None:
    until = functions.to_timestamp(functions.lit(UNTIL))
    if mapped:
        frame = typed.withColumn("data", functions.create_map(functions.lit("until"), until))
    else:
        frame = typed.withColumn("until", until)
    # A microsecond before its event is one too early: the event is left out, and so is the case.
    assert outcomes(evaluator.evaluate(AGREEMENT, frame)) == {}
    found = pl.DataFrame(evaluator.evaluate(AGREEMENT, typed).toArrow()).cast(schema(AGREEMENT))
    assert {each.isoformat() for each in found["start"]} == {"2026-03-02T14:00:00.000001+00:00"}


def test_the_columns_are_those_of_a_report(typed: DataFrame) -> None:
    found = evaluator.evaluate(AGREEMENT, typed)
    kinds = dict(found.dtypes)
    assert list(kinds) == list(schema(AGREEMENT))
    assert {kinds[name] for name in SPANS} == {"bigint"}
    assert {kinds[name] for name in ("start", "due", "stop", "cancelled")} == {"timestamp"}
    assert kinds["key"] == "array<string>"
    assert kinds["outcome"] == kinds["policy"] == "string"
    [late] = found.where("outcome = 'breached'").collect()
    assert late.limit == 3_600_000_000
    assert late.margin == -1_799_999_999


def test_the_latest_event_is_the_instant_of_knowledge_unless_said(typed: DataFrame) -> None:
    assert outcomes(evaluator.evaluate(AGREEMENT, typed, "2026-03-02T15:00:00Z")) == dict.fromkeys("AB", "pending")
    assert outcomes(evaluator.evaluate(AGREEMENT, typed.where("type = 'opened'"))) == dict.fromkeys("AB", "pending")
    # A row that is no event tells no time.
    late = (
        typed.limit(1).withColumn("subject", functions.lit("")).withColumn("time", functions.lit(datetime(2027, 1, 1)))
    )
    frame = typed.where("type = 'opened'").unionAll(late.select(typed.columns))
    assert outcomes(evaluator.evaluate(AGREEMENT, frame)) == dict.fromkeys("AB", "pending")


def test_an_empty_frame_has_no_verdicts(typed: DataFrame) -> None:
    none = typed.where("false")
    assert evaluator.evaluate(AGREEMENT, none).collect() == []
    assert evaluator.findings(AGREEMENT, none).collect() == []


def test_our_names_for_columns_of_the_frame(typed: DataFrame) -> None:
    frame = typed.withColumnsRenamed({"subject": "ticket.id", "time": "at `that`", "level": "type of it"})
    names = {"subject": "ticket.id", "time": "at `that`", "level": "type of it"}
    assert outcomes(evaluator.evaluate(AGREEMENT, frame, columns=names)) == ANSWER


def test_times_without_a_zone(typed: DataFrame) -> None:
    naive = typed.withColumn("time", functions.expr("cast(time as timestamp_ntz)"))
    with pytest.raises(sla.InputError, match="column `time` has no time zone; name it with `timezone=`"):
        evaluator.evaluate(AGREEMENT, naive)
    found = evaluator.evaluate(AGREEMENT, naive, timezone="America/Toronto").select("start").distinct().toArrow()
    assert pl.DataFrame(found)["start"].dt.epoch("us").to_list() == [1_772_478_000_000_001]


def test_rows_that_are_no_events_are_findings(typed: DataFrame) -> None:
    frame = typed.withColumn("type", functions.expr("nullif(type, 'closed')"))
    found = evaluator.findings(AGREEMENT, frame.repartition(4)).collect()
    assert [(each.kind, each.message, each["count"]) for each in found] == [("unreadable", "`type` is missing", 1)] * 2


NAMES = {
    "a name that is not there": {"site": "tickets"},
    "columns that Spark takes for one": {"subject": "ticket"},
}
REFUSED: dict[str, tuple[Callable[[DataFrame], Any], str]] = {
    "another frame": (lambda _: pl.DataFrame(), "is no Spark DataFrame; `sla_rules.evaluate` takes those of other"),
    "a column is missing": (
        lambda frame: frame.withColumnRenamed("subject", "subjects"),
        "no column `subject`, did you mean `subjects`",
    ),
    "a date": (lambda frame: frame.withColumn("time", functions.to_date("time")), "column `time` holds Date"),
    "a number": (lambda frame: frame.withColumn("data", functions.lit(1)), "column `data` holds Int32"),
    "no row is an event": (
        lambda frame: frame.withColumn("subject", functions.lit("")),
        "the source: no row is an event; the first problem: `subject` is missing",
    ),
    "columns that Spark takes for one": (
        lambda frame: frame.withColumnRenamed("subject", "ticket").withColumn("Subject", functions.lit("the title")),
        "columns `subject` and `Subject` are one to Spark unless `spark.sql.caseSensitive` is set",
    ),
    "what Python has no type for": (
        lambda frame: frame.withColumn("age", functions.expr("interval 1 year")),
        "Spark cannot hand over the columns of this frame: .*YearMonthInterval",
    ),
    "a name that is not there": (lambda frame: frame, "columns: no column `tickets` for `site`"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_frames_that_are_refused(typed: DataFrame, case: str) -> None:
    change, message = REFUSED[case]
    with pytest.raises(sla.InputError, match=message):
        evaluator.evaluate(AGREEMENT, change(typed), columns=NAMES.get(case))


def test_columns_that_differ_in_case_where_spark_tells_them_apart(typed: DataFrame) -> None:
    titled = typed.withColumnRenamed("subject", "ticket").withColumn("Subject", functions.lit("the title"))
    typed.sparkSession.conf.set("spark.sql.caseSensitive", "true")
    try:
        assert outcomes(evaluator.evaluate(AGREEMENT, titled, columns={"subject": "ticket"})) == ANSWER
    finally:
        typed.sparkSession.conf.unset("spark.sql.caseSensitive")


def test_a_frame_that_streams_is_refused(spark: SparkSession) -> None:
    stream = (
        spark.readStream.format("rate").load().selectExpr("'opened' as type", "'A' as subject", "timestamp as time")
    )
    with pytest.raises(sla.InputError, match="a frame that streams never has all events"):
        evaluator.evaluate(AGREEMENT, stream)


@pytest.mark.parametrize("zone", ["GMT+8", "+08:00", "Asia/Tokyo"])
@pytest.mark.parametrize("kind", ["TIMESTAMP_LTZ", "TIMESTAMP_NTZ"])
def test_the_zone_of_the_session_changes_nothing(typed: DataFrame, zone: str, kind: str) -> None:
    wanted = pl.DataFrame(evaluator.evaluate(AGREEMENT, typed).toArrow()).sort("subject")
    conf = typed.sparkSession.conf
    conf.set("spark.sql.session.timeZone", zone)
    conf.set("spark.sql.timestampType", kind)
    try:
        found = evaluator.evaluate(AGREEMENT, typed.withColumn("data", functions.struct("time")))
        assert dict(found.dtypes)["start"] == "timestamp"
        rows = found.selectExpr("subject", "outcome", "unix_micros(start) as start").orderBy("subject").collect()
    finally:
        conf.unset("spark.sql.session.timeZone")
        conf.unset("spark.sql.timestampType")
    told = wanted.select("subject", "outcome", pl.col("start").dt.epoch("us"))
    assert [tuple(row) for row in rows] == told.rows()


def test_columns_named_like_our_own(typed: DataFrame) -> None:
    frame = typed.unionAll(typed.withColumn("subject", functions.concat("subject", functions.lit(" again"))))
    named = frame.withColumns({name: functions.lit("x") for name in ("@id", "@type", "@subject", "@to", "@hash")})
    found, wanted = (evaluator.evaluate(AGREEMENT, each).select("subject", "outcome") for each in (named, frame))
    assert sorted(found.collect()) == sorted(wanted.collect())


def test_arguments_that_are_refused(typed: DataFrame) -> None:
    with pytest.raises(sla.SlaError, match="is not an Agreement"):
        evaluator.evaluate("intercall", typed)  # type: ignore[arg-type]
    with pytest.raises(sla.InputError, match="no offset or zone"):
        evaluator.evaluate(AGREEMENT, typed, "2026-03-02T15:00:00")
    window = sla.Window(kind="maintenance", start=FIRST, end=LATER)
    with pytest.raises(sla.InputError, match="unknown kind `maintenance`"):
        evaluator.evaluate(AGREEMENT, typed, windows=[window])
