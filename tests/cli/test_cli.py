"""The command line: what it prints, what it writes, how it ends."""

import json
from pathlib import Path

import polars as pl
import pytest

from sla_rules.cli import main

GOOD = {
    "id": "1",
    "type": "ticket.opened",
    "subject": "T-1",
    "time": "2026-03-02T14:00:00Z",
    "data": {"severity": "SL3"},
}
LATE = {"id": "2", "type": "ticket.responded", "subject": "T-1", "time": "2026-03-02T14:15:00.000001Z"}
IN_TIME = {**LATE, "time": "2026-03-02T14:15:00Z"}


def lines(path: Path, *rows: object) -> str:
    path.write_text(
        "".join((row if isinstance(row, str) else json.dumps(row)) + "\n" for row in rows), encoding="utf-8"
    )
    return str(path)


def check(*arguments: str) -> int:
    return main(["check", *arguments, "--agreement", "intercall"])


def test_a_kept_promise_is_exit_0(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert check(lines(tmp_path / "e.jsonl", GOOD, IN_TIME), "--only", "support.response") == 0
    assert "kept" in capsys.readouterr().out


def test_a_broken_commitment_is_exit_1_with_the_reason(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert check(lines(tmp_path / "e.jsonl", GOOD, LATE), "--only", "support.response") == 1
    printed = " ".join(capsys.readouterr().out.split())
    assert "1 x support.response" in printed
    assert "15 min 0.000001 s after" in printed
    assert "Temps de réponse/de résolution" in printed


def test_a_broken_target_alone_is_exit_0(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    mail = {"type": "email.received", "subject": "M", "time": "2026-03-02T14:00:00Z"}
    answer = {"type": "email.answered", "subject": "M", "time": "2026-03-03T14:00:01Z"}
    assert check(lines(tmp_path / "e.jsonl", mail, answer), "--only", "helpdesk.email") == 0
    assert "broken" in capsys.readouterr().out


def test_json_and_markdown_are_written(tmp_path: Path) -> None:
    out, text = tmp_path / "deep" / "r.json", tmp_path / "r.md"
    events = lines(tmp_path / "e.jsonl", GOOD, LATE)
    assert check(events, "--only", "support.response", "--json", str(out), "--markdown", str(text)) == 1
    report = json.loads(out.read_text(encoding="utf-8"))
    assert report["format"] == 1
    assert report["as_of"] == "2026-03-02T14:15:00.000001+00:00"
    (breach,) = report["breaches"]
    assert breach["policy"] == "support.response"
    assert breach["due"] == "2026-03-02T14:15:00Z"
    assert breach["margin"] == -1
    assert breach["clauses"] == ["support.response"]
    assert "### support.response (Temps de réponse/de résolution), commitment: 1" in text.read_text(encoding="utf-8")


def test_as_of_decides_what_is_known(tmp_path: Path) -> None:
    events = lines(tmp_path / "e.jsonl", GOOD, LATE)
    assert check(events, "--only", "support.response", "--as-of", "2026-03-02T14:15:00Z") == 0
    assert check(events, "--only", "support.response", "--as-of", "2026-03-02T14:15:00.000002Z") == 1


def test_a_broken_line_is_reported_with_its_number_and_the_rest_judged(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    events = lines(tmp_path / "e.jsonl", GOOD, '{"id": "x", "type": ', LATE)
    assert check(events, "--only", "support.response") == 1
    assert "e.jsonl:2" in capsys.readouterr().out
    assert check(events, "--only", "support.response", "--strict") == 2


def test_a_naive_time_in_a_file_is_a_finding(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    naive = {**GOOD, "id": "9", "subject": "T-9", "time": "2026-03-02T14:00:00"}
    assert check(lines(tmp_path / "e.jsonl", GOOD, naive, IN_TIME), "--only", "support.response") == 0
    printed = capsys.readouterr().out
    assert "naive_time" in printed
    assert "e.jsonl:2" in printed


def test_a_source_without_stops_is_no_breach_but_a_question(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    events = lines(tmp_path / "e.jsonl", GOOD)
    late = ("--only", "support.response", "--as-of", "2026-04-01T00:00:00Z")
    assert check(events, *late) == 0
    assert "check the mapping: no `ticket.responded` in this source" in " ".join(capsys.readouterr().out.split())
    assert check(events, *late, "--strict") == 2
    assert check(events, *late, "--assume-complete") == 1


def test_csv_and_parquet_say_the_same_as_json_lines(tmp_path: Path) -> None:
    table = tmp_path / "e.csv"
    table.write_text(
        "id,type,subject,time,severity\n"
        "1,ticket.opened,T-1,2026-03-02T14:00:00Z,SL3\n"
        "2,ticket.responded,T-1,2026-03-02T14:15:00.000001Z,\n",
        encoding="utf-8",
    )
    assert check(str(table), "--only", "support.response") == 1
    parquet = tmp_path / "e.parquet"
    frame = pl.read_csv(table).with_columns(pl.col("time").str.to_datetime(time_zone="UTC"))
    frame.write_parquet(parquet)
    assert check(str(parquet), "--only", "support.response") == 1


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("e.txt", "", ".jsonl, .ndjson, .csv, .parquet"),
        ("e.csv", "id,type,subjct,time\n", "no column `subject`, did you mean `subjct`?"),
        ("e.jsonl", "nonsense\n", "no row is an event"),
        ("e.parquet", "PAR1 cut in half", "cannot be read"),
    ],
)
def test_a_file_that_is_none_is_exit_2(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str, content: str, said: str
) -> None:
    path = tmp_path / name
    path.write_text(content, encoding="utf-8")
    assert check(str(path)) == 2
    assert said in capsys.readouterr().err


def test_a_missing_file_a_wrong_agreement_and_a_wrong_as_of_are_exit_2(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    events = lines(tmp_path / "e.jsonl", GOOD)
    assert check(str(tmp_path / "none.jsonl")) == 2
    assert "cannot be read" in capsys.readouterr().err
    assert main(["check", events, "--agreement", "intercal"]) == 2
    assert "did you mean `intercall`?" in capsys.readouterr().err
    assert check(events, "--as-of", "2026-03-02T14:15:00") == 2
    assert "no offset or zone" in capsys.readouterr().err
    assert check(events, "--only", "support.respons") == 2
    assert "did you mean `support.response`?" in capsys.readouterr().err


def test_lint_says_what_is_wrong_and_where(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    bad = tmp_path / "bad.yaml"
    bad.write_text("agreement: a\nclauses: [{id: c}]\nevents: {}\npolices: []\n", encoding="utf-8")
    assert main(["lint", "intercall", str(bad)]) == 2
    printed = capsys.readouterr()
    assert "intercall: good" in printed.out
    assert f"{bad}:4: polices: unknown key `polices`, did you mean `policies`?" in printed.err


def test_schema_prints_the_shipped_schema(capsys: pytest.CaptureFixture[str]) -> None:
    import sla_rules

    assert main(["schema"]) == 0
    assert capsys.readouterr().out == (Path(sla_rules.__file__).parent / "schema.json").read_text(encoding="utf-8")
