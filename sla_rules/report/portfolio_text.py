"""A report on a portfolio as Markdown and on the terminal."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from sla_rules.events import Finding
from sla_rules.report.markdown import table
from sla_rules.report.tables import RULINGS, finding_rows, ruling_rows
from sla_rules.screen import Screen

if TYPE_CHECKING:
    from sla_rules.report.portfolio import PortfolioReport


def markdown(report: "PortfolioReport", most: int) -> str:
    """Return the report as Markdown, with at most `most` breaches of each clause of each agreement."""
    rows = [tuple(map(str, row)) for row in report.overview.iter_rows()]
    mapping = [] if report.said else [f"> {_plain(report.check_the_mapping[0])}"]
    parts = [
        f"# Portfolio by {_plain(report.portfolio.by)}",
        _plain(report.headline),
        *mapping,
        table(report.overview.columns, rows),
    ]
    if rulings := list(_rulings(report)):
        parts += ["## Rulings that belong to no agreement", table(RULINGS, rulings)]
    if findings := _findings(report):
        parts += ["## Findings", table(("finding", "events", "example"), finding_rows(findings))]
    for name, each in report.reports.items():
        title, _, rest = each.to_markdown(most=most).partition("\n\n")
        lower = [
            f"#{line}" if line.startswith("#") else line for line in (f"{title} ({_plain(name)})", *rest.splitlines())
        ]
        parts.append("\n".join([lower[0], "", *lower[1:]]))
    return "\n\n".join(parts) + "\n"


def show(report: "PortfolioReport", most: int) -> None:
    """Print the report to the terminal, with at most `most` breaches of each clause of each agreement."""
    screen = Screen()
    screen.say()
    screen.say((report.headline, "bold"))
    if not report.said:
        screen.say((report.check_the_mapping[0], "yellow"))
    screen.table(report.overview.columns, (tuple(map(str, row)) for row in report.overview.iter_rows()))
    if rulings := list(_rulings(report)):
        screen.table(RULINGS, rulings)
    for kind, count, example in finding_rows(_findings(report)):
        screen.say(("finding", "yellow"), f" {kind}, {count}: {example}")
    for name, each in report.reports.items():
        screen.say()
        screen.say((f"{name}:", "bold"))
        each.show(most)


def _findings(report: "PortfolioReport") -> list[Finding]:
    """What is remarkable about what belongs to no agreement."""
    return [*report.refused, *report.left, *report.unruled]


def _rulings(report: "PortfolioReport") -> Iterator[tuple[str, ...]]:
    """One row a ruling that belongs to no agreement, in the columns of `RULINGS`."""
    return ruling_rows(report.unowned, (), report.zone)


def _plain(text: str) -> str:
    """Text that stays one line of Markdown, without a tag of its own."""
    return " ".join(text.replace("<", "&lt;").split())
