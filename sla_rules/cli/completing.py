"""`sla-rules completion`: what makes a shell complete commands, options, names and files."""

import argparse
from collections.abc import Iterable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from sla_rules.agreement import built_in
from sla_rules.cli.output import Parser, add_command

if TYPE_CHECKING:
    from sla_rules.cli.output import Commands

SHELLS = ("bash", "zsh", "tcsh")

_AGREEMENTS = ("agreement", "a", "b")
_FILES = ("events", "windows")


def add_to(commands: "Commands", whole: Parser) -> None:
    """Add the command; `whole` is the parser whose commands are completed."""
    parser = add_command(
        commands,
        "completion",
        "print what makes a shell complete commands, options, agreements, presets and files",
        partial(completion, whole, commands),
        'eval "$(sla-rules completion bash)"',
        'sla-rules completion zsh > "${fpath[1]}/_sla-rules"',
        "sla-rules completion tcsh > ~/.sla-rules.tcsh",
    )
    parser.add_argument("shell", choices=SHELLS, help="which shell")


def completion(whole: Parser, commands: "Commands", options: argparse.Namespace) -> int:
    """Print the script of a shell."""
    import shtab

    from sla_rules.adapters.presets import PRESETS

    agreements, presets = _words("agreement", built_in(), files=True), _words("preset", PRESETS)
    for parser in commands.choices.values():
        # `complete` is where shtab looks for what completes an argument; argparse does not know it.
        for action in parser._actions:
            if action.dest in _AGREEMENTS:
                action.complete = agreements  # type: ignore[attr-defined]
            elif action.dest == "preset":
                action.complete = presets  # type: ignore[attr-defined]
            elif action.dest in _FILES or action.type is Path:
                action.complete = _files()  # type: ignore[attr-defined]
    print(shtab.complete(whole, options.shell))
    return 0


def _words(name: str, words: Iterable[str], *, files: bool = False) -> dict[str, object]:
    """Return how each shell completes one of some words, or a file as well."""
    known = " ".join(words)
    if not files:
        function = f"_sla_rules_{name}"
        bash = f'{function}() {{ compgen -W "{known}" -- "$1"; }}'
        return {"bash": function, "zsh": f"({known})", "tcsh": f"({known})", "preamble": {"bash": bash}}
    # By `_file` in the name of a function shtab knows that folders end in a slash.
    function = f"_sla_rules_{name}_file"
    bash = f'{function}() {{ compgen -W "{known}" -- "$1"; compgen -f -- "$1"; }}'
    zsh = f"{function}() {{ _alternative 'words:{name}:({known})' 'files:file:_files' }}"
    return {"bash": function, "zsh": function, "tcsh": f"`echo {known} *`", "preamble": {"bash": bash, "zsh": zsh}}


def _files() -> dict[str, object]:
    """Return how each shell completes a file; tcsh knows only those of its folder where a command is asked for."""
    import shtab

    return {**shtab.FILE, "tcsh": "`echo *`"}
