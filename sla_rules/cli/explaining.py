"""`sla-rules explain`: the whole story of one case."""

import argparse
import json
import sys
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import TYPE_CHECKING

from sla_rules.agreement import Agreement
from sla_rules.cli.given import add_given, given_terms, given_windows
from sla_rules.cli.output import add_command, complain, progress, say_written, write_text
from sla_rules.errors import SlaError, did_you_mean, quoted
from sla_rules.events import Event, Finding
from sla_rules.judging import judge
from sla_rules.language.rules import ChainedRule
from sla_rules.portfolio import Portfolio
from sla_rules.sources import read_events
from sla_rules.sources.refusals import NO_EVENTS
from sla_rules.verdict import Verdict

if TYPE_CHECKING:
    from sla_rules.cli.output import Commands

MOST_REFUSED = 5
"""Rows that are no events which `explain` lists."""


def add_to(commands: "Commands") -> None:
    """Add the command."""
    parser = add_command(
        commands,
        "explain",
        "tell the whole story of one case",
        explain,
        "sla-rules explain events.jsonl --agreement intercall --subject T-1",
        "sla-rules explain log.csv --portfolio customers.yaml --subject T-1 --json story.json",
    )
    add_given(parser)
    parser.add_argument("--subject", required=True, help="the id of the ticket, conference, site, … to explain")
    parser.add_argument("--json", metavar="FILE", type=Path, help="write the stories as JSON")


def explain(options: argparse.Namespace) -> int:
    """Tell the whole story of one case."""
    from sla_rules.report.stories import tell
    from sla_rules.screen import Screen

    terms = given_terms(options)
    with progress(options, "reading and judging"):
        verdicts, refused = _judged(options, terms)
    if not options.quiet:
        _say_refused(refused)
    told = [(name, verdict) for name, verdict in verdicts if options.subject in (verdict.subject, *verdict.key)]
    if not told:
        known = {verdict.subject for _, verdict in verdicts if verdict.subject}
        raise SlaError(f"no verdict about {quoted(options.subject)}{did_you_mean(options.subject, known)}")
    written = [] if options.json is None else [write_text(options.json, _stories(told))]
    for name, own in groupby(told, key=itemgetter(0)):
        if name is not None:
            Screen().say((f"{name}:", "bold"))
        of_case = [verdict for _, verdict in own]
        tell(of_case)
        _list_rules(terms if isinstance(terms, Agreement) else terms.agreements[str(name)], of_case)
    say_written(written)
    return 0


def _stories(told: list[tuple[str | None, Verdict]]) -> str:
    """Return stories as JSON, each with the name of its agreement in a portfolio."""
    names = [{} if name is None else {"agreement": name} for name, _ in told]
    stories = [{**name, **verdict.trace.to_dict()} for name, (_, verdict) in zip(names, told, strict=True)]
    return json.dumps(stories, ensure_ascii=False, indent=1)


def _list_rules(agreement: Agreement, verdicts: list[Verdict]) -> None:
    """List the rules of an agreement that concern some verdicts: those of their policies or of events of these."""
    from sla_rules.screen import Screen

    by = {verdict.version for verdict in verdicts}
    policies = {verdict.policy for verdict in verdicts}
    types = frozenset[str]().union(*(verdict.terms.policy.roles for verdict in verdicts))
    concerned: dict[str, ChainedRule] = {}
    for version in agreement.versions:
        for id, rule in version.rules.items() if version.version in by else ():
            if rule.policies & policies or rule.event_types & types or concerned.keys() & set(rule.rules):
                concerned[id] = rule
    screen = Screen()
    if concerned:
        screen.say(("rules, by which the live monitor alerts:", "bold"))
    for id, rule in concerned.items():
        screen.say(f"  {id} (clause {rule.clause}): {rule.sentence()}")


def _judged(
    options: argparse.Namespace, terms: Agreement | Portfolio
) -> tuple[list[tuple[str | None, Verdict]], list[Finding]]:
    """Return the verdicts, each with the name of its agreement in a portfolio, and the rows that are no events."""
    windows = given_windows(options, terms)
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


def _say_refused(found: list[Finding]) -> None:
    """Say on standard error how many rows are no events, where the first of them are, and what else is remarkable."""
    refused = [each for each in found if each.kind in NO_EVENTS]
    for each in found:
        if each not in refused:
            complain(each.message)
    if not refused:
        return
    number = sum(each.count for each in refused)
    print(f"{number} {'row is no event' if number == 1 else 'rows are no events'}:", file=sys.stderr)
    for each in refused[:MOST_REFUSED]:
        complain(f"  {each.place}: {each.message}")
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
