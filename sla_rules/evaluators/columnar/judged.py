"""What a policy comes to: one column for each field of its verdicts."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, fields, replace
from functools import partial
from typing import Any

import numpy as np
import polars as pl

from sla_rules.evaluators.columnar.allowance import Basis
from sla_rules.evaluators.columnar.cases import Cases
from sla_rules.evaluators.columnar.circumstances import Exempted
from sla_rules.evaluators.columnar.columns import NONE, Column, Flags, Ints
from sla_rules.evaluators.columnar.log import Log
from sla_rules.verdict import Outcome, Tally, Terms

OUTCOMES = tuple(Outcome)
MET, BREACHED, PENDING, EXEMPT, VOID, UNDETERMINED = range(len(OUTCOMES))


@dataclass
class Standing:
    """Stretches that did not count: for each the verdict, its kind, bounds (`NONE` for no end), scope and name."""

    owner: Ints
    kind: list[str]
    start: Ints
    end: Ints
    scope: list[str | None]
    name: list[str | None]


@dataclass
class Starts:
    """The start events of verdicts, and the match of their cases.

    Attributes:
        log: where the events are.
        event: places in it.
        match: by the fields of the match, their texts; of a subject its number in the log.
    """

    log: Log
    event: Ints
    match: dict[str, Column]


def starts_of(cases: Cases, rows: Ints) -> Starts:
    """Return the start events of some rows, which outlive the cases."""
    return Starts(cases.log, cases.event[rows], cases.keys(rows))


@dataclass
class Columns:
    """The instance verdicts of a policy, by one version of the agreement; `NONE` and -1 stand for nothing.

    Attributes:
        terms: the policy and what comes with it.
        starts: the start events; a month of availability has none.
        outcome: places in `OUTCOMES`.
        start_at, due_at, stop_at, limit, elapsed, margin, cancelled_at: microseconds.
        period: the label that each counts in.
        exempted: which exemptions apply.
        evidence: the events that decided each besides the start, as places in the log or by name, one column a role.
        reopened: the number of a verdict, and the events that stopped and reopened it.
        basis: the fields and values that chose the limit.
        cause: why it cannot be known.
        calendar: the name of the calendar.
        detail: what the sentence needs besides, for some verdicts by number.
        standing: what did not count, for some verdicts by number.
        uptime: measured, excluded and down, of an availability.
        grounds: the names of the events that decided some verdicts, in place of `evidence`.
        subjects, keys: those of the verdicts, where they are not those of the start events' cases.
    """

    terms: Terms
    starts: Starts | None
    outcome: Ints
    start_at: Ints
    due_at: Ints | None = None
    stop_at: Ints | None = None
    limit: Ints | None = None
    elapsed: Ints | None = None
    margin: Ints | None = None
    cancelled_at: Ints | None = None
    period: Column | None = None
    exempted: Exempted | None = None
    evidence: Sequence[Ints | pl.Series] = ()
    reopened: tuple[Ints, Ints, Ints] | None = None
    basis: list[Basis] = field(default_factory=list)
    cause: Column | None = None
    calendar: Column | None = None
    detail: Callable[[Ints], list[tuple[str, ...]]] | None = None
    standing: Callable[[Ints], Standing] | None = None
    uptime: tuple[Ints, Ints, Ints] | None = None
    grounds: Callable[[Ints], list[tuple[str, ...]]] | None = None
    subjects: list[str] | None = None
    keys: list[tuple[str, ...]] | None = None

    def __len__(self) -> int:
        return len(self.outcome)

    def some(self, which: Ints) -> "Columns":
        """Return some of the verdicts."""
        taken: dict[str, Any] = {}
        for each in fields(self):
            value = getattr(self, each.name)
            if isinstance(value, np.ndarray):
                taken[each.name] = value[which]
            elif isinstance(value, Column):
                taken[each.name] = value.take(which)
            elif each.name in ("detail", "standing", "grounds") and value is not None:
                taken[each.name] = partial(_of_some, value, which)
            elif each.name in ("subjects", "keys") and value is not None:
                taken[each.name] = [value[number] for number in which.tolist()]
        if self.starts is not None:
            match = {name: column.take(which) for name, column in self.starts.match.items()}
            taken["starts"] = Starts(self.starts.log, self.starts.event[which], match)
        taken["evidence"] = [each[which] for each in self.evidence]
        taken["basis"] = [replace(each, values=each.values.take(which)) for each in self.basis]
        if self.exempted is not None:
            taken["exempted"] = replace(self.exempted, code=self.exempted.code[which])
        if self.uptime is not None:
            taken["uptime"] = tuple(each[which] for each in self.uptime)
        if self.reopened is not None:
            taken["reopened"] = self._reopened_of(which)
        return replace(self, **taken)

    def _reopened_of(self, which: Ints) -> tuple[Ints, Ints, Ints]:
        assert self.reopened is not None
        owner, stop, again = self.reopened
        number = np.full(len(self), -1)
        number[which] = np.arange(len(which))
        kept = number[owner] >= 0
        return number[owner][kept], stop[kept], again[kept]


def _of_some(say: Callable[[Ints], Any], which: Ints, some: Ints) -> Any:
    return say(which[some])


@dataclass
class Periods:
    """The period verdicts of a policy with an objective."""

    terms: Terms
    labels: list[str] = field(default_factory=list)
    outcomes: list[int] = field(default_factory=list)
    tallies: list[Tally] = field(default_factory=list)


def where(flags: Flags, values: Ints) -> Ints:
    """Return values where flags are true, `NONE` elsewhere."""
    return np.where(flags, values, NONE)
