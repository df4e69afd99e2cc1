"""The commitments as the page shows them: one row each, those that weigh most, and how they stand by strength."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import get_args

import polars as pl

from sla_rules.instants import say_span
from sla_rules.lang import in_language
from sla_rules.language.document import Strength
from sla_rules.language.policies import Availability
from sla_rules.report.page.overdue import OF_POLICY, Group, most_overdue
from sla_rules.report.page.parts import Part
from sla_rules.report.page.say import Say
from sla_rules.report.summary import Line, version_of_line
from sla_rules.report.tables import STATUSES
from sla_rules.verdict import Outcome, Verdict

STRENGTHS: tuple[Strength, ...] = get_args(Strength)
"""The most binding first."""
MOST_GRAVE = 5
WEIGHT = ("broken", "open", "kept", "not judged", "no data")
"""Which status counts of a commitment that several versions of an agreement have: the first of these."""


@dataclass(frozen=True, slots=True)
class Row:
    """One commitment.

    Attributes:
        part: to whose agreement it belongs.
        line: what became of it.
        after: the same with the rulings; None where there are none.
        number: its place among all, by which cases name it.
        summary: the sentence of its clause.
        promised: the share, in words.
        share: how much was kept, of an availability in its worst month; None where nothing is counted.
        of: numerator and denominator, in words.
        periods: how many periods of those promised were broken, in words; empty without periods.
        chart: its periods as inline SVG; empty where it cannot be drawn.
    """

    part: Part
    line: Line
    after: Line | None
    number: int
    summary: str
    promised: str
    share: Fraction | None
    of: str
    periods: str
    chart: str

    @property
    def met(self) -> int:
        """How many instances were kept."""
        return self.line.counts[Outcome.MET]

    @property
    def breached(self) -> int:
        """How many were not."""
        return self.line.counts[Outcome.BREACHED]

    @property
    def broken(self) -> int:
        """How many breaches are claimed of what was promised: of periods, where they are."""
        return 0 if self.line.unmapped else self.line.judged[Outcome.BREACHED]

    @property
    def counted(self) -> int:
        """The denominator: those kept and those not."""
        return self.met + self.breached

    @property
    def share_after(self) -> Fraction | None:
        """How much was kept with the rulings; None where nothing was waived or nothing is counted."""
        return None if self.after is None or not self.after.waived else share_of(self.after)

    @property
    def kept(self) -> float | None:
        """The share as a number, by which rows are sorted."""
        return None if self.share is None else float(self.share)

    @property
    def rank(self) -> int:
        """How binding it is; 0 is most."""
        return STRENGTHS.index(self.line.clause.strength)


def rows_of(part: Part, say: Say, charts: Mapping[tuple[str, str | None], str]) -> list[Row]:
    """Return one row a commitment, in the order of the agreement."""
    report = part.report
    after: list[Line | None] = list(report.after) if report.rulings else [None] * len(report.summary)
    worst = worst_months(part)
    rows = []
    for number, (line, ruled) in enumerate(zip(report.summary, after, strict=True), part.first):
        month = None if line.unmapped else worst.get((line.policy.id, line.version))
        share, of = _share(line, say) if month is None else _uptime(month, say)
        summary = in_language(line.clause.summary, say.lang) or line.clause.id
        chart = charts.get((line.policy.id, line.version), "")
        promised, periods = line.promise_in(say.lang), _periods(line, say)
        rows.append(Row(part, line, ruled, number, summary, promised, share, of, periods, chart))
    return rows


def worst_months(part: Part) -> dict[tuple[str, str | None], Verdict]:
    """Return of each availability the month with the least uptime, by policy and version."""
    report = part.report
    found: dict[tuple[str, str | None], Verdict] = {}
    for verdict in report.of(report.lazy.filter(pl.col("measured").is_not_null()).collect(engine="streaming")):
        name = (verdict.policy, version_of_line(verdict.version, report.agreement))
        before = found.get(name)
        if before is None or (verdict.share or 0) < (before.share or 0):
            found[name] = verdict
    return found


def standing(lines: Iterable[tuple[Part, Line]]) -> dict[str, int]:
    """Return how many commitments stand how; one that several versions of an agreement have is counted once."""
    statuses: dict[tuple[str, str], set[str]] = {}
    for part, line in lines:
        statuses.setdefault((part.name, line.policy.id), set()).add(line.status)
    counted = Counter(next(each for each in WEIGHT if each in some) for some in statuses.values())
    return {status: counted[status] for status in STATUSES}


def by_strength(rows: Sequence[Row]) -> list[tuple[Strength, dict[str, int]]]:
    """Return how many commitments of each strength stand how, the most binding first."""
    of_each = [(strength, [row for row in rows if row.line.clause.strength == strength]) for strength in STRENGTHS]
    return [(strength, standing((row.part, row.line) for row in some)) for strength, some in of_each if some]


def gravest(rows: Iterable[Row]) -> list[tuple[Row, Verdict | None]]:
    """Return the broken commitments that bind most, those kept least first, each with its most overdue case."""
    broken = sorted(
        (row for row in rows if row.line.status == "broken"),
        key=lambda row: (row.rank, Fraction(0) if row.share is None else row.share, row.number),
    )
    grave = broken[:MOST_GRAVE]
    groups: list[tuple[Part, Group]] = []
    for row in grave:
        version = row.line.version or row.part.report.agreement.versions[0].version
        groups.append((row.part, (row.line.policy.id, version)))
    worst = most_overdue(OF_POLICY, dict.fromkeys(groups, 1))
    return [(row, worst[group][0] if group in worst else None) for row, group in zip(grave, groups, strict=True)]


def share_of(line: Line) -> Fraction | None:
    """Return the share of instances that were kept; None where nothing is counted or the mapping is in doubt."""
    counted = line.counts[Outcome.MET] + line.counts[Outcome.BREACHED]
    return None if line.unmapped or not counted else Fraction(line.counts[Outcome.MET], counted)


def _share(line: Line, say: Say) -> tuple[Fraction | None, str]:
    """Return the share of instances kept, and of how many."""
    share, met = share_of(line), line.counts[Outcome.MET]
    return share, "" if share is None else say("of", number=met, all=met + line.counts[Outcome.BREACHED])


def _uptime(month: Verdict, say: Say) -> tuple[Fraction | None, str]:
    """Return the share of a month in which a service was up, and of how much."""
    uptime = month.uptime
    assert uptime is not None
    down, measured = say_span(uptime.down, say.lang), say_span(uptime.measured, say.lang)
    return month.share, say("down_of", period=month.period, down=down, measured=measured)


def _periods(line: Line, say: Say) -> str:
    """Say how many of the periods judged were broken, where periods are what is promised."""
    if line.policy.objective is None and not isinstance(line.policy, Availability):
        return ""
    judged = line.judged[Outcome.MET] + line.judged[Outcome.BREACHED]
    return say("periods_broken", breached=line.judged[Outcome.BREACHED], all=judged) if judged else ""
