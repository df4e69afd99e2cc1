"""What the commands share: their options and help, what they print and write, and how far they have come."""

import argparse
import os
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, redirect_stdout
from pathlib import Path
from typing import TYPE_CHECKING, Never

from sla_rules.errors import AgreementError, SlaError

if TYPE_CHECKING:
    Commands = argparse._SubParsersAction["Parser"]

BAD_INPUT = 2
"""The exit code for what cannot be read or is no agreement."""
INTERRUPTED = 130
"""The exit code after Ctrl-C, as shells have it."""
UNREAD = 141
"""The exit code where what reads the output stops reading, as shells have it."""

DONE = {0: "done"}
_ALWAYS = {BAD_INPUT: "bad input, or a file that cannot be written", INTERRUPTED: "interrupted"}


class Parser(argparse.ArgumentParser):
    """Says in one line what is wrong with a command line."""

    def error(self, message: str) -> Never:
        """Print it, and end with `BAD_INPUT`."""
        self.exit(BAD_INPUT, f"{self.prog}: {message}; `{self.prog} --help` tells more\n")


def add_command(
    commands: "Commands",
    name: str,
    what: str,
    run: Callable[[argparse.Namespace], int],
    *examples: str,
    codes: Mapping[int, str] = DONE,
) -> Parser:
    """Add a command.

    Args:
        commands: where.
        name: what people write.
        what: it does, in one line.
        run: does it, and returns the exit code.
        examples: whole command lines.
        codes: what its exit codes say, besides or in place of those that all commands share.
    """
    parser = commands.add_parser(
        name,
        help=what,
        description=f"{what[0].upper()}{what[1:]}.",
        epilog=ending(codes, *examples),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    # Left out here they must not undo what stands before the name of the command.
    add_output_options(parser, default=argparse.SUPPRESS)
    parser.set_defaults(command=run)
    return parser


def ending(codes: Mapping[int, str], *examples: str) -> str:
    """Return the end of a help text: exit codes and examples."""
    told = [f"  {code:<4} {what}" for code, what in sorted({**_ALWAYS, **codes}.items())]
    return "\n".join(["exit codes:", *told, "", "examples:", *(f"  {line}" for line in examples)])


def add_output_options(parser: argparse.ArgumentParser, *, default: object = False) -> None:
    """Add the options that say how much is printed, and how."""
    add = parser.add_argument
    add("-q", "--quiet", action="store_true", default=default, help="print nothing but errors; files are still written")
    add("--no-color", action="store_true", default=default, help="no colours, like NO_COLOR in the environment")


def add_source_options(parser: argparse.ArgumentParser) -> None:
    """Add the options that say how a file of events is read."""
    add = parser.add_argument
    add("--preset", metavar="NAME", help="the convention of the file, such as `servicenow-incident` or `xes`")
    add("--columns", metavar="FILE", type=Path, help="a YAML map of its columns and words; changes the preset's")
    add("--source-timezone", metavar="ZONE", help="of times in the file that have no offset")


def write(path: Path, make: Callable[[Path], object]) -> Path:
    """Have a file written, in a folder that need not be there yet, and return its path.

    Args:
        path: of the file.
        make: writes it.

    Raises:
        SlaError: it cannot be written.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        make(path)
    except OSError as error:
        raise SlaError(f"{path}: cannot be written: {error.strerror or error}") from None
    return path


def write_text(path: Path, text: str) -> Path:
    """Write a text to a file, as `write` does."""
    return write(path, lambda path: path.write_text(text, encoding="utf-8", errors="backslashreplace"))


def say_written(paths: Iterable[Path]) -> None:
    """Print which files were written."""
    for path in paths:
        print(f"written: {path}")


def complain(error: object) -> None:
    """Print on standard error what is wrong, each thing in one line."""
    from sla_rules.screen import printable

    for each in error.problems if isinstance(error, AgreementError) else [error]:
        print(printable(str(each)), file=sys.stderr)


@contextmanager
def printing(options: argparse.Namespace) -> Iterator[None]:
    """Print as the options say, for as long as a command runs."""
    with ExitStack() as stack:
        if options.no_color:
            stack.enter_context(_no_color())
        if options.quiet:
            nowhere = stack.enter_context(Path(os.devnull).open("w", encoding="utf-8"))
            stack.enter_context(redirect_stdout(nowhere))
        yield


@contextmanager
def _no_color() -> Iterator[None]:
    """Set `NO_COLOR`, which whatever prints in colour heeds."""
    before = os.environ.get("NO_COLOR")
    os.environ["NO_COLOR"] = "1"
    try:
        yield
    finally:
        del os.environ["NO_COLOR"]
        if before is not None:
            os.environ["NO_COLOR"] = before


@contextmanager
def every_text() -> Iterator[None]:
    """Print what the encoding of standard output lacks by its number, such as u2026 after a backslash."""
    stream = sys.stdout
    if not hasattr(stream, "reconfigure"):
        yield
        return
    before = stream.errors
    stream.reconfigure(errors="backslashreplace")
    try:
        yield
    finally:
        stream.reconfigure(errors=before)


@contextmanager
def progress(options: argparse.Namespace, what: str) -> Iterator[Callable[[int, int, str], None]]:
    """Show a bar on standard error while something takes its time; none where that is no terminal.

    Args:
        options: say whether anything is printed.
        what: is being done, until the first step is told.

    Yields:
        What to tell of each step: how many are done, of how many (0 where nobody knows), and what comes next.
    """
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    console = Console(stderr=True, color_system=None if os.environ.get("NO_COLOR") else "auto")
    columns = BarColumn(), TimeElapsedColumn(), TextColumn("{task.description}", markup=False)
    with Progress(*columns, console=console, transient=True, disable=options.quiet or not console.is_terminal) as bar:
        task = bar.add_task(what, total=None)

        def advance(done: int, of: int, what: str) -> None:
            bar.update(task, completed=done, total=of or None, description=what)

        yield advance
