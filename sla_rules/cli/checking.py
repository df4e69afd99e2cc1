"""`sla-rules check`: a file of events judged."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, Self, runtime_checkable

from sla_rules.cli.given import add_given, given_terms, given_windows
from sla_rules.cli.output import BAD_INPUT, add_command, progress, say_written, write, write_text
from sla_rules.errors import SlaError
from sla_rules.lang import LANGS, Lang

if TYPE_CHECKING:
    from sla_rules.cli.output import Commands
    from sla_rules.report import Report
    from sla_rules.report.portfolio import PortfolioReport


def add_to(commands: "Commands") -> None:
    """Add the command."""
    parser = add_command(
        commands,
        "check",
        "judge a file of events",
        check,
        "sla-rules check events.jsonl --agreement intercall --as-of 2026-04-01T00:00:00-04:00",
        "sla-rules check events.jsonl --agreement intercall --html report.html --lang fr",
        "sla-rules check incidents.csv --agreement helpdesk --columns map.yaml --against made_sla",
        "sla-rules check log.xes --preset xes --agreement permits.yaml --windows closed.ics --markdown report.md",
        "sla-rules check events.parquet --portfolio customers.yaml",
        "sla-rules check events.jsonl --agreement intercall --rulings rulings.yaml --quiet --json report.json",
        codes={
            0: "no guarantee or commitment is broken",
            1: "one is; rulings stand beside the verdicts and do not change that",
            2: "bad input; with --strict also a row that cannot be read, or an event type that never occurs",
        },
    )
    add_given(parser)
    add = parser.add_argument
    add("--against", metavar="COLUMN", help="compare with what the file itself says, such as `made_sla`")
    add("--rulings", metavar="FILE", type=Path, help="what people decided about breaches: YAML, JSON, JSON Lines, CSV")
    add("--html", metavar="FILE", type=Path, help="write the report as one page for a browser")
    add("--lang", choices=LANGS, help="the language of that page (en)")
    add("--json", metavar="FILE", type=Path, help="write the whole report as JSON")
    add("--markdown", metavar="FILE", type=Path, help="write the report as Markdown")
    add("--assume-complete", action="store_true", help="take an event type that never occurs as not having happened")
    add("--strict", action="store_true", help="exit 2 where a row cannot be read or an event type never occurs")


def check(options: argparse.Namespace) -> int:
    """Judge a file of events and report."""
    _refuse(options)
    report = _report(options)
    # What reads the output may stop reading it; by then the files are written.
    written = _write(options, report)
    report.show()
    if options.against is not None:
        _compare(report, options.against)
    say_written(written)
    if options.strict and (report.refused or report.check_the_mapping):
        return BAD_INPUT
    return report.exit_code


def _compare(report: "Report | PortfolioReport", column: str) -> None:
    """Print a comparison with what the source states, for each agreement of a portfolio."""
    from sla_rules.screen import Screen

    screen, compared = Screen(), report.against(column)
    for name, comparison in compared.items() if isinstance(compared, dict) else [("", compared)]:
        screen.say()
        if name:
            screen.say((f"{name}:", "bold"))
        comparison.show()


@runtime_checkable
class _Page(Protocol):
    """A report that makes a page."""

    def to_html(self, path: Path, *, lang: Lang) -> str: ...


@runtime_checkable
class _Rulable(Protocol):
    """A report that takes rulings."""

    def ruled(self, rulings: object) -> Self: ...


def _refuse(options: argparse.Namespace) -> None:
    """Refuse options that go for nothing, before anything takes its time. Raises `SlaError`."""
    if options.lang is not None and options.html is None:
        raise SlaError("`--lang` is the language of the page of `--html`; there is none")
    if options.portfolio is None:
        return
    from sla_rules.report.portfolio import PortfolioReport

    for option, able in (("html", _Page), ("rulings", _Rulable)):
        if getattr(options, option) is not None and not issubclass(PortfolioReport, able):
            raise SlaError(f"`--{option}` is for one agreement, not for a portfolio")


def _report(options: argparse.Namespace) -> "Report | PortfolioReport":
    from sla_rules.report.evaluating import evaluate
    from sla_rules.rulings import rulings_of

    terms = given_terms(options)
    windows = given_windows(options, terms)
    rulings = None if options.rulings is None else rulings_of(options.rulings)
    with progress(options, "reading and judging") as advance:
        report = evaluate(
            terms,
            options.events,
            as_of=options.as_of,
            windows=windows,
            columns=options.columns,
            preset=options.preset,
            timezone=options.source_timezone,
            assume_complete=options.assume_complete,
            progress=advance,
        )
    return report.ruled(rulings) if rulings is not None and isinstance(report, _Rulable) else report


def _write(options: argparse.Namespace, report: "Report | PortfolioReport") -> list[Path]:
    """Write the files that the options name, and return them."""
    written = []
    if options.html is not None and isinstance(report, _Page):
        lang: Lang = options.lang or LANGS[0]
        written.append(write(options.html, lambda path: report.to_html(path, lang=lang)))
    texts = (options.json, report.to_json), (options.markdown, report.to_markdown)
    return [*written, *(write_text(path, text()) for path, text in texts if path is not None)]
