"""The Spark evaluator: the same verdicts as the columnar one, for histories that outgrow one machine.

What all cases need is found first: windows of time, publications, the ends of backlogs. Then Spark brings the events of
each subject, and of each other key, together, and the columnar evaluator judges them where they are.
"""

import sys
from collections.abc import Iterable, Mapping
from importlib import import_module
from importlib.util import find_spec
from os import environ
from shutil import which
from typing import TYPE_CHECKING

from sla_rules.agreement import Agreement
from sla_rules.errors import SlaError
from sla_rules.events import Window
from sla_rules.instants import micros
from sla_rules.known import check_agreement, checked_windows
from sla_rules.sources.zones import zone_of

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

    from sla_rules.evaluators.spark.plan import Plan
    from sla_rules.evaluators.spark.shuffling import SparkRows

SETTINGS = {
    "spark.executorEnv.POLARS_MAX_THREADS": "1",
    "spark.sql.execution.arrow.maxRecordsPerBatch": "50000",
    "spark.sql.execution.arrow.maxBytesPerBatch": str(2**31 - 1),
}
"""What `session` sets unless told otherwise.

Spark runs a task for each core, so each task has one to itself. Below the largest limit to the bytes of a batch, which
stands for none, Spark adds up all columns again after each row: a third of the time went into that.
"""


def evaluate(
    agreement: Agreement,
    frame: "DataFrame",
    as_of: object = None,
    windows: Iterable[Window] = (),
    *,
    columns: Mapping[str, str] | None = None,
    timezone: str | None = None,
) -> "DataFrame":
    """Judge a Spark frame of events; the same verdicts as `sla_rules.evaluate` gives, in any order.

    No event comes to the driver but those that tell of windows and publications, which every task needs. The frame is
    read several times, at once for what concerns all cases and again where the verdicts are asked for: hand in one that
    is stored, and that says the same each time. What is remarkable about the data is in `findings`.

    Args:
        agreement: as `load` gives it.
        frame: the columns `type`, `subject` (text or integers) and `time` (timestamps, or ISO 8601 text with an
            offset), `id` if there is one, and the fields of the events: as columns, or in a column `data` that is a
            struct, a map, a variant or an object as JSON text. Values keep their kind: in a map of texts all are text.
        as_of: the instant of knowledge (ISO 8601 text or a `datetime`, with offset or zone); that of the latest event
            unless said.
        windows: time that does not count, besides what the events tell of.
        columns: our names with those of the frame, `{"subject": "ticket_id"}`.
        timezone: the zone of times that have none.

    Returns:
        One row a verdict, with the columns of `Report.verdicts` in their order. Instants are timestamps, texts strings;
        `limit`, `elapsed`, `margin`, `measured`, `excluded` and `down` are microseconds (`bigint`), as tables of every
        format hold them. `pl.DataFrame(verdicts.toArrow()).cast(sla_rules.judged.schema(agreement))` has the types that
        they have in a report.

    Raises:
        SlaError: pyspark, of the extra `spark`, is not installed, or an argument is not what it must be.
        InputError: the frame has a column missing or of a type that it cannot have, or no row of it is an event.
    """
    return _plan(agreement, frame, as_of, windows, columns, timezone).verdicts().frame


def findings(
    agreement: Agreement,
    frame: "DataFrame",
    as_of: object = None,
    windows: Iterable[Window] = (),
    *,
    columns: Mapping[str, str] | None = None,
    timezone: str | None = None,
) -> "DataFrame":
    """Return what is remarkable about a Spark frame of events; takes and raises what `evaluate` does.

    Returns:
        One row a finding, with the columns `kind`, `message`, `event`, `subject`, `policy` and `count` of `Finding`.
    """
    return _plan(agreement, frame, as_of, windows, columns, timezone).findings().frame


def _plan(
    agreement: Agreement,
    frame: object,
    as_of: object,
    windows: Iterable[Window],
    columns: Mapping[str, str] | None,
    timezone: str | None,
) -> "Plan[SparkRows]":
    need_pyspark()
    from sla_rules.evaluators.spark.incoming import incoming
    from sla_rules.evaluators.spark.plan import Plan

    check_agreement(agreement)
    passed = checked_windows(windows, agreement)
    now = None if as_of is None else micros(as_of)
    given, brief, reader = incoming(frame, columns, agreement, zone_of(timezone))
    return Plan(given, brief, reader, now, passed, given.parts)


def session(master: str | None = None, settings: Mapping[str, str] | None = None) -> "SparkSession":
    """Return the running session of Spark, or start one whose workers run this very Python.

    Args:
        master: where it runs, as Spark names it, unless `spark-submit` says so: on all cores of this machine.
        settings: of the session, `{"spark.driver.memory": "4g"}`, besides those of `SETTINGS`.

    Raises:
        SlaError: pyspark, of the extra `spark`, or Java is not installed.
    """
    need_pyspark()
    home = environ.get("JAVA_HOME")
    if which("java", path=f"{home}/bin" if home else None) is None:
        raise SlaError("Spark needs Java 17 or later; there is none in `JAVA_HOME`, nor in the path")
    environ.setdefault("PYSPARK_PYTHON", sys.executable)
    builder = import_module("pyspark.sql").SparkSession.builder
    if master is not None:
        builder = builder.master(master)
    for name, value in {**SETTINGS, **(settings or {})}.items():
        builder = builder.config(name, value)
    started: SparkSession = builder.getOrCreate()
    return started


def need_pyspark() -> None:
    """Refuse to go on without pyspark. Raises `SlaError`."""
    for package in ("pyspark", "pyarrow", "pandas"):
        if find_spec(package) is None:
            raise SlaError(f"{package} is not installed; `pip install sla-rules[spark]` installs it")
