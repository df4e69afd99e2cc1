"""The columnar evaluator in a lazy query that another process runs, as an engine far away would."""

import subprocess
import sys
from functools import partial
from pathlib import Path

import polars as pl

import sla_rules as sla
from sla_rules.judged import schema
from sla_rules.testing import simulate
from tests.columnar.test_same_verdicts import INTERCALL
from tests.columnar.tools import as_rows, to_parquet
from tests.comparing import rows_of

RUN = "import sys, polars as pl; pl.LazyFrame.deserialize(sys.argv[1]).sink_parquet(sys.argv[2])"


def judged(events: pl.DataFrame, agreement: sla.Agreement, as_of: object) -> pl.DataFrame:
    return sla.evaluate(agreement, events, as_of=as_of).verdicts


def test_a_query_that_judges_runs_elsewhere(tmp_path: Path) -> None:
    made = simulate.month(seed=5, month=2, tickets=60, calls=100)
    path = to_parquet(as_rows(made.events), INTERCALL, tmp_path / "month.parquet")
    judge = partial(judged, agreement=INTERCALL, as_of=made.as_of)
    query = pl.scan_parquet(path).map_batches(judge, schema=schema(INTERCALL))
    query.serialize(tmp_path / "query")
    subprocess.run([sys.executable, "-c", RUN, tmp_path / "query", tmp_path / "verdicts.parquet"], check=True)

    expected = sla.evaluate(INTERCALL, path, as_of=made.as_of)
    found = pl.read_parquet(tmp_path / "verdicts.parquet")
    assert found.schema == schema(INTERCALL)
    assert rows_of(found, expected.judged) == rows_of(expected.verdicts, expected.judged)
