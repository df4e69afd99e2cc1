"""The broken promises: breached periods of policies with an objective, breached instances of those without."""

from collections.abc import Iterable
from dataclasses import dataclass

import polars as pl

from sla_rules.judged import IS_PERIOD, Judged, verdicts_of
from sla_rules.language.document import Clause
from sla_rules.report.summary import Line, of_lines, versioned
from sla_rules.verdict import Verdict


@dataclass(frozen=True, slots=True)
class ClauseBreaches:
    """The broken promises of one clause.

    Attributes:
        clause: what was promised.
        count: how many were broken.
        verdicts: the first of them.
    """

    clause: Clause
    count: int
    verdicts: list[Verdict]


def in_order(verdicts: pl.LazyFrame) -> pl.LazyFrame:
    """Return verdicts in the order of `judge`: by policy and version, instances by start and key, then the periods."""
    key = pl.col("key").list.join("\0")
    label = pl.when(IS_PERIOD).then("period")
    return verdicts.sort("policy", "version", IS_PERIOD, "start", key, label, maintain_order=True)


def broken(judged: Judged, lines: Iterable[Line]) -> pl.DataFrame:
    """Return the rows of the broken promises, without those that the mapping of events puts in doubt."""
    claimed = [line for line in lines if not line.unmapped]
    by_period = of_lines(line for line in claimed if line.policy.objective is not None)
    by_instance = of_lines(line for line in claimed if line.policy.objective is None)
    promised = (IS_PERIOD & by_period) | (~IS_PERIOD & by_instance)
    breached = judged.breached.filter(promised)
    return in_order(breached).collect(engine="streaming")


def by_clause(
    judged: Judged, lines: Iterable[Line], breached: pl.DataFrame, most: int | None
) -> dict[str, ClauseBreaches]:
    """Return the broken promises by the id of their clause (and version), in the order of the agreement."""
    clauses = list(judged.agreement.clauses)
    groups: dict[str, list[Line]] = {}
    for line in sorted(lines, key=lambda line: clauses.index(line.clause.id)):
        groups.setdefault(versioned(line.clause.id, line.version), []).append(line)
    found = {}
    for name, some in groups.items():
        rows = breached.filter(of_lines(some))
        if not rows.is_empty():
            first = rows if most is None else rows.head(most)
            found[name] = ClauseBreaches(some[0].clause, len(rows), verdicts_of(first, judged.terms))
    return found
