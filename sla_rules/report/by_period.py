"""How each policy stands period by period: the one arithmetic of plots and page."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any, Literal

import polars as pl

from sla_rules.judged import IS_PERIOD
from sla_rules.language.objectives import Objective
from sla_rules.language.policies import Availability
from sla_rules.periods import Period
from sla_rules.report.recounted import is_over, outcome_of, period_end
from sla_rules.report.summary import Line, of_lines, version_of_line
from sla_rules.verdict import Outcome, Uptime

if TYPE_CHECKING:
    from sla_rules.report.report import Report

State = Literal["kept", "broken", "open"]
OUTCOMES = tuple(Outcome)
_STATES: Mapping[Outcome, State] = {Outcome.MET: "kept", Outcome.BREACHED: "broken", Outcome.PENDING: "open"}
_Named = tuple[str, str | None, str]
"""The policy, the version where there are several, and the label of a period."""


@dataclass(frozen=True, slots=True)
class Standing:
    """How one policy stands in one period.

    Attributes:
        line: the policy, by one version of the agreement.
        period: its label.
        by: the values that the counts are divided by; None for one that nobody knows.
        state: what became of the promise, as the verdict on the period has it where there is one. Without an objective
            it is broken by the first breach, and open while anything is pending.
        counts: instances by outcome; of an availability in its month that month alone.
        share: what was attained, of an availability in its month the uptime; None where nothing is counted.
        uptime: of an availability in its month.
    """

    line: Line
    period: str
    by: tuple[object, ...]
    state: State
    counts: Mapping[Outcome, int]
    share: Fraction | None
    uptime: Uptime | None = None

    @property
    def counted(self) -> int:
        """How many instances were met or breached."""
        return self.counts[Outcome.MET] + self.counts[Outcome.BREACHED]


def standings(
    report: "Report", lines: Sequence[Line], per: Period | None = None, by: tuple[str, ...] = ()
) -> list[Standing]:
    """Return how some policies stand, for each period (and value of `by`) in which anything is counted or pending.

    Args:
        report: on all of them.
        lines: of policies whose mapping is in no doubt.
        per: the length of the periods; each policy's own, or the month, unless said.
        by: as in `Report.attainment`.
    """
    of_uptime = [line for line in lines if isinstance(line.policy, Availability) and per in (None, "month") and not by]
    counted = [line for line in lines if line not in of_uptime]
    return [*_of_instances(report, counted, per, by), *_of_uptime(report, of_uptime)]


def _of_instances(
    report: "Report", lines: Sequence[Line], per: Period | None, by: tuple[str, ...]
) -> Iterator[Standing]:
    known = {(line.policy.id, line.version): line for line in lines}
    judged = _periods(report, lines) if known else {}
    for row in report.attainment(per, by).iter_rows(named=True):
        line = known.get((row["policy"], row.get("version")))
        if line is None or row["period"] is None or not row["counted"] + row["pending"]:
            continue
        counts = {outcome: row[outcome] for outcome in OUTCOMES}
        objective = line.policy.objective
        if objective is not None and per in (None, objective.per) and not by:
            outcome = judged[line.policy.id, line.version, row["period"]]
        else:
            outcome = _outcome(report, line, row, per)
        share = None if row["share"] is None else Fraction(row["share"])
        yield Standing(line, row["period"], tuple(row[name] for name in by), _STATES[outcome], counts, share)


def _periods(report: "Report", lines: Sequence[Line]) -> dict[_Named, Outcome]:
    """Return what became of the periods that policies with an objective promise."""
    rows = report.lazy.filter(IS_PERIOD, of_lines(lines)).select("policy", "version", "period", "outcome")
    return {
        (policy, version_of_line(version, report.agreement), period): Outcome(outcome)
        for policy, version, period, outcome in rows.collect(engine="streaming").iter_rows()
    }


def _outcome(report: "Report", line: Line, row: Mapping[str, Any], per: Period | None) -> Outcome:
    """Return what becomes of instances that are none of the periods promised, as if they were one."""
    objective, met, breached, pending = line.policy.objective, row["met"], row["breached"], row["pending"]
    if objective is None:
        return Outcome.BREACHED if breached else Outcome.PENDING if pending else Outcome.MET
    return outcome_of(objective, met, breached, pending, over=_over(report, line, objective, row["period"], per))


def _over(report: "Report", line: Line, objective: Objective, period: str, per: Period | None) -> bool:
    version = next(each for each in report.agreement.versions if line.version in (None, each.version))
    return is_over(period_end(period, per or objective.per, version), report.as_of)


def _of_uptime(report: "Report", lines: Sequence[Line]) -> Iterator[Standing]:
    known = {(line.policy.id, line.version): line for line in lines}
    months = report.lazy.filter(pl.col("measured").is_not_null(), of_lines(lines)).sort("policy", "version", "period")
    for verdict in report.of(months.collect(engine="streaming")) if lines else ():
        line = known[verdict.policy, version_of_line(verdict.version, report.agreement)]
        counts = {outcome: int(outcome == verdict.outcome) for outcome in OUTCOMES}
        if verdict.outcome in _STATES:
            state = _STATES[verdict.outcome]
            yield Standing(line, str(verdict.period), (), state, counts, verdict.share, verdict.uptime)
