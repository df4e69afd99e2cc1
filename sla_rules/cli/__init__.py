"""The command line, `sla-rules`: one module a group of commands, and what they share."""

import argparse
import os
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress

from sla_rules.cli import agreements, certifying, checking, completing, explaining, inspecting, simulating
from sla_rules.cli.output import (
    BAD_INPUT,
    INTERRUPTED,
    UNREAD,
    Parser,
    add_output_options,
    complain,
    ending,
    every_text,
    printing,
)
from sla_rules.errors import SlaError
from sla_rules.version import VERSION

EXTRAS = {
    "altair": "plot",
    "durable": "live",
    "holidays": "holidays",
    "hypothesis": "testing",
    "icalendar": "ical",
    "pandas": "pandas",
    "pyarrow": "pandas",
    "recurring_ical_events": "ical",
    "vl_convert": "plot",
    "xlsxwriter": "excel",
}
"""The packages that come with an extra, each with its extra."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code.

    0 without breaches, 1 with, 2 for bad input; 130 after Ctrl-C, 141 where what reads the output stops reading.
    """
    with every_text():
        try:
            options = _parser().parse_args(arguments)
            with printing(options):
                return _run(options)
        except KeyboardInterrupt:
            return INTERRUPTED


def _run(options: argparse.Namespace) -> int:
    """Run a command. What its user can mend becomes one line on standard error."""
    command: Callable[[argparse.Namespace], int] = options.command
    try:
        code = command(options)
        sys.stdout.flush()
    except BrokenPipeError:
        _give_up_output()
        return UNREAD
    except SlaError as error:
        complain(error)
    except ModuleNotFoundError as error:
        if (name := (error.name or "").partition(".")[0]) not in EXTRAS:
            raise
        complain(f"{name} is not installed; `pip install sla-rules[{EXTRAS[name]}]` installs it")
    except OSError as error:
        complain(f"{error.filename}: {error.strerror}" if error.filename else error)
    else:
        return code
    return BAD_INPUT


def _give_up_output() -> None:
    """Let what is still to be printed go nowhere, so that the interpreter does not complain at its end."""
    with suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _parser() -> Parser:
    parser = Parser(
        prog="sla-rules",
        description="Says, exactly and with reasons, whether a service provider kept its word.",
        epilog=ending(
            {0: "done, and no guarantee or commitment is broken", 1: "one is, or a certificate does not hold"},
            "sla-rules check events.jsonl --agreement intercall --html report.html",
            "sla-rules inspect incidents.csv --write map.yaml",
            "sla-rules check --help",
            'eval "$(sla-rules completion bash)"',
        ),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=f"sla-rules {VERSION}")
    add_output_options(parser)
    commands = parser.add_subparsers(required=True, metavar="COMMAND", parser_class=Parser)
    for group in (inspecting, checking, explaining, certifying, simulating, agreements):
        group.add_to(commands)
    completing.add_to(commands, parser)
    return parser
