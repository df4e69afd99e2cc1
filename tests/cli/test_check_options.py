"""The options of `check` and `explain` beyond a file and an agreement: windows, portfolios, stated outcomes."""

import json
from pathlib import Path

import pytest

from sla_rules.cli import main

DESK = {
    "agreement": "desk",
    "timezone": "Europe/Paris",
    "clauses": [{"id": "c"}],
    "events": {
        "ticket.opened": {"customer": {"kind": "text"}},
        "ticket.closed": {},
        "maintenance.planned": {"begin": {"kind": "instant"}, "end": {"kind": "instant"}},
    },
    "windows": {"maintenance": {"event": "maintenance.planned", "start": "begin", "end": "end"}},
    "policies": [
        {
            "id": "p",
            "clause": "c",
            "kind": "deadline",
            "start": "ticket.opened",
            "stop": "ticket.closed",
            "limit": "1 h",
            "exclude": ["maintenance"],
        }
    ],
}
LOG = (
    "type,subject,time,customer,made_sla\n"
    "ticket.opened,T-1,2026-03-02T10:00:00Z,acme,true\n"
    "ticket.closed,T-1,2026-03-02T12:00:00Z,,\n"
)
FIRST = "start,end\n2026-03-02T10:15:00Z,2026-03-02T10:45:00Z\n"
SECOND = "start,end\n2026-03-02 12:00:00,2026-03-02 12:30:00\n"
FOREVER = (
    "BEGIN:VCALENDAR\nVERSION:2.0\nBEGIN:VEVENT\nUID:u\nDTSTART:20260301T100000Z\nDTEND:20260301T110000Z\n"
    "RRULE:FREQ=DAILY\nEND:VEVENT\nEND:VCALENDAR\n"
)


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with an agreement, a log of a ticket closed after two hours, and windows."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "desk.yaml").write_text(json.dumps(DESK), "utf-8")
    (tmp_path / "slow.yaml").write_text(json.dumps({**DESK, "agreement": "slow"}).replace("1 h", "3 h"), "utf-8")
    (tmp_path / "log.csv").write_text(LOG, "utf-8")
    (tmp_path / "first.csv").write_text(FIRST, "utf-8")
    (tmp_path / "second.csv").write_text(SECOND, "utf-8")
    (tmp_path / "daily.ics").write_text(FOREVER, "utf-8")
    return tmp_path


def check(*arguments: str) -> int:
    return main(["check", "log.csv", *arguments])


def test_windows_of_several_files_add_up(desk: Path) -> None:
    assert check("--agreement", "desk.yaml") == 1
    assert check("--agreement", "desk.yaml", "--windows", "first.csv") == 1
    # The second file has wall-clock times: 12:00 in Paris is 11:00 UTC.
    both = ("--windows", "first.csv", "--windows", "second.csv", "--source-timezone", "Europe/Paris")
    assert check("--agreement", "desk.yaml", *both) == 0
    assert check("--agreement", "desk.yaml", *both[:4]) == 2


def test_windows_that_recur_without_end(desk: Path, capsys: pytest.CaptureFixture[str]) -> None:
    pytest.importorskip("icalendar")
    assert check("--agreement", "desk.yaml", "--windows", "daily.ics") == 2
    assert "without end" in capsys.readouterr().err
    until = ("--windows", "daily.ics", "--windows-until")
    assert check("--agreement", "desk.yaml", *until, "2026-04-01T00:00:00Z") == 0
    assert check("--agreement", "desk.yaml", *until, "2026-03-02T00:00:00Z") == 1
    assert check("--agreement", "desk.yaml", "--windows-until", "2026-03-02T00:00:00Z") == 2
    assert "`--windows`" in capsys.readouterr().err


def test_explain_takes_windows_too(desk: Path, capsys: pytest.CaptureFixture[str]) -> None:
    told = ["explain", "log.csv", "--agreement", "desk.yaml", "--subject", "T-1", "--json", "story.json"]
    assert main(told) == 0
    without = (desk / "story.json").read_text("utf-8")
    assert main([*told, "--windows", "first.csv"]) == 0
    assert (desk / "story.json").read_text("utf-8") != without
    assert "30 min" in capsys.readouterr().out


def test_a_portfolio(desk: Path) -> None:
    (desk / "customers.yaml").write_text("by: customer\nagreements: {acme: desk.yaml, globex: slow.yaml}\n", "utf-8")
    assert check("--portfolio", "customers.yaml", "--json", "out.json") == 1
    told = json.loads((desk / "out.json").read_text("utf-8"))
    assert {row["agreement"]: row["breaches"] for row in told["overview"]} == {"acme": 1, "globex": 0}
    (desk / "customers.yaml").write_text("by: customer\nagreements: {acme: slow.yaml}\n", "utf-8")
    assert check("--portfolio", "customers.yaml") == 0
    assert check("--portfolio", "customers.yaml", "--only", "q") == 2


@pytest.fixture
def customers(desk: Path) -> Path:
    """Two customers of the desk, the second with three hours; both have a ticket closed after two."""
    (desk / "customers.yaml").write_text("by: customer\nagreements: {acme: desk.yaml, globex: slow.yaml}\n", "utf-8")
    with (desk / "log.csv").open("a", encoding="utf-8") as log:
        log.write("ticket.opened,T-2,2026-03-02T10:00:00Z,globex,true\nticket.closed,T-2,2026-03-02T12:00:00Z,,\n")
    return desk


def test_a_portfolio_takes_windows(customers: Path, capsys: pytest.CaptureFixture[str]) -> None:
    both = ("--windows", "first.csv", "--windows", "second.csv", "--source-timezone", "Europe/Paris")
    assert check("--portfolio", "customers.yaml") == 1
    assert check("--portfolio", "customers.yaml", *both[:2]) == 1
    assert check("--portfolio", "customers.yaml", *both) == 0
    assert check("--portfolio", "customers.yaml", *both[:4]) == 2
    (customers / "odd.csv").write_text("kind,start,end\nmaintenence,2026-03-02T10:15:00Z,\n", "utf-8")
    capsys.readouterr()
    assert check("--portfolio", "customers.yaml", "--windows", "odd.csv") == 2
    said = "odd.csv:2: kind: the portfolio has no windows `maintenence`, did you mean `maintenance`?"
    assert said in capsys.readouterr().err


def test_a_portfolio_against_what_the_file_says(customers: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert check("--portfolio", "customers.yaml", "--against", "made_sla") == 1
    printed = " ".join(capsys.readouterr().out.split())
    assert "acme: `made_sla` and `p` agree on 0 of 1 decided case" in printed
    assert "globex: `made_sla` and `p` agree on 1 of 1 decided case" in printed
    assert check("--portfolio", "customers.yaml", "--against", "made_sl") == 2
    assert "did you mean `made_sla`" in capsys.readouterr().err


def test_explain_a_case_of_a_portfolio(customers: Path, capsys: pytest.CaptureFixture[str]) -> None:
    told = ["explain", "log.csv", "--portfolio", "customers.yaml", "--json", "story.json", "--subject"]
    for subject, agreement, outcome in (("T-1", "acme", "breached"), ("T-2", "globex", "met")):
        assert main([*told, subject]) == 0
        assert f"{agreement}:\np {outcome}" in capsys.readouterr().out
        (story,) = json.loads((customers / "story.json").read_text("utf-8"))
        assert story["agreement"] == agreement
    assert main([*told, "T-1", "--windows", "first.csv"]) == 0
    assert "30 min" in capsys.readouterr().out
    assert main([*told, "T-3"]) == 2
    assert "no verdict about `T-3`, did you mean" in capsys.readouterr().err


def test_explain_a_case_where_agreements_read_a_field_differently(
    customers: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    opened = {"customer": {"kind": "text"}, "made_sla": {"kind": "integer"}}
    other = {**DESK, "events": {**DESK["events"], "ticket.opened": opened}}
    (customers / "slow.yaml").write_text(json.dumps(other).replace("1 h", "3 h"), "utf-8")
    (customers / "desk.yaml").write_text(json.dumps(other).replace('"integer"', '"boolean"'), "utf-8")
    told = ["explain", "log.csv", "--portfolio", "customers.yaml", "--subject"]
    assert main([*told, "T-2"]) == 0
    assert capsys.readouterr().out.startswith("globex:\np met")
    assert main([*told, "T-1"]) == 0
    assert capsys.readouterr().out.startswith("acme:\np breached")


@pytest.mark.parametrize("read", [(), ("--source-timezone", "UTC")])
def test_explain_says_which_rows_are_no_events(
    desk: Path, capsys: pytest.CaptureFixture[str], read: tuple[str, ...]
) -> None:
    told = ["explain", "log.csv", "--agreement", "desk.yaml", "--subject", "T-1", *read]
    assert main(told) == 0
    assert capsys.readouterr().err == ""
    with (desk / "log.csv").open("a", encoding="utf-8") as log:
        log.write("ticket.closed,T-1,yesterday,,\n")
    assert main(told) == 0
    said = capsys.readouterr().err.splitlines()
    assert said[0] == "1 row is no event:"
    assert said[1].startswith("  log.csv:4: ")
    assert "yesterday" in said[1]
    with (desk / "log.csv").open("a", encoding="utf-8") as log:
        log.write("ticket.closed,T-1,yesterday,,\n" * 6)
    assert main(told) == 0
    said = capsys.readouterr().err.splitlines()
    assert (said[0], len(said)) == ("7 rows are no events:", 7)
    assert said[-1].startswith("  and 2 more")


def test_explain_says_what_else_is_remarkable_of_a_column(desk: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rows = "type,subject,time\nticket.opened,T-1,02/03/2026 10:00\nticket.closed,T-1,02/03/2026 10:30\n"
    (desk / "days.csv").write_text(rows, encoding="utf-8")
    (desk / "map.yaml").write_text("times: ['%d/%m/%Y %H:%M']\ntimezone: UTC\n", encoding="utf-8")
    told = ["explain", "days.csv", "--agreement", "desk.yaml", "--subject", "T-1", "--columns", "map.yaml"]
    assert main(told) == 0
    said = capsys.readouterr().err
    assert "no text tells day from month" in said
    assert "no event" not in said


def test_exactly_one_of_agreement_and_portfolio(desk: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for arguments in ((), ("--agreement", "desk.yaml", "--portfolio", "customers.yaml")):
        with pytest.raises(SystemExit, match=r"^2$"):
            check(*arguments)
        assert "--portfolio" in capsys.readouterr().err


def test_against_what_the_file_says(desk: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert check("--agreement", "desk.yaml", "--against", "made_sla") == 1
    printed = " ".join(capsys.readouterr().out.split())
    assert "`made_sla` and `p` agree on 0 of 1 decided case" in printed
    assert check("--agreement", "desk.yaml", "--against", "made_sl") == 2
    assert "did you mean `made_sla`" in capsys.readouterr().err


def test_every_command_has_help_with_its_examples(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit, match=r"^0$"):
        main(["check", "--help"])
    printed = capsys.readouterr().out
    examples = [line.strip() for line in printed.partition("examples:\n")[2].splitlines()]
    assert len(examples) > 3
    assert all(line.startswith("sla-rules check ") for line in examples)
