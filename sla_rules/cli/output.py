"""What the commands share: their options, files that they write, and how far they have come."""

import argparse
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from sla_rules.errors import SlaError

if TYPE_CHECKING:
    Commands = argparse._SubParsersAction[argparse.ArgumentParser]

BAD_INPUT = 2
"""The exit code for what cannot be read or is no agreement."""


def add_command(
    commands: "Commands", name: str, what: str, run: Callable[[argparse.Namespace], int], *examples: str
) -> argparse.ArgumentParser:
    """Add a command.

    Args:
        commands: where.
        name: what people write.
        what: it does, in one line.
        run: does it, and returns the exit code.
        examples: whole command lines.
    """
    parser = commands.add_parser(
        name,
        help=what,
        description=f"{what[0].upper()}{what[1:]}.",
        epilog="\n".join(["examples:", *(f"  {line}" for line in examples)]) if examples else None,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.set_defaults(command=run)
    return parser


def add_source_options(parser: argparse.ArgumentParser) -> None:
    """Add the options that say how a file of events is read."""
    add = parser.add_argument
    add("--preset", metavar="NAME", help="the convention of the file, such as `servicenow-incident` or `xes`")
    add("--columns", metavar="FILE", type=Path, help="a YAML map of its columns and words; changes the preset's")
    add("--source-timezone", metavar="ZONE", help="of times in the file that have no offset")


def write(path: Path, text: str) -> None:
    """Write a file, and say so. Raises `SlaError` where that cannot be."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8", errors="backslashreplace")
    except OSError as error:
        raise SlaError(f"{path}: cannot be written: {error.strerror}") from None
    print(f"written: {path}")


@contextmanager
def progress() -> Iterator[Callable[[int, int, str], None]]:
    """Show a bar on the terminal, on standard error; none where that is no terminal."""
    from rich.console import Console
    from rich.progress import Progress

    console = Console(stderr=True)
    with Progress(console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task("", total=None)

        def advance(done: int, of: int, what: str) -> None:
            bar.update(task, completed=done, total=of or None, description=what)

        yield advance
