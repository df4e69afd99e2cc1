"""`sla-rules check` and `explain`: a file of events judged."""

import argparse
import json
from pathlib import Path
from typing import TYPE_CHECKING

from sla_rules.agreement import Agreement, load
from sla_rules.cli.output import BAD_INPUT, add_command, add_source_options, progress, write
from sla_rules.errors import SlaError, did_you_mean, quoted
from sla_rules.evaluators.reference import judge
from sla_rules.events import Event, Window
from sla_rules.portfolio import Portfolio, load_portfolio
from sla_rules.sources import read_events

if TYPE_CHECKING:
    from sla_rules.cli.output import Commands
    from sla_rules.report import Report
    from sla_rules.report.portfolio import PortfolioReport


def add_to(commands: "Commands") -> None:
    """Add the commands."""
    _add_check(commands)
    parser = add_command(
        commands,
        "explain",
        "tell the whole story of one case",
        explain,
        "sla-rules explain events.jsonl --agreement intercall --subject T-1",
    )
    parser.add_argument("--agreement", required=True, help=_AGREEMENT)
    _add_events(parser)
    parser.add_argument("--subject", required=True, help="the id of the ticket, conference, site, … to explain")
    parser.add_argument("--json", metavar="FILE", type=Path, help="write the stories as JSON")


_AGREEMENT = "a built-in name (intercall), a YAML file or a folder"


def _add_check(commands: "Commands") -> None:
    parser = add_command(
        commands,
        "check",
        "judge a file of events",
        check,
        "sla-rules check events.jsonl --agreement intercall --as-of 2026-04-01T00:00:00-04:00",
        "sla-rules check incidents.csv --agreement helpdesk --columns map.yaml --against made_sla",
        "sla-rules check log.xes --preset xes --agreement permits.yaml --windows closed.ics --markdown report.md",
        "sla-rules check events.parquet --portfolio customers.yaml",
    )
    terms = parser.add_mutually_exclusive_group(required=True)
    terms.add_argument("--agreement", help=_AGREEMENT)
    terms.add_argument("--portfolio", metavar="FILE", type=Path, help="a YAML file of agreements by customer")
    _add_events(parser)
    add = parser.add_argument
    add("--against", metavar="COLUMN", help="compare with what the file itself says, such as `made_sla`")
    add("--json", metavar="FILE", type=Path, help="write the whole report as JSON")
    add("--markdown", metavar="FILE", type=Path, help="write the report as Markdown")
    add("--assume-complete", action="store_true", help="take an event type that never occurs as not having happened")
    add("--strict", action="store_true", help="exit 2 where a row cannot be read or an event type never occurs")


def _add_events(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
    add("events", help="JSON Lines, CSV or Parquet with id, type, subject, time and data; or what a preset reads")
    add("--as-of", metavar="TIME", help="judge as of this instant, with offset (default: the latest event)")
    add("--only", action="append", metavar="POLICY", help="only policies that match, such as `support.*`; repeatable")
    add("--timezone", metavar="ZONE", help="in place of the agreement's own time zone")
    add_source_options(parser)
    add(
        "--windows", action="append", default=[], metavar="FILE",
        help="time that does not count, as .ics, .csv, .jsonl, .parquet or .yaml; repeatable",
    )  # fmt: skip
    add("--windows-until", metavar="TIME", help="the end of windows that recur without one")


def check(options: argparse.Namespace) -> int:
    """Judge a file of events and report."""
    report: Report | PortfolioReport
    if options.portfolio is not None:
        report = _portfolio_report(options)
        report.show()
    else:
        report = _report(options)
        report.show()
        if options.against is not None:
            report.against(options.against).show()
    for path, text in ((options.json, report.to_json), (options.markdown, report.to_markdown)):
        if path is not None:
            write(path, text())
    if options.strict and (report.refused or report.check_the_mapping):
        return BAD_INPUT
    return report.exit_code


def _report(options: argparse.Namespace) -> "Report":
    from sla_rules.report.evaluating import evaluate

    agreement = _agreement(options)
    windows = _windows(options, agreement)
    with progress() as advance:
        return evaluate(
            agreement,
            options.events,
            as_of=options.as_of,
            windows=windows,
            columns=options.columns,
            preset=options.preset,
            timezone=options.source_timezone,
            assume_complete=options.assume_complete,
            progress=advance,
        )


def _portfolio_report(options: argparse.Namespace) -> "PortfolioReport":
    from sla_rules.report.evaluating import evaluate

    alone = {"--windows": options.windows, "--windows-until": options.windows_until, "--against": options.against}
    for name, given in alone.items():
        if given:
            raise SlaError(f"`{name}` goes with `--agreement`; judge the agreements of the portfolio one by one for it")
    portfolio = _only(load_portfolio(options.portfolio, timezone=options.timezone), options)
    with progress() as advance:
        return evaluate(
            portfolio,
            options.events,
            as_of=options.as_of,
            columns=options.columns,
            preset=options.preset,
            timezone=options.source_timezone,
            assume_complete=options.assume_complete,
            progress=advance,
        )


def _only(portfolio: Portfolio, options: argparse.Namespace) -> Portfolio:
    return portfolio.only(*options.only) if options.only else portfolio


def _agreement(options: argparse.Namespace) -> Agreement:
    """Return the agreement that the options name, with the policies that they choose."""
    agreement = load(options.agreement, timezone=options.timezone)
    return agreement.only(*options.only) if options.only else agreement


def _windows(options: argparse.Namespace, agreement: Agreement) -> list[Window]:
    """Return the windows of the files that the options name."""
    if options.windows_until is not None and not options.windows:
        raise SlaError("`--windows-until` says where the windows of `--windows` end; there is none")
    if not options.windows:
        return []
    from sla_rules.adapters.windowing import windows_of

    zone, end = options.source_timezone, options.windows_until
    return [window for path in options.windows for window in windows_of(path, agreement, timezone=zone, end=end)]


def explain(options: argparse.Namespace) -> int:
    """Tell the whole story of one case."""
    from sla_rules.report.stories import tell

    agreement = _agreement(options)
    windows = _windows(options, agreement)
    verdicts = judge(agreement, _events(options, agreement), as_of=options.as_of, windows=windows)
    told = [verdict for verdict in verdicts if options.subject in (verdict.subject, *verdict.key)]
    if not told:
        known = {verdict.subject for verdict in verdicts if verdict.subject}
        raise SlaError(f"no verdict about {quoted(options.subject)}{did_you_mean(options.subject, known)}")
    tell(told)
    if options.json is not None:
        stories = [verdict.trace.to_dict() for verdict in told]
        write(options.json, json.dumps(stories, ensure_ascii=False, indent=1))
    return 0


def _events(options: argparse.Namespace, agreement: Agreement) -> list[Event]:
    """Return the events of the file that the options name."""
    if options.columns is None and options.preset is None and options.source_timezone is None:
        return read_events(options.events, agreement)[0]
    from sla_rules.adapters.incoming import mapped_events

    events, _ = mapped_events(
        options.events,
        agreement,
        columns=options.columns,
        preset=options.preset,
        timezone=options.source_timezone,
    )
    return events
