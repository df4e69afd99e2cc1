"""`sla-rules check` and `explain`: a file of events judged."""

import argparse
import json
import sys
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import TYPE_CHECKING

from sla_rules.agreement import Agreement, load
from sla_rules.cli.output import BAD_INPUT, add_command, add_source_options, progress, write
from sla_rules.errors import SlaError, did_you_mean, quoted
from sla_rules.events import Event, Finding, Window
from sla_rules.judging import judge
from sla_rules.language.rules import ChainedRule
from sla_rules.portfolio import Portfolio, load_portfolio
from sla_rules.sources import read_events
from sla_rules.verdict import Verdict

if TYPE_CHECKING:
    from sla_rules.cli.output import Commands
    from sla_rules.report import Report
    from sla_rules.report.portfolio import PortfolioReport

MOST_REFUSED = 5
"""Rows that are no events which `explain` lists."""


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
    _add_terms(parser)
    _add_events(parser)
    parser.add_argument("--subject", required=True, help="the id of the ticket, conference, site, … to explain")
    parser.add_argument("--json", metavar="FILE", type=Path, help="write the stories as JSON")


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
    _add_terms(parser)
    _add_events(parser)
    add = parser.add_argument
    add("--against", metavar="COLUMN", help="compare with what the file itself says, such as `made_sla`")
    add("--json", metavar="FILE", type=Path, help="write the whole report as JSON")
    add("--markdown", metavar="FILE", type=Path, help="write the report as Markdown")
    add("--assume-complete", action="store_true", help="take an event type that never occurs as not having happened")
    add("--strict", action="store_true", help="exit 2 where a row cannot be read or an event type never occurs")


def _add_terms(parser: argparse.ArgumentParser) -> None:
    terms = parser.add_mutually_exclusive_group(required=True)
    terms.add_argument("--agreement", help="a built-in name (intercall), a YAML file or a folder")
    terms.add_argument("--portfolio", metavar="FILE", type=Path, help="a YAML file of agreements by customer")


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
    report = _report(options)
    report.show()
    if options.against is not None:
        compared = report.against(options.against)
        for name, comparison in compared.items() if isinstance(compared, dict) else [("", compared)]:
            print(f"\n{name}:" if name else "")
            comparison.show()
    for path, text in ((options.json, report.to_json), (options.markdown, report.to_markdown)):
        if path is not None:
            write(path, text())
    if options.strict and (report.refused or report.check_the_mapping):
        return BAD_INPUT
    return report.exit_code


def _report(options: argparse.Namespace) -> "Report | PortfolioReport":
    from sla_rules.report.evaluating import evaluate

    terms = _terms(options)
    windows = _windows(options, terms)
    with progress() as advance:
        return evaluate(
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


def _terms(options: argparse.Namespace) -> Agreement | Portfolio:
    """Return the agreement or portfolio that the options name, with the policies that they choose."""
    terms: Agreement | Portfolio
    if options.portfolio is not None:
        terms = load_portfolio(options.portfolio, timezone=options.timezone)
    else:
        terms = load(options.agreement, timezone=options.timezone)
    return terms.only(*options.only) if options.only else terms


def _windows(options: argparse.Namespace, terms: Agreement | Portfolio) -> list[Window]:
    """Return the windows of the files that the options name."""
    if options.windows_until is not None and not options.windows:
        raise SlaError("`--windows-until` says where the windows of `--windows` end; there is none")
    if not options.windows:
        return []
    from sla_rules.adapters.windowing import windows_of

    return windows_of(options.windows, terms, timezone=options.source_timezone, end=options.windows_until)


def explain(options: argparse.Namespace) -> int:
    """Tell the whole story of one case."""
    from sla_rules.report.stories import tell

    terms = _terms(options)
    verdicts, refused = _judged(options, terms)
    _say_refused(refused)
    told = [(name, verdict) for name, verdict in verdicts if options.subject in (verdict.subject, *verdict.key)]
    if not told:
        known = {verdict.subject for _, verdict in verdicts if verdict.subject}
        raise SlaError(f"no verdict about {quoted(options.subject)}{did_you_mean(options.subject, known)}")
    for name, own in groupby(told, key=itemgetter(0)):
        if name is not None:
            print(f"{name}:")
        of_case = [verdict for _, verdict in own]
        tell(of_case)
        _list_rules(terms if isinstance(terms, Agreement) else terms.agreements[str(name)], of_case)
    if options.json is not None:
        of = [{} if name is None else {"agreement": name} for name, _ in told]
        stories = [{**name, **verdict.trace.to_dict()} for name, (_, verdict) in zip(of, told, strict=True)]
        write(options.json, json.dumps(stories, ensure_ascii=False, indent=1))
    return 0


def _list_rules(agreement: Agreement, verdicts: list[Verdict]) -> None:
    """List the rules of an agreement that concern some verdicts: those of their policies or of events of these."""
    by = {verdict.version for verdict in verdicts}
    policies = {verdict.policy for verdict in verdicts}
    types = frozenset[str]().union(*(verdict.terms.policy.roles for verdict in verdicts))
    concerned: dict[str, ChainedRule] = {}
    for version in agreement.versions:
        for id, rule in version.rules.items() if version.version in by else ():
            if rule.policies & policies or rule.event_types & types or concerned.keys() & set(rule.rules):
                concerned[id] = rule
    if concerned:
        print("rules, by which the live monitor alerts:")
    for id, rule in concerned.items():
        print(f"  {id} (clause {rule.clause}): {rule.sentence()}")


def _judged(
    options: argparse.Namespace, terms: Agreement | Portfolio
) -> tuple[list[tuple[str | None, Verdict]], list[Finding]]:
    """Return the verdicts, each with the name of its agreement in a portfolio, and the rows that are no events."""
    windows = _windows(options, terms)
    if isinstance(terms, Agreement):
        events, refused = _events(options, terms)
        return [(None, each) for each in judge(terms, events, as_of=options.as_of, windows=windows)], refused
    told: list[tuple[str | None, Verdict]] = []
    refused = []
    for reader in terms.readers():
        events, refused = _events(options, reader.agreement)
        verdicts = judge(terms, events, as_of=options.as_of, windows=windows)
        told += [(each.agreement, each) for each in verdicts if each.agreement in reader.names]
    return told, refused


def _say_refused(refused: list[Finding]) -> None:
    """Say on standard error how many rows are no events, and where the first of them are."""
    if not refused:
        return
    number = sum(each.count for each in refused)
    print(f"{number} {'row is no event' if number == 1 else 'rows are no events'}:", file=sys.stderr)
    for each in refused[:MOST_REFUSED]:
        print(f"  {each.place}: {each.message}", file=sys.stderr)
    if number > MOST_REFUSED:
        print(f"  and {number - MOST_REFUSED} more; `sla-rules check` counts them by what is wrong", file=sys.stderr)


def _events(options: argparse.Namespace, agreement: Agreement) -> tuple[list[Event], list[Finding]]:
    """Return the events of the file that the options name, and a finding for each row that is none."""
    if options.columns is None and options.preset is None and options.source_timezone is None:
        return read_events(options.events, agreement)
    from sla_rules.adapters.incoming import mapped_events

    return mapped_events(
        options.events,
        agreement,
        columns=options.columns,
        preset=options.preset,
        timezone=options.source_timezone,
        as_of=options.as_of,
    )
