"""A report as notebooks show it."""

from typing import TYPE_CHECKING

from sla_rules.markup import render
from sla_rules.report.tables import breach_rows, headline

if TYPE_CHECKING:
    from sla_rules.report.report import Report


def html(report: "Report") -> str:
    """Return the headline, the promises, and of each clause the number of its breaches and the first, as HTML."""
    groups = report.breaches_by_clause(1)
    rows = [
        (clause, group.count, group.verdicts[0].policy, *told)
        for clause, group in groups.items()
        for told in breach_rows(group.verdicts, report.ruling_on)
    ]
    return render("repr_report.html", report=report, headline=headline(report), breaches=rows)
