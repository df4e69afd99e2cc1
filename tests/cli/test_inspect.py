"""`sla-rules inspect`: what it prints and writes, and how it ends."""

from pathlib import Path

import pytest

from sla_rules.adapters.mapping import load_map
from sla_rules.cli import main
from tests.adapters.tables import TABLES

INCIDENTS = str(TABLES["servicenow-incident"])


def test_it_prints_what_it_found_and_the_map(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    assert main(["inspect", INCIDENTS]) == 0
    printed = capsys.readouterr().out
    told, start, map = printed.partition("# How servicenow_incident.csv is read")
    assert "`servicenow-incident`, because" in told
    assert "3 rows, 6 events of 2 cases, from 2016-12-12 15:19:57+00:00 to 2018-12-10 03:29:08+00:00" in told
    assert "times have no offset or zone" in told
    assert "1 - Critical (3)" in told
    (tmp_path / "map.yaml").write_text(start + map, "utf-8")
    assert load_map(tmp_path / "map.yaml").milestones["opened_at"] == "ticket.opened"


def test_it_writes_the_map_and_says_what_comes_next(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    path = tmp_path / "deep" / "map.yaml"
    assert main(["inspect", INCIDENTS, "--source-timezone", "Asia/Tokyo", "--write", str(path)]) == 0
    printed = capsys.readouterr().out
    assert printed.endswith(
        f"written: {path}\nnext: sla-rules check {INCIDENTS} --agreement AGREEMENT --columns {path}\n"
    )
    assert "times have no offset" not in printed
    assert load_map(path).timezone == "Asia/Tokyo"


def test_what_it_says_of_a_guess(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    path = tmp_path / "log.csv"
    path.write_text("ticket,event,when\n[b]A,Opened,2026-03-02T08:00:00Z\n" + "[b]A,Closed,never\n" * 2, "utf-8")
    assert main(["inspect", str(path)]) == 0
    printed = capsys.readouterr().out
    assert "no preset fits; this is a guess" in printed
    assert "to do no column looks like times" in printed
    path.write_text("ticket,event,when\n" + "A,[b]Opened,2026-03-02T08:00:00Z\n" * 20 + "A,Closed,never\n", "utf-8")
    assert main(["inspect", str(path), "--agreement", "helpdesk"]) == 0
    printed = capsys.readouterr().out
    assert "[b]Opened" in printed
    assert "no event log.csv:22: when: `never`" in printed
    assert "never in the file `" in printed
    assert "not declared `[b]Opened`, 20 events" in printed


def test_rows_that_are_no_events_are_told_from_what_is_in_doubt(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    path = tmp_path / "log.csv"
    path.write_text("type,subject,time\n" + "a,A,03/04/2026 10:00\n" * 7 + "a,A,soon\n", "utf-8")
    (tmp_path / "map.yaml").write_text("times: ['%d/%m/%Y %H:%M', '%m/%d/%Y %H:%M']", "utf-8")
    assert main(["inspect", str(path), "--columns", str(tmp_path / "map.yaml")]) == 0
    printed = capsys.readouterr().out
    assert "no event log.csv:9: " in printed
    assert "in doubt column `time`: no text tells day from month" in printed
    assert " more\n" not in printed


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["none.csv"], "cannot be read"),
        ([INCIDENTS, "--preset", "nyc"], "unknown preset `nyc`"),
        ([INCIDENTS, "--preset", "nyc-311"], "no column `unique_key`"),
        ([INCIDENTS, "--columns", "none.yaml"], "none.yaml"),
        ([INCIDENTS, "--source-timezone", "Asia/Tokio"], "did you mean `Asia/Tokyo`"),
        ([INCIDENTS, "--agreement", "intercal"], "did you mean `intercall`"),
        ([INCIDENTS, "--write", f"{INCIDENTS}/map.yaml"], "cannot be written"),
    ],
)
def test_bad_input_is_exit_2(arguments: list[str], said: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["inspect", *arguments]) == 2
    assert said in capsys.readouterr().err
