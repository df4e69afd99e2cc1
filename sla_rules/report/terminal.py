"""A report on standard output: tables and colours on a terminal, lines with tabs anywhere else."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from sla_rules.lang import in_language
from sla_rules.reason import ALL
from sla_rules.report.tables import (
    AFTER,
    MISFITS,
    RULINGS,
    SUMMARY,
    after_rows,
    breach_rows,
    finding_rows,
    headline,
    meaning_rows,
    misfit_rows,
    ruling_rows,
    summary_rows,
    table_rows,
)
from sla_rules.screen import Part, Screen

if TYPE_CHECKING:
    from sla_rules.report.against import Comparison
    from sla_rules.report.report import Report

_STYLES = {"kept": "green", "broken": "bold red", "open": "yellow", "not judged": "dim", "no data": "dim"}


def show(report: "Report", most: int) -> None:
    """Print the report, with at most `most` breaches of each clause."""
    screen = Screen()
    screen.say()
    screen.say((in_language(report.agreement.title) or report.agreement.id, "bold"))
    screen.say(headline(report))
    for line in report.check_the_mapping:
        screen.say((line, "yellow"))
    _summary(report, screen)
    _rulings(report, screen)
    for id, breaches in report.breaches_by_clause(most).items():
        clause = breaches.clause
        section = f", section {clause.section}" if clause.section else ""
        screen.say((f"{breaches.count} x {id}", "bold red"), " ", (clause.strength + section, "dim"))
        rows = (
            ((case, "bold"), (start, "dim"), why)
            for case, start, why in breach_rows(breaches.verdicts, report.ruling_on)
        )
        screen.table(("", "", ""), ((id, *row) for row in rows) if screen.plain else rows)
        if breaches.count > most:
            screen.say((f"and {breaches.count - most} more; --html, --markdown and --json list them", "dim"))
        screen.say()
    for kind, count, example in finding_rows(report.findings):
        screen.say(("finding", "yellow"), f" {kind}, {count}: {example}")


def show_compared(comparison: "Comparison", most: int) -> None:
    """Print a comparison with what the source states, with at most `most` misfits."""
    screen = Screen()
    screen.say(comparison.headline)
    screen.table(comparison.table.columns, table_rows(comparison))
    for value, meaning in meaning_rows(comparison):
        screen.say((f"{value} means {meaning}", "dim"))
    first = comparison.first_misfits(most)
    if not first.is_empty():
        screen.table(MISFITS, misfit_rows(first))
    if (more := comparison.differing - first.height) > 0:
        screen.say((f"and {more} more; `misfits` has them all", "dim"))


def _summary(report: "Report", screen: Screen) -> None:
    """Print one row a promise; in a pipe each count has a column of its own."""
    if screen.plain:
        rows = ((status, *row) for *row, status in summary_rows(report))
        screen.say()
        screen.table(("status", *SUMMARY[:-1]), rows)
        screen.say()
    else:
        screen.table(("", "promise", "strength", "what became of it"), _told(report))


def _rulings(report: "Report", screen: Screen) -> None:
    """Print what people decided, and what the promises come to after it."""
    after: list[tuple[Part, ...]] = [(*row, (status, _STYLES[status])) for *row, status in after_rows(report)]
    for header, rows in ((RULINGS, ruling_rows(report.rulings, report.holding, report.agreement.zone)), (AFTER, after)):
        if told := list(rows):
            screen.table(header, told)
            if screen.plain:
                screen.say()


def _told(report: "Report") -> Iterator[tuple[Part, str, str, str]]:
    """Status, promise, strength and counts in words."""
    for promise, strength, objective, *counts, status in summary_rows(report):
        said = [f"{count} {name}" for count, name in zip(counts, SUMMARY[3:], strict=False) if count != "0"]
        kept = f" ({objective})" if objective != ALL else ""
        yield (status, _STYLES[status]), promise, strength, (", ".join(said) or "nothing") + kept
