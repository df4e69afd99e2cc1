"""Commands about agreement files alone: `sla-rules lint`, `clauses`, `compare` and `schema`."""

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from sla_rules.agreement import load
from sla_rules.cli.output import BAD_INPUT, add_command, complain, progress, say_written, write_text
from sla_rules.errors import SlaError, quoted

if TYPE_CHECKING:
    from sla_rules.cli.output import Commands


def add_to(commands: "Commands") -> None:
    """Add the commands."""
    parser = add_command(
        commands,
        "clauses",
        "print the table of an agreement's clauses as Markdown",
        clauses,
        "sla-rules clauses intercall > clauses.md",
    )
    parser.add_argument("agreement", help="a built-in name, a YAML file or a folder")
    parser = add_command(
        commands,
        "lint",
        "say what is wrong in an agreement file",
        lint,
        "sla-rules lint desk.yaml",
        "sla-rules lint desk.yaml intercall --quiet",
        codes={0: "nothing is wrong"},
    )
    parser.add_argument("agreement", nargs="+", help="files, folders or built-in names")
    parser = add_command(
        commands,
        "compare",
        "say which policies became stricter or looser, with a witness",
        compare,
        "sla-rules compare terms-2025.yaml terms-2026.yaml --markdown changes.md",
    )
    parser.add_argument("a", help="an agreement: a built-in name, a YAML file or a folder")
    parser.add_argument("b", help="the agreement that it is compared with")
    parser.add_argument("--markdown", metavar="FILE", type=Path, help="write the comparison as Markdown")
    add_command(
        commands,
        "schema",
        "print the JSON Schema of agreement files",
        schema,
        "sla-rules schema > agreement.schema.json",
    )


def clauses(options: argparse.Namespace) -> int:
    """Print the table of an agreement's clauses as Markdown."""
    from sla_rules.testing.clauses import clause_table

    print(clause_table(load(options.agreement)), end="")
    return 0


def lint(options: argparse.Namespace) -> int:
    """Say of each agreement what is wrong, or that nothing is and what is remarkable: gaps, overlaps, dead ends."""
    from sla_rules.testing.analysis import analyse

    code = 0
    for source in options.agreement:
        try:
            agreement = load(source)
        except SlaError as error:
            complain(error)
            code = BAD_INPUT
        else:
            print(f"{source}: good, {len(agreement.policies)} policies, {len(agreement.clauses)} clauses")
            for remark in analyse(agreement):
                print(f"  {remark}")
    return code


def compare(options: argparse.Namespace) -> int:
    """Say which policies of one agreement are stricter or looser than another's."""
    from sla_rules.cli.showing import show_comparison
    from sla_rules.testing.compare import compare as compared

    both = load(options.a), load(options.b)
    for agreement in both:
        if len(agreement.versions) > 1:
            places = ", ".join(str(version.source) for version in agreement.versions)
            raise SlaError(f"{quoted(agreement.id)} has several versions; compare two of them: {places}")
    with progress(options, "comparing"):
        comparison = compared(*both)
    written = [] if options.markdown is None else [write_text(options.markdown, comparison.to_markdown())]
    show_comparison(comparison)
    say_written(written)
    return 0


def schema(_: argparse.Namespace) -> int:
    """Print the JSON Schema of agreement files."""
    from sla_rules.language.schema import schema_text

    sys.stdout.write(schema_text())
    return 0
