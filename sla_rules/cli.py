"""The command line: `sla-rules check`, `explain`, `certify`, `clauses`, `compare`, `lint` and `schema`."""

import argparse
import json
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from sla_rules.agreement import Agreement, load
from sla_rules.errors import SlaError, did_you_mean, quoted
from sla_rules.evaluators.reference import judge
from sla_rules.sources import read_events
from sla_rules.version import VERSION

BAD_INPUT = 2


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
    _check_options(commands.add_parser("check", help="judge a file of events", epilog=_CHECK_EPILOG))
    _explain_options(commands.add_parser("explain", help="tell the whole story of one case"))
    _certify_options(
        commands.add_parser("certify", help="try an agreement's scenarios, and the laws on its own numbers")
    )
    clauses_parser = commands.add_parser("clauses", help="print the table of an agreement's clauses as Markdown")
    clauses_parser.add_argument("agreement", help="a built-in name, a YAML file or a folder")
    clauses_parser.set_defaults(command=clauses)
    lint_parser = commands.add_parser("lint", help="say what is wrong in an agreement file")
    lint_parser.add_argument("agreement", nargs="+", help="files, folders or built-in names")
    lint_parser.set_defaults(command=lint)
    compare_parser = commands.add_parser("compare", help="say which policies became stricter or looser, with a witness")
    compare_parser.add_argument("a", help="an agreement: a built-in name, a YAML file or a folder")
    compare_parser.add_argument("b", help="the agreement that it is compared with")
    compare_parser.add_argument("--markdown", metavar="FILE", type=Path, help="write the comparison as Markdown")
    compare_parser.set_defaults(command=compare)
    schema_parser = commands.add_parser("schema", help="print the JSON Schema of agreement files")
    schema_parser.set_defaults(command=schema)
    return parser


_CHECK_EPILOG = "example: sla-rules check events.jsonl --agreement intercall --as-of 2026-04-01T00:00:00-04:00"


def _source_options(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
    add("events", help="JSON Lines, CSV or Parquet with id, type, subject, time and data")
    add("--agreement", required=True, help="a built-in name (intercall), a YAML file or a folder")
    add("--as-of", metavar="TIME", help="judge as of this instant, with offset (default: the latest event)")
    add("--only", action="append", metavar="POLICY", help="only policies that match, such as `support.*`; repeatable")
    add("--timezone", metavar="ZONE", help="in place of the agreement's own time zone")


def _explain_options(parser: argparse.ArgumentParser) -> None:
    _source_options(parser)
    parser.add_argument("--subject", required=True, help="the id of the ticket, conference, site, … to explain")
    parser.add_argument("--json", metavar="FILE", type=Path, help="write the stories as JSON")
    parser.set_defaults(command=explain)


def _certify_options(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
    add("agreement", help="a built-in name, a YAML file or a folder")
    add("--examples", type=int, default=100, metavar="N", help="random histories besides the boundary cases (100)")
    add("--seed", type=int, default=0, metavar="S", help="from which they are drawn (0)")
    add("--mutants", action="store_true", help="change the agreement everywhere in turn: do its scenarios notice?")
    add("--json", metavar="FILE", type=Path, help="write the certificate as JSON")
    add("--markdown", metavar="FILE", type=Path, help="write the certificate as Markdown")
    parser.set_defaults(command=certify)


def _check_options(parser: argparse.ArgumentParser) -> None:
    _source_options(parser)
    add = parser.add_argument
    add("--json", metavar="FILE", type=Path, help="write the whole report as JSON")
    add("--markdown", metavar="FILE", type=Path, help="write the report as Markdown")
    add("--assume-complete", action="store_true", help="take an event type that never occurs as not having happened")
    add("--strict", action="store_true", help="exit 2 where a row cannot be read or an event type never occurs")
    parser.set_defaults(command=check)


def check(options: argparse.Namespace) -> int:
    """Judge a file of events and report."""
    from sla_rules.report.evaluating import evaluate

    with _progress() as advance:
        report = evaluate(
            _agreement(options),
            options.events,
            as_of=options.as_of,
            assume_complete=options.assume_complete,
            progress=advance,
        )
    report.show()
    for path, text in ((options.json, report.to_json), (options.markdown, report.to_markdown)):
        if path is not None:
            _write(path, text())
    if options.strict and (report.refused or report.check_the_mapping):
        return BAD_INPUT
    return report.exit_code


def _agreement(options: argparse.Namespace) -> Agreement:
    """Return the agreement that the options name, with the policies that they choose."""
    agreement = load(options.agreement, timezone=options.timezone)
    return agreement.only(*options.only) if options.only else agreement


def explain(options: argparse.Namespace) -> int:
    """Tell the whole story of one case."""
    from sla_rules.report.stories import tell

    agreement = _agreement(options)
    events, _ = read_events(options.events, agreement)
    verdicts = judge(agreement, events, as_of=options.as_of)
    told = [verdict for verdict in verdicts if options.subject in (verdict.subject, *verdict.key)]
    if not told:
        known = {verdict.subject for verdict in verdicts if verdict.subject}
        raise SlaError(f"no verdict about {quoted(options.subject)}{did_you_mean(options.subject, known)}")
    tell(told)
    if options.json is not None:
        stories = [verdict.trace.to_dict() for verdict in told]
        _write(options.json, json.dumps(stories, ensure_ascii=False, indent=1))
    return 0


def certify(options: argparse.Namespace) -> int:
    """Certify an agreement, or say which of its mutants its scenarios do not notice."""
    agreement = load(options.agreement)
    if options.mutants:
        if options.json or options.markdown:
            raise SlaError("`--mutants` writes no certificate; leave out `--json` and `--markdown`")
        return _try_mutants(agreement)
    from sla_rules.testing.certification import certify as certified

    with _progress() as advance:
        certificate = certified(agreement, examples=options.examples, seed=options.seed, progress=advance)
    print(certificate.to_text(), end="")
    for path, text in ((options.json, certificate.to_json), (options.markdown, certificate.to_markdown)):
        if path is not None:
            _write(path, text())
    return int(not certificate.holds)


def _try_mutants(agreement: Agreement) -> int:
    from sla_rules.testing.mutants import report_text, survivors

    with _progress() as advance:
        found = survivors(agreement, judge, progress=lambda done, of: advance(done, of, "mutants"))
    print(report_text(found), end="")
    return int(not found.holds)


@contextmanager
def _progress() -> Iterator[Callable[[int, int, str], None]]:
    """Show a bar on the terminal, on standard error; none where that is no terminal."""
    from rich.console import Console
    from rich.progress import Progress

    console = Console(stderr=True)
    with Progress(console=console, transient=True, disable=not console.is_terminal) as progress:
        task = progress.add_task("", total=None)

        def advance(done: int, of: int, what: str) -> None:
            progress.update(task, completed=done, total=of or None, description=what)

        yield advance


def clauses(options: argparse.Namespace) -> int:
    """Print the table of an agreement's clauses as Markdown."""
    from sla_rules.testing.clauses import clause_table

    print(clause_table(load(options.agreement)), end="")
    return 0


def _write(path: Path, text: str) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8", errors="backslashreplace")
    except OSError as error:
        raise SlaError(f"{path}: cannot be written: {error.strerror}") from None
    print(f"written: {path}")


def lint(options: argparse.Namespace) -> int:
    """Say of each agreement what is wrong, or that nothing is and what is remarkable: gaps, overlaps, dead ends."""
    from sla_rules.testing.analysis import analyse

    code = 0
    for source in options.agreement:
        try:
            agreement = load(source)
        except SlaError as error:
            print(error, file=sys.stderr)
            code = BAD_INPUT
        else:
            print(f"{source}: good, {len(agreement.policies)} policies, {len(agreement.clauses)} clauses")
            for remark in analyse(agreement):
                print(f"  {remark}")
    return code


def compare(options: argparse.Namespace) -> int:
    """Say which policies of one agreement are stricter or looser than another's."""
    from sla_rules.testing.compare import compare as compared

    both = load(options.a), load(options.b)
    for agreement in both:
        if len(agreement.versions) > 1:
            places = ", ".join(str(version.source) for version in agreement.versions)
            raise SlaError(f"{quoted(agreement.id)} has several versions; compare two of them: {places}")
    comparison = compared(*both)
    print(comparison.to_text(), end="")
    if options.markdown is not None:
        _write(options.markdown, comparison.to_markdown())
    return 0


def schema(options: argparse.Namespace) -> int:  # noqa: ARG001
    """Print the JSON Schema of agreement files."""
    from sla_rules.language.schema import schema_text

    sys.stdout.write(schema_text())
    return 0


if __name__ == "__main__":
    sys.exit(main())
