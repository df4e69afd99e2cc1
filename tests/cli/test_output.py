"""What the commands print: on terminals of every width, in pipes, in any encoding, and when something is in the way."""

import argparse
import io
import json
import os
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from rich.cells import cell_len

from sla_rules.cli import main
from sla_rules.cli.output import progress
from sla_rules.errors import SlaError
from sla_rules.report import Report
from sla_rules.report import evaluating as evaluation
from sla_rules.report.portfolio import PortfolioReport
from sla_rules.screen import Screen, printable

BOXES = "─━│┃╭╮╰╯-+|"
AGREEMENT = {
    "agreement": "desk",
    "title": "Desk",
    "clauses": [{"id": "c", "section": "4.2"}],
    "events": {"opened": {"customer": {"kind": "text"}}, "closed": {}},
    "policies": [
        {"id": "a.policy.with_quite_a_long_name", "clause": "c", "kind": "deadline", "start": "opened",
         "stop": "closed", "limit": "1 h"}
    ],
}  # fmt: skip
OPENED, CLOSED = "2026-03-02T10:00:00Z", "2026-03-02T12:00:00Z"
SUBJECT = "T-1"
CHECK = ("check", "log.jsonl", "--agreement", "desk.yaml")
EXPLAIN = ("explain", "log.jsonl", "--agreement", "desk.yaml", "--subject", SUBJECT)
CERTIFY = ("certify", "desk.yaml", "--examples", "0")
PORTFOLIO = ("check", "log.jsonl", "--portfolio", "customers.yaml")
MUTANTS = ("certify", "desk.yaml", "--mutants")
COMPARE = ("compare", "desk.yaml", "slow.yaml")
INSPECT = ("inspect", "log.jsonl")
LISTS = (("lint", "desk.yaml"), ("clauses", "desk.yaml"), ("completion", "bash"))
SHOWN = (CHECK, PORTFOLIO, INSPECT, (*CHECK, "--against", "made"), EXPLAIN, CERTIFY, MUTANTS, COMPARE)


class Stream(io.TextIOWrapper):
    """Standard output or error in memory: a terminal or not, in some encoding."""

    def __init__(self, *, terminal: bool, encoding: str = "utf-8") -> None:
        super().__init__(io.BytesIO(), encoding=encoding, errors="strict", newline="\n")
        self.terminal = terminal

    def isatty(self) -> bool:
        return self.terminal

    @property
    def text(self) -> str:
        self.flush()
        return self.buffer.getvalue().decode(self.encoding)  # type: ignore[attr-defined]


Start = Callable[..., Stream]


@pytest.fixture
def stdout(monkeypatch: pytest.MonkeyPatch) -> Start:
    """Make standard output a terminal of some width, or a pipe."""
    for name in ("NO_COLOR", "FORCE_COLOR", "TTY_COMPATIBLE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("TERM", "xterm-256color")

    def start(width: int = 80, *, terminal: bool = True, encoding: str = "utf-8") -> Stream:
        monkeypatch.setenv("COLUMNS", str(width))
        stream = Stream(terminal=terminal, encoding=encoding)
        monkeypatch.setattr(sys, "stdout", stream)
        return stream

    return start


@pytest.fixture(autouse=True)
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with two agreements and a log of a ticket closed after two hours, one too late for the first."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "desk.yaml").write_text(json.dumps(AGREEMENT), "utf-8")
    (tmp_path / "slow.yaml").write_text(json.dumps(AGREEMENT).replace("1 h", "3 h"), "utf-8")
    (tmp_path / "customers.yaml").write_text("by: customer\nagreements: {acme: desk.yaml}\n", "utf-8")
    log(tmp_path)
    return tmp_path


def log(folder: Path, subject: str = SUBJECT) -> None:
    rows = [
        {"id": "1", "type": "opened", "subject": subject, "time": OPENED, "made": True, "customer": "acme"},
        {"id": "2", "type": "closed", "subject": subject, "time": CLOSED},
    ]
    (folder / "log.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")


def squeezed(text: str) -> str:
    """Text without what a terminal adds to it."""
    return "".join(character for character in text if not character.isspace() and character not in BOXES)


@pytest.mark.parametrize("arguments", SHOWN, ids=" ".join)
def test_a_pipe_gets_whole_lines_whatever_the_width(arguments: tuple[str, ...], stdout: Start) -> None:
    written = []
    for width in (20, 300):
        pipe = stdout(width, terminal=False)
        main(arguments)
        written.append(pipe.text)
    assert written[0] == written[1]
    assert written[0].strip()
    assert not {"\x1b", "─", "…"} & set(written[0])


def test_columns_in_a_pipe_are_apart_by_one_tab(stdout: Start) -> None:
    pipe = stdout(terminal=False)
    assert main(CHECK) == 1
    rows = [line.split("\t") for line in pipe.text.splitlines() if "\t" in line]
    assert rows[0] == ["status", "promise", "strength", "objective", "met", "breached", "pending", "left out"]
    assert rows[1] == ["broken", "a.policy.with_quite_a_long_name", "commitment", "all", "0", "1", "0", "0"]
    assert rows[2][:3] == ["c", "T-1", "2026-03-02 10:00"]
    assert rows[2][3].startswith("`closed` came 2 h after `opened`, 1 h too late")
    pipe = stdout(terminal=False)
    assert main(EXPLAIN) == 0
    rows = [line.split("\t") for line in pipe.text.splitlines() if "\t" in line]
    assert rows[:2] == [["2026-03-02 10:00:00 UTC", "", "started"], ["2026-03-02 10:00:00 UTC", "2 h", "counted"]]
    assert {len(row) for row in rows} == {3}


@pytest.mark.parametrize("width", [20, 60, 80, 200])
def test_on_a_terminal_nothing_is_cut_and_nothing_is_too_wide(width: int, stdout: Start) -> None:
    for arguments, whole in ((CHECK, "1 h too late (the limit is 1 h, due by 2026-03-02 11:00:00 UTC)"),
                             (EXPLAIN, "a.policy.with_quite_a_long_name breached"),
                             (CERTIFY, "no scenario for a.policy.with_quite_a_long_name"),
                             (MUTANTS, "(id: policies.a.policy.with_quite_a_long_name.strict = true)"),
                             (COMPARE, "a.policy.with_quite_a_long_name")):  # fmt: skip
        screen = stdout(width)
        main(["--no-color", *arguments])
        assert squeezed(whole) in squeezed(screen.text), arguments
        assert "…" not in screen.text
        if arguments is not COMPARE:  # the witnesses of which are to be copied as they are
            assert max(map(cell_len, screen.text.splitlines())) <= width, arguments


def test_names_stay_whole_where_there_is_room_for_them(stdout: Start) -> None:
    screen = stdout(60)
    main(CHECK)
    assert "a.policy.with_quite_a_long_name" in screen.text


@pytest.mark.parametrize("arguments", SHOWN, ids=" ".join)
def test_a_terminal_gets_colors_unless_it_wants_none(arguments: tuple[str, ...], stdout: Start) -> None:
    screen = stdout()
    main(arguments)
    assert "\x1b[" in screen.text
    screen = stdout()
    main([*arguments, "--no-color"])
    assert screen.text.strip()
    assert "\x1b" not in screen.text


def test_the_option_stands_anywhere_and_is_what_the_environment_says(
    stdout: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    def shown(*arguments: str) -> str:
        screen = stdout()
        main(arguments)
        return screen.text

    plain = shown("--no-color", *CHECK)
    assert shown(*CHECK, "--no-color") == plain
    assert "NO_COLOR" not in os.environ
    monkeypatch.setenv("NO_COLOR", "yes")
    assert shown(*CHECK) == plain
    assert shown(*CHECK, "--no-color") == plain
    assert os.environ["NO_COLOR"] == "yes"


@pytest.mark.parametrize("arguments", [*SHOWN, *LISTS], ids=" ".join)
def test_quiet_prints_nothing_and_ends_with_the_same_code(
    arguments: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    code = main(arguments)
    assert capsys.readouterr().out
    assert main([*arguments, "--quiet"]) == code
    assert capsys.readouterr() == ("", "")


def test_quiet_writes_files_and_says_errors(desk: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["-q", *CHECK, "--json", "deep/r.json", "--markdown", "r.md"]) == 1
    assert capsys.readouterr().out == ""
    assert (desk / "deep" / "r.json").exists()
    assert (desk / "r.md").exists()
    assert main(["--quiet", "check", "none.jsonl", "--agreement", "desk.yaml"]) == 2
    assert "none.jsonl" in capsys.readouterr().err
    assert main(["lint", "-q", "none.yaml"]) == 2
    assert "none.yaml" in capsys.readouterr().err
    with (desk / "log.jsonl").open("a", encoding="utf-8") as events:
        events.write("no event\n")
    assert main([*EXPLAIN, "-q"]) == 0
    assert capsys.readouterr() == ("", "")


@pytest.mark.parametrize("terminal", [True, False])
def test_data_cannot_steer_a_terminal_nor_break_a_line(terminal: bool, desk: Path, stdout: Start) -> None:
    log(desk, "T\x1b[31m\t1\n\x07\x9b\u202e\u2028")
    screen = stdout(200, terminal=terminal)
    assert main(["--no-color", *CHECK]) == 1
    assert "T\\x1b[31m 1 \\x07\\x9b\\u202e\\u2028" in screen.text


def test_printable_leaves_every_other_text() -> None:
    for text in ("", "[b]x[/b] :smile:", "Définitions, 12\xa0h", "日本 👩‍💻"):
        assert printable(text) == text


@pytest.mark.parametrize("terminal", [True, False])
@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "utf-8"])
def test_any_encoding_will_do(terminal: bool, encoding: str, desk: Path, stdout: Start) -> None:
    log(desk, "été 日本")
    (desk / "desk.yaml").write_text(json.dumps({**AGREEMENT, "title": "Soutien à distance"}), "utf-8")
    screen = stdout(200, terminal=terminal, encoding=encoding)
    assert main(["--no-color", *CHECK]) == 1
    case = {"ascii": "\\xe9t\\xe9 \\u65e5", "latin-1": "été \\u65e5", "utf-8": "été 日本"}[encoding]
    assert case in screen.text
    assert screen.errors == "strict"


def test_what_reads_the_output_may_stop(desk: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Closed(io.StringIO):
        def write(self, text: str) -> int:
            raise BrokenPipeError

    monkeypatch.setattr(sys, "stdout", Closed())
    assert main([*CHECK, "--json", "r.json"]) == 141
    assert json.loads((desk / "r.json").read_text("utf-8"))["format"] == 1


def interrupt(*_: object, **__: object) -> None:
    raise KeyboardInterrupt


def test_ctrl_c_ends_at_once_and_says_nothing(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(evaluation, "evaluate", interrupt)
    assert main(CHECK) == 130
    assert capsys.readouterr() == ("", "")


@pytest.mark.parametrize("option", ["--json", "--markdown", "--html"])
def test_a_file_that_cannot_be_written_is_said_in_one_line(option: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([*CHECK, option, "log.jsonl/report"]) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith("log.jsonl/report: cannot be written: ")


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (SlaError("one\ntwo \x1b[31m"), "one two \\x1b[31m"),
        (PermissionError(13, "Permission denied", "/x"), "/x: Permission denied"),
        (ModuleNotFoundError("no", name="icalendar.cal"), "icalendar is not installed; `pip install sla-rules[ical]`"),
    ],
)
def test_what_can_be_mended_is_one_line(
    error: Exception, said: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise error

    monkeypatch.setattr(evaluation, "evaluate", fail)
    assert main(CHECK) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith(said)


def test_a_missing_module_of_no_extra_is_a_defect_and_no_message(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> None:
        raise ModuleNotFoundError("no", name="sla_rules.nowhere")

    monkeypatch.setattr(evaluation, "evaluate", fail)
    with pytest.raises(ModuleNotFoundError):
        main(CHECK)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["check"], "sla-rules check: the following arguments are required: events"),
        (["chek"], "sla-rules: argument COMMAND: invalid choice: 'chek'"),
        ([*CHECK, "--lang", "de"], "sla-rules check: argument --lang: invalid choice: 'de'"),
        ([*CHECK, "--htm1", "x"], "sla-rules: unrecognized arguments: --htm1 x"),
    ],
)
def test_a_wrong_command_line_is_said_in_one_line(
    arguments: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit, match=r"^2$"):
        main(arguments)
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith(said)
    assert line.endswith("--help` tells more")


def test_the_page_is_written_in_its_language(
    desk: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def to_html(report: Report, path: Path, *, lang: str = "?") -> str:
        path.write_text(lang, "utf-8")
        return lang

    monkeypatch.setattr(Report, "to_html", to_html)
    assert main([*CHECK, "--html", "deep/page.html"]) == 1
    assert capsys.readouterr().out.endswith("written: deep/page.html\n")
    assert (desk / "deep" / "page.html").read_text("utf-8") == "en"
    assert main([*CHECK, "--html", "page.html", "--lang", "fr"]) == 1
    assert (desk / "page.html").read_text("utf-8") == "fr"
    assert main([*CHECK, "--lang", "fr"]) == 2
    assert "`--html`" in capsys.readouterr().err


def test_rulings_stand_beside_the_verdicts(desk: Path, capsys: pytest.CaptureFixture[str]) -> None:
    policy = "a.policy.with_quite_a_long_name"
    told = {"policy": policy, "subject": SUBJECT, "decision": "waived", "by": "Zoe", "why": "a strike"}
    (desk / "rulings.json").write_text(json.dumps([told]), "utf-8")
    assert main([*CHECK, "--rulings", "rulings.json"]) == 1
    printed = capsys.readouterr().out
    assert f"broken\t{policy}\t" in printed
    assert "a strike" in printed
    (desk / "rulings.json").write_text(json.dumps([{**told, "decision": "forgiven"}]), "utf-8")
    assert main([*CHECK, "--rulings", "rulings.json"]) == 2
    assert "rulings.json" in capsys.readouterr().err


@pytest.mark.parametrize(("option", "method"), [("html", "to_html"), ("rulings", "ruled")])
def test_what_a_portfolio_has_not_is_refused_before_anything_is_judged(
    option: str, method: str, desk: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delattr(PortfolioReport, method, raising=False)
    monkeypatch.setattr(evaluation, "evaluate", interrupt)
    assert main(["check", "log.jsonl", "--portfolio", "customers.yaml", f"--{option}", "x"]) == 2
    assert f"`--{option}` is for one agreement" in capsys.readouterr().err


@pytest.mark.parametrize(("terminal", "quiet"), [(True, False), (True, True), (False, False)])
def test_progress_is_shown_on_a_terminal_alone(terminal: bool, quiet: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.setenv("COLUMNS", "80")
    stream = Stream(terminal=terminal)
    monkeypatch.setattr(sys, "stderr", stream)
    with progress(argparse.Namespace(quiet=quiet), "reading") as advance:
        advance(1, 2, "[b]judging[/b]")
    assert ("[b]judging[/b]" in stream.text) is (terminal and not quiet)
    assert bool(stream.text) is (terminal and not quiet)


def test_check_tells_how_far_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    evaluate, told = evaluation.evaluate, []

    def telling(*arguments: object, progress: Callable[[int, int, str], None], **options: object) -> object:
        progress(1, 3, "part")
        told.append(progress)
        return evaluate(*arguments, **options)  # type: ignore[call-overload]

    monkeypatch.setattr(evaluation, "evaluate", telling)
    assert main(CHECK) == 1
    assert len(told) == 1


@pytest.mark.parametrize("terminal", [True, False])
def test_a_table_of_nothing_has_its_header(terminal: bool, stdout: Start, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    screen = stdout(terminal=terminal)
    Screen().table(("one", "two"), [])
    assert screen.text.split()[:2] == ["one", "two"]


def test_half_a_character_can_be_printed(stdout: Start, capsys: pytest.CaptureFixture[str]) -> None:
    stdout(terminal=False)
    assert main(["explain", *CHECK[1:], "--subject", "\ud800"]) == 2
    assert "no verdict about `\\ud800`" in capsys.readouterr().err
