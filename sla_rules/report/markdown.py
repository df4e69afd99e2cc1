"""A report as Markdown."""

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from sla_rules.lang import in_language
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
    shown,
    summary_rows,
    table_rows,
)

if TYPE_CHECKING:
    from sla_rules.report.against import Comparison
    from sla_rules.report.report import Report


def markdown(report: "Report", most: int) -> str:
    """Return the report as Markdown, with at most `most` breaches of each clause."""
    title = in_language(report.agreement.title) or report.agreement.id
    parts = [f"# {_text(title)}", headline(report), *(f"> {_text(line)}" for line in report.check_the_mapping)]
    parts += ["## Promises", table(SUMMARY, summary_rows(report))]
    if report.rulings:
        parts += ["## Rulings", table(RULINGS, ruling_rows(report.rulings, report.holding, report.agreement.zone))]
    if after := list(after_rows(report)):
        parts += ["## After rulings", table(AFTER, after)]
    parts.append("## Breaches")
    groups = report.breaches_by_clause(most)
    for id, breaches in groups.items():
        clause = breaches.clause
        section = f" ({_text(clause.section)})" if clause.section else ""
        parts.append(f"### {id}{section}, {clause.strength}: {breaches.count}")
        if clause.summary:
            parts.append(_text(in_language(clause.summary)))
        parts.append(table(("case", "started", "why"), breach_rows(breaches.verdicts, report.ruling_on)))
        if breaches.count > most:
            parts.append(f"and {breaches.count - most} more")
    if not groups:
        parts.append("None.")
    if report.findings:
        parts += ["## Findings", table(("finding", "events", "example"), finding_rows(report.findings))]
    provenance = [(name, shown(value)) for name, value in report.provenance.items() if value not in (None, [])]
    return "\n\n".join([*parts, "## Provenance", table(("what", "value"), provenance)]) + "\n"


def compared(comparison: "Comparison", most: int) -> str:
    """Return a comparison with what the source states as Markdown, with at most `most` misfits."""
    counts = table(comparison.table.columns, table_rows(comparison))
    meanings = table(("value", "means"), meaning_rows(comparison))
    parts = [f"# {_text(comparison.column)}", _text(comparison.headline), counts, meanings]
    misfits = comparison.first_misfits(most)
    if not misfits.is_empty():
        parts += ["## Where the two differ", table(MISFITS, misfit_rows(misfits))]
    if (more := comparison.differing - misfits.height) > 0:
        parts.append(f"and {more} more")
    return "\n\n".join(parts) + "\n"


def table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a Markdown table; no cell can break it."""
    lines = [header, ["---"] * len(header), *([_text(cell) for cell in row] for row in rows)]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _text(text: str) -> str:
    """Text that stays text: no cell, tag or line break of its own."""
    for mark, harmless in (("\\", "\\\\"), ("|", "\\|"), ("<", "&lt;"), ("\n", " "), ("\r", " ")):
        text = text.replace(mark, harmless)
    return text
