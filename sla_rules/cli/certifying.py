"""`sla-rules certify`: an agreement tried on its own numbers."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from sla_rules.agreement import Agreement, load
from sla_rules.cli.output import add_command, progress, say_written, write_text
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
        codes={
            0: "all of it holds",
            1: "something failed, or a policy has no scenario; with --mutants, a change that no scenario noticed",
        },
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
        return _try_mutants(options, agreement)
    from sla_rules.cli.showing import show_certificate
    from sla_rules.testing.certification import certify as certified

    with progress(options, "certifying") as advance:
        certificate = certified(agreement, examples=options.examples, seed=options.seed, progress=advance)
    texts = (options.json, certificate.to_json), (options.markdown, certificate.to_markdown)
    written = [write_text(path, text()) for path, text in texts if path is not None]
    show_certificate(certificate)
    say_written(written)
    return int(not certificate.holds)


def _try_mutants(options: argparse.Namespace, agreement: Agreement) -> int:
    from sla_rules.cli.showing import show_mutants
    from sla_rules.testing.mutants import survivors

    with progress(options, "mutants") as advance:
        found = survivors(agreement, judge, progress=lambda done, of: advance(done, of, "mutants"))
    show_mutants(found)
    return int(not found.holds)
