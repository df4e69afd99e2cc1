"""How much of each policy was met in each period, as the rows of a plot."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from sla_rules.instants import say_span
from sla_rules.periods import Period
from sla_rules.reason import percent
from sla_rules.report.by_period import Standing, standings
from sla_rules.report.plots.style import Row, clause_of
from sla_rules.report.summary import Line
from sla_rules.verdict import Outcome

if TYPE_CHECKING:
    from sla_rules.report.report import Report

ASIDE = (Outcome.EXEMPT, Outcome.VOID, Outcome.UNDETERMINED)


def counted_rows(
    report: "Report", lines: Sequence[Line], per: Period | None = None, by: tuple[str, ...] = ()
) -> list[Row]:
    """Return a row for each of some policies, period and value of `by` in which something is counted.

    An availability gives its share of uptime where the periods are months and undivided.
    """
    return [_row(each) for each in standings(report, lines, per, by) if each.share is not None]


def _row(standing: Standing) -> Row:
    line, counts, uptime = standing.line, standing.counts, standing.uptime
    if uptime is None:
        aside = sum(counts[outcome] for outcome in ASIDE)
        kept = f"{counts[Outcome.MET]:,} of {standing.counted:,} met"
        told = f"{kept}, {counts[Outcome.PENDING]:,} pending, {aside:,} left out"
    else:
        told = f"down {say_span(uptime.down)} of {say_span(uptime.measured)}"
    assert standing.share is not None
    return {
        "policy": line.name,
        "clause": clause_of(line),
        "promised": line.promise,
        "least": float(line.least),
        "period": standing.period,
        "attained": float(standing.share),
        "share": f"{percent(standing.share)} {'met' if uptime is None else 'up'}",
        "counts": told,
        "breached": counts[Outcome.BREACHED],
        "state": standing.state,
        "by": " · ".join("unknown" if value is None else str(value) for value in standing.by),
    }
