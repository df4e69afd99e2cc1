"""What happens to tasks on a cluster: too much in one, nothing in another, one that fails, columns that come late."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import polars as pl
import pyarrow as pa
import pytest
from pyspark import TaskContext
from pyspark.sql import DataFrame, SparkSession, functions

import sla_rules as sla
from sla_rules.evaluators import spark as evaluator
from sla_rules.evaluators.spark import plan
from sla_rules.evaluators.spark.judging import BySubject, PeriodsToo
from sla_rules.instants import DAY, micros
from sla_rules.judged import schema
from tests.comparing import rows_of
from tests.conftest import agreement
from tests.spark.sessions import LOCAL, session

AGREEMENT = agreement(
    {
        "start": "opened",
        "stop": "closed",
        "limit": "15 min",
        "occurrence": "each",
        "match": ["subject", "site"],
        "objective": {"at_least": "90 %", "per": "month"},
    },
    events={"opened": {"site": {"kind": "text"}}, "closed": {"site": {"kind": "text"}}},
)
BEGIN = micros("2026-03-02T00:00:00Z")
MANY = 1_000_000


def cases(spark: SparkSession, number: int) -> DataFrame:
    """So many cases that close after 0 to 29 minutes: all of one subject, but for one in a thousand."""
    subject = functions.expr("if(id % 1000 = 0, concat('other ', id), 'crowd')")
    opened = spark.range(number).select(
        functions.concat(functions.lit("o"), "id").alias("id"),
        functions.lit("opened").alias("type"),
        subject.alias("subject"),
        functions.timestamp_micros(functions.expr(f"{BEGIN} + id * {DAY // 50_000}")).alias("time"),
        functions.concat(functions.lit("site "), "id").alias("site"),
    )
    after = functions.expr("make_dt_interval(0, 0, cast(substring(id, 2) as bigint) % 30)")
    closed = opened.withColumn("time", functions.col("time") + after).withColumn("type", functions.lit("closed"))
    return opened.unionAll(closed.withColumn("id", functions.concat(functions.lit("c"), "id")))


def same(found: DataFrame, source: DataFrame) -> None:
    """Verdicts are those of the columnar evaluator on the same rows."""
    expected = sla.evaluate(AGREEMENT, pl.DataFrame(source.toArrow()))
    verdicts = pl.DataFrame(found.toArrow()).cast(schema(AGREEMENT))
    assert len(verdicts) > 0
    assert rows_of(verdicts, expected.judged) == rows_of(expected.verdicts, expected.judged)


def test_a_subject_with_very_many_events(spark: SparkSession) -> None:
    found = evaluator.evaluate(AGREEMENT, cases(spark, MANY // 2))
    instances, months = found.where("counted is null"), found.where("counted is not null")
    assert instances.where("subject = 'crowd'").count() == MANY // 2 * 999 // 1000
    counted = {row.outcome: row["count"] for row in instances.groupBy("outcome").count().collect()}
    # 16 of 30 close within the 15 minutes, the bound included.
    late = sum(1 for number in range(MANY // 2) if number % 30 > 15)
    assert counted == {"met": MANY // 2 - late, "breached": late}
    assert [(row.period, row.met, row.breached) for row in months.collect()] == [("2026-03", MANY // 2 - late, late)]


@pytest.fixture
def in_many_places(monkeypatch: pytest.MonkeyPatch, spark: SparkSession) -> Iterator[None]:
    monkeypatch.setattr(plan, "SMALL", 1)
    spark.conf.set("spark.sql.shuffle.partitions", "7")
    yield
    spark.conf.set("spark.sql.shuffle.partitions", "2")


@pytest.mark.usefixtures("in_many_places")
def test_places_without_any_rows(spark: SparkSession) -> None:
    source = cases(spark, 2).repartition(5)
    same(evaluator.evaluate(AGREEMENT, source), source)


def test_more_places_where_there_are_very_many_rows(spark: SparkSession, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(plan, "LARGE", 10)
    source = cases(spark, 25)
    found = evaluator.evaluate(AGREEMENT, source)
    assert found.rdd.getNumPartitions() == 6
    same(found, source)


def test_columns_that_appear_late(spark: SparkSession, tmp_path: Path) -> None:
    frame = cases(spark, 40).withColumn("hint", functions.lit("x"))
    frame.where("type = 'closed'").drop("hint", "site").write.parquet(str(tmp_path / "part=1"))
    frame.where("type = 'opened'").write.parquet(str(tmp_path / "part=2"))
    typed = spark.read.option("mergeSchema", "true").parquet(str(tmp_path))
    same(evaluator.evaluate(AGREEMENT, typed), typed)
    fields = functions.expr("if(type = 'opened', to_json(named_struct('site', site)), '{}')")
    as_json = cases(spark, 40).withColumn("data", fields).drop("site").orderBy(functions.desc("type"))
    same(evaluator.evaluate(AGREEMENT, as_json), as_json)


def failing_once(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """Gives half of its rows and fails, but the first time only."""
    context = TaskContext.get()
    assert context is not None
    for number, batch in enumerate(batches):
        if context.attemptNumber() == 0 and (number or batch.num_rows > 10):
            yield batch.slice(0, batch.num_rows // 2)
            raise RuntimeError("the machine is gone")
        yield batch


def test_a_task_that_fails_is_tried_again(spark: SparkSession) -> None:
    source = cases(spark, 60).repartition(2)
    failing = source.mapInArrow(failing_once, source.schema)
    same(evaluator.evaluate(AGREEMENT, failing), source)


@dataclass(frozen=True)
class FailingOnce(BySubject):
    """Judges, and fails at its first attempt, after half of what it has to say."""

    def __call__(self, batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        return failing_once(super().__call__(batches))


def test_a_task_that_judges_and_fails_is_tried_again(spark: SparkSession, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(plan, "BySubject", FailingOnce)
    source = cases(spark, 60)
    same(evaluator.evaluate(AGREEMENT, source), source)


@dataclass(frozen=True)
class InAnotherOrder(BySubject):
    """Judges its rows in another order once `lost` is there."""

    lost: Path = Path()

    def __call__(self, batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        rows = list(batches)
        if self.lost.exists() and rows:
            whole = pa.Table.from_batches(rows)
            rows = whole.take(list(range(len(whole)))[::-1]).to_batches()
        return super().__call__(iter(rows))


@dataclass(frozen=True)
class Losing(PeriodsToo):
    """Loses, once the second place is done, all verdicts that are on their way to others."""

    lost: Path = Path()
    laid: str = ""

    def __call__(self, batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        yield from super().__call__(batches)
        context = TaskContext.get()
        assert context is not None
        if context.partitionId() == 1 and not self.lost.exists():
            self.lost.touch()
            newest = max(int(file.name.split("_")[1]) for file in Path(self.laid).rglob("shuffle_*"))
            for file in Path(self.laid).rglob(f"shuffle_{newest}_*"):
                file.unlink()


@pytest.fixture
def ended_afterwards() -> Iterator[None]:
    """The session is not used again: Spark takes a worker that lost something for gone, and asks it for nothing."""
    yield
    session().stop()
    session.cache_clear()


@pytest.mark.usefixtures("ended_afterwards", "in_many_places")
def test_verdicts_that_are_lost_on_their_way_are_judged_again(
    spark: SparkSession, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    lost = tmp_path / "lost"
    monkeypatch.setattr(plan, "BySubject", lambda *given: InAnotherOrder(*given, lost))
    monkeypatch.setattr(plan, "PeriodsToo", lambda *given: Losing(*given, lost, LOCAL.name))
    source = cases(spark, 300).withColumn("subject", functions.col("site")).localCheckpoint()
    same(evaluator.evaluate(AGREEMENT, source), source)
    assert lost.exists()


@pytest.mark.usefixtures("in_many_places")
def test_repeated_ids_in_other_places(spark: SparkSession) -> None:
    some = cases(spark, 30)
    # Ten of them twice, five with a later one of another subject, and five of another type.
    others = some.where("type = 'opened'").withColumn("time", functions.col("time") + functions.expr("interval 1 day"))
    source = (
        some.unionAll(some.limit(10))
        .unionAll(others.limit(5).withColumn("subject", functions.concat(functions.lit("else "), "id")))
        .unionAll(others.limit(9).withColumn("type", functions.lit("closed")))
    ).localCheckpoint()
    same(evaluator.evaluate(AGREEMENT, source), source)
    found = evaluator.findings(AGREEMENT, source).groupBy("kind").agg(functions.sum("count")).collect()
    assert {(kind, number) for kind, number in found} == {("duplicate", 10), ("conflicting_id", 14)}


def test_cases_are_judged_when_their_verdicts_are_asked_for(spark: SparkSession) -> None:
    failing = cases(spark, 5).withColumn("site", functions.expr("if(site = 'site 3', raise_error('read'), site)"))
    found = evaluator.evaluate(AGREEMENT, failing)
    with pytest.raises(Exception, match="read"):
        found.collect()
