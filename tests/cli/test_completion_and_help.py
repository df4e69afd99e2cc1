"""What helps while a command is typed: help texts, and completion by shells."""

import shlex
import shutil
import subprocess
from pathlib import Path

import pytest

from sla_rules.adapters.presets import PRESETS
from sla_rules.agreement import built_in
from sla_rules.cli import EXTRAS, _parser, main
from sla_rules.cli.completing import SHELLS

COMMANDS = ("certify", "check", "clauses", "compare", "completion", "explain", "inspect", "lint", "schema", "simulate")
SCRIPT = """
source completion.bash
COMP_WORDS=("$@"); COMP_CWORD=$(( $# - 1 )); COMP_LINE="$*"; COMP_POINT=${#COMP_LINE}
_shtab_sla_rules 2>/dev/null
printf '%s\\n' "${COMPREPLY[@]}"
"""


def helped(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    with pytest.raises(SystemExit, match=r"^0$"):
        main([*arguments, "--help"])
    return capsys.readouterr().out


def test_the_commands_are_these(capsys: pytest.CaptureFixture[str]) -> None:
    listed = helped(capsys).partition("COMMAND\n")[2].partition("\n\n")[0]
    names = [line.split()[0] for line in listed.splitlines() if line[4:5] != " " and line.startswith("    ")]
    assert sorted(names) == list(COMMANDS)


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_tells_its_exit_codes_and_examples(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    printed = helped(capsys, name)
    told, _, examples = printed.partition("exit codes:\n")[2].partition("\nexamples:\n")
    codes = [int(line.split()[0]) for line in told.splitlines() if line]
    assert codes == sorted(codes)
    assert {0, 2, 130} <= set(codes) <= {0, 1, 2, 130}
    lines = [line.strip().removeprefix('eval "$(').removesuffix(')"') for line in examples.splitlines()]
    assert lines
    for line in lines:
        program, *arguments = shlex.split(line.partition(" > ")[0])
        assert (program, arguments[0]) == ("sla-rules", name)
        _parser().parse_args(arguments)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Path:
    """A folder with a script of completion, a file of events and an agreement."""
    monkeypatch.chdir(tmp_path)
    assert main(["completion", "bash"]) == 0
    (tmp_path / "completion.bash").write_text(capsys.readouterr().out + SCRIPT, "utf-8")
    for name in ("events.jsonl", "interim.yaml"):
        (tmp_path / name).touch()
    return tmp_path


@pytest.mark.skipif(shutil.which("bash") is None, reason="there is no bash")
@pytest.mark.parametrize(
    ("typed", "offered"),
    [
        ("c", {"certify", "check", "clauses", "compare", "completion"}),
        ("--qu", {"--quiet"}),
        ("check ev", {"events.jsonl"}),
        ("check events.jsonl --no", {"--no-color"}),
        ("check events.jsonl --agreement int", {"intercall", "interim.yaml"}),
        ("check events.jsonl --preset zendesk-", {"zendesk-audits", "zendesk-metrics"}),
        ("check events.jsonl --columns int", {"interim.yaml"}),
        ("check events.jsonl --lang ", {"en", "fr"}),
        ("lint helpdesk int", {"intercall", "interim.yaml"}),
        ("compare helpdesk hel", {"helpdesk"}),
        ("completion ", set(SHELLS)),
    ],
)
def test_bash_completes(typed: str, offered: set[str], folder: Path) -> None:
    script = (folder / "completion.bash").read_text("utf-8").replace("source completion.bash\n", "")
    words = ["sla-rules", *typed.split(" ")]
    found = subprocess.run(["bash", "-c", script, "bash", *words], capture_output=True, text=True, check=True)
    assert set(found.stdout.split()) == offered


@pytest.mark.parametrize("shell", SHELLS)
def test_every_shell_knows_agreements_presets_and_options(shell: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["completion", shell]) == 0
    printed = capsys.readouterr().out
    for word in (*built_in(), *PRESETS, *COMMANDS, "no-color", "html"):
        assert word in printed


def test_an_unknown_shell_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit, match=r"^2$"):
        main(["completion", "dos"])
    assert "'bash', 'zsh', 'tcsh'" in capsys.readouterr().err


def test_a_month_is_made_up_and_judged_by_the_command_that_it_tells(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "deep" / "month.jsonl"
    assert main(["simulate", str(path), "--seed", "3"]) == 0
    printed = capsys.readouterr().out
    number = int(printed.splitlines()[1].split()[0])
    assert len(path.read_text("utf-8").splitlines()) == number
    program, *command = shlex.split(printed.rpartition("next: ")[2])
    assert program == "sla-rules"
    assert main([*command, "--quiet", "--only", "support.response"]) == 1
    assert main(["simulate", str(path), "--month", "13"]) == 2
    assert "`13` is not a month" in capsys.readouterr().err


def test_the_extras_are_those_of_the_library() -> None:
    from importlib.metadata import metadata

    known = metadata("sla-rules").get_all("Provides-Extra")
    assert known is not None
    assert set(EXTRAS.values()) <= set(known)
