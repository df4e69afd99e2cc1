"""What `check` and `explain` are given: terms, events and windows."""

import argparse
from pathlib import Path

from sla_rules.agreement import Agreement, load
from sla_rules.cli.output import add_source_options
from sla_rules.errors import SlaError
from sla_rules.events import Window
from sla_rules.portfolio import Portfolio, load_portfolio


def add_given(parser: argparse.ArgumentParser) -> None:
    """Add the options that name them."""
    terms = parser.add_mutually_exclusive_group(required=True)
    terms.add_argument("--agreement", help="a built-in name (intercall), a YAML file or a folder")
    terms.add_argument("--portfolio", metavar="FILE", type=Path, help="a YAML file of agreements by customer")
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


def given_terms(options: argparse.Namespace) -> Agreement | Portfolio:
    """Return the agreement or portfolio that the options name, with the policies that they choose."""
    terms: Agreement | Portfolio
    if options.portfolio is not None:
        terms = load_portfolio(options.portfolio, timezone=options.timezone)
    else:
        terms = load(options.agreement, timezone=options.timezone)
    return terms.only(*options.only) if options.only else terms


def given_windows(options: argparse.Namespace, terms: Agreement | Portfolio) -> list[Window]:
    """Return the windows of the files that the options name."""
    if options.windows_until is not None and not options.windows:
        raise SlaError("`--windows-until` says where the windows of `--windows` end; there is none")
    if not options.windows:
        return []
    from sla_rules.adapters.windowing import windows_of

    return windows_of(options.windows, terms, timezone=options.source_timezone, end=options.windows_until)
