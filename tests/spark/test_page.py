"""The jobs of docs/scale.md, handed in as its reader would, to a cluster of two machines that Spark plays."""

import os
import subprocess
import sys
from collections import Counter
from pathlib import Path

import polars as pl
import pyspark
import pytest

import sla_rules as sla
from sla_rules.judged import schema
from sla_rules.testing import simulate
from tests.columnar.tools import as_rows, to_parquet
from tests.comparing import rows_of, told
from tests.test_docs import BLOCKS, FILE, ROOT

INTERCALL = sla.load("intercall")
SUBMIT = Path(pyspark.__file__).parent / "bin" / "spark-submit"
MASTER = "local-cluster[2,1,1024]"
PLAYED = ("--master", MASTER, "--driver-memory", "1g", "--executor-memory", "1g")
"""Two machines with a core each: processes of their own, to which everything has to be sent."""


@pytest.fixture
def jobs(tmp_path: Path) -> Path:
    """A folder with the files of the page."""
    for block in BLOCKS[ROOT / "docs" / "scale.md"]:
        if block.mark.startswith(FILE):
            (tmp_path / block.mark.removeprefix(FILE)).write_text(block.text, encoding="utf-8")
    return tmp_path


def run(folder: Path, *command: object) -> str:
    """Run a command in a folder; what it prints."""
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    environment = {
        **os.environ,
        "PATH": path,
        "PYSPARK_PYTHON": sys.executable,
        "PYSPARK_DRIVER_PYTHON": sys.executable,
    }
    done = subprocess.run(
        [str(word) for word in command], cwd=folder, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr[-3000:]
    return done.stdout


def test_a_job_handed_in_to_a_cluster(jobs: Path) -> None:
    made = simulate.month(seed=3, month=5, tickets=60, calls=100)
    events = jobs / "events"
    events.mkdir()
    path = to_parquet(as_rows(made.events), INTERCALL, events / "may.parquet")
    expected = sla.evaluate(INTERCALL, path, as_of=made.as_of)
    log = jobs / "log"
    log.mkdir()
    said = {"enabled": "true", "compress": "false", "dir": str(log)}
    logged = [word for name, value in said.items() for word in ("--conf", f"spark.eventLog.{name}={value}")]
    run(jobs, SUBMIT, *PLAYED, *logged, "judge_year.py", events, jobs / "verdicts", jobs / "findings", made.as_of)

    happened = "".join(file.read_text(encoding="utf-8") for file in log.rglob("*") if file.is_file())
    assert f'"spark.master":"{MASTER}"' in happened
    assert happened.count('"Event":"SparkListenerExecutorAdded"') == 2

    found = pl.read_parquet(jobs / "verdicts" / "*.parquet").cast(schema(INTERCALL))
    assert rows_of(found, expected.judged) == rows_of(expected.verdicts, expected.judged)
    findings = pl.read_parquet(jobs / "findings" / "*.parquet")
    assert Counter(findings.iter_rows()) == Counter(map(told, expected.findings))

    shown = run(jobs, sys.executable, "read_verdicts.py", jobs / "verdicts")
    breached = expected.verdicts.filter(outcome="breached").group_by("policy").len().sort("policy")
    assert shown == f"{breached}\n"
