"""The command line: `sla-rules check`, `lint` and `schema`."""

import argparse
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from sla_rules import __version__
from sla_rules.agreement import load
from sla_rules.errors import SlaError
from sla_rules.evaluators.reference import judge
from sla_rules.report import Report
from sla_rules.sources import read_events

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
    parser.add_argument("--version", action="version", version=f"sla-rules {__version__}")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    _check_options(commands.add_parser("check", help="judge a file of events", epilog=_CHECK_EPILOG))
    lint_parser = commands.add_parser("lint", help="say what is wrong in an agreement file")
    lint_parser.add_argument("agreement", nargs="+", help="files, folders or built-in names")
    lint_parser.set_defaults(command=lint)
    schema_parser = commands.add_parser("schema", help="print the JSON Schema of agreement files")
    schema_parser.set_defaults(command=schema)
    return parser


_CHECK_EPILOG = "example: sla-rules check events.jsonl --agreement intercall --as-of 2026-04-01T00:00:00-04:00"


def _check_options(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
    add("events", help="JSON Lines, CSV or Parquet with id, type, subject, time and data")
    add("--agreement", required=True, help="a built-in name (intercall), a YAML file or a folder")
    add("--as-of", metavar="TIME", help="judge as of this instant, with offset (default: the latest event)")
    add("--only", action="append", metavar="POLICY", help="only policies that match, such as `support.*`; repeatable")
    add("--timezone", metavar="ZONE", help="in place of the agreement's own time zone")
    add("--json", metavar="FILE", type=Path, help="write the whole report as JSON")
    add("--markdown", metavar="FILE", type=Path, help="write the report as Markdown")
    add("--assume-complete", action="store_true", help="take an event type that never occurs as not having happened")
    add("--strict", action="store_true", help="exit 2 where a row cannot be read or an event type never occurs")
    parser.set_defaults(command=check)


def check(options: argparse.Namespace) -> int:
    """Judge a file of events and report."""
    agreement = load(options.agreement, timezone=options.timezone)
    if options.only:
        agreement = agreement.only(*options.only)
    events, unreadable = read_events(options.events, agreement)
    verdicts = judge(agreement, events, as_of=options.as_of)
    report = Report(verdicts, findings=unreadable, assume_complete=options.assume_complete)
    report.show()
    for path, text in ((options.json, report.to_json), (options.markdown, report.to_markdown)):
        if path is not None:
            _write(path, text())
    if options.strict and (unreadable or report.check_the_mapping):
        return BAD_INPUT
    return report.exit_code


def _write(path: Path, text: str) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise SlaError(f"{path}: cannot be written: {error.strerror}") from None
    print(f"written: {path}")


def lint(options: argparse.Namespace) -> int:
    """Say of each agreement what is wrong, or that nothing is."""
    code = 0
    for source in options.agreement:
        try:
            agreement = load(source)
        except SlaError as error:
            print(error, file=sys.stderr)
            code = BAD_INPUT
        else:
            print(f"{source}: good, {len(agreement.policies)} policies, {len(agreement.clauses)} clauses")
    return code


def schema(options: argparse.Namespace) -> int:  # noqa: ARG001
    """Print the JSON Schema of agreement files."""
    from sla_rules.language.schema import schema_text

    sys.stdout.write(schema_text())
    return 0


if __name__ == "__main__":
    sys.exit(main())
