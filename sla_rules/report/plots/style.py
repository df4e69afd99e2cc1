"""What the plots share: colours, what is refused, and the chart that says that there is nothing to draw."""

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

import altair as alt

from sla_rules.errors import InputError, did_you_mean, quoted
from sla_rules.lang import in_language
from sla_rules.reason import in_zone
from sla_rules.report.summary import Line

if TYPE_CHECKING:
    from sla_rules.report.report import Report

Plot = alt.Chart | alt.LayerChart | alt.FacetChart
Row = dict[str, Any]
"""What one mark shows, as plain values."""

MOST = 5_000
"""How many marks a plot has at most; beyond that notebooks grow slow, and Altair itself refuses."""
KEPT, BROKEN, OPEN, GREEN = "#0072b2", "#d55e00", "#e69f00", "#009e73"
ASIDE, INK = "#999999", "#222222"
"""Colours that the colour-blind tell apart, of Okabe and Ito."""
SERIES = ("#0072b2", "#e69f00", "#009e73", "#cc79a7", "#56b4e9", "#d55e00", "#f0e442", "#999999")
"""The colours of several values side by side, of the same."""
STATES = {"kept": KEPT, "broken": BROKEN, "open": OPEN}


def data(rows: Sequence[Row], wider: str) -> alt.InlineData:
    """Return the data of a chart.

    Args:
        rows: one a mark.
        wider: what to ask for instead, where they are too many.

    Raises:
        InputError: they are too many.
    """
    if len(rows) > MOST:
        raise InputError(f"a plot of {len(rows):,} marks cannot be read, {MOST:,} are drawn at most; {wider}")
    return alt.InlineData(values=list(rows))


def title(report: "Report", what: str) -> alt.TitleParams:
    """Return the title of a chart, with the agreement and the instant of knowledge below it."""
    as_of = "" if report.as_of is None else f" as of {in_zone(report.as_of, report.agreement.zone)}"
    name = in_language(report.agreement.title) or report.agreement.id
    return alt.TitleParams(what, subtitle=f"{name}{as_of}", anchor="start")


def nothing(report: "Report", what: str, why: str) -> alt.Chart:
    """Return a chart that says in words why nothing is drawn."""
    chart = alt.Chart(alt.InlineData(values=[{"why": why}]), title=title(report, what), width=400, height=60)
    said: alt.Chart = chart.mark_text(fontSize=14, color=INK).encode(text="why:N")
    return said


def chosen(report: "Report", policy: str | Iterable[str] | None) -> list[str]:
    """Return the ids of the policies that are asked for, all of them unless said.

    Raises:
        InputError: there is no such policy.
    """
    known = list(report.agreement.policies)
    if policy is None:
        return known
    wanted = [policy] if isinstance(policy, str) else list(policy)
    for id in wanted:
        if id not in known:
            raise InputError(f"no policy {quoted(id)}{did_you_mean(id, known)}")
    return wanted


def claimed(report: "Report", policies: Iterable[str] | None = None) -> list[Line]:
    """Return the lines of some policies, all unless said, without those that the mapping of events puts in doubt."""
    wanted = None if policies is None else set(policies)
    return [line for line in report.summary if (wanted is None or line.policy.id in wanted) and not line.unmapped]


def clause_of(line: Line) -> str:
    """Return the clause of a policy, with its section and how binding it is."""
    section = f", section {line.clause.section}" if line.clause.section else ""
    return f"{line.clause.id}{section} ({line.clause.strength})"
