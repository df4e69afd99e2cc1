"""The Spark evaluator under the signature of `sla.judge`, on Spark and without it."""

from collections import Counter
from collections.abc import Callable, Iterable
from functools import cache

import polars as pl
import pyarrow as pa
from pyspark.sql import SparkSession

import sla_rules as sla
from sla_rules.evaluators import spark
from sla_rules.evaluators.spark.plan import Plan
from sla_rules.evaluators.spark.reading import Reader
from sla_rules.events import Finding
from sla_rules.instants import micros
from sla_rules.judged import Judged, listed, schema
from sla_rules.known import check_agreement, checked_events, checked_windows
from sla_rules.verdict import Verdicts, nothing_known
from tests.columnar.tools import as_rows, with_json
from tests.spark.local import LocalRows

PARTS = 2


def judge_on(
    session: SparkSession,
    agreement: sla.Agreement,
    events: Iterable[sla.Event],
    *,
    as_of: object = None,
    windows: Iterable[sla.Window] = (),
) -> Verdicts:
    """Judge events on Spark, whose frame has all of their data as JSON text."""
    check_agreement(agreement)
    events, windows = checked_events(events), checked_windows(windows, agreement)
    given = session.createDataFrame(rows_of(events)).repartition(2)
    asked = agreement, given, as_of, windows
    return Told(agreement, events, as_of, spark.evaluate(*asked).toArrow(), lambda: spark.findings(*asked).toArrow())


def judge_locally(
    agreement: sla.Agreement, events: Iterable[sla.Event], *, as_of: object = None, windows: Iterable[sla.Window] = ()
) -> Verdicts:
    """Judge events as Spark would be asked to."""
    check_agreement(agreement)
    events, windows = checked_events(events), checked_windows(windows, agreement)
    rows = rows_of(events)
    given = LocalRows([rows.slice(0, len(rows) // 2), rows.slice(len(rows) // 2)])
    now = None if as_of is None else micros(as_of)
    plan = Plan(given, given, Reader(agreement, (), None), now, windows, PARTS)
    return Told(agreement, events, as_of, plan.verdicts().collected(), lambda: plan.findings().collected())


def rows_of(events: Iterable[sla.Event]) -> pa.Table:
    """Events as rows, their data as JSON text."""
    return with_json(as_rows(events)).to_arrow(compat_level=pl.CompatLevel.oldest())


class Told(Verdicts):
    """What a frame of verdicts says, as a list; findings are looked for when a test asks for them."""

    def __init__(
        self,
        agreement: sla.Agreement,
        events: list[sla.Event],
        as_of: object,
        verdicts: pa.Table,
        findings: Callable[[], pa.Table],
    ) -> None:
        self._find: Callable[[], list[Finding]] = list
        now = max((event.at for event in events), default=None) if as_of is None else micros(as_of)
        super().__init__(agreement, now)
        frame = pl.DataFrame(verdicts).cast(schema(agreement)).lazy()
        given = Counter(event.type for event in events)
        self += listed(Judged(agreement, now, given, list, lambda _: frame, nothing_known))
        self.given = dict(given)
        self._find = cache(lambda: [Finding(**row) for row in findings().to_pylist()])

    @property
    def findings(self) -> list[Finding]:
        return self._find()

    @findings.setter
    def findings(self, _: list[Finding]) -> None:
        """They are found."""
