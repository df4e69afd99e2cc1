"""`sla-rules inspect`: what is in a file, and the map by which it is judged."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from sla_rules.agreement import load
from sla_rules.cli.output import add_command, add_source_options, progress, say_written, write_text

if TYPE_CHECKING:
    from sla_rules.cli.output import Commands


def add_to(commands: "Commands") -> None:
    """Add the command."""
    parser = add_command(
        commands,
        "inspect",
        "say what is in a file of events, and by which map it could be judged",
        inspect,
        "sla-rules inspect incidents.csv",
        "sla-rules inspect incidents.csv --agreement helpdesk --source-timezone Europe/Paris --write map.yaml",
    )
    add = parser.add_argument
    add("file", type=Path, help="CSV, JSON Lines, Parquet, or a document of some product: JSON, XES")
    add("--agreement", help="what it is to be judged by; the map then names the nearest of its words")
    add_source_options(parser)
    add("--write", metavar="FILE", type=Path, help="write the map there instead of printing it")


def inspect(options: argparse.Namespace) -> int:
    """Say what is in a file, and print or write the map."""
    from sla_rules.adapters.inspecting import inspect as inspected

    agreement = None if options.agreement is None else load(options.agreement)
    with progress(options, "reading"):
        found = inspected(
            options.file,
            preset=options.preset,
            columns=options.columns,
            timezone=options.source_timezone,
            agreement=agreement,
        )
    found.show()
    map, terms = str(options.write or "map.yaml"), options.agreement or "AGREEMENT"
    print()
    if options.write is None:
        print(found.to_yaml(map, terms), end="")
        return 0
    say_written([write_text(options.write, found.to_yaml(map, terms))])
    print(f"next: {found.command(map, terms)}")
    return 0
