"""How much of each policy was met in each period, as the rows of a plot."""

from collections.abc import Iterator, Sequence
from fractions import Fraction
from typing import TYPE_CHECKING

import polars as pl

from sla_rules.instants import say_span
from sla_rules.language.policies import Availability
from sla_rules.periods import Period
from sla_rules.reason import percent
from sla_rules.report.plots.style import Row, clause_of
from sla_rules.report.summary import Line, of_lines
from sla_rules.verdict import Outcome

if TYPE_CHECKING:
    from sla_rules.report.report import Report


def counted_rows(
    report: "Report", lines: Sequence[Line], per: Period | None = None, by: tuple[str, ...] = ()
) -> list[Row]:
    """Return a row for each of some policies, period and value of `by` in which something is counted.

    An availability gives its share of uptime where the periods are months and undivided.
    """
    of_uptime = [line for line in lines if isinstance(line.policy, Availability) and per in (None, "month") and not by]
    counted = [line for line in lines if line not in of_uptime]
    return [*_of_instances(report, counted, per, by), *_of_uptime(report, of_uptime)]


def _of_instances(report: "Report", lines: Sequence[Line], per: Period | None, by: tuple[str, ...]) -> Iterator[Row]:
    known = {(line.policy.id, line.version): line for line in lines}
    for row in report.attainment(per, by).iter_rows(named=True):
        line = known.get((row["policy"], row.get("version")))
        if line is None or row["share"] is None or row["period"] is None:
            continue
        kept = row["breached"] == 0 if row["kept"] is None else row["kept"]
        aside = sum(row[name] for name in ("exempt", "void", "undetermined"))
        promised = line.promise if line.policy.objective is not None else "all met"
        yield {
            "policy": line.name,
            "clause": clause_of(line),
            "promised": promised,
            "least": float(line.least),
            "period": row["period"],
            "attained": row["attained"],
            "share": f"{percent(Fraction(row['share']))} met",
            "counts": f"{row['met']:,} of {row['counted']:,} met, {row['pending']:,} pending, {aside:,} left out",
            "breached": row["breached"],
            "state": "kept" if kept else "broken",
            "by": " · ".join("unknown" if row[name] is None else str(row[name]) for name in by),
        }


def _of_uptime(report: "Report", lines: Sequence[Line]) -> Iterator[Row]:
    known = {(line.policy.id, line.version): line for line in lines}
    several = len(report.agreement.versions) > 1
    months = report.lazy.filter(pl.col("measured").is_not_null(), of_lines(lines)).sort("policy", "period")
    for verdict in report.of(months.collect(engine="streaming")) if lines else ():
        line = known[verdict.policy, verdict.version if several else None]
        uptime, share = verdict.uptime, verdict.share
        if uptime is None or share is None or not isinstance(line.policy, Availability):
            continue
        yield {
            "policy": line.name,
            "clause": clause_of(line),
            "promised": f"at least {percent(line.policy.at_least)} up",
            "least": float(line.least),
            "period": verdict.period,
            "attained": float(share),
            "share": f"{percent(share)} up",
            "counts": f"down {say_span(uptime.down)} of {say_span(uptime.measured)}",
            "breached": int(verdict.outcome == Outcome.BREACHED),
            "state": {Outcome.BREACHED: "broken", Outcome.PENDING: "open"}.get(verdict.outcome, "kept"),
            "by": "",
        }
