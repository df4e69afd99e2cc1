"""`sla-rules certify`: an agreement tried on its own numbers."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from sla_rules.agreement import Agreement, load
from sla_rules.cli.output import add_command, progress, write
from sla_rules.errors import SlaError
from sla_rules.evaluators.reference import judge

if TYPE_CHECKING:
    from sla_rules.cli.output import Commands


def add_to(commands: "Commands") -> None:
    """Add the command."""
    parser = add_command(
        commands,
        "certify",
        "try an agreement's scenarios, and the laws on its own numbers",
        certify,
        "sla-rules certify intercall --markdown certificate.md",
        "sla-rules certify desk.yaml --mutants",
    )
    add = parser.add_argument
    add("agreement", help="a built-in name, a YAML file or a folder")
    add("--examples", type=int, default=100, metavar="N", help="random histories besides the boundary cases (100)")
    add("--seed", type=int, default=0, metavar="S", help="from which they are drawn (0)")
    add("--mutants", action="store_true", help="change the agreement everywhere in turn: do its scenarios notice?")
    add("--json", metavar="FILE", type=Path, help="write the certificate as JSON")
    add("--markdown", metavar="FILE", type=Path, help="write the certificate as Markdown")


def certify(options: argparse.Namespace) -> int:
    """Certify an agreement, or say which of its mutants its scenarios do not notice."""
    agreement = load(options.agreement)
    if options.mutants:
        if options.json or options.markdown:
            raise SlaError("`--mutants` writes no certificate; leave out `--json` and `--markdown`")
        return _try_mutants(agreement)
    from sla_rules.testing.certification import certify as certified

    with progress() as advance:
        certificate = certified(agreement, examples=options.examples, seed=options.seed, progress=advance)
    print(certificate.to_text(), end="")
    for path, text in ((options.json, certificate.to_json), (options.markdown, certificate.to_markdown)):
        if path is not None:
            write(path, text())
    return int(not certificate.holds)


def _try_mutants(agreement: Agreement) -> int:
    from sla_rules.testing.mutants import report_text, survivors

    with progress() as advance:
        found = survivors(agreement, judge, progress=lambda done, of: advance(done, of, "mutants"))
    print(report_text(found), end="")
    return int(not found.holds)
