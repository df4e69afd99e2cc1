"""The command line: `sla-rules inspect`, `check`, `explain`, `certify`, `clauses`, `compare`, `lint` and `schema`."""

import argparse
import sys
from collections.abc import Callable, Sequence

from sla_rules.cli import agreements, certifying, checking, inspecting
from sla_rules.cli.output import BAD_INPUT
from sla_rules.errors import SlaError
from sla_rules.version import VERSION


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code: 0 without breaches, 1 with, 2 for bad input."""
    options = _parser().parse_args(arguments)
    command: Callable[[argparse.Namespace], int] = options.command
    try:
        return command(options)
    except SlaError as error:
        print(error, file=sys.stderr)
        return BAD_INPUT
    except BrokenPipeError:
        return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="sla-rules", description="Says, exactly and with reasons, whether a service provider kept its word."
    )
    parser.add_argument("--version", action="version", version=f"sla-rules {VERSION}")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    for group in (inspecting, checking, certifying, agreements):
        group.add_to(commands)
    return parser
