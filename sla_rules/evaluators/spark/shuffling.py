"""What a plan asks of rows, done by Spark."""

from collections.abc import Iterable
from functools import reduce
from operator import and_

import pyarrow as pa
from pyspark.sql import Column, DataFrame, functions

from sla_rules.evaluators.spark.outgoing import TO, Rows
from sla_rules.evaluators.spark.spread import Task

ALIKE = ("subject", "type")
"""What events that share their id must have in common to come to the same places."""
_HASH = "@hash of the id"
_KEPT = "@kept "
"""Before the names of those that count."""


class SparkRows:
    """A Spark frame as `Spread`."""

    def __init__(self, frame: DataFrame) -> None:
        self.frame = frame

    @property
    def parts(self) -> int:
        """Into how many places the session brings rows, unless told otherwise."""
        return int(self.frame.sparkSession.conf.get("spark.sql.shuffle.partitions"))

    def named(self) -> "SparkRows":
        """Return the rows that have a type and a subject."""
        return SparkRows(self.frame.where(present("type") & present("subject")))

    def of_types(self, types: Iterable[str]) -> "SparkRows":
        """Return the events of some types."""
        return SparkRows(self.frame.where(functions.col("type").isin(sorted(types))))

    def together(self, parts: int, *columns: str) -> "SparkRows":
        """Bring rows that are alike in some columns to one of so many places."""
        return SparkRows(self.frame.repartition(parts, *columns))

    def all_together(self) -> "SparkRows":
        """Bring all rows to one place, in which a task runs without any as well."""
        # Spark leaves out what has no rows; one of nulls is no event.
        nulls = (functions.lit(None).cast(field.dataType).alias(field.name) for field in self.frame.schema.fields)
        return SparkRows(self.frame.unionAll(self.frame.sparkSession.range(1).select(*nulls)).repartition(1))

    def run(self, task: Task, rows: Rows) -> "SparkRows":
        """Return what a task gives in each place."""
        return SparkRows(self.frame.mapInArrow(task, rows.ddl))

    def run_to(self, task: Task) -> "SparkRows":
        """Return what a task gives in each place: rows with the same columns, and `TO`."""
        marked = self.frame.withColumn(TO, functions.lit(0).cast("bigint"))
        return SparkRows(self.frame.mapInArrow(task, marked.schema))

    def beside(self, others: "SparkRows") -> "SparkRows":
        """Return these rows and others with the same columns."""
        return SparkRows(self.frame.unionAll(others.frame))

    def collected(self) -> pa.Table:
        """Return all rows, which must be few."""
        return self.frame.toArrow()

    def with_repeated_ids(self, parts: int, *, differing: bool) -> "SparkRows | None":
        """Return the events that share their id, those of one id in one place; None where there are none.

        Ids are compared by hash: two of one hash come along for nothing, and are told apart by who looks at them.
        """
        if "id" not in self.frame.columns:
            return None
        low, high = (of(functions.xxhash64(*ALIKE)) for of in (functions.min, functions.max))
        repeated = low != high if differing else functions.count("*") > 1
        named = self.frame.where(present("id"))
        hashes = named.groupBy(functions.xxhash64("id").alias(_HASH)).agg(repeated.alias("repeated"))
        some = hashes.where("repeated").select(_HASH)
        if some.isEmpty():
            return None
        found = named.withColumn(_HASH, functions.xxhash64("id")).join(some, _HASH, "left_semi").drop(_HASH)
        return SparkRows(found.repartition(parts, "id"))

    def without_others(self, kept: "SparkRows") -> "SparkRows":
        """Leave out events that share their id with one that is kept, and differ from it in subject or type."""
        marked = kept.frame.toDF(*(f"{_KEPT}{name}" for name in kept.frame.columns))
        joined = self.frame.join(marked, functions.col("id") == functions.col(f"{_KEPT}id"), "left")
        alike = reduce(and_, (functions.col(name) == functions.col(f"{_KEPT}{name}") for name in ALIKE))
        return SparkRows(joined.where(functions.col(f"{_KEPT}id").isNull() | alike).drop(*marked.columns))


def present(name: str) -> Column:
    """Say whether a text is there."""
    return functions.col(name).isNotNull() & (functions.col(name) != "")
