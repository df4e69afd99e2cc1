"""`sla-rules simulate`: a made-up month to try things on."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from sla_rules.cli.output import add_command, progress, say_written, write

if TYPE_CHECKING:
    from sla_rules.cli.output import Commands


def add_to(commands: "Commands") -> None:
    """Add the command."""
    parser = add_command(
        commands,
        "simulate",
        "write the events of a made-up month of the agreement `intercall`, with breaches planted in it",
        simulate,
        "sla-rules simulate events.jsonl",
        "sla-rules simulate events.jsonl --year 2026 --month 11 --seed 7",
    )
    add = parser.add_argument
    add("file", type=Path, help="the file of JSON Lines to write")
    add("--seed", type=int, default=1, metavar="S", help="another one gives another month (1)")
    add("--year", type=int, default=2026, metavar="Y", help="(2026)")
    add("--month", type=int, default=3, metavar="M", help="from 1 to 12 (3)")


def simulate(options: argparse.Namespace) -> int:
    """Make up a month, write its events, and say by which command it is judged."""
    from sla_rules.testing.simulate import month
    from sla_rules.testing.simulate import write as write_month

    with progress(options, "making up a month"):
        made = month(seed=options.seed, year=options.year, month=options.month)
    say_written([write(options.file, lambda path: write_month(made, path))])
    print(f"{len(made.events)} events, with {len(made.expected)} breaches planted in them")
    print(f"next: sla-rules check {options.file} --agreement intercall --as-of {made.as_of}")
    return 0
