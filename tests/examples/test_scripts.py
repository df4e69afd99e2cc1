"""The scripts of the examples, run as a user runs them: from the root of a fresh copy, with data that they make."""

import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

EXAMPLES = Path(__file__).parents[2] / "examples"


@pytest.fixture
def project(tmp_path: Path) -> Path:
    shutil.copytree(EXAMPLES, tmp_path / "examples")
    return tmp_path


def printed(project: Path, name: str) -> str:
    done = subprocess.run(
        [sys.executable, f"examples/{name}.py"], cwd=project, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_pandas_history(project: Path) -> None:
    lines = [line.split() for line in printed(project, "pandas_history").splitlines()]
    assert lines[:3] == [
        ["team", "met", "counted", "attained", "kept"],
        ["north", "899", "1000", "0.899", "False"],
        ["south", "1000", "1000", "1.000", "True"],
    ]
    # Opened at 09:00 on Monday in Paris, an hour given, answered on Tuesday at 09:20: 8 h 20 min of working time.
    assert lines[4] == ["T-0", "2025-01-06", "09:00:00+00:00", "0", "days", "07:20:00"]


def test_duckdb_history(project: Path) -> None:
    lines = printed(project, "duckdb_history").splitlines()
    assert lines[:2] == [
        "north: 34 tickets of priority high late, the latest by 7:20:00 of working time",
        "north: 67 tickets of priority low late, the latest by 4:20:00 of working time",
    ]
    assert [line.partition(":")[0] for line in lines[2:]] == [f"2025-{month:02}" for month in range(1, 7)]
    assert all(re.fullmatch(r"2025-0\d: only \d+/\d+ in time", line) for line in lines[2:])


def test_the_year_has_one_late_ticket_in_five_of_one_team_until_the_summer(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.syspath_prepend(project / "examples")
    from desk import rows

    at: dict[str, dict[str, dict[str, Any]]] = {}
    for row in rows():
        at.setdefault(row["ticket"], {})[row["event"]] = row
    waited = {
        ticket: each["ticket.opened"]
        for ticket, each in at.items()
        if each["ticket.opened"]["local_time"].date() != each["ticket.answered"]["local_time"].date()
    }
    assert len(waited) == 101
    assert {each["team"] for each in waited.values()} == {"north"}
    assert max(each["local_time"].month for each in waited.values()) == 6
