"""A report on the terminal."""

from typing import TYPE_CHECKING

from rich.box import SIMPLE
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from sla_rules.reason import ALL
from sla_rules.report.tables import (
    MISFITS,
    SUMMARY,
    breach_rows,
    finding_rows,
    headline,
    meaning_rows,
    misfit_rows,
    summary_rows,
    table_rows,
)

if TYPE_CHECKING:
    from sla_rules.report.against import Comparison
    from sla_rules.report.report import Report

_STYLES = {"kept": "green", "broken": "bold red", "open": "yellow", "not judged": "dim", "no data": "dim"}


def show(report: "Report", most: int) -> None:
    """Print the report, with at most `most` breaches of each clause."""
    console = Console(highlight=False)
    console.print(f"\n[bold]{escape(report.agreement.title.get('en', report.agreement.id))}[/bold]")
    console.print(escape(headline(report)))
    for line in report.check_the_mapping:
        console.print(f"[yellow]{escape(line)}[/yellow]")
    console.print(_summary(report))
    for id, breaches in report.breaches_by_clause(most).items():
        clause = breaches.clause
        section = f", section {clause.section}" if clause.section else ""
        console.print(
            f"[bold red]{breaches.count} x {escape(id)}[/bold red] [dim]{escape(clause.strength + section)}[/dim]"
        )
        table = Table(box=None, padding=(0, 2, 0, 0), show_header=False)
        table.add_column(no_wrap=True, style="bold")
        table.add_column(no_wrap=True, style="dim")
        table.add_column(overflow="fold")
        for row in breach_rows(breaches.verdicts):
            table.add_row(*map(escape, row))
        console.print(table)
        if breaches.count > most:
            console.print(f"[dim]and {breaches.count - most} more; --markdown and --json list them[/dim]")
        console.print()
    for kind, count, example in finding_rows(report.findings):
        console.print(f"[yellow]finding[/yellow] {escape(kind)}, {count}: {escape(example)}")


def show_compared(comparison: "Comparison", most: int) -> None:
    """Print a comparison with what the source states, with at most `most` misfits."""
    console = Console(highlight=False)
    console.print(escape(comparison.headline))
    counts = Table(header_style="bold", box=SIMPLE, padding=(0, 1, 0, 0))
    for name in comparison.table.columns:
        counts.add_column(escape(name), no_wrap=True)
    for row in table_rows(comparison):
        counts.add_row(*row)
    console.print(counts)
    for value, meaning in meaning_rows(comparison):
        console.print(f"[dim]{escape(value)} means {meaning}[/dim]")
    first = comparison.first_misfits(most)
    misfits = Table(*MISFITS, header_style="bold", box=SIMPLE, padding=(0, 1, 0, 0))
    for row in misfit_rows(first):
        misfits.add_row(*map(escape, row))
    if not first.is_empty():
        console.print(misfits)
    if (more := comparison.differing - first.height) > 0:
        console.print(f"[dim]and {more} more; `misfits` has them all[/dim]")


def _summary(report: "Report") -> Table:
    table = Table(header_style="bold", box=SIMPLE, padding=(0, 1, 0, 0))
    for name in ("", "promise", "strength"):
        table.add_column(name, no_wrap=True)
    table.add_column("what became of it")
    for row in summary_rows(report):
        promise, strength, objective, *counts, status = map(escape, row)
        said = [f"{count} {name}" for count, name in zip(counts, SUMMARY[3:], strict=False) if count != "0"]
        kept = f" ([bold]{objective}[/bold])" if objective != ALL else ""
        table.add_row(f"[{_STYLES[status]}]{status}[/]", promise, strength, (", ".join(said) or "nothing") + kept)
    return table
